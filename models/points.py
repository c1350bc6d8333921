"""``points``: the sum of the prior log-odds. Needs no label, so it works on day one."""

from __future__ import annotations

import json
from dataclasses import dataclass

import pandas as pd

from features.factor import Factor
from models.candidate import Bools, Floats

BASE = -2.0
"""Log-odds of about 12 %, the French share of isolated people (CRÉDOC 2024); it moves no rank."""


@dataclass(frozen=True, kw_only=True)
class PointsScorer:
    """Prior log-odds × signal, factor by factor."""

    factors: tuple[Factor, ...]
    base: float = BASE

    def contributions(self, matrix: pd.DataFrame) -> pd.DataFrame:
        """No trace contributes nothing."""
        columns = {
            f.name: f.prior.log_odds * f.signal(matrix[f.name].to_numpy(dtype=float)) for f in self.factors
        }
        return pd.DataFrame(columns, index=matrix.index)

    def as_text(self) -> str:
        """The table of points."""
        rows = {
            f.name: {"log_odds": f.prior.log_odds, "zero": f.scale.zero, "one": f.scale.one}
            for f in self.factors
        }
        return json.dumps({"candidate": "points", "base": self.base, "points": rows}, indent=2)


@dataclass(frozen=True, kw_only=True)
class Points:
    """Learns nothing: labels may be absent."""

    factors: tuple[Factor, ...]
    name: str = "points"

    def fit(self, matrix: pd.DataFrame, outcome: Bools, weight: Floats) -> PointsScorer:
        """The same for any past."""
        return PointsScorer(factors=self.factors)
