"""What the review desk keeps of a listed household, where there is a desk. Nothing is written there."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from pipelines.commands_review import database_url
from pipelines.desk_database import is_there, where_there_is_one
from pipelines.settings import City
from reports.trace_desk_facts import Case


@dataclass(frozen=True, kw_only=True)
class AtTheDesk:
    """``cases``: None where there is no desk."""

    has_objected: bool
    cases: tuple[Case, ...] | None


def at_the_desk(config: Path, city: City, household_id: str, run_id: str) -> AtTheDesk:
    """Raises ConfigurationError for a desk that cannot be reached or waits for this release's tables, IntegrityError where its trail does not hold."""
    url = database_url(city, config)
    if not is_there(url):
        return AtTheDesk(has_objected=False, cases=None)
    from review import trail
    from review.database import check_release
    from review.law import traced

    check_release(url)  # to open an older one would upgrade it
    with where_there_is_one(config, city) as desk:
        assert desk is not None
        with desk.database.reading() as session:
            if traced.has_objected(session, household_id):
                return AtTheDesk(has_objected=True, cases=())
            trail.verified(session, desk.seal)
            return AtTheDesk(has_objected=False, cases=traced.cases(session, household_id, run_id))
