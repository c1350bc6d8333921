"""Figures of a ranking, each with a bootstrap interval over households. Weights are case weights (survey weights, 1 elsewhere)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.stats import rankdata

from models.candidate import Bools, Floats

BOOTSTRAPS = 500


@dataclass(frozen=True, kw_only=True)
class Estimate:
    """A figure with its 95 % interval (percentile bootstrap); NaN when it cannot be computed."""

    value: float
    low: float
    high: float

    def rounded(self) -> dict[str, float | None]:
        """For JSON: four digits, null for NaN."""
        return {
            name: None if np.isnan(v) else round(v, 4)
            for name, v in (("value", self.value), ("low", self.low), ("high", self.high))
        }


def auc(outcome: Bools, score: Floats, weight: Floats) -> float:
    """Probability that an isolated household ranks before another one, ties half; weighted by pairs. NaN without both kinds."""
    if not outcome.any() or outcome.all():
        return float("nan")
    if np.all(weight == weight[0]):
        ranks = rankdata(score)
        n = int(outcome.sum())
        return float((ranks[outcome].sum() - n * (n + 1) / 2) / (n * (len(outcome) - n)))
    levels, position = np.unique(score, return_inverse=True)
    positive = np.bincount(position, weight * outcome, len(levels))
    negative = np.bincount(position, weight * ~outcome, len(levels))
    below = np.cumsum(negative) - negative
    return float((positive * (below + negative / 2)).sum() / (positive.sum() * negative.sum()))


def average_precision(outcome: Bools, order: np.ndarray, weight: Floats) -> float:
    """Mean of the precision at each isolated household, in the order called."""
    w, y = weight[order], outcome[order]
    if not y.any():
        return float("nan")
    precision = np.cumsum(w * y) / np.cumsum(w)
    return float((precision * w * y).sum() / (w * y).sum())


def precision(outcome: Bools, chosen: Bools, weight: Floats) -> float:
    """Share of isolated among the chosen."""
    total = weight[chosen].sum()
    return float((weight * outcome)[chosen].sum() / total) if total > 0 else float("nan")


def recall(outcome: Bools, chosen: Bools, weight: Floats) -> float:
    """Share of the isolated who were chosen."""
    total = (weight * outcome).sum()
    return float((weight * outcome)[chosen].sum() / total) if total > 0 else float("nan")


def lift(outcome: Bools, chosen: Bools, weight: Floats) -> float:
    """Precision divided by the share of isolated among all."""
    share = (weight * outcome).sum() / weight.sum()
    return precision(outcome, chosen, weight) / share if share > 0 else float("nan")


def top(order: np.ndarray, k: int) -> Bools:
    """The first ``k`` of an order, as a mask."""
    chosen = np.zeros(len(order), dtype=bool)
    chosen[order[:k]] = True
    return chosen


def top_share(order: np.ndarray, weight: Floats, share: float) -> Bools:
    """The first households that together hold ``share`` of the weight (at least one)."""
    reached = np.cumsum(weight[order]) / weight.sum()
    return top(order, max(1, int(np.searchsorted(reached, share, side="right"))))


def estimate(statistic: Callable[[np.ndarray], float], n: int, seed: int) -> Estimate:
    """``statistic`` of all rows and its interval when rows (households) are drawn again with replacement."""
    rng = np.random.default_rng(seed)
    drawn = (
        np.array([statistic(rng.integers(0, n, n)) for _ in range(BOOTSTRAPS)]) if n else np.array([np.nan])
    )
    drawn = drawn[~np.isnan(drawn)]
    low, high = np.quantile(drawn, (0.025, 0.975)) if len(drawn) else (np.nan, np.nan)
    return Estimate(value=statistic(np.arange(n)), low=float(low), high=float(high))
