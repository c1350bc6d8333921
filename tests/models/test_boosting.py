"""Trees on top of the logistic: what they start from, when they stop, what they may never do."""

import subprocess
import sys
from dataclasses import replace

import lightgbm as lgb
import numpy as np
import pandas as pd
import pytest
import shap

from models.boosting import MIN_POSITIVES, SMALL, STUMPS, WIDE, BoostedScorer, Boosting, together
from models.candidate import Bools, Candidate, NotFitted, score, values
from models.logistic import Logistic
from tests.models.town import FACTORS, matrix

NAMES = [f.name for f in FACTORS]


def past(n: int, seed: int = 0) -> tuple[pd.DataFrame, Bools]:
    """Isolated: those of 40 to 55, which no signal of the catalogue says but the raw age does; and, less so, those alone."""
    table, _ = matrix(n, seed)
    table["middle_aged"] = np.nan
    marks = -2.5 + 2.5 * table["oldest_age"].between(40, 55) + 0.8 * (table["lives_alone_known"] == 1)
    return table, np.asarray(np.random.default_rng(seed).random(n) < 1 / (1 + np.exp(-marks)))


def fitted(table: pd.DataFrame, outcome: Bools, **given: object) -> BoostedScorer:
    scorer = Boosting(factors=FACTORS, seed=3, **given).fit(table, outcome, np.ones(len(table)))  # type: ignore[arg-type]
    assert isinstance(scorer, BoostedScorer)
    return scorer


def test_trees_add_what_the_logistic_leaves_unsaid() -> None:
    table, outcome = past(1200)
    scorer = fitted(table, outcome)
    linear = Logistic(factors=FACTORS).fit(table, outcome, np.ones(1200))
    assert scorer.logistic == linear and scorer.trees
    trees = lgb.Booster(model_str=scorer.trees)
    raw = np.asarray(trees.predict(values(table, FACTORS), raw_score=True))
    np.testing.assert_allclose(score(scorer, table), score(linear, table) + raw, atol=1e-6)
    share = 1 / (1 + np.exp(-score(scorer, table)))
    assert share.mean() == pytest.approx(outcome.mean(), abs=0.01), "what the logistic said is not said twice"
    middle, old = table.assign(oldest_age=47.0), table.assign(oldest_age=70.0)
    assert (score(scorer, middle) > score(scorer, old)).all()


def test_shap_contributions_equal_lightgbms_own() -> None:
    table, outcome = past(1200)
    scorer = fitted(table, outcome)
    own = lgb.Booster(model_str=scorer.trees).predict(values(table, FACTORS), pred_contrib=True)
    linear = scorer.logistic.contributions(table).to_numpy()
    free = [i for i, f in enumerate(FACTORS) if f.cap is None]
    found = scorer.contributions(table).to_numpy() - linear
    np.testing.assert_allclose(found[:, free], np.asarray(own)[:, free], atol=1e-6)
    assert scorer.base == pytest.approx(scorer.logistic.base + np.asarray(own)[0, -1], abs=1e-6)
    with pytest.warns(
        UserWarning, match="LightGBM binary classifier"
    ):  # at every call: it once returned a pair
        theirs = shap.TreeExplainer(lgb.Booster(model_str=scorer.trees)).shap_values(values(table, FACTORS))
    assert (np.asarray(own)[:, :-1] == theirs).all(), "shap asks LightGBM, too"
    assert replace(scorer).base == scorer.base, "before anything is explained it is the same"


def test_several_shapes_fitted_together_are_as_each_alone() -> None:
    table, outcome = past(400)
    weight = np.random.default_rng(2).uniform(0.5, 2.0, 400)
    shapes = [Boosting(factors=FACTORS, seed=3, shape=shape) for shape in (STUMPS, SMALL, WIDE)]
    others = (
        Logistic(factors=FACTORS),
        Boosting(factors=FACTORS[:9], seed=3),
        Boosting(factors=FACTORS, seed=4),
    )
    every: list[Candidate] = [*shapes, *others]
    for one, candidate in zip(together(every, table, outcome, weight), every, strict=True):
        alone = candidate.fit(table, outcome, weight)
        assert not isinstance(one, NotFitted) and not isinstance(alone, NotFitted)
        assert one.as_text() == alone.as_text()
    assert all(isinstance(one, NotFitted) for one in together(shapes, table[:40], outcome[:40], weight[:40]))


def test_where_trees_help_nobody_it_is_the_logistic() -> None:
    table, _ = matrix(400)
    outcome = np.random.default_rng(5).random(400) < 0.3
    scorer = fitted(table, outcome)
    linear = Logistic(factors=FACTORS).fit(table, outcome, np.ones(400))
    assert scorer.trees == ""
    assert score(scorer, table).tolist() == score(linear, table).tolist()


