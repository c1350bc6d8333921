"""The city by neighbourhood, with what may be shown of each: what ``map.json`` and ``map.html`` say."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date
from typing import Literal

from features.frame import HIDDEN
from features.intervals import wilson
from reports.contracts import Masthead
from reports.estimates_shown import rounded
from reports.map_shapes import Shape
from reports.maps_shown import CITY, COLUMNS, Group

Basis = Literal["calibrated", "random", "none"]
Measure = Literal["need", "listed", "visited", "found", "reach", "more"]
MEASURES: tuple[Measure, ...] = ("need", "more", "listed", "visited", "reach", "found")
"""One map each, in the order in which they are offered."""


@dataclass(frozen=True, kw_only=True)
class Estimate:
    """A figure with its 95 % interval, rounded so that no count follows from it."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, kw_only=True)
class Row:
    """A neighbourhood, a group of them, or the city. ``counts``: of ``COLUMNS``, a number or ``hidden``; ``need``: isolated households; ``more``: those that further
    visits would find; None where it cannot be told."""

    group: Group
    counts: Mapping[str, int | str]
    need: Estimate | None
    more: Estimate | None

    @property
    def reach(self) -> Estimate | None:
        """Of the visits, the share with an answer, from the counts that are shown."""
        visited, answered = self.counts["visited"], self.counts["answered"]
        if not isinstance(visited, int) or not isinstance(answered, int) or not visited:
            return None
        ends = wilson(answered, visited)
        return Estimate(value=answered / visited, low=ends.low, high=ends.high)

    def value(self, measure: Measure) -> float | str | None:
        """As a map shows it: a number, ``hidden``, or None where it is not known."""
        if measure in COLUMNS:
            return self.counts[measure]
        if self.counts["households"] == HIDDEN:
            return HIDDEN
        if measure == "reach" and HIDDEN in (self.counts["visited"], self.counts["answered"]):
            return HIDDEN
        found = {"need": self.need, "reach": self.reach, "more": self.more}[measure]
        return None if found is None else found.value

    def as_json(self) -> dict[str, object]:
        """Four digits; null where something cannot be told."""
        kind, name = self.group
        figures = {"need": self.need, "reach": self.reach, "more": self.more}
        told = {key: rounded(asdict(one)) if one else None for key, one in figures.items()}
        return {"kind": kind, "group": name, **self.counts, **told}


@dataclass(frozen=True, kw_only=True)
class Report:
    """``rows``: neighbourhoods, then groups of them, then the city. ``names`` of neighbourhoods by code. ``visits`` so far; ``leaning``: neighbourhoods whose need rests
    more on the city's figure than on their own visits; ``basis``: whence ``more``, of ``more_visits`` each. ``shapes``: none where the city gave none."""

    masthead: Masthead
    as_of: date
    names: Mapping[str, str]
    rows: tuple[Row, ...]
    leaning: int
    basis: Basis
    more_visits: int
    shapes: tuple[Shape, ...]

    @property
    def places(self) -> tuple[Row, ...]:
        """The neighbourhoods, in the order of their codes."""
        return tuple(row for row in self.rows if row.group[0] == "in")

    @property
    def totals(self) -> tuple[Row, ...]:
        """Groups of neighbourhoods, if any, and the city, which is the last."""
        return tuple(row for row in self.rows if row.group[0] != "in")

    @property
    def city(self) -> Row:
        """All of it."""
        return next(row for row in self.rows if row.group == CITY)


def ordered(rows: tuple[Row, ...], measure: Measure) -> tuple[Row, ...]:
    """The highest first, as far as it is shown; equals and the others by code."""

    def place(row: Row) -> tuple[bool, float, str]:
        value = row.value(measure)
        return not isinstance(value, float | int), -value if isinstance(value, float | int) else 0.0, row.group[1]  # fmt: skip

    return tuple(sorted(rows, key=place))


def content(report: Report) -> dict[str, object]:
    """``map.json``; no count below 11, and none that could be worked out."""
    return {
        "city": report.masthead.city,
        "as_of": report.as_of.isoformat(),
        "names": dict(report.names),
        "leaning_on_the_city": report.leaning,
        "more": {"visits": report.more_visits, "basis": report.basis},
        "groups": [row.as_json() for row in report.rows],
    }
