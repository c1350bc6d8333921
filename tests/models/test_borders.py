"""The borders of the duel: who is trained on whom, who is chosen, who takes over, and what an interval is."""

from dataclasses import dataclass, field
from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest

from models import campaigns, figures, metrics
from models.boosting import Boosting
from models.campaigns import Past
from models.candidate import Bools, Floats, NotFitted, Scorer, lots, ranking, score
from models.draw import Plan, draw
from models.points import PointsScorer
from models.rules import EIGHTY_PLUS, SEVENTY_FIVE_ALONE
from models.splits import folds
from tests.models.town import FACTORS, labels, matrix

ORIGIN = date(2026, 3, 2)
END = date(2026, 6, 2)


def visits(*groups: tuple[date, int, int]) -> pd.DataFrame:
    """(day, visits, of which isolated) → one row a visit."""
    rows = [(pd.Timestamp(day), i < isolated) for day, n, isolated in groups for i in range(n)]
    table = pd.DataFrame(rows, columns=["visited_on", "isolated"])
    return table.assign(household_id=[f"H{i:04d}" for i in range(len(table))], weight=1.0)


PAST = (ORIGIN - timedelta(days=1), 100, 20)


def test_the_day_of_the_origin_is_tested_and_the_day_of_the_next_is_not() -> None:
    table = visits(PAST, (ORIGIN, 10, 2), (END - timedelta(days=1), 10, 2), (END, 10, 2))
    (fold,) = folds(table, [ORIGIN, END])
    assert np.flatnonzero(fold.train).tolist() == list(range(100))
    assert np.flatnonzero(fold.test).tolist() == list(range(100, 120))


@pytest.mark.parametrize(
    ("past", "isolated", "tested", "is_fold"),
    [(100, 20, 20, True), (99, 20, 20, False), (100, 19, 20, False), (100, 20, 19, False)],
)
def test_a_campaign_is_tested_only_with_enough_of_a_past(
    past: int, isolated: int, tested: int, is_fold: bool
) -> None:
    table = visits((PAST[0], past, isolated), (ORIGIN, tested, 2))
    assert bool(list(folds(table, [ORIGIN]))) is is_fold


@dataclass(frozen=True)
class Watching:
    """Learns nothing and remembers what it was shown."""

    name: str = "watching"
    shown: list[list[str]] = field(default_factory=list)

    def fit(self, matrix: pd.DataFrame, outcome: Bools, weight: Floats) -> PointsScorer:
        self.shown.append(matrix["household_id"].tolist())
        return PointsScorer(factors=FACTORS)


def test_a_candidate_is_shown_the_past_alone_in_the_order_of_the_visits() -> None:
    table, seen = labels(600)
    order = np.random.default_rng(1).permutation(600)
    table, seen = table.iloc[order].reset_index(drop=True), seen.iloc[order].reset_index(drop=True)
    fold = next(folds(seen, [date(2025, 1, 1)]))
    watching = Watching()
    campaigns.over_campaigns([watching], Past(matrix=table, labels=seen), [fold], 60, 1)
    past = seen[seen["visited_on"] < "2025-01-01"].sort_values("visited_on")
    assert watching.shown == [past["household_id"].tolist()]


def test_an_interval_holds_95_of_100_draws() -> None:
    """Its width is that of the normal interval, 2 × 1.96 standard errors, within 4 % over twenty seeds."""
    y = np.arange(2000) % 2 == 0
    widths = [
        (e := figures.estimated(figures.resampled(np.ones(2000), seed) @ y / 2000)).high - e.low
        for seed in range(20)
    ]
    assert np.mean(widths) == pytest.approx(2 * 1.96 * 0.5 / np.sqrt(2000), rel=0.04)


def test_a_draw_in_which_the_figure_does_not_exist_is_left_out() -> None:
    found = figures.estimated(np.array([1.0, np.nan, 1.0, 1.0]))
    assert (found.value, found.low, found.high) == (1, 1, 1)


def test_a_share_of_the_weight_is_reached_and_not_passed() -> None:
    order, weight = np.array([2, 0, 1]), np.array([1.0, 2.0, 1.0])
    assert metrics.top_share(order, weight, 0.5).tolist() == [True, False, True]
    assert metrics.top_share(order, weight, 0.49).tolist() == [False, False, True]
    assert metrics.top_share(order, weight, 0.01).tolist() == [False, False, True]


def test_scores_that_differ_only_by_rounding_tie_and_others_do_not() -> None:
    lot = np.array([0.9, 0.1])
    assert ranking(np.array([1.0 + 1e-12, 1.0]), lot).tolist() == [1, 0]
    assert ranking(np.array([1.01, 1.0]), lot).tolist() == [0, 1]
    assert ranking(np.array([1.0 + 1e-7, 1.0]), lot).tolist() == [0, 1]


