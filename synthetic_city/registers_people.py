"""Everyone whom a register may name: the people of the history, and others that registers hold although they do not live in town.

Others are *ghosts* (adults who left before the first observed month and are still on the roll) and *outsiders* (children born
and people who died at the town's hospital while living elsewhere, with a parent for each child).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from synthetic_city.history import History
from synthetic_city.lives_state import stream
from synthetic_city.names import Names, name_people
from synthetic_city.rates import rate, span
from synthetic_city.registers_ledger import Days, Flags, Index, days, years_between

COLUMNS = ("sex", "born_on", "died_on", "mother", "father", "is_foreign")


@dataclass(frozen=True, kw_only=True)
class Ghosts:
    """People who left before the window: one row a ghost, ``person`` points into ``Everyone.people``."""

    person: Index
    dwelling: Index
    left_on: Days


@dataclass(frozen=True, kw_only=True)
class Outsiders:
    """Non-residents whose acts the hospital makes: births with the mother's number, deaths. ``person`` as above."""

    born: Index
    mother: Index
    died: Index


@dataclass(frozen=True, kw_only=True)
class Everyone:
    """``people``: index = person; the first ``residents`` are those of the history, in its order."""

    people: pd.DataFrame
    residents: int
    ghosts: Ghosts
    outsiders: Outsiders
    names: Names


def everyone(history: History, seed: int) -> Everyone:
    """The people of the history, then ghosts, then outsiders; all of them named."""
    chance = stream(seed, "registers: others")
    first = len(history.people)
    ghosts, left_from, left_on = _ghosts(history, chance)
    born, mothers, died = _outsiders(history, chance)
    starts = np.cumsum([first, len(ghosts), len(born), len(mothers), len(died)])
    born["mother"] = np.arange(starts[2], starts[3], dtype=np.int32)
    people = pd.concat([history.people[list(COLUMNS)], ghosts, born, mothers, died], ignore_index=True)
    return Everyone(
        people=people,
        residents=first,
        ghosts=Ghosts(person=np.arange(starts[0], starts[1]), dwelling=left_from, left_on=left_on),
        outsiders=Outsiders(
            born=np.arange(starts[1], starts[2]), mother=np.arange(starts[2], starts[3]), died=np.arange(starts[3], starts[4])
        ),
        names=name_people(people, history.unions, history.months[-1], seed),
    )  # fmt: skip


def _ghosts(history: History, chance: np.random.Generator) -> tuple[pd.DataFrame, Index, Days]:
    """As many a month as leave in the observed months, over ten years before them; who is forgotten is decided by the roll."""
    start, months, look_back = history.months[0], len(history.months), rate("ghosts_look_back_months")
    left = history.stays[(history.stays["departure"] == "MOVE_OUT") & (days(history.stays["to_on"]) > start)]
    who = left["person"].to_numpy()
    born = days(history.people["born_on"])[who]
    adult = (years_between(born, days(left["to_on"])) >= 18) & ~history.people["is_foreign"].to_numpy()[who]
    count = round(adult.sum() * look_back / max(months - 1, 1))
    row = chance.choice(np.flatnonzero(adult), count) if adult.any() else np.zeros(0, dtype=np.int64)
    left_on = start - chance.integers(1, round(30 * look_back), len(row)).astype("timedelta64[D]")
    shift = left_on - days(left["to_on"])[row]
    people = history.people.iloc[who[row]]
    frame = _frame(people["sex"].to_numpy(), born[row] + shift, np.full(len(row), np.datetime64("NaT", "D")))
    return frame, left["dwelling"].to_numpy(np.int64)[row], left_on


def _outsiders(
    history: History, chance: np.random.Generator
) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    births = _copies(days(history.people["born_on"]), history, rate("hospital_births_ratio"), chance)
    deaths = _copies(days(history.people["died_on"]), history, rate("hospital_deaths_ratio"), chance)
    none = np.full(len(births), np.datetime64("NaT", "D"))
    born_on = days(history.people["born_on"])[births]
    youngest, oldest = (round(365 * years) for years in span("outside_mother_years"))
    mothers = born_on - chance.integers(youngest, oldest, len(births)).astype("timedelta64[D]")
    died = _frame(
        history.people["sex"].to_numpy()[deaths],
        days(history.people["born_on"])[deaths]
        - chance.integers(*span("outside_death_days"), len(deaths)).astype("timedelta64[D]"),
        days(history.people["died_on"])[deaths],
    )
    boys = rate("boys_at_birth")
    sexes = chance.choice(np.array(["M", "F"], dtype=object), len(births), p=[boys, 1 - boys])
    return _frame(sexes, born_on, none), _frame(np.full(len(births), "F", dtype=object), mothers, none), died


def _copies(when: Days, history: History, ratio: float, chance: np.random.Generator) -> Index:
    """People with such an event in the observed months, drawn ``ratio`` times as often as they are."""
    own = np.flatnonzero((when >= history.months[0]) & (when < history.months[-1]))
    return chance.choice(own, round(len(own) * ratio)) if len(own) else np.zeros(0, dtype=np.int64)


def _frame(sex: np.typing.NDArray[np.generic], born: Days, died: Days) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "sex": pd.array(sex.astype(object), dtype="str"),
            "born_on": born.astype("datetime64[s]"),
            "died_on": died.astype("datetime64[s]"),
            "mother": np.full(len(sex), -1, dtype=np.int32),
            "father": np.full(len(sex), -1, dtype=np.int32),
            "is_foreign": np.zeros(len(sex), dtype=bool),
        }
    )


def is_adult(people: pd.DataFrame, persons: Index, day: np.datetime64) -> Flags:
    """18 and over on ``day``."""
    return np.asarray(years_between(days(people["born_on"])[persons], day) >= 18)
