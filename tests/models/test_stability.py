"""Pictures and laws of what a resample does to reasons and ranks."""

from collections import Counter
from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models import stability
from models.campaigns import Past, fitted
from models.candidate import Bools, Floats, NotFitted, Scorer, lots, score
from models.explain import SMALLEST
from models.logistic import Logistic
from models.points import Points, PointsScorer
from models.rules import SEVENTY_FIVE_ALONE
from models.stability import REDRAWN, STABLE, Refits
from tests.models.town import FACTORS, labels, matrix

FEW = tuple(
    f for f in FACTORS if f.name in ("lives_alone_known", "low_income", "very_low_income", "unemployed")
)


def past(n: int = 400, seed: int = 0) -> Past:
    table, told = labels(n, seed)
    return Past(matrix=table, labels=told)


@dataclass(frozen=True)
class Given:
    """A scorer of given contributions, the same for everybody."""

    moved: dict[str, float]
    base: float = 0.0

    def contributions(self, matrix: pd.DataFrame) -> pd.DataFrame:
        return pd.DataFrame({n: np.full(len(matrix), v) for n, v in self.moved.items()}, index=matrix.index)

    def as_text(self) -> str:
        return ""


@dataclass(frozen=True)
class Scripted:
    """Gives one answer after the other, the first for the whole past."""

    answers: list[Scorer | NotFitted]
    name: str = "scripted"
    seen: list[int] = field(default_factory=list)

    def fit(self, matrix: pd.DataFrame, outcome: Bools, weight: Floats) -> Scorer | NotFitted:
        self.seen.append(len(matrix))
        return self.answers[min(len(self.seen) - 1, len(self.answers) - 1)]


POOR = NotFitted(name="scripted", reason="too few")
LISTED = matrix(3)[0]


def shares(answers: list[Scorer | NotFitted], draws: int) -> pd.DataFrame:
    return stability.sign_shares(Scripted(answers), past(60), LISTED, seed=1, draws=draws)


def test_a_sign_that_flips_in_half_of_the_draws_is_not_stable() -> None:
    up, down = Given({"low_income": 0.3}), Given({"low_income": -0.3})
    table = shares([up, *[up, down] * 10], 20)
    assert table["same_sign_share"].tolist() == [0.5] * 3 and STABLE > 0.5
    assert (table["low"].tolist(), table["high"].tolist()) == ([-0.3] * 3, [0.3] * 3)


def test_eighteen_of_twenty_draws_are_stable_and_seventeen_are_not() -> None:
    up, down = Given({"low_income": 0.3}), Given({"low_income": -0.3})
    for against, is_stable in ((2, True), (3, False)):
        table = shares([up, *[down] * against, *[up] * (20 - against)], 20)
        assert (table["same_sign_share"] >= STABLE).tolist() == [is_stable] * 3


def test_what_is_too_small_for_a_sentence_has_no_sign() -> None:
    some, little = Given({"low_income": SMALLEST}), Given({"low_income": SMALLEST - 1e-6})
    assert shares([some, little, some], 2)["same_sign_share"].tolist() == [0.5] * 3
    assert shares([little, Given({"low_income": -0.019}), little], 2)["same_sign_share"].tolist() == [1.0] * 3


def test_a_poor_resample_is_drawn_again_and_at_last_counts_against() -> None:
    up = Given({"low_income": 0.3})
    again = Scripted([up, POOR, up, up])
    assert stability.sign_shares(again, past(60), LISTED, seed=1, draws=2)["same_sign_share"].eq(1).all()
    assert len(again.seen) == 1 + 2 + 1
    once = Scripted([up, POOR])
    assert stability.sign_shares(once, past(60), LISTED, seed=1, draws=1)["same_sign_share"].eq(0).all()
    assert len(once.seen) == 1 + 1 + REDRAWN
    never = Scripted([up, *[POOR] * (1 + REDRAWN), up])
    table = stability.sign_shares(never, past(60), LISTED, seed=1, draws=2)
    assert len(never.seen) == 1 + (1 + REDRAWN) + 1
    assert table["same_sign_share"].tolist() == [0.5] * 3 and table["low"].tolist() == [0.3] * 3


