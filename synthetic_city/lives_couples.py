"""Couples come apart, come together, and change in law.

Separations have hazards by kind of union. New couples are as many as the published share in couple at each age lacks:
singles meet with the chance that closes the gap within ``CLOSING_MONTHS``.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from synthetic_city.lives_dwellings import settle
from synthetic_city.lives_partners import alike, match
from synthetic_city.lives_state import (
    ADULT,
    CHILD,
    CONVERTED,
    ENDING_OF,
    LIBRE,
    MARIAGE,
    MEN,
    MOVE_OUT,
    NEVER,
    PACS,
    WOMEN,
    Bools,
    Floats,
    Index,
    Ints,
    Month,
    Town,
)
from synthetic_city.lives_targets import Targets

SEPARATION_A_YEAR = np.array([0.075, 0.040, 0.011])
"""By kind (free union, PACS, marriage). Marriage: near France's 10.3 divorces for 1,000 married couples (2013, through
the Centre d'observation de la société); the other two are assumed, no yearly rate is published for them here."""

YOUNG_PART, OLD_PART = 1.5, 0.15
"""Relative to the above under 30 and from 65 on; assumed."""

CLOSING_MONTHS = 1.5
COUPLES_AHEAD = 1.007
"""What is lacking is closed with a delay, so that a town steered to its target would stay about one per cent behind it; fitted."""

COUPLE_BANDS = np.array([15, 20, 25, 30, 40, 50, 55, 65, 72, 80])
COUPLE_CELLS = 2 * len(COUPLE_BANDS)

MARRIES_A_YEAR = {LIBRE: 0.097, PACS: 0.055}
PACS_A_YEAR = 0.035
"""Chances a year that a free union becomes a marriage or a PACS, a PACS a marriage; assumed, fitted so that the town has
about as many marriages for its people as France (242,000 in 2023)."""

FORMAL_BY_AGE = ((20, 0.45), (25, 0.85), (30, 1.1), (36, 1.1), (50, 0.85), (60, 0.65), (75, 0.2))
"""The same relative to the above, by the woman's age; assumed, fitted to the mean ages at a wedding (37.3 and 39.8, France 2022, INSEE)."""

CHILDREN_WITH_MOTHER = 0.8
LEAVES_WITHOUT_CHILDREN = 0.75
LEAVES_TOWN = 0.35
"""After a separation; assumed."""


def at_home(town: Town) -> Index:
    """Residents outside establishments whose household nothing has touched this month."""
    living = town.residents()
    home = town.people.dwelling[living]
    return living[~town.stock.is_establishment[home] & ~town.stock.is_busy[home]]


def lives_with_partner(town: Town, persons: Index) -> Bools:
    """Whether the partner has the same dwelling."""
    partner = town.people.partner[persons]
    return np.asarray((partner >= 0) & (town.people.dwelling[partner] == town.people.dwelling[persons]))


def part(town: Town, month: Month, rng: np.random.Generator) -> None:
    """This month's separations: one leaves, the younger children stay with the parent who keeps them."""
    people, women = town.people, at_home(town)
    women = women[(women == town.unions["a"][people.union[women]]) & lives_with_partner(town, women)]
    kind, age = town.unions["kind"][people.union[women]], people.age[women]
    yearly = SEPARATION_A_YEAR[kind] * np.where(age < 30, YOUNG_PART, np.where(age >= 65, OLD_PART, 1.0))
    women = women[rng.random(len(women)) < yearly / 12]
    men, days = people.partner[women], month.days(rng, len(women))
    town.part(women, days, ENDING_OF[town.unions["kind"][people.union[women]]])
    keeps = np.where(rng.random(len(women)) < CHILDREN_WITH_MOTHER, women, men)
    other = np.where(keeps == women, men, women)
    keeper_leaves = rng.random(len(women)) > LEAVES_WITHOUT_CHILDREN
    leaver = np.where(keeper_leaves, keeps, other)
    _move_apart(town, leaver, keeper_leaves, days, rng)


