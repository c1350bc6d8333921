"""What it would cost, and bring, to keep a share of the visits for each group: other ways to fill the same seats, tried on the test campaigns of the duel.

A *way* changes who is called first among the households of a test campaign, never how many. Three are tried for every dimension of the audit groups, and what
the city itself asks for. *Floors* by need or by households: each group has at least its share of the seats, its best first. *Equal recall*: a threshold of its own for
each group, so that of the isolated of every group the same share is called (equality of opportunity: M. Hardt, E. Price and N. Srebro, *Equality of Opportunity in
Supervised Learning*, 2016; ``models.equal_recall``).

All figures are of the same households, so that differences are paired (``models.paired``).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from models import figures
from models.candidate import Bools, Floats
from models.equal_recall import campaigns, equal_recall
from models.figures import Placed
from models.inclusion import seats
from models.metrics import Estimate
from models.paired import Change, changed, together

Way = Literal["need", "households", "recall", "city"]
LEAST_ISOLATED = 11
"""Isolated of a group among the tested, below which nothing is said of its recall."""
LEAST_MOVED, LEAST_TOLD = 15, 30
"""Seats that change hands in all campaigns together, and isolated of a group, below which a difference can be narrow by luck only."""
FEW, FEW_OF_GROUP = 0.03, 0.05
"""A difference of at most 3 found in 100 visits, or of 5 in 100 isolated of a group, counts as none (our own judgement)."""


@dataclass(frozen=True, kw_only=True)
class Floor:
    """The least ``share`` of the seats for a group of a dimension."""

    dimension: str
    group: str
    share: float


@dataclass(frozen=True, kw_only=True)
class Asked:
    """One way to fill the seats. ``dimension``: '' for the city's floors, which may be of several; ``floors`` is empty for equal recall."""

    way: Way
    dimension: str
    floors: tuple[Floor, ...] = ()

    @property
    def dimensions(self) -> frozenset[str]:
        """Those whose groups it is about."""
        return frozenset({floor.dimension for floor in self.floors} or {self.dimension})


@dataclass(frozen=True, kw_only=True)
class Recall:
    """Of the isolated of a group, weighted, the share called ``now`` and by the other way; ``isolated``: how many were tested."""

    dimension: str
    group: str
    isolated: int
    now: float
    then: float
    change: Change


@dataclass(frozen=True, kw_only=True)
class Tried:
    """One way on the test campaigns. ``precision``: isolated among those called; ``found``: expected number of them; ``moved``: share of the seats that
    somebody else has; ``unfilled``: share of the seats that floors asked for in vain, too few of the group having been visited."""

    asked: Asked
    precision: float
    found: float
    moved: float
    unfilled: float
    change: Change
    recalls: tuple[Recall, ...]


@dataclass(frozen=True, kw_only=True)
class Floors:
    """``answers`` tested, ``isolated`` among them, ``seats`` in all ``campaigns``; ``precision`` and ``found`` as the ranking is."""

    answers: int
    isolated: int
    campaigns: int
    seats: int
    precision: float
    found: float
    tried: tuple[Tried, ...]


def floors(tested: Placed, groups: pd.DataFrame, weight: Floats, asked: Sequence[Asked], seed: int) -> Floors:
    """``groups``: a column a dimension, row for row of ``tested``, null = not known; ``weight``: what each stands for. Without a tested row nothing is tried."""
    asked = asked if len(tested.outcome) else ()
    now = tested.chosen()
    ways = [_chosen(tested, groups, weight, one) for one in asked]
    plain, weighted = figures.resampled(np.ones(len(now)), seed), figures.resampled(weight, seed)
    shares = _called(tested.outcome, [now, *ways], plain)
    by = together(shares[:, 1:] - shares[:, :1])
    recalls = _recalls(tested, groups, weighted, [now, *ways], asked)
    tried = [
        _tried(tested, groups, one, way, change, [r for at, r in recalls if at == i])
        for i, (one, way, change) in enumerate(zip(asked, ways, by, strict=True))
    ]
    return Floors(
        answers=len(now),
        isolated=int(tested.outcome.sum()),
        campaigns=len(campaigns(tested)),
        seats=round(now.sum()),
        precision=float(shares[0, 0]),
        found=float(now @ tested.outcome),
        tried=tuple(tried),
    )


def _tried(
    tested: Placed, groups: pd.DataFrame, asked: Asked, way: Floats, by: Estimate, recalls: Sequence[Recall]
) -> Tried:
    now = tested.chosen()
    moved = round(float(np.clip(now - way, 0, None).sum()), 9)
    found, capacity = float(way @ tested.outcome), float(now.sum())
    change = changed(by, few=FEW, most=moved / capacity, answers=len(way), evidence=moved / LEAST_MOVED)
    return Tried(
        asked=asked,
        precision=found / capacity,
        found=found,
        moved=moved / capacity,
        unfilled=_unfilled(tested, groups, asked),
        change=change,
        recalls=tuple(recalls),
    )


