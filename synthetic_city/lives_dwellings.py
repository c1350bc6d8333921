"""The dwellings of the town, and how a household that looks for one finds it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from data_contracts.errors import LanterneError
from synthetic_city.facts import Facts
from synthetic_city.history import Tenure
from synthetic_city.lives_state import Bools, Floats, Index, Ints, Small, Stock, Town
from synthetic_city.lives_targets import Targets

KINDS = ("EHPAD", "RESIDENCE_AUTONOMIE", "HOPITAL", "FOYER")
EHPAD, RESIDENCE_AUTONOMIE, HOPITAL, FOYER = range(4)

LIVED_IN = 0.995
"""Main residences relative to the households aimed at: single parents and couples stay a little behind their targets; fitted."""

VACANCY = {Tenure.OWNER: 0.05, Tenure.HLM: 0.03}
"""Share of vacant dwellings by tenure; assumed. Private dwellings take the rest of the published vacant ones."""

FLATS = {Tenure.OWNER: 0.37, Tenure.PRIVATE: 0.80, Tenure.HLM: 0.93}
"""Share of flats by tenure; assumed so that the whole gives the published 68.7 %."""

ROOMS = {
    "house": ((3, 4, 5, 6), (0.2, 0.4, 0.3, 0.1)),
    "private": ((1, 2, 3, 4), (0.27, 0.36, 0.26, 0.11)),
    "social": ((1, 2, 3, 4, 5), (0.08, 0.25, 0.38, 0.23, 0.06)),
}
"""Number of rooms and its chances; assumed."""

PLACES = {EHPAD: (80, 0.78), RESIDENCE_AUTONOMIE: (45, 0.16), HOPITAL: (30, 0.06), FOYER: (60, 1.0)}
"""Usual number of places, and share of the older residents (FOYER: of its own) that each kind receives; assumed."""

SPARE = 1.2
"""Places for each person expected; assumed, since who enters must find a free one."""


class NoDwellingLeftError(LanterneError):
    """More households look for a dwelling than the town has vacant ones."""


@dataclass(frozen=True, kw_only=True)
class Seekers:
    """One element a household that looks for a dwelling."""

    size: Ints
    head_age: Ints
    is_couple: Bools
    has_child: Bools
    skill: Floats


def build(persons: int, facts: Facts, aims: Targets, rng: np.random.Generator) -> tuple[pd.DataFrame, Stock]:
    """The buildings (one row each, as ``History.buildings``) and the dwellings in them."""
    scale = persons / aims.population
    counts, vacancy = _counts(scale, facts, aims)
    parts = [_houses(counts, facts, rng), _flats(counts, facts, rng), _social_flats(counts, facts, rng)]
    parts.append(_establishments(scale, aims, rng))
    dwellings = _stack(parts)
    buildings = _buildings(dwellings, facts)
    stock = _stock(dwellings, buildings, vacancy)
    stock.is_usable[_secondary(dwellings, scale, facts, rng)] = False
    return buildings, stock


def _counts(scale: float, facts: Facts, aims: Targets) -> tuple[dict[Tenure, int], Floats]:
    """Dwellings by tenure (the secondary ones among the private), and the vacancy each tenure is held to."""
    main = scale * aims.households * LIVED_IN
    owners, social = main * facts.value("owner_share"), main * facts.value("hlm_share")
    usable = main + scale * facts.value("vacant_dwellings")
    counts = {
        Tenure.OWNER: owners / (1 - VACANCY[Tenure.OWNER]),
        Tenure.HLM: social / (1 - VACANCY[Tenure.HLM]),
    }
    private = usable - sum(counts.values())
    vacancy = np.array([VACANCY[Tenure.OWNER], 1 - (main - owners - social) / private, VACANCY[Tenure.HLM]])
    counts[Tenure.PRIVATE] = private + scale * facts.value("secondary_dwellings")
    return {tenure: round(count) for tenure, count in counts.items()}, vacancy


def _frame(
    building: Ints, quartier: Index, tenure: npt.ArrayLike, rooms: Ints, floor: Ints, lift: Bools
) -> pd.DataFrame:
    columns = {
        "building": building,
        "place": quartier,
        "tenure": tenure,
        "rooms": rooms,
        "floor": floor,
        "has_lift": lift,
    }
    return pd.DataFrame({**columns, "establishment": -1, "places": 0})


def _houses(counts: dict[Tenure, int], facts: Facts, rng: np.random.Generator) -> pd.DataFrame:
    numbers = {tenure: round(count * (1 - FLATS[tenure])) for tenure, count in counts.items()}
    tenure = np.repeat(list(numbers), list(numbers.values()))
    count = len(tenure)
    ground = np.zeros(count, dtype=np.int32)
    quartier = _draw_quartier(facts, "houses", count, rng)
    return _frame(
        np.arange(count, dtype=np.int32),
        quartier,
        tenure,
        _draw_rooms("house", count, rng),
        ground,
        ground > 0,
    )


def _flats(counts: dict[Tenure, int], facts: Facts, rng: np.random.Generator) -> pd.DataFrame:
    numbers = [round(counts[tenure] * FLATS[tenure]) for tenure in (Tenure.OWNER, Tenure.PRIVATE)]
    tenure = rng.permutation(np.repeat([Tenure.OWNER, Tenure.PRIVATE], numbers))
    return _blocks(tenure, "private", facts, (2, 14), rng)


def _social_flats(counts: dict[Tenure, int], facts: Facts, rng: np.random.Generator) -> pd.DataFrame:
    count = round(counts[Tenure.HLM] * FLATS[Tenure.HLM])
    return _blocks(np.full(count, Tenure.HLM), "social", facts, (8, 40), rng)


def _blocks(
    tenure: npt.NDArray[np.int_], kind: str, facts: Facts, sizes: tuple[int, int], rng: np.random.Generator
) -> pd.DataFrame:
    """Flats laid into buildings of ``sizes`` flats, four to a floor; a lift from the fourth floor on (assumed)."""
    count = len(tenure)
    edges = np.cumsum(rng.integers(sizes[0], sizes[1] + 1, count // sizes[0] + 1))
    building = np.searchsorted(edges, np.arange(count), side="right").astype(np.int32)
    starts = np.concatenate([[0], edges])[building]
    floor = ((np.arange(count) - starts) // 4).astype(np.int32)
    lift = np.minimum(edges[building], count) - starts > 16
    quartier = _draw_quartier(facts, f"{kind}_flats", int(building.max(initial=0)) + 1, rng)[building]
    return _frame(building, quartier, tenure, _draw_rooms(kind, count, rng), floor, lift)


def _establishments(scale: float, aims: Targets, rng: np.random.Generator) -> pd.DataFrame:
    older = scale * float((aims.pyramid * aims.establishment).sum())
    young = scale * float((aims.pyramid * aims.foyer).sum())
    rows = []
    for kind, (usual, share) in PLACES.items():
        needed = SPARE * share * (young if kind == FOYER else older) + 3
        count = max(1, round(needed / usual))
        rows += [(kind, -(-needed // count))] * count
    kinds, places = np.array(rows, dtype=np.int32).T
    quartier = rng.integers(0, 23, len(rows))
    flat = np.zeros(len(rows), dtype=np.int32)
    frame = _frame(
        np.arange(len(rows), dtype=np.int32), quartier, Tenure.ESTABLISHMENT, flat + 1, flat, flat == 0
    )
    return frame.assign(establishment=kinds, places=places)


def _draw_quartier(facts: Facts, column: str, count: int, rng: np.random.Generator) -> Index:
    weight = facts.quartiers[column].to_numpy(float)
    return rng.choice(len(weight), count, p=weight / weight.sum())


def _draw_rooms(kind: str, count: int, rng: np.random.Generator) -> Ints:
    rooms, chances = ROOMS[kind]
    return rng.choice(np.array(rooms, dtype=np.int32), count, p=chances)


def _stack(parts: list[pd.DataFrame]) -> pd.DataFrame:
    """Parts one under another, each with building numbers of its own."""
    offset, moved = 0, []
    for part in parts:
        moved.append(part.assign(building=part["building"] + offset))
        offset += int(part["building"].max()) + 1 if len(part) else 0
    return pd.concat(moved, ignore_index=True)


def _buildings(dwellings: pd.DataFrame, facts: Facts) -> pd.DataFrame:
    first = dwellings.drop_duplicates("building").set_index("building").sort_index()
    place = first["place"].to_numpy()
    kind = first["establishment"].to_numpy()
    return pd.DataFrame(
        {
            "quartier": facts.quartiers["quartier"].to_numpy()[place],
            "is_qpv": facts.quartiers["is_qpv"].to_numpy()[place] == 1,
            "n_dwellings": np.bincount(dwellings["building"]).astype(np.int32),
            "establishment": np.array([*KINDS, ""])[kind],
            "places": first["places"].to_numpy(np.int32),
        }
    )


def _stock(dwellings: pd.DataFrame, buildings: pd.DataFrame, vacancy: Floats) -> Stock:
    building = dwellings["building"].to_numpy(np.int32)
    rooms = dwellings["rooms"].to_numpy(np.int8)
    return Stock(
        building=building,
        tenure=dwellings["tenure"].to_numpy(np.int8),
        rooms=rooms,
        area=(14 + 19 * rooms.astype(np.int32) + building % 9).astype(np.int32),
        floor=dwellings["floor"].to_numpy(np.int8),
        has_lift=dwellings["has_lift"].to_numpy(bool),
        is_usable=np.ones(len(dwellings), dtype=bool),
        is_qpv=buildings["is_qpv"].to_numpy()[building],
        is_establishment=dwellings["establishment"].to_numpy() >= 0,
        establishment_kind=dwellings["establishment"].to_numpy(np.int8),
        places=dwellings["places"].to_numpy(np.int32),
        vacancy_aim=vacancy,
    )


def _secondary(dwellings: pd.DataFrame, scale: float, facts: Facts, rng: np.random.Generator) -> Index:
    private = np.flatnonzero(dwellings["tenure"].to_numpy() == Tenure.PRIVATE)
    return rng.choice(private, round(scale * facts.value("secondary_dwellings")), replace=False)


def seekers(town: Town, persons: Index, group: Index) -> Seekers:
    """What is looked at when households find a dwelling; ``group`` numbers them 0, 1, …"""
    people, count = town.people, int(group.max(initial=-1)) + 1
    size = np.bincount(group, minlength=count)
    age = np.zeros(count, dtype=np.int32)
    np.maximum.at(age, group, people.age[persons])
    coupled = np.bincount(group, people.partner[persons] >= 0, minlength=count)
    minors = np.bincount(group, people.age[persons] < 18, minlength=count)
    adults = np.maximum(size - minors, 1)
    skill = np.bincount(group, people.skill[persons] * (people.age[persons] >= 18), minlength=count) / adults
    return Seekers(
        size=size.astype(np.int32), head_age=age, is_couple=coupled >= 2, has_child=minors > 0, skill=skill
    )


def settle(town: Town, persons: Index, group: Index, rng: np.random.Generator) -> Ints:
    """A vacant dwelling for each household; gives the dwelling of each person."""
    if len(persons) == 0:
        return np.zeros(0, dtype=np.int32)
    looking = seekers(town, persons, group)
    vacant = vacant_dwellings(town.stock)
    odds = tenure_odds(looking) * _pressure(town.stock, vacant)
    tenure = _draw_rows(odds, rng)
    return allot(town.stock, looking, tenure, vacant, rng)[group]


def vacant_dwellings(stock: Stock) -> Index:
    """Dwellings that nobody has lived in since before this month."""
    return np.flatnonzero((stock.household < 0) & stock.is_usable & ~stock.is_busy & ~stock.is_establishment)


def tenure_odds(looking: Seekers) -> Floats:
    """Relative weight of owning, private and social renting, one row a household; assumed, the totals are published."""
    older, thirty = looking.head_age >= 40, looking.head_age >= 30
    own = np.where(older, 0.42, np.where(thirty, 0.22, 0.03)) * np.exp(0.9 * looking.skill)
    own *= np.where(looking.is_couple, 2.2, 1.0)
    social = 0.20 * np.exp(-1.3 * looking.skill) * np.where(looking.has_child, 1.6, 1.0)
    social *= np.where(looking.head_age < 25, 0.4, 1.0)
    return np.column_stack([own, np.full(len(own), 0.7), social])


def _pressure(stock: Stock, vacant: Index) -> Floats:
    """Above 1 where more is vacant than the tenure's aim, 0 where nothing is."""
    held = stock.is_usable & ~stock.is_establishment
    total = np.bincount(stock.tenure[held], minlength=3)
    share = np.bincount(stock.tenure[vacant], minlength=3) / np.maximum(total, 1)
    return np.clip(share / stock.vacancy_aim, 0.0, 6.0) ** 2


