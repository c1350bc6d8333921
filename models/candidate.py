"""What every way of ranking has in common. Higher scores are called earlier; contributions + base = score, always."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt
import pandas as pd

from features.factor import Factor

RULES = ("rule_80_plus", "rule_75_alone", "neighbourhood", "age_uk")
"""What a city would do without a model of its own."""
ORDERED = "rule_80_plus_by_points"
"""The first of them with an order among its equals; its weights come from studies, so that a city approves it as it does a model."""
Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]


class Scorer(Protocol):
    """A fitted candidate."""

    @property
    def base(self) -> float:
        """Log-odds of a household without any contribution."""
        ...

    def contributions(self, matrix: pd.DataFrame) -> pd.DataFrame:
        """One column a factor, in log-odds, index of ``matrix``."""
        ...

    def as_text(self) -> str:
        """The frozen model, readable without this software."""
        ...


class Candidate(Protocol):
    """One way to rank. ``fit`` sees labelled rows only: ``outcome`` is one boolean a row, ``visited_on`` orders the past."""

    @property
    def name(self) -> str: ...

    def fit(self, matrix: pd.DataFrame, outcome: Bools, weight: Floats) -> Scorer | NotFitted: ...


@dataclass(frozen=True, kw_only=True)
class NotFitted:
    """A candidate that could not be fitted, and why; it does not take part."""

    name: str
    reason: str


def score(scorer: Scorer, matrix: pd.DataFrame) -> Floats:
    """Log-odds, one a row."""
    return scored(scorer, scorer.contributions(matrix))


def scored(scorer: Scorer, contributions: pd.DataFrame) -> Floats:
    """From the scorer's own ``contributions`` of some rows, where they are wanted besides."""
    total: Floats = scorer.base + contributions.to_numpy(dtype=np.float64).sum(axis=1)
    return total


def lots(household_ids: Sequence[str] | pd.Series, seed: int) -> Floats:
    """A number in [0, 1) per household, drawn from its id and the seed: it does not depend on the order of rows."""
    ids = np.asarray(household_ids, dtype=object)
    drawn: Floats = np.asarray(pd.util.hash_array(ids, hash_key=f"{seed:016d}"), dtype=np.uint64) / 2.0**64
    return drawn


def ranking(scores: Floats, lot: Floats) -> npt.NDArray[np.int64]:
    """Row positions, first called first; equal scores by lot. Scores are compared at 1e-9, below which they are rounding."""
    return np.lexsort((lot, -np.round(scores, 9)))


def values(matrix: pd.DataFrame, factors: Sequence[Factor]) -> Floats:
    """The factor columns as one array."""
    return matrix[[f.name for f in factors]].to_numpy(dtype=np.float64)
