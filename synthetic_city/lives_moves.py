"""Leaving the parents' home, leaving town, moving within it.

Chances of leaving town are by age and rise where a band of ages has more people than the pyramid says; what is missing
afterwards arrives from elsewhere (``lives_arrivals``). So migration holds the published age and sex structure.
"""

from __future__ import annotations

import numpy as np

from synthetic_city.lives_couples import at_home, lives_with_partner
from synthetic_city.lives_dwellings import settle
from synthetic_city.lives_state import (
    ADULT,
    CHILD,
    MOVE_OUT,
    MOVED_AWAY,
    Bools,
    Floats,
    Index,
    Ints,
    Month,
    Small,
    Town,
)
from synthetic_city.lives_targets import Targets

LEAVES_TOWN = (
    (0, 0.10),
    (18, 0.13),
    (23, 0.17),
    (30, 0.12),
    (35, 0.09),
    (45, 0.05),
    (60, 0.022),
    (68, 0.014),
    (75, 0.01),
    (111, 0.01),
)
"""Chance a year of leaving for another commune, by the adult's age; assumed. With Agen's ages it gives about 8 % of
residents a year, the order of size of the census' arrivals from another commune; from 75 on, establishments apart, 1 %."""

LEAVES_BY_TENURE = np.array([0.5, 1.2, 0.8])
"""The same relative to the mean of the age, by tenure (owner, private, social); assumed, owners move least."""

MOVES_WITHIN = np.array([0.02, 0.10, 0.05])
MOVES_BY_AGE = ((18, 1.2), (32, 1.2), (40, 0.7), (50, 0.4), (60, 0.2), (75, 0.1), (111, 0.1))
"""Chance a year that a household moves within town, by tenure (owner, private, social), times what the age of its oldest
adult makes of it; assumed, order of size of INSEE's residential mobility by age (about 11 % of people a year, from 25-30 %
at 20-29 down to 3 % at 65 and over, less at 75 and over)."""

CHILD_LEAVES_TOWN = 0.6
"""Of those who leave the parents' home; assumed."""


def leave_parents(town: Town, month: Month, aims: Targets, rng: np.random.Generator) -> None:
    """As many grown children leave as their age has more at home than its target share."""
    people, living = town.people, town.residents()
    at_parents = people.role[living] == CHILD
    cell = _home_cells(town, living)
    excess = np.bincount(cell, at_parents - aims.home[people.sex[living], people.age[living]], minlength=82)
    hazard = np.clip(excess / np.maximum(np.bincount(cell, at_parents, minlength=82), 1), 0.0, 1.0)
    ready = at_home(town)
    ready = ready[(people.role[ready] == CHILD) & (people.age[ready] >= 18) & (people.partner[ready] < 0)]
    going = ready[rng.random(len(ready)) < hazard[_home_cells(town, ready)]]
    away = rng.random(len(going)) < CHILD_LEAVES_TOWN
    town.leave(going[away], month.days(rng, int(away.sum())), MOVE_OUT)
    within = going[~away]
    people.role[within] = ADULT
    town.move(within, settle(town, within, np.arange(len(within)), rng), month.days(rng, len(within)))


def _home_cells(town: Town, persons: Index) -> Index:
    """Single years of age to 40, by sex."""
    return np.asarray(
        np.minimum(town.people.age[persons], 40) + 41 * town.people.sex[persons].astype(np.int64)
    )


def leave_town(town: Town, month: Month, aims: Targets, rng: np.random.Generator) -> None:
    """Households (of several adults without family: each person) go to another commune."""
    people, ready = town.people, at_home(town)
    adults = ready[people.role[ready] == ADULT]
    chance = np.interp(people.age[adults], *np.array(LEAVES_TOWN).T) * _crowding(town, aims, adults) / 12
    chance = chance * LEAVES_BY_TENURE[town.stock.tenure[people.dwelling[adults]]]
    shares = _is_sharing(town, adults)
    flatmates = adults[shares & (rng.random(len(adults)) < chance)]
    town.leave(flatmates, month.days(rng, len(flatmates)), MOVE_OUT)
    _families_leave(town, adults[~shares], chance[~shares], month, rng)


