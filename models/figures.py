"""Figures of a ranking over several test campaigns, as functions of case weights, so that all of them can be resampled at once.

``weights`` is one row a resample and one column a tested household; the first row is what was observed. A bootstrap draw of households is a row of
weights multiplied by how often each household was drawn (Efron 1979), so that every figure of every draw comes from the same few sums.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from models.candidate import Bools, Floats
from models.metrics import BOOTSTRAPS, Estimate


def resampled(case_weight: Floats, seed: int) -> Floats:
    """Row 0: the weights; rows 1 …: the weights of ``BOOTSTRAPS`` draws of as many households, with replacement."""
    n = len(case_weight)
    drawn = (
        np.random.default_rng(seed).multinomial(n, np.full(n, 1 / n), size=BOOTSTRAPS)
        if n
        else np.ones((0, 0))
    )
    repeated: Floats = np.vstack([np.ones(n), drawn]).astype(np.float64)
    return repeated * case_weight


def estimated(figure: Floats) -> Estimate:
    """The observed figure with its percentile interval; draws in which it does not exist are left out."""
    drawn = figure[1:][~np.isnan(figure[1:])]
    low, high = np.quantile(drawn, (0.025, 0.975)) if len(drawn) else (np.nan, np.nan)
    return Estimate(value=float(figure[0]), low=float(low), high=float(high))


@dataclass(frozen=True, kw_only=True)
class Placed:
    """One candidate on the households of all test campaigns, campaign after campaign.

    ``outcome``: isolated; ``score``; ``place``: position in the order of its campaign by lot among equals, from 0; ``ahead``: how many of its campaign have a
    higher score, ``equals``: how many the same; ``k``: households called first in its campaign; ``fold``: number of its campaign.
    """

    outcome: Bools
    score: Floats
    place: np.ndarray
    ahead: np.ndarray
    equals: np.ndarray
    k: np.ndarray
    fold: np.ndarray

    def chosen(self, longer: float = 1.0) -> Floats:
        """The chance of being called first, over all lots among equal scores: 1, 0, or a share where they tie at the border; ``longer``: when the list
        is so many times as long. A figure over this is the mean of the figure over all lots: no candidate is lucky."""
        called = np.ceil(self.k * longer - 1e-9)
        chance: Floats = np.clip((called - self.ahead) / self.equals, 0.0, 1.0)
        return chance


def precision(tested: Placed, weights: Floats, longer: float = 1.0) -> Floats:
    """Share of isolated among those called first."""
    chosen = tested.chosen(longer)
    return _share(weights @ (tested.outcome * chosen), weights @ chosen)


def recall(tested: Placed, weights: Floats) -> Floats:
    """Share of the isolated who are called first."""
    return _share(weights @ (tested.outcome * tested.chosen()), weights @ tested.outcome)


def false_omission(tested: Placed, weights: Floats) -> Floats:
    """Share of isolated among those not called."""
    left = 1 - tested.chosen()
    return _share(weights @ (tested.outcome * left), weights @ left)


def lift(tested: Placed, weights: Floats) -> Floats:
    """Precision over the share of isolated among all tested."""
    return _share(precision(tested, weights), _share(weights @ tested.outcome, weights.sum(axis=1)))


def visits_per_found(tested: Placed, weights: Floats) -> Floats:
    """Visits for one isolated household found, among those called first (number needed to visit)."""
    return _share(np.ones(len(weights)), precision(tested, weights))


def auc(tested: Placed, weights: Floats) -> Floats:
    """Probability that an isolated household ranks before another of its campaign, ties half: scores of different origins are not compared."""
    won, pairs = np.zeros(len(weights)), np.zeros(len(weights))
    for rows in _by(tested.fold):
        right, of = _won(tested.outcome[rows], tested.score[rows], weights[:, rows])
        won, pairs = won + right, pairs + of
    return _share(won, pairs)


def average_precision(tested: Placed, weights: Floats) -> Floats:
    """Mean of the precision at each isolated household, called in the order of its place within its campaign (as a share of the campaign)."""
    length = np.bincount(tested.fold)[tested.fold]
    order = np.argsort(tested.place / length, kind="stable")
    w, y = weights[:, order], tested.outcome[order]
    reached = np.cumsum(w, axis=1)
    at = np.divide(np.cumsum(w * y, axis=1), reached, out=np.zeros_like(reached), where=reached > 0)
    return _share((at * w * y).sum(axis=1), (w * y).sum(axis=1))


FIGURES = {
    "precision": precision,
    "lift": lift,
    "recall": recall,
    "false_omission": false_omission,
    "visits_per_found": visits_per_found,
    "average_precision": average_precision,
    "auc": auc,
}


def area(outcome: Bools, score: Floats, fold: np.ndarray) -> float:
    """AUC of any score on the observed households, within campaigns."""
    parts = [_won(outcome[rows], score[rows], np.ones((1, len(rows)))) for rows in _by(fold)]
    won, pairs = (sum(float(part[i][0]) for part in parts) for i in (0, 1))
    return won / pairs if pairs else float("nan")


def _won(outcome: Bools, score: Floats, weights: Floats) -> tuple[Floats, Floats]:
    """(pairs won, pairs) of one campaign, a row of weights each."""
    order = np.argsort(score, kind="stable")
    starts = np.flatnonzero(np.r_[True, score[order][1:] != score[order][:-1]])
    y, w = outcome[order], weights[:, order]
    positive = np.add.reduceat(w * y, starts, axis=1)
    negative = np.add.reduceat(w * ~y, starts, axis=1)
    below = np.cumsum(negative, axis=1) - negative
    return (positive * (below + negative / 2)).sum(axis=1), positive.sum(axis=1) * negative.sum(axis=1)


def _by(fold: np.ndarray) -> Sequence[np.ndarray]:
    return [np.flatnonzero(fold == f) for f in np.unique(fold)]


def _share(part: Floats, whole: Floats) -> Floats:
    share: Floats = np.divide(part, whole, out=np.full(len(whole), np.nan), where=whole > 0)
    return share
