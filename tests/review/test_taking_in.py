"""A list becomes cases: once, blind to the arm, open cases kept, what nobody looked at dropped."""

from collections import Counter
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, select

from review.cases.taken import TakenLine
from review.cases.taking_in import _places, age_band
from review.desk import Desk
from review.tables.cases import Case
from tests.review.desk_sample import (
    AS_OF,
    Clock,
    Lists,
    a_desk,
    case_of,
    household,
    line,
    seat,
    sqlite,
    take,
    taken,
)


def count(desk: Desk) -> int:
    with desk.database.reading() as session:
        return session.scalar(select(func.count(Case.id))) or 0


def test_a_list_is_taken_in_once(desk: Desk) -> None:
    assert count(desk) == 8
    take(desk)
    assert count(desk) == 8


def test_an_open_case_goes_on_and_one_that_nobody_read_ends(desk: Desk) -> None:
    expert, begun = seat(desk, "expert"), case_of(desk, 1)
    expert.post(
        f"/cases/{begun.id}/decide",
        version=begun.version,
        choice="visit",
        reason_visit="AUTRE",
        visitor_role="AGENT",
    )
    later = [line(1, quartier="03"), line(9), *(line(n) for n in (3, 4))]
    take(desk, taken("2026-12-02-run", later, as_of=date(2026, 12, 2)))
    again = case_of(desk, 1)
    assert (again.id, again.state, again.quartier) == (begun.id, "to_visit", "03")
    assert [listing.run_id for listing in again.listings] == ["2026-12-02-run", "2026-11-02-run"]
    assert (case_of(desk, 2).state, case_of(desk, 2).closed_because) == ("closed", "NO_LONGER_LISTED")
    assert (case_of(desk, 9).state, case_of(desk, 3).state) == ("to_review", "to_review")
    assert [member.id for member in again.members] == [member.id for member in begun.members]


def test_a_household_that_comes_back_after_its_case_was_closed_gets_a_new_one(
    desk: Desk, clock: Clock
) -> None:
    expert, first = seat(desk, "expert"), case_of(desk, 1)
    expert.post(f"/cases/{first.id}/decide", version=first.version, choice="none", reason_none="CAPACITE")
    clock.turn(minutes=5)
    take(desk, taken("2026-12-02-run", [line(1)], as_of=date(2026, 12, 2)))
    assert case_of(desk, 1).id != first.id
    assert case_of(desk, 1).state == "to_review"


@st.composite
def lists(draw: st.DrawFn) -> list[TakenLine]:
    ranked, strewn = draw(st.integers(1, 40)), draw(st.integers(0, 8))
    return [line(n, arm="MODELE" if n <= ranked else "EXPLORATION") for n in range(1, ranked + strewn + 1)]


@given(lists())
def test_places_are_a_permutation_in_which_the_ranked_keep_their_order(lines: list[TakenLine]) -> None:
    places = _places(taken(lines=lines))
    assert sorted(places.values()) == list(range(1, len(lines) + 1))
    ranked = [places[one.household_id] for one in lines if one.arm == "MODELE"]
    assert ranked == sorted(ranked)


def test_those_drawn_at_random_are_strewn_over_the_whole_list() -> None:
    """Over many runs each tenth of the list holds about as many of them: nobody can tell them by their place."""
    tenths: Counter[int] = Counter()
    for run in range(300):
        lines = [line(n, arm="MODELE" if n <= 54 else "EXPLORATION") for n in range(1, 61)]
        places = _places(taken(f"run-{run}", lines))
        tenths.update((places[household(n)] - 1) * 10 // 60 for n in range(55, 61))
    assert all(110 < tenths[tenth] < 260 for tenth in range(10)), tenths


def test_an_arm_is_told_after_the_decision_only(desk: Desk) -> None:
    expert, drawn, ranked = seat(desk, "expert"), case_of(desk, 5), case_of(desk, 1)
    pages = [expert.get(f"/cases/{case.id}").text for case in (drawn, ranked)] + [
        expert.get("/queue?scope=all").text
    ]
    for html in pages:
        assert not any(
            word in html for word in ("tiré au sort", "par le classement<", "EXPLORATION", "MODELE")
        )
    for name in ("EXPLORATION", "MODELE"):
        assert "Aucun dossier ne correspond" in expert.get(f"/queue?entry={name}").text
    for case in (drawn, ranked):
        expert.post(
            f"/cases/{case.id}/decide",
            version=case.version,
            choice="visit",
            reason_visit="AUTRE",
            visitor_role="AGENT",
        )
    assert "tiré au sort" in expert.get(f"/cases/{drawn.id}").text
    assert "par le classement<" in expert.get(f"/cases/{ranked.id}").text


def test_a_random_share_is_for_two_readers(tmp_path: Path) -> None:
    desk = a_desk(sqlite(tmp_path), second_look_share=0.1)
    take(desk, taken(lines=[line(n) for n in range(1, 1001)]))
    with desk.database.reading() as session:
        drawn = session.scalar(select(func.count(Case.id)).where(Case.needs_two)) or 0
    assert 65 <= drawn <= 140
    desk.database.close()


@pytest.mark.parametrize(
    ("born", "band"),
    [
        (2002, "under_25"),
        (2001, "25_39"),
        (1987, "25_39"),
        (1986, "40_59"),
        (1966, "60_74"),
        (1951, "75_79"),
        (1946, "80_plus"),
        (None, "unknown"),
    ],
)
def test_age_bands_at_their_edges(born: int | None, band: str) -> None:
    assert age_band(line(1, born=born).members, AS_OF) == band


def test_the_page_offers_a_new_list_and_takes_it_in(desk: Desk, lists: Lists) -> None:
    analyst = seat(desk, "analyst")
    assert "La reprendre" not in analyst.get("/lists").text
    lists.lists["2026-12-02-run"] = taken("2026-12-02-run", [line(11)], as_of=date(2026, 12, 2))
    assert "La reprendre" in analyst.get("/lists").text
    assert analyst.post("/lists").headers["location"] == "/lists?said=taken"
    assert case_of(desk, 11).state == "to_review"
    assert "La reprendre" not in analyst.get("/lists").text


def test_a_line_without_members_or_neighbourhood_is_taken_too(tmp_path: Path) -> None:
    desk = a_desk(sqlite(tmp_path))
    bare = replace(line(1, quartier=""), members=(), id_logement=None, id_adresse="")
    take(desk, taken(lines=[bare]))
    case = case_of(desk, 1)
    assert (case.age_band, case.quartier, len(case.members)) == ("unknown", "", 0)
    assert seat(desk, "expert").get(f"/cases/{case.id}").status_code == 200
    desk.database.close()
