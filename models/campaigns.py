"""Every candidate over the same test campaigns: fitted on the past of each, ranked, the first k marked."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from models import metrics
from models.candidate import Bools, Candidate, Floats, NotFitted, lots, ranking, score
from models.splits import Fold

SHARE_OF_CAMPAIGN = 5
K_RULE = (
    "k = the smaller of the capacity and a fifth of the visited households of each test campaign: outcomes exist only for "
    "visited households, so they stand for the town"
)


@dataclass(frozen=True, kw_only=True)
class Ranked:
    """One candidate over all test rows: score, chosen at k, and the fold of each row."""

    name: str
    score: Floats
    order_share: Floats
    chosen: Bools
    per_fold: tuple[tuple[date, int, int, int, float, float], ...]


def over_campaigns(
    candidates: Sequence[Candidate],
    matrix: pd.DataFrame,
    labels: pd.DataFrame,
    outcome: Bools,
    folds: Sequence[Fold],
    capacity: int,
    seed: int,
) -> tuple[list[Ranked], tuple[NotFitted, ...]]:
    ranked, absent = [], []
    past = np.argsort(labels["visited_on"].to_numpy(), kind="stable")
    for candidate in candidates:
        result = _over_folds(candidate, matrix, labels, outcome, folds, past, capacity, seed)
        if isinstance(result, NotFitted):
            absent.append(result)
        else:
            ranked.append(result)
    return ranked, tuple(absent)


def _over_folds(
    candidate: Candidate,
    matrix: pd.DataFrame,
    labels: pd.DataFrame,
    outcome: Bools,
    folds: Sequence[Fold],
    past: np.ndarray,
    capacity: int,
    seed: int,
) -> Ranked | NotFitted:
    tested: list[Tested] = []
    for fold in folds:
        train = past[fold.train[past]]
        scorer = candidate.fit(matrix.iloc[train], outcome[train], np.ones(len(train)))
        if isinstance(scorer, NotFitted):
            return NotFitted(name=scorer.name, reason=f"at origin {fold.origin}: {scorer.reason}")
        test = np.flatnonzero(fold.test)
        lot = lots(labels["household_id"].iloc[test], seed)
        tested.append(_tested(fold, score(scorer, matrix.iloc[test]), lot, outcome[test], capacity))
    if not tested:
        return NotFitted(name=candidate.name, reason="no test campaign")
    return Ranked(
        name=candidate.name,
        score=np.concatenate([t.score for t in tested]),
        order_share=np.concatenate([t.order_share for t in tested]),
        chosen=np.concatenate([t.chosen for t in tested]),
        per_fold=tuple(t.figures for t in tested),
    )


@dataclass(frozen=True, kw_only=True)
class Tested:
    """One candidate on one test campaign, row for row; ``figures`` as in ``Ranked.per_fold``."""

    score: Floats
    order_share: Floats
    chosen: Bools
    figures: tuple[date, int, int, int, float, float]


def _tested(fold: Fold, marks: Floats, lot: Floats, y: Bools, capacity: int) -> Tested:
    order = ranking(marks, lot)
    k = min(capacity, math.ceil(len(y) / SHARE_OF_CAMPAIGN))
    first = metrics.top(order, k)
    ones = np.ones(len(y))
    found = (metrics.precision(y, first, ones), metrics.auc(y, marks, ones))
    return Tested(
        score=marks,
        order_share=np.argsort(order) / len(order),
        chosen=first,
        figures=(fold.origin, len(y), int(y.sum()), k, *found),
    )
