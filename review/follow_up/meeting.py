"""The pack for the unit's regular meeting: what is new, severe, overdue, where two readers differ, and what is to be decided."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from review.cases.queue import OBJECTED
from review.cases.second_look import Differing, differing
from review.follow_up.waiting import Waiting, waiting
from review.me import Me
from review.tables.cases import Case, Decision
from review.visible import of_mine
from review.words import PARIS

MOST_LINES = 40
"""Of each part that a meeting can look at; the pack says how many more there are."""


@dataclass(frozen=True, kw_only=True)
class Part:
    """Cases of one part, at most ``MOST_LINES``; ``more``: how many others there are."""

    cases: tuple[Case, ...]
    more: int


@dataclass(frozen=True, kw_only=True)
class Pack:
    """``since``: day of the meeting before. ``decided``: cases decided since then, with the decision; ``to_decide``: nobody has decided yet;
    ``new`` and ``debated``: those that no other part shows, of ``new_count`` new ones."""

    since: date
    today: date
    new: Part
    new_count: int
    to_decide: Part
    severe: Part
    overdue: Part
    debated: Part
    differing: tuple[Differing, ...]
    decided: tuple[tuple[Case, Decision], ...]
    waiting: Waiting


def pack(session: Session, me: Me, since: date, today: date) -> Pack:
    """Of the cases that somebody may see; nothing of households that have objected."""
    begun = datetime.combine(since, time(), PARIS)
    waits = waiting(session, me, today)
    mine = (
        of_mine(select(Case).where(Case.state != OBJECTED), me)
        .options(selectinload(Case.listings))
        .order_by(Case.quartier, Case.opened_at, Case.id)
    )
    new = session.scalars(mine.where(Case.opened_at >= begun)).all()
    to_decide = session.scalars(mine.where(Case.state == "to_review")).all()
    debated = session.scalars(mine.where(Case.state == "to_debate")).all()
    decisions = of_mine(
        select(Case)
        .join(Decision, Decision.case_id == Case.id)
        .where(Decision.decided_at >= begun, Case.state != OBJECTED),
        me,
    )
    rows = session.execute(decisions.add_columns(Decision).order_by(Decision.decided_at)).all()
    differ = differing(session, me)
    elsewhere = {one.case.id for one in differ} | {case.id for case in to_decide}
    return Pack(
        since=since,
        today=today,
        new=_part([case for case in new if case.id not in elsewhere]),
        new_count=len(new),
        to_decide=_part(to_decide),
        severe=_part(waits.severe),
        overdue=_part(waits.overdue),
        debated=_part([case for case in debated if case.id not in elsewhere]),
        differing=differ,
        decided=tuple((case, decision) for case, decision in rows),
        waiting=waits,
    )


def _part(cases: Sequence[Case]) -> Part:
    return Part(cases=tuple(cases[:MOST_LINES]), more=max(0, len(cases) - MOST_LINES))
