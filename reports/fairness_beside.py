"""What other reports of the same run, and other lines of the fairness report, tell of the counts behind a line: of visits by neighbourhood the map and the estimates tell too."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from features.cells import Key
from features.frame import HIDDEN

JOINED = " + "
INSIDE = {
    "refused": "reached",
    "found": "reached",
    "helped": "found",
    "recall": "found",
    "precision": "found",
    "calibration": "found",
    "false_omission": "found",
    "list_for_need": "found",
}
"""Measure → the measure of whose cases its own are a part, the larger ones first: where the figures of those may not be shown, a part of them would say how many they are at least."""
ON_THE_MAP = {
    "visited": ("visited",),
    "visited_of_listed": ("visited", "listed"),
    "reached": ("visited", "answered"),
    "refused": ("visited", "answered"),
    "found": ("answered", "found"),
    "helped": ("answered", "found"),
    "recall": ("answered", "found"),
    "precision": ("answered", "found"),
    "calibration": ("answered", "found"),
    "false_omission": ("answered", "found"),
    "list_for_need": ("listed", "answered", "found"),
    "missing_sources": ("households",),
}
"""Measure → the counts of the map that its figures are made of, or parts of which they are."""
IN_ESTIMATES = ("false_omission", "list_for_need")
"""Measures whose cases are those of the estimates."""
PART_OF = {
    ("visited", "yes"): "visited",
    ("visited_of_listed", "yes"): "visited",
    ("reached", "yes"): "visited",
    ("reached", "no"): "visited",
    ("refused", "yes"): "unanswered",
    ("refused", "no"): "visited",
    ("found", "yes"): "found",
    ("found", "no"): "others",
    ("helped", "yes"): "found",
    ("helped", "no"): "found",
    ("recall", "yes"): "found",
    ("recall", "no"): "found",
    ("list_for_need", "seats"): "listed",
    ("list_for_need", "without"): "households",
    ("missing_sources", "yes"): "households",
    ("missing_sources", "no"): "households",
} | {
    (m, k): of
    for m in ("precision", "calibration", *IN_ESTIMATES)
    for k, of in (("yes", "found"), ("no", "others"))
}
"""Measure and kind of a count → the count of the map of which it is a part, or the whole."""


@dataclass(frozen=True, kw_only=True)
class Beside:
    """``on_the_map``: (count, dimension, group) → number, or ``hidden``; dimension and group '' for the city. ``unestimated``: (dimension, group) whose counts the estimates hide."""

    on_the_map: Mapping[Key, int | str] = field(default_factory=dict)
    unestimated: Collection[tuple[str, str]] = ()

    def hides(self, measure: str, dimension: str, group: str) -> bool:
        """Whether a line's figures would tell something of a number that another report hides."""
        parts = list(zip(dimension.split(JOINED), group.split(JOINED), strict=True))
        is_on_the_map = any(
            self.on_the_map.get((count, *part)) == HIDDEN
            for count in ON_THE_MAP.get(measure, ())
            for part in parts
        )
        return is_on_the_map or (measure in IN_ESTIMATES and any(part in self.unestimated for part in parts))

    def ends(self, measure: str, kind: str, numbers: Mapping[Key, int]) -> dict[Key, tuple[float, float]]:
        """Between which ends the map tells a count. It is the map's own where both are one number, else a part of it; a larger one it says nothing of: some have moved."""
        count = PART_OF.get((measure, kind.split(" ")[0]), "")
        told = {key: self._told(count, key) for key in numbers if count}
        return {
            key: (float(of) if numbers[key] == of else 0.0, float(of))
            for key, of in told.items()
            if of is not None and numbers[key] <= of
        }

    def _told(self, count: str, key: Key) -> int | None:
        whole, part = {"others": ("answered", "found"), "unanswered": ("visited", "answered")}.get(
            count, (count, None)
        )
        found = self.on_the_map.get((whole, *key))
        less = 0 if part is None else self.on_the_map.get((part, *key))
        return found - less if isinstance(found, int) and isinstance(less, int) else None
