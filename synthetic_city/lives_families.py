"""Who belongs with whom: people of their own making, children with a parent of a possible age."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from synthetic_city.lives_partners import is_mixed
from synthetic_city.lives_state import NEVER, WOMEN, Floats, Index, Ints, Town, ages_on

FOREIGN_SHARE = 0.078
"""Foreigners among residents; France 2022 (INSEE, insee.fr/fr/statistiques/3633212), assumed for Agen."""

OTHER_ROLL = {True: 0.652, False: 0.11}
"""Share registered on another commune's roll of those who arrive at 17-25, and of those who grew up here; assumed
so that about four in ten of the 18-25 are (the figure that the extracts are described with)."""

PARENT_AT = (17, 45)
"""Youngest and oldest age at which a child is born; assumed."""


def spawn(town: Town, sex: npt.ArrayLike, born: Ints, day: int, rng: np.random.Generator) -> Index:
    """People who did not exist yet, with what they keep for life; their age is that of ``day``."""
    people, count = town.people, len(born)
    new = people.add(count)
    people.sex[new], people.born[new] = sex, born
    people.age[new] = np.maximum(ages_on(born, day), 0)
    people.skill[new] = rng.standard_normal(count)
    people.foreign[new] = rng.random(count) < FOREIGN_SHARE
    arrives_young = (people.age[new] >= 17) & (people.age[new] <= 25)
    people.other_roll[new] = rng.random(count) < np.where(arrives_young, OTHER_ROLL[True], OTHER_ROLL[False])
    return new


def birthdays(ages: Ints, day: int, rng: np.random.Generator) -> Ints:
    """A day of birth for people of these ages on ``day``, evenly over the year before their last birthday's limit."""
    return (day - ages * 365.2425 - rng.integers(2, 364, len(ages))).astype(np.int32)


def pick(weights: Floats, count: int, rng: np.random.Generator) -> Index:
    """``count`` different positions drawn with these weights (all of the positive ones when there are fewer)."""
    able = np.flatnonzero(weights > 0)
    if count >= len(able):
        return able
    keys = np.log(weights[able]) + rng.gumbel(size=len(able))
    return np.sort(able[np.argpartition(-keys, count)[:count]]) if count > 0 else able[:0]


def whole_numbers(expected: Floats, rng: np.random.Generator) -> Index:
    """Whole numbers, not below 0, whose means are ``expected``."""
    floor: Index = np.floor(np.maximum(expected, 0.0) + rng.random(expected.shape)).astype(np.int64)
    return floor


def evenly(chance: Floats, rank: npt.NDArray[np.number], rng: np.random.Generator) -> npt.NDArray[np.bool_]:
    """Who has the event: each with their own chance, and every stretch of people in order of ``rank`` its expected number.

    Systematic sampling: chances are laid end to end from a random start, an event is where a whole number is passed.
    Independent draws would add the noise of a Poisson count to figures that the town declares.
    """
    order = np.lexsort((rng.random(len(chance)), rank))
    passed = np.floor(np.cumsum(chance[order]) + rng.random())
    happens = np.zeros(len(chance), dtype=bool)
    happens[order] = np.diff(passed, prepend=0.0) > 0
    return happens


def pair_by_age(town: Town, guests: Index, hosts: Index, rng: np.random.Generator) -> tuple[Index, Index]:
    """A host for each guest as far as there are some, young enough to be the guest's child."""
    placed, holder = more_children(-town.people.age[guests], -town.people.age[hosts], rng, rounds=6)
    _, first = np.unique(holder, return_index=True)
    return guests[placed[first]], hosts[holder[first]]


def first_children(children: Ints, parents: Ints, rng: np.random.Generator) -> tuple[Index, Index]:
    """One child for each parent, by rank of age: positions in ``children`` and in ``parents`` (ages), as far as ages allow."""
    count = min(len(children), len(parents))
    chosen = rng.permutation(len(children))[:count]
    holders = rng.permutation(len(parents))[:count]
    chosen = chosen[np.argsort(children[chosen] + 2.0 * rng.random(count))]
    holders = holders[np.argsort(parents[holders] + 4.0 * rng.random(count))]
    fits = possible(children[chosen], parents[holders])
    return chosen[fits], holders[fits]


def more_children(
    children: Ints, parents: Ints, rng: np.random.Generator, rounds: int = 12
) -> tuple[Index, Index]:
    """A possible parent for each child, drawn anew up to ``rounds`` times; children without one are left out."""
    holder = np.full(len(children), -1)
    for _ in range(rounds if len(parents) else 0):
        waiting = np.flatnonzero(holder < 0)
        drawn = rng.integers(0, len(parents), len(waiting))
        fits = possible(children[waiting], parents[drawn])
        holder[waiting[fits]] = drawn[fits]
    placed = np.flatnonzero(holder >= 0)
    return placed, holder[placed]


def adopt(town: Town, children: Index, parents: Index) -> None:
    """Sets mother and father from one parent and that parent's partner, where the partner is of the other sex and old enough."""
    people = town.people
    partner = people.partner[parents]
    able = (people.age[partner] - people.age[children] >= PARENT_AT[0] - 1) & is_mixed(town, parents)
    partner = np.where(able, partner, -1)
    is_mother = people.sex[parents] == WOMEN
    people.mother[children] = np.where(is_mother, parents, partner)
    people.father[children] = np.where(is_mother, partner, parents)
    people.other_roll[children] &= people.age[children] < 17
    people.foreign[children] = people.foreign[parents]
    np.maximum.at(people.last_birth, parents, people.born[children])


def months_since(days: Ints, day: int) -> npt.NDArray[np.int16]:
    """Whole months from ``days`` to ``day``; -1 where it never was; capped at 999."""
    months = (day - days) * 12 // 365
    return np.where(days == NEVER, -1, np.minimum(months, 999)).astype(np.int16)


def possible(children: Ints, parents: Ints) -> npt.NDArray[np.bool_]:
    """Whether ages of children and parents differ by what ``PARENT_AT`` allows."""
    gap = parents - children
    return (gap >= PARENT_AT[0]) & (gap <= PARENT_AT[1])