def _draw_rows(odds: Floats, rng: np.random.Generator) -> Small:
    edges = np.cumsum(odds, axis=1)
    draw = rng.random(len(odds))[:, None] * edges[:, -1:]
    return np.asarray((draw >= edges[:, :-1]).sum(axis=1), dtype=np.int8)


def allot(stock: Stock, looking: Seekers, tenure: Small, vacant: Index, rng: np.random.Generator) -> Ints:
    """One dwelling a household: larger households get more rooms, poorer ones more often a QPV; with noise."""
    given = np.full(len(tenure), -1, dtype=np.int32)
    for kind in (Tenure.OWNER, Tenure.HLM, Tenure.PRIVATE):
        wanting = np.flatnonzero((given < 0) & ((tenure == kind) | (kind == Tenure.PRIVATE)))
        free = rng.permutation(vacant[stock.tenure[vacant] == kind])
        count = min(len(wanting), len(free))
        wanting = rng.permutation(wanting)[:count]
        given[wanting[_by_need(looking, wanting, rng)]] = free[:count][_by_room(stock, free[:count], rng)]
    if (given < 0).any():
        raise NoDwellingLeftError("the town has more households than dwellings", hint="ask for more persons")
    return given


def _by_need(looking: Seekers, which: Index, rng: np.random.Generator) -> Index:
    return np.argsort(
        looking.size[which] + 0.8 * looking.skill[which] + 0.7 * rng.standard_normal(len(which))
    )


def _by_room(stock: Stock, which: Index, rng: np.random.Generator) -> Index:
    return np.argsort(stock.rooms[which] - 1.5 * stock.is_qpv[which] + 0.7 * rng.standard_normal(len(which)))
