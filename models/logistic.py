"""``logistic``: the points, moved by the labels as far as the labels can bear.

Log-odds = base + Σ coefficient × signal. Each coefficient is believed to be Normal(prior log-odds, prior standard error²) before any label;
the most probable coefficients after the labels are taken (maximum a posteriori; for a logistic likelihood with normal priors see Gelman and
others, Bayesian Data Analysis, 3rd ed. 2013, chapter 16). Without labels these are the points; with many they are what the data say. A factor keeps
the direction and the cap that it declares.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.linalg import cholesky, solve
from scipy.optimize import lsq_linear
from scipy.special import expit

from features.factor import Factor
from models.candidate import Bools, Floats
from models.points import BASE, bounds, capped, prior_log_odds, signals
from models.sealed import sealed

BASE_ERROR = 2.0
"""Standard error of the base before any label: shares of isolated from 0.3 % to 88 % lie within two of them; assumed, so that few labels set it."""
MOST_STEPS, CLOSE, ROUNDING = 100, 1e-10, 1e-12
MANY = 5_000
"""From so many rows it pays to look for those that are alike: of yes and no there are few."""
DIGITS = 9
"""Decimals kept of a coefficient: what lies below depends on the machine and on the order of the rows."""


@dataclass(frozen=True, kw_only=True)
class LogisticScorer:
    """One coefficient a factor, in log-odds at full signal, with its standard error after the labels (curvature at the mode).

    ``labels``: rows learnt from; ``weight``: their total weight, which the caller makes the effective sample size.
    ``width``: by how much the priors' standard errors were multiplied.
    """

    factors: tuple[Factor, ...]
    base: float
    base_error: float
    coefficients: tuple[float, ...]
    errors: tuple[float, ...]
    labels: int
    weight: float
    width: float = 1.0

    def contributions(self, matrix: pd.DataFrame) -> pd.DataFrame:
        """No trace contributes nothing."""
        weighed = signals(matrix, self.factors) * np.array(self.coefficients)
        table = pd.DataFrame(weighed, index=matrix.index, columns=[f.name for f in self.factors])
        return capped(table, self.factors)

    def as_text(self) -> str:
        """Coefficients beside their priors, sealed."""
        head = {"candidate": "logistic", "labels": self.labels, "weight": self.weight, "width": self.width}
        rows = zip(self.factors, self.coefficients, self.errors, strict=True)
        table = {f.name: _row(f, coefficient, error) for f, coefficient, error in rows}
        return sealed({**head, "base": self.base, "base_error": self.base_error, "factors": table})


def _row(factor: Factor, coefficient: float, error: float) -> dict[str, float | bool]:
    return {
        "coefficient": coefficient,
        "standard_error": error,
        "is_at_bound": any(math.isclose(coefficient, limit, abs_tol=1e-9) for limit in bounds(factor)),
        "prior_log_odds": prior_log_odds(factor),
        "prior_standard_error": factor.prior.standard_error,
        "zero": factor.scale.zero,
        "one": factor.scale.one,
    }


@dataclass(frozen=True, kw_only=True)
class Logistic:
    """Needs no least number of labels. ``width`` multiplies the standard errors of the priors: above 1 the labels weigh more."""

    factors: tuple[Factor, ...]
    width: float = 1.0
    name: str = "logistic"

    def fit(self, matrix: pd.DataFrame, outcome: Bools, weight: Floats) -> LogisticScorer:
        """``weight``: one case weight a row, used as given; two rows of weight 1 are one row of weight 2."""
        every = np.column_stack([np.ones(len(matrix)), signals(matrix, self.factors)])
        belief, case = self._belief(), np.asarray(weight, dtype=np.float64)
        x, y, alike = _together(every, np.asarray(outcome, dtype=np.float64), case)
        found = _mode(x, y, alike, belief)
        spread = np.linalg.inv(_curvature(x, alike, belief, found))
        errors = np.round(np.sqrt(np.diag(spread)), DIGITS)
        return LogisticScorer(
            factors=self.factors,
            base=float(found[0]),
            base_error=float(errors[0]),
            coefficients=tuple(float(v) for v in found[1:]),
            errors=tuple(float(v) for v in errors[1:]),
            labels=len(outcome),
            weight=float(case.sum()),
            width=self.width,
        )

    def _belief(self) -> Belief:
        limits = [(-math.inf, math.inf), *(bounds(f) for f in self.factors)]
        spread = np.array([BASE_ERROR, *(f.prior.standard_error * self.width for f in self.factors)])
        return Belief(
            mean=np.array([BASE, *(prior_log_odds(f) for f in self.factors)]),
            precision=1 / spread**2,
            low=np.array([low for low, _ in limits]),
            high=np.array([high for _, high in limits]),
        )


@dataclass(frozen=True, kw_only=True)
class Belief:
    """What is held of base and coefficients before the labels, and the bounds that they never leave."""

    mean: Floats
    precision: Floats
    low: Floats
    high: Floats


def _together(x: Floats, y: Floats, weight: Floats) -> tuple[Floats, Floats, Floats]:
    """Of many rows those that are alike as one, with the sum of their weights and the weighted mean of their outcomes: the posterior is the same, to rounding."""
    if len(x) < MANY or not (weight > 0).all():
        return x, y, weight
    code, _ = pd.factorize(pd.util.hash_pandas_object(pd.DataFrame(x), index=False).to_numpy())
    first = np.unique(code, return_index=True)[1]
    if not np.array_equal(x[first][code], x):  # two different rows with one hash
        return x, y, weight
    total: Floats = np.bincount(code, weight).astype(np.float64)
    return x[first], np.bincount(code, weight * y) / total, total


def _mode(x: Floats, y: Floats, weight: Floats, belief: Belief) -> Floats:
    """The most probable coefficients within the bounds: Newton steps, each a bounded least-squares problem, shortened while they do not descend.

    The function is strictly convex, so that there is one answer, whatever the order of the rows.
    """
    at = belief.mean
    loss = _loss(x, y, weight, belief, at)
    for _ in range(MOST_STEPS):
        slope = x.T @ (weight * (expit(x @ at) - y)) + belief.precision * (at - belief.mean)
        step = _aimed(_curvature(x, weight, belief, at), slope, at, belief) - at
        if np.abs(step).max() < CLOSE:
            break
        length, most = 1.0, loss + ROUNDING * (1 + abs(loss))
        while (loss := _loss(x, y, weight, belief, at + length * step)) > most:
            length /= 2
        at = at + length * step
    kept: Floats = np.clip(np.round(at, DIGITS), belief.low, belief.high)
    return kept + 0.0  # of a rounded nothing the sign depends on the machine, too


def _aimed(curvature: Floats, slope: Floats, at: Floats, belief: Belief) -> Floats:
    """Where the quadratic through ``at`` is lowest within the bounds."""
    root = cholesky(curvature)
    free = at - solve(curvature, slope, assume_a="pos")
    aimed: Floats = lsq_linear(root, root @ free, (belief.low, belief.high), method="bvls", tol=1e-14).x
    return aimed


def _curvature(x: Floats, weight: Floats, belief: Belief, at: Floats) -> Floats:
    """Summed in the order of the rows: threads of a linear-algebra library would cost more than they save, and change the last digits."""
    share = expit(x @ at)
    told = np.einsum("ni,nj->ij", x * (weight * share * (1 - share))[:, None], x)
    curvature: Floats = told + np.diag(belief.precision)
    return curvature


def _loss(x: Floats, y: Floats, weight: Floats, belief: Belief, at: Floats) -> float:
    """Weighted log-loss and the distance from the prior."""
    marks = x @ at
    data = weight @ (np.logaddexp(0, marks) - y * marks)
    return float(data + (belief.precision @ (at - belief.mean) ** 2) / 2)
