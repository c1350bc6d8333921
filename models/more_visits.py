"""How many isolated households further visits of a neighbourhood would find, and how sure that is."""

from __future__ import annotations

import numpy as np
import pandas as pd

from models.calibration import Calibration
from models.candidate import Floats
from models.inclusion import Ints


def simple(found: pd.Series, p: pd.Series, place: pd.Series, places: list[str]) -> tuple[Floats, Floats]:
    """Found and visits of each place, as worth in visits of a simple random sample: of ``found`` (True, False) with the probability ``p`` of the draw,
    visits count (sum of w)² / sum of w² with w = 1 / p (L. Kish, *Survey Sampling*, 1965, chapter 11)."""
    rows = pd.DataFrame({"place": place, "w": 1 / p, "w2": 1 / p**2, "wy": found.astype(bool) / p})
    sums = rows.groupby("place").sum().reindex(places, fill_value=0.0)
    worth = (sums["w"] ** 2 / sums["w2"]).fillna(0.0).to_numpy(dtype=np.float64)
    share = (sums["wy"] / sums["w"]).fillna(0.0).to_numpy(dtype=np.float64)
    return share * worth, worth


def levels(mapped: Calibration, draws: int, rng: np.random.Generator) -> Floats:
    """By how much calibrated probabilities may be too low or too high on the whole: draws of what the random arm found over what was predicted there."""
    found = mapped.found * mapped.random
    level: Floats = rng.beta(found + 0.5, mapped.random - found + 0.5, draws) / mapped.predicted
    return level


def found_of(visits: Ints, chances: Floats, rng: np.random.Generator) -> Floats:
    """Draws of what so many visits find, place by place; ``chances``: draws of the chance that one visit does, one row a draw."""
    found: Floats = rng.binomial(visits, chances).astype(np.float64)
    return found
