"""Children of one mother: born at least ``APART_DAYS`` days from one another, or on the same day as twins."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from synthetic_city.lives_families import possible
from synthetic_city.lives_state import Bools, Index, Ints, Town

APART_DAYS = 300
"""Days at least between two births of one mother; assumed, ten months."""

TWIN_SHARE = 0.016
"""Share of deliveries that are twins; assumed, the order of size of France's (about 1.6 %). Triplets are left out."""

FAR = 2**21
"""More days than lie between any two birthdays, so that one number orders births by parent and day."""

Keys = npt.NDArray[np.int64]


def find_parents(
    town: Town, children: Index, parents: Index, rng: np.random.Generator, rounds: int = 12
) -> tuple[Index, Index]:
    """A possible parent for each child, drawn anew up to ``rounds`` times: children that found one, and whom.

    Ages are possible and no brother or sister, known before or found here, is born within ``APART_DAYS`` days.
    """
    people, taken = town.people, known_births(town)
    holder = np.full(len(children), -1, dtype=np.int64)
    for _ in range(rounds if len(parents) else 0):
        waiting = np.flatnonzero(holder < 0)
        drawn = parents[rng.integers(0, len(parents), len(waiting))]
        fits = possible(people.age[children[waiting]], people.age[drawn])
        waiting, drawn = waiting[fits], drawn[fits]
        keys = births(drawn, people.born[children[waiting]])
        free = apart(keys, taken)
        holder[waiting[free]] = drawn[free]
        taken = np.sort(np.concatenate([taken, keys[free]]))
    placed = np.flatnonzero(holder >= 0)
    return children[placed], holder[placed]


def births(parents: Index, born: Ints) -> Keys:
    """One number for each birth: two of one parent differ by the days between them, two of different ones by far more."""
    return parents.astype(np.int64) * FAR + born


def known_births(town: Town) -> Keys:
    """Births of everybody whose mother is known, or at least the father; sorted."""
    people, size = town.people, town.people.size
    parent = np.where(people.mother[:size] >= 0, people.mother[:size], people.father[:size])
    known = np.flatnonzero(parent >= 0)
    return np.sort(births(parent[known], people.born[known]))


def apart(keys: Keys, taken: Keys) -> Bools:
    """Which of ``keys`` are far enough from all of ``taken`` (sorted) and from the key before them in ``keys``."""
    order = np.argsort(keys, kind="stable")
    free = np.empty(len(keys), dtype=bool)
    free[order] = np.diff(keys[order], prepend=-FAR * FAR) >= APART_DAYS
    edged = np.concatenate([[-FAR * FAR], taken, [FAR * FAR]])
    place = np.searchsorted(edged, keys)
    return np.asarray(
        free & (edged[place] - keys >= APART_DAYS) & (keys - edged[np.maximum(place - 1, 0)] >= APART_DAYS)
    )


def make_twins(town: Town, children: Index, rng: np.random.Generator) -> tuple[Index, Index]:
    """Some of ``children`` become twins of another of the same age; gives the first and the second of each pair."""
    people = town.people
    ordered = children[np.lexsort((rng.random(len(children)), people.age[children]))]
    first, second = ordered[:-1:2], ordered[1::2]
    same_age = np.flatnonzero(people.age[first] == people.age[second])
    number = round(len(children) * TWIN_SHARE / (1 + TWIN_SHARE))
    chosen = rng.permutation(same_age)[:number]
    people.born[second[chosen]] = people.born[first[chosen]]
    return first[chosen], second[chosen]
