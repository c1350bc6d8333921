"""What the desk knows of its years, case by case; and the two answers that a step of a follow-up may bear."""

from __future__ import annotations

from datetime import date, datetime

from review.desk import Desk
from review.tables.alerts import Alert
from review.tables.following import Step
from review.tables.rounds import Round, Team
from review.tables.visits import Visit
from review.words import PARIS
from review.yearly import DeskYears, desk_years
from tests.review.desk_sample import START, case_of, seat

DAY = START.date()


def known(desk: Desk) -> DeskYears:
    with desk.database.reading() as session:
        return desk_years(session)


def step(case_id: str, on: date, kind: str = "APPEL", **more: object) -> Step:
    return Step(
        case_id=case_id,
        made_on=on,
        kind=kind,
        partner="UNITE",
        leads_to="follow",
        made_by="e",
        entered_at=START,
        **more,
    )


def test_steps_become_a_row_a_household_and_year(desk: Desk) -> None:
    one, other = case_of(desk, 1).id, case_of(desk, 2).id
    with desk.database.writing() as session:
        session.add_all(
            [
                step(one, date(2026, 11, 3), takes_part=False, satisfaction=2),
                step(one, date(2026, 11, 9), "VISITE", takes_part=True, satisfaction=3),
                step(one, date(2027, 1, 4), satisfaction=1),
                step(other, date(2026, 12, 1), "VISITE", because="SORTI_ISOLEMENT"),
                Visit(id="D1", case_id=other, visited_on=DAY, visitor_role="AGENT", outcome="VU", entered_by="e", entered_at=START, objected=False),
            ]
        )  # fmt: skip
    found = known(desk)
    assert sorted(found.supported) == [
        (date(2026, 11, 3), "household"),
        (date(2026, 12, 1), "household"),
        (date(2027, 1, 4), "household"),
    ]
    assert sorted(found.kinds) == [
        (date(2026, 11, 3), "APPEL"),
        (date(2026, 11, 9), "VISITE"),
        (date(2026, 12, 1), "VISITE"),
        (date(2027, 1, 4), "APPEL"),
    ]
    assert found.taking_part == ((date(2026, 11, 9), "yes"),)
    assert sorted(found.satisfied) == [(date(2026, 11, 9), "yes"), (date(2027, 1, 4), "no")]
    assert found.ended == ((date(2026, 12, 1), "SORTI_ISOLEMENT"),)
    assert found.ends == (("D1", date(2026, 12, 1), "SORTI_ISOLEMENT"),)


def test_how_cases_came_and_how_long_they_waited(desk: Desk) -> None:
    assert sorted(kind for _, kind in known(desk).entries) == ["DEUIL", "SIGNALEMENT", *["list"] * 6]
    expert = seat(desk, "expert")
    case = case_of(desk, 1)
    expert.post(
        f"/cases/{case.id}/decide",
        version=case.version,
        choice="visit",
        reason_visit="RAISONS_CONFIRMEES",
        visitor_role="AGENT",
    )
    decided = case_of(desk, 1).decisions[0].decided_at.astimezone(PARIS).date()
    with desk.database.writing() as session:
        for number, on in ((1, date(2026, 11, 20)), (2, date(2026, 11, 25))):
            session.add(Visit(id=f"D{number}", case_id=case.id, visited_on=on, visitor_role="AGENT", outcome="ABSENT", entered_by="e", entered_at=START, objected=False))  # fmt: skip
        session.add(_alert(since=date(2026, 11, 1), first_step_on=date(2026, 11, 4)))
        session.add(_alert(since=date(2026, 11, 1), first_step_on=None))
    found = known(desk)
    assert found.to_visit == ((date(2026, 11, 20), float((date(2026, 11, 20) - decided).days)),)
    assert len(found.to_decision) == 1 and found.to_answer == ((date(2026, 11, 4), 3.0),)
    assert [(profession, login) for _, profession, login in found.opinions] == [
        (found.opinions[0][1], "expert")
    ]


def _alert(*, since: date, first_step_on: date | None) -> Alert:
    return Alert(
        reported_on=since,
        since=since,
        channel="VOISIN",
        urgency=1,
        quartier="",
        signs=[],
        state="to_triage",
        first_step_on=first_step_on,
    )


def test_rounds_count_once_they_are_confirmed(desk: Desk) -> None:
    team = Team(id="t", name="Binôme 1", role="VOLONTAIRE", area="", weekly=5, changed_at=START)
    at = datetime(2026, 11, 2, 9, tzinfo=PARIS)
    with desk.database.writing() as session:
        session.add_all(
            [
                team,
                Round(team_id="t", week=date(2026, 11, 2), confirmed_at=at, changed_at=at),
                Round(team_id="t", week=date(2026, 11, 9), changed_at=at),
            ]
        )
    assert known(desk).rounds == ((date(2026, 11, 2), "VOLONTAIRE", "t"),)


def test_nothing_of_whoever_objected(desk: Desk) -> None:
    expert = seat(desk, "expert")
    before = len(known(desk).entries)
    case = case_of(desk, 1)
    with desk.database.writing() as session:
        session.add(step(case.id, DAY, takes_part=True, satisfaction=4))
    expert.post(
        f"/cases/{case.id}/decide", version=case.version, choice="objection", reason_objection="OPPOSITION"
    )
    assert case_of(desk, 1).state == "objected"
    found = known(desk)
    assert len(found.entries) == before - 1
    assert found.supported == found.taking_part == found.satisfied == ()


def test_what_a_household_says_is_entered_with_a_step(desk: Desk) -> None:
    expert = seat(desk, "expert")
    case = case_of(desk, 1)
    expert.post(f"/cases/{case.id}/decide", version=case.version, choice="refer", reason_refer="AUTRE")
    form = {"made_on": DAY.isoformat(), "kind": "BILAN", "partner": "CCAS", "leads_to": "follow"}

    def sent(**more: str) -> int:
        return int(
            expert.post(
                f"/cases/{case.id}/steps", version=case_of(desk, 1).version, **form, **more
            ).status_code
        )

    assert sent(takes_part="2") == sent(satisfaction="5") == sent(satisfaction="x") == 422
    assert sent(takes_part="1", satisfaction="4") == 303 and sent() == 303
    page = expert.get(f"/cases/{case.id}/steps").text
    assert (
        "participe à une activité avec d’autres" in page
        and "très satisfait" in page
        and "/visits/new?case=" in page
    )
    with desk.database.reading() as session:
        told = [
            (one.takes_part, one.satisfaction)
            for one in session.query(Step).order_by(Step.entered_at, Step.takes_part.is_(None))
        ]
    assert told == [(True, 4), (None, None)]
