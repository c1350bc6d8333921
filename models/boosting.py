"""``lightgbm``: small trees, monotone where the catalogue says so, the same text for the same rows."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import lightgbm as lgb
import numpy as np
import pandas as pd
import shap

from features.factor import Factor
from models.candidate import Bools, Floats, NotFitted, values

MIN_LABELS, MIN_POSITIVES = 50, 10
LATEST_SHARE = 0.25
"""Share of the past, at its end, on which training stops."""
MAX_ROUNDS, FEW_ROUNDS, PATIENCE = 300, 40, 30
PARAMETERS: dict[str, object] = {
    "objective": "binary",
    "num_leaves": 6,
    "max_depth": 3,
    "learning_rate": 0.05,
    "min_data_in_leaf": 15,
    "lambda_l2": 5.0,
    "feature_fraction": 0.8,
    "bagging_fraction": 0.8,
    "bagging_freq": 1,
    "deterministic": True,
    "force_row_wise": True,
    "num_threads": 2,
    "verbosity": -1,
}


@dataclass(frozen=True, kw_only=True)
class BoostedScorer:
    """A LightGBM model as text; explained by TreeSHAP, so that contributions + base = raw score."""

    factors: tuple[Factor, ...]
    text: str

    @cached_property
    def _explainer(self) -> shap.TreeExplainer:
        return shap.TreeExplainer(lgb.Booster(model_str=self.text))

    @property
    def base(self) -> float:
        """Mean raw score of the training rows."""
        return float(np.ravel(self._explainer.expected_value)[-1])

    def contributions(self, matrix: pd.DataFrame) -> pd.DataFrame:
        """SHAP values in log-odds."""
        with warnings.catch_warnings():
            # shap announces at every call that it once returned a pair; the shape is handled here
            warnings.filterwarnings(
                "ignore", message="LightGBM binary classifier with TreeExplainer", category=UserWarning
            )
            shapley = np.asarray(self._explainer.shap_values(values(matrix, self.factors)), dtype=np.float64)
        return pd.DataFrame(shapley, index=matrix.index, columns=[f.name for f in self.factors])

    def as_text(self) -> str:
        """LightGBM's own format."""
        return self.text


@dataclass(frozen=True, kw_only=True)
class Boosting:
    """``fit`` expects rows in the order of the past: the last quarter decides when to stop."""

    factors: tuple[Factor, ...]
    seed: int
    name: str = "lightgbm"

    def fit(self, matrix: pd.DataFrame, outcome: Bools, weight: Floats) -> BoostedScorer | NotFitted:
        """Too few labels are said, not fitted."""
        if len(outcome) < MIN_LABELS or outcome.sum() < MIN_POSITIVES or (~outcome).sum() < MIN_POSITIVES:
            reason = f"{len(outcome)} labels, {int(outcome.sum())} positive; at least {MIN_LABELS} and {MIN_POSITIVES} are needed"
            return NotFitted(name=self.name, reason=reason)
        x = values(matrix, self.factors)
        rounds = self._rounds(x, outcome, weight)
        return BoostedScorer(
            factors=self.factors, text=self._trained(x, outcome, weight, rounds).model_to_string()
        )

    def _rounds(self, x: Floats, outcome: Bools, weight: Floats) -> int:
        """Early stopping inside the past; a fixed few when its end holds too few positives to say anything."""
        cut = int(len(outcome) * (1 - LATEST_SHARE))
        late, early = outcome[cut:], outcome[:cut]
        if min(late.sum(), (~late).sum(), early.sum(), (~early).sum()) < MIN_POSITIVES:
            return FEW_ROUNDS
        checked = lgb.Dataset(x[cut:], late.astype(float), weight=weight[cut:], params=self._parameters())
        model = self._trained(x[:cut], early, weight[:cut], MAX_ROUNDS, checked)
        return max(10, int(model.best_iteration * len(outcome) / max(cut, 1)))

    def _trained(
        self, x: Floats, outcome: Bools, weight: Floats, rounds: int, checked: lgb.Dataset | None = None
    ) -> lgb.Booster:
        data = lgb.Dataset(
            x,
            outcome.astype(float),
            weight=weight,
            params=self._parameters(),
            feature_name=[f.name for f in self.factors],
        )
        stop: list[Callable[..., object]] = [lgb.early_stopping(PATIENCE, verbose=False)] if checked else []
        return lgb.train(
            self._parameters(), data, rounds, valid_sets=[checked] if checked else [], callbacks=stop
        )

    def _parameters(self) -> dict[str, object]:
        monotone = [f.direction if f.monotone else 0 for f in self.factors]
        return PARAMETERS | {"seed": self.seed, "monotone_constraints": monotone}
