"""Who is in couple with whom: pairs of near ages, shares by sex that agree with each other, couples of one sex."""

from __future__ import annotations

from itertools import combinations, permutations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from synthetic_city.facts import AGES, read_facts
from synthetic_city.history import History
from synthetic_city.lives import live
from synthetic_city.lives_partners import (
    FIRST_AGE,
    gap_law,
    is_likely,
    nearest,
    partners_ages,
)
from synthetic_city.lives_targets import Targets, targets

ages = st.lists(st.integers(17, 40).map(float), max_size=4)


@pytest.fixture(scope="module")
def aims() -> Targets:
    return targets(read_facts())


@pytest.fixture(scope="module")
def town() -> History:
    return live(12_000, 18, seed=5)


@given(ages, ages, st.sampled_from([0.0, 1.0, 2.5]))
def test_nearest_makes_as_many_pairs_within_reach_as_anybody_could(
    have: list[float], wished: list[float], within: float
) -> None:
    left, right = nearest(np.array(have), np.array(wished), within)
    assert len(set(left)) == len(left) and len(set(right)) == len(right)
    assert all(abs(have[i] - wished[j]) <= within for i, j in zip(left, right, strict=True))
    assert len(left) == _most(have, wished, within)


def _most(have: list[float], wished: list[float], within: float) -> int:
    """The largest number of pairs, by trying every choice."""
    for size in range(min(len(have), len(wished)), 0, -1):
        for some in combinations(have, size):
            for others in permutations(wished, size):
                if all(abs(one - other) <= within for one, other in zip(some, others, strict=True)):
                    return size
    return 0


def test_the_law_of_gaps_on_the_towns_women_is_the_published_one(aims: Targets) -> None:
    facts = read_facts()
    women = aims.couple_by_sex[1] * aims.pyramid[1]
    gap = AGES[:, None] - AGES[None, :]
    chance = partners_ages() * women / women.sum()
    assert (gap * chance).sum() == pytest.approx(facts.value("partners_age_gap"), abs=0.1)
    assert chance[gap >= 2].sum() == pytest.approx(facts.value("man_older_share"), abs=0.01)
    assert chance[gap <= -2].sum() == pytest.approx(facts.value("woman_older_share"), abs=0.01)
    assert gap_law()[1].sum() == pytest.approx(1.0)


def test_as_many_men_as_women_are_in_couple_and_each_step_keeps_its_people(aims: Targets) -> None:
    by_sex = aims.couple_by_sex * aims.pyramid
    assert by_sex[0].sum() == pytest.approx(by_sex[1].sum(), rel=0.005)
    residents = aims.pyramid.sum(axis=0)
    for first, last in ((15, 19), (20, 24), (25, 39), (40, 54), (55, 64), (65, 79), (80, 119)):
        band = slice(first, last + 1)
        share = by_sex[:, band].sum() / residents[band].sum()
        assert share == pytest.approx(
            (aims.couple * residents)[band].sum() / residents[band].sum(), abs=0.015
        )
    assert (aims.couple_by_sex[:, :FIRST_AGE] == 0).all()
    assert aims.couple_by_sex[1, 22] > aims.couple_by_sex[0, 22]
    assert aims.couple_by_sex[1, 82] < aims.couple_by_sex[0, 82]


def test_likely_partners() -> None:
    one, other = np.array([17, 16, 40, 40, 80]), np.array([17, 17, 25, 24, 45])
    assert is_likely(one, other).tolist() == [True, False, True, False, True]


@pytest.mark.slow
def test_some_couples_are_of_one_sex_and_have_no_child_of_both(town: History) -> None:
    people, unions = town.people, town.unions
    sex = people["sex"].to_numpy()
    one_sex = unions[sex[unions["a"]] == sex[unions["b"]]]
    assert {"M", "F"} == set(sex[one_sex["a"]])
    parents = people[(people["mother"] >= 0) & (people["father"] >= 0)]
    assert (sex[parents["mother"]] == "F").all() and (sex[parents["father"]] == "M").all()


@pytest.mark.slow
def test_nobody_is_in_two_couples_at_once(town: History) -> None:
    unions = town.unions
    both = np.concatenate([unions["a"], unions["b"]])
    begin, end = (np.tile(unions[name].to_numpy(), 2) for name in ("from_on", "to_on"))
    order = np.lexsort((begin, both))
    same = both[order][1:] == both[order][:-1]
    assert (begin[order][1:] >= end[order][:-1])[same].all()
