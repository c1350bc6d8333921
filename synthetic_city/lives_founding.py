"""The first day: people, couples, families and homes as the targets say, before anything has happened."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from synthetic_city.facts import OLDEST, Facts
from synthetic_city.history import Tenure
from synthetic_city.lives_dwellings import allot, seekers, tenure_odds, vacant_dwellings
from synthetic_city.lives_establishments import free_places
from synthetic_city.lives_families import (
    adopt,
    birthdays,
    first_children,
    pick,
    spawn,
)
from synthetic_city.lives_partners import alike, pair
from synthetic_city.lives_siblings import find_parents, make_twins
from synthetic_city.lives_state import (
    CHILD,
    INITIAL,
    LIBRE,
    MARIAGE,
    MEN,
    PACS,
    WOMEN,
    Floats,
    Index,
    Ints,
    Small,
    Town,
)
from synthetic_city.lives_targets import Targets

YEARS_IN_DWELLING = {Tenure.OWNER: 16.0, Tenure.PRIVATE: 4.5, Tenure.HLM: 10.0}
"""Mean years already spent in the dwelling; assumed, near the national housing survey's order of size."""

UNION_AGES = (0, 25, 30, 40, 50, 65)
LIBRE_SHARE = (0.69, 0.35, 0.155, 0.085, 0.05, 0.02)
PACS_SHARE = (0.08, 0.12, 0.10, 0.05, 0.015, 0.004)
"""Kind of union by the woman's age; assumed shape, fitted to 72 % married, 7 % PACS, 21 % neither on the whole (INSEE 2016)."""


@dataclass(frozen=True, kw_only=True)
class Places:
    """Where each person starts; every person is in exactly one of the groups; partners stand at the same
    place, of a woman and a man she is the first."""

    older_home: Index
    foyer: Index
    children: Index
    first_partners: Index
    second_partners: Index
    single_parents: Index
    others: Index
    alone: Index


def found(town: Town, persons: int, facts: Facts, aims: Targets, day: int, rng: np.random.Generator) -> None:
    """Fills an empty town with ``persons`` people on ``day``."""
    new = _people(town, persons, aims, day, rng)
    places = _places(town, new, persons / aims.population, aims, rng)
    _unite(town, places.first_partners, places.second_partners, day, rng)
    household = _households(town, places, persons / aims.population, aims, rng)
    members = np.flatnonzero(household >= 0)
    _, group = np.unique(household[members], return_inverse=True)
    _house(town, members, group, facts, day, rng)
    _shelter(town, places, day, rng)
    _kin(town, rng)


def _people(town: Town, persons: int, aims: Targets, day: int, rng: np.random.Generator) -> Index:
    """The pyramid, drawn evenly along its cumulated counts so that every age has its share."""
    edges = np.cumsum(aims.pyramid.ravel())
    cell = np.searchsorted(edges, (np.arange(persons) + rng.random()) * edges[-1] / persons, side="right")
    cell = np.minimum(cell, aims.pyramid.size - 1)
    sex, age = np.divmod(cell, OLDEST + 1)
    return spawn(town, sex, birthdays(age.astype(np.int32), day, rng), day, rng)


def _places(town: Town, new: Index, scale: float, aims: Targets, rng: np.random.Generator) -> Places:
    sex, age = town.people.sex[new], town.people.age[new]
    draw = rng.random(len(new))
    limits = np.cumsum([aims.establishment[sex, age], aims.foyer[age], aims.home[sex, age]], axis=0)
    kind = (draw >= limits).sum(axis=0)
    town.people.role[new[kind == 2]] = CHILD
    own = new[kind == 3]
    first, second = _partners(town, own[rng.random(len(own)) < _couple_chance(town, own, aims)], rng)
    spare = np.setdiff1d(own, np.concatenate([first, second]))
    parents = spare[pick(_parent_weight(town, spare), round(aims.single_parents * scale), rng)]
    spare = np.setdiff1d(spare, parents)
    others = spare[pick(_sharer_weight(town.people.age[spare]), round(2.3 * aims.others * scale), rng)]
    return Places(
        older_home=new[kind == 0],
        foyer=new[kind == 1],
        children=new[kind == 2],
        first_partners=first,
        second_partners=second,
        single_parents=parents,
        others=others,
        alone=np.setdiff1d(spare, others),
    )


