"""Cases at whose door somebody is to ring, and forms of visits."""

from __future__ import annotations

from sqlalchemy import select

from review.desk import Desk
from review.routes.rounds import monday
from review.states import CASE
from review.tables.accounts import User
from review.tables.cases import Case
from review.tables.rounds import Round, Stop, Team, TeamMember
from review.tables.visits import Visit
from tests.review.desk_sample import Seat, case_of, household

LSNS_9 = {"lsns6_1": "2", "lsns6_2": "1", "lsns6_3": "2", "lsns6_4": "0", "lsns6_5": "1", "lsns6_6": "3"}
"""Nine of thirty: five of family, four of friends."""


def to_visit(desk: Desk, *numbers: int) -> list[Case]:
    """As if the unit had decided so."""
    with desk.database.writing() as session:
        for number in numbers:
            found = select(Case).where(Case.household_id == household(number))
            case = session.scalars(found).one()
            case.state, case.state_since = CASE.after(case.state, "decide_visit"), desk.now()
    return [case_of(desk, number) for number in numbers]


def on_a_round(desk: Desk, login: str, *numbers: int) -> None:
    """Households to be visited, on this week's confirmed round of a visitor."""
    with desk.database.writing() as session:
        user = session.scalars(select(User).where(User.login == login)).one()
        team = Team(name=f"Paire de {login}", role="VOLONTAIRE", area="", weekly=25, changed_at=desk.now())
        team.members = [TeamMember(user_id=user.id)]
        round_ = Round(team=team, week=monday(desk.today()), confirmed_at=desk.now(), changed_at=desk.now())
        session.add(round_)
        for place, number in enumerate(numbers, 1):
            case = session.scalars(select(Case).where(Case.household_id == household(number))).one()
            case.state, case.state_since = CASE.after(case.state, "plan"), desk.now()
            round_.stops.append(Stop(case_id=case.id, place=place, planned_at=desk.now()))


def form(case: Case, outcome: str = "VU", **other: object) -> dict[str, object]:
    """A whole one."""
    usual: dict[str, object] = {
        "case": case.id, "version": case.version, "person": "1", "visited_on": "2026-11-03", "visitor_role": "VOLONTAIRE", "outcome": outcome,
    }  # fmt: skip
    return usual | other


def enter(one: Seat, case: Case, outcome: str = "VU", **other: object) -> str:
    """Through the page; gives the id."""
    answer = one.post("/visits/new", **form(case, outcome, **other))
    assert answer.status_code == 303, answer.text
    return str(answer.headers["location"]).removeprefix("/visits/").partition("?")[0]


def visit_of(desk: Desk, visit_id: str) -> Visit:
    """As it is now, with its wordings."""
    with desk.database.reading() as session:
        visit = session.scalars(select(Visit).where(Visit.id == visit_id)).one()
        list(visit.revisions), visit.case, visit.member
        return visit
