"""What waits: overdue, severe, and how many cases are in each state, of those that somebody may see."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from review.cases.queue import ENDED
from review.me import Me
from review.states import CASE, WAITING
from review.tables.cases import Case
from review.visible import of_mine

SEVERE = 3
"""The unit's judgement "severely isolated"."""
MOST = 200


@dataclass(frozen=True, kw_only=True)
class Waiting:
    """``overdue``: the longest first; ``severe``: judged severely isolated and not ended; ``by_state``: open cases, every state that has some."""

    overdue: tuple[Case, ...]
    overdue_count: int
    severe: tuple[Case, ...]
    soon: tuple[Case, ...]
    by_state: dict[str, int]


def waiting(session: Session, me: Me, today: date) -> Waiting:
    """As of a day: due on it is not overdue. At most ``MOST`` of each."""
    late = of_mine(select(Case).where(Case.due_on < today, Case.state.in_(WAITING)), me)
    soon = of_mine(select(Case).where(Case.due_on >= today, Case.state.in_(WAITING)), me)
    severe = of_mine(select(Case).where(Case.severity == SEVERE, Case.state.not_in(ENDED)), me)
    counts = of_mine(select(Case).where(Case.state.not_in(ENDED)), me)
    grouped = session.execute(counts.with_only_columns(Case.state, func.count()).group_by(Case.state)).all()
    found = {state: int(n) for state, n in grouped}
    order = (Case.due_on, Case.id)
    return Waiting(
        overdue=tuple(session.scalars(late.order_by(*order).limit(MOST))),
        overdue_count=session.scalar(select(func.count()).select_from(late.subquery())) or 0,
        severe=tuple(session.scalars(severe.order_by(Case.due_on.is_(None), *order).limit(MOST))),
        soon=tuple(session.scalars(soon.order_by(*order).limit(MOST))),
        by_state={state: found[state] for state in CASE.states if state in found},
    )