def test_without_a_single_fit_nothing_is_stable_and_nobody_is_listed() -> None:
    refits = stability.refits(Scripted([Given({"low_income": 0.3}), POOR]), past(60), seed=1, draws=3)
    table = refits.sign_shares(LISTED)
    assert table["same_sign_share"].eq(0).all() and table[["low", "high"]].isna().all(axis=None)
    assert refits.rank_stability(LISTED, capacity=2, lot_seed=1)["times_listed"].tolist() == [0, 0, 0]


def test_a_candidate_that_fits_no_past_is_no_champion() -> None:
    with pytest.raises(ValueError, match="too few"):
        stability.refits(Scripted([POOR]), past(60), seed=1)


def test_a_frozen_model_ranks_on_when_its_answers_are_gone() -> None:
    """As after a purge: nothing can be told of how its reasons would change."""
    frozen = Given({"low_income": 0.3})
    refits = stability.refits(Scripted([POOR]), past(60), seed=1, whole=frozen)
    assert refits.whole is frozen and not refits.learns
    assert refits.sign_shares(LISTED)["same_sign_share"].eq(1).all()


@dataclass(frozen=True, kw_only=True)
class Counted(Points):
    """Points that count how often they are fitted."""

    seen: list[int] = field(default_factory=list)

    def fit(self, matrix: pd.DataFrame, outcome: Bools, weight: Floats) -> PointsScorer:
        self.seen.append(len(matrix))
        return super().fit(matrix, outcome, weight)


def test_what_learns_nothing_is_fitted_once_and_always_the_same() -> None:
    points = Counted(factors=FACTORS)
    table = stability.sign_shares(points, past(60), LISTED, seed=1)
    assert points.seen == [60]
    assert table["same_sign_share"].eq(1).all() and table["low"].equals(table["high"])
    rule = stability.refits(SEVENTY_FIVE_ALONE, past(60), seed=1)
    ranks = rule.rank_stability(matrix(50)[0], capacity=7, lot_seed=1)
    assert sorted(ranks["times_listed"].unique()) == [0, 20] and (ranks["listed_share"] == 1).sum() == 7


def test_a_strong_sign_holds_and_chance_alone_does_not() -> None:
    """Living alone makes isolation five times as likely in this town; unemployment is drawn apart from it, and its prior is taken away."""
    free = tuple(replace(f, monotone=False, prior=replace(f.prior, log_odds=0.0)) for f in FEW)
    listed = pd.DataFrame({f.name: [1.0] for f in FEW}).assign(household_id="H")
    found = [
        stability.sign_shares(Logistic(factors=free), past(500, seed), listed, seed=1).set_index("factor")["same_sign_share"]
        for seed in range(5)
    ]  # fmt: skip
    assert all(one["lives_alone_known"] >= STABLE for one in found)
    assert np.mean([one["unemployed"] for one in found]) < STABLE


def test_of_two_sentences_of_which_one_says_it_all_the_row_is_about_both() -> None:
    answers = [Given({"low_income": 0.3, "very_low_income": v}) for v in (-0.2, -0.4, 0.0)]
    listed = pd.DataFrame(
        {
            "household_id": ["both", "fine", "no"],
            "low_income": [1.0, np.nan, 1.0],
            "very_low_income": [1.0, 1.0, 0.0],
        }
    )
    refits = stability.refits(Scripted(list(answers)), past(60), seed=1, draws=2)
    table = refits.sign_shares(listed, FACTORS).query("factor == 'very_low_income'").set_index("household_id")
    assert table["same_sign_share"].to_dict() == {"both": 0.5, "fine": 0.5, "no": 0.5}
    low = table["low"].astype(float).to_dict()
    assert low["both"] == pytest.approx(-0.1 + 0.4 * 0.025) and low["fine"] < -0.38
    alone = refits.sign_shares(listed).query("factor == 'very_low_income'")
    assert alone["low"].max() < -0.38


@pytest.mark.slow
@settings(max_examples=10, deadline=None)
@given(seed=st.integers(0, 1000), draws=st.integers(1, 4), n=st.integers(60, 120))
def test_the_shares_are_those_of_a_slow_count(seed: int, draws: int, n: int) -> None:
    before, listed = past(n, seed), matrix(4, seed)[0]
    candidate = Logistic(factors=FEW)
    table = stability.sign_shares(candidate, before, listed, seed=seed, draws=draws)
    found = table.set_index(["household_id", "factor"]).astype(float).to_dict("index")
    fits = [_fit(candidate, before)]
    fits += [
        _fit(candidate, stability.resampled(before, np.random.default_rng([seed, d, 0])))
        for d in range(draws)
    ]
    for place, household in enumerate(listed["household_id"]):
        for factor in FEW:
            given_by = [float(f.contributions(listed).iloc[place][factor.name]) for f in fits]
            signs = [0 if abs(c) < SMALLEST else 1 if c > 0 else -1 for c in given_by]
            one = found[household, factor.name]
            share, low, high = one["same_sign_share"], one["low"], one["high"]
            assert share == sum(s == signs[0] for s in signs[1:]) / draws
            assert min(given_by[1:]) - 1e-12 <= low <= high <= max(given_by[1:]) + 1e-12
    assert len(found) == len(listed) * len(FEW)


