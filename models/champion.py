"""Who ranks, chosen by the labels at hand alone: no test is looked at."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from sklearn.model_selection import StratifiedKFold

from models import metrics
from models.average import together
from models.candidate import Bools, Candidate, Floats, NotFitted, score

PREFERENCE = ("average", "logistic", "points", "lightgbm")
"""The usual one first: the mean of logistic and trees. Which of the two is better cannot be told from a few hundred labels, and their mean is never far
below either; where the trees find nothing it is the logistic, which without labels is the points."""
FOLDS, REPEATS = 5, 2
MIN_POSITIVES = 10
"""Isolated (and others) among the labels below which nothing can be compared: two in each fold."""


def champion(
    candidates: Sequence[Candidate], matrix: pd.DataFrame, outcome: Bools, weight: Floats, *, seed: int
) -> str:
    """The name of one of ``PREFERENCE`` among ``candidates``. Without labels the points.

    The first of ``PREFERENCE`` among them is the usual one: it stands unless another ranks labels that were set aside better by more than one
    standard error. Where it cannot be compared, for want of isolated, it stands, too.
    """
    by_name = {c.name: c for c in candidates if c.name in PREFERENCE}
    if not len(outcome):
        return "points"
    usual = next(n for n in PREFERENCE if n in by_name)
    if min(outcome.sum(), (~outcome).sum()) < MIN_POSITIVES:
        return usual
    areas = _areas(by_name, matrix, outcome, weight, seed)
    best = max(areas, key=lambda n: float(areas[n].mean()))
    if usual not in areas or best == usual:
        return usual
    gain = areas[best] - areas[usual]
    return best if gain.mean() > _error(gain) else usual


def _areas(
    by_name: dict[str, Candidate], matrix: pd.DataFrame, outcome: Bools, weight: Floats, seed: int
) -> dict[str, Floats]:
    """AUC on each fold set aside, for those that could be fitted without it every time."""
    found: dict[str, list[float]] = {n: [] for n in by_name}
    for repeat in range(REPEATS):
        drawn = StratifiedKFold(FOLDS, shuffle=True, random_state=seed * REPEATS + repeat)
        for train, test in drawn.split(np.zeros(len(outcome)), outcome):
            fitted = together(list(by_name.values()), matrix.iloc[train], outcome[train], weight[train])
            for name, scorer in fitted.items():
                if not isinstance(scorer, NotFitted):
                    marks = score(scorer, matrix.iloc[test])
                    found[name].append(metrics.auc(outcome[test], marks, weight[test]))
    return {n: np.array(a) for n, a in found.items() if len(a) == FOLDS * REPEATS}


def _error(gain: Floats) -> float:
    """Standard error of a mean difference over repeated folds, whose training rows overlap: variance × (1 / n + test / train rows)
    (Nadeau and Bengio 2003, Inference for the generalization error, Machine Learning 52)."""
    return float(gain.std(ddof=1) * np.sqrt(1 / len(gain) + 1 / (FOLDS - 1)))
