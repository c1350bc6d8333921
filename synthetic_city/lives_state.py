"""The town while it lives: one array a property, and two logs (stays, unions) that only grow.

Days are whole numbers since 1970-01-01. An event of month k happens after its first day and no later than the first day
of month k + 1, so that the state on a month's first day is the state after all events of the month before.
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

NEVER = 2**30
"""A day that never comes; written as NaT when the history is made."""

Ints = npt.NDArray[np.int32]
Small = npt.NDArray[np.int8]
Bools = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float64]
Index = npt.NDArray[np.int64]

MEN, WOMEN = 0, 1
ADULT, CHILD, KIN = 0, 1, 2
"""Roles in a household: an adult who runs it, someone (of any age) who lives with a parent, an old relative taken in."""

ARRIVALS = ("INITIAL", "BIRTH", "MOVE_IN", "WITHIN", "INTO_ESTABLISHMENT", "RETURN")
INITIAL, BIRTH, MOVE_IN, WITHIN, INTO_ESTABLISHMENT, RETURN = range(6)
DEPARTURES = ("", "DEATH", "MOVE_OUT", "WITHIN", "INTO_ESTABLISHMENT")
STILL_THERE, BY_DEATH, MOVE_OUT, MOVED_WITHIN, TO_ESTABLISHMENT = range(5)
KINDS = ("LIBRE", "PACS", "MARIAGE")
LIBRE, PACS, MARIAGE = range(3)
ENDS = ("", "DECES", "DIVORCE", "DISSOLUTION_PACS", "SEPARATION", "MOVE")
CONVERTED, BEREAVED, DIVORCED, PACS_DISSOLVED, SEPARATED, MOVED_AWAY = range(6)
ENDING_OF = np.array([SEPARATED, PACS_DISSOLVED, DIVORCED], dtype=np.int8)


def stream(seed: int, name: str) -> np.random.Generator:
    """A generator of its own for each named purpose, so that a change in one does not move another."""
    return np.random.Generator(np.random.PCG64(np.random.SeedSequence([seed, zlib.crc32(name.encode())])))


class Log:
    """Columns of whole numbers that grow together by appending."""

    def __init__(self, *names: str) -> None:
        self.size = 0
        self.columns: dict[str, Ints] = {name: np.zeros(1024, dtype=np.int32) for name in names}

    def append(self, **values: npt.ArrayLike) -> Index:
        """Adds one row per element of the first column given (scalars are repeated); gives the new row numbers."""
        count = np.size(next(iter(values.values())))
        rows = np.arange(self.size, self.size + count)
        self._room(self.size + count)
        for name, value in values.items():
            self.columns[name][rows] = value
        self.size += count
        return rows

    def _room(self, needed: int) -> None:
        for name, column in self.columns.items():
            if needed > len(column):
                self.columns[name] = np.concatenate([column, np.zeros(needed, dtype=np.int32)])

    def __getitem__(self, name: str) -> Ints:
        return self.columns[name][: self.size]


@dataclass(kw_only=True)
class Stock:
    """Dwellings (one place an establishment) and what stands still about them; index = dwelling."""

    building: Ints
    tenure: Small
    rooms: Small
    area: Ints
    floor: Small
    has_lift: Bools
    is_usable: Bools
    is_qpv: Bools
    is_establishment: Bools
    establishment_kind: Small
    places: Ints
    vacancy_aim: Floats
    household: Ints = field(init=False)
    is_busy: Bools = field(init=False)

    def __post_init__(self) -> None:
        self.household = np.full(len(self.building), -1, dtype=np.int32)
        self.is_busy = np.zeros(len(self.building), dtype=bool)


_COLUMNS: dict[str, tuple[type[np.generic], int]] = {
    "sex": (np.int8, 0),
    "born": (np.int32, 0),
    "age": (np.int32, 0),
    "died": (np.int32, NEVER),
    "died_elsewhere": (np.bool_, 0),
    "mother": (np.int32, -1),
    "father": (np.int32, -1),
    "foreign": (np.bool_, 0),
    "other_roll": (np.bool_, 0),
    "dwelling": (np.int32, -1),
    "own_household": (np.int32, -1),
    "role": (np.int8, ADULT),
    "partner": (np.int32, -1),
    "union": (np.int32, -1),
    "activity": (np.int8, 0),
    "autonomy": (np.int8, 0),
    "skill": (np.float32, 0),
    "stay": (np.int32, -1),
    "here_since": (np.int32, NEVER),
    "town_since": (np.int32, NEVER),
    "bereaved": (np.int32, NEVER),
    "unemployed_since": (np.int32, NEVER),
    "last_birth": (np.int32, -NEVER),
}


class People:
    """One array a property, index = person; grows when people are born or arrive."""

    sex: Small
    born: Ints
    age: Ints
    died: Ints
    died_elsewhere: Bools
    mother: Ints
    father: Ints
    foreign: Bools
    other_roll: Bools
    dwelling: Ints
    own_household: Ints
    role: Small
    partner: Ints
    union: Ints
    activity: Small
    autonomy: Small
    skill: npt.NDArray[np.float32]
    stay: Ints
    here_since: Ints
    town_since: Ints
    bereaved: Ints
    unemployed_since: Ints
    last_birth: Ints

    def __init__(self) -> None:
        self.size = 0
        self._capacity = 0
        for name, (kind, _) in _COLUMNS.items():
            setattr(self, name, np.empty(0, dtype=kind))

    def add(self, count: int) -> Index:
        """Room for ``count`` more people with default properties; gives their numbers."""
        new = np.arange(self.size, self.size + count)
        self.size += count
        if self.size > self._capacity:
            self._capacity = int(self.size * 1.3) + 64
            for name, (kind, default) in _COLUMNS.items():
                grown = np.full(self._capacity, default, dtype=kind)
                grown[: len(getattr(self, name))] = getattr(self, name)
                setattr(self, name, grown)
        return new


@dataclass(frozen=True, kw_only=True)
class Month:
    """The month being lived: its first day and the next month's, as numbers of days."""

    first: int
    following: int

    def days(self, rng: np.random.Generator, count: int) -> Ints:
        """A day for each of ``count`` events."""
        return rng.integers(self.first + 1, self.following + 1, count, dtype=np.int32)


