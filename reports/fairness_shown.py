"""What may be shown of the fairness report: a line shows its figures where every count behind them is 11 or more and none can be solved back; its verdict always."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import pandas as pd

from features.cells import Key, Sum, shown
from features.frame import HIDDEN
from features.parity_counts import UNKNOWN
from reports.fairness_beside import INSIDE, JOINED, Beside

Verdict = Literal["within", "outside", "insufficient evidence", "not identifiable"]
Why = Literal[
    "doors stayed shut",
    "no draw",
    "not tested",
    "no probability",
    "no chosen visits",
    "no earlier list",
    "nobody found",
    "no visits",
    "source closed",
    "no lease",
    "no list of places",
    "nothing to compare",
]
FIGURES = ("value", "rest_value", "ratio", "low", "high", "sure_low", "sure_high", "cases")
ALL: Key = ("", "")
NOTHING_TO_COMPARE = {
    **dict.fromkeys(("ratio", "low", "high", "sure_low", "sure_high", "further")),
    "verdict": "not identifiable",
    "why": "nothing to compare",
}
"""Of a line with nobody counted on either side. Where figures are hidden it is not said, since it would tell that they are nought."""
COARSE_FURTHER = 50
"""Of a line whose counts may not be shown, the further cases go up to the next fifty."""


@dataclass(frozen=True, kw_only=True)
class Line:
    """One group against the rest of its dimension by one measure; None where a figure does not exist or may not be shown. ``low`` and ``high``: 95 %; ``sure_low`` and ``sure_high``:
    those that hold for the whole report. ``further``: cases that would settle it, None where no number would. ``side``: of an outside line, ``more`` or ``less``.
    """

    measure: str
    dimension: str
    group: str
    value: float | None
    rest_value: float | None
    ratio: float | None
    low: float | None
    high: float | None
    sure_low: float | None
    sure_high: float | None
    verdict: Verdict
    why: Why | None
    further: int | None
    cases: int | None

    @property
    def key(self) -> tuple[str, str, str]:
        """Measure, dimension and group."""
        return (self.measure, self.dimension, self.group)


@dataclass(frozen=True, kw_only=True)
class Shown(Line):
    """A line as anybody may see it; ``is_hidden``: its figures are not."""

    side: Literal["more", "less", ""]
    is_hidden: bool

    def as_json(self) -> dict[str, object]:
        """Three digits; null for what does not exist, is not shown, or is infinite."""
        return {name: _rounded(value) for name, value in vars(self).items()}


def shown_lines(
    lines: Sequence[Line], cells: pd.DataFrame, beside: Beside | None = None
) -> tuple[Shown, ...]:
    """In the order given. ``cells``: ``measure``, ``kind``, ``dimension``, ``group``, ``number``: everything that the figures are made of. The groups of a dimension, the unknown among them, add up to
    all; of a pair those of one group add up to it. ``beside``: what the other reports of the run tell; None: there is none."""
    others = beside or Beside()
    told = {line.key for line in lines}
    hidden = _hidden(told, cells, others)
    hidden |= {line.key for line in lines if others.hides(*line.key)}
    for measure, whole in INSIDE.items():
        hidden |= {key for key in told if key[0] == measure and (whole, *key[1:]) in hidden}
    return tuple(_shown(line, hidden) for line in lines)


def _hidden(
    told: set[tuple[str, str, str]], cells: pd.DataFrame, beside: Beside
) -> set[tuple[str, str, str]]:
    found = set()
    for (measure, kind), mine in cells.groupby(["measure", "kind"], sort=False):
        numbers: dict[Key, int] = {
            (d, g): int(n) for d, g, n in zip(mine["dimension"], mine["group"], mine["number"], strict=True)
        }
        every, sums = _tables(numbers)
        never = {key for key in every if (measure, *key) not in told and key[1] not in ("", UNKNOWN)}
        seen = shown(every, sums, never, beside.ends(str(measure), str(kind), numbers))
        found |= {(str(measure), d, g) for (d, g), n in seen.items() if n == HIDDEN}
        if seen.get(ALL) == HIDDEN:
            # other papers may tell how many all are: beside that, any line of theirs tells too much
            found |= {key for key in told if key[0] == measure}
    return found


def _tables(numbers: Mapping[Key, int]) -> tuple[dict[Key, int], list[Sum]]:
    """The numbers with those that nobody is told but that hang together with them, and what adds up to what."""
    every, sums = dict(numbers), []
    dimensions = dict.fromkeys(d for d, _ in numbers if d)
    for dimension in dimensions:
        sums.append(Sum(total=ALL, parts=tuple(key for key in numbers if key[0] == dimension)))
        singles = tuple(single for single in dimension.split(JOINED) if single in dimensions)
        if JOINED in dimension and len(singles) == 2:
            _tie_a_pair(every, sums, dimension, (singles[0], singles[1]))
    return every, sums


def _tie_a_pair(every: dict[Key, int], sums: list[Sum], pair: str, singles: tuple[str, str]) -> None:
    """What is left of a group are those of whom the other group is not known; they, and those of whom neither is known, are the unknown of the other dimension."""
    neither = (pair, "neither")
    for place, (single, other) in enumerate((singles, singles[::-1])):
        unknown, left, parts_of = (other, UNKNOWN), [], _parts_of(every, pair, place)
        for total in [key for key in every if key[0] == single and key[1] != UNKNOWN]:
            parts = tuple(parts_of.get(total[1], ()))
            left.append((pair, f"{total[1]}, {single}"))
            # cases that count as a chance are rounded group by group, so that the parts may be one more than their sum
            every[left[-1]] = max(0, every[total] - sum(every[key] for key in parts))
            sums.append(Sum(total=total, parts=(*parts, left[-1])))
        every.setdefault(unknown, 0)
        every[neither] = max(0, every[unknown] - sum(every[key] for key in left))
        sums.append(Sum(total=unknown, parts=(*left, neither)))


def _parts_of(every: Mapping[Key, int], pair: str, place: int) -> dict[str, list[Key]]:
    """Of each group that stands in this place of a pair of groups, the pairs."""
    found: dict[str, list[Key]] = {}
    for key in every:
        groups = key[1].split(JOINED) if key[0] == pair else []
        if place < len(groups):
            found.setdefault(groups[place], []).append(key)
    return found


def _shown(line: Line, hidden: set[tuple[str, str, str]]) -> Shown:
    is_hidden = line.key in hidden
    told = vars(line) | {"side": _side(line), "is_hidden": is_hidden}
    if is_hidden:
        further = line.further and COARSE_FURTHER * math.ceil(line.further / COARSE_FURTHER)
        return Shown(**(told | dict.fromkeys(FIGURES) | {"further": further}))
    rest = {} if (line.measure, line.dimension, UNKNOWN) not in hidden else {"rest_value": None}
    nothing = NOTHING_TO_COMPARE if math.isnan(line.ratio or 0.0) else {}
    return Shown(**(told | rest | nothing))


def _side(line: Line) -> Literal["more", "less", ""]:
    if line.verdict != "outside" or line.sure_low is None:
        return ""
    return "more" if line.sure_low > 1 else "less"


def _rounded(value: object) -> object:
    if isinstance(value, float):
        return round(value, 3) if math.isfinite(value) else None
    return value
