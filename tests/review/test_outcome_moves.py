"""What a case does when a visit is corrected: as if it had been entered so, where nothing followed; nothing at all, where something did."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from review.cases.deciding import review_again
from review.desk import Desk
from review.me import Me
from review.states import CASE
from review.tables.cases import Case
from review.visits import outcomes
from review.visits.outcome_moves import ACTIONS
from review.visits.outcome_values import Found
from review.visits.outcomes import Change
from tests.review.desk_sample import START, Register, a_desk, household, sqlite, take

ME = Me(
    user_id="u", login="expert", name="Expert", role="expert", profession="COORDINATION", language="fr",
    quartiers=None, session_id="s", csrf="c",
)  # fmt: skip
TODAY = START.date()
OUTCOMES = st.sampled_from(sorted(ACTIONS))
TIMES = st.sampled_from([None, "MATIN", "APRES_MIDI", "SOIREE"])
DAYS = st.integers(0, 20).map(lambda days: TODAY + timedelta(days=days))
FOUND = st.builds(
    Found,
    outcome=OUTCOMES,
    visited_on=DAYS,
    time_of_day=TIMES,
    visitor_role=st.just("AGENT"),
    person=st.just(1),
)
Stands = tuple[str, date | None, str | None]


@pytest.fixture(scope="module")
def desk() -> Iterator[Desk]:
    """One for all examples: each leaves nothing behind."""
    with tempfile.TemporaryDirectory() as folder:
        found = a_desk(sqlite(Path(folder)), register=Register())
        take(found)
        yield found
        found.database.close()


@contextmanager
def undone(desk: Desk) -> Iterator[Session]:
    """Whatever is done in it is undone."""
    with Session(desk.database.engine.execution_options(writes=True), expire_on_commit=False) as session:
        yield session
        session.rollback()


def change(desk: Desk, minutes: int) -> Change:
    """So long after the last visit can have been."""
    now = START + timedelta(days=30, minutes=minutes)
    return Change(services=desk.services, me=ME, now=now, today=now.date())


def a_case(session: Session, absences: list[Found], desk: Desk) -> Case:
    """To be visited, with doors that stayed closed before."""
    case = session.scalars(select(Case).where(Case.household_id == household(1))).one()
    case.state = "to_visit"
    for minutes, absence in enumerate(absences):
        outcomes.enter(session, change(desk, minutes), case, absence)
    return case


def stands(case: Case) -> Stands:
    """What colleagues see of it."""
    return case.state, case.due_on, case.closed_because


EARLIER = st.lists(
    st.builds(Found, outcome=st.just("ABSENT"), visited_on=DAYS, time_of_day=TIMES, visitor_role=st.just("AGENT"), person=st.just(1)),
    max_size=2, unique_by=lambda found: (found.visited_on, found.time_of_day),
)  # fmt: skip


@settings(max_examples=80, deadline=None)
@given(earlier=EARLIER, wrong=FOUND, right=FOUND)
def test_a_correction_leads_where_the_right_entry_would_have(
    desk: Desk, earlier: list[Found], wrong: Found, right: Found
) -> None:
    doors = {(found.visited_on, found.time_of_day) for found in earlier}
    if wrong == right or {(one.visited_on, one.time_of_day) for one in (wrong, right)} & doors:
        return
    with undone(desk) as session:
        case = a_case(session, earlier, desk)
        outcomes.enter(session, change(desk, 10), case, right)
        expected = stands(case)
    with undone(desk) as session:
        case = a_case(session, earlier, desk)
        visit = outcomes.enter(session, change(desk, 10), case, wrong)
        outcomes.correct(session, change(desk, 20), visit, right, "TYPING")
        assert stands(case) == expected and not visit.is_to_look_at


@settings(max_examples=40, deadline=None)
@given(wrong=OUTCOMES, right=OUTCOMES, data=st.data())
def test_where_something_followed_the_case_stays_and_is_shown(
    desk: Desk, wrong: str, right: str, data: st.DataObject
) -> None:
    if wrong == right:
        return
    with undone(desk) as session:
        case = a_case(session, [], desk)
        visit = outcomes.enter(session, change(desk, 0), case, found(wrong))
        action = data.draw(st.sampled_from([one for one in CASE.allowed(case.state) if one != "object"]))
        if action == "review_again":
            review_again(session, desk.services.seal, ME, case, at(5))
        else:
            case.state, case.state_since = CASE.after(case.state, action), at(5)
        before = stands(case)
        outcomes.correct(session, change(desk, 10), visit, found(right), "LATER")
        assert stands(case) == before and visit.is_to_look_at


def test_a_closed_case_stays_closed_when_the_household_has_another(desk: Desk) -> None:
    """At most one open case a household."""
    with undone(desk) as session:
        case = a_case(session, [], desk)
        visit = outcomes.enter(session, change(desk, 0), case, found("REFUS"))
        columns = {
            c.name: getattr(case, c.name) for c in Case.__table__.columns if c.name not in ("id", "version")
        }
        session.add(Case(**(columns | {"state": "to_review"})))
        session.flush()
        outcomes.correct(session, change(desk, 10), visit, found("VU"), "TYPING")
        assert case.state == "closed" and visit.is_to_look_at


def found(outcome: str) -> Found:
    """Today, in the evening."""
    return Found(outcome=outcome, visited_on=TODAY, time_of_day="SOIREE", visitor_role="AGENT", person=1)


def at(minutes: int) -> datetime:
    """As ``change``."""
    return START + timedelta(days=30, minutes=minutes)