def _fit(candidate: Logistic, among: Past) -> Scorer:
    scorer = fitted(candidate, among, np.ones(len(among.labels), dtype=bool))
    assert not isinstance(scorer, NotFitted)
    return scorer


@settings(max_examples=30, deadline=None)
@given(st.lists(st.integers(0, 6), min_size=1, max_size=30), st.integers(0, 99))
def test_a_household_comes_with_all_its_answered_rows_and_weights_as_often_as_it_is_drawn(
    visited: list[int], seed: int
) -> None:
    told = pd.DataFrame(
        {
            "household_id": [f"H{h}" for h in visited],
            "isolated": [None if i % 5 == 4 else i % 2 == 0 for i in range(len(visited))],
            "weight": np.arange(len(visited), dtype=float),
        }
    )
    before = Past(matrix=told[["household_id"]].assign(row=range(len(told))), labels=told)
    sample = stability.resampled(before, np.random.default_rng(seed))
    answered = told[told["isolated"].notna()]
    times = Counter(sample.matrix["row"])
    per_household = {h: {times[row] for row in rows.index} for h, rows in answered.groupby("household_id")}
    assert all(len(same) == 1 for same in per_household.values())
    assert sum(next(iter(same)) for same in per_household.values()) == answered["household_id"].nunique()
    assert set(times) <= set(answered.index)
    assert sample.labels["weight"].tolist() == sample.matrix["row"].astype(float).tolist()


def test_the_same_seed_gives_the_same_whatever_the_order_of_the_rows() -> None:
    before = past(200)
    order = np.random.default_rng(3).permutation(200)
    mixed = Past(matrix=before.matrix.iloc[order], labels=before.labels.iloc[order])
    first, again, other = (
        stability.sign_shares(Logistic(factors=FEW), p, LISTED, seed=s, draws=5)
        for p, s in ((before, 1), (mixed, 1), (before, 2))
    )
    pd.testing.assert_frame_equal(first, again, atol=1e-7)
    assert not np.allclose(first["low"], other["low"])


@settings(max_examples=20, deadline=None)
@given(st.integers(1, 12), st.integers(0, 50), st.lists(st.integers(0, 99), min_size=1, max_size=4))
def test_a_seat_is_counted_over_the_draws_with_the_lists_own_lot(
    capacity: int, lot_seed: int, scripts: list[int]
) -> None:
    frame = matrix(12)[0]
    scorers = [_scores(frame, np.random.default_rng(s).integers(0, 3, 12)) for s in scripts]
    ranks = Refits(whole=scorers[0], draws=(*scorers, None)).rank_stability(
        frame, capacity=capacity, lot_seed=lot_seed
    )
    ids, lot = frame["household_id"].tolist(), lots(frame["household_id"], lot_seed)
    expected: Counter[str] = Counter()
    for scorer in scorers:
        marks = score(scorer, frame)
        expected.update(sorted(ids, key=lambda h: (-marks[ids.index(h)], lot[ids.index(h)]))[:capacity])
    assert dict(zip(ranks["household_id"], ranks["times_listed"], strict=True)) == {
        h: expected[h] for h in ids
    }
    assert ranks["draws"].eq(len(scripts) + 1).all()
    assert np.allclose(ranks["listed_share"], ranks["times_listed"] / (len(scripts) + 1))


@dataclass(frozen=True)
class _Table:
    table: pd.DataFrame
    base: float = 0.0

    def contributions(self, matrix: pd.DataFrame) -> pd.DataFrame:
        return self.table

    def as_text(self) -> str:
        return ""


def _scores(frame: pd.DataFrame, marks: np.ndarray) -> Scorer:
    return _Table(pd.DataFrame({"x": marks.astype(float)}, index=frame.index))
