"""A still town for tests: drawn from published margins of Agen (age, living alone by age, tenure, poverty, unemployment).

It has no life course, so that tests of ties do not wait for a history.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from synthetic_city.history import Activity, Autonomy, History

AGES = ((0, 15, 0.158), (15, 30, 0.24), (30, 45, 0.184), (45, 60, 0.175), (60, 75, 0.138), (75, 100, 0.105))
ALONE_SHARES = (
    (15, 0.0),
    (20, 0.06),
    (25, 0.30),
    (40, 0.22),
    (55, 0.23),
    (65, 0.30),
    (80, 0.36),
    (200, 0.57),
)


def town(persons: int = 3000, months: int = 2, seed: int = 1) -> History:
    """A still town: the same people, months passing only through ``months_*`` columns."""
    chance = np.random.default_rng(seed)
    people = _people(persons, chance)
    still = _still(people, chance)
    panel = pd.concat([_at(still, month) for month in range(months)], ignore_index=True)
    empty = pd.DataFrame()
    days = np.datetime64("2026-01", "M") + np.arange(months)
    return History(
        months=days.astype("datetime64[D]"),
        buildings=empty,
        dwellings=empty,
        people=people[["sex"]],
        stays=empty,
        unions=empty,
        panel=panel,
    )


def _people(persons: int, chance: np.random.Generator) -> pd.DataFrame:
    band = chance.choice(len(AGES), size=persons, p=[share for *_, share in AGES])
    low = np.array([low for low, *_ in AGES])[band]
    high = np.array([high for _, high, _ in AGES])[band]
    sex = np.where(chance.random(persons) < 0.46, "M", "F")
    return pd.DataFrame({"sex": sex, "age": chance.integers(low, high).astype(np.int16)})


def _still(people: pd.DataFrame, chance: np.random.Generator) -> pd.DataFrame:
    size, age = len(people), people["age"].to_numpy()
    band = np.searchsorted([line for line, _ in ALONE_SHARES], age, side="right")
    alone = (
        chance.random(size)
        < np.array([share for _, share in ALONE_SHARES])[np.minimum(band, len(ALONE_SHARES) - 1)]
    )
    couple = ~alone & (age >= 20) & (chance.random(size) < 0.75)
    return pd.DataFrame(
        {
            "person": np.arange(size, dtype=np.int32),
            "dwelling": np.arange(size, dtype=np.int32),
            "household": np.arange(size, dtype=np.int32),
            "age": age,
            "size": np.where(alone, 1, 2).astype(np.int8),
            "minors": np.zeros(size, dtype=np.int8),
            "lives_alone": alone,
            "in_couple": couple,
            "activity": _activity(age, chance),
            "income": chance.choice(4, size=size, p=(0.26, 0.30, 0.21, 0.23)).astype(np.int8),
            "autonomy": _autonomy(age, chance),
            "tenure": chance.choice(3, size=size, p=(0.32, 0.48, 0.20)).astype(np.int8),
            "in_establishment": np.zeros(size, dtype=np.bool_),
            "is_single_parent": ~alone & ~couple & (age >= 25) & (age < 55) & (chance.random(size) < 0.5),
            "months_bereaved": np.full(size, -1, dtype=np.int16),
            "months_unemployed": np.full(size, -1, dtype=np.int16),
            "months_here": chance.integers(0, 300, size).astype(np.int16),
            "months_in_town": chance.integers(0, 500, size).astype(np.int16),
        }
    )


def _activity(age: np.ndarray, chance: np.random.Generator) -> np.ndarray:
    lot = chance.random(len(age))
    of_age = np.where(
        lot < 0.60, Activity.EMPLOYED, np.where(lot < 0.75, Activity.UNEMPLOYED, Activity.OTHER)
    )
    young = np.where(lot < 0.45, Activity.STUDENT, of_age)
    found = np.select([age < 15, age < 25, age < 63], [Activity.CHILD, young, of_age], Activity.RETIRED)
    return found.astype(np.int8)


def _autonomy(age: np.ndarray, chance: np.random.Generator) -> np.ndarray:
    lot = chance.random(len(age)) * np.select([age < 60, age < 75, age < 85], [20.0, 5.0, 2.0], 1.0)
    return np.select([lot < 0.12, lot < 0.30], [Autonomy.SEVERE, Autonomy.LIMITED], Autonomy.FULL).astype(
        np.int8
    )


def _at(still: pd.DataFrame, month: int) -> pd.DataFrame:
    moved = still.assign(
        month=np.int16(month), months_in_town=(still["months_in_town"] + month).astype(np.int16)
    )
    return moved[["month", *still.columns]]
