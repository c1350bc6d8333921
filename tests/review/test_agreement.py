"""Kappa against published tables and another library; the interval by hand and by how often it holds the truth."""

from itertools import product

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from sklearn.metrics import cohen_kappa_score

from features.intervals import wilson
from review.cases.agreement import MIN_PAIRS, Agreement, agreement

Pairs = list[tuple[str, str]]
DECISIONS = "abcd"


def drawn(*table: tuple[int, ...]) -> Pairs:
    """A table of counts, first reader in rows, as the cases that it counts."""
    size = range(len(table))
    return [(DECISIONS[i], DECISIONS[j]) for i, j in product(size, size) for _ in range(table[i][j])]


@pytest.mark.parametrize(
    ("table", "kappa"),
    [
        # Fleiss, Levin and Paik, Statistical Methods for Rates and Proportions, 3rd ed. 2003, chapter 18: 100 diagnoses
        (((75, 1, 4), (5, 4, 1), (0, 0, 10)), 0.676),
        # Fleiss, Cohen and Everitt 1969: 200 diagnoses
        (((106, 10, 4), (22, 28, 10), (2, 12, 6)), 0.429),
        # SAS's printout, as in the tests of statsmodels' `cohens_kappa`
        (((0, 4, 1), (0, 8, 0), (0, 1, 5)), 0.484),
        # Bonett, statpsych, `ci.kappa`
        (((31, 12), (4, 58)), 0.676),
        # 50 requests for a grant: 0.7 seen, 0.5 by chance
        (((20, 5), (10, 15)), 0.4),
    ],
)
def test_published_tables(table: tuple[tuple[int, ...], ...], kappa: float) -> None:
    assert agreement(drawn(*table)).kappa == pytest.approx(kappa, abs=6e-4)


def test_the_interval_by_hand() -> None:
    """35 of 50 alike: Wilson says 0.5625 to 0.8090; by chance 0.5, so (0.5625 - 0.5) / 0.5 and (0.8090 - 0.5) / 0.5."""
    found = agreement(drawn((20, 5), (10, 15)))
    assert (found.pairs, found.agreed) == (50, 35)
    assert (found.low, found.high) == (pytest.approx(0.1250, abs=1e-4), pytest.approx(0.6179, abs=1e-4))


def test_ten_pairs_that_all_agree_are_not_certainty() -> None:
    """Wilson says 0.7225 to 1; by chance 0.5."""
    found = agreement(drawn((5, 0), (0, 5)))
    assert found.kappa == 1
    assert (found.low, found.high) == (pytest.approx(0.4449, abs=1e-4), pytest.approx(1.0))


def test_readers_who_never_agree() -> None:
    found = agreement(drawn((0, 5), (5, 0)))
    assert (found.agreed, found.kappa, found.low) == (0, -1, -1)


@pytest.mark.parametrize(
    "pairs",
    [[], drawn((3, 1), (1, MIN_PAIRS - 6)), [("a", "a")] * 50],
    ids=["none", "too few", "one decision only"],
)
def test_kappa_is_not_told(pairs: Pairs) -> None:
    agreed = sum(first == second for first, second in pairs)
    assert agreement(pairs) == Agreement(pairs=len(pairs), agreed=agreed, kappa=None, low=None, high=None)


def test_it_is_told_from_the_least_number_of_pairs_on() -> None:
    assert agreement(drawn((3, 1), (1, MIN_PAIRS - 5))).kappa is not None


ANY_PAIRS = st.lists(
    st.tuples(st.sampled_from(DECISIONS), st.sampled_from(DECISIONS)), min_size=MIN_PAIRS, max_size=60
)


@given(pairs=ANY_PAIRS)
def test_against_another_library(pairs: Pairs) -> None:
    assume(len({decision for pair in pairs for decision in pair}) > 1)
    firsts, seconds = zip(*pairs, strict=True)
    found = agreement(pairs)
    assert found.kappa == pytest.approx(cohen_kappa_score(firsts, seconds))
    assert found.low is not None and found.high is not None and found.kappa is not None
    assert -1 <= found.low <= found.kappa + 1e-12 and found.kappa - 1e-12 <= found.high <= 1


@given(pairs=ANY_PAIRS)
def test_neither_the_readers_order_nor_the_names_matter(pairs: Pairs) -> None:
    found = agreement(pairs)
    turned = agreement([(second.upper(), first.upper()) for first, second in reversed(pairs)])
    assert turned == found


@given(pairs=ANY_PAIRS, times=st.integers(2, 5))
def test_more_of_the_same_is_surer_and_no_other(pairs: Pairs, times: int) -> None:
    once, often = agreement(pairs), agreement(pairs * times)
    assert often.kappa == (None if once.kappa is None else pytest.approx(once.kappa))
    if once.low is not None and once.high is not None and often.low is not None and often.high is not None:
        assert once.low <= often.low + 1e-12 and often.high <= once.high + 1e-12


@pytest.mark.parametrize(("share", "kappa"), list(product((0.5, 0.8), (0.3, 0.7, 0.9))))
@pytest.mark.parametrize("count", [MIN_PAIRS, 40])
def test_the_interval_holds_the_true_kappa_as_often_as_it_says(
    share: float, kappa: float, count: int
) -> None:
    """Two decisions with the same shares for both readers; 0.90 leaves room for 600 samples (0.92 at worst in the long run)."""
    shares = np.array([share, 1 - share])
    table = kappa * np.diag(shares) + (1 - kappa) * np.outer(shares, shares)
    counts = np.random.default_rng(7).multinomial(count, table.ravel(), size=600).reshape(-1, 2, 2)
    found = [agreement(drawn(*map(tuple, one.tolist()))) for one in counts]
    held = [f.low <= kappa <= f.high + 1e-12 for f in found if f.low is not None and f.high is not None]
    assert np.mean(held) >= 0.90
    assert len(held) > 500


def test_it_is_wilsons_interval_rescaled() -> None:
    """1,000 pairs, shares even: by chance 0.5, so kappa is twice the share alike less one."""
    found = agreement(drawn((400, 100), (100, 400)))
    alike = wilson(800, 1000)
    assert (found.low, found.high) == (pytest.approx(2 * alike.low - 1), pytest.approx(2 * alike.high - 1))
