"""What somebody who has every published number can find out with linear programming: slow, obvious, and apart from the code that hides."""

from collections.abc import Collection, Mapping, Sequence

import numpy as np
from scipy.optimize import linprog

from features.cells import Key, Sum
from features.frame import HIDDEN, SMALLEST_CELL

MARGIN = 10
"""So much higher a small number might be, as far as anybody can tell."""


def ranges(
    told: Mapping[Key, int | str],
    sums: Sequence[Sum],
    elsewhere: Mapping[Key, tuple[float, float]] | None = None,
    asked: Collection[Key] | None = None,
) -> dict[Key, tuple[float, float]]:
    """Least and most of every number that is not told, or of those that are ``asked``. Whatever is ``hidden`` is 1 or more; what the tables do not hold at all is 0 or more."""
    keys = list(dict.fromkeys([*told, *(key for s in sums for key in s.keys)]))
    adds_up = np.array([[(key == s.total) - s.parts.count(key) for key in keys] for s in sums], dtype=float)
    bounds = [_bounds(key, told, elsewhere or {}) for key in keys]
    unknown = [key for key in keys if told.get(key, HIDDEN) == HIDDEN and (asked is None or key in asked)]
    adds_up = adds_up.reshape(-1, len(keys))
    ends = {key: [_end(keys.index(key), sign, adds_up, bounds) for sign in (1, -1)] for key in unknown}
    return {key: (low, high) for key, (low, high) in ends.items()}


def told_apart(
    numbers: Mapping[Key, int],
    told: Mapping[Key, int | str],
    sums: Sequence[Sum],
    elsewhere: Mapping[Key, tuple[float, float]] | None = None,
    keys: Collection[Key] | None = None,
) -> list[Key]:
    """Small numbers, of all or of some, that somebody can tell within less than ``MARGIN`` above them."""
    small = {key for key, n in numbers.items() if 0 < n < SMALLEST_CELL and (keys is None or key in keys)}
    found = ranges(told, sums, elsewhere, small)
    return [key for key, (_, most) in found.items() if most - numbers[key] < MARGIN - 1e-6]


def _bounds(
    key: Key, told: Mapping[Key, int | str], elsewhere: Mapping[Key, tuple[float, float]]
) -> tuple[float, float]:
    here = told.get(key)
    low, high = elsewhere.get(key, (0.0, np.inf))
    if here is None or here == HIDDEN:
        return max(low, float(here == HIDDEN)), high
    return float(here), float(here)


def _end(at: int, sign: int, adds_up: np.ndarray, bounds: list[tuple[float, float]]) -> float:
    cost = np.zeros(len(bounds))
    cost[at] = sign
    found = linprog(cost, A_eq=adds_up, b_eq=np.zeros(len(adds_up)), bounds=bounds)
    assert found.status in (0, 3), found.message
    return sign * float(found.fun) if found.status == 0 else -sign * np.inf
