"""Small cells of several tables that hang together: what must be hidden so that no number below 11 can be read or solved from the rest.

The rule: whatever anybody may compute from all that is published, each small number that is hidden might as well be ``MARGIN`` higher than it is, hence
11 or more. What they know: every sum, that no number is below 0, that none that was hidden is 0, and what other reports say. What they find with linear
programming is then an interval at least ``MARGIN`` wide that ends above 10. That other numbers are whole and small ones are few is left out: it
narrows no interval of a table with two margins.

A. Hundepool and others, *Statistical Disclosure Control*, 2012, chapter 4 (protection levels, the attacker's linear programs); M. Fischetti and J. J. Salazar,
*Solving the cell suppression problem on tabular data with linear constraints*, Management Science 47 (2001). What else to hide is found one small number
after the other by the least costly change of the tables that moves it so far (J. P. Kelly, B. L. Golden and A. A. Assad, *Cell suppression: disclosure
protection for sensitive tabular data*, Networks 22 (1992)): the changed tables are those that nobody can exclude. One program differs from the next by prices and
two bounds only: HiGHS (Q. Huangfu and J. A. J. Hall, *Parallelizing the dual revised simplex method*, Mathematical Programming Computation 10 (2018)) goes on from where the last one ended.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from highspy import Highs, HighsLp, HighsModelStatus, MatrixFormat
from scipy.sparse import csc_array, hstack

from features.frame import HIDDEN, MARGIN, SMALLEST_CELL

Key = tuple[str, ...]
Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]
MOVED = 1e-6
WANTED = 1e4
"""What one more of a small number is worth, in units of the largest number: more than to hide everything."""


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
    unseen = set(never)
    tables = _Tables(numbers, sums, unseen, elsewhere or {})
    hidden = np.array([key in unseen or _is_small(numbers[key]) for key in tables.place], dtype=bool)
    moved_enough = np.zeros(len(hidden), dtype=bool)
    for key in sorted((k for k in tables.place if _is_small(numbers[k])), key=lambda k: (numbers[k], k)):
        at = tables.place[key]
        if not moved_enough[at]:
            change = tables.change(at, hidden)
            hidden |= np.abs(change) > MOVED
            moved_enough |= change >= MARGIN - MOVED
    out = {key for key, at in tables.place.items() if hidden[at]} | {
        k for k, n in numbers.items() if _is_small(n)
    }
    return {key: HIDDEN if key in out else n for key, n in numbers.items() if key not in unseen}


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
        ends = [(row, self.place[key], sign) for row, s in enumerate(sums) for key, sign in _signed(s)]
        row, column, sign = (np.array(part) for part in zip(*ends, strict=True)) if ends else ([], [], [])
        tied = csc_array((sign, (row, column)), shape=(len(sums), len(self.place)))
        self.programs = _programs(hstack([tied, -tied], format="csc"))

    def change(self, at: int, hidden: Bools) -> Floats:
        """The change of all numbers that raises one by ``MARGIN``, or as far as it goes, and of what is not hidden moves the least."""
        price = np.where(hidden, 0.0, self.cost)
        count = len(price)
        up, down = self.up.copy(), self.down.copy()
        up[at], down[at] = min(up[at], MARGIN), 0.0
        cost = np.concatenate([price, price])
        cost[at] = -WANTED
        every = np.arange(2 * count, dtype=np.int32)
        self.programs.changeColsCost(2 * count, every, cost)
        self.programs.changeColsBounds(2 * count, every, np.zeros(2 * count), np.concatenate([up, down]))
        self.programs.run()
        status = self.programs.getModelStatus()
        assert status == HighsModelStatus.kOptimal, (
            f"no change at all is one, and none is without end: {status}"
        )
        found = np.array(self.programs.getSolution().col_value)
        moved: Floats = found[:count] - found[count:]
        return moved


def _programs(adding_up: csc_array) -> Highs:
    """Linear programs over changes up and down that keep every sum; prices and bounds come with each."""
    rows, columns = adding_up.shape
    program = HighsLp()
    program.num_row_, program.num_col_ = rows, columns
    program.row_lower_ = program.row_upper_ = np.zeros(rows)
    program.col_cost_ = program.col_lower_ = program.col_upper_ = np.zeros(columns)
    program.a_matrix_.format_ = MatrixFormat.kColwise
    program.a_matrix_.start_, program.a_matrix_.index_ = adding_up.indptr, adding_up.indices
    program.a_matrix_.value_ = adding_up.data
    programs = Highs()
    programs.silent()
    programs.setOptionValue("presolve", "off")  # or each would be laid out anew
    programs.setOptionValue("threads", 1)
    programs.passModel(program)
    return programs


def _signed(one: Sum) -> list[tuple[Key, float]]:
    return [(one.total, 1.0), *((key, -1.0) for key in one.parts)]


def _is_small(number: int) -> bool:
    return 0 < number < SMALLEST_CELL