class Town:
    """People, dwellings and logs together, with the few changes that everything else is made of."""

    def __init__(self, stock: Stock) -> None:
        self.people = People()
        self.stock = stock
        self.stays = Log("person", "dwelling", "from_on", "to_on", "arrival", "departure")
        self.unions = Log("a", "b", "kind", "from_on", "to_on", "end")
        self.households = 0

    def residents(self) -> Index:
        """Numbers of the people who have a dwelling in town."""
        return np.flatnonzero(self.people.dwelling[: self.people.size] >= 0)

    def begin_month(self, month: Month) -> None:
        """Ages are those of the month's first day, all month long."""
        living = self.residents()
        self.people.age[living] = ages_on(self.people.born[living], month.first)

    def leave(self, persons: Index, days: npt.ArrayLike, departure: npt.ArrayLike) -> None:
        """Closes the stays of ``persons``; a household they leave behind is busy for the month."""
        people, rows = self.people, self.people.stay[persons]
        self.stays["to_on"][rows], self.stays["departure"][rows] = days, departure
        self.touch(people.dwelling[persons])
        people.dwelling[persons], people.stay[persons] = -1, -1

    def enter(self, persons: Index, dwellings: Ints, days: npt.ArrayLike, arrival: npt.ArrayLike) -> None:
        """Opens stays; who comes from outside (or is born) begins to be in town that day."""
        people = self.people
        people.stay[persons] = self.stays.append(
            person=persons,
            dwelling=dwellings,
            from_on=days,
            to_on=NEVER,
            arrival=arrival,
            departure=STILL_THERE,
        )
        people.dwelling[persons], people.here_since[persons] = dwellings, days
        within = np.isin(np.broadcast_to(arrival, persons.shape), (WITHIN, INTO_ESTABLISHMENT))
        people.town_since[persons] = np.where(within, people.town_since[persons], days)
        self._number(persons, dwellings)
        self.touch(dwellings)

    def move(self, persons: Index, dwellings: Ints, days: npt.ArrayLike) -> None:
        """From one dwelling of the town to another; which kind of move follows from the dwelling."""
        into = self.stock.is_establishment[dwellings]
        self.leave(persons, days, np.where(into, TO_ESTABLISHMENT, MOVED_WITHIN))
        self.enter(persons, dwellings, days, np.where(into, INTO_ESTABLISHMENT, WITHIN))

    def touch(self, dwellings: Ints) -> None:
        """No second move may touch these households in the month; establishments are never closed."""
        homes = dwellings[~self.stock.is_establishment[dwellings]]
        self.stock.is_busy[homes] = True

    def _number(self, persons: Index, dwellings: Ints) -> None:
        """An empty dwelling gets a new household number; in establishments each person is a household."""
        into = self.stock.is_establishment[dwellings]
        count = int(into.sum())
        self.people.own_household[persons[into]] = self.households + np.arange(count)
        self.households += count
        fresh = np.unique(dwellings[~into])
        fresh = fresh[self.stock.household[fresh] < 0]
        self.stock.household[fresh] = self.households + np.arange(len(fresh))
        self.households += len(fresh)

    def close_month(self) -> None:
        """Empty dwellings lose their household and may be taken from now on."""
        counts = np.bincount(self.people.dwelling[self.residents()], minlength=len(self.stock.building))
        self.stock.household[counts == 0] = -1
        self.stock.is_busy[:] = False

    def unite(self, first: Index, second: Index, kind: npt.ArrayLike, days: npt.ArrayLike) -> None:
        """New couples; both must be without partner."""
        people = self.people
        rows = self.unions.append(a=first, b=second, kind=kind, from_on=days, to_on=NEVER, end=CONVERTED)
        people.partner[first], people.partner[second] = second, first
        people.union[first] = people.union[second] = rows
        people.bereaved[first] = people.bereaved[second] = NEVER

    def part(self, persons: Index, days: npt.ArrayLike, end: npt.ArrayLike) -> None:
        """Ends the unions of ``persons`` (one of each couple is enough; the first given wins)."""
        people, rows = self.people, self.people.union[persons]
        _, once = np.unique(rows, return_index=True)
        rows, chosen = rows[once], persons[once]
        self.unions["to_on"][rows] = np.broadcast_to(days, persons.shape)[once]
        self.unions["end"][rows] = np.broadcast_to(end, persons.shape)[once]
        others = people.partner[chosen]
        for side in (chosen, others):
            people.partner[side], people.union[side] = -1, -1


