"""``neighbourhood``: ranks by the share of isolated found so far in each neighbourhood, and by nothing else.

Small neighbourhoods are drawn towards the town's share by empirical Bayes: the spread between neighbourhoods is estimated by moments and a
neighbourhood with few visits keeps little of its own share (Marshall 1991, Applied Statistics 40, 283-294; with the binomial variance, as
Martuzzi and Elliott 1996, Statistics in Medicine 15, 1867-1873).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import pandas as pd

from models.candidate import Bools, Floats, NotFitted
from models.sealed import sealed

COLUMN = "quartier"


@dataclass(frozen=True, kw_only=True)
class NeighbourhoodScorer:
    """Log-odds of the town's share, and of each neighbourhood's beside it. A neighbourhood without a visit so far is as the town."""

    base: float
    log_odds: tuple[tuple[str, float], ...]

    def contributions(self, matrix: pd.DataFrame) -> pd.DataFrame:
        """One column, ``neighbourhood``; unknown neighbourhoods contribute nothing."""
        found = matrix[COLUMN].map(dict(self.log_odds)).astype(float).fillna(0.0)
        return pd.DataFrame({"neighbourhood": found}, index=matrix.index)

    def as_text(self) -> str:
        """The table of neighbourhoods, sealed."""
        return sealed({"candidate": "neighbourhood", "base": self.base, "log_odds": dict(self.log_odds)})


@dataclass(frozen=True, kw_only=True)
class Neighbourhood:
    """Reads the column ``quartier`` of the matrix; null is an unknown neighbourhood."""

    name: str = "neighbourhood"

    def fit(self, matrix: pd.DataFrame, outcome: Bools, weight: Floats) -> NeighbourhoodScorer | NotFitted:
        """Says why where the matrix has no neighbourhoods or nobody was visited."""
        if COLUMN not in matrix:
            return NotFitted(name=self.name, reason=f"the matrix has no column {COLUMN}")
        visits = pd.DataFrame({"place": matrix[COLUMN], "visits": weight, "found": weight * outcome}).dropna()
        visits = visits[visits["visits"] > 0]
        if visits.empty:
            return NotFitted(name=self.name, reason="no label with a known neighbourhood")
        places = visits.groupby(visits["place"].astype(str)).sum(numeric_only=True).sort_index()
        town = _town_share(places)
        shares = _shrunk(places, town)
        log_odds = tuple((str(place), _logit(share) - _logit(town)) for place, share in shares.items())
        return NeighbourhoodScorer(base=_logit(town), log_odds=log_odds)


def _town_share(places: pd.DataFrame) -> float:
    """With half a visit more of either kind, so that it is never 0 or 1."""
    return float((places["found"].sum() + 0.5) / (places["visits"].sum() + 1))


def _shrunk(places: pd.DataFrame, town: float) -> pd.Series:
    """Each neighbourhood's share, drawn towards the town's: by all when chance alone explains how they differ."""
    visits = places["visits"].to_numpy(dtype=float)
    share = places["found"].to_numpy(dtype=float) / visits
    chance = town * (1 - town)
    spread = np.average((share - town) ** 2, weights=visits) - chance / visits.mean()
    kept = max(spread, 0.0) / (max(spread, 0.0) + chance / visits)
    return pd.Series(np.clip(town + kept * (share - town), 1e-3, 1 - 1e-3), index=places.index)


def _logit(share: float) -> float:
    return math.log(share / (1 - share))
