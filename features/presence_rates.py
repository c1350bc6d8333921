"""What is known about leaving a home before any visit: rates by age and sex, and how soon a register notices. Each with its source."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class Band:
    """Chances within a year, from this age on: to change dwelling, to enter an establishment, to die (men, women)."""

    from_age: int
    moves: float
    enters_home: float
    dies_man: float
    dies_woman: float


SOURCES = {
    "moves": "Observatoire des territoires, rapport 2018 (census 2014): 11 % of residents change dwelling within a year, 28 % at 20-25, about 4 % of the less"
    " qualified at 50-64; the other bands are assumed so that the mean holds",
    "enters_home": "assumed; in the order of the shares that live there (DREES 2023: 4 % of women at 80, 22 % at 90) over a stay of two to three years",
    "dies": "INSEE, bilan démographique, table de mortalité 2024, mean over the band's ages",
}
BANDS = (
    Band(from_age=0, moves=0.10, enters_home=0.0, dies_man=0.0004, dies_woman=0.0003),
    Band(from_age=18, moves=0.28, enters_home=0.0, dies_man=0.0006, dies_woman=0.0002),
    Band(from_age=26, moves=0.22, enters_home=0.0, dies_man=0.0007, dies_woman=0.0003),
    Band(from_age=30, moves=0.15, enters_home=0.0, dies_man=0.0010, dies_woman=0.0004),
    Band(from_age=40, moves=0.09, enters_home=0.0, dies_man=0.0022, dies_woman=0.0011),
    Band(from_age=50, moves=0.06, enters_home=0.0, dies_man=0.0052, dies_woman=0.0027),
    Band(from_age=60, moves=0.04, enters_home=0.001, dies_man=0.0121, dies_woman=0.0062),
    Band(from_age=70, moves=0.03, enters_home=0.004, dies_man=0.0263, dies_woman=0.0142),
    Band(from_age=80, moves=0.03, enters_home=0.02, dies_man=0.0533, dies_woman=0.0336),
    Band(from_age=85, moves=0.03, enters_home=0.05, dies_man=0.0973, dies_woman=0.0675),
    Band(from_age=90, moves=0.03, enters_home=0.09, dies_man=0.1769, dies_woman=0.1349),
    Band(from_age=95, moves=0.03, enters_home=0.12, dies_man=0.2938, dies_woman=0.2421),
)
AGE_UNKNOWN = 45
"""Assumed of whose year of birth is not known: the age whose rates are near the mean of all."""


@dataclass(frozen=True, kw_only=True)
class Notice:
    """At which rate a year somebody who is gone stops looking present in the files. ``roll``: while mail to the roll's address has not come back."""

    roll: float
    otherwise: float
    dead: float
    source: str


NOTICE = Notice(
    roll=0.9,
    otherwise=0.05,
    dead=4.0,
    source="assumed: two mailings a year of which three in ten come back, and a third of the entries of who left removed within a year;"
    " deaths by the monthly file of INSEE, most within three months",
)
WITHIN_TOWN = 0.4
"""Share of moves that stay in the town (Observatoire des territoires 2018: two thirds stay in the département; how many in the commune is assumed)."""
YEARS_UNSEEN, SHORTEST_YEARS = 5.0, 0.02
"""Assumed where no sign has a date; a week, so that nobody is certain."""
FLAT_NOT_FOUND, GONE_NOT_FOUND = 0.06, 0.35
"""Assumed: without a flat number six in a hundred who are there are not found; of those who left, one in three without anybody who knows."""


def rates(ages: Floats, is_man: npt.NDArray[np.bool_]) -> tuple[Floats, Floats, Floats]:
    """(moves, enters_home, dies) of each person within a year. An unknown age (NaN) has ``AGE_UNKNOWN``."""
    starts = np.array([b.from_age for b in BANDS])
    known = np.where(np.isnan(ages), AGE_UNKNOWN, np.maximum(ages, 0))
    at = np.searchsorted(starts, known, side="right") - 1
    men, women = np.array([b.dies_man for b in BANDS])[at], np.array([b.dies_woman for b in BANDS])[at]
    moves = np.array([b.moves for b in BANDS])[at]
    homes = np.array([b.enters_home for b in BANDS])[at]
    return moves, homes, np.where(is_man, men, women)


def unnoticed(years: Floats, notice: Floats | float) -> Floats:
    """Years of risk that still count: who left longer ago would have been noticed by now, at the rate ``notice`` a year."""
    return np.asarray((1.0 - np.exp(-np.asarray(notice) * years)) / notice)