def net_of_excess(lack: Floats) -> Floats:
    """What each cell lacks, scaled down so that a row together gets no more than its cells lack on balance.

    Filling every lack while no excess is ever taken back would let a small town, whose cells hold a few people each,
    grow by the noise of its cells. The last axis is the one that is balanced.
    """
    missing = np.maximum(lack, 0.0)
    balance = np.maximum(lack.sum(axis=-1, keepdims=True), 0.0)
    return np.asarray(missing * balance / np.maximum(missing.sum(axis=-1, keepdims=True), 1e-9))


def ages_on(born: Ints, day: int) -> Ints:
    """Whole years between birth days and ``day``; 29 February counts as 1 March."""
    dates = born.astype("datetime64[D]")
    years = dates.astype("datetime64[Y]").astype(np.int64)
    in_year = (dates.astype("datetime64[M]") - dates.astype("datetime64[Y]").astype("datetime64[M]")).astype(
        np.int64
    ) * 32
    in_year += (dates - dates.astype("datetime64[M]")).astype(np.int64)
    today = np.datetime64(day, "D")
    this_year = today.astype("datetime64[Y]").astype(int)
    place = (int(today.astype("datetime64[M]").astype(int)) % 12) * 32 + int(
        (today - today.astype("datetime64[M]")).astype(int)
    )
    return np.asarray(this_year - years - (place < in_year), dtype=np.int32)
