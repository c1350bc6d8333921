import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models import figures, metrics
from models.campaigns import _placed

Y = np.array([True, False, True, False, False])
ONE = np.ones(5)
ORDER = np.array([0, 1, 2, 3, 4])


def test_figures_worked_by_hand() -> None:
    chosen = metrics.top(ORDER, 2)
    assert metrics.precision(Y, chosen, ONE) == 1 / 2
    placed, plain = _placed(Y, np.array([5.0, 4, 3, 2, 1]), ONE, 2, 0), ONE[None, :]
    assert figures.recall(placed, plain)[0] == 1 / 2
    assert figures.lift(placed, plain)[0] == (1 / 2) / (2 / 5)
    assert figures.average_precision(placed, plain)[0] == pytest.approx((1 + 2 / 3) / 2)
    assert metrics.auc(Y, np.array([5.0, 4, 3, 2, 1]), ONE) == pytest.approx(5 / 6)


def test_weights_count_as_copies() -> None:
    weight = np.array([1.0, 2, 1, 3, 1])
    copies = np.repeat(np.arange(5), weight.astype(int))
    marks = np.array([3.0, 3, 2, 2, 1])
    assert metrics.auc(Y, marks, weight) == pytest.approx(metrics.auc(Y[copies], marks[copies], np.ones(8)))


@given(st.lists(st.tuples(st.booleans(), st.integers(0, 4)), min_size=2, max_size=30))
def test_auc_equals_counting_pairs(rows: list[tuple[bool, int]]) -> None:
    y, s = np.array([r[0] for r in rows]), np.array([float(r[1]) for r in rows])
    pairs = [(1.0 if a > b else 0.5 if a == b else 0.0) for a in s[y] for b in s[~y]]
    found = metrics.auc(y, s, np.ones(len(y)))
    assert np.isnan(found) if not pairs else found == pytest.approx(np.mean(pairs))


def test_without_both_kinds_there_is_no_auc() -> None:
    assert np.isnan(metrics.auc(np.array([True, True]), np.array([1.0, 2.0]), np.ones(2)))


def test_bootstrap_interval_covers_a_known_share() -> None:
    """Of 200 samples of 150 with share 0.3, about 95 % of the intervals hold 0.3; 90 to 99 % allows for chance."""
    rng = np.random.default_rng(5)
    hits = 0
    for seed in range(200):
        y = rng.random(150) < 0.3
        weights = figures.resampled(np.ones(150), seed)
        interval = figures.estimated(weights @ y / 150)
        hits += interval.low <= 0.3 <= interval.high
    assert 180 <= hits <= 198
