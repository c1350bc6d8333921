"""A threshold for each group, so that of the isolated of every group the same share is called: equality of opportunity.

After M. Hardt, E. Price and N. Srebro, *Equality of Opportunity in Supervised Learning*, 2016. Fairlearn's ``ThresholdOptimizer`` is of that paper too, but seeks the thresholds
that are right most often, for as many visits as that takes; here the number of visits is given, campaigns are several, each household stands for some, and
thresholds are learnt from other campaigns than the one that they are tried on.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.optimize import brentq

from models.candidate import Bools, Floats
from models.figures import Placed

LEAST_TAUGHT = 5
"""Isolated of a group in the other campaigns, below which it has no threshold of its own."""


def campaigns(tested: Placed) -> list[np.ndarray]:
    """Positions of the households of each test campaign."""
    return [np.flatnonzero(tested.fold == fold) for fold in np.unique(tested.fold)]


def equal_recall(tested: Placed, group: pd.Series, weight: Floats) -> Floats:
    """Each group down to the rank that holds the same share of its isolated, as the other campaigns teach; that share is such that the seats are filled. A rank is a share of its
    campaign, since scores of different campaigns are not compared; equals stand for every rank that a lot could give them. A group of which the others teach too little is as everybody."""
    length = np.bincount(tested.fold)[tested.fold]
    low, high = tested.ahead / length, (tested.ahead + tested.equals) / length
    names, chance = group.astype(object).fillna("").to_numpy(), np.zeros(len(group))
    for rows in campaigns(tested):
        teach = tested.outcome & (tested.fold != tested.fold[rows[0]])
        mine = {name: _teachers(teach, names == name) for name in np.unique(names[rows])}
        curves = {name: Curve.of(low[own], high[own], weight[own]) for name, own in mine.items()}
        chance[rows] = _filled(
            low[rows], high[rows], [curves[n] for n in names[rows]], int(tested.k[rows[0]])
        )
    return chance


def _teachers(teach: Bools, is_mine: Bools) -> Bools:
    own: Bools = teach & is_mine
    return own if own.sum() >= LEAST_TAUGHT else teach


@dataclass(frozen=True, kw_only=True)
class Curve:
    """How far down a ranking a share of the isolated stands: ``rank`` in [0, 1] at ``share``, rising, a line between."""

    rank: Floats
    share: Floats

    @classmethod
    def of(cls, low: Floats, high: Floats, weight: Floats) -> Curve:
        """From isolated households, each anywhere between ``low`` and ``high``, and one more that may stand anywhere, so that the curve rises everywhere."""
        rank = np.unique(np.concatenate([[0.0, 1.0], low, high]))
        passed = np.clip((rank[:, None] - low) / np.maximum(high - low, 1e-12), 0, 1)
        one = float(weight.mean()) if len(weight) else 1.0
        return cls(rank=rank, share=(passed @ weight + one * rank) / (weight.sum() + one))


def _filled(low: Floats, high: Floats, curves: Sequence[Curve], k: int) -> Floats:
    """Chances that add up to ``k``."""
    own = {id(curve): curve for curve in curves}
    at = [(np.array([id(c) == key for c in curves]), curve) for key, curve in own.items()]

    def chances(share: float) -> Floats:
        down = np.zeros(len(low))
        for is_mine, curve in at:
            down[is_mine] = np.interp(share, curve.share, curve.rank)
        return np.clip((down - low) / (high - low), 0, 1)

    if k >= len(low):
        return np.ones(len(low))
    return chances(float(brentq(lambda share: float(chances(share).sum()) - k, 0.0, 1.0, xtol=1e-14)))