def _move_apart(
    town: Town, leaver: Index, with_children: Bools, days: Ints, rng: np.random.Generator
) -> None:
    """The leaver goes, to another dwelling or another commune, with the minors of the home when they keep them."""
    people, away = town.people, rng.random(len(leaver)) < LEAVES_TOWN
    group_of_home = np.full(len(town.stock.building), -1, dtype=np.int64)
    group_of_home[people.dwelling[leaver[with_children]]] = np.flatnonzero(with_children)
    living = town.residents()
    minors = living[(people.role[living] == CHILD) & (people.age[living] < 18)]
    minors = minors[group_of_home[people.dwelling[minors]] >= 0]
    movers = np.concatenate([leaver, minors])
    group = np.concatenate([np.arange(len(leaver)), group_of_home[people.dwelling[minors]]])
    go_or_move(town, movers, group, away, days, rng)


def go_or_move(
    town: Town, movers: Index, group: Index, away: Bools, days: Ints, rng: np.random.Generator
) -> None:
    """Groups of people leave town (``away``) or take a vacant dwelling each, all on their group's day."""
    leaving = away[group]
    town.leave(movers[leaving], days[group[leaving]], MOVE_OUT)
    stay, group = movers[~leaving], group[~leaving]
    _, dense = np.unique(group, return_inverse=True)
    town.move(stay, settle(town, stay, dense, rng), days[group])


def meet(town: Town, month: Month, aims: Targets, rng: np.random.Generator) -> None:
    """This month's new couples within the town."""
    people, free = town.people, at_home(town)
    free = free[(people.partner[free] < 0) & (people.age[free] >= 17)]
    cell = couple_cells(town, free)
    number = np.bincount(cell, minlength=COUPLE_CELLS)
    hazard = np.clip(couple_gap(town, aims) / CLOSING_MONTHS / np.maximum(number, 1), 0.0, 0.2)
    ready = free[rng.random(len(free)) < hazard[cell] * _readiness(town, free, aims)]
    ready = _one_a_home(town, ready)
    men, women = match(town, ready[people.sex[ready] == MEN], ready[people.sex[ready] == WOMEN], rng)
    spare = np.setdiff1d(_one_a_home(town, free), np.concatenate([men, women]))
    first, second = alike(town, np.intersect1d(ready, spare), spare, len(men), rng)
    _move_together(town, np.concatenate([men, second]), np.concatenate([women, first]), month, rng)


def _one_a_home(town: Town, persons: Index) -> Index:
    """The first of ``persons`` in each dwelling."""
    return np.asarray(persons[np.unique(town.people.dwelling[persons], return_index=True)[1]])


def couple_cells(town: Town, persons: Index) -> Index:
    """Band of ages by sex, as ``couple_gap`` counts."""
    band = np.searchsorted(COUPLE_BANDS, np.maximum(town.people.age[persons], COUPLE_BANDS[0]), side="right")
    return np.asarray(band - 1 + len(COUPLE_BANDS) * town.people.sex[persons].astype(np.int64))


def couple_gap(town: Town, aims: Targets) -> Floats:
    """People in couple that each band of ages and sex lacks (negative: has too many)."""
    people, living = town.people, town.residents()
    wanted = COUPLES_AHEAD * aims.couple_by_sex[people.sex[living], people.age[living]]
    lack = wanted - lives_with_partner(town, living)
    return np.asarray(np.bincount(couple_cells(town, living), lack, minlength=COUPLE_CELLS), dtype=float)


def _readiness(town: Town, persons: Index, aims: Targets) -> Floats:
    """Single parents meet a partner more often where their age has more of them than its target, less where fewer."""
    pull = np.clip(parents_ratio(town, aims, persons) ** 8, 0.1, 5.0)
    is_parent = parents_alone(town)[town.people.dwelling[persons]] & (town.people.role[persons] == ADULT)
    return np.where(is_parent, pull, 1.0)


def parents_ratio(town: Town, aims: Targets, persons: Index) -> Floats:
    """How many single parents the town has at each person's age, relative to its target; 1 at ages without one."""
    people, living = town.people, town.residents()
    band, bands = couple_cells(town, living) % len(COUPLE_BANDS), len(COUPLE_BANDS)
    is_parent = parents_alone(town)[people.dwelling[living]] & (people.role[living] == ADULT)
    have = np.bincount(band, is_parent, minlength=bands)
    wanted = np.bincount(band, aims.parent[people.age[living]], minlength=bands)
    ratio = np.where(wanted > 0, have / np.maximum(wanted, 1.0), 1.0)
    return np.asarray(ratio[couple_cells(town, persons) % bands])


