"""The plan's indicators: counted by hand, and nothing small is told or can be worked out."""

import csv
import itertools
from datetime import date, timedelta
from io import StringIO
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from features.frame import HIDDEN
from review.desk import Desk
from review.indicators import TOTAL, Indicators, indicators
from review.tables.cases import Case
from review.tables.visits import Visit
from review.visits.outcome_words import NEEDS
from tests.review.desk_sample import AS_OF, START, Clock, a_desk, case_of, line, seat, sqlite, take, taken

TODAY = START.date()


def counted(desk: Desk) -> Indicators:
    """Of the last month."""
    with desk.database.reading() as session:
        return indicators(session, TODAY - timedelta(days=30), TODAY + timedelta(days=30))


def visit(case: Case, **given: object) -> Visit:
    """Of the first member, met on the day the list was taken in."""
    return Visit(
        case_id=case.id, member_id=case.members[0].id if case.members else None, visited_on=TODAY, visitor_role="VOLONTAIRE",
        outcome="VU", entered_by="expert", entered_at=START, objected=False, **given,
    )  # fmt: skip


def isolated() -> dict[str, int]:
    """Ten points of thirty."""
    return dict(zip([f"lsns6_{n}" for n in range(1, 7)], (2, 2, 2, 2, 1, 1), strict=True))


def connected() -> dict[str, int]:
    """Twenty-four."""
    return {f"lsns6_{n}": 4 for n in range(1, 7)}


@pytest.fixture
def town(tmp_path: Path) -> Desk:
    """Sixty households of two neighbourhoods: forty met, of whom fifteen are isolated; thirteen of the first need meals, four of the second."""
    desk = a_desk(sqlite(tmp_path), clock=Clock())
    lines = [
        line(n, quartier="01" if n <= 30 else "02", arm="EXPLORATION" if n > 48 else "MODELE")
        for n in range(1, 61)
    ]
    take(desk, taken(lines=lines))
    with desk.database.writing() as session:
        cases = {case.household_id: case for case in session.scalars(select(Case))}
        by_number = [cases[one.household_id] for one in lines]
        for n, case in enumerate(by_number[:25] + by_number[45:60]):
            found = isolated() if n < 15 else connected()
            meals = n < 13 or n >= 36
            arm = case.listings[0].arm
            session.add(visit(case, **found, besoin_repas=meals, judgement=3 if n < 12 else 0, arm=arm))
        for case in by_number[25:37]:
            absent = visit(case)
            absent.outcome = "ABSENT"
            session.add(absent)
    return desk


def test_figures_of_a_town_counted_by_hand(town: Desk) -> None:
    told = counted(town)
    assert told.identified == {"list": 60, TOTAL: 60}
    assert told.outcomes == {"VU": 40, "ABSENT": 12, TOTAL: 52}
    assert (told.met, told.truly_isolated, told.judged_isolated, told.severe) == (40, 15, 12, 12)
    assert told.needs[TOTAL]["besoin_repas"] == 17
    assert {told.needs[q]["besoin_repas"] for q in ("01", "02")} == {HIDDEN}
    ways = {one.way: one for one in told.yields}
    assert (ways["MODELE"].met, ways["MODELE"].isolated) == (28, 15)
    assert ways["MODELE"].share == pytest.approx(15 / 28)
    assert (ways["EXPLORATION"].met, ways["EXPLORATION"].isolated, ways["EXPLORATION"].share) == (12, 0, 0.0)
    assert ways["EXPLORATION"].high == pytest.approx(0.2425, abs=1e-4)
    assert ways["added"].share is None


def test_whoever_was_found_by_lot_stays_so_when_a_later_list_ranks_them(town: Desk) -> None:
    later = [line(n, quartier="01", arm="MODELE") for n in range(49, 61)]
    take(town, taken(run_id="2026-11-09-run", lines=later, as_of=AS_OF + timedelta(days=7)))
    ways = {one.way: one for one in counted(town).yields}
    assert (ways["MODELE"].met, ways["EXPLORATION"].met) == (28, 12)


