"""Shares of small areas: an area without visits is the town's, one with many its own; and the intervals hold the truth."""

import numpy as np
import pandas as pd
import pytest

from models.calibration import Calibration
from models.more_visits import found_of, levels, simple
from models.small_areas import DRAWS, ENDS, areas, interval


def rng(seed: int = 0) -> np.random.Generator:
    return np.random.default_rng(seed)


def test_few_visits_lean_on_the_town_and_many_on_themselves() -> None:
    """All areas but one find 1 of 10. One finds half of its visits, of 4 or of 400; one had no visit at all."""
    shares = {}
    for visits in (4, 400):
        found = areas(np.array([visits / 2, *[1.0] * 15, 0.0]), np.array([float(visits), *[10.0] * 15, 0.0]), rng())  # fmt: skip
        assert found.shares.shape == (DRAWS, 17) and found.own[16] == 0
        shares[visits] = found.shares[:, 0].mean(), found.own[0], found.shares[:, 16].mean()
    few, many = shares[4], shares[400]
    assert 0.1 < few[0] < 0.3 and few[1] < 0.5 and few[2] == pytest.approx(0.11, abs=0.03)
    assert many[0] == pytest.approx(0.5, abs=0.03) and many[1] > 0.9


def test_the_order_of_areas_does_not_matter_and_the_same_seed_gives_the_same() -> None:
    found, visits = np.array([3.0, 0.0, 1.0]), np.array([12.0, 5.0, 9.0])
    one, again = areas(found, visits, rng()), areas(found, visits, rng())
    assert (one.shares == again.shares).all()
    turned = areas(found[::-1], visits[::-1], rng(1))
    assert turned.shares.mean(axis=0)[::-1] == pytest.approx(one.shares.mean(axis=0), abs=0.02)


@pytest.mark.slow
@pytest.mark.parametrize("apart", [0.0, 0.03, 0.08])
def test_of_a_hundred_intervals_ninety_hold_the_truth(apart: float) -> None:
    """120 towns of 23 areas with nine visits each, whose shares are all 12 % or differ by so much (standard deviation): too wide where all are alike, right where they differ."""
    chance, held = rng(), []
    for _ in range(120):
        strength = 0.12 * 0.88 / apart**2 - 1 if apart else np.inf
        true = chance.beta(0.12 * strength, 0.88 * strength, 23) if apart else np.full(23, 0.12)
        visits = chance.poisson(9, 23)
        found = areas(chance.binomial(visits, true).astype(float), visits.astype(float), chance)
        low, high = np.quantile(found.shares, ENDS, axis=0)
        held.append(np.mean((low <= true) & (true <= high)))
    assert np.mean(held) > 0.92


def test_visits_with_unequal_chances_are_worth_fewer() -> None:
    """Two of weight 1 and one of weight 2 are worth 16 / 6 visits; half of the weight was found."""
    place, found = pd.Series(["a", "a", "a", "b"]), pd.Series([True, True, False, False])
    y, n = simple(found, pd.Series([1.0, 1.0, 0.5, 0.5]), place, ["a", "b", "c"])
    assert n.tolist() == pytest.approx([16 / 6, 1.0, 0.0]) and y.tolist() == pytest.approx([8 / 6, 0.0, 0.0])


def test_further_visits_find_by_chance_and_never_more_than_they_are() -> None:
    drawn = found_of(np.array([20, 0]), np.full((DRAWS, 2), 0.1), rng())
    assert drawn[:, 0].mean() == pytest.approx(2.0, abs=0.1) and drawn[:, 1].max() == 0 and drawn.max() <= 20
    ends = interval(drawn[:, 0])
    assert (ends.low, ends.high) == (0, 5)


def test_a_probability_checked_on_few_visits_may_be_far_off() -> None:
    def spread(random: int) -> float:
        mapped = Calibration(kind="logistic", points=(), holds=True, why="", random=random, predicted=0.2, found=0.2, slope=(0.5, 1.5))  # fmt: skip
        level = levels(mapped, DRAWS, rng())
        assert level.mean() == pytest.approx(1.0, abs=0.1)
        return float(level.std())

    assert spread(60) > 2 * spread(600)
