"""What a town, its deliveries and its list looked like on one day, in counts of 11 and more: what a later run is held against."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from features.factor import Factor
from features.frame import SMALLEST_CELL
from models.candidate import Floats

TENTHS = tuple(n / 10 for n in range(1, 10))
TOP = (0.95, 0.99)
"""Quantiles of the scores beyond the tenths: a list takes the first of thousands, and tenths alone would not see them move."""
SMALLEST_BIN = 5 * SMALLEST_CELL
"""Households of a bin, so that one which halves can still be told."""
YEAR_DAYS = 365
OTHER, NONE = "other", "none"
"""Leading reasons of too few households together; no reason at all."""


@dataclass(frozen=True, kw_only=True)
class Spread:
    """How one number is spread over the households of the frame. ``edges``: rising; bin *i* holds values from edge *i*−1 up to below edge *i*; ``counts``: one
    more than edges, empty where nobody has a value; ``none``: households without a value."""

    edges: tuple[float, ...]
    counts: tuple[int, ...]
    none: int

    @property
    def known(self) -> int:
        """Households with a value."""
        return sum(self.counts)

    @property
    def households(self) -> int:
        """All."""
        return self.known + self.none


@dataclass(frozen=True, kw_only=True)
class Delivered:
    """One source up to a day. Over some time before it: ``deliveries``, ``rows`` of the usual one (the median, as the ingest tells those of each file), ``longest_days`` between two,
    None where there are not two. ``first_on``, ``last_on``: of all its deliveries."""

    deliveries: int
    rows: int
    longest_days: int | None
    first_on: date
    last_on: date


@dataclass(frozen=True, kw_only=True)
class Profile:
    """``scorer``: who ranked; ``text``: SHA-256 of its frozen text, since only scores of one text compare. ``reasons``: of the ``capacity`` households that it ranks first, the
    reason that weighs most → households. ``sources``: those that are delivered again and again."""

    as_of: date
    scorer: str
    text: str
    capacity: int
    factors: Mapping[str, Spread]
    scores: Spread
    reasons: Mapping[str, int]
    sources: Mapping[str, Delivered]

    def is_filling(self, factor: Factor) -> bool:
        """Whether its sources had been delivered for less time than it looks back, or than a year: then ever more households have it, in a town that stands still."""
        looks_back = max(factor.window_days or 0, YEAR_DAYS)
        first = [self.sources[one].first_on for one in factor.gates if one in self.sources]
        return bool(first) and (self.as_of - max(first)).days < looks_back


def spread(values: Floats, quantiles: Sequence[float] = TENTHS) -> Spread:
    """Bins at the quantiles of the values, or between them where they are few; small ones are joined to a neighbour. A part of fewer than 11 households, with
    a value or without one, is counted with the rest."""
    known = values[~np.isnan(values)]
    none = len(values) - len(known)
    if len(known) < SMALLEST_CELL:
        return Spread(edges=(), counts=(), none=len(values))
    edges = _edges(known, quantiles)
    counts = list(np.bincount(np.searchsorted(edges, known, side="right"), minlength=len(edges) + 1))
    if none < SMALLEST_CELL:
        counts[int(np.argmax(counts))] += none
        none = 0
    return Spread(edges=tuple(float(edge) for edge in edges), counts=tuple(int(n) for n in counts), none=none)


def _edges(known: Floats, quantiles: Sequence[float]) -> Floats:
    levels, times = np.unique(known, return_counts=True)
    if len(levels) > len(quantiles) + 1:
        levels = np.unique(np.quantile(known, [0.0, *quantiles]))
        times = np.bincount(np.searchsorted(levels, known, side="right") - 1, minlength=len(levels))
    kept: list[float] = []
    held = 0
    for level, count in zip(levels, times, strict=True):
        if held >= SMALLEST_BIN:
            kept.append(float(level))
            held = 0
        held += int(count)
    if kept and held < SMALLEST_BIN:
        kept.pop()
    return np.array(kept)


def again(values: Floats, like: Spread) -> Spread:
    """Other values in the bins of ``like``: exact counts, for comparing and not for showing."""
    known = values[~np.isnan(values)]
    counts = np.bincount(np.searchsorted(like.edges, known, side="right"), minlength=len(like.edges) + 1)
    return Spread(edges=like.edges, counts=tuple(int(n) for n in counts), none=int(len(values) - len(known)))


def of_factors(matrix: pd.DataFrame, factors: Sequence[Factor]) -> dict[str, Spread]:
    """Of every factor that may weigh."""
    return {f.name: spread(matrix[f.name].to_numpy(dtype=np.float64)) for f in factors}


def of_scores(scores: Floats) -> Spread:
    """Tenths, and the very first."""
    return spread(scores, (*TENTHS, *TOP))


def leading(reasons: Sequence[str]) -> dict[str, int]:
    """``reasons``: one a household. Those of fewer than 11 households stand together under ``OTHER``; where they are still too few, with the smallest of the others, or with the only one."""
    counted = Counter(reasons)
    shown = {reason: n for reason, n in sorted(counted.items()) if n >= SMALLEST_CELL}
    rest = sum(counted.values()) - sum(shown.values())
    if 0 < rest < SMALLEST_CELL and shown:
        smallest = min(shown, key=lambda reason: (shown[reason], reason))
        if len(shown) == 1:
            return {smallest: shown[smallest] + rest}
        rest += shown.pop(smallest)
    return shown | ({OTHER: rest} if rest >= SMALLEST_CELL else {})


def gathered(reasons: Sequence[str], like: Mapping[str, int]) -> dict[str, int]:
    """Exact counts by the reasons of ``like``, the others together, for comparing and not for showing."""
    counted = Counter(reason if reason in like else OTHER for reason in reasons)
    return {reason: counted[reason] for reason in (*(r for r in like if r != OTHER), OTHER)}