def _partners(town: Town, persons: Index, rng: np.random.Generator) -> tuple[Index, Index]:
    """Couples among ``persons``: a few of one sex, then as many women and men as there are of both; the others stay single."""
    first, second = alike(town, persons, persons, len(persons) / 2, rng)
    rest = np.setdiff1d(persons, np.concatenate([first, second]))
    sex = town.people.sex[rest]
    men, women = pair(town, rest[sex == MEN], rest[sex == WOMEN], rng)
    return np.concatenate([women, first]), np.concatenate([men, second])


def _couple_chance(town: Town, persons: Index, aims: Targets) -> Floats:
    """Chance of being in couple of those who run a home of their own."""
    sex, age = town.people.sex[persons], town.people.age[persons]
    free = 1 - aims.establishment[sex, age] - aims.foyer[age] - aims.home[sex, age]
    return np.minimum(aims.couple_by_sex[sex, age] / np.maximum(free, 0.05), 0.98)


def _parent_weight(town: Town, persons: Index) -> Floats:
    age, is_woman = town.people.age[persons], town.people.sex[persons] == WOMEN
    shape = np.interp(age, [19, 24, 33, 46, 55, 66], [0.0, 0.4, 1.0, 1.0, 0.3, 0.0])
    return np.asarray(shape * np.where(is_woman, 1.0, 0.2))


def _sharer_weight(age: Ints) -> Floats:
    return np.interp(age, [17, 18, 26, 40, 90], [0.0, 1.0, 0.6, 0.15, 0.1])


def union_kinds(ages: Ints, rng: np.random.Generator) -> Small:
    """A kind of union for couples by the woman's age."""
    band = np.searchsorted(UNION_AGES, ages, side="right") - 1
    libre, pacs = np.array(LIBRE_SHARE)[band], np.array(PACS_SHARE)[band]
    draw = rng.random(len(ages))
    return np.select([draw < libre, draw < libre + pacs], [LIBRE, PACS], MARIAGE).astype(np.int8)


def _unite(town: Town, first: Index, second: Index, day: int, rng: np.random.Generator) -> None:
    age = np.minimum(town.people.age[first], town.people.age[second])
    kind = union_kinds(town.people.age[first], rng)
    longest = np.where(kind == MARIAGE, 1.0, 0.35) * np.maximum(age - 19, 0.5)
    since = day - 1 - (longest * 365 * np.sqrt(rng.random(len(first)))).astype(np.int32)
    town.unite(first, second, kind, since)


def _households(town: Town, places: Places, scale: float, aims: Targets, rng: np.random.Generator) -> Ints:
    """A household number for everyone outside establishments (-1 for the others), children with their parents."""
    household = np.full(town.people.size, -1, dtype=np.int32)
    heads = np.concatenate([places.first_partners, places.single_parents, places.alone])
    household[heads] = np.arange(len(heads))
    household[places.second_partners] = household[places.first_partners]
    sharers = places.others[np.argsort(town.people.age[places.others] + rng.random(len(places.others)))]
    seats = np.cumsum(rng.random(len(sharers)) < 1 / 2.3)
    household[sharers] = len(heads) + seats
    _place_children(town, places, scale, aims, household, rng)
    return household


def _place_children(
    town: Town,
    places: Places,
    scale: float,
    aims: Targets,
    household: Ints,
    rng: np.random.Generator,
) -> None:
    """Each single parent and each couple meant to have children gets one, then the rest are spread over them."""
    age = town.people.age
    women = places.first_partners[town.people.sex[places.first_partners] == WOMEN]
    able = np.interp(age[women], [19, 26, 34, 48, 58, 68], [0.0, 0.5, 1.0, 0.9, 0.25, 0.0])
    couples = women[pick(able, round(aims.couples_with_child * scale), rng)]
    parents = np.concatenate([places.single_parents, couples])
    elder, younger = make_twins(town, places.children, rng)
    waiting = np.setdiff1d(places.children, younger)
    first, holder = first_children(age[waiting], age[parents], rng)
    kids, chosen = waiting[first], parents[holder]
    adopt(town, kids, chosen)
    household[kids] = household[chosen]
    waiting = np.delete(waiting, first)
    for holders, rounds in ((parents, 12), (women, 60)):
        kids, chosen = find_parents(town, waiting, holders, rng, rounds)
        adopt(town, kids, chosen)
        household[kids] = household[chosen]
        waiting = np.setdiff1d(waiting, kids)
    _leave_out(town, np.concatenate([waiting, _follow(town, elder, younger, household)]), household)


