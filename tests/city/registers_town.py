"""One town of middle size for the tests of registers and campaigns, built once a worker."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np
import numpy.typing as npt
import pandas as pd

from synthetic_city.city import City, build
from synthetic_city.registers import extracts, keep
from synthetic_city.registers_ledger import Days, days

MONTHS, SEED = 30, 3


@cache
def town() -> City:
    """8,000 people over 30 months."""
    return build(8000, MONTHS, SEED)


@cache
def town_with(errors: float) -> City:
    """The same lives under registers that make ``errors`` times the identity mistakes."""
    if errors == 1:
        return town()
    kept = keep(town().history, town().ties, SEED, errors=errors)
    return replace(town(), registers=kept)


@cache
def delivered() -> dict[str, list[tuple[np.datetime64, pd.DataFrame]]]:
    """Every extract of every delivery, by source, with the first of its month."""
    found: dict[str, list[tuple[np.datetime64, pd.DataFrame]]] = {}
    for month, day in enumerate(town().history.months):
        for source, frame in extracts(town().registers, town().history, month):
            found.setdefault(source, []).append((day, frame))
    return found


@cache
def person_of(source: str) -> pd.Series:
    """The true person of each record."""
    ledger = town().registers.ledgers[source]
    return pd.Series(ledger.person, index=ledger.rows[ledger.record]).groupby(level=0).first()


def born_on(source: str, frame: pd.DataFrame) -> Days:
    """The true birth date of each row's person."""
    persons = person_of(source).reindex(frame[town().registers.ledgers[source].record]).to_numpy()
    return days(town().registers.everyone.people["born_on"])[persons]


def ages(source: str, frame: pd.DataFrame, column: str) -> npt.NDArray[np.float64]:
    """True age in years at a date of each row; NaN where it is not given."""
    age = (days(frame[column]) - born_on(source, frame)).astype("timedelta64[D]")
    return np.where(np.isnat(age), np.nan, age.astype(np.int64) / 365.2425)
