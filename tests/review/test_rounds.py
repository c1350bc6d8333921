"""Teams and rounds: what is proposed, who sees it, and that a round never goes to more doors than the team can make."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from review.desk import Desk
from review.roles import ROLES
from review.routes.proposing import Waiting, proposed
from review.routes.rounds import monday, sunday
from review.tables.cases import Case
from review.tables.rounds import Round, Stop, Team
from review.tables.trail import TrailLine
from tests.review.desk_sample import Clock, Seat, a_desk, account, case_of, seat, take

MONDAY = date(2026, 11, 9)
SUNDAY = date(2026, 11, 15)
"""Of the week after ``START``, a Tuesday."""


# --- what is proposed ------------------------------------------------------------------------------------------------


def waits(name: str, quartier: str, due: int | None = None, place: int | None = None) -> Waiting:
    """``due``: days after the round's Monday."""
    on = None if due is None else MONDAY + timedelta(days=due)
    return Waiting(case_id=name, quartier=quartier, due_on=on, place=place)


def names(waiting: list[Waiting], room: int, near: tuple[str, ...] = ()) -> str:
    return " ".join(one.case_id for one in proposed(waiting, room, SUNDAY, near))


TOWN = [
    waits("late", "02", -3, 9),
    waits("sunday", "01", 6, 8),
    waits("monday after", "02", 7, 1),
    waits("later, high", "02", 20, 2),
    waits("later, low", "02", 20, 7),
    waits("elsewhere", "03", 8, 3),
    waits("nobody said when", "01", None, 4),
    waits("on no list", "02", 20, None),
]


@pytest.mark.parametrize(
    ("room", "round_"),
    [
        (0, ""),
        (1, "late"),
        (2, "late sunday"),
        (3, "late monday after sunday"),
        (5, "late monday after later, high later, low sunday"),
        (8, "late monday after later, high later, low on no list sunday nobody said when elsewhere"),
    ],
)
def test_what_is_due_goes_first_then_close_by(room: int, round_: str) -> None:
    """Due by Sunday: ``late`` in 02 and ``sunday`` in 01. The rest of 02 comes before the rest of 01, and 03 last."""
    assert names(TOWN, room) == round_


def test_a_round_that_is_filled_up_stays_where_it_is() -> None:
    assert names(TOWN[2:], 1, ("03",)) == "elsewhere"
    assert names(TOWN[2:], 2, ("01", "03")) == "nobody said when elsewhere"


ANY = st.lists(
    st.builds(
        waits,
        st.uuids().map(str),
        st.sampled_from(["01", "02", "03"]),
        st.sampled_from([None, -1, 0, 5, 6, 7, 30]),
        st.sampled_from([None, 1, 2, 3]),
    ),
    max_size=12,
    unique_by=lambda one: one.case_id,
)


@given(waiting=ANY, room=st.integers(0, 8), seed=st.randoms())
def test_a_proposal_keeps_its_promises(waiting: list[Waiting], room: int, seed) -> None:  # type: ignore[no-untyped-def]
    chosen = proposed(waiting, room, SUNDAY)
    left = [one for one in waiting if one not in chosen]
    shuffled = list(waiting)
    seed.shuffle(shuffled)
    assert proposed(shuffled, room, SUNDAY) == chosen, "whatever the order in which they come"
    assert len(chosen) == min(room, len(waiting)) == len(set(chosen))
    is_due = {one: one.due_on is not None and one.due_on <= SUNDAY for one in waiting}
    if any(is_due[one] for one in left):
        assert all(is_due[one] for one in chosen), "nothing that can wait takes the place of what cannot"
    blocks = [
        one.quartier for at, one in enumerate(chosen) if at == 0 or chosen[at - 1].quartier != one.quartier
    ]
    assert len(blocks) == len(set(blocks)), "one neighbourhood after another"
    started = {one.quartier for one in chosen if is_due[one]}
    for one in left:
        if one.quartier in started:
            assert all(is_due[other] or other.quartier in started for other in chosen), "close by first"