def _families_leave(
    town: Town, adults: Index, chance: Floats, month: Month, rng: np.random.Generator
) -> None:
    people, count = town.people, len(town.stock.building)
    home = people.dwelling[adults]
    mean = np.bincount(home, chance, minlength=count) / np.maximum(np.bincount(home, minlength=count), 1)
    leaving = rng.random(count) < mean
    day_of_home = month.days(rng, count)
    living = town.residents()
    going = living[leaving[people.dwelling[living]]]
    days = day_of_home[people.dwelling[going]]
    coupled = people.partner[going] >= 0
    town.part(going[coupled], days[coupled], MOVED_AWAY)
    town.leave(going, days, MOVE_OUT)


def _crowding(town: Town, aims: Targets, adults: Index) -> Floats:
    """How much more often an age leaves where the town has more of it (families: of children) than it should."""
    people, living = town.people, town.residents()
    bands = np.searchsorted(
        [15, 18, 21, 25, 30, 35, 40, 45, 50, 55, 60, 65, 70, 75, 80], np.arange(121), side="right"
    )
    age = people.age[living]
    wanted = np.bincount(bands[: aims.pyramid.shape[1]], aims.pyramid.sum(axis=0), minlength=16)
    ratio = np.bincount(bands[age], minlength=16) / (wanted * len(living) / aims.population)
    factor = np.clip(ratio**8, 0.4, 3.0)
    with_minors = np.bincount(people.dwelling[living], age < 18, minlength=len(town.stock.building)) > 0
    own, children = factor[bands[people.age[adults]]], factor[0]
    return np.where(with_minors[people.dwelling[adults]], np.sqrt(own * children) * children, own)


def _is_sharing(town: Town, adults: Index) -> Bools:
    """Adults who live with another adult who is not their partner."""
    home = town.people.dwelling[adults]
    number = np.bincount(home, minlength=len(town.stock.building))[home]
    return np.asarray((number >= 2) & ~lives_with_partner(town, adults))


def move_within(town: Town, month: Month, rng: np.random.Generator) -> None:
    """Whole households change dwelling; those with too few rooms twice as often."""
    people, ready, stock = town.people, at_home(town), town.stock
    size = np.bincount(people.dwelling[town.residents()], minlength=len(stock.building))
    home = np.unique(people.dwelling[ready])
    chance = moving_chance(stock.tenure[home], _oldest_adult(town)[home]) / 12
    leaving = home[rng.random(len(home)) < chance * np.where(size[home] > stock.rooms[home] + 1, 2.0, 1.0)]
    _relocate(town, leaving, month, rng)


def moving_chance(tenure: Small, oldest: Ints) -> Floats:
    """Chance a year that a household moves within town, by tenure and the age of its oldest adult."""
    return np.asarray(MOVES_WITHIN[tenure] * np.interp(oldest, *np.array(MOVES_BY_AGE).T))


def _oldest_adult(town: Town) -> Ints:
    """By dwelling: the age of the oldest who runs the home (not of an old relative taken in); 0 where nobody does."""
    people, living = town.people, town.residents()
    adults = living[people.role[living] == ADULT]
    oldest = np.zeros(len(town.stock.building), dtype=np.int32)
    np.maximum.at(oldest, people.dwelling[adults], people.age[adults])
    return oldest


def _relocate(town: Town, homes: Ints, month: Month, rng: np.random.Generator) -> None:
    group_of_home = np.full(len(town.stock.building), -1, dtype=np.int64)
    group_of_home[homes] = np.arange(len(homes))
    living = town.residents()
    group = group_of_home[town.people.dwelling[living]]
    movers, group = living[group >= 0], group[group >= 0]
    town.move(movers, settle(town, movers, group, rng), month.days(rng, len(homes))[group])
