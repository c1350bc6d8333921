"""``lightgbm``: small trees on top of the logistic, monotone where the catalogue says so, the same text for the same rows."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import lightgbm as lgb
import numpy as np
import numpy.typing as npt
import pandas as pd
from sklearn.model_selection import StratifiedKFold

from features.factor import Factor
from models.candidate import Bools, Floats, NotFitted, score, values
from models.logistic import Logistic, LogisticScorer
from models.points import capped
from models.sealed import opened, sealed

if TYPE_CHECKING:  # where trees are explained, and not before: it brings a second and 130 MB of plots
    import shap

Rows = npt.NDArray[np.int64]
MIN_LABELS, MIN_POSITIVES = 50, 10
LATEST_SHARE = 0.25
"""Share of the past, at its end, on which training stops."""
MAX_ROUNDS, FOLDS = 200, 4
ONE_THREAD = 1
"""Some hundred labels: a second thread costs more than it saves (100 trees on 500 rows, two busy cores: 0.01 s with one, up to 0.9 s with two)."""
PARAMETERS: dict[str, object] = {
    "objective": "binary",
    "learning_rate": 0.05,
    "min_data_in_leaf": 15,
    "lambda_l2": 5.0,
    "feature_fraction": 0.8,
    "bagging_fraction": 0.8,
    "bagging_freq": 1,
    "deterministic": True,
    "force_row_wise": True,
    "num_threads": ONE_THREAD,
    "verbosity": -1,
}


@dataclass(frozen=True, kw_only=True)
class Shape:
    """Most leaves and depth of one tree."""

    leaves: int
    depth: int


STUMPS, SMALL, WIDE = Shape(leaves=2, depth=1), Shape(leaves=6, depth=3), Shape(leaves=12, depth=4)
"""From simple to complex; ``STUMPS`` add factor by factor, the others know combinations."""


@dataclass(frozen=True, kw_only=True)
class BoostedScorer:
    """The logistic and a LightGBM model, as text, of what it leaves unsaid (empty: nothing). Trees are explained by TreeSHAP, so that
    contributions + base = score; a factor with a cap moves nobody further than its cap, logistic and trees together."""

    factors: tuple[Factor, ...]
    logistic: LogisticScorer
    trees: str

    @cached_property
    def _explainer(self) -> shap.TreeExplainer:
        import shap

        return shap.TreeExplainer(lgb.Booster(model_str=self.trees))

    @property
    def base(self) -> float:
        """The logistic's base and the mean of the trees over the training rows."""
        return self.logistic.base + (float(np.ravel(self._explainer.expected_value)[-1]) if self.trees else 0)

    def contributions(self, matrix: pd.DataFrame) -> pd.DataFrame:
        """The logistic's contributions and the SHAP values of the trees, in log-odds."""
        linear = self.logistic.contributions(matrix)
        return capped(linear + self._shapley(matrix), self.factors) if self.trees and len(matrix) else linear

    def _shapley(self, matrix: pd.DataFrame) -> Floats:
        with warnings.catch_warnings():
            # shap announces at every call that it once returned a pair; the shape is handled here
            warnings.filterwarnings(
                "ignore", message="LightGBM binary classifier with TreeExplainer", category=UserWarning
            )
            return np.asarray(self._explainer.shap_values(values(matrix, self.factors)), dtype=np.float64)

    def as_text(self) -> str:
        """The logistic, and the trees in LightGBM's own format, line by line; sealed."""
        linear = opened(self.logistic.as_text())
        return sealed({"candidate": "lightgbm", "logistic": linear, "trees": self.trees.split("\n")})


@dataclass(frozen=True, kw_only=True)
class Tried:
    """Trees fitted on some labels beside others: ``losses`` of the others after 0, 1, 2, … trees, and the others row by row."""

    trees: lgb.Booster
    losses: Floats
    raw: Floats
    start: Floats
    outcome: Bools
    weight: Floats
    trained_on: int

    def gain(self, rounds: int) -> Floats:
        """By how much the first trees lower the log-loss of each row."""
        moved = (
            np.asarray(self.trees.predict(self.raw, raw_score=True, num_iteration=rounds)) if rounds else 0.0
        )
        return log_loss(self.outcome, self.start) - log_loss(self.outcome, self.start + moved)


