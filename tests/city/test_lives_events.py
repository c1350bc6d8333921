"""Births and deaths: as many as the declared rates give, without the noise of drawing each person apart."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from synthetic_city.lives_families import evenly
from synthetic_city.lives_state import stream

CHANCES = st.lists(st.sampled_from([0.0, 0.001, 0.03, 0.25, 0.5, 1.0]), max_size=60)


def test_four_people_with_one_chance_in_two_have_two_events() -> None:
    for seed in range(20):
        happens = evenly(np.full(4, 0.5), np.array([0, 0, 1, 1]), stream(seed, "events"))
        assert happens[:2].sum() == happens[2:].sum() == 1


@given(chances=CHANCES, seed=st.integers(0, 99))
def test_every_stretch_of_ages_has_its_expected_number_of_events_within_one(
    chances: list[float], seed: int
) -> None:
    chance = np.array(chances)
    ages = np.arange(len(chance)) // 3
    happens = evenly(chance, ages, stream(seed, "events"))
    for first in range(0, len(chance), 3):
        for last in range(first, len(chance), 3):
            inside = (ages >= first // 3) & (ages <= last // 3)
            assert abs(happens[inside].sum() - chance[inside].sum()) < 1 + 1e-9
    assert happens[chance == 1.0].all()
    assert not happens[chance == 0.0].any()


def test_each_person_keeps_their_own_chance() -> None:
    """Over 4,000 starts the frequency of the event is the chance, within four standard errors of independent draws."""
    chance = np.array([0.02, 0.4, 0.1, 0.9, 0.0, 0.3])
    rng = stream(1, "many starts")
    seen = np.mean([evenly(chance, np.zeros(6), rng) for _ in range(4000)], axis=0)
    assert seen == pytest.approx(chance, abs=0.032)
