"""Old people who move in with kin: what keeps the very old from living either alone, in couple or in an establishment only."""

from __future__ import annotations

import numpy as np

from synthetic_city.lives_couples import at_home, lives_with_partner
from synthetic_city.lives_families import pair_by_age
from synthetic_city.lives_siblings import apart, births, known_births
from synthetic_city.lives_state import ADULT, KIN, WOMEN, Index, Month, Town

WITH_KIN = ((63, 0.0), (66, 0.025), (75, 0.04), (80, 0.07), (90, 0.115), (120, 0.115))
"""Share of people of an age who live in the home of a child or other kin; assumed, fitted: without it the
very old could only live alone, in couple or in an establishment."""

HOST_AGES = (40, 70)


def join_kin(town: Town, month: Month, rng: np.random.Generator) -> None:
    """As many old people living alone as their age lacks move in with a couple young enough to be their children's."""
    people, living = town.people, town.residents()
    old = living[people.age[living] >= 65]
    band = people.age[old] // 5
    lack = np.bincount(
        band, np.interp(people.age[old], *np.array(WITH_KIN).T) - (people.role[old] == KIN), minlength=25
    )
    ready = _alone(town)
    ready = ready[people.age[ready] >= 65]
    number = np.bincount(people.age[ready] // 5, minlength=25)
    hazard = np.clip(lack / np.maximum(number, 1), 0.0, 1.0)[people.age[ready] // 5]
    joining = ready[rng.random(len(ready)) < hazard * np.where(people.autonomy[ready] > 0, 2.0, 0.8)]
    guests, hosts = pair_by_age(town, joining, _hosts(town), rng)
    free = apart(births(guests, people.born[hosts]), known_births(town))
    guests, hosts = guests[free], hosts[free]
    _take_in(town, guests, hosts, month, rng)


def _alone(town: Town) -> Index:
    ready = at_home(town)
    size = np.bincount(town.people.dwelling[town.residents()], minlength=len(town.stock.building))
    return np.asarray(ready[size[town.people.dwelling[ready]] == 1])


def _hosts(town: Town) -> Index:
    """Women in couple who have no mother in town that is known of."""
    people, ready = town.people, at_home(town)
    age = people.age[ready]
    able = (people.role[ready] == ADULT) & (people.sex[ready] == WOMEN) & (people.mother[ready] < 0)
    able &= (age >= HOST_AGES[0]) & (age <= HOST_AGES[1])
    return np.asarray(ready[able & lives_with_partner(town, ready)])


def _take_in(town: Town, guests: Index, hosts: Index, month: Month, rng: np.random.Generator) -> None:
    people = town.people
    people.role[guests] = KIN
    mothers = people.sex[guests] == WOMEN
    people.mother[hosts[mothers]] = guests[mothers]
    people.father[hosts[~mothers]] = guests[~mothers]
    town.move(guests, people.dwelling[hosts], month.days(rng, len(guests)))
