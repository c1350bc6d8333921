"""Shares of many small areas: each area's own visits as far as they go, and the town's figure where they do not.

The shares of the areas are Beta distributed around the town's, and what is found in each is binomial given its share, so that an area with few visits
is drawn towards the town (R. E. Fay and R. A. Herriot, *Estimates of income for small places*, JASA 74 (1979); J. N. K. Rao and I. Molina, *Small
Area Estimation*, 2015, section 9.5, beta-binomial). How far areas differ is not fixed at its most likely value, which is often nought and would make
every interval too narrow: it is averaged over, with the uniform shrinkage prior (C. L. Christiansen and C. N. Morris, *Hierarchical Poisson regression
modeling*, JASA 92 (1997)), by which an area with the mean number of visits may lean on them as likely little as much.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import betaln, expit

from features.intervals import Interval
from models.candidate import Floats

DRAWS = 8000
ENDS = (0.025, 0.975)
_SHARES = expit(np.linspace(-6, 4, 241))
_OWN = (np.arange(24) + 0.5) / 24
"""Of an area with the mean number of visits: how much of its figure is its own."""


@dataclass(frozen=True, kw_only=True)
class Areas:
    """``shares``: one row a draw from what is believed, one column an area. ``own``: how much of an area's figure is its own visits' (1), how much the town's (0)."""

    shares: Floats
    own: Floats


def areas(found: Floats, visits: Floats, rng: np.random.Generator) -> Areas:
    """``found`` of ``visits``, area by area, as worth in visits of a simple random sample, hence not always whole; in all more than none."""
    share, strength = (g.ravel() for g in np.meshgrid(_SHARES, visits.mean() * (1 - _OWN) / _OWN))
    a, b = (share * strength)[:, None], ((1 - share) * strength)[:, None]
    likely = (betaln(a + found, b + visits - found) - betaln(a, b)).sum(axis=1) + np.log(share * (1 - share))
    weight = np.exp(likely - likely.max())
    at = rng.choice(len(share), DRAWS, p=weight / weight.sum())
    return Areas(
        shares=rng.beta(a[at] + found, b[at] + visits - found),
        own=(visits / (visits + strength[at][:, None])).mean(axis=0),
    )


def interval(drawn: Floats) -> Interval:
    """95 % of the draws of one figure."""
    low, high = np.quantile(drawn, ENDS)
    return Interval(low=float(low), high=float(high))
