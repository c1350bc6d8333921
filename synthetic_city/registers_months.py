"""The town month by month, as the registers that follow people through time look at it; and where somebody is on a day."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt
import pandas as pd

from synthetic_city.history import History, Network, Ties
from synthetic_city.registers_ledger import FOREVER, NEVER, Days, Flags, Index, days

SPAN = 200_000
"""More days than any date here has since 1970, to put person and day in one number."""


@dataclass(frozen=True, kw_only=True)
class Residents:
    """One month's residents: ``rows`` of the panel, and beside them what registers may be drawn to."""

    month: int
    first: np.datetime64
    following: np.datetime64
    panel: pd.DataFrame
    isolated: Flags
    in_association: Flags
    is_qpv: Flags

    def days(self, chance: np.random.Generator, count: int) -> Days:
        """A day of the month for each of ``count`` events."""
        length = int((self.following - self.first).astype(np.int64))
        return self.first + chance.integers(0, length, count).astype("timedelta64[D]")


def months(history: History, ties: Ties) -> Iterator[Residents]:
    """Every observed month."""
    edges = np.searchsorted(history.panel["month"].to_numpy(), np.arange(len(history.months) + 1))
    is_qpv = history.buildings["is_qpv"].to_numpy()[history.dwellings["building"].to_numpy()]
    for month, (start, stop) in enumerate(pairwise(edges)):
        panel = history.panel.iloc[start:stop]
        answers = ties.answers.iloc[start:stop]
        first = history.months[month]
        yield Residents(
            month=month,
            first=first,
            following=(first.astype("datetime64[M]") + np.timedelta64(1, "M")).astype("datetime64[D]"),
            panel=panel,
            isolated=answers["isolated"].to_numpy(),
            in_association=(np.maximum(answers["networks"].to_numpy(), 0) & Network.ASSOCIATIONS) > 0,
            is_qpv=is_qpv[panel["dwelling"].to_numpy()],
        )


@dataclass(frozen=True, kw_only=True)
class Whereabouts:
    """Where people are: built once from the stays, asked for any (person, day)."""

    key: npt.NDArray[np.int64]
    person: Index
    dwelling: Index
    to_on: Days
    died_on: Days

    def _asked(self, persons: Index, when: Days) -> npt.NDArray[np.int64]:
        return persons.astype(np.int64) * SPAN + when.astype(np.int64) + SPAN // 2

    def at(self, persons: Index, when: Days) -> Index:
        """Dwelling of each person on each day; -1 where the person is not in town (or not alive)."""
        row = np.searchsorted(self.key, self._asked(persons, when), side="right") - 1
        inside = (row >= 0) & (self.person[row] == persons) & (self.to_on[row] > when)
        return np.where(inside, self.dwelling[row], -1)

    def since(self, persons: Index, when: Days) -> Days:
        """The day on which the stay that holds on ``when`` began; for people who are in town that day."""
        row = np.searchsorted(self.key, self._asked(persons, when), side="right") - 1
        start: Days = (self.key[row] - persons.astype(np.int64) * SPAN - SPAN // 2).astype("datetime64[D]")
        return start

    def is_dead(self, persons: Index, when: Days) -> Flags:
        """Whether the person had died by that day."""
        return np.asarray(self.died_on[persons] <= when)

    def left_town(self, persons: Index) -> Days:
        """The end of each person's last stay; FOREVER for who is still there, NaT for who never was."""
        row = np.searchsorted(self.person, persons, side="right") - 1
        known = (row >= 0) & (self.person[row] == persons)
        return np.where(known, self.to_on[row], NEVER)


def whereabouts(history: History, people: pd.DataFrame) -> Whereabouts:
    """``people``: everyone whom a register may name; who has no stay is never in town."""
    stays = history.stays.sort_values(["person", "from_on"], kind="stable")
    person, start = stays["person"].to_numpy(np.int64), days(stays["from_on"]).astype(np.int64)
    ended = days(stays["to_on"])
    return Whereabouts(
        key=person * SPAN + start + SPAN // 2,
        person=person,
        dwelling=stays["dwelling"].to_numpy(np.int64),
        to_on=np.where(np.isnat(ended), FOREVER, ended),
        died_on=days(people["died_on"]),
    )
