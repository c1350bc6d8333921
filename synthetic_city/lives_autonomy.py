"""Loss of autonomy: how many, and who is next.

The share of people who need help at each age and sex is the share receiving the APA (DREES). Each month as many lose
autonomy as are missing to that share after the deaths; nobody regains it.
"""

from __future__ import annotations

import numpy as np

from synthetic_city.facts import AGES, Facts, Floats
from synthetic_city.history import Autonomy
from synthetic_city.lives_dwellings import RESIDENCE_AUTONOMIE
from synthetic_city.lives_state import Index, Ints, Small, Town, net_of_excess
from synthetic_city.lives_targets import Targets

BEFORE_60 = 0.006
"""Adults under 60 who need daily help; assumed (the APA begins at 60; below it the disability allowance has no figure by age here)."""

SEVERE_AT_HOME, SEVERE_IN_ESTABLISHMENT = 0.41, 0.77
"""Share of GIR 1-3 among APA receivers; assumed; the source tables do not split the APA by level."""

CELLS = 40
"""Five years of age times two sexes, numbered by ``cells``."""


def dependent_shares(facts: Facts) -> tuple[Floats, Floats]:
    """Share with any loss of autonomy, and with a severe one, by sex and age."""
    home, inside = facts.apa_home.copy(), facts.apa_establishment
    home[:, (AGES >= 20) & (AGES < 60)] = BEFORE_60
    return home + inside, SEVERE_AT_HOME * home + SEVERE_IN_ESTABLISHMENT * inside


def first_autonomy(town: Town, facts: Facts, aims: Targets, rng: np.random.Generator) -> None:
    """Everyone's autonomy on the first day, by age, sex and whether they live in an establishment for older people."""
    people, living = town.people, town.residents()
    sex, age = people.sex[living], people.age[living]
    inside = town.stock.is_establishment[people.dwelling[living]] & (age >= 50)
    share = np.where(inside, *_by_place(facts, aims, sex, age))
    severe = np.where(inside, SEVERE_IN_ESTABLISHMENT, SEVERE_AT_HOME)
    draw = rng.random(len(living))
    people.autonomy[living] = np.where(
        draw < share * severe, Autonomy.SEVERE, np.where(draw < share, Autonomy.LIMITED, 0)
    )
    _shelter_the_able(town, living[inside], rng)


def _shelter_the_able(town: Town, persons: Index, rng: np.random.Generator) -> None:
    """Of those of one age and sex in establishments, who depends least is the one in a sheltered residence."""
    people = town.people
    cell, level = cells(people.sex[persons], people.age[persons]), people.autonomy[persons]
    is_nursed = town.stock.establishment_kind[people.dwelling[persons]] != RESIDENCE_AUTONOMIE
    chance = rng.random(len(persons))
    people.autonomy[persons[np.lexsort((chance, is_nursed, cell))]] = level[np.lexsort((level, cell))]


def _by_place(facts: Facts, aims: Targets, sex: Small, age: Ints) -> tuple[Floats, Floats]:
    any_loss, _ = dependent_shares(facts)
    housed = aims.establishment[sex, age]
    inside = np.minimum(facts.apa_establishment[sex, age] / np.maximum(housed, 1e-9), 1.0)
    return inside, np.minimum((any_loss[sex, age] - inside * housed) / (1 - housed), 1.0)


def cells(sex: Small, age: Ints) -> Index:
    """Number of the cell of five years of age (the last: 95 and over) and sex."""
    return np.asarray(np.minimum(age // 5, 19) + 20 * sex, dtype=np.int64)


def balanced(lack: Floats) -> Floats:
    """What each cell lacks, balanced within each sex and twenty years of age."""
    return net_of_excess(lack.reshape(-1, 4)).ravel()


def lose_autonomy(town: Town, facts: Facts, rng: np.random.Generator) -> None:
    """This month's losses: from full to limited, and from limited to severe."""
    people, living = town.people, town.residents()
    living = living[people.age[living] >= 20]
    cell = cells(people.sex[living], people.age[living])
    any_loss, severe = (share[people.sex[living], people.age[living]] for share in dependent_shares(facts))
    _fall(town, living, cell, any_loss, Autonomy.LIMITED, rng)
    _fall(town, living, cell, severe, Autonomy.SEVERE, rng)


def _fall(
    town: Town, living: Index, cell: Index, share: Floats, level: Autonomy, rng: np.random.Generator
) -> None:
    """As many reach ``level`` as the cells lack on balance; inside a cell the older ages more often."""
    state = town.people.autonomy[living]
    at_risk = state == level - 1
    lack = balanced(np.asarray(np.bincount(cell, share - (state >= level), minlength=CELLS), dtype=float))
    exposed = np.maximum(np.bincount(cell, share * at_risk, minlength=CELLS), 1e-9)
    falls = at_risk & (rng.random(len(living)) < (lack / exposed)[cell] * share)
    town.people.autonomy[living[falls]] = level
