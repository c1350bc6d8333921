"""Laws of the logistic: points without labels, the data with many, and never beyond what a factor declares."""

import json
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import expit

from features.factor import Factor, Scale
from features.prior import Prior
from models.candidate import Bools, Floats, score
from models.logistic import BASE_ERROR, MANY, Logistic, LogisticScorer, _together
from models.points import BASE, Points, bounds, signals
from tests.models.town import FACTORS, matrix


def factor(
    name: str, log_odds: float = 0.5, error: float = 0.4, *, monotone: bool = True, cap: float | None = None
) -> Factor:
    """A yes/no factor that raises the risk."""
    prior = Prior(log_odds=log_odds, standard_error=error, source="drawn")
    return replace(FACTORS[0], name=name, prior=prior, monotone=monotone, cap=cap, scale=Scale(), direction=1)


ONE = factor("one")
MIXED = (
    factor("free", -0.3, monotone=False),
    factor("up", 0.4),
    factor("wide", 0.2, 1.0),
    factor("capped", 0.2, cap=0.3),
)


def drawn(n: int, seed: int, factors: tuple[Factor, ...] = MIXED) -> tuple[pd.DataFrame, Bools, Floats]:
    """Yes, no or no trace at random; outcomes unrelated to anything; weights from 0.2 to 3."""
    rng = np.random.default_rng(seed)
    table = pd.DataFrame({f.name: rng.choice([0.0, 1.0, 0.4, np.nan], n) for f in factors})
    return table, rng.random(n) < 0.4, rng.uniform(0.2, 3, n)


def together(scorer: LogisticScorer) -> Floats:
    return np.array([scorer.base, *scorer.coefficients])


def test_without_labels_it_is_the_points() -> None:
    table, outcome = matrix(200)
    scorer = Logistic(factors=FACTORS).fit(table.head(0), np.asarray(outcome[:0]), np.ones(0))
    points = Points(factors=FACTORS).fit(table, outcome, np.ones(200))
    np.testing.assert_allclose(score(scorer, table), score(points, table), atol=1e-12)
    np.testing.assert_allclose(scorer.errors, [f.prior.standard_error for f in FACTORS], atol=1e-8)
    assert (scorer.base, scorer.base_error) == (BASE, BASE_ERROR)


def test_with_endless_labels_it_is_what_the_table_says() -> None:
    """Of those with the trace 10 of 20 are isolated, of the others 5 of 25: log-odds -1.386 and, with it, ln 4 more."""
    table = pd.DataFrame({"one": [1.0] * 20 + [0.0] * 15 + [np.nan] * 10})
    outcome = np.array([True] * 10 + [False] * 10 + [True] * 5 + [False] * 20)
    scorer = Logistic(factors=(ONE,)).fit(table, outcome, np.full(45, 1e6))
    np.testing.assert_allclose(together(scorer), [np.log(5 / 20), np.log(4)], atol=1e-5)


def test_fifty_thousand_households_outweigh_the_priors() -> None:
    table, outcome = matrix(50_000)
    scorer = Logistic(factors=FACTORS).fit(table, outcome, np.ones(50_000))
    found = dict(zip((f.name for f in FACTORS), scorer.coefficients, strict=True))
    told = {"lives_alone_known": 1.6, "low_income": 1.2}
    assert scorer.base == pytest.approx(-2.2, abs=0.15)
    assert found["lives_alone_known"] == pytest.approx(1.6, abs=0.06)
    assert found["low_income"] == pytest.approx(1.2, abs=0.06)
    shown = {f.name: bool(signals(table, (f,)).max() > 0) for f in FACTORS}
    for factor in FACTORS:
        if shown[factor.name] and factor.name not in told:
            assert abs(found[factor.name]) < 0.12, factor.name
        if not shown[factor.name]:
            assert found[factor.name] == factor.prior.log_odds, "nobody shows it: the prior stays"


@settings(max_examples=40, deadline=None)
@given(n=st.integers(0, 60), seed=st.integers(0, 10_000), width=st.sampled_from([0.5, 1.0, 2.0]))
def test_no_step_from_the_answer_is_more_probable(n: int, seed: int, width: float) -> None:
    """The slope of the log-posterior, written out, is zero; at a bound it points out of what is allowed."""
    table, outcome, weight = drawn(n, seed)
    scorer = Logistic(factors=MIXED, width=width).fit(table, outcome, weight)
    at, prior = together(scorer), np.array([BASE, *(f.prior.log_odds for f in MIXED)])
    spread = np.array([BASE_ERROR, *(width * f.prior.standard_error for f in MIXED)])
    x = np.column_stack([np.ones(n), signals(table, MIXED)])
    slope = sum(
        (w * (y - expit(row @ at)) * row for row, y, w in zip(x, outcome, weight, strict=True)),
        -(at - prior) / spread**2,
    )
    assert abs(slope[0]) < 1e-5
    for value, rising, (low, high) in zip(at[1:], slope[1:], map(bounds, MIXED), strict=True):
        assert low <= value <= high
        if low < value < high:
            assert abs(rising) < 1e-5
        else:
            assert rising < 1e-5 if value == low else rising > -1e-5


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 10_000))
def test_a_weight_is_a_number_of_rows(seed: int) -> None:
    table, outcome, _ = drawn(30, seed)
    times = np.random.default_rng(seed).integers(1, 4, 30)
    rows = np.repeat(np.arange(30), times)
    weighed = Logistic(factors=MIXED).fit(table, outcome, times.astype(float))
    repeated = Logistic(factors=MIXED).fit(table.iloc[rows], outcome[rows], np.ones(len(rows)))
    np.testing.assert_allclose(together(weighed), together(repeated), atol=2e-9)
    np.testing.assert_allclose(weighed.errors, repeated.errors, atol=2e-9)
    assert weighed.weight == repeated.weight and weighed.labels == 30


