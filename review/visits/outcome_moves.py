"""What a visit does to its case: on to where it waits next, and back again when the visit turns out to be otherwise and nothing followed from it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import cast

from sqlalchemy import select
from sqlalchemy.orm import Session

from review.cases.queue import ENDED
from review.states import CASE
from review.tables.cases import Case
from review.tables.visits import Visit
from review.visits.outcome_values import MET
from review.visits.retries import Absence, NextTry, TimeOfDay, next_try

ACTIONS: Mapping[str, str] = {
    MET: "met",
    "ABSENT": "absent",
    "REFUS": "refused",
    "DEMENAGE": "not_there",
    "DECEDE": "not_there",
    "ETABLISSEMENT": "not_there",
    "INTROUVABLE": "not_there",
}
"""ISSUE → action of ``review.states``."""
JUDGED_WITHIN_DAYS = 14
"""The unit judges what a visit found within two weeks. Our own judgement."""


def move(session: Session, case: Case, visit: Visit, now: datetime) -> bool:
    """Where the state allows what was found; elsewhere the visit stands beside a case that stays as it is. Whether it moved. The visit is flushed."""
    action = ACTIONS[visit.outcome]
    if action not in CASE.allowed(case.state):
        return False
    visit.state_before, visit.due_before, visit.moved_at = case.state, case.due_on, now
    _to(case, action, now)
    if visit.outcome == "ABSENT":
        _wait_for_next_try(session, case, now)
    elif visit.outcome == MET:
        case.due_on = now.date() + timedelta(days=JUDGED_WITHIN_DAYS)
    else:
        case.closed_because = visit.outcome
    return True


def _to(case: Case, action: str, now: datetime) -> None:
    case.state, case.state_since, case.due_on = CASE.after(case.state, action), now, None


def _wait_for_next_try(session: Session, case: Case, now: datetime) -> None:
    following = advice(session, case)
    if following is not None and following.is_for_the_unit:
        _to(case, "given_up", now)
    elif following is not None:
        case.due_on = following.latest


def advice(session: Session, case: Case) -> NextTry | None:
    """When to ring again; None where nobody was absent since somebody was last met."""
    visits = visits_of_case(session, case)
    last_met = max((visit.visited_on for visit in visits if visit.outcome == MET), default=None)
    # two people whom one visit did not find are one absence
    doors = {
        (visit.visited_on, visit.time_of_day)
        for visit in visits
        if visit.outcome == "ABSENT" and (last_met is None or visit.visited_on > last_met)
    }
    return next_try([Absence(on=on, time_of_day=cast(TimeOfDay | None, time)) for on, time in doors])


def visits_of_case(session: Session, case: Case) -> list[Visit]:
    """The newest first."""
    found = select(Visit).where(Visit.case_id == case.id)
    return list(session.scalars(found.order_by(Visit.visited_on.desc(), Visit.entered_at.desc(), Visit.id)))


def take_back(session: Session, case: Case, visit: Visit, now: datetime) -> bool:
    """The case as it was before the visit, where nothing followed from it. Whether it was: a case that went on stays where people brought it.

    No action of ``review.states`` does this: nothing happens to the household; what the desk took to have happened did not.
    """
    if visit.moved_at is None or visit.state_before is None or _went_on(session, case, visit):
        return False
    case.state, case.state_since, case.due_on = visit.state_before, now, visit.due_before
    case.closed_because = None
    visit.state_before = visit.due_before = visit.moved_at = None
    return True


def _went_on(session: Session, case: Case, visit: Visit) -> bool:
    if case.state_since != visit.moved_at or visit.judgement is not None:
        return True
    after = CASE.after(visit.state_before or "", ACTIONS[visit.outcome])
    if case.state not in (after, "to_debate"):
        return True
    others = (one for one in visits_of_case(session, case) if one.id != visit.id)
    if any(one.moved_at is not None and one.moved_at >= visit.moved_at for one in others):
        return True
    is_open_again = select(Case.id).where(
        Case.household_id == case.household_id, Case.id != case.id, Case.state.not_in(ENDED)
    )
    return session.scalar(is_open_again.limit(1)) is not None
