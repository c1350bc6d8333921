"""Brothers and sisters: pictures of days kept apart, and the law that founding, arrivals and births keep together."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from synthetic_city.facts import read_facts
from synthetic_city.history import History
from synthetic_city.lives import live
from synthetic_city.lives_dwellings import build
from synthetic_city.lives_families import spawn
from synthetic_city.lives_siblings import APART_DAYS, TWIN_SHARE, apart, births, find_parents, make_twins
from synthetic_city.lives_state import WOMEN, Index, Town, ages_on, stream
from synthetic_city.lives_targets import targets

TODAY = 20_000


@pytest.fixture(scope="module")
def settled() -> History:
    return live(6_000, 12, seed=5)


def empty_town() -> Town:
    _, stock = build(2_000, read_facts(), targets(read_facts()), stream(1, "test"))
    return Town(stock)


def women_and_children(born: list[int]) -> tuple[Town, Index, Index]:
    """Two women of 40 and children born on these days before today."""
    town = empty_town()
    women = spawn(town, WOMEN, np.full(2, TODAY - 40 * 365 - 20, dtype=np.int32), TODAY, stream(1, "women"))
    children = spawn(town, 0, (TODAY - np.array(born)).astype(np.int32), TODAY, stream(1, "children"))
    return town, women, children


def test_two_births_of_one_mother_are_300_days_apart() -> None:
    """Mother 1 has a child of day 1000. Of six more, those of days 701, 1000 and 1299 are too near; mother 2 is free.

    Days 700 and 1300 are just far enough, and 1400 is too near to 1300, which is asked for before it.
    """
    mother = np.array([1, 1, 1, 1, 1, 1, 2])
    born = np.array([700, 701, 1000, 1299, 1300, 1400, 1000], dtype=np.int32)
    taken = births(np.array([1]), np.array([1000], dtype=np.int32))
    assert [
        bool(apart(births(mother[place : place + 1], born[place : place + 1]), taken)[0])
        for place in range(7)
    ] == [True, False, False, False, True, True, True]
    assert apart(births(mother[[4, 5]], born[[4, 5]]), taken).tolist() == [True, False]


@pytest.mark.slow
@settings(max_examples=30, deadline=None)
@given(
    born=st.lists(st.integers(0, 4000), max_size=25),
    known=st.lists(st.integers(0, 13).map(lambda step: 311 * step), max_size=4, unique=True),
    seed=st.integers(0, 9),
)
def test_children_found_a_parent_only_far_from_every_other_child(
    born: list[int], known: list[int], seed: int
) -> None:
    """Checked child against child, those known before included."""
    town, women, children = women_and_children(known + born)
    people = town.people
    people.mother[children[: len(known)]] = women[0]
    placed, holder = find_parents(town, children[len(known) :], women, stream(seed, "parents"))
    people.mother[placed] = holder
    for woman in women:
        days = people.born[: people.size][people.mother[: people.size] == woman].tolist()
        assert all(abs(one - other) >= APART_DAYS for at, one in enumerate(days) for other in days[:at])


def test_twins_share_the_birthday_of_another_child_of_their_age() -> None:
    town, _, children = women_and_children(list(range(0, 4000, 4)))
    ages = town.people.age[children].copy()
    first, second = make_twins(town, children, stream(1, "twins"))
    assert len(first) == round(1000 * TWIN_SHARE / (1 + TWIN_SHARE))
    assert len(set(first.tolist()) | set(second.tolist())) == 2 * len(first)
    assert (town.people.born[first] == town.people.born[second]).all()
    assert (ages_on(town.people.born[children], TODAY) == ages).all()


@pytest.mark.slow
def test_brothers_and_sisters_are_twins_or_born_300_days_apart(settled: History) -> None:
    known = settled.people[settled.people["mother"] >= 0].sort_values(["mother", "born_on"])
    same = (known["mother"] == known["mother"].shift()).to_numpy()
    days = known["born_on"].diff().dt.days.to_numpy()[same]
    assert len(days) > 500
    assert set(days[days < APART_DAYS].tolist()) == {0.0}
    assert 0.25 * TWIN_SHARE < (days == 0).sum() / len(known) < 3 * TWIN_SHARE
