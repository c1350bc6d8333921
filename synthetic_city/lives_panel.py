"""From the running town to the tables of ``History``."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from synthetic_city.facts import Facts
from synthetic_city.history import History
from synthetic_city.lives_couples import lives_with_partner
from synthetic_city.lives_families import months_since
from synthetic_city.lives_income import income_bands
from synthetic_city.lives_state import (
    ADULT,
    ARRIVALS,
    CHILD,
    DEPARTURES,
    ENDS,
    KINDS,
    NEVER,
    Bools,
    Index,
    Ints,
    Log,
    Stock,
    Town,
)


def snapshot(
    town: Town, index: int, day: int, income_factor: float, facts: Facts
) -> dict[str, npt.NDArray[np.generic]]:
    """The panel's columns for one month: residents on its first day, by person."""
    people, living = town.people, town.residents()
    home = people.dwelling[living]
    inside = town.stock.is_establishment[home]
    size = np.where(inside, 1, np.bincount(home)[home])
    minors = np.where(inside, 0, np.bincount(home, people.age[living] < 18)[home])
    coupled = lives_with_partner(town, living)
    return {
        "month": np.full(len(living), index, dtype=np.int16),
        "person": living.astype(np.int32),
        "dwelling": home,
        "household": np.where(inside, people.own_household[living], town.stock.household[home]),
        "age": people.age[living].astype(np.int16),
        "size": np.minimum(size, 127).astype(np.int8),
        "minors": minors.astype(np.int8),
        "lives_alone": (size == 1) & ~inside,
        "in_couple": coupled,
        "activity": people.activity[living],
        "income": income_bands(town, living, income_factor, facts),
        "autonomy": people.autonomy[living],
        "tenure": town.stock.tenure[home],
        "in_establishment": inside,
        "is_single_parent": _single_parents(town, living, home, inside),
        "months_bereaved": months_since(people.bereaved[living], day),
        "months_unemployed": months_since(people.unemployed_since[living], day),
        "months_here": months_since(people.here_since[living], day),
        "months_in_town": months_since(people.town_since[living], day),
    }


def _single_parents(town: Town, living: Index, home: Ints, inside: Bools) -> Bools:
    role = town.people.role[living]
    adults, children = np.bincount(home, role == ADULT), np.bincount(home, role == CHILD)
    return np.asarray((role == ADULT) & (adults[home] == 1) & (children[home] > 0) & ~inside)


def history(
    town: Town,
    months: npt.NDArray[np.datetime64],
    buildings: pd.DataFrame,
    snapshots: list[dict[str, npt.NDArray[np.generic]]],
) -> History:
    """Keeps the people of the observed months, renumbers them, and writes days as dates."""
    first = int(months[0].astype("datetime64[D]").astype(int))
    kept = _kept(town, first)
    number = np.full(town.people.size + 1, -1, dtype=np.int32)
    number[kept] = np.arange(len(kept))
    return History(
        months=months.astype("datetime64[D]"),
        buildings=buildings,
        dwellings=_dwellings(town.stock),
        people=_people(town, kept, number),
        stays=_stays(town.stays, number),
        unions=_unions(town.unions, number),
        panel=_panel(snapshots, number),
    )


def _kept(town: Town, first: int) -> Index:
    """Everyone with a stay on or after the first observed day."""
    return np.unique(town.stays["person"][town.stays["to_on"] > first]).astype(np.int64)


def _dates(days: Ints) -> npt.NDArray[np.datetime64]:
    dates = days.astype(np.int64).astype("datetime64[D]")
    dates[days == NEVER] = np.datetime64("NaT", "D")
    return dates.astype("datetime64[s]")


def _dwellings(stock: Stock) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "building": stock.building,
            "tenure": stock.tenure,
            "rooms": stock.rooms,
            "area_m2": stock.area,
            "floor": stock.floor,
            "has_lift": stock.has_lift,
        }
    )


def _people(town: Town, kept: Index, number: Ints) -> pd.DataFrame:
    people = town.people
    return pd.DataFrame(
        {
            "sex": np.array(["M", "F"])[people.sex[kept]],
            "born_on": _dates(people.born[kept]),
            "died_on": _dates(people.died[kept]),
            "died_elsewhere": people.died_elsewhere[kept],
            "mother": number[people.mother[kept]],
            "father": number[people.father[kept]],
            "is_foreign": people.foreign[kept],
            "student_elsewhere_roll": people.other_roll[kept],
        }
    )


def _stays(log: Log, number: Ints) -> pd.DataFrame:
    rows = np.flatnonzero(number[log["person"]] >= 0)
    rows = rows[np.lexsort((log["from_on"][rows], number[log["person"][rows]]))]
    return pd.DataFrame(
        {
            "person": number[log["person"][rows]],
            "dwelling": log["dwelling"][rows],
            "from_on": _dates(log["from_on"][rows]),
            "to_on": _dates(log["to_on"][rows]),
            "arrival": np.array(ARRIVALS)[log["arrival"][rows]],
            "departure": np.array(DEPARTURES)[log["departure"][rows]],
        }
    )


def _unions(log: Log, number: Ints) -> pd.DataFrame:
    rows = np.flatnonzero((number[log["a"]] >= 0) & (number[log["b"]] >= 0))
    rows = rows[np.lexsort((log["from_on"][rows], number[log["a"][rows]]))]
    return pd.DataFrame(
        {
            "a": number[log["a"][rows]],
            "b": number[log["b"][rows]],
            "kind": np.array(KINDS)[log["kind"][rows]],
            "from_on": _dates(log["from_on"][rows]),
            "to_on": _dates(log["to_on"][rows]),
            "end": np.array(ENDS)[log["end"][rows]],
        }
    )


def _panel(snapshots: list[dict[str, npt.NDArray[np.generic]]], number: Ints) -> pd.DataFrame:
    """One column after another, so that at most one is held twice."""
    columns: dict[str, npt.NDArray[np.generic]] = {}
    for name in list(snapshots[0]):
        columns[name] = np.concatenate([shot.pop(name) for shot in snapshots])
    columns["person"] = number[columns["person"].astype(np.int64)]
    return pd.DataFrame(columns, copy=False)
