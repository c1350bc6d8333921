"""The parts that the lives of the synthetic city rest on: pictures worked by hand and laws against slow references."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data_contracts.errors import ConfigurationError
from synthetic_city.facts import OLDEST, read_facts
from synthetic_city.lives_arrivals import come_back
from synthetic_city.lives_dwellings import build
from synthetic_city.lives_families import PARENT_AT, more_children, pick, spawn, whole_numbers
from synthetic_city.lives_moves import moving_chance
from synthetic_city.lives_state import (
    BEREAVED,
    MARIAGE,
    NEVER,
    Log,
    Month,
    Town,
    ages_on,
    net_of_excess,
    stream,
)
from synthetic_city.lives_targets import band_counts, shifted, targets
from synthetic_city.lives_vital import _bury


@given(born=st.dates(date(1900, 1, 1), date(2020, 12, 31)), later=st.integers(0, 40_000))
def test_age_counts_birthdays(born: date, later: int) -> None:
    day = born + timedelta(days=later)
    epoch = date(1970, 1, 1)
    expected = day.year - born.year - ((day.month, day.day) < (born.month, born.day))
    got = ages_on(np.array([(born - epoch).days], dtype=np.int32), (day - epoch).days)
    assert got.tolist() == [expected]


def test_of_two_partners_who_die_in_one_month_the_first_leaves_the_other_bereaved() -> None:
    """Persons 0 and 1 are married; 1 dies on day 40, 0 on day 50."""
    _, stock = build(2_000, read_facts(), targets(read_facts()), stream(1, "test"))
    town = Town(stock)
    couple = town.people.add(2)
    town.enter(couple, np.zeros(2, dtype=np.int32), 10, 0)
    town.unite(couple[:1], couple[1:], MARIAGE, 20)
    _bury(town, np.array([1, 0]), np.array([40, 50], dtype=np.int32), stream(1, "death"))
    assert town.unions["to_on"].tolist() == [40]
    assert town.unions["end"].tolist() == [BEREAVED]
    assert town.people.bereaved[:2].tolist() == [40, NEVER]
    assert town.people.died[:2].tolist() == [50, 40]
    assert town.stays["to_on"].tolist() == [50, 40]


def test_an_emptied_dwelling_is_free_only_next_month() -> None:
    _, stock = build(2_000, read_facts(), targets(read_facts()), stream(1, "test"))
    town = Town(stock)
    one, two = town.people.add(1), town.people.add(1)
    town.enter(one, np.zeros(1, dtype=np.int32), 10, 0)
    town.close_month()
    first = int(stock.household[0])
    town.leave(one, 40, 2)
    assert stock.is_busy[0]
    assert stock.household[0] == first
    town.close_month()
    assert not stock.is_busy[0]
    assert stock.household[0] == -1
    town.enter(two, np.zeros(1, dtype=np.int32), 70, 2)
    assert stock.household[0] != first


@given(st.lists(st.lists(st.integers(-1000, 1000), min_size=0, max_size=400), max_size=12))
def test_a_log_keeps_what_was_appended(blocks: Sequence[list[int]]) -> None:
    log = Log("value", "mark")
    for number, block in enumerate(blocks):
        rows = log.append(value=np.array(block, dtype=np.int32), mark=number)
        assert len(rows) == len(block)
    assert log["value"].tolist() == [value for block in blocks for value in block]
    assert log["mark"].tolist() == [number for number, block in enumerate(blocks) for _ in block]


@given(first=st.integers(0, 20_000), length=st.integers(28, 31), seed=st.integers(0, 99))
def test_event_days_lie_after_the_first_day_and_up_to_the_next(first: int, length: int, seed: int) -> None:
    days = Month(first=first, following=first + length).days(stream(seed, "days"), 300)
    assert days.min() > first
    assert days.max() <= first + length


@given(
    children=st.lists(st.integers(0, 30), max_size=30),
    parents=st.lists(st.integers(18, 70), max_size=30),
    seed=st.integers(0, 9),
)
def test_children_only_get_parents_of_a_possible_age(
    children: list[int], parents: list[int], seed: int
) -> None:
    kids, adults = np.array(children, dtype=np.int32), np.array(parents, dtype=np.int32)
    placed, holder = more_children(kids, adults, stream(seed, "kids"))
    assert len(set(placed.tolist())) == len(placed)
    for child, parent in zip(placed, holder, strict=True):
        assert PARENT_AT[0] <= adults[parent] - kids[child] <= PARENT_AT[1]


@given(
    weights=st.lists(st.sampled_from([0.0, 0.5, 3.0]), max_size=40),
    count=st.integers(0, 50),
    seed=st.integers(0, 9),
)
def test_pick_draws_different_positions_of_positive_weight(
    weights: list[float], count: int, seed: int
) -> None:
    drawn = pick(np.array(weights), count, stream(seed, "pick")).tolist()
    able = [place for place, weight in enumerate(weights) if weight > 0]
    assert len(set(drawn)) == len(drawn) == min(count, len(able))
    assert set(drawn) <= set(able)


@given(st.lists(st.integers(-20, 20).map(float), min_size=1, max_size=20))
def test_what_is_filled_is_what_is_lacking_on_balance(lack: list[float]) -> None:
    filled = net_of_excess(np.array(lack))
    assert (filled >= 0).all()
    assert (filled[np.array(lack) <= 0] == 0).all()
    assert filled.sum() == pytest.approx(max(sum(lack), 0.0))


def test_whole_numbers_have_the_expected_mean() -> None:
    drawn = whole_numbers(np.full(20_000, 1.3), stream(1, "whole"))
    assert set(drawn.tolist()) == {1, 2}
    assert drawn.mean() == pytest.approx(1.3, abs=0.02)


@settings(max_examples=40, deadline=None)
@given(share=st.floats(0.05, 0.9), part=st.floats(0.05, 0.95))
def test_a_shifted_profile_adds_up_and_keeps_its_odds_ratios(share: float, part: float) -> None:
    profile, weight = np.array([share, share / 2, 0.0]), np.array([300.0, 700.0, 50.0])
    moved = shifted(profile, weight, part * 1000)
    assert (moved * weight).sum() == pytest.approx(part * 1000)
    assert moved[2] == 0

    def odds(values: np.ndarray[tuple[int], np.dtype[np.float64]]) -> float:
        return float(values[0] / (1 - values[0]) * (1 - values[1]) / values[1])

    assert odds(moved) == pytest.approx(odds(profile))


def test_the_targets_agree_with_the_published_totals_and_with_one_another() -> None:
    facts = read_facts()
    aims = targets(facts)
    assert aims.pyramid.sum() == pytest.approx(facts.value("population"))
    for (first, last), count in band_counts(facts).items():
        assert aims.pyramid[:, first : last + 1].sum() == pytest.approx(count), (first, last)
    assert aims.pyramid[1].sum() == pytest.approx(facts.value("women"))
    assert aims.one_person + aims.couples + aims.single_parents + aims.others == pytest.approx(
        aims.households
    )
    assert (aims.pyramid * aims.couple).sum() == pytest.approx(2 * aims.couples)
    assert (aims.pyramid * aims.mortality)[:, :OLDEST].sum() == pytest.approx(
        facts.value("deaths_a_year"), rel=1e-3
    )
    assert (aims.pyramid[1] * aims.fertility).sum() == pytest.approx(facts.value("births_a_year"))


def test_a_household_moves_by_its_tenure_and_the_age_of_its_oldest_adult() -> None:
    """A private tenant of 25 moves once in eight years, at 60 once in fifty; an owner of 80 once in five hundred."""
    chance = moving_chance(np.array([1, 1, 0], dtype=np.int8), np.array([25, 60, 80], dtype=np.int32))
    assert chance == pytest.approx([0.12, 0.02, 0.002])


def test_who_left_this_month_does_not_come_back_in_it() -> None:
    """4,000 people of 30 leave on day 70 of the month that begins on day 60: some return later, none in that month."""
    _, stock = build(4_000, read_facts(), targets(read_facts()), stream(1, "test"))
    town = Town(stock)
    people = spawn(town, 0, np.full(4_000, 60 - 30 * 366, dtype=np.int32), 60, stream(1, "people"))
    town.enter(people, np.arange(4_000, dtype=np.int32) % 1_500, 10, 0)
    town.leave(people, 70, 2)
    town.close_month()
    assert len(come_back(town, Month(first=60, following=90), stream(1, "back"))) == 0
    assert len(come_back(town, Month(first=90, following=120), stream(1, "back"))) > 0


def test_an_unknown_fact_is_refused_with_the_place_to_add_it() -> None:
    with pytest.raises(ConfigurationError, match=r"published\.csv"):
        read_facts().value("number of cats")
