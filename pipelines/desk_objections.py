"""Objections that were said anywhere reach the review desk, where there is one."""

from __future__ import annotations

from collections.abc import Collection
from datetime import UTC, datetime
from pathlib import Path

from pipelines import settings
from pipelines.desk_database import where_there_is_one


def reach_desk(config: Path, city: settings.City, objected: Collection[str]) -> int | None:
    """See ``review.law.objected.sweep``: how many cases ended; None without a desk. Raises ConfigurationError where it cannot be reached."""
    with where_there_is_one(config, city) as desk:
        if desk is None:
            return None
        from review.law.objected import sweep

        with desk.writing() as session:
            return sweep(session, desk.seal, objected, datetime.now(UTC))
