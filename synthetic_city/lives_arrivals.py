"""Who comes from elsewhere: the people that the published pyramid lacks, as couples, families, and people alone.

This is what holds the town in equilibrium: after births, deaths and departures, arrivals of each sex and age fill what
the published structure is short of, and come in couple, or as single parents, as often as those are short.
"""

from __future__ import annotations

import numpy as np

from synthetic_city.facts import OLDEST
from synthetic_city.lives_couples import COUPLE_CELLS, couple_cells, couple_gap, parents_alone, parents_ratio
from synthetic_city.lives_dwellings import settle
from synthetic_city.lives_families import adopt, birthdays, pick, spawn, whole_numbers
from synthetic_city.lives_founding import union_kinds
from synthetic_city.lives_partners import alike, match
from synthetic_city.lives_siblings import find_parents
from synthetic_city.lives_state import (
    ADULT,
    CHILD,
    MEN,
    MOVE_IN,
    NEVER,
    RETURN,
    WOMEN,
    Bools,
    Floats,
    Index,
    Ints,
    Month,
    Town,
    ages_on,
    net_of_excess,
)
from synthetic_city.lives_targets import Targets

IN_COUPLE = ((17, 0.02), (22, 0.15), (27, 0.45), (35, 0.50), (60, 0.55), (80, 0.30), (111, 0.10))
"""Share of arriving adults who come with a partner, by age, when the town lacks neither; assumed."""

RETURN_AGES, RETURNS_A_MONTH = (20, 45), 0.0005
"""Ages at which former residents come back, and their monthly chance; assumed."""

MEN_SHARE_HOMES = 0.2
"""Arriving men of 27 and under share a dwelling that much more often than the mean, women less; assumed, small, since living
alone at 20-24 is about as frequent for both."""

CHILDREN_A_FAMILY = 1.6
SINGLE_PARENT_FAMILIES = 0.40
"""Of arriving families with children, when the town lacks neither; assumed."""


def arrive(town: Town, persons: int, month: Month, aims: Targets, rng: np.random.Generator) -> None:
    """One month of arrivals; ``persons`` is the size the town keeps."""
    counts = _shortage(town, persons / aims.population, aims, rng)
    sex, age = np.divmod(np.repeat(np.arange(counts.size), counts.ravel()), OLDEST + 1)
    age = age.astype(np.int32)
    new = spawn(town, sex, birthdays(age, month.first, rng), month.first, rng)
    grown = age >= 18
    adults, minors = new[grown], new[~grown]
    women = _couples(town, adults, aims, month, rng)
    household = _own_homes(town, new, adults, women, persons, aims, rng)
    joined = _bring_children(town, adults, minors, household, persons, aims, rng)
    members = np.concatenate([adults, joined])
    _, group = np.unique(household[members - (town.people.size - len(new))], return_inverse=True)
    days = month.days(rng, int(group.max(initial=-1)) + 1)[group]
    town.enter(members, settle(town, members, group, rng), days, MOVE_IN)


def come_back(town: Town, month: Month, rng: np.random.Generator) -> Index:
    """Some who left before this month return, alone; gives them."""
    people, everyone = town.people, np.arange(town.people.size)
    gone = everyone[(people.dwelling[everyone] < 0) & (people.died[everyone] == NEVER)]
    left_now = np.zeros(people.size, dtype=bool)
    left_now[town.stays["person"][town.stays["to_on"] > month.first]] = True
    gone = gone[(people.here_since[gone] != NEVER) & ~left_now[gone]]
    age = ages_on(people.born[gone], month.first)
    able = (age >= RETURN_AGES[0]) & (age <= RETURN_AGES[1])
    back: Index = gone[able & (rng.random(len(gone)) < RETURNS_A_MONTH)]
    people.age[back], people.role[back] = ages_on(people.born[back], month.first), ADULT
    town.enter(back, settle(town, back, np.arange(len(back)), rng), month.days(rng, len(back)), RETURN)
    return back


def _shortage(town: Town, scale: float, aims: Targets, rng: np.random.Generator) -> Index:
    """People that each sex and age lacks (smoothed over neighbouring ages), whole numbers."""
    people, living = town.people, town.residents()
    cell = people.sex[living] * np.int64(OLDEST + 1) + people.age[living]
    lack = aims.pyramid * scale - np.bincount(cell, minlength=aims.pyramid.size).reshape(aims.pyramid.shape)
    padded = np.pad(lack, ((0, 0), (1, 1)), mode="edge")
    smooth = 0.25 * padded[:, :-2] + 0.5 * padded[:, 1:-1] + 0.25 * padded[:, 2:]
    smooth[:, 88:] = 0.0
    fill = net_of_excess(smooth.ravel()).reshape(smooth.shape)
    return whole_numbers(fill, rng)


