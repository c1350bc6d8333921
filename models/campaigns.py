"""Every candidate over the same test campaigns: fitted on the past of each, ranked, the first k called."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from models import figures, weights
from models.average import scores, together
from models.candidate import Bools, Candidate, Floats, NotFitted, Scorer, lots, ranking
from models.figures import Placed
from models.splits import MIN_TEST, MIN_TRAIN, MIN_TRAIN_POSITIVES, Fold

SHARE_OF_CAMPAIGN = 5
K_RULE = (
    "k = the smaller of the capacity and a fifth of the visited households of each test campaign: outcomes exist only for "
    "visited households, so they stand for the town"
)


NO_TEST = f"no test campaign (at least {MIN_TEST} answers in it, and {MIN_TRAIN} with {MIN_TRAIN_POSITIVES} isolated before it)"


@dataclass(frozen=True, kw_only=True)
class Past:
    """What visits told, row for row.

    ``matrix``: factors as of the origin before each visit's list, ``household_id``, ``quartier``; ``labels``: ``household_id``, ``visited_on``, ``isolated`` (null: nobody
    was met, or the answers do not decide), ``weight`` (what a label stands for; NaN without one), ``bras`` and the audit groups.
    """

    matrix: pd.DataFrame
    labels: pd.DataFrame

    @property
    def is_told(self) -> Bools:
        """Rows with an answer."""
        return self.labels["isolated"].notna().to_numpy(dtype=bool)

    @property
    def isolated(self) -> Bools:
        """The answer; False where there is none."""
        return self.labels["isolated"].fillna(False).to_numpy(dtype=bool)


@dataclass(frozen=True, kw_only=True)
class Campaign:
    """One test campaign of one candidate: ``labels`` tested, ``positives``, ``k`` called, ``found`` among them on average over the lots among equal
    scores; ``best`` and ``worst``: found if the lot at the border is kind, or unkind. ``called_unmet`` and ``called``: when those whom nobody met are ranked along, how many of the
    ``called`` they are; ``called_found``: isolated among the others."""

    origin: date
    labels: int
    positives: int
    k: int
    found: float
    best: int
    worst: int
    called: int
    called_found: int
    called_unmet: int
    auc: float


@dataclass(frozen=True, kw_only=True)
class Ranked:
    """One candidate over all test campaigns: ``tested`` row for row of ``rows`` (positions in the past)."""

    name: str
    tested: Placed
    campaigns: tuple[Campaign, ...]


def tested_rows(past: Past, folds: Sequence[Fold]) -> np.ndarray:
    """Positions of the tested households, campaign after campaign."""
    told = past.is_told
    return (
        np.concatenate([np.flatnonzero(f.test & told) for f in folds]) if folds else np.array([], dtype=int)
    )


def over_campaigns(
    candidates: Sequence[Candidate], past: Past, folds: Sequence[Fold], capacity: int, seed: int
) -> tuple[list[Ranked], tuple[NotFitted, ...]]:
    """Every candidate on the same households; who could not be fitted at one origin takes no part."""
    tested: dict[str, list[tuple[Placed, Campaign]]] = {c.name: [] for c in candidates}
    absent = {} if folds else {c.name: NotFitted(name=c.name, reason=NO_TEST) for c in candidates}
    for number, fold in enumerate(folds):
        scorers = together(candidates, *taught(past, fold.train))
        for name, scorer in scorers.items():
            if isinstance(scorer, NotFitted):
                reason = f"at origin {fold.origin}: {scorer.reason}"
                absent.setdefault(name, NotFitted(name=name, reason=reason))
        for name, marks in scores(scorers, past.matrix.iloc[np.flatnonzero(fold.test)]).items():
            tested[name].append(_tested(marks, past, fold, number, capacity, seed))
    return [_ranked(name, parts) for name, parts in tested.items() if name not in absent], tuple(
        absent.values()
    )


def fitted(candidate: Candidate, past: Past, among: Bools) -> Scorer | NotFitted:
    """A candidate that learnt from the answered rows of ``among``, in the order of the visits, each with what it stands for."""
    return candidate.fit(*taught(past, among))


def taught(past: Past, among: Bools) -> tuple[pd.DataFrame, Bools, Floats]:
    """(matrix, isolated, weight); the weights add up to the effective number of these rows."""
    order = np.argsort(past.labels["visited_on"].to_numpy(), kind="stable")
    train = order[(among & past.is_told)[order]]
    weight = past.labels["weight"].to_numpy(dtype=float)[train]
    return past.matrix.iloc[train], past.isolated[train], weights.shared(weight)


def _ranked(name: str, parts: Sequence[tuple[Placed, Campaign]]) -> Ranked:
    columns = ("outcome", "score", "place", "ahead", "equals", "k", "fold")
    joined = {column: np.concatenate([getattr(t, column) for t, _ in parts]) for column in columns}
    return Ranked(name=name, tested=Placed(**joined), campaigns=tuple(c for _, c in parts))


def _tested(
    marks: Floats, past: Past, fold: Fold, number: int, capacity: int, seed: int
) -> tuple[Placed, Campaign]:
    every = np.flatnonzero(fold.test)
    lot = lots(past.labels["household_id"].iloc[every], seed)
    told, y = past.is_told[every], past.isolated[every]
    n = int(told.sum())
    k = min(capacity, math.ceil(n / SHARE_OF_CAMPAIGN))
    tested = _placed(y[told], marks[told], lot[told], k, number)
    called = ranking(marks, lot)[: round(k * len(every) / n)] if n else every[:0]
    best, worst = _by_lot(tested.outcome, tested.score, k)
    return tested, Campaign(
        origin=fold.origin,
        labels=n,
        positives=int(tested.outcome.sum()),
        k=k,
        found=float((tested.outcome * tested.chosen()).sum()),
        best=best,
        worst=worst,
        called=len(called),
        called_found=int((y & told)[called].sum()),
        called_unmet=int((~told)[called].sum()),
        auc=figures.area(tested.outcome, tested.score, tested.fold),
    )


def _placed(outcome: Bools, marks: Floats, lot: Floats, k: int, number: int) -> Placed:
    """Scores are compared at 1e-9, as everywhere."""
    level, equals = np.unique(-np.round(marks, 9), return_inverse=True, return_counts=True)[1:]
    n = len(outcome)
    return Placed(
        outcome=outcome,
        score=marks,
        place=np.argsort(ranking(marks, lot)),
        ahead=(np.cumsum(equals) - equals)[level],
        equals=equals[level],
        k=np.full(n, k),
        fold=np.full(n, number),
    )


def _by_lot(outcome: Bools, marks: Floats, k: int) -> tuple[int, int]:
    """(most, fewest) isolated among the first k over all orders of equal scores."""
    rounded = np.round(marks, 9)
    border = np.sort(rounded)[::-1][k - 1] if k else np.inf
    above, level = rounded > border, rounded == border
    seats, tied, positive = k - int(above.sum()), int(level.sum()), int(outcome[level].sum())
    sure = int(outcome[above].sum())
    return sure + min(seats, positive), sure + max(0, seats - (tied - positive))
