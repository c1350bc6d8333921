"""A search with a small, declared budget inside the past: a few configurations of one candidate. The usual one stands unless another is better by
more than one standard error; the chosen one is fitted on all of the past.

Judged by the weighted log-loss of rows that the configuration was not fitted on. It uses every row and stays defined where a fold holds few
isolated households, so that it is steadier than an area under the curve; a share that is wrong costs, too.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt
import pandas as pd
from sklearn.model_selection import StratifiedKFold

from features.factor import Factor
from models import boosting
from models.boosting import SMALL, STUMPS, WIDE, Boosting, log_loss, mean_and_error
from models.candidate import Bools, Candidate, Floats, NotFitted, Scorer, score
from models.logistic import Logistic
from models.sealed import opened, sealed

Rows = npt.NDArray[np.int64]
FOLDS = 4
SEARCH_FROM, SEARCH_POSITIVES = 150, 20
"""Labels, and isolated among them, below which nothing is searched: the default is taken."""
WIDTHS = (0.5, 1.0, 2.0)


@dataclass(frozen=True, kw_only=True)
class Configuration:
    """One way to set a candidate up."""

    label: str
    candidate: Candidate


@dataclass(frozen=True, kw_only=True)
class NestedScorer:
    """The scorer of the chosen configuration; ``tried``: label and log-loss of each, empty when nothing was searched, NaN when it could not be judged."""

    chosen: str
    tried: tuple[tuple[str, float], ...]
    scorer: Scorer

    @property
    def base(self) -> float:
        """The chosen one's."""
        return self.scorer.base

    def contributions(self, matrix: pd.DataFrame) -> pd.DataFrame:
        """The chosen one's."""
        return self.scorer.contributions(matrix)

    def as_text(self) -> str:
        """What was tried, what was chosen, and its text; sealed."""
        losses = {label: None if np.isnan(loss) else loss for label, loss in self.tried}
        head = {"candidate": "nested", "chosen": self.chosen, "tried": losses}
        return sealed({**head, "scorer": opened(self.scorer.as_text())})


@dataclass(frozen=True, kw_only=True)
class Nested:
    """``configurations`` from simple to complex, of which ``default`` is the usual one; of equals the simplest is taken. ``is_ordered``: rows are
    in the order of the past, so that each inner fold is trained on what came before it; else the folds are drawn by ``seed``."""

    name: str
    configurations: tuple[Configuration, ...]
    default: str
    seed: int
    is_ordered: bool

    def fit(self, matrix: pd.DataFrame, outcome: Bools, weight: Floats) -> NestedScorer | NotFitted:
        """The chosen configuration on every row given. Nothing but these rows is seen."""
        outcome = np.asarray(outcome, dtype=np.bool_)
        chosen = self.default
        tried: tuple[tuple[str, float], ...] = ()
        if len(outcome) >= SEARCH_FROM and min(outcome.sum(), (~outcome).sum()) >= SEARCH_POSITIVES:
            chosen, tried = self._searched(matrix, outcome, weight)
        by_label = {c.label: c.candidate for c in self.configurations}
        scorer = by_label[chosen].fit(matrix, outcome, weight)
        if isinstance(scorer, NotFitted):
            return NotFitted(name=self.name, reason=scorer.reason)
        return NestedScorer(chosen=chosen, tried=tried, scorer=scorer)

    def _searched(
        self, matrix: pd.DataFrame, outcome: Bools, weight: Floats
    ) -> tuple[str, tuple[tuple[str, float], ...]]:
        folds = list(inner_folds(outcome, self.seed, is_ordered=self.is_ordered))
        case = np.concatenate([weight[test] for _, test in folds])
        losses = self._losses(matrix, outcome, weight, folds)
        means = {label: float(np.average(loss, weights=case)) for label, loss in losses.items()}
        usual = losses[self.default]
        better = [label for label, loss in losses.items() if _is_better(usual - loss, case)]
        chosen = min(better, key=means.__getitem__, default=self.default)
        return chosen, tuple(means.items())

    def _losses(
        self, matrix: pd.DataFrame, outcome: Bools, weight: Floats, folds: Sequence[tuple[Rows, Rows]]
    ) -> dict[str, Floats]:
        """By configuration, the log-loss of every row set aside; NaN throughout where it cannot be fitted without it."""
        candidates = [c.candidate for c in self.configurations]
        parts = []
        for train, test in folds:
            scorers = boosting.together(candidates, matrix.iloc[train], outcome[train], weight[train])
            parts.append([_loss(scorer, matrix.iloc[test], outcome[test]) for scorer in scorers])
        every = [np.concatenate(mine) for mine in zip(*parts, strict=True)]
        losses = [np.full(len(mine), np.nan) if np.isnan(mine).any() else mine for mine in every]
        return {c.label: mine for c, mine in zip(self.configurations, losses, strict=True)}


def _loss(scorer: Scorer | NotFitted, matrix: pd.DataFrame, outcome: Bools) -> Floats:
    if isinstance(scorer, NotFitted):
        return np.full(len(outcome), np.nan)
    return log_loss(outcome, score(scorer, matrix))


def _is_better(gain: Floats, case: Floats) -> bool:
    mean, error = mean_and_error(gain, case)
    return mean > error


def inner_folds(
    outcome: Bools, seed: int, *, is_ordered: bool, folds: int = FOLDS
) -> Iterator[tuple[Rows, Rows]]:
    """(train, test) positions. Ordered: the second half of the past in ``folds`` stretches, each judged by what came before it.
    Else each row is judged once, the isolated spread evenly over the folds."""
    n = len(outcome)
    if is_ordered:
        cuts = np.linspace(n // 2, n, folds + 1).astype(int)
        for start, end in pairwise(cuts):
            yield np.arange(start), np.arange(start, end)
    else:
        drawn = StratifiedKFold(folds, shuffle=True, random_state=seed)
        yield from drawn.split(np.zeros(n), outcome)


def nested_logistic(factors: tuple[Factor, ...], *, seed: int, is_ordered: bool) -> Nested:
    """How far labels may move the points: half, once or twice the standard errors of the priors."""
    tried = tuple(
        Configuration(label=f"width {w:g}", candidate=Logistic(factors=factors, width=w)) for w in WIDTHS
    )
    return Nested(name="logistic", configurations=tried, default="width 1", seed=seed, is_ordered=is_ordered)


def nested_boosting(factors: tuple[Factor, ...], *, seed: int, is_ordered: bool) -> Nested:
    """The trees' shape: factor by factor, small, or a little larger."""
    shapes = {"stumps": STUMPS, "small": SMALL, "wide": WIDE}
    tried = tuple(
        Configuration(label=label, candidate=Boosting(factors=factors, seed=seed, shape=shape))
        for label, shape in shapes.items()
    )
    return Nested(name="lightgbm", configurations=tried, default="small", seed=seed, is_ordered=is_ordered)