# --- through the pages -----------------------------------------------------------------------------------------------


def to_visit(desk: Desk, *numbers: int, role: str = "VOLONTAIRE") -> None:
    """Decides a visit."""
    login = f"x{len(numbers)}{numbers[0]}{role.lower()[0]}"
    expert = seat(desk, login, "expert")
    for number in numbers:
        case = case_of(desk, number)
        form = {"choice": "visit", "reason_visit": "RAISONS_CONFIRMEES", "visitor_role": role}
        assert expert.post(f"/cases/{case.id}/decide", version=case.version, **form).status_code == 303


def team(
    desk: Desk, one: Seat, name: str = "Paire 1", *, users: list[str] | None = None, **more: object
) -> str:
    """A new team of volunteers in the north; its id."""
    form = {"name": name, "role": "VOLONTAIRE", "area": "Nord", "weekly": 3, "users": users or []} | more
    answer = one.post("/teams/new", **form)
    assert answer.status_code == 303, answer.text
    with desk.database.reading() as session:
        return session.scalars(select(Team.id).where(Team.name == name)).one()


def begun(one: Seat, team_id: str, day: date = MONDAY) -> str:
    """The path of its round."""
    answer = one.post("/rounds", team=team_id, day=day.isoformat())
    assert answer.status_code == 303, answer.text
    return str(answer.headers["location"])


def round_of(desk: Desk, path: str) -> Round:
    with desk.database.reading() as session:
        found = session.get(Round, path.rsplit("/", 1)[-1])
        assert found is not None
        for stop in found.stops:
            assert stop.case.id
        return found


def numbers(desk: Desk, path: str) -> list[int]:
    """The households of a round, in order."""
    return [int(stop.case.household_id[1:9], 16) for stop in round_of(desk, path).stops]


def act(desk: Desk, one: Seat, path: str, what: str, **form: object) -> int:
    """The status of a change on the round as it is now."""
    return int(one.post(f"{path}/{what}", version=round_of(desk, path).version, **form).status_code)


def stop(desk: Desk, path: str, number: int) -> Stop:
    return next(one for one in round_of(desk, path).stops if int(one.case.household_id[1:9], 16) == number)


def test_a_round_is_proposed_changed_and_confirmed(desk: Desk) -> None:
    """Of the usual list 1, 4, 7 are in 02, 3, 5, 8 in 01; 2, 6 in the south."""
    coordinator = seat(desk, "coordinator")
    to_visit(desk, 1, 2, 3, 4)
    path = begun(coordinator, team(desk, coordinator))
    assert sorted(numbers(desk, path)) == [1, 3, 4]
    first, second, third = numbers(desk, path)
    assert act(desk, coordinator, path, f"stops/{stop(desk, path, third).id}", do="up") == 303
    assert act(desk, coordinator, path, f"stops/{stop(desk, path, first).id}", do="up") == 303
    assert numbers(desk, path) == [first, third, second]
    assert act(desk, coordinator, path, f"stops/{stop(desk, path, first).id}", do="remove") == 303
    assert numbers(desk, path) == [third, second]
    assert act(desk, coordinator, path, "fill") == 303 and numbers(desk, path) == [third, second, first]
    assert case_of(desk, 1).state == "to_visit", "a draft plans nothing"
    confirmed = coordinator.post(f"{path}/confirm", version=round_of(desk, path).version)
    assert confirmed.headers["location"] == f"{path}?said=confirmed"
    assert {(case_of(desk, n).state, case_of(desk, n).due_on) for n in (1, 3, 4)} == {("planned", SUNDAY)}
    assert case_of(desk, 2).state == "to_visit"
    assert act(desk, coordinator, path, f"stops/{stop(desk, path, 1).id}", do="remove") == 303
    assert case_of(desk, 1).state == "to_visit" and 1 not in numbers(desk, path)
    assert act(desk, coordinator, path, "stops", case=case_of(desk, 1).id) == 303
    assert case_of(desk, 1).state == "planned" and numbers(desk, path)[-1] == 1
    with desk.database.reading() as session:
        done = [
            line.action for line in session.scalars(select(TrailLine).where(TrailLine.who == "coordinator"))
        ]
    assert [
        done.count(action)
        for action in ("open team", "open round", "confirm round", "plan visit", "take off plan")
    ] == [1, 1, 1, 4, 1]


