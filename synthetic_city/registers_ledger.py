"""What one source will ever say, row by row, with the days on which an extract shows each row."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import pandas as pd

Days = npt.NDArray[np.datetime64]
Texts = npt.NDArray[np.object_]
Index = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float64]

FOREVER = np.datetime64("2999-01-01", "D")
NEVER = np.datetime64("NaT", "D")
THURSDAY, FRIDAY, SATURDAY = 3, 4, 5
"""Monday is 0; 1970-01-01, from which days are counted, was a Thursday."""


@dataclass(frozen=True, kw_only=True)
class Ledger:
    """Rows in the extract's columns (canonical values), and beside them, row for row:

    ``person``: the true person (index of ``Everyone.people``). ``dwelling``: the dwelling whose address the row gives (-1 = none). ``shown_from`` ≤ day < ``shown_until``: a snapshot of
    that day shows the row. For events ``shown_from`` is the day on which the city came to know of it.
    ``record``: the column that names the record. ``day``: the column that a snapshot fills with its own date ('' for events).
    """

    source: str
    rows: pd.DataFrame
    person: Index
    dwelling: Index
    shown_from: Days
    shown_until: Days
    record: str
    day: str = ""

    def on(self, day: np.datetime64) -> npt.NDArray[np.int64]:
        """Row numbers that a snapshot of ``day`` shows."""
        return np.flatnonzero((self.shown_from <= day) & (day < self.shown_until))

    def between(self, first: np.datetime64, last: np.datetime64) -> npt.NDArray[np.int64]:
        """Row numbers of events that became known from ``first`` on and before ``last``."""
        return np.flatnonzero((self.shown_from >= first) & (self.shown_from < last))


def shelved(ledger: Ledger) -> Ledger:
    """The same ledger with its rows in the order of their record names, which says nothing about the people."""
    order = np.lexsort((ledger.shown_from, ledger.rows[ledger.record].to_numpy(dtype=str)))
    return replace(
        ledger,
        rows=ledger.rows.iloc[order].reset_index(drop=True),
        person=ledger.person[order],
        dwelling=ledger.dwelling[order],
        shown_from=ledger.shown_from[order],
        shown_until=ledger.shown_until[order],
    )


def snapshot(ledger: Ledger, day: np.datetime64) -> pd.DataFrame:
    """The extract of ``day``: nothing in it is dated later than that day."""
    rows = ledger.rows.iloc[ledger.on(day)].copy()
    for column in rows.columns:
        if rows[column].dtype.kind == "M":
            rows[column] = rows[column].where(rows[column] <= day)
    rows.insert(0, ledger.day, np.full(len(rows), day.astype("datetime64[s]")))
    return rows


def events(ledger: Ledger, first: np.datetime64, last: np.datetime64) -> pd.DataFrame:
    """The extract of a month, in the order in which things became known."""
    found = ledger.between(first, last)
    return ledger.rows.iloc[found[np.argsort(ledger.shown_from[found], kind="stable")]]


def opaque(prefix: str, groups: npt.NDArray[np.generic], chance: np.random.Generator) -> Texts:
    """One identifier per distinct value of ``groups``, in an order that says nothing."""
    codes, distinct = pd.factorize(groups)
    width = max(6, len(str(10 * len(distinct))))
    numbers = chance.permutation(10 * len(distinct) + 10)[: len(distinct)] + 10 ** (width - 1)
    return np.array([f"{prefix}{number}" for number in numbers], dtype=object)[codes]


def days(column: pd.Series | npt.NDArray[np.generic]) -> Days:
    """Any dates as whole days."""
    return np.asarray(column).astype("datetime64[D]")


def seconds(column: Days) -> npt.NDArray[np.datetime64]:
    """Whole days as pandas keeps them."""
    return column.astype("datetime64[s]")


def after(start: Days, count: npt.NDArray[np.generic]) -> Days:
    """``count`` days later; NaT stays NaT."""
    moved: Days = start + np.asarray(count).astype(np.int64).astype("timedelta64[D]")
    return moved


def birthday(born: Days, age: int) -> Days:
    """The day on which people born on ``born`` become ``age``; who was born on 29 February does so on 1 March."""
    month = born.astype("datetime64[M]")
    into = born - month.astype("datetime64[D]")
    there: Days = (month + np.timedelta64(12 * age, "M")).astype("datetime64[D]") + into
    return there


def open_day(day: Days, last: int = SATURDAY) -> Days:
    """The day itself, or the next Monday when the week's ``last`` working day is over; NaT stays NaT."""
    weekday = (day.astype(np.int64) + THURSDAY) % 7
    return np.where(~np.isnat(day) & (weekday > last), day + (7 - weekday).astype("timedelta64[D]"), day)


def years_between(born: Days, day: Days | np.datetime64) -> npt.NDArray[np.int64]:
    """Whole years, near enough for an eligibility (a day more or less at birthdays)."""
    return np.floor((day - born).astype(np.int64) / 365.2425).astype(np.int64)
