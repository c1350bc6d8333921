"""Seats of the model arm: how many each kind of household may expect, and a draw that keeps to it.

A *kind* is a set of households that nothing tells apart: equal score (``level`` 0 is the best), same floors. All of a kind have the same
probability of a seat. Floors are of two sorts, and a household is under one of each at most; more sorts would break ``whole``.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from models.candidate import Bools, Floats

Ints = npt.NDArray[np.int64]
NOTHING = 1e-9
"""Below this a number of seats is rounding."""


def kinds(key: Ints) -> tuple[Ints, Ints, Floats]:
    """(a row of each kind, the kind of each row, households of each kind), kinds in the order of their key."""
    _, first, kind, size = np.unique(key, return_index=True, return_inverse=True, return_counts=True)
    return first, kind, size.astype(np.float64)


def place(kind: Ints, lot: Floats) -> Ints:
    """Each household's place by lot among those of its kind, from 0."""
    order = np.lexsort((lot, kind))
    in_order = kind[order]
    places: Ints = np.empty(len(kind), dtype=np.int64)
    places[order] = np.arange(len(kind)) - np.searchsorted(in_order, in_order)
    return places


@dataclass(frozen=True, kw_only=True)
class Seats:
    """``kind`` of each household; of each kind its households (``size``), the floors it is under (``member``) and the seats it may expect."""

    kind: Ints
    size: Floats
    member: Bools
    expected: Floats

    @property
    def chance(self) -> Floats:
        """Each household's probability of a seat; they add up to the seats."""
        chance: Floats = (self.expected / self.size)[self.kind]
        return chance


def seats(scores: Floats, under: Bools, sort: Ints, wanted: Floats, capacity: float) -> Seats:
    """``capacity`` seats, at most one a household, by ``scores`` (the same at 1e-9 are equal). ``under``: households x floors; ``sort``: one number for each
    combination of floors, from 0; ``wanted``: seats that each floor asks for, as far as it has households, together at most ``capacity``."""
    level = np.unique(-np.round(scores, 9), return_inverse=True)[1]
    first, kind, size = kinds(level * (int(sort.max(initial=0)) + 1) + sort)
    member = under[first]
    needed = np.minimum(wanted, size @ member)
    x = expected(size, level[first], member, needed, capacity)
    return Seats(kind=kind, size=size, member=member, expected=x)


def expected(size: Floats, level: Ints, member: Bools, needed: Floats, seats: float) -> Floats:
    """Expected seats, one number a kind; they add up to ``seats``.

    ``size``: households; ``level``: ascending; ``member``: kinds x floors; ``needed``: seats that each floor asks for, at most its households,
    together at most ``seats``. The best levels come first. Then each floor that lacks seats gets them for its best who were left out. Then the
    lowest give theirs back, except where a floor needs them. Whoever has the same level gains and loses by the same share.
    """
    x = _best(size, level, seats)
    for floor, wanted in enumerate(needed):
        mine = member[:, floor]
        x = x + _best((size - x) * mine, level, wanted - float(x[mine].sum()))
    x = _given_back(x, level, member, needed, seats)
    near = np.abs(x - np.rint(x)) < NOTHING
    return np.where(near, np.rint(x), x)


def _best(room: Floats, level: Ints, amount: float) -> Floats:
    """``amount`` laid out over the room, best level first; the last level that it reaches shares what is left."""
    total = np.bincount(level, room)
    taken = np.clip(amount - (np.cumsum(total) - total), 0, total)
    share = np.divide(taken, total, out=np.zeros_like(total), where=total > NOTHING)
    laid: Floats = room * share[level]
    return laid


def _given_back(x: Floats, level: Ints, member: Bools, needed: Floats, seats: float) -> Floats:
    excess, spare = float(x.sum()) - seats, x @ member - needed
    for lowest in np.unique(level[x > NOTHING])[::-1]:
        mine = slice(*np.searchsorted(level, [lowest, lowest + 1]))
        while excess > NOTHING:
            is_free = ~(member[mine] & (spare <= NOTHING)).any(axis=1)
            given = x[mine] * is_free
            by_floor = given @ member[mine]
            if given.sum() <= NOTHING:
                break
            until_needed = np.min(spare[by_floor > NOTHING] / by_floor[by_floor > NOTHING], initial=1.0)
            share = min(float(until_needed), excess / float(given.sum()))
            x[mine] -= share * given
            excess, spare = excess - share * float(given.sum()), spare - share * by_floor
    return x


def whole(x: Floats, member: Bools, rng: np.random.Generator) -> Ints:
    """Whole seats, drawn so that each kind gets ``x`` on average and never more than one seat away from it, and so that the sums of all, and
    of each floor, are those of ``x`` where whole, else one of the two next whole numbers: a floor that holds in ``x`` holds in every draw.

    A walk in random steps among the numbers that leave those sums as they are, until none can move (J.-C. Deville and Y. Tillé, *Efficient
    balanced sampling: the cube method*, Biometrika 91 (2004), flight phase). With floors of two sorts the sums are those of a flow
    through a network, whose corners are whole (L. H. Cox, *A constructive procedure for unbiased controlled rounding*, JASA 82 (1987));
    so nothing is left to round at the end.
    """
    base = np.floor(x + NOTHING)
    part = np.clip(x - base, 0, None)
    live = np.flatnonzero(part > NOTHING)
    if len(live):
        sums = part[live] @ member[live]
        open_sums = np.flatnonzero(np.abs(sums - np.rint(sums)) > NOTHING)
        same = np.vstack([np.ones(len(live)), member[live].T])
        slack = np.zeros((len(same), len(open_sums)))
        slack[1 + open_sums, np.arange(len(open_sums))] = -1
        start = np.concatenate([part[live], (sums - np.floor(sums))[open_sums]])
        base[live] += _walked(np.hstack([same, slack]), start, rng)[: len(live)]
    return base.astype(np.int64)


def _walked(same: Floats, at: Floats, rng: np.random.Generator) -> Floats:
    """From ``at`` within the unit cube to a corner of {v: same @ v unchanged}; each coordinate keeps its mean."""
    while True:
        moving = np.flatnonzero((at > NOTHING) & (at < 1 - NOTHING))[: len(same) + 1]
        way = _way(same[:, moving])
        if way is None:
            return np.rint(at)
        up, down = _reach(at[moving], way), _reach(at[moving], -way)
        at[moving] += up * way if rng.random() < down / (up + down) else -down * way


def _way(same: Floats) -> Floats | None:
    """A direction that ``same`` does not see, or None. By elimination: its numbers stay 0 and 1 and -1, so nothing is rounded, and
    linear algebra in threads would wait for busy cores."""
    rows = same.copy()
    for column in range(rows.shape[1]):
        best = column + int(np.abs(rows[column:, column]).argmax()) if column < len(rows) else column
        if column == len(rows) or rows[best, column] == 0:
            way = np.zeros(rows.shape[1])
            way[:column], way[column] = -rows[:column, column], 1.0
            return way
        rows[[column, best]] = rows[[best, column]]
        rows[column] /= rows[column, column]
        others = np.arange(len(rows)) != column
        rows[others] -= rows[others, column][:, None] * rows[column]
    return None


def _reach(at: Floats, way: Floats) -> float:
    """How far one can go before a coordinate is 0 or 1."""
    moves = np.abs(way) > NOTHING
    room = np.where(way > 0, 1 - at, at)
    return float((room[moves] / np.abs(way[moves])).min())