def test_a_round_never_holds_more_than_the_team_makes(desk: Desk) -> None:
    coordinator = seat(desk, "coordinator")
    to_visit(desk, 1, 3, 4, 5, 7, 8)
    team_id = team(desk, coordinator)
    path = begun(coordinator, team_id)
    assert len(numbers(desk, path)) == 3
    other = next(n for n in (1, 3, 4, 5, 7, 8) if n not in numbers(desk, path))
    assert act(desk, coordinator, path, "stops", case=case_of(desk, other).id) == 422
    assert act(desk, coordinator, path, "fill") == 303 and len(numbers(desk, path)) == 3
    form = {"name": "Paire 1", "role": "VOLONTAIRE", "area": "Nord", "weekly": 2, "is_active": "true"}
    assert coordinator.post(f"/teams/{team_id}", version=1, **form).status_code == 303
    assert act(desk, coordinator, path, "confirm") == 422, "the team makes fewer now"
    assert act(desk, coordinator, path, f"stops/{round_of(desk, path).stops[0].id}", do="remove") == 303
    assert act(desk, coordinator, path, "confirm") == 303
    assert act(desk, coordinator, path, "stops", case=case_of(desk, other).id) == 422


def test_the_unit_says_who_comes(desk: Desk) -> None:
    """A professional's household is not proposed to volunteers; by hand it can be added."""
    coordinator = seat(desk, "coordinator")
    to_visit(desk, 1)
    to_visit(desk, 4, role="PROFESSIONNEL")
    path = begun(coordinator, team(desk, coordinator))
    assert numbers(desk, path) == [1]
    assert "un professionnel" in coordinator.get(path).text
    assert act(desk, coordinator, path, "stops", case=case_of(desk, 4).id) == 303


def test_a_household_is_in_one_draft_at_a_time(desk: Desk) -> None:
    coordinator = seat(desk, "coordinator")
    to_visit(desk, 1, 4)
    first = begun(coordinator, team(desk, coordinator, weekly=1))
    second = begun(coordinator, team(desk, coordinator, "Paire 2"))
    assert sorted(numbers(desk, first) + numbers(desk, second)) == [1, 4]
    (taken,) = numbers(desk, first)
    assert act(desk, coordinator, second, "stops", case=case_of(desk, taken).id) == 400
    assert act(desk, coordinator, second, "stops", case=case_of(desk, 2).id) == 400, "it waits for nothing"
    assert act(desk, coordinator, first, "discard") == 303
    assert act(desk, coordinator, second, "fill") == 303 and sorted(numbers(desk, second)) == [1, 4]


def test_what_has_changed_since_is_not_planned(desk: Desk) -> None:
    coordinator = seat(desk, "coordinator")
    to_visit(desk, 1, 4)
    path = begun(coordinator, team(desk, coordinator))
    assert (
        coordinator.post(f"/cases/{case_of(desk, 1).id}/object", version=case_of(desk, 1).version).status_code
        == 303
    )
    assert act(desk, coordinator, path, "confirm") == 422 and case_of(desk, 4).state == "to_visit"
    assert act(desk, coordinator, path, f"stops/{stop(desk, path, 1).id}", do="remove") == 303
    assert act(desk, coordinator, path, "confirm") == 303 and case_of(desk, 1).state == "objected"


