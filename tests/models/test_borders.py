"""The borders of the duel: who is trained on whom, who is chosen, who takes over, and what an interval is."""

from dataclasses import dataclass, field
from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest

from models import campaigns, metrics
from models import duel as duels
from models.boosting import Boosting
from models.campaigns import Ranked
from models.candidate import Bools, Floats, NotFitted, Scorer, lots, ranking, score
from models.draw import draw
from models.points import Points, PointsScorer
from models.rules import EIGHTY_PLUS, RANDOM, RULES, SEVENTY_FIVE_ALONE
from models.splits import Fold, folds
from tests.models.town import FACTORS, labels, matrix

ORIGIN = date(2026, 3, 2)
END = date(2026, 6, 2)


def visits(*groups: tuple[date, int, int]) -> pd.DataFrame:
    """(day, visits, of which isolated) → one row a visit."""
    rows = [(pd.Timestamp(day), i < isolated) for day, n, isolated in groups for i in range(n)]
    table = pd.DataFrame(rows, columns=["visited_on", "isolated"])
    return table.assign(household_id=[f"H{i:04d}" for i in range(len(table))])


PAST = (ORIGIN - timedelta(days=1), 100, 20)


def test_the_day_of_the_origin_is_tested_and_the_day_of_the_next_is_not() -> None:
    table = visits(PAST, (ORIGIN, 10, 2), (END - timedelta(days=1), 10, 2), (END, 10, 2))
    (fold,) = folds(table, [ORIGIN])
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
    campaigns.over_campaigns([watching], table, seen, seen["isolated"].to_numpy(), [fold], 60, 1)
    past = seen[seen["visited_on"] < "2025-01-01"].sort_values("visited_on")
    assert watching.shown == [past["household_id"].tolist()]


@pytest.mark.parametrize(("tested", "capacity", "k"), [(20, 60, 4), (21, 60, 5), (24, 60, 5), (25, 3, 3)])
def test_k_is_a_fifth_of_the_campaign_rounded_up_or_the_capacity(tested: int, capacity: int, k: int) -> None:
    fold = Fold(origin=ORIGIN, train=np.array([]), test=np.array([]))
    marks = np.arange(tested, dtype=float)
    found = campaigns._tested(fold, marks, np.zeros(tested), np.ones(tested, dtype=bool), capacity)
    assert found.figures[3] == k
    assert np.flatnonzero(found.chosen).tolist() == list(range(tested - k, tested))


def test_the_place_in_the_order_belongs_to_its_own_row() -> None:
    fold = Fold(origin=ORIGIN, train=np.array([]), test=np.array([]))
    marks = np.array([1.0, 4.0, 2.0, 3.0])
    found = campaigns._tested(fold, marks, np.zeros(4), np.array([True, False, False, True]), 1)
    assert found.order_share.tolist() == [0.75, 0.0, 0.5, 0.25]


N = 600
ISOLATED = np.arange(N) % 2 == 0


def ranked(name: str, right: int, wrong: int) -> Ranked:
    """Chooses the first ``right`` isolated households and the last ``wrong`` others."""
    chosen = np.zeros(N, dtype=bool)
    chosen[np.flatnonzero(ISOLATED)[:right]] = True
    chosen[np.flatnonzero(~ISOLATED)[::-1][:wrong]] = True
    marks = chosen.astype(float)
    figures = ((ORIGIN, N, int(ISOLATED.sum()), right + wrong, 0.0, 0.0),)
    return Ranked(name=name, score=marks, order_share=1 - marks, chosen=chosen, per_fold=figures)


RULE = ranked("rule_80_plus", 60, 60)


@pytest.mark.parametrize(
    ("challengers", "champion"),
    [
        ([ranked("points", 60, 60)], "rule_80_plus"),  # the same: not above zero
        ([ranked("points", 61, 59)], "rule_80_plus"),  # better, but not beyond chance
        ([ranked("points", 100, 20)], "points"),
        ([ranked("lightgbm", 101, 19), ranked("points", 100, 20)], "points"),  # more complex for nothing
        ([ranked("lightgbm", 120, 0), ranked("points", 90, 30)], "lightgbm"),
        ([ranked("lightgbm", 120, 0), ranked("points", 60, 60)], "lightgbm"),
        ([ranked("random", 120, 0)], "rule_80_plus"),
        ([ranked("another", 120, 0)], "rule_80_plus"),
    ],
)
def test_a_more_complex_candidate_takes_over_only_beyond_chance_and_against_the_reigning(
    challengers: list[Ranked], champion: str
) -> None:
    assert duels._champion([RULE, *challengers], RULE, ISOLATED, 1)[0] == champion


def test_a_difference_to_oneself_is_nothing_in_every_draw() -> None:
    same = duels._difference(RULE, RULE, ISOLATED, 1)
    assert (same.value, same.low, same.high) == (0, 0, 0)