def _chosen(tested: Placed, groups: pd.DataFrame, weight: Floats, asked: Asked) -> Floats:
    """The chance of being called first."""
    if asked.way == "recall":
        return equal_recall(tested, groups[asked.dimension], weight)
    return under_floors(tested, groups, asked.floors)


def under_floors(tested: Placed, groups: pd.DataFrame, kept: Sequence[Floor]) -> Floats:
    """The first of each campaign, but that each floor has its share of the seats, as far as the group was visited. Shares are not rounded to whole seats."""
    under = _under(groups, kept)
    sort = np.unique(under, axis=0, return_inverse=True)[1].ravel() if kept else np.zeros(len(under), int)
    share, chance = np.array([floor.share for floor in kept]), np.zeros(len(under))
    for rows in campaigns(tested):
        k = float(tested.k[rows[0]])
        chance[rows] = seats(tested.score[rows], under[rows], sort[rows], share * k, k).chance
    return chance


def _under(groups: pd.DataFrame, kept: Sequence[Floor]) -> Bools:
    columns = [(groups[floor.dimension] == floor.group).to_numpy(dtype=bool) for floor in kept]
    return np.column_stack(columns) if columns else np.zeros((len(groups), 0), dtype=bool)


def _unfilled(tested: Placed, groups: pd.DataFrame, asked: Asked) -> float:
    under, share = _under(groups, asked.floors), np.array([floor.share for floor in asked.floors])
    missing = [
        np.clip(share * tested.k[rows[0]] - under[rows].sum(axis=0), 0, None).sum()
        for rows in campaigns(tested)
    ]
    return float(sum(missing) / sum(tested.k[rows[0]] for rows in campaigns(tested)))


def _called(outcome: Bools, ways: Sequence[Floats], weights: Floats) -> Floats:
    """Precision: draws x ways."""
    chance = np.column_stack(ways)
    return _share(weights @ (outcome[:, None] * chance), weights @ chance)


def _share(part: Floats, whole: Floats) -> Floats:
    share: Floats = np.divide(part, whole, out=np.full(part.shape, np.nan), where=whole > 0)
    return share


@dataclass(frozen=True, kw_only=True)
class _Cell:
    """A group by one way (its position): ``shares`` of its isolated called, draws x (now, then)."""

    way: int
    dimension: str
    group: str
    isolated: int
    shares: Floats
    is_same: bool


def _cells(
    tested: Placed, groups: pd.DataFrame, weights: Floats, ways: Sequence[Floats], asked: Sequence[Asked]
) -> Iterator[_Cell]:
    """Of each way the groups of its dimension; of the city's floors, of the dimensions that these are of."""
    chance = np.column_stack(ways)
    for dimension in groups:
        mine = [i for i, one in enumerate(asked) if dimension in one.dimensions]
        for group in sorted(groups[dimension].dropna().unique()) if mine else ():
            isolated = tested.outcome & (groups[dimension] == group).to_numpy(dtype=bool)
            if isolated.sum() < LEAST_ISOLATED:
                continue
            called = weights @ (isolated[:, None] * chance)
            shares = _share(called, np.broadcast_to((weights @ isolated)[:, None], called.shape))
            for i in mine:
                yield _Cell(
                    way=i,
                    dimension=str(dimension),
                    group=str(group),
                    isolated=int(isolated.sum()),
                    shares=shares[:, [0, 1 + i]],
                    is_same=bool(np.allclose(chance[isolated, 0], chance[isolated, 1 + i], atol=1e-9)),
                )


def _recalls(
    tested: Placed, groups: pd.DataFrame, weights: Floats, ways: Sequence[Floats], asked: Sequence[Asked]
) -> list[tuple[int, Recall]]:
    """(position of the way, recall)."""
    cells = list(_cells(tested, groups, weights, ways, asked))
    by = together(np.column_stack([c.shares[:, 1] - c.shares[:, 0] for c in cells])) if cells else []
    return [
        (
            cell.way,
            Recall(
                dimension=cell.dimension,
                group=cell.group,
                isolated=cell.isolated,
                now=float(cell.shares[0, 0]),
                then=float(cell.shares[0, 1]),
                change=changed(
                    one,
                    few=FEW_OF_GROUP,
                    most=0.0 if cell.is_same else 1.0,
                    answers=len(tested.outcome),
                    evidence=cell.isolated / LEAST_TOLD,
                ),
            ),
        )
        for cell, one in zip(cells, by, strict=True)
    ]


def by_shares(way: Way, dimension: str, shares: pd.Series) -> Asked:
    """Floors of a dimension from what each group (the index) has; they add up to 1. Groups of which it is not known (NaN) have none."""
    known = shares[shares > 0]
    kept = tuple(_floors(dimension, known / known.sum()))
    return Asked(way=way, dimension=dimension, floors=kept)


def _floors(dimension: str, shares: pd.Series) -> Iterator[Floor]:
    for group, share in shares.sort_index().items():
        yield Floor(dimension=dimension, group=str(group), share=float(share))
