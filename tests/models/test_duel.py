from datetime import date

import numpy as np
import pandas as pd
import pytest

from models.boosting import Boosting
from models.duel import duel
from models.points import Points
from models.rules import RANDOM, RULES
from models.splits import folds, month_shifted, origins
from tests.models.town import FACTORS, ORIGINS, labels

CANDIDATES = (RANDOM, *RULES, Points(factors=FACTORS), Boosting(factors=FACTORS, seed=1))


def test_origins_step_back_three_months_to_the_first_visit() -> None:
    assert origins(date(2026, 11, 2), date(2026, 2, 2)) == [
        date(2026, 2, 2),
        date(2026, 5, 2),
        date(2026, 8, 2),
    ]
    assert month_shifted(date(2026, 1, 31), 1) == date(2026, 2, 28)
    assert month_shifted(date(2026, 2, 28), 3, anchor=31) == date(2026, 5, 31)


@pytest.mark.parametrize("day", [1, 28, 29, 30, 31])
def test_no_day_falls_between_two_campaigns(day: int) -> None:
    as_of = date(2026, 5, day)
    starts = origins(as_of, date(2024, 1, 1))
    assert [month_shifted(start, 3, as_of.day) for start in starts] == [*starts[1:], as_of]


def test_a_fold_trains_before_its_origin_and_tests_three_months_after() -> None:
    _, visits = labels(800)
    for fold in folds(visits, ORIGINS):
        origin, end = pd.Timestamp(fold.origin), pd.Timestamp(month_shifted(fold.origin, 3))
        assert (visits["visited_on"][fold.train] < origin).all()
        tested = visits["visited_on"][fold.test]
        assert ((tested >= origin) & (tested < end)).all()
        assert fold.test.sum() >= 20


def test_a_town_where_alone_and_poor_decide_is_won_against_the_rules() -> None:
    table, visits = labels(2400)
    judged = duel(CANDIDATES, table, visits, list(folds(visits, ORIGINS)), capacity=60, seed=1)
    assert judged.beats_rules and judged.champion in ("points", "lightgbm")
    by_name = {s.name: s for s in judged.standings}
    assert by_name["lightgbm"].figures["auc"].value > by_name["rule_80_plus"].figures["auc"].value + 0.1
    assert by_name["random"].figures["lift"].low < 1 < by_name["random"].figures["lift"].high
    assert judged.suspicious == ()


def test_where_nothing_decides_the_rules_stay() -> None:
    table, visits = labels(900)
    visits["isolated"] = np.random.default_rng(1).random(900) < 0.2
    judged = duel(CANDIDATES, table, visits, list(folds(visits, ORIGINS)), capacity=60, seed=1)
    assert judged.beats_rules is False and judged.champion == judged.best_rule
    assert "no candidate was better" in judged.why


@pytest.mark.parametrize("n", [0, 40])
def test_with_too_few_labels_points_make_the_list_and_say_so(n: int) -> None:
    table, visits = labels(max(n, 1))
    judged = duel(
        CANDIDATES, table.head(n), visits.head(n), list(folds(visits.head(n), ORIGINS)), capacity=60, seed=1
    )
    assert judged.champion == "points" and judged.beats_rules is None and "too few" in judged.why


def test_a_leak_is_suspicious() -> None:
    table, visits = labels(1200)
    table["social_tenant"] = visits["isolated"].to_numpy(dtype=float)
    judged = duel(CANDIDATES, table, visits, list(folds(visits, ORIGINS)), capacity=60, seed=1)
    assert "lightgbm" in judged.suspicious


def test_the_order_of_labels_changes_nothing() -> None:
    table, visits = labels(900)
    order = np.random.default_rng(2).permutation(900)
    first = duel(CANDIDATES[:4], table, visits, list(folds(visits, ORIGINS)), capacity=60, seed=1)
    shuffled = visits.iloc[order].reset_index(drop=True)
    second = duel(
        CANDIDATES[:4],
        table.iloc[order].reset_index(drop=True),
        shuffled,
        list(folds(shuffled, ORIGINS)),
        capacity=60,
        seed=1,
    )
    assert [s.figures["precision"].value for s in first.standings] == [
        s.figures["precision"].value for s in second.standings
    ]
