"""Small cells of several tables that hang together: what must be hidden so that no number below 11 can be read or solved from the rest.

The rule: whatever anybody may compute from all that is published, each small number that is hidden might as well be ``MARGIN`` higher than it is, hence
11 or more. What they know: every sum, that no number is below 0, that none that was hidden is 0, and what other reports say. What they find with linear
programming is then an interval at least ``MARGIN`` wide that ends above 10. That other numbers are whole and small ones are few is left out: it
narrows no interval of a table with two margins.

A. Hundepool and others, *Statistical Disclosure Control*, 2012, chapter 4 (protection levels, the attacker's linear programs); M. Fischetti and J. J. Salazar,
*Solving the cell suppression problem on tabular data with linear constraints*, Management Science 47 (2001). What else to hide is found one small number
after the other by the least costly change of the tables that moves it so far (J. P. Kelly, B. L. Golden and A. A. Assad, *Cell suppression: disclosure
protection for sensitive tabular data*, Networks 22 (1992)): the changed tables are those that nobody can exclude. A small number that could be ``MARGIN`` higher
by changes of hidden numbers alone hides nothing more, whichever change is taken: one program finds many such at once, and only for the others one of costs is solved.
A program differs from the one before by prices and a few bounds: HiGHS (Q. Huangfu and J. A. J. Hall, *Parallelizing the dual revised simplex method*, Mathematical Programming
Computation 10 (2018)) goes on from where that one ended.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

import numpy as np
import numpy.typing as npt
from highspy import Highs, HighsLp, HighsModelStatus, MatrixFormat
from scipy.sparse import csc_array, csr_array, hstack

from features.frame import HIDDEN, MARGIN, SMALLEST_CELL

Key = tuple[str, ...]
Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]
MOVED = 1e-6
WANTED = 1e4
"""What one more of a small number is worth, in units of the largest number: more than to hide everything."""
FIRST = 1e3
"""What one more of the number that is asked for is worth, in units of one more of another."""
FAR, ROUNDS = 1e9, 8
"""What stands for no end, and how often ends are drawn nearer."""


@dataclass(frozen=True, kw_only=True)
class Sum:
    """A total and the parts that make it; readers know that they add up."""

    total: Key
    parts: tuple[Key, ...]

    @property
    def keys(self) -> tuple[Key, ...]:
        """Everything that this sum ties together."""
        return (self.total, *self.parts)


def shown(
    numbers: Mapping[Key, int],
    sums: Sequence[Sum],
    never: Collection[Key],
    elsewhere: Mapping[Key, tuple[float, float]] | None = None,
) -> dict[Key, int | str]:
    """Each number that is not ``never`` shown, or ``hidden``: small ones, and as few and small others as it takes. Numbers add up by all ``sums``.

    ``elsewhere``: between which ends other reports already tell a number, as it is (both ends) or rounded; where they tell too much already, as
    much is hidden as there is. One word for small and other numbers, since "below 11" beside a total would narrow the others down.
    """
    tables = _Tables(numbers, sums, set(never), elsewhere or {})
    small = [key for key, n in numbers.items() if _is_small(n)]
    is_hidden = tables.mask({*never, *small})
    is_open = tables.mask(small) & (tables.wanted > MOVED)
    reach = tables.reach(is_hidden)
    for key in sorted((k for k in tables.place if _is_small(numbers[k])), key=lambda k: (numbers[k], k)):
        at = tables.place[key]
        if is_open[at] and reach[at] >= tables.wanted[at] - MOVED:
            is_open &= ~tables.raised(at, is_open, is_hidden)
        if is_open[at]:
            change = tables.change(at, is_hidden)
            is_hidden |= np.abs(change) > MOVED
            is_open &= change < MARGIN - MOVED
            is_open[at], reach = False, tables.reach(is_hidden)
    hidden = {*small, *(key for key, at in tables.place.items() if is_hidden[at])}
    return {key: HIDDEN if key in hidden else n for key, n in numbers.items() if key not in set(never)}


class _Tables:
    """Every number that is tied to another, as a vector, with how far each could be moved without contradicting what is known of it."""

    def __init__(
        self,
        numbers: Mapping[Key, int],
        sums: Sequence[Sum],
        never: Collection[Key],
        elsewhere: Mapping[Key, tuple[float, float]],
    ) -> None:
        self.place = {key: at for at, key in enumerate(dict.fromkeys(key for s in sums for key in s.keys))}
        true = np.array([numbers[key] for key in self.place], dtype=np.float64)
        least = np.array([0.0 if key in never else min(1.0, numbers[key]) for key in self.place])
        most = np.array([np.inf if key in never or numbers[key] else 0.0 for key in self.place])
        for key, (low, high) in elsewhere.items():
            if key in self.place:
                at = self.place[key]
                least[at], most[at] = max(least[at], low), min(most[at], high)
        self.down, self.up = true - least, most - true
        self.cost = true / max(1.0, float(true.max(initial=0.0)))
        self.wanted = np.minimum(self.up, MARGIN)
        ends = [(row, self.place[key], sign) for row, s in enumerate(sums) for key, sign in _signed(s)]
        self.row, self.column, self.sign = np.array(ends, dtype=np.int64).reshape(-1, 3).T
        shape = (len(sums), len(self.place))
        self.totals, self.parts = (
            csr_array((np.maximum(way * self.sign, 0), (self.row, self.column)), shape=shape)
            for way in (1, -1)
        )
        tied = csc_array((self.sign.astype(np.float64), (self.row, self.column)), shape=shape)
        self.alone, self.cheapest = _Programs(tied), _Programs(hstack([tied, -tied], format="csc"))

    def mask(self, keys: Collection[Key]) -> Bools:
        """Which numbers these are."""
        return np.array([key in keys for key in self.place], dtype=np.bool_)

    def reach(self, is_hidden: Bools) -> Floats:
        """No change of hidden numbers alone raises any number higher: a total no further than its parts, a part no further than its total rises and the other parts fall."""
        up, down = (np.where(is_hidden, np.minimum(most, FAR), 0.0) for most in (self.up, self.down))
        for _ in range(ROUNDS):
            for way, other in ((up, down), (down, up)):
                of_part = (self.totals @ way + self.parts @ other)[self.row] - other[self.column]
                of_total = (self.parts @ way)[self.row]
                np.minimum.at(way, self.column, np.where(self.sign > 0, of_total, of_part))
        return up

    def raised(self, at: int, is_open: Bools, is_hidden: Bools) -> Bools:
        """Open numbers that one change of hidden ones alone raises as far as it is wanted: this one before all others, then as many as rise along with it. Another change may raise others."""
        cost = np.where(is_open & is_hidden, -1.0, 0.0)
        cost[at] = -FIRST
        most = np.where(is_hidden, np.where(is_open, self.wanted, self.up), 0.0)
        found = self.alone.solved(cost, np.where(is_hidden, -self.down, 0.0), most)
        raised: Bools = is_open & (found >= self.wanted - MOVED)
        return raised

    def change(self, at: int, is_hidden: Bools) -> Floats:
        """The change of all numbers that raises one by ``MARGIN``, or as far as it goes, and of what is not hidden moves the least."""
        price = np.where(is_hidden, 0.0, self.cost)
        count = len(price)
        up, down = self.up.copy(), self.down.copy()
        up[at], down[at] = self.wanted[at], 0.0
        cost = np.concatenate([price, price])
        cost[at] = -WANTED
        found = self.cheapest.solved(cost, np.zeros(2 * count), np.concatenate([up, down]))
        moved: Floats = found[:count] - found[count:]
        return moved


class _Programs:
    """Linear programs over changes that keep every sum, solved one after the other."""

    def __init__(self, adding_up: csc_array) -> None:
        rows, columns = adding_up.shape
        program = HighsLp()
        program.num_row_, program.num_col_ = rows, columns
        program.row_lower_ = program.row_upper_ = np.zeros(rows)
        program.col_cost_ = program.col_lower_ = program.col_upper_ = np.zeros(columns)
        program.a_matrix_.format_ = MatrixFormat.kColwise
        program.a_matrix_.start_, program.a_matrix_.index_ = adding_up.indptr, adding_up.indices
        program.a_matrix_.value_ = adding_up.data
        self.highs = cast(Any, Highs)()  # its stubs leave this untyped
        self.every = np.arange(columns, dtype=np.int32)
        self.highs.silent()
        self.highs.setOptionValue("threads", 1)
        for option, value in _AS_IT_IS.items():
            self.highs.setOptionValue(option, value)
        self.highs.passModel(program)

    def solved(self, cost: Floats, least: Floats, most: Floats) -> Floats:
        """The cheapest change between these bounds."""
        self.highs.changeColsCost(len(cost), self.every, cost)
        self.highs.changeColsBounds(len(cost), self.every, least, most)
        self.highs.run()
        status = self.highs.getModelStatus()
        assert status == HighsModelStatus.kOptimal, (
            f"no change at all is one, and none is without end: {status}"
        )
        return np.array(self.highs.getSolution().col_value)


_AS_IT_IS: dict[str, str | float] = {"presolve": "off", "dual_simplex_cost_perturbation_multiplier": 0.0}
"""A program that is laid out anew, or whose costs are disturbed first, does not begin where the last one ended."""


def _signed(one: Sum) -> list[tuple[Key, int]]:
    return [(one.total, 1), *((key, -1) for key in one.parts)]


def _is_small(number: int) -> bool:
    return 0 < number < SMALLEST_CELL
