"""Deaths and births, and the children whose parents are gone."""

from __future__ import annotations

import numpy as np

from synthetic_city.facts import OLDEST
from synthetic_city.lives_autonomy import CELLS, cells
from synthetic_city.lives_families import evenly, spawn
from synthetic_city.lives_partners import is_mixed
from synthetic_city.lives_siblings import APART_DAYS, TWIN_SHARE
from synthetic_city.lives_state import (
    ADULT,
    BEREAVED,
    BIRTH,
    BY_DEATH,
    CHILD,
    MOVE_OUT,
    WOMEN,
    Floats,
    Index,
    Month,
    Town,
)
from synthetic_city.lives_targets import Targets

DEATH_WEIGHT = np.array([1.0, 2.2, 4.0])
"""Relative mortality by autonomy at the same age and sex; assumed. The mean at each age and sex stays the published one."""

DIES_ELSEWHERE = 0.12
"""Share of deaths in another commune; assumed."""

SINGLE_BIRTHS = 0.22
"""Fertility without a man as partner relative to with one, at the same age; assumed. The total is the published one."""

FERTILE = (15, 50)


def die(town: Town, month: Month, aims: Targets, rng: np.random.Generator) -> None:
    """This month's deaths; partners are left behind."""
    people, living = town.people, town.residents()
    sex, age = people.sex[living], people.age[living]
    # not 1 - exp(-rate): arrivals refill the town each month, so that those of its first day stand for the whole month
    monthly = np.minimum(aims.mortality[sex, age] * (month.following - month.first) / 365.2425, 1.0)
    weight = _level(DEATH_WEIGHT[people.autonomy[living]], monthly, cells(sex, age))
    dead = living[evenly(np.minimum(monthly * weight, 1.0), sex * np.int64(OLDEST + 1) + age, rng)]
    days = month.days(rng, len(dead))
    order = np.argsort(days, kind="stable")
    _bury(town, dead[order], days[order], rng)


def _level(weight: Floats, chance: Floats, cell: Index) -> Floats:
    """Weights that leave the expected number of each cell as the chances alone give it."""
    weighted = np.bincount(cell, weight * chance, minlength=CELLS)
    level = np.bincount(cell, chance, minlength=CELLS) / np.maximum(weighted, 1e-12)
    return np.asarray(weight * level[cell])


def _bury(
    town: Town, dead: Index, days: np.ndarray[tuple[int], np.dtype[np.int32]], rng: np.random.Generator
) -> None:
    """``dead`` in the order of their days: of two partners who die in one month, the first leaves the other bereaved."""
    people = town.people
    coupled = np.flatnonzero(people.partner[dead] >= 0)
    coupled = coupled[np.unique(people.union[dead[coupled]], return_index=True)[1]]
    left = people.partner[dead[coupled]]
    town.part(dead[coupled], days[coupled], BEREAVED)
    people.bereaved[left] = days[coupled]
    people.died[dead] = days
    people.died_elsewhere[dead] = rng.random(len(dead)) < DIES_ELSEWHERE
    town.leave(dead, days, BY_DEATH)


def bear(town: Town, month: Month, aims: Targets, rng: np.random.Generator) -> None:
    """This month's births, into the mother's home."""
    people = town.people
    mothers = _able_to_bear(town, month)
    age = people.age[mothers]
    weight = np.where(is_mixed(town, mothers), 1.0, SINGLE_BIRTHS)
    women = _women_of_age(town)
    # the rate is per woman of the age, whether able this month or not
    total = np.bincount(age, weight, minlength=len(women))[age]
    chance = aims.fertility[age] * (month.following - month.first) / 365.2425 * women[age] * weight / total
    giving = mothers[evenly(np.minimum(chance / (1 + TWIN_SHARE), 1.0), age.astype(np.int64), rng)]
    _deliver(town, giving, month, rng)


def _able_to_bear(town: Town, month: Month) -> Index:
    """Women of an age, at home, whose household has not been touched this month, no birth for ten months."""
    people, living = town.people, town.residents()
    age = people.age[living]
    able = (people.sex[living] == WOMEN) & (age >= FERTILE[0]) & (age <= FERTILE[1])
    home = people.dwelling[living]
    able &= ~town.stock.is_establishment[home] & ~town.stock.is_busy[home]
    return np.asarray(living[able & (month.first - people.last_birth[living] >= APART_DAYS)])


def _women_of_age(town: Town) -> Index:
    people, living = town.people, town.residents()
    women = living[people.sex[living] == WOMEN]
    return np.asarray(np.bincount(people.age[women], minlength=OLDEST + 1), dtype=np.int64)


def _deliver(town: Town, mothers: Index, month: Month, rng: np.random.Generator) -> None:
    days = month.days(rng, len(mothers))
    children = np.repeat(np.arange(len(mothers)), np.where(rng.random(len(mothers)) < TWIN_SHARE, 2, 1))
    mothers, days = mothers[children], days[children]
    new = spawn(town, np.where(rng.random(len(mothers)) < 0.512, 0, WOMEN), days, month.first, rng)
    people = town.people
    people.role[new], people.mother[new] = CHILD, mothers
    people.father[new] = np.where(is_mixed(town, mothers), people.partner[mothers], -1)
    people.skill[new] = 0.5 * people.skill[mothers] + 0.85 * people.skill[new]
    people.foreign[new] = people.foreign[mothers]
    people.last_birth[mothers] = days
    town.enter(new, people.dwelling[mothers], days, BIRTH)


def mend_households(town: Town, month: Month, rng: np.random.Generator) -> None:
    """Where no adult runs the home any more, the oldest takes it over from 18; younger children go to kin elsewhere."""
    people, living = town.people, town.residents()
    living = living[~town.stock.is_establishment[people.dwelling[living]]]
    home = people.dwelling[living]
    count = len(town.stock.building)
    headless = np.bincount(home[people.role[living] == ADULT], minlength=count) == 0
    members = living[headless[home]]
    members = members[np.lexsort((people.born[members], people.dwelling[members]))]
    _, first = np.unique(people.dwelling[members], return_index=True)
    heads = members[first]
    grown = people.age[heads] >= 18
    people.role[heads[grown]] = ADULT
    orphaned = members[np.isin(people.dwelling[members], people.dwelling[heads[~grown]])]
    town.leave(orphaned, _same_day(town, orphaned, month, rng), MOVE_OUT)


def _same_day(
    town: Town, persons: Index, month: Month, rng: np.random.Generator
) -> np.ndarray[tuple[int], np.dtype[np.int32]]:
    """One day a household."""
    _, group = np.unique(town.people.dwelling[persons], return_inverse=True)
    return month.days(rng, int(group.max(initial=-1)) + 1)[group]
