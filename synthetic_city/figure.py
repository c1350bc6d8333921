"""One line of the calibration: a figure from a source beside what the town shows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Kind = Literal["published", "derived", "assumed", "other"]
KINDS: tuple[Kind, ...] = ("published", "derived", "assumed", "other")


@dataclass(frozen=True, kw_only=True)
class Figure:
    """What the town is compared with, what it shows, and how far apart they may be.

    ``kind``: *published* – ``target`` is the number that the source prints (a count brought to the town's size); *derived* – computed
    from published numbers that cannot hold as they stand (another place, sources that exclude one another): that it holds says that the
    town does what its targets say; *assumed* – no source gives it; *other* – a published number whose definition the town does not
    have, shown beside the nearest measure and not judged. ``printed``: of a derived or other figure, the number as the source prints it.
    ``unit`` decides how ``tolerance`` reads: relative for a ``count`` (0.05 = 5 %), in points for a ``share``
    (shares lie in [0, 1]; 0.015 = 1.5 points). ``wider_because`` gives the reason when the tolerance is above 5 % or 1.5 points;
    for a published figure that can only be the source's own uncertainty.
    """

    name: str
    target: float
    simulated: float
    unit: Literal["count", "share"]
    tolerance: float
    geography: str
    year: str
    source: str
    wider_because: str = ""
    kind: Kind = "published"
    printed: float | None = None

    @property
    def published(self) -> float | None:
        """The number as its source prints it; None where none does."""
        return self.target if self.kind == "published" else self.printed

    @property
    def distance(self) -> float:
        """From the target: relative for counts, absolute for shares."""
        gap = abs(self.simulated - self.target)
        return gap / abs(self.target) if self.unit == "count" else gap

    @property
    def holds(self) -> bool:
        """Whether the town is within the stated tolerance."""
        return self.distance <= self.tolerance


def judged(figures: tuple[Figure, ...]) -> tuple[Figure, ...]:
    """All but those whose definition the town does not have."""
    return tuple(figure for figure in figures if figure.kind != "other")
