"""How strictly the unit decides, from one day to another: what it sends visits to, what it sets aside, how many of those listed are visited, how alike two readers decide."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from review.cases.agreement import Agreement, agreement
from review.cases.second_look import pairs
from review.tables.cases import Decision, Listing
from review.tables.visits import Visit
from review.words import PARIS

ASIDE = ("none", "followed")
"""Choices by which the unit sets a household aside; an objection is the household's own."""
VISITED_WITHIN = timedelta(days=60)
"""A line of a list counts as visited or not once so many days have gone by."""


@dataclass(frozen=True, kw_only=True)
class Strictness:
    """Counts, exact: whoever shows them hides the small ones. ``decided``: decisions but for objections, ``visit`` and ``aside`` among them; ``listed``: lines of lists that
    have had their time, ``visited`` among them; ``agreement``: of the cases that two read apart."""

    decided: int
    visit: int
    aside: int
    listed: int
    visited: int
    agreement: Agreement


def strictness(session: Session, since: date, until: date) -> Strictness:
    """From ``since`` to before ``until``: decisions and opinions by the moment they were made, lines of lists by the day on which their time was over."""
    begin, end = (datetime.combine(day, time.min, PARIS) for day in (since, until))
    choices = Counter(
        session.scalars(
            select(Decision.choice).where(Decision.decided_at >= begin, Decision.decided_at < end)
        )
    )
    read_twice = [(a.choice, b.choice) for a, b in pairs(session).values() if begin <= b.cast_at < end]
    listed = Listing.as_of >= since - VISITED_WITHIN, Listing.as_of < until - VISITED_WITHIN
    return Strictness(
        decided=choices.total() - choices["objection"],
        visit=choices["visit"],
        aside=sum(choices[name] for name in ASIDE),
        listed=session.scalar(select(func.count(Listing.id)).where(*listed)) or 0,
        visited=_visited(session, *listed),
        agreement=agreement(read_twice),
    )


def _visited(session: Session, *listed: ColumnElement[bool]) -> int:
    days = select(Listing.id, Listing.as_of, Visit.visited_on).join(Visit, Visit.case_id == Listing.case_id)
    found = session.execute(days.where(*listed, Visit.visited_on >= Listing.as_of)).all()
    return len({line for line, on, visited in found if visited <= on + VISITED_WITHIN})
