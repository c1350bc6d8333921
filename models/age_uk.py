"""``age_uk``: the published model of Age UK, as far as a city can compute it. Learns nothing.

Age UK explained being often lonely at 65 and over in the English Longitudinal Study of Ageing, wave 5 (Age UK, Loneliness at local and
neighbourhood level, summary, July 2015; the study is Iparraguirre, Predicting the prevalence of loneliness at older ages, Age UK 2016). The logistic
coefficients are those printed in the summary (read at arietiform.com/…/www.scribd.com/document/542239690/loneliness-2015):

    household size -1.0402 · widowed 1.0317 · aged 75-79 -0.3542                                       computed here
    health poor 2.0344, fair 1.5819, good 0.9842 · 3+ eye conditions 0.8551 · pets 0.4284              no extract holds them
    difficulty with 1 activity of daily living 0.3169, 2+ 0.3759                                       using a home service is not that

Where the copy differs from the model. Household size: only whether one person lives alone is known, so that a household of one stands one
below every other (exact for two people). Widowed: only a death of the last three years that names the spouse, with consent, is known. The
model is of people of 65 and over; here it ranks every household, which its authors do not claim. The constant (-2.62) supposes the health
answer that is missing: the base is that of the points and moves no rank.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from models.candidate import Bools, Floats
from models.points import BASE
from models.sealed import sealed

HOUSEHOLD_OF_ONE, WIDOWED, AGED_75_TO_79 = 1.0402, 1.0317, -0.3542
ALONE = ("lives_alone_known", "one_adult_known")
"""The first that is known to be true carries the household's size, so that it counts once."""
USED = (*ALONE, "months_since_bereavement", "oldest_age")


@dataclass(frozen=True, kw_only=True)
class AgeUkScorer:
    """Published coefficients; a factor that is not in the matrix contributes nothing."""

    base: float = BASE

    def contributions(self, matrix: pd.DataFrame) -> pd.DataFrame:
        """One column a factor that the copy can use; no trace contributes nothing."""
        raw = {name: _column(matrix, name) for name in USED}
        known, other = (raw[name] >= 1 for name in ALONE)
        age = raw["oldest_age"]
        columns = {
            ALONE[0]: HOUSEHOLD_OF_ONE * known,
            ALONE[1]: HOUSEHOLD_OF_ONE * (other & ~known),
            "months_since_bereavement": WIDOWED * ~np.isnan(raw["months_since_bereavement"]),
            "oldest_age": AGED_75_TO_79 * ((age >= 75) & (age < 80)),
        }
        return pd.DataFrame(columns, index=matrix.index)

    def as_text(self) -> str:
        """The coefficients, sealed."""
        coefficients = {
            "household of one": HOUSEHOLD_OF_ONE,
            "widowed": WIDOWED,
            "aged 75 to 79": AGED_75_TO_79,
        }
        return sealed({"candidate": "age_uk", "base": self.base, "coefficients": coefficients})


@dataclass(frozen=True, kw_only=True)
class AgeUk:
    """A published model learns nothing."""

    name: str = "age_uk"

    def fit(self, matrix: pd.DataFrame, outcome: Bools, weight: Floats) -> AgeUkScorer:
        """The same for any past."""
        return AgeUkScorer()


def _column(matrix: pd.DataFrame, name: str) -> Floats:
    absent = np.full(len(matrix), np.nan)
    return matrix[name].to_numpy(dtype=np.float64) if name in matrix else absent
