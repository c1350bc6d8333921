"""The intervals against slow obvious references: every share tried, every ratio tried with the likeliest rest share found on a grid."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats.contingency import relative_risk

from features.intervals import Z, ratio, wilson

LOG_RATIOS = np.linspace(math.log(1e-3), math.log(1e3), 4001)


@pytest.mark.parametrize(
    ("count", "of", "low", "high"),
    [(10, 100, 0.0552, 0.1744), (0, 20, 0.0, 0.1611), (20, 20, 0.8389, 1.0), (1, 2, 0.0945, 0.9055)],
)
def test_wilson_by_hand(count: int, of: int, low: float, high: float) -> None:
    found = wilson(count, of)
    assert (round(found.low, 4), round(found.high, 4)) == (low, high)


@given(of=st.integers(1, 300), share=st.floats(0, 1))
def test_wilson_holds_the_shares_from_which_the_count_is_no_further_than_z(of: int, share: float) -> None:
    count = round(share * of)
    found = wilson(count, of)
    tried = np.linspace(0, 1, 2001)[1:-1]
    near = np.abs(count / of - tried) <= Z * np.sqrt(tried * (1 - tried) / of)
    edge = 1e-9
    inside = (tried >= found.low - edge) & (tried <= found.high + edge)
    assert (near <= inside).all()
    assert (inside & ~near & (tried > found.low + edge) & (tried < found.high - edge)).sum() == 0


def slow_ratio(count: int, of: int, rest_count: int, rest_of: int) -> tuple[float, float]:
    """Ratios at which the counts are no surprise; the share of the rest is the likeliest of a fine grid, for each ratio by itself."""
    rest = np.linspace(0, 1, 20001)[1:-1]
    kept = []
    for log_ratio in LOG_RATIOS[::40]:
        share = np.exp(log_ratio) * rest
        allowed = share < 1
        p, q = share[allowed], rest[allowed]
        likely = count * np.log(p) + (of - count) * np.log1p(-p)
        likely = likely + rest_count * np.log(q) + (rest_of - rest_count) * np.log1p(-q)
        best = int(np.argmax(likely))
        spread = p[best] * (1 - p[best]) / of + np.exp(2 * log_ratio) * q[best] * (1 - q[best]) / rest_of
        every = of + rest_of
        above = count / of - np.exp(log_ratio) * rest_count / rest_of
        if abs(above) <= Z * math.sqrt(spread * every / (every - 1)):
            kept.append(log_ratio)
    return min(kept), max(kept)


@settings(max_examples=25, deadline=None)
@given(of=st.integers(20, 200), rest_of=st.integers(20, 400), a=st.floats(0.05, 0.9), b=st.floats(0.05, 0.9))
def test_the_ratio_against_every_ratio_tried(of: int, rest_of: int, a: float, b: float) -> None:
    count, rest_count = max(1, round(a * of)), max(1, round(b * rest_of))
    found = ratio(count, of, rest_count, rest_of)
    low, high = slow_ratio(count, of, rest_count, rest_of)
    step = LOG_RATIOS[40] - LOG_RATIOS[0]
    assert abs(math.log(found.low) - low) <= 1.1 * step and abs(math.log(found.high) - high) <= 1.1 * step


def test_the_ratio_of_large_counts_is_that_of_katz() -> None:
    katz = relative_risk(1500, 10000, 1000, 10000).confidence_interval()
    found = ratio(1500, 10000, 1000, 10000)
    assert (found.low, found.high) == pytest.approx((katz.low, katz.high), rel=2e-3)


def test_the_ratio_where_nobody_or_everybody_is_counted() -> None:
    nobody, of_nobody = ratio(0, 50, 10, 100), ratio(10, 100, 0, 50)
    assert nobody.low == 0 and nobody.high == pytest.approx(0.7318, abs=1e-4)
    assert of_nobody.high == math.inf and of_nobody.low == pytest.approx(1 / 0.7318, abs=1e-3)
    assert ratio(0, 50, 0, 100) == ratio(0, 9, 0, 9) and ratio(0, 9, 0, 9).high == math.inf
    everybody = ratio(50, 50, 100, 100)
    assert everybody.low < 1 < everybody.high


@given(of=st.integers(2, 300), rest_of=st.integers(2, 300), a=st.floats(0, 1), b=st.floats(0, 1))
def test_to_turn_the_ratio_round_is_to_turn_its_interval_round(
    of: int, rest_of: int, a: float, b: float
) -> None:
    count, rest_count = round(a * of), round(b * rest_of)
    one, other = ratio(count, of, rest_count, rest_of), ratio(rest_count, rest_of, count, of)
    assert one.low * other.high == pytest.approx(1, rel=1e-6) or {one.low, other.high} == {0.0, math.inf}
