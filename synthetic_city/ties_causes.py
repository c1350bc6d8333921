"""True causes of isolation that no register of the city sees: kin nearby, driving, Internet, hearing, mood, taking part.

Each person carries one lasting Gaussian lot per cause and a slowly moving part; the cause holds while the lot lies below the
rate of the person's age, so that causes persist, come with age and seldom flip.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import ndtri

Floats = npt.NDArray[np.float32]
Ints = npt.NDArray[np.int16]

AGE_MIDDLES = (20, 32, 50, 67, 80, 90)
"""Rates are given for 15-24, 25-39, 40-59, 60-74, 75-84, 85 and over; each holds in the middle of its band, and between two middles
the rate moves in a straight line, so that no birthday brings a cause to many at once."""
OLDEST = 130


@dataclass(frozen=True, kw_only=True)
class Cause:
    """A cause and the share of each age band that it touches."""

    name: str
    rates: tuple[float, float, float, float, float, float]
    source: str


CAUSES = (
    Cause(name="no_kin_nearby", rates=(0.20, 0.35, 0.35, 0.40, 0.40, 0.40), source="assumed"),
    Cause(name="does_not_drive", rates=(0.45, 0.15, 0.12, 0.15, 0.30, 0.60), source="assumed"),
    Cause(
        name="no_internet",
        rates=(0.02, 0.03, 0.06, 0.20, 0.50, 0.60),
        source="INSEE Première 1780 (2019): 2 % of 15-29, 53 % of 75+ have no access, 12 % in all; between them assumed",
    ),
    Cause(
        name="poor_hearing",
        rates=(0.02, 0.04, 0.09, 0.23, 0.40, 0.61),
        source="DREES VQS 2021: any difficulty to hear, by age",
    ),
    Cause(
        name="low_mood",
        rates=(0.11, 0.11, 0.11, 0.11, 0.13, 0.15),
        source="assumed, in the order of DREES EHIS 2019 (about one adult in nine with depressive symptoms)",
    ),
    Cause(name="takes_part_in_nothing", rates=(0.25, 0.35, 0.40, 0.40, 0.50, 0.65), source="assumed"),
)


def hold(lots: Floats, ages: Ints) -> npt.NDArray[np.bool_]:
    """Which causes hold: one row a person, one column a cause of ``CAUSES``, from standard normal lots."""
    of_age = [np.interp(np.arange(OLDEST), AGE_MIDDLES, cause.rates) for cause in CAUSES]
    lines = ndtri(np.stack(of_age, axis=1)).astype(np.float32)
    touched: npt.NDArray[np.bool_] = lots < lines[ages]
    return touched
