"""Has the town, its deliveries, the list or the unit moved away from what the ranking was learnt on, and by more than chance and custom allow?

A figure (``models.drift_measures``) counts only if it is both **sure** and **large**.

Sure: each of the five parts may raise a false alarm in one run of a hundred, so that all of them together do in one of twenty at most (Bonferroni); within a
part the figures share that by Holm's step-down rule (S. Holm, Scandinavian Journal of Statistics 6 (1979), 65–70).

Large: a town of thousands makes every breath sure. The bounds of the stability index, 0.10 and 0.25, are the custom of credit scoring (N. Siddiqi, *Credit Risk
Scorecards*, 2006), no law. They and the others lie beyond what a quiet synthetic Agen does by itself: each month of October 2024 to November 2026 held
against each of the twelve before it, 234 pairs, none alarms and six are to be watched; the most that a figure moved against a month of 2025 or later was

| late | rows | missing | known | values | scores (three rankings) |
|---|---|---|---|---|---|
| 1.0 | 0.33 | 3.4 points | 0.38 (a survey of tenants once a year) | 0.05 | 0.03 |
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

Part = Literal["sources", "inputs", "scores", "reasons", "people"]
Level = Literal["steady", "watch", "alarm"]
Kind = Literal["late", "rows", "missing", "known", "values", "scores", "reasons", "share", "kappa"]
PARTS: tuple[Part, ...] = ("sources", "inputs", "scores", "reasons", "people")
"""Each has its own share of the false alarms, so that a hundred factors cannot drown one question about the unit."""
LEVELS: tuple[Level, ...] = ("steady", "watch", "alarm")
FALSE_ALARMS = 0.05
"""Of a hundred runs of a town in which nothing changes, at most so many may alarm."""
ROUNDING = 1e-9
"""A tenth counted up of floating numbers is a tenth."""


@dataclass(frozen=True, kw_only=True)
class Bounds:
    """From which size a figure is to be watched, and from which it is an alarm."""

    watch: float
    alarm: float


BOUNDS: Mapping[Kind, Bounds] = {
    "late": Bounds(watch=1.2, alarm=1.5),
    "rows": Bounds(watch=1 / 4, alarm=1 / 2),
    "missing": Bounds(watch=0.05, alarm=0.10),
    "known": Bounds(watch=1 / 3, alarm=1 / 2),
    "values": Bounds(watch=0.10, alarm=0.25),
    "scores": Bounds(watch=0.10, alarm=0.25),
    "reasons": Bounds(watch=0.20, alarm=0.30),
    "share": Bounds(watch=0.10, alarm=0.20),
    "kappa": Bounds(watch=0.20, alarm=0.40),
}
"""``late``: times the longest usual wait; ``rows``: share of the rows that stay away; ``missing``: points of the share without a value; ``known``: 1 − the smaller share with a
value as a part of the larger, so that 1/2 is half as many or twice as many; ``values``, ``scores``: the index; ``reasons``: share of the list that leads with
another reason; ``share``: points of a share; ``kappa``: its own scale, of which 0.2 is one class of Landis and Koch (1977)."""


@dataclass(frozen=True, kw_only=True)
class Bar:
    """Of one bin by its least value, empty for the first, or of one leading reason: its share then and now."""

    label: str
    before: float
    now: float


@dataclass(frozen=True, kw_only=True)
class Figure:
    """One thing watched. ``what``: the factor, source or measure; ``before`` and ``now``: of shares, rows and days; ``size``: what is held against ``bounds``, ``low``
    and ``high`` its 95 % interval where it has one; ``p``: how often chance alone goes so far, ``p_held``: after all that are watched shared their false alarms.
    Both None where no chance is involved. ``bars``: of a spread and of leading reasons. A figure that would name fewer than 11 households (not ``is_shown``) loses its
    numbers once it is judged, and keeps its level."""

    part: Part
    kind: Kind
    what: str
    size: float | None
    before: float | None = None
    now: float | None = None
    low: float | None = None
    high: float | None = None
    p: float | None = None
    p_held: float | None = None
    level: Level = "steady"
    bars: tuple[Bar, ...] = ()
    is_shown: bool = True

    @property
    def bounds(self) -> Bounds:
        """See ``BOUNDS``."""
        return BOUNDS[self.kind]


@dataclass(frozen=True, kw_only=True)
class Judged:
    """``figures``: of every part, the gravest first; ``level``: the gravest."""

    level: Level
    figures: tuple[Figure, ...]


def judged(figures: Sequence[Figure]) -> Judged:
    """Gives each its level; those that have come furthest towards their alarm first."""
    held = [one for part in PARTS for one in _held([f for f in figures if f.part == part])]
    graver = sorted(
        held, key=lambda f: (LEVELS.index(f.level), abs(f.size or 0.0) / f.bounds.alarm), reverse=True
    )
    return Judged(level=graver[0].level if graver else "steady", figures=tuple(_shown(one) for one in graver))


def _held(figures: Sequence[Figure]) -> list[Figure]:
    """Holm within one part."""
    tested = sorted((f for f in figures if f.p is not None), key=lambda f: f.p or 0.0)
    adjusted, highest = {}, 0.0
    for place, one in enumerate(tested):
        assert one.p is not None  # only those were kept
        highest = max(highest, min(1.0, one.p * (len(tested) - place) * len(PARTS)))
        adjusted[one.kind, one.what] = highest
    held = [replace(one, p_held=adjusted.get((one.kind, one.what))) for one in figures]
    return [replace(one, level=_level(one)) for one in held]


def _level(figure: Figure) -> Level:
    if figure.size is None or (figure.p_held is not None and figure.p_held >= FALSE_ALARMS):
        return "steady"
    size = abs(figure.size) + ROUNDING
    return "alarm" if size >= figure.bounds.alarm else "watch" if size >= figure.bounds.watch else "steady"


def _shown(figure: Figure) -> Figure:
    if figure.is_shown:
        return figure
    return replace(
        figure, size=None, before=None, now=None, low=None, high=None, p=None, p_held=None, bars=()
    )