def _follow(town: Town, elder: Index, younger: Index, household: Ints) -> Index:
    """The second of two twins goes where the first went; gives those whose twin found no parent."""
    people = town.people
    parent = np.where(people.mother[elder] >= 0, people.mother[elder], people.father[elder])
    found = parent >= 0
    adopt(town, younger[found], parent[found].astype(np.int64))
    household[younger[found]] = household[elder[found]]
    return younger[~found]


def _leave_out(town: Town, children: Index, household: Ints) -> None:
    """Grown children without a possible parent run a home of their own; younger ones are left out of the town."""
    grown = children[town.people.age[children] >= 18]
    household[grown] = household.max() + 1 + np.arange(len(grown))
    town.people.role[grown] = 0


def _house(
    town: Town, members: Index, group: Index, facts: Facts, day: int, rng: np.random.Generator
) -> None:
    looking = seekers(town, members, group)
    odds = np.log(tenure_odds(looking)) + rng.gumbel(size=(len(looking.size), 3))
    tenure = np.full(len(looking.size), Tenure.PRIVATE, dtype=np.int8)
    owners = round(facts.value("owner_share") * len(tenure))
    tenure[np.argsort(odds[:, 1] - odds[:, 0], kind="stable")[:owners]] = Tenure.OWNER
    renters = np.flatnonzero(tenure == Tenure.PRIVATE)
    social = np.argsort(odds[renters, 1] - odds[renters, 2], kind="stable")[
        : round(facts.value("hlm_share") * len(tenure))
    ]
    tenure[renters[social]] = Tenure.HLM
    dwelling = allot(town.stock, looking, tenure, vacant_dwellings(town.stock), rng)
    since = _since(looking.head_age, tenure, day, rng)
    days = np.maximum(since[group], town.people.born[members])
    town.enter(members, dwelling[group], days, INITIAL)
    _came_to_town(town, members, rng)


def _since(head_age: Ints, tenure: Small, day: int, rng: np.random.Generator) -> Ints:
    means = np.array([YEARS_IN_DWELLING[Tenure(kind)] for kind in range(3)])[tenure]
    years = np.minimum(rng.exponential(means), np.maximum(head_age - 18, 0.3))
    return (day - 1 - 365 * years).astype(np.int32)


def _came_to_town(town: Town, members: Index, rng: np.random.Generator) -> None:
    """A part of the settled were in town before this dwelling: half of them, for up to twice as long (assumed)."""
    people = town.people
    longer = (people.here_since[members] - people.born[members]) * 0.5 * rng.random(len(members))
    earlier = np.where(rng.random(len(members)) < 0.5, longer, 0).astype(np.int32)
    people.town_since[members] = people.here_since[members] - earlier


def _shelter(town: Town, places: Places, day: int, rng: np.random.Generator) -> None:
    """The people of establishments; the stay began on average two years ago, in a foyer half a year (assumed)."""
    for persons, is_foyer, years in ((places.older_home, False, 2.0), (places.foyer, True, 0.5)):
        dwelling = free_places(town, len(persons), is_foyer, rng)
        lived = np.minimum(rng.exponential(years, len(dwelling)), 15.0)
        town.enter(persons[: len(dwelling)], dwelling, (day - 1 - 365 * lived).astype(np.int32), INITIAL)


def _kin(town: Town, rng: np.random.Generator) -> None:
    """A mother in town for three in ten of the settled adults under 65 (assumed), for who sees family nearby."""
    people, living = town.people, town.residents()
    adults = living[(people.age[living] >= 20) & (people.age[living] < 65) & (people.mother[living] < 0)]
    adults = adults[rng.random(len(adults)) < 0.3]
    women = living[(people.sex[living] == WOMEN) & (people.age[living] >= 40)]
    adopt(town, *find_parents(town, adults, women, rng, rounds=4))
