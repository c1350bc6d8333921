"""One line of the calibration: a published figure beside what the town shows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, kw_only=True)
class Figure:
    """A published figure, the simulated one, and how far apart they may be.

    ``unit`` decides how ``tolerance`` reads: relative for a ``count`` (0.05 = 5 %), in points for a ``share``
    (shares lie in [0, 1]; 0.015 = 1.5 points). ``wider_because`` gives the source's own uncertainty when the
    tolerance is above 5 % or 1.5 points.
    """

    name: str
    published: float
    simulated: float
    unit: Literal["count", "share"]
    tolerance: float
    geography: str
    year: str
    source: str
    wider_because: str = ""

    @property
    def distance(self) -> float:
        """Relative for counts, absolute for shares."""
        gap = abs(self.simulated - self.published)
        return gap / abs(self.published) if self.unit == "count" else gap

    @property
    def holds(self) -> bool:
        """Whether the town is within the stated tolerance."""
        return self.distance <= self.tolerance
