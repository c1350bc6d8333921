"""The borders of the climb: how a campaign is called, who takes over from whom, and who may not."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models import campaigns, figures, harm
from models import duel as duels
from models.campaigns import Past, Ranked
from models.candidate import ORDERED, Bools, Floats
from models.figures import Placed
from models.points import Points
from models.rules import RANDOM, RULES
from models.splits import Fold
from tests.models.test_borders import ORIGIN, visits
from tests.models.town import FACTORS


def one_campaign(
    marks: list[float], isolated: list[bool | None], capacity: int
) -> tuple[Placed, campaigns.Campaign]:
    """The places of one campaign whose households have these scores, and what visits said of them."""
    n = len(marks)
    table = pd.DataFrame({"household_id": [f"H{i:03d}" for i in range(n)], "mark": marks})
    seen = table.assign(
        visited_on=pd.Timestamp(ORIGIN), isolated=pd.array(isolated, dtype="object"), weight=1.0
    )
    fold = Fold(origin=ORIGIN, train=np.zeros(n, dtype=bool), test=np.ones(n, dtype=bool))
    return campaigns._tested(
        np.array(marks, dtype=float), Past(matrix=table, labels=seen), fold, 0, capacity, 1
    )


@pytest.mark.parametrize(("tested", "capacity", "k"), [(20, 60, 4), (21, 60, 5), (24, 60, 5), (25, 3, 3)])
def test_k_is_a_fifth_of_the_campaign_rounded_up_or_the_capacity(tested: int, capacity: int, k: int) -> None:
    found, campaign = one_campaign([float(i) for i in range(tested)], [True] * tested, capacity)
    assert campaign.k == k
    assert np.flatnonzero(found.chosen()).tolist() == list(range(tested - k, tested))


def test_the_place_in_the_order_belongs_to_its_own_row() -> None:
    found, _ = one_campaign([1.0, 4.0, 2.0, 3.0], [True, False, False, True], 1)
    assert found.place.tolist() == [3, 0, 2, 1] and found.ahead.tolist() == [3, 0, 2, 1]


def test_equal_scores_share_the_last_seats_and_the_lot_may_be_kind_or_not() -> None:
    """Ten households, two seats: one is ahead, four tie for the second; of the four one is isolated."""
    marks = [9.0, 5, 5, 5, 5, 1, 1, 1, 1, 1]
    found, campaign = one_campaign(marks, [False, True, *[False] * 8], 60)
    assert found.chosen().tolist() == [1, 0.25, 0.25, 0.25, 0.25, 0, 0, 0, 0, 0]
    assert (campaign.k, campaign.found, campaign.best, campaign.worst) == (2, 0.25, 1, 0)


def test_whoever_was_not_met_is_called_along_in_the_bounds_only() -> None:
    """Ten answered and ten did not: two of ten are called, or four of twenty, of whom two did not answer."""
    marks = [float(20 - i) for i in range(20)]
    isolated = [True if i == 0 else None if i % 2 else False for i in range(20)]
    found, campaign = one_campaign(marks, isolated, 60)
    assert (len(found.outcome), campaign.k, campaign.found) == (10, 2, 1)
    assert (campaign.called, campaign.called_found, campaign.called_unmet) == (4, 1, 2)


N = 600
ISOLATED = np.arange(N) % 2 == 0
ONES = figures.resampled(np.ones(N), 1)


def ranked(name: str, right: int, wrong: int) -> Ranked:
    """Chooses the first ``right`` isolated households and the last ``wrong`` others."""
    chosen = np.zeros(N, dtype=bool)
    chosen[np.flatnonzero(ISOLATED)[:right]] = True
    chosen[np.flatnonzero(~ISOLATED)[::-1][:wrong]] = True
    return Ranked(name=name, tested=called(ISOLATED, chosen), campaigns=())


def called(outcome: Bools, chosen: Bools) -> Placed:
    n = len(outcome)
    place = np.argsort(np.argsort(~chosen, kind="stable"))
    return Placed(
        outcome=outcome,
        score=chosen.astype(float),
        place=place,
        ahead=place,
        equals=np.ones(n, dtype=int),
        k=np.full(n, chosen.sum()),
        fold=np.zeros(n, dtype=int),
    )


RULE = ranked("rule_80_plus", 60, 60)


def climbed(*challengers: Ranked, groups: pd.DataFrame | None = None, weighted: Floats = ONES) -> str:
    contests = duels._climb(
        [RULE, *challengers], ONES, weighted, pd.DataFrame() if groups is None else groups, 1
    )
    return next((c.challenger for c in reversed(contests) if c.is_won), "rule_80_plus")


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
        ([ranked("rule_75_alone", 100, 20)], "rule_75_alone"),
    ],
)
def test_a_more_complex_candidate_takes_over_only_beyond_chance_and_against_the_reigning(
    challengers: list[Ranked], champion: str
) -> None:
    assert climbed(*challengers) == champion


def test_no_model_takes_over_that_is_behind_a_rule() -> None:
    """The points are surely better than the plan's rule, and find no more than the other rule, whose own lead may be luck."""
    rule = ranked("rule_75_alone", 78, 42)
    assert climbed(ranked("points", 78, 42)) == "points"
    contests = duels._climb([RULE, rule, ranked("points", 78, 42)], ONES, ONES, pd.DataFrame(), 1)
    assert contests[-1].behind == "rule_75_alone" and not contests[-1].is_won