def parents_alone(town: Town) -> Bools:
    """Dwellings of one-parent families: one adult, no couple, at least one child."""
    people, living = town.people, town.residents()
    home, count = people.dwelling[living], len(town.stock.building)
    adults = np.bincount(home, people.role[living] == ADULT, minlength=count)
    children = np.bincount(home, people.role[living] == CHILD, minlength=count)
    return np.asarray((adults == 1) & (children > 0) & ~town.stock.is_establishment)


def _move_together(town: Town, men: Index, women: Index, month: Month, rng: np.random.Generator) -> None:
    """One moves in with the other, or both leave parents or flatmates for a dwelling of their own."""
    people, days = town.people, month.days(rng, len(men))
    town.unite(women, men, np.where(rng.random(len(men)) < 0.93, LIBRE, PACS), days)
    runs = [runs_a_home(town, side) for side in (men, women)]
    to_hers = runs[1] & (~runs[0] | (rng.random(len(men)) < 0.5))
    to_his = runs[0] & ~to_hers
    for host, guest, chosen in ((women, men, to_hers), (men, women, to_his)):
        movers, group = with_children(town, guest[chosen])
        town.move(movers, people.dwelling[host[chosen]][group], days[chosen][group])
    neither = np.flatnonzero(~runs[0] & ~runs[1])
    both = np.concatenate([men[neither], women[neither]])
    people.role[both] = ADULT
    group = np.tile(np.arange(len(neither)), 2)
    town.move(both, settle(town, both, group, rng), days[neither][group])


def runs_a_home(town: Town, persons: Index) -> Bools:
    """The only adult of the household (alone or with children), so that a partner can move in."""
    people, living = town.people, town.residents()
    adults = np.bincount(
        people.dwelling[living], people.role[living] == ADULT, minlength=len(town.stock.building)
    )
    return np.asarray((people.role[persons] == ADULT) & (adults[people.dwelling[persons]] == 1))


def with_children(town: Town, persons: Index) -> tuple[Index, Index]:
    """``persons`` and, when they run a home alone, all children of that home; with the position each belongs to."""
    people, living = town.people, town.residents()
    owner = np.full(len(town.stock.building), -1, dtype=np.int64)
    alone = runs_a_home(town, persons)
    owner[people.dwelling[persons[alone]]] = np.flatnonzero(alone)
    children = living[(people.role[living] == CHILD) & (owner[people.dwelling[living]] >= 0)]
    people.role[persons] = ADULT
    group = np.concatenate([np.arange(len(persons)), owner[people.dwelling[children]]])
    return np.concatenate([persons, children]), group


def formalise(town: Town, month: Month, rng: np.random.Generator) -> None:
    """Free unions become PACS or marriages, PACS marriages; the old row ends the day the new one begins."""
    unions = town.unions
    current = np.flatnonzero((unions["to_on"] == NEVER) & (unions["from_on"] < month.first - 180))
    old = unions["kind"][current]
    eager = np.interp(town.people.age[unions["a"][current]], *np.array(FORMAL_BY_AGE).T)
    draw = rng.random(len(current)) * 12 / eager
    new = np.select(
        [
            (old == LIBRE) & (draw < MARRIES_A_YEAR[LIBRE]),
            (old == LIBRE) & (draw < MARRIES_A_YEAR[LIBRE] + PACS_A_YEAR),
        ],
        [MARIAGE, PACS],
        np.where((old == PACS) & (draw < MARRIES_A_YEAR[PACS]), MARIAGE, -1),
    )
    changing = new >= 0
    rows, kinds = current[changing], new[changing]
    _convert(town, rows, kinds, month.days(rng, len(rows)))


def _convert(town: Town, rows: Index, kinds: npt.NDArray[np.int_], days: Ints) -> None:
    a, b = town.unions["a"][rows].astype(np.int64), town.unions["b"][rows].astype(np.int64)
    town.unions["to_on"][rows], town.unions["end"][rows] = days, CONVERTED
    town.unite(a, b, kinds, days)