def test_a_closed_door_is_tried_again_by_the_same_round_or_another(desk: Desk, clock: Clock) -> None:
    coordinator = seat(desk, "coordinator")
    to_visit(desk, 1)
    here = begun(coordinator, team(desk, coordinator, weekly=1))
    act(desk, coordinator, here, "confirm")

    def absent() -> None:
        clock.turn(minutes=1)
        with desk.database.writing() as session:
            case = session.scalars(select(Case).where(Case.id == case_of(desk, 1).id)).one()
            case.state, case.state_since = "to_retry", desk.now()
        clock.turn(minutes=1)

    absent()
    assert "encore à visiter" in coordinator.get(f"/rounds?day={MONDAY}").text
    assert act(desk, coordinator, here, "stops", case=case_of(desk, 1).id) == 303
    assert (case_of(desk, 1).state, numbers(desk, here)) == ("planned", [1])
    absent()
    there = begun(coordinator, team(desk, coordinator, "Paire 2"))
    assert numbers(desk, there) == [1] and act(desk, coordinator, there, "confirm") == 303
    assert act(desk, coordinator, here, f"stops/{stop(desk, here, 1).id}", do="remove") == 303
    assert case_of(desk, 1).state == "planned", "by the other round"


def test_of_two_who_change_a_round_the_second_is_told(desk: Desk) -> None:
    coordinator, colleague = seat(desk, "coordinator"), seat(desk, "nadia", "coordinator")
    to_visit(desk, 1, 3, 4)
    path = begun(coordinator, team(desk, coordinator))
    seen, last = round_of(desk, path).version, round_of(desk, path).stops[-1].id
    assert coordinator.post(f"{path}/stops/{last}", version=seen, do="up").status_code == 303
    for what, form in ((f"stops/{last}", {"do": "remove"}), ("confirm", {}), ("discard", {}), ("fill", {})):
        assert colleague.post(f"{path}/{what}", version=seen, **form).status_code == 409
    assert len(numbers(desk, path)) == 3


def test_visitors_see_their_own_confirmed_rounds_and_nothing_else(desk: Desk, clock: Clock) -> None:
    coordinator = seat(desk, "coordinator")
    ours, theirs = account(desk, "vera", "visitor"), account(desk, "victor", "visitor")
    vera, victor = Seat(desk, "vera"), Seat(desk, "victor")
    to_visit(desk, 1, 7)
    path = begun(coordinator, team(desk, coordinator, users=[ours], weekly=2))
    begun(coordinator, team(desk, coordinator, "Paire 2", users=[theirs]))
    own = path.replace("/rounds/", "/rounds/mine/")
    assert vera.get(own).status_code == 404 and "Aucune tournée" in vera.get("/rounds/mine").text, "a draft"
    act(desk, coordinator, path, "confirm")
    shown = vera.get(own)
    assert own in vera.get("/rounds/mine").text and own not in victor.get("/rounds/mine").text
    for text in ("H00000001", "H00000007", "02 Gare", "personne 1", "personne 2"):
        assert text in shown.text
    for text in ("seul titulaire", "bibliothèque", "points", "signalement", "alerte", "80 ans", "MODELE"):
        assert text not in shown.text.split("<main")[1].split("</main")[0]
    assert victor.get(own).status_code == 404 and victor.get(path).status_code == 403
    others = [seat(desk, f"a-{role}", role) for role in ROLES if role != "visitor"]
    assert {one.get(own).status_code for one in others} == {403}
    clock.turn(days=7 * 6)
    later = Seat(desk, "vera")
    assert later.get(own).status_code == 404 and own not in later.get("/rounds/mine").text