def _couples(town: Town, adults: Index, aims: Targets, month: Month, rng: np.random.Generator) -> Index:
    """Makes couples among the arriving adults; gives one of each, the woman where one is a man."""
    people, age = town.people, town.people.age[adults]
    cell = couple_cells(town, adults)
    number = np.bincount(cell, minlength=COUPLE_CELLS)
    own = np.bincount(cell, aims.couple_by_sex[people.sex[adults], age], minlength=COUPLE_CELLS)
    lack = couple_gap(town, aims) + own
    usual = np.interp(age, *np.array(IN_COUPLE).T)
    chance = np.clip(0.5 * usual + 0.5 * (lack / np.maximum(number, 1))[cell], 0.02, 0.9)
    ready = adults[rng.random(len(adults)) < chance]
    seconds, firsts = match(town, ready[people.sex[ready] == MEN], ready[people.sex[ready] == WOMEN], rng)
    spare = np.setdiff1d(ready, np.concatenate([seconds, firsts]))
    first, second = alike(town, spare, spare, len(firsts), rng)
    firsts, seconds = np.concatenate([firsts, first]), np.concatenate([seconds, second])
    together = np.maximum(np.minimum(people.age[firsts], people.age[seconds]) - 19, 0.5) * 365 * 0.6
    since = month.first - 30 - (together * rng.random(len(firsts))).astype(np.int32)
    town.unite(firsts, seconds, union_kinds(people.age[firsts], rng), since)
    return np.asarray(firsts)


def _own_homes(
    town: Town, new: Index, adults: Index, women: Index, persons: int, aims: Targets, rng: np.random.Generator
) -> Ints:
    """A household number for each new person, in order: one's own, the partner's or a flatmate's; minors have none yet."""
    first = town.people.size - len(new)
    household = new.astype(np.int32)
    household[town.people.partner[women] - first] = women
    singles = adults[town.people.partner[adults] < 0]
    young = singles[town.people.age[singles] <= 27]
    chance = _sharing_chance(town, len(young), persons, aims) * np.where(
        town.people.sex[young] == MEN, 1 + MEN_SHARE_HOMES, 1 - MEN_SHARE_HOMES
    )
    sharers = young[rng.random(len(young)) < chance]
    sharers = sharers[np.argsort(town.people.age[sharers], kind="stable")]
    household[sharers - first] = np.repeat(sharers[::2], 2)[: len(sharers)]
    return household


def _sharing_chance(town: Town, young: int, persons: int, aims: Targets) -> float:
    """Closes the gap of people who share a dwelling without being family."""
    wanted = 2.3 * aims.others * persons / aims.population
    return float(np.clip((wanted - _sharers(town)) / max(young, 1), 0.0, 0.75))


def _sharers(town: Town) -> int:
    people, living = town.people, town.residents()
    home, count = people.dwelling[living], len(town.stock.building)
    adults = np.bincount(home, people.role[living] == ADULT, minlength=count)
    coupled = np.bincount(home, people.partner[living] >= 0, minlength=count)
    shared = (adults >= 2) & (coupled == 0) & ~town.stock.is_establishment
    return int(adults[shared].sum())


def _bring_children(
    town: Town,
    adults: Index,
    minors: Index,
    household: Ints,
    persons: int,
    aims: Targets,
    rng: np.random.Generator,
) -> Index:
    """Children come with a parent of a possible age; gives those who found one."""
    people = town.people
    parents = _parents(town, adults, len(minors), household, persons, aims, rng)
    kids, chosen = find_parents(town, minors, parents, rng)
    adopt(town, kids, chosen)
    people.role[kids] = CHILD
    first = people.size - len(household)
    household[kids - first] = household[chosen - first]
    return kids


def _parents(
    town: Town,
    adults: Index,
    children: int,
    household: Ints,
    persons: int,
    aims: Targets,
    rng: np.random.Generator,
) -> Index:
    """Arriving adults who may bring children: some couples (the woman stands for both), some people alone."""
    people = town.people
    age, is_woman = people.age[adults], people.sex[adults] == WOMEN
    families = int(np.ceil(children / CHILDREN_A_FAMILY))
    lone = round(families * _lone_share(town, persons, aims))
    shape = np.interp(age, [19, 24, 32, 44, 52, 60], [0.0, 0.4, 1.0, 0.9, 0.3, 0.0])
    coupled = people.partner[adults] >= 0
    couples = adults[pick(shape * (coupled & is_woman), families - lone, rng)]
    single = ~coupled & _keeps_own_home(adults, household, people.size)
    lacking = 1 / np.clip(parents_ratio(town, aims, adults) ** 8, 0.1, 5.0)
    ready = shape * single * np.where(is_woman, 1.0, 0.25) * lacking
    return np.concatenate([couples, adults[pick(ready, lone, rng)]])


def _keeps_own_home(adults: Index, household: Ints, size: int) -> Bools:
    own = household[adults - (size - len(household))]
    return np.asarray(np.bincount(own - own.min(initial=0))[own - own.min(initial=0)] == 1)


def _lone_share(town: Town, persons: int, aims: Targets) -> float:
    """Share of single-parent families among arriving ones: more when the town has fewer than its target."""
    wanted: Floats | float = aims.single_parents * persons / aims.population
    have = max(int(parents_alone(town).sum()), 1)
    return float(np.clip(SINGLE_PARENT_FAMILIES * (wanted / have) ** 8, 0.02, 0.9))