def test_of_several_visits_of_one_household_any_isolated_adult_counts_once(desk: Desk) -> None:
    case = case_of(desk, 7)
    with desk.database.writing() as session:
        for found in (connected(), isolated(), connected()):
            session.add(visit(case, **found))
    told = counted(desk)
    assert (told.met, told.truly_isolated) == (HIDDEN, HIDDEN)
    assert told.outcomes == {"VU": HIDDEN, TOTAL: HIDDEN}


def test_a_period_without_anything_is_all_nothing(desk: Desk) -> None:
    with desk.database.reading() as session:
        told = indicators(session, date(2020, 1, 1), date(2020, 12, 31))
    assert (told.met, told.severe, told.identified, told.days) == (
        0,
        0,
        {TOTAL: 0},
        {"to_decision": None, "to_visit": None},
    )


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(["01", "02", "03"]), st.booleans()), min_size=0, max_size=60))
def test_nothing_small_is_told_nor_follows_from_the_rest(households: list[tuple[str, bool]]) -> None:
    """Against all ways to fill the hidden cells of one need: each hidden number could be another one."""
    from types import SimpleNamespace

    from review.indicators import _Met, _needs

    met = [
        _Met(
            case=SimpleNamespace(quartier=place),
            way="MODELE",
            isolated=None,
            lonely=None,
            judgement=None,
            needs=frozenset(["besoin_repas"] if needs else []),
        )  # type: ignore[arg-type]
        for place, needs in households
    ]
    told = {place: row["besoin_repas"] for place, row in _needs(met).items()}
    true = {place: sum(n for q, n in households if place in (q, TOTAL)) for place in told}
    assert all(told[place] in (true[place], HIDDEN) for place in told)
    assert not any(told[place] != HIDDEN and 0 < true[place] < 11 for place in told)
    hidden = [place for place in told if told[place] == HIDDEN]
    ways = [
        dict(zip(hidden, guess, strict=True))
        for guess in itertools.product(
            *(range(max(0, true[place] - 12), true[place] + 13) for place in hidden)
        )
        if _adds_up({**told, **dict(zip(hidden, guess, strict=True))})
    ]
    for place in hidden:
        assert len({way[place] for way in ways}) > 1


def _adds_up(counts: dict[str, object]) -> bool:
    return counts[TOTAL] == sum(n for place, n in counts.items() if place != TOTAL)  # type: ignore[misc]


def test_the_time_to_a_decision_counts_from_the_case_and_says_so(desk: Desk) -> None:
    """A household that the unit added was on no list."""
    html = seat(desk, "coordinator").get("/indicators").text
    assert "du dossier à la décision" in html and "de la liste à la décision" not in html


def test_the_page_and_the_table_tell_the_same(town: Desk) -> None:
    coordinator = seat(town, "coordinator")
    html = coordinator.get(f"/indicators?since=2026-10-01&until={TODAY.isoformat()}").text
    assert "réellement isolés" in html
    assert ">15<" in html
    assert "54" in html and "non affiché" in html
    answer = coordinator.get(f"/indicators.csv?since=2026-10-01&until={TODAY.isoformat()}")
    rows = list(csv.reader(StringIO(answer.text.lstrip("\ufeff")), delimiter=";"))
    assert ["Ce que les visites ont trouvé", "réellement isolés", "15"] in rows
    assert ["Besoins", "repas, 01 Centre", "non affiché"] in rows
    assert not any(cell.startswith(("=", "+", "-", "@")) for row in rows for cell in row)
    assert len(rows) > len(NEEDS) * 3


def test_a_neighbourhood_named_like_a_formula_is_harmless_in_the_table(tmp_path: Path) -> None:
    desk = a_desk(sqlite(tmp_path))
    take(desk, taken(lines=[line(1, quartier="=1+1")]))
    with desk.database.writing() as session:
        case = session.scalars(select(Case)).one()
        session.add(visit(case, **isolated(), besoin_repas=True))
    text = seat(desk, "analyst").get(f"/indicators.csv?until={AS_OF + timedelta(days=9)}").text
    assert ";=1" not in text
    assert "\n=1" not in text
