"""What one label stands for: labels exist only where somebody went and was let in, so each is weighted by one over the chance of that.

A drawn visit has its drawing probability. Of every other visit a propensity model says how likely a household like this was to be visited in that
campaign. Both are multiplied by the chance that whoever is visited is met and answers (Horvitz and Thompson 1952; Little 1986 for the answering part).
Weights of many thousands would leave a handful of labels to decide, so they are clipped, and the effective sample size says what is left.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from sklearn.linear_model import LogisticRegression

from features.factor import Factor
from models.candidate import Bools, Floats

LABELLED = ("isolated", "not isolated")
DRAWN = "EXPLORATION"
AGES = (25, 40, 60, 75, 80)
FEW = 30
"""Visits below which a share stands in for a model."""
LEAST_CHANCE = 1e-4
EFFECTIVE_SHARE = 0.8
"""Weights are clipped until the labels are worth at least this share of their number: what a model gains by standing for the town is soon less than what
it loses by learning from few (assumed)."""


@dataclass(frozen=True, kw_only=True)
class Weights:
    """``weight``: one a labelled row, summing to ``effective`` (Kish 1965: (sum w)² / sum w²). ``clipped``: how many rows were cut, ``clipped_at``: at how many
    times the smallest weight (NaN when none was)."""

    weight: Floats
    effective: float
    clipped: int
    clipped_at: float

    def as_json(self, labels: int) -> dict[str, object]:
        """As written to ``duel.json``."""
        at = None if np.isnan(self.clipped_at) else round(self.clipped_at, 1)
        return {
            "labels": labels,
            "effective": round(self.effective, 1),
            "clipped": self.clipped,
            "clipped_at": at,
        }


@dataclass(frozen=True, kw_only=True)
class Chances:
    """How likely a household was visited in its campaign, and how likely whoever was visited answered."""

    factors: tuple[Factor, ...]
    visited: LogisticRegression | float
    answered: LogisticRegression | float

    def of(self, rows: pd.DataFrame) -> Floats:
        """The chance that a campaign told something of a household; one a row. ``rows``: the matrix's columns, ``bras`` and ``proba_tirage``."""
        x = _known(rows, self.factors)
        by_draw = rows["proba_tirage"].where(rows["bras"] == DRAWN).to_numpy(dtype=float)
        chance = np.where(np.isnan(by_draw), _at(self.visited, x), by_draw) * _at(self.answered, x)
        return np.clip(chance, LEAST_CHANCE, 1.0)


def learnt(pool: pd.DataFrame, factors: Sequence[Factor]) -> Chances:
    """``pool``: the matrix's columns, ``state`` (null = not visited), ``bras``, ``proba_tirage``. It stands for all households of all campaigns: every
    visited one, and of the others a sample; ``stands_for``: how many each speaks for."""
    stands_for = pool["stands_for"].to_numpy(dtype=float)
    visited = pool["state"].notna().to_numpy()
    others = ~(pool["bras"] == DRAWN).to_numpy(dtype=bool)
    met = pool["state"].isin(LABELLED).to_numpy()
    x = _known(pool, factors)
    return Chances(
        factors=tuple(factors),
        visited=_model(x[others], visited[others], stands_for[others], 1.0),
        answered=_model(x[visited], met[visited], stands_for[visited], 0.1),
    )


def chance_of_visit(
    pool: pd.DataFrame, is_visited: Bools, factors: Sequence[Factor]
) -> LogisticRegression | float:
    """What every factor and the age say of the chance of a visit; ``pool`` as in ``learnt``."""
    return _model(_known(pool, factors), is_visited, pool["stands_for"].to_numpy(dtype=float), 1.0)


def of_labels(chance: Floats) -> Weights:
    """From the chances of the labelled rows."""
    if not len(chance):
        return Weights(weight=np.array([]), effective=0.0, clipped=0, clipped_at=float("nan"))
    raw = chance.min() / chance
    at = _clip(raw)
    cut = np.minimum(raw, at)
    size = effective(cut)
    clipped = int((raw > at).sum())
    smallest = float(at / raw.min()) if clipped else float("nan")
    return Weights(weight=cut * size / cut.sum(), effective=size, clipped=clipped, clipped_at=smallest)


def effective(weight: Floats) -> float:
    """How many labels of equal weight say as much (Kish 1965)."""
    return float(weight.sum() ** 2 / (weight**2).sum()) if len(weight) else 0.0


def shared(weight: Floats) -> Floats:
    """Case weights that add up to what they are worth."""
    return weight * effective(weight) / weight.sum() if len(weight) else weight


def _clip(raw: Floats) -> float:
    """The largest bound that leaves ``EFFECTIVE_SHARE`` of the labels' number: halving steps between the smallest and the largest weight."""
    low, high = float(raw.min()), float(raw.max())
    if effective(raw) >= EFFECTIVE_SHARE * len(raw):
        return high
    for _ in range(40):
        middle = np.sqrt(low * high)
        low, high = (
            (middle, high)
            if effective(np.minimum(raw, middle)) >= EFFECTIVE_SHARE * len(raw)
            else (low, middle)
        )
    return low


def _model(x: Floats, outcome: Bools, weight: Floats, freedom: float) -> LogisticRegression | float:
    """The plain share where there is too little to learn from; 1 where nothing is known at all. ``freedom``: inverse of the penalty; who opens a door
    is learnt from the visited alone, and held closer to the mean."""
    if min(outcome.sum(), (~outcome).sum()) < FEW:
        return float((weight * outcome).sum() / weight.sum()) if (weight * outcome).sum() > 0 else 1.0
    return LogisticRegression(C=freedom, max_iter=1000).fit(x, outcome, sample_weight=weight)


def chances_at(model: LogisticRegression | float, rows: pd.DataFrame, factors: Sequence[Factor]) -> Floats:
    """Of each row, by what ``chance_of_visit`` learnt."""
    return _at(model, _known(rows, factors))


def _at(model: LogisticRegression | float, x: Floats) -> Floats:
    if isinstance(model, float):
        return np.full(len(x), model)
    return np.asarray(model.predict_proba(x)[:, 1] if len(x) else np.array([]), dtype=np.float64)


def _known(rows: pd.DataFrame, factors: Sequence[Factor]) -> Floats:
    """What whoever sent visitors may have gone by: every factor's signal, and the age of the oldest member in bands."""
    signals = [f.signal(rows[f.name].to_numpy(dtype=float)) for f in factors]
    age = rows["oldest_age"].to_numpy(dtype=float) if "oldest_age" in rows else np.full(len(rows), np.nan)
    bands = [age >= lower for lower in AGES]
    return np.column_stack([*signals, *bands, np.isnan(age)]).astype(np.float64)