def test_areas_are_taken_within_a_campaign_and_weighted_by_pairs() -> None:
    """Campaign one: 2 × 2 pairs, all right. Campaign two: 1 × 4 pairs, all wrong, at scores far above those of one."""
    y = np.array([True, True, False, False, True, False, False, False, False])
    marks = np.array([2.0, 2, 1, 1, 10, 11, 11, 11, 11])
    chosen = np.array([True, True, True, False, True, False, False, False, False])
    figures = ((ORIGIN, 4, 2, 2, 0.0, 0.0), (END, 5, 1, 1, 0.0, 0.0))
    two = Ranked(name="points", score=marks, order_share=-marks, chosen=chosen, per_fold=figures)
    found = {name: f(np.arange(9)) for name, f in duels._statistics(two, y).items()}
    assert found["auc"] == pytest.approx((4 * 1 + 4 * 0) / 8)
    assert (found["precision"], found["recall"]) == (3 / 4, 1)
    assert found["lift"] == pytest.approx((3 / 4) / (3 / 9))
    assert found["visits_per_found"] == pytest.approx(4 / 3)


def judged(n: int, isolated: int, *, leak: float = 0.0) -> duels.Duel:
    """Rules and points over one campaign in which old people who live alone are the isolated ones, ``leak`` of them."""
    y = np.arange(n) < isolated
    table = pd.DataFrame({f.name: np.nan for f in FACTORS}, index=range(n))
    table["oldest_age"] = np.where(y, 76.0, 85.0)
    table["lives_alone_known"] = np.where(y & (np.arange(n) < isolated * leak), 1.0, np.nan)
    seen = visits((ORIGIN, n, isolated))
    table.insert(0, "household_id", seen["household_id"])
    fold = Fold(origin=ORIGIN, train=np.zeros(n, dtype=bool), test=np.ones(n, dtype=bool))
    candidates = (RANDOM, *RULES, Points(factors=FACTORS))
    return duels.duel(candidates, table, seen, [fold], capacity=n, seed=1)


@pytest.mark.parametrize(("n", "isolated", "is_judged"), [(60, 15, True), (59, 15, False), (60, 14, False)])
def test_sixty_labels_and_fifteen_isolated_are_enough_to_judge(
    n: int, isolated: int, is_judged: bool
) -> None:
    assert (judged(n, isolated).beats_rules is not None) is is_judged


def test_the_better_of_the_rules_is_the_one_to_beat() -> None:
    assert judged(100, 40, leak=1.0).best_rule == "rule_75_alone"
    assert (
        judged(100, 40).best_rule == "rule_75_alone"
    )  # nobody lives alone: all tie, where 80 and over is wrong


def test_an_area_above_085_is_suspicious_and_one_below_is_not() -> None:
    """Of the isolated a share is seen and ranks before everybody, the others tie: the area is 0.5 + share / 2."""
    assert "rule_75_alone" in judged(100, 40, leak=0.75).suspicious
    assert "rule_75_alone" not in judged(100, 40, leak=0.65).suspicious


def test_an_interval_holds_95_of_100_draws() -> None:
    """Its width is that of the normal interval, 2 × 1.96 standard errors, within 4 % over twenty seeds."""
    y = np.arange(2000) % 2 == 0
    widths = [
        (e := metrics.estimate(lambda rows: float(y[rows].mean()), 2000, seed)).high - e.low
        for seed in range(20)
    ]
    assert np.mean(widths) == pytest.approx(2 * 1.96 * 0.5 / np.sqrt(2000), rel=0.04)


def test_a_draw_in_which_the_figure_does_not_exist_is_left_out() -> None:
    found = metrics.estimate(lambda rows: 1.0 if 0 in rows else float("nan"), 5, 1)
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
    return draw(
        frame, marks, capacity=capacity, exploration_share=share, excluded=nobody, alerts=nobody, seed=seed
    )


def test_equal_scores_are_listed_by_lot_and_not_by_name() -> None:
    frame = town(oldest_age=[70.0] * 100)
    arms = [drawn(frame, seed).head(10)["household_id"].tolist() for seed in (1, 2)]
    assert arms[0] != arms[1] and sorted(arms[0]) != [f"H{i:04d}" for i in range(10)]


@pytest.mark.parametrize(
    ("column", "one", "other"),
    [
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
    gap = score(scorer, table.assign(**{name: 1.0})) - score(scorer, table.assign(**{name: 0.0}))  # type: ignore[arg-type]
    assert (gap * factor.direction >= -1e-9).all()


def test_the_seed_moves_the_model_and_weight_on_the_isolated_raises_it() -> None:
    table, outcome = matrix(400)

    def fitted(seed: int, weight: Floats) -> Scorer:
        scorer = Boosting(factors=FACTORS, seed=seed).fit(table, outcome, weight)
        assert not isinstance(scorer, NotFitted)
        return scorer

    one = fitted(3, np.ones(400))
    assert one.as_text() != fitted(4, np.ones(400)).as_text()
    heavy = fitted(3, np.where(outcome, 5.0, 1.0))
    assert score(heavy, table).mean() > score(one, table).mean() + 1  # log 5 = 1.6


def test_the_last_quarter_of_the_past_decides_when_to_stop(monkeypatch: pytest.MonkeyPatch) -> None:
    table, outcome = matrix(400)
    sizes: list[int] = []
    trained = Boosting._trained

    def watching(self: Boosting, x: Floats, *given: object) -> object:
        sizes.append(len(x))
        return trained(self, x, *given)  # type: ignore[arg-type]

    monkeypatch.setattr(Boosting, "_trained", watching)
    Boosting(factors=FACTORS, seed=3).fit(table, outcome, np.ones(400))
    assert sizes == [300, 400]


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
