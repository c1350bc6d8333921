"""The unit's decisions as their contract promises them (``data_contracts/decisions.odcs.yaml``): one row a line of a list and revision."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from data_contracts import contract
from review.choices import BY_NAME
from review.tables.cases import Case, Decision, Vote
from review.words import local_day

COLUMNS = tuple(column.header for column in contract.load("decisions").columns)


def decisions(session: Session) -> Iterator[dict[str, str]]:
    """By run, household and revision; empty where nothing is. A household that the unit added is on no list, and so is not here."""
    votes: dict[tuple[str, int], list[Vote]] = defaultdict(list)
    for vote in session.scalars(select(Vote).order_by(Vote.cast_at, Vote.id)):
        votes[vote.case_id, vote.revision].append(vote)
    rows = session.execute(
        select(Decision, Case.household_id)
        .join(Case, Case.id == Decision.case_id)
        .where(Decision.run_id.is_not(None))
        .order_by(Decision.run_id, Case.household_id, Decision.revision)
    )
    for decision, household in rows:
        yield _row(decision, household, votes[decision.case_id, decision.revision])


def _row(decision: Decision, household: str, votes: list[Vote]) -> dict[str, str]:
    first, second = votes[0], votes[1] if len(votes) > 1 else None
    postponed = decision.postponed_to
    return {
        "run_id": decision.run_id or "",
        "household_id": household,
        "revision": str(decision.revision),
        "decided_on": _day(decision.decided_at),
        "decision": BY_NAME[decision.choice].code,
        "reason_code": decision.reason,
        "postponed_to": postponed.isoformat() if postponed else "",
        "visitor_role": decision.visitor_role or "",
        **_opinion("first", first),
        **(_opinion("second", second) if second else dict.fromkeys(_names("second"), "")),
        "settled_by": decision.settled_by,
    }


def _names(which: str) -> tuple[str, str, str, str]:
    return f"{which}_reader", f"{which}_reader_role", f"{which}_vote", f"{which}_vote_on"


def _opinion(which: str, vote: Vote) -> dict[str, str]:
    told = (vote.reader, vote.profession, BY_NAME[vote.choice].code, _day(vote.cast_at))
    return dict(zip(_names(which), told, strict=True))


def _day(at: datetime) -> str:
    return local_day(at).isoformat()