def test_whoever_plans_sees_the_teams_of_their_neighbourhoods(desk: Desk) -> None:
    everywhere, north = seat(desk, "coordinator"), seat(desk, "nord", "coordinator", groups=["Nord"])
    to_visit(desk, 1, 2)
    south = team(desk, everywhere, "Sud", area="Sud")
    path = begun(everywhere, south)
    assert numbers(desk, path) == [2]
    assert "Sud" not in north.get("/teams").text
    for answer in (
        north.get(path),
        north.get(f"/teams/{south}"),
        north.post("/rounds", team=south, day=str(MONDAY)),
    ):
        assert answer.status_code == 404
    assert act(desk, north, path, "confirm") == 404 and north.get(f"{path}/route-sheet").status_code == 404
    for area in ("Sud", "", "Ouest"):
        form = {"name": "X", "role": "VOLONTAIRE", "area": area, "weekly": 3}
        assert north.post("/teams/new", **form).status_code == 422
    assert team(desk, north, "Nord 1")


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": " "},
        {"name": "Paire 1"},
        {"role": "ROBOT"},
        {"weekly": 0},
        {"weekly": 26},
        {"users": ["nobody"]},
    ],
)
def test_what_cannot_be_a_team(desk: Desk, wrong: dict[str, object]) -> None:
    coordinator = seat(desk, "coordinator")
    team(desk, coordinator)
    form = {"name": "Paire 2", "role": "AGENT", "area": "Nord", "weekly": 25} | wrong
    answer = coordinator.post("/teams/new", **form)
    assert answer.status_code == 422 and 'role="alert"' in answer.text
    assert (
        coordinator.post(
            "/teams/new", **(form | {"name": "Paire 2", "role": "AGENT", "weekly": 25, "users": []})
        ).status_code
        == 303
    )


def test_a_team_changes_and_closes_and_the_second_who_changes_it_is_told(desk: Desk) -> None:
    coordinator, vera = seat(desk, "coordinator"), account(desk, "vera", "visitor")
    team_id = team(desk, coordinator)
    form = {"name": "Paire 1", "role": "VOLONTAIRE", "area": "Nord", "weekly": 3}
    assert coordinator.post(f"/teams/{team_id}", version=1, users=[vera], **form).status_code == 303
    assert coordinator.post(f"/teams/{team_id}", version=1, **form).status_code == 409
    listed = coordinator.get("/teams").text
    assert "Vera" in listed and "<td>close</td>" in listed, "une équipe"
    assert "> active</label>" in coordinator.get(f"/teams/{team_id}").text
    assert coordinator.post("/rounds", team=team_id, day=str(MONDAY)).status_code == 404, "it was closed"
    assert coordinator.get(f"/teams/{team_id}").text.count("checked") == 1


@pytest.mark.parametrize(
    ("day", "status"),
    [
        ("2026-11-01", 422),
        ("2026-11-02", 303),
        ("2027-05-09", 303),
        ("2027-05-10", 422),
        ("soon", 422),
        ("", 422),
    ],
)
def test_rounds_are_for_this_week_and_half_a_year(desk: Desk, day: str, status: int) -> None:
    coordinator = seat(desk, "coordinator")
    team_id = team(desk, coordinator)
    answer = coordinator.post("/rounds", team=team_id, day=day)
    assert answer.status_code == status
    if status == 303:
        again = coordinator.post("/rounds", team=team_id, day=day)
        assert again.headers["location"] == answer.headers["location"], "one round a team and week"


def test_a_week_is_from_monday_to_sunday() -> None:
    assert {monday(MONDAY + timedelta(days=n)) for n in range(7)} == {MONDAY}
    assert sunday(MONDAY) == SUNDAY


def test_a_round_on_either_database(any_url: str) -> None:
    desk = a_desk(any_url)
    take(desk)
    coordinator = seat(desk, "coordinator")
    to_visit(desk, 1, 4)
    path = begun(coordinator, team(desk, coordinator))
    assert (
        act(desk, coordinator, path, f"stops/{stop(desk, path, numbers(desk, path)[1]).id}", do="up") == 303
    )
    assert act(desk, coordinator, path, "confirm") == 303
    assert act(desk, coordinator, path, f"stops/{stop(desk, path, 4).id}", do="remove") == 303
    assert (case_of(desk, 1).state, case_of(desk, 4).state) == ("planned", "to_visit")
    desk.database.close()