def test_two_fits_give_the_same_text_and_another_seed_another() -> None:
    table, outcome = past(1200)
    first, again = fitted(table, outcome), fitted(table, outcome)
    assert first.as_text() == again.as_text()
    other = Boosting(factors=FACTORS, seed=4).fit(table, outcome, np.ones(1200))
    assert isinstance(other, BoostedScorer) and other.as_text() != first.as_text()


def test_a_factor_with_a_cap_moves_nobody_further() -> None:
    """Whoever left no trace is isolated, nearly always: a leak, or a register that is not kept. Logistic and trees together stay within the cap."""
    table, _ = matrix(600)
    capped = [f for f in FACTORS if f.cap is not None]
    assert capped
    table[capped[0].name] = np.arange(600) % 2.0
    outcome = np.random.default_rng(1).random(600) < np.where(np.arange(600) % 2, 0.9, 0.1)
    scorer = fitted(table, outcome)
    moved = scorer.contributions(table)
    for factor in capped:
        assert moved[factor.name].abs().max() <= (factor.cap or 0) + 1e-12
    np.testing.assert_allclose(score(scorer, table), scorer.base + moved.sum(axis=1), atol=1e-9)


@pytest.mark.parametrize("name", ["low_income", "unemployed", "active_member"])
def test_a_direction_holds_beside_a_capped_factor(name: str) -> None:
    """A cut contribution must not bend the direction of another factor: capped ones stand in no combination."""
    table, _ = matrix(800)
    factor = next(f for f in FACTORS if f.name == name)
    capped = next(f for f in FACTORS if f.cap is not None)
    both = (table[name] == 1) ^ (table[capped.name] == 1)
    outcome = np.random.default_rng(2).random(800) < np.where(both, 0.6, 0.1)
    scorer = fitted(table, np.asarray(outcome))
    gap = score(scorer, table.assign(**{name: 1.0})) - score(scorer, table.assign(**{name: 0.0}))
    assert (gap * factor.direction >= -1e-9).all()


def test_labels_of_the_end_decide_when_it_holds_enough_and_all_in_turn_otherwise() -> None:
    boosting = Boosting(factors=FACTORS, seed=3)
    end = np.arange(400) % 4 == 0
    ((train, test),) = boosting._set_aside(end)
    assert (train.tolist(), test.tolist()) == (list(range(300)), list(range(300, 400)))
    rare = np.arange(400) < 2 * MIN_POSITIVES
    folds = list(boosting._set_aside(rare))
    assert sorted(np.concatenate([t for _, t in folds])) == list(range(400))
    assert all(not set(a) & set(b) and rare[b].sum() == 5 for a, b in folds)


def test_too_few_labels_are_said_and_not_fitted() -> None:
    table, outcome = matrix(40)
    said = Boosting(factors=FACTORS, seed=1).fit(table, np.asarray(outcome), np.ones(40))
    assert isinstance(said, NotFitted) and "40 labels" in said.reason
    rare = np.arange(200) < MIN_POSITIVES - 1
    said = Boosting(factors=FACTORS, seed=1).fit(matrix(200)[0], rare, np.ones(200))
    assert isinstance(said, NotFitted) and "9 positive" in said.reason


def test_stumps_combine_nothing() -> None:
    """With one split a tree, what one factor adds does not depend on another."""
    table, outcome = past(1200)
    scorer = fitted(table, outcome, shape=STUMPS)
    assert scorer.trees
    step = [
        score(scorer, table.assign(oldest_age=47.0, low_income=poor))
        - score(scorer, table.assign(oldest_age=70.0, low_income=poor))
        for poor in (0.0, 1.0)
    ]
    np.testing.assert_allclose(step[0], step[1], atol=1e-9)


def test_without_capped_factors_everything_may_combine() -> None:
    free = tuple(replace(f, cap=None) for f in FACTORS)
    assert "interaction_constraints" not in Boosting(factors=free, seed=1)._parameters()
    groups = Boosting(factors=FACTORS, seed=1)._parameters()["interaction_constraints"]
    capped = [[i] for i, f in enumerate(FACTORS) if f.cap is not None]
    assert isinstance(groups, list) and groups[1:] == capped


def test_whoever_only_learns_loads_no_plots() -> None:
    asked = "import sys, models.boosting; sys.exit(bool({'shap', 'matplotlib'} & sys.modules.keys()))"
    subprocess.run([sys.executable, "-c", asked], check=True)