def town(**columns: list[object]) -> pd.DataFrame:
    n = len(next(iter(columns.values())))
    base: dict[str, object] = {
        "household_id": [f"H{i:04d}" for i in range(n)],
        "quartier": "01",
        "oldest_age": 70.0,
        "is_social_tenant": False,
    }
    return pd.DataFrame(base | columns, index=range(n))


def drawn(frame: pd.DataFrame, seed: int, capacity: int = 10, share: float = 1.0) -> pd.DataFrame:
    marks = np.zeros(len(frame))
    nobody: frozenset[str] = frozenset()
    how = Plan(capacity=capacity, exploration_share=share, seed=seed)
    return draw(frame, marks, how, excluded=nobody, alerts=nobody, bereaved=nobody).listed


def test_equal_scores_are_listed_by_lot_and_not_by_name() -> None:
    frame = town(oldest_age=[70.0] * 100)
    arms = [drawn(frame, seed).head(10)["household_id"].tolist() for seed in (1, 2)]
    assert arms[0] != arms[1] and sorted(arms[0]) != [f"H{i:04d}" for i in range(10)]


@pytest.mark.parametrize(
    ("column", "one", "other"),
    [
        ("oldest_age", 24.0, 25.0),
        ("oldest_age", 39.0, 40.0),
        ("oldest_age", 59.0, 60.0),
        ("oldest_age", 74.0, 75.0),
        ("oldest_age", 79.0, 80.0),
        ("is_social_tenant", False, True),
        ("quartier", "01", "02"),
    ],
)
def test_the_random_arm_takes_its_share_of_every_stratum(column: str, one: object, other: object) -> None:
    """Drawn freely, halves of ten would be uneven in three draws of four."""
    frame = town(**{column: [one, other] * 100})
    high = frame["household_id"][frame[column] == other]
    for seed in range(12):
        table = drawn(frame, seed, capacity=20, share=0.5)
        explored = table.loc[table["arm"] == "EXPLORATION", "household_id"]
        ranked_high = table.loc[table["arm"] == "MODELE", "household_id"].isin(high).sum()
        expected = 10 * (100 - ranked_high) / 180
        assert abs(explored.isin(high).sum() - expected) <= 1


@pytest.mark.parametrize("name", ["low_income", "family_help", "active_member"])
def test_a_direction_holds_even_where_the_past_says_otherwise(name: str) -> None:
    table, _ = matrix(600)
    factor = next(f for f in FACTORS if f.name == name)
    holds = table[name].notna().to_numpy()
    rng = np.random.default_rng(1)
    against = rng.random(600) < np.where(holds == (factor.direction > 0), 0.1, 0.6)
    scorer = Boosting(factors=FACTORS, seed=3).fit(table, against, np.ones(600))
    assert not isinstance(scorer, NotFitted)
    gap = score(scorer, table.assign(**{name: 1.0})) - score(scorer, table.assign(**{name: 0.0}))
    assert (gap * factor.direction >= -1e-9).all()


def test_weight_on_the_isolated_raises_the_model() -> None:
    table, outcome = matrix(400)

    def fitted(weight: Floats) -> Scorer:
        scorer = Boosting(factors=FACTORS, seed=3).fit(table, outcome, weight)
        assert not isinstance(scorer, NotFitted)
        return scorer

    one, heavy = fitted(np.ones(400)), fitted(np.where(outcome, 5.0, 1.0))
    assert score(heavy, table).mean() > score(one, table).mean() + 1  # log 5 = 1.6


@pytest.mark.parametrize(("age", "expected"), [(79.0, 0), (80.0, 1), (81.0, 1), (np.nan, 0)])
def test_the_plans_first_rule_starts_at_eighty(age: float, expected: float) -> None:
    row = pd.DataFrame({"oldest_age": [age]})
    assert score(EIGHTY_PLUS.fit(row, np.array([]), np.array([])), row)[0] == expected


def test_madrids_rule_gives_one_point_once_and_none_without_its_factors() -> None:
    rule = SEVENTY_FIVE_ALONE.fit(pd.DataFrame(), np.array([]), np.array([]))
    both = pd.DataFrame({"oldest_age": [80.0], "lives_alone_known": [1.0], "one_adult_known": [1.0]})
    assert score(rule, both)[0] == 1
    assert score(rule, both[["oldest_age"]])[0] == 0


def test_the_lot_is_spread_evenly_over_households() -> None:
    drawn_lots = lots([f"H{i}" for i in range(2000)], 1)
    assert abs(drawn_lots.mean() - 0.5) < 0.03 and 0 <= drawn_lots.min() < drawn_lots.max() < 1
