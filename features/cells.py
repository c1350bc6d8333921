"""Small cells of several tables that hang together: what must be hidden so that no number below 11 can be read or solved from the rest."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from features.frame import HIDDEN, SMALLEST_CELL

Key = tuple[str, ...]
Floats = npt.NDArray[np.float64]
EXACT = 1e-9


@dataclass(frozen=True, kw_only=True)
class Sum:
    """A total and the parts that make it; readers know that they add up."""

    total: Key
    parts: tuple[Key, ...]

    @property
    def keys(self) -> tuple[Key, ...]:
        """Everything that this sum ties together."""
        return (self.total, *self.parts)


def shown(numbers: Mapping[Key, int], sums: Sequence[Sum], never: Collection[Key]) -> dict[Key, int | str]:
    """Each number that is not ``never`` shown, or ``hidden``: small ones, and as many of the smallest others as it takes.

    One word for both, since "below 11" beside a total would narrow the others down.
    """
    unseen = set(never)
    hidden = unseen | {key for key, n in numbers.items() if _is_small(n)}
    while more := _next_to_hide(numbers, sums, hidden):
        hidden |= more
    hidden -= {key for key in solved(sums, hidden) - unseen if not _is_small(numbers[key])}  # told anyway
    return {key: HIDDEN if key in hidden else n for key, n in numbers.items() if key not in unseen}


def solved(sums: Sequence[Sum], hidden: Collection[Key]) -> set[Key]:
    """Hidden numbers that follow from those that are not, whatever they are: none of the ways in which hidden ones can vary together moves them."""
    unknown = {key: place for place, key in enumerate(sorted(hidden))}
    rows = [row for s in sums if any(row := _row(s, unknown))]
    if not rows:
        return set()
    echelon, pivots = _reduced(np.array(rows))
    alone = (np.abs(echelon) > EXACT).sum(axis=1) == 1
    keys = list(unknown)
    return {keys[column] for row, column in enumerate(pivots) if alone[row]}


def _reduced(matrix: Floats) -> tuple[Floats, list[int]]:
    """Gauss–Jordan: the rows with a pivot and its column each. Plain loops, since linear algebra in threads waits for busy cores."""
    pivots: list[int] = []
    for column in range(matrix.shape[1]):
        row = len(pivots)
        if row == len(matrix):
            break
        best = row + int(np.abs(matrix[row:, column]).argmax())
        if abs(matrix[best, column]) <= EXACT:
            continue
        matrix[[row, best]] = matrix[[best, row]]
        matrix[row] /= matrix[row, column]
        others = np.flatnonzero(np.abs(matrix[:, column]) > EXACT)
        others = others[others != row]
        matrix[others] -= matrix[others, column][:, None] * matrix[row]
        pivots.append(column)
    return matrix[: len(pivots)], pivots


def _is_small(number: int) -> bool:
    return 0 < number < SMALLEST_CELL


def _row(one: Sum, unknown: Mapping[Key, int]) -> list[float]:
    row = [0.0] * len(unknown)
    for sign, keys in ((1.0, (one.total,)), (-1.0, one.parts)):
        for key in keys:
            if key in unknown:
                row[unknown[key]] += sign
    return row


def _next_to_hide(numbers: Mapping[Key, int], sums: Sequence[Sum], hidden: set[Key]) -> set[Key]:
    """For each number that could be found out the smallest shown one that is tied to it; empty when nothing could be."""
    found_out = solved(sums, hidden)
    tied = [*_too_thin(numbers, sums, hidden - found_out)]
    for key in sorted(key for key in found_out if _is_small(numbers[key])):
        tied.append([other for s in sums if key in s.keys for other in s.keys])
    left = [key for s in sums for key in s.keys]
    found = (_smallest(numbers, keys, hidden) or _smallest(numbers, left, hidden) for keys in tied)
    return {key for key in found if key is not None}


def _too_thin(numbers: Mapping[Key, int], sums: Sequence[Sum], unknown: set[Key]) -> Iterator[Sequence[Key]]:
    """What is unknown of a known total must be 11 or more, else it is as good as told."""
    for one in sums:
        rest = sum(numbers[key] for key in one.parts if key in unknown)
        if one.total not in unknown and _is_small(rest):
            yield one.keys


def _smallest(numbers: Mapping[Key, int], keys: Iterable[Key], hidden: set[Key]) -> Key | None:
    rest = [key for key in keys if key not in hidden and numbers[key] > 0]
    return min(rest, key=lambda key: (numbers[key], key), default=None)
