"""``points``: the sum of the prior log-odds. Needs no label, so it works on day one. What a factor's weight may be is said here, once."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from features.factor import Factor, signals_of
from models.candidate import Bools, Floats, values
from models.sealed import sealed

BASE = -2.0
"""Log-odds of about 12 %, the French share of isolated people (CRÉDOC 2024); it moves no rank."""


def bounds(factor: Factor) -> tuple[float, float]:
    """Lowest and highest log-odds of the factor at its full signal: on the side that it declares, and within its cap."""
    low, high = -math.inf, math.inf
    if factor.monotone:
        low, high = (0.0, high) if factor.direction > 0 else (low, 0.0)
    if factor.cap is not None:
        low, high = max(low, -factor.cap), min(high, factor.cap)
    return low, high


def prior_log_odds(factor: Factor) -> float:
    """The prior, held at the bound when published figures lie beyond what the factor declares."""
    low, high = bounds(factor)
    return min(max(factor.prior.log_odds, low), high)


def signals(matrix: pd.DataFrame, factors: Sequence[Factor]) -> Floats:
    """One column a factor, in [0, 1]; no trace is 0."""
    return signals_of(values(matrix, factors), factors)


def capped(contributions: pd.DataFrame, factors: Sequence[Factor]) -> pd.DataFrame:
    """Columns of factors with a cap, cut at it: whatever a candidate learns, an absence of trace moves nobody further."""
    caps = {f.name: f.cap for f in factors if f.cap is not None}
    if not caps:
        return contributions
    most = np.array([caps.get(name, np.inf) for name in contributions.columns])
    held = np.clip(contributions.to_numpy(dtype=np.float64), -most, most)
    return pd.DataFrame(held, index=contributions.index, columns=contributions.columns)


@dataclass(frozen=True, kw_only=True)
class PointsScorer:
    """Prior log-odds × signal, factor by factor."""

    factors: tuple[Factor, ...]
    base: float = BASE

    def contributions(self, matrix: pd.DataFrame) -> pd.DataFrame:
        """No trace contributes nothing."""
        weighed = signals(matrix, self.factors) * [prior_log_odds(f) for f in self.factors]
        return pd.DataFrame(weighed, index=matrix.index, columns=[f.name for f in self.factors])

    def as_text(self) -> str:
        """The table of points, sealed."""
        rows = {
            f.name: {"log_odds": prior_log_odds(f), "zero": f.scale.zero, "one": f.scale.one}
            for f in self.factors
        }
        return sealed({"candidate": "points", "base": self.base, "points": rows})


@dataclass(frozen=True, kw_only=True)
class Points:
    """Learns nothing: labels may be absent."""

    factors: tuple[Factor, ...]
    name: str = "points"

    def fit(self, matrix: pd.DataFrame, outcome: Bools, weight: Floats) -> PointsScorer:
        """The same for any past."""
        return PointsScorer(factors=self.factors)