BY_LOT = Ranked(
    name="rule_80_plus",
    tested=replace(RULE.tested, score=np.ones(N), ahead=np.zeros(N, dtype=int), equals=np.full(N, N)),
    campaigns=(),
)
"""Calls 120 of 600 equals, of whom half are isolated."""


def test_the_rule_in_order_stands_unless_it_surely_does_harm() -> None:
    """An order among equals is still the rule; a lot has nothing for it that the order would have to beat."""
    half = pd.DataFrame({"sex": np.where(np.arange(N) < N // 2, "men", "women")})

    def stands(ordered: Ranked, groups: pd.DataFrame | None = None) -> tuple[bool, bool]:
        none = pd.DataFrame() if groups is None else groups
        contest = duels._climb([BY_LOT, ordered], ONES, ONES, none, 1)[0]
        return contest.is_won, contest.takes_over

    assert stands(ranked(ORDERED, 60, 60)) == (False, True)
    assert stands(ranked(ORDERED, 59, 61)) == (False, True)  # fewer, but it may be chance
    assert stands(ranked(ORDERED, 20, 100)) == (False, False)
    assert stands(ranked(ORDERED, 100, 20)) == (True, True)
    elsewhere = of_the_second_half(ORDERED)
    assert stands(elsewhere) == (True, True)
    assert stands(elsewhere, half) == (False, False)


def test_an_order_among_nobody_who_ties_changes_nothing_and_harms_nobody() -> None:
    contest = duels._climb([RULE, replace(RULE, name=ORDERED)], ONES, ONES, pd.DataFrame(), 1)[0]
    assert (contest.plain.value, contest.does_harm, contest.takes_over) == (0, False, True)


def test_every_lot_calls_as_many_and_everybody_as_often_as_chance_says() -> None:
    drawn = harm.lots(BY_LOT.tested, 1)
    assert set(np.unique(drawn)) == {0, 1} and set(drawn.sum(axis=1)) == {120}
    assert abs(drawn.mean(axis=0) - 0.2).max() < 0.06


def mere_lots(times: int) -> tuple[list[duels.Contest], list[duels.Contest]]:
    """Six hundred visits of six campaigns, 150 of them isolated, in twelve neighbourhoods and five age bands; half are 80 and over. The contests of the rule by lot against
    so many orders that are drawn by lot; and against those that call an age band last."""
    rng = np.random.default_rng(2)
    isolated, old = rng.random(N) < 0.25, (rng.random(N) < 0.5).astype(float)
    groups = pd.DataFrame(
        {"neighbourhood": rng.integers(0, 12, N).astype(str), "age_band": rng.integers(0, 5, N).astype(str)}
    )
    plain = figures.resampled(np.ones(N), 1)

    def against(marks: Floats) -> duels.Contest:
        def in_campaigns(name: str, score: Floats) -> Ranked:
            parts = [
                campaigns._placed(isolated[at], score[at], rng.random(100), 20, number)
                for number, at in enumerate(np.split(np.arange(N), 6))
            ]
            return campaigns._ranked(name, [(part, None) for part in parts])  # type: ignore[list-item]

        rule, order = in_campaigns("rule_80_plus", old), in_campaigns(ORDERED, marks)
        return duels._climb([rule, order], plain, plain, groups, 1)[0]

    lots = [old + rng.random(N) / 10 for _ in range(times)]
    last = (groups["age_band"] == "3").to_numpy(dtype=float)
    return [against(lot) for lot in lots], [against(lot - last / 5) for lot in lots]


def test_a_mere_lot_is_seldom_called_harmful_and_whoever_calls_a_group_last_is() -> None:
    """Of a lot against a lot one in twenty may look harmful in one of eighteen questions; asked one at a time, it is one in five."""
    lots, last = mere_lots(100)
    assert np.mean([c.does_harm for c in lots]) < 0.08
    assert np.mean([bool(c.worse_off) for c in lots]) > 0.15
    assert np.mean([c.does_harm for c in last]) > 0.9
    assert all(c.takes_over is not c.does_harm for c in last if not c.is_won)


def test_a_model_has_to_beat_the_rule_in_order_too() -> None:
    """The points find two more than the rule by lot, of which the order alone finds one."""
    ordered, points = ranked(ORDERED, 61, 59), ranked("points", 62, 58)
    assert climbed(points) == "points"
    contests = duels._climb([RULE, ordered, points], ONES, ONES, pd.DataFrame(), 1)
    assert [(c.challenger, c.reigning, c.takes_over) for c in contests] == [
        (ORDERED, "rule_80_plus", True),
        ("points", ORDERED, False),
    ]


def test_another_rule_that_won_is_not_put_in_order() -> None:
    contests = duels._climb(
        [RULE, ranked("rule_75_alone", 100, 20), ranked(ORDERED, 100, 20)], ONES, ONES, pd.DataFrame(), 1
    )
    assert [c.takes_over for c in contests] == [True, False]


def of_the_second_half(name: str = "points") -> Ranked:
    """Calls a hundred isolated households of the second half and twenty others of the first; the rule calls sixty isolated ones of the first half."""
    later = np.zeros(N, dtype=bool)
    later[np.flatnonzero(ISOLATED)[-100:]] = True
    later[np.flatnonzero(~ISOLATED)[:20]] = True
    return Ranked(name=name, tested=called(ISOLATED, later), campaigns=())


def test_who_would_surely_miss_a_group_more_often_does_not_take_over() -> None:
    half = pd.DataFrame({"sex": np.where(np.arange(N) < N // 2, "men", "women")})
    points = of_the_second_half()
    assert climbed(points) == "points"
    assert climbed(points, groups=half) == "rule_80_plus"
    few = half.where(np.arange(N)[:, None] < 20)  # ten isolated households: too few to speak of
    assert climbed(points, groups=few) == "points"


def test_who_is_surely_worse_for_the_town_does_not_take_over() -> None:
    """Better on those visited; but in town the isolated of the second half are few."""
    weight = np.where(ISOLATED & (np.arange(N) >= N // 2), 0.02, 1.0)
    assert climbed(of_the_second_half(), weighted=figures.resampled(weight, 1)) == "rule_80_plus"


def test_a_difference_to_oneself_is_nothing_in_every_draw() -> None:
    same = duels._difference(RULE, RULE, ONES)
    assert (same.value, same.low, same.high) == (0, 0, 0)


def test_areas_are_taken_within_a_campaign_and_weighted_by_pairs() -> None:
    """Campaign one: 2 × 2 pairs, all right. Campaign two: 1 × 4 pairs, all wrong, at scores far above those of one."""
    y = np.array([True, True, False, False, True, False, False, False, False])
    marks = np.array([2.0, 2, 1, 1, 10, 11, 11, 11, 11])
    two = Placed(
        outcome=y,
        score=marks,
        place=np.array([0, 1, 2, 3, 4, 0, 1, 2, 3]),
        ahead=np.array([0, 0, 2, 2, 4, 0, 0, 0, 0]),
        equals=np.array([2, 2, 2, 2, 1, 4, 4, 4, 4]),
        k=np.array([2] * 4 + [1] * 5),
        fold=np.array([0] * 4 + [1] * 5),
    )
    found = {name: float(f(two, np.ones((1, 9)))[0]) for name, f in figures.FIGURES.items()}
    assert found["auc"] == pytest.approx((4 * 1 + 4 * 0) / 8) == figures.area(y, marks, two.fold)
    assert (found["precision"], found["recall"]) == (2 / 3, 2 / 3)
    assert found["lift"] == pytest.approx((2 / 3) / (3 / 9))
    assert found["visits_per_found"] == pytest.approx(3 / 2)
    assert found["false_omission"] == pytest.approx(1 / 6)


@given(st.integers(2, 40), st.integers(0, 10**6))
def test_areas_and_precisions_of_many_weights_are_those_of_each(n: int, seed: int) -> None:
    """Against the slow and obvious: every pair counted."""
    rng = np.random.default_rng(seed)
    y, marks, weight = (
        rng.random(n) < 0.5,
        rng.integers(0, 4, n).astype(float),
        rng.integers(0, 3, n).astype(float),
    )
    pairs = [
        (weight[i] * weight[j], 1.0 if marks[i] > marks[j] else 0.5 if marks[i] == marks[j] else 0.0)
        for i in range(n)
        for j in range(n)
        if y[i] and not y[j]
    ]
    total = sum(w for w, _ in pairs)
    expected = sum(w * won for w, won in pairs) / total if total else np.nan
    tested = campaigns._placed(y, marks, rng.random(n), 1, 0)
    np.testing.assert_allclose(figures.auc(tested, np.vstack([weight, weight])), [expected] * 2)
    highest = marks == marks.max()
    share = weight[highest & y].sum() / weight[highest].sum() if weight[highest].sum() else np.nan
    np.testing.assert_allclose(figures.precision(tested, weight[None, :]), [share])


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
    return duels.duel(candidates, Past(matrix=table, labels=seen), [fold], capacity=n, seed=1)


@pytest.mark.parametrize(("n", "isolated", "is_judged"), [(60, 15, True), (59, 15, False), (60, 14, False)])
def test_sixty_labels_and_fifteen_isolated_are_enough_to_judge(
    n: int, isolated: int, is_judged: bool
) -> None:
    assert (judged(n, isolated).beats_rules is not None) is is_judged


def test_a_rule_is_the_one_to_beat_once_it_is_surely_better_than_the_plans() -> None:
    """Whoever is isolated is 76, the others 85."""
    assert judged(100, 40, leak=1.0).best_rule == "rule_75_alone"
    assert (
        judged(100, 40).best_rule == "rule_75_alone"
    )  # nobody lives alone: all tie, where 80 and over is wrong


def test_an_area_above_085_is_suspicious_and_one_below_is_not() -> None:
    """Of the isolated a share is seen and ranks before everybody, the others tie: the area is 0.5 + share / 2."""
    assert "rule_75_alone" in {s.name for s in judged(100, 40, leak=0.75).suspicious}
    assert "rule_75_alone" not in {s.name for s in judged(100, 40, leak=0.65).suspicious}