def test_of_many_rows_those_that_are_alike_count_as_one() -> None:
    """The same answer as from the thirty of which there are many."""
    table, outcome, weight = drawn(30, 1)
    times = MANY // 30 + 1
    rows = np.random.default_rng(1).permutation(np.tile(np.arange(30), times))
    few = Logistic(factors=MIXED).fit(table, outcome, weight * times)
    many = Logistic(factors=MIXED).fit(table.iloc[rows], outcome[rows], weight[rows])
    np.testing.assert_allclose(together(many), together(few), atol=2e-9)
    np.testing.assert_allclose(many.errors, few.errors, atol=2e-9)
    assert many.labels == 30 * times >= MANY and many.weight == pytest.approx(few.weight)
    x, y, case = _together(signals(table.iloc[rows], MIXED), outcome[rows].astype(float), weight[rows])
    assert len(x) <= 30 and (case @ y, case.sum()) == pytest.approx(
        (weight[rows] @ outcome[rows], weight[rows].sum())
    )


def test_many_rows_of_which_none_is_like_another_stay_as_they_are() -> None:
    x = np.arange(2.0 * MANY).reshape(MANY, 2)
    y, weight = np.ones(MANY), np.ones(MANY)
    for found, given_ in zip(_together(x, y, weight), (x, y, weight), strict=True):
        np.testing.assert_array_equal(found, given_)


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 10_000))
def test_the_order_of_rows_does_not_matter(seed: int) -> None:
    table, outcome, weight = drawn(50, seed)
    order = np.random.default_rng(seed).permutation(50)
    one = Logistic(factors=MIXED).fit(table, outcome, weight)
    other = Logistic(factors=MIXED).fit(table.iloc[order], outcome[order], weight[order])
    np.testing.assert_allclose(together(one), together(other), atol=2e-9)


def test_two_fits_give_the_same_text() -> None:
    table, outcome = matrix(300)
    one, two = (Logistic(factors=FACTORS).fit(table, outcome, np.ones(300)) for _ in range(2))
    assert one.as_text() == two.as_text()


def test_a_direction_and_a_cap_hold_whatever_the_past_says() -> None:
    """Whoever has the traces is never isolated, then always."""
    up, capped = factor("up"), factor("capped", cap=0.3)
    table = pd.DataFrame({"up": [1.0] * 200 + [0.0] * 200, "capped": [0.0, 1.0] * 200})
    for seen, expected in ((np.array([False] * 200 + [True] * 200), 0.0), (table["capped"] > 0, 0.3)):
        scorer = Logistic(factors=(up, capped)).fit(table, np.asarray(seen), np.ones(400))
        assert scorer.coefficients[0 if expected == 0 else 1] == expected
    rows = json.loads(scorer.as_text())["factors"]
    assert (rows["capped"]["is_at_bound"], rows["up"]["is_at_bound"]) == (True, False)


def test_a_prior_beyond_what_its_factor_declares_is_held_at_the_bound() -> None:
    beyond = (factor("wrong side", -0.4), factor("too far", 0.9, cap=0.3))
    row = pd.DataFrame({"wrong side": [1.0], "too far": [1.0]})
    for candidate in (Points(factors=beyond), Logistic(factors=beyond)):
        scorer = candidate.fit(row.head(0), np.ones(0, dtype=bool), np.ones(0))
        assert scorer.contributions(row).iloc[0].tolist() == [0.0, 0.3]


def test_more_labels_make_it_surer_and_a_narrower_prior_keeps_it_nearer() -> None:
    table = pd.DataFrame({"one": [1.0, 0.0] * 100})
    outcome = np.array([True, False] * 100)
    few, many = (
        Logistic(factors=(ONE,)).fit(table.head(n), outcome[:n], np.ones(n)).errors[0] for n in (20, 200)
    )
    assert many < few < ONE.prior.standard_error
    moved = [
        Logistic(factors=(ONE,), width=w).fit(table, outcome, np.ones(200)).coefficients[0]
        for w in (0.5, 1.0, 2.0)
    ]
    assert ONE.prior.log_odds < moved[0] < moved[1] < moved[2]


def test_it_learns_where_nothing_is_known_but_the_share() -> None:
    """No factor at all: the base alone moves from one in eight towards three in four."""
    table = pd.DataFrame(index=range(40))
    scorer = Logistic(factors=()).fit(table, np.arange(40) < 30, np.ones(40))
    assert BASE < scorer.base < np.log(3) and scorer.base == pytest.approx(np.log(3), abs=0.2)
