"""What may be shown of an estimate: exact figures where every count behind them is 11 or more, and coarse ones where some count is not."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Literal

from features.cells import Key, Sum, shown
from features.frame import HIDDEN
from features.intervals import Interval

Measure = Literal["prevalence", "found_share", "false_omission"]
Outcome = Literal["isolated", "lonely"]
Verdict = Literal["measured", "insufficient evidence"]
KINDS = ("random_found", "random_others", "random_unmet", "listed_found", "listed_others", "listed_unmet")
COARSE, COARSE_VISITS, MARGIN = 10, 50, 0.01
"""Tenths, and fifties of visits, after a margin of a point: coarse enough that no single count follows from a coarse figure (a law of the tests tries
every count)."""
LEAST_COARSE = 25
"""With fewer answers even tenths would tell the count: then nothing is said but that it is not known."""


@dataclass(frozen=True, kw_only=True)
class Cells:
    """Households behind the figures of a group, summed over lists: drawn at random and listed by the ranking, each found to be so, found not to be,
    or not met (refused, absent, or no answer that decides)."""

    random_found: int
    random_others: int
    random_unmet: int
    listed_found: int
    listed_others: int
    listed_unmet: int

    @property
    def random_met(self) -> int:
        """Drawn at random and met."""
        return self.random_found + self.random_others


@dataclass(frozen=True, kw_only=True)
class Figure:
    """``value``, its 95% interval and the ``bounds`` that the unmet allow. ``value`` is None where nobody was met or the figure is coarse; ``more_met``:
    random visits that must still meet somebody, None where no number would do."""

    measure: Measure
    value: float | None
    interval: Interval
    bounds: Interval
    verdict: Verdict
    more_met: int | None


@dataclass(frozen=True, kw_only=True)
class Group:
    """All figures of one group (dimension and group '' for all) about one outcome; ``households`` could be listed, summed over lists."""

    outcome: Outcome
    dimension: str
    group: str
    households: int
    cells: Cells
    figures: tuple[Figure, ...]


@dataclass(frozen=True, kw_only=True)
class Shown:
    """A group as anybody may see it. ``counts`` is None, and every figure coarse, where a count would be below 11 or could be worked out."""

    outcome: Outcome
    dimension: str
    group: str
    households: int | None
    counts: Cells | None
    figures: tuple[Figure, ...]

    def figure(self, measure: Measure) -> Figure:
        """One of the three."""
        return next(f for f in self.figures if f.measure == measure)

    def as_json(self) -> dict[str, object]:
        """Four digits; ``counts`` is a word where they are not shown."""
        counts: object = HIDDEN if self.counts is None else asdict(self.counts)
        figures = [rounded(asdict(figure)) for figure in self.figures]
        head = {"outcome": self.outcome, "dimension": self.dimension, "group": self.group}
        return head | {"households": self.households, "counts": counts, "figures": figures}


def shown_groups(groups: Sequence[Group]) -> tuple[Shown, ...]:
    """In the order given. Readers know that the groups of a dimension add up to all; a group of which one count may not be shown shows none, so that
    what is found, not found and not met tell nothing of each other."""
    numbers: dict[Key, int] = {_key(kind, g): n for g in groups for kind, n in asdict(g.cells).items()}
    sums = tuple(_sums(groups))
    untold = _with_the_hidden(groups, shown(numbers, (), ()))
    while more := _with_the_hidden(groups, shown(numbers, sums, untold)):
        untold |= more
    return tuple(_coarse(one) if _key(KINDS[0], one) in untold else _exact(one) for one in groups)


def _with_the_hidden(groups: Sequence[Group], seen: Mapping[Key, int | str]) -> set[Key]:
    """All counts of each group of which one is hidden: nothing is told of any, not even that it is not nought."""
    mine = ([_key(kind, g) for kind in KINDS] for g in groups)
    return {key for keys in mine if any(seen.get(k) == HIDDEN for k in keys) for key in keys}


def _key(kind: str, of: Group) -> Key:
    return (kind, of.outcome, of.dimension, of.group)


def _sums(groups: Sequence[Group]) -> Iterator[Sum]:
    for whole in (g for g in groups if not g.dimension):
        mine = [g for g in groups if g.dimension and g.outcome == whole.outcome]
        for dimension in dict.fromkeys(g.dimension for g in mine):
            parts = [g for g in mine if g.dimension == dimension]
            for kind in KINDS:
                yield Sum(total=_key(kind, whole), parts=tuple(_key(kind, g) for g in parts))


def _exact(one: Group) -> Shown:
    return Shown(
        outcome=one.outcome,
        dimension=one.dimension,
        group=one.group,
        households=one.households,
        counts=one.cells,
        figures=one.figures,
    )


def _coarse(one: Group) -> Shown:
    is_told = one.cells.random_met >= LEAST_COARSE
    figures = tuple(coarse(figure, is_told=is_told) for figure in one.figures)
    return replace(_exact(one), households=None, counts=None, figures=figures)


def coarse(figure: Figure, *, is_told: bool) -> Figure:
    """Without a value, its ends moved outwards by a point and to the next tenth, visits upwards to the next fifty; not ``is_told``: as if nothing were known."""
    more = figure.more_met and COARSE_VISITS * math.ceil(figure.more_met / COARSE_VISITS)
    nothing = Interval(low=0.0, high=1.0)
    return replace(
        figure,
        value=None,
        interval=_outward(figure.interval) if is_told else nothing,
        bounds=_outward(figure.bounds) if is_told else nothing,
        more_met=more,
    )


def _outward(ends: Interval) -> Interval:
    if ends.low == ends.high:  # a list that holds nobody of a group finds nobody there, whatever was found
        return ends
    low, high = math.floor((ends.low - MARGIN) * COARSE), math.ceil((ends.high + MARGIN) * COARSE)
    return Interval(low=max(0, low) / COARSE, high=min(COARSE, high) / COARSE)


def rounded(value: object) -> object:
    """Four digits, within dictionaries too."""
    if isinstance(value, dict):
        return {key: rounded(v) for key, v in value.items()}
    return round(value, 4) if isinstance(value, float) else value
