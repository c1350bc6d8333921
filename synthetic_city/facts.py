"""The published numbers that the town is built on, read from the tables beside this file."""

from __future__ import annotations

import io
from dataclasses import dataclass
from importlib.resources import files

import numpy as np
import numpy.typing as npt
import pandas as pd

from data_contracts.errors import ConfigurationError

OLDEST = 119
"""Highest age of the town's tables; whoever reaches it dies within the month, far beyond the source tables (104)."""

AGES = np.arange(OLDEST + 1)

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class Fact:
    """One published number: a ``share`` lies in [0, 1], a ``count`` is for Agen as a whole."""

    name: str
    value: float
    unit: str
    year: str
    geography: str
    source: str


@dataclass(frozen=True, kw_only=True)
class Facts:
    """All tables of ``synthetic_city/facts``; each file's first lines give its source, year and unit.

    Arrays by age have ``OLDEST + 1`` places; those by sex have row 0 for men and row 1 for women.
    ``mortality``: yearly probability of death. ``nursing_home``: share living in an establishment.
    ``apa_home``, ``apa_establishment``: share receiving the APA. ``france``: population. ``fertility``: births a year for one woman.
    ``zone_alone``, ``zone_couple``: shares of the employment zone. ``quartiers``: one row a neighbourhood.
    """

    published: dict[str, Fact]
    mortality: Floats
    nursing_home: Floats
    apa_home: Floats
    apa_establishment: Floats
    france: Floats
    fertility: Floats
    zone_alone: Floats
    zone_couple: Floats
    quartiers: pd.DataFrame

    def value(self, name: str) -> float:
        """The published number of that name; an unknown name is a mistake in the caller."""
        if name not in self.published:
            raise ConfigurationError(
                f"no published figure is called {name!r}",
                where="synthetic_city/facts/published.csv",
                hint="add the row with its source, or correct the name",
            )
        return self.published[name].value


def read_facts() -> Facts:
    """Reads every table; takes a few milliseconds."""
    apa, zone, fertility = _table("apa"), _table("zone_profile"), _table("fertility")
    return Facts(
        published=_published(),
        mortality=_by_age(_table("mortality"), last=103),
        nursing_home=_by_age(_table("nursing_home"), last=100),
        apa_home=_steps(apa, "home"),
        apa_establishment=_steps(apa, "establishment"),
        france=_open_ended(_table("pyramid_france")),
        fertility=_bands(fertility, "births"),
        zone_alone=_bands(zone, "living_alone"),
        zone_couple=_bands(zone, "in_couple"),
        quartiers=_table("quartiers", text=("quartier",)),
    )


def _table(name: str, *, text: tuple[str, ...] = ()) -> pd.DataFrame:
    content = files("synthetic_city").joinpath("facts", f"{name}.csv").read_text(encoding="utf-8")
    return pd.read_csv(io.StringIO(content), comment="#", dtype=dict.fromkeys(text, "str"))


def _published() -> dict[str, Fact]:
    rows = _table("published", text=("year",)).itertuples(index=False, name=None)
    facts = (
        Fact(name=name, value=float(value), unit=unit, year=str(year), geography=place, source=source)
        for name, value, unit, year, place, source in rows
    )
    return {fact.name: fact for fact in facts}


def _by_age(frame: pd.DataFrame, *, last: int) -> Floats:
    """Rates by single age: zero before the table begins, the rate at ``last`` after it."""
    table = np.zeros((2, OLDEST + 1))
    kept = frame[frame["age"] <= last]
    for row, sex in enumerate(("male", "female")):
        table[row, kept["age"]] = kept[sex]
        table[row, last + 1 :] = table[row, last]
    return table


def _steps(frame: pd.DataFrame, place: str) -> Floats:
    ages = np.searchsorted(frame["age_from"].to_numpy(), np.arange(OLDEST + 1), side="right") - 1
    columns = [frame[f"{sex}_{place}"].to_numpy(float) for sex in ("male", "female")]
    return np.array([np.where(ages >= 0, column[ages], 0.0) for column in columns])


def _bands(frame: pd.DataFrame, column: str) -> Floats:
    table = np.zeros(OLDEST + 1)
    for first, last, value in zip(frame["age_from"], frame["age_to"], frame[column], strict=True):
        table[first : last + 1] = value
    return table


def _open_ended(frame: pd.DataFrame) -> Floats:
    """Population by age; the source's last row is "99 and over", spread here with 0.6 left each year (assumed)."""
    table = np.zeros((2, OLDEST + 1))
    tail = 0.6 ** np.arange(OLDEST + 1 - 99)
    for row, sex in enumerate(("male", "female")):
        table[row, :99] = frame[sex].to_numpy(float)[:99]
        table[row, 99:] = frame[sex].to_numpy(float)[99] * tail / tail.sum()
    return table