@dataclass(frozen=True, kw_only=True)
class Boosting:
    """``fit`` expects rows in the order of the past: the last quarter decides when to stop, and whether trees help at all."""

    factors: tuple[Factor, ...]
    seed: int
    shape: Shape = SMALL
    name: str = "lightgbm"

    def fit(self, matrix: pd.DataFrame, outcome: Bools, weight: Floats) -> BoostedScorer | NotFitted:
        """Too few labels are said, not fitted."""
        outcome = np.asarray(outcome, dtype=np.bool_)
        if len(outcome) < MIN_LABELS or outcome.sum() < MIN_POSITIVES or (~outcome).sum() < MIN_POSITIVES:
            reason = f"{len(outcome)} labels, {int(outcome.sum())} positive; at least {MIN_LABELS} and {MIN_POSITIVES} are needed"
            return NotFitted(name=self.name, reason=reason)
        logistic = Logistic(factors=self.factors).fit(matrix, outcome, weight)
        rounds = self._rounds(matrix, outcome, weight)
        data = self._data(matrix, outcome, weight, score(logistic, matrix))
        trees = lgb.train(self._parameters(), data, rounds).model_to_string() if rounds else ""
        return BoostedScorer(factors=self.factors, logistic=logistic, trees=trees)

    def _rounds(self, matrix: pd.DataFrame, outcome: Bools, weight: Floats) -> int:
        """As many as lower the log-loss of labels set aside most, scaled up to all labels; 0, which leaves the logistic, when they lower it
        by no more than one standard error."""
        judged = [self._tried(matrix, outcome, weight, *rows) for rows in self._set_aside(outcome)]
        best = int(
            np.average([t.losses for t in judged], axis=0, weights=[t.weight.sum() for t in judged]).argmin()
        )
        gain = np.concatenate([t.gain(best) for t in judged])
        case = np.concatenate([t.weight for t in judged])
        mean, error = mean_and_error(gain, case)
        return int(best * len(outcome) / judged[0].trained_on) if mean > error else 0

    def _set_aside(self, outcome: Bools) -> Iterator[tuple[Rows, Rows]]:
        """(train, test) positions: the end of the past; all of it in turn when its end holds too few positives to say anything."""
        cut = int(len(outcome) * (1 - LATEST_SHARE))
        late, early = outcome[cut:], outcome[:cut]
        if min(late.sum(), (~late).sum(), early.sum(), (~early).sum()) >= MIN_POSITIVES:
            yield np.arange(cut), np.arange(cut, len(outcome))
        else:
            drawn = StratifiedKFold(FOLDS, shuffle=True, random_state=self.seed)
            yield from drawn.split(np.zeros(len(outcome)), outcome)

    def _tried(self, matrix: pd.DataFrame, outcome: Bools, weight: Floats, train: Rows, test: Rows) -> Tried:
        """Logistic and trees fitted on ``train`` alone, watched on ``test``."""
        logistic = Logistic(factors=self.factors).fit(matrix.iloc[train], outcome[train], weight[train])
        start = score(logistic, matrix)
        past, checked = (self._data(matrix.iloc[r], outcome[r], weight[r], start[r]) for r in (train, test))
        seen: dict[str, dict[str, list[float]]] = {}
        watch = lgb.record_evaluation(seen)
        trees = lgb.train(self._parameters(), past, MAX_ROUNDS, valid_sets=[checked], callbacks=[watch])
        none = np.average(log_loss(outcome[test], start[test]), weights=weight[test])
        return Tried(
            trees=trees,
            losses=np.array([none, *seen["valid_0"]["binary_logloss"]]),
            raw=values(matrix.iloc[test], self.factors),
            start=start[test],
            outcome=outcome[test],
            weight=weight[test],
            trained_on=len(train),
        )

    def _data(self, matrix: pd.DataFrame, outcome: Bools, weight: Floats, start: Floats) -> lgb.Dataset:
        """Raw values, no trace kept as missing; trees start from ``start``."""
        return lgb.Dataset(
            values(matrix, self.factors),
            outcome.astype(float),
            weight=weight,
            init_score=start,
            params=self._parameters(),
            feature_name=[f.name for f in self.factors],
        )

    def _parameters(self) -> dict[str, object]:
        """A factor with a cap stands in no combination, so that cutting its contribution leaves the directions of the others alone."""
        shape = {"num_leaves": self.shape.leaves, "max_depth": self.shape.depth}
        free = [i for i, f in enumerate(self.factors) if f.cap is None]
        alone = [[i] for i, f in enumerate(self.factors) if f.cap is not None]
        groups = {"interaction_constraints": [free, *alone]} if alone and free else {}
        monotone = [f.direction if f.monotone else 0 for f in self.factors]
        return PARAMETERS | shape | groups | {"seed": self.seed, "monotone_constraints": monotone}


def log_loss(outcome: Bools, marks: Floats) -> Floats:
    """One a row, in nats; ``marks`` are log-odds."""
    return np.logaddexp(0, marks) - outcome * marks


def mean_and_error(figures: Floats, weight: Floats) -> tuple[float, float]:
    """Weighted mean of one figure a row, and its standard error."""
    mean = np.average(figures, weights=weight)
    return float(mean), float(np.sqrt(((weight * (figures - mean)) ** 2).sum()) / weight.sum())
