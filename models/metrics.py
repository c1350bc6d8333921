"""Shares and areas of one ranking with case weights; ``models.figures`` has the figures of whole duels."""

from __future__ import annotations

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


def precision(outcome: Bools, chosen: Bools, weight: Floats) -> float:
    """Share of isolated among the chosen."""
    total = weight[chosen].sum()
    return float((weight * outcome)[chosen].sum() / total) if total > 0 else float("nan")


def top(order: np.ndarray, k: int) -> Bools:
    """The first ``k`` of an order, as a mask."""
    chosen = np.zeros(len(order), dtype=bool)
    chosen[order[:k]] = True
    return chosen


def top_share(order: np.ndarray, weight: Floats, share: float) -> Bools:
    """The first households that together hold ``share`` of the weight (at least one)."""
    reached = np.cumsum(weight[order]) / weight.sum()
    return top(order, max(1, int(np.searchsorted(reached, share, side="right"))))
