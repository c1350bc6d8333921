"""Does the chance mean what it says? Past visits, each foretold by a model that saw only the visits before it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from features.presence_model import DECLARED, Floats, fit, probability
from features.presence_signs import SAYS_THERE

FOLDS = 5
EDGES = (0.0, 0.2, 0.5, 0.7, 0.8, 0.85, 0.9, 0.95, 1.0)


@dataclass(frozen=True, kw_only=True)
class Bin:
    """Visits whose foretold chance lies in [low, high): how many, the mean chance, the share that was there."""

    low: float
    high: float
    visits: int
    foretold: float
    there: float


@dataclass(frozen=True, kw_only=True)
class Reliability:
    """``brier``: mean squared difference of chance and outcome, smaller is better; beside it that of the declared rates and of one chance for all."""

    visits: int
    brier: float
    brier_declared: float
    brier_constant: float
    bins: tuple[Bin, ...]


def out_of_time(x: Floats, visits: pd.DataFrame) -> Reliability | None:
    """``visits``: ``asked_on``, ``issue``, ``id_logement`` in the order of ``x``. Cut into ``FOLDS`` by day; the first is foretold by the declared rates."""
    if visits.empty:
        return None
    foretold = np.empty(len(visits))
    for past, now in folds(visits["asked_on"]):
        belief = fit(x[past], visits[past])
        foretold[now] = probability(x[now], belief)
    there = np.asarray(visits["issue"].isin(SAYS_THERE), dtype=np.float64)
    return Reliability(
        visits=len(visits),
        brier=brier(foretold, there),
        brier_declared=brier(probability(x, DECLARED), there),
        brier_constant=brier(np.full(len(there), there.mean()), there),
        bins=bins(foretold, there),
    )


def folds(days: pd.Series) -> list[tuple[npt.NDArray[np.bool_], npt.NDArray[np.bool_]]]:
    """(visits before, visits of the fold): visits of one day stay together."""
    cuts = days.sort_values().iloc[[len(days) * i // FOLDS for i in range(FOLDS)]].drop_duplicates().tolist()
    ends = [*cuts[1:], None]
    parts = [
        (days < start, (days >= start) & ((days < end) if end is not None else True))
        for start, end in zip(cuts, ends, strict=True)
    ]
    return [(past.to_numpy(bool), now.to_numpy(bool)) for past, now in parts]


def brier(chance: Floats, there: Floats) -> float:
    """Mean squared difference."""
    return float(np.mean((chance - there) ** 2))


def bins(chance: Floats, there: Floats, edges: tuple[float, ...] = EDGES) -> tuple[Bin, ...]:
    """Only bins with visits; the last includes its upper edge."""
    at = np.clip(np.digitize(chance, edges) - 1, 0, len(edges) - 2)
    return tuple(
        Bin(
            low=edges[i],
            high=edges[i + 1],
            visits=int((at == i).sum()),
            foretold=float(chance[at == i].mean()),
            there=float(there[at == i].mean()),
        )
        for i in range(len(edges) - 1)
        if (at == i).any()
    )
