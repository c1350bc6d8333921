"""The duel: every candidate on the same campaigns, and the champion who makes the list. Beat the rules, or step aside."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd
from sklearn.linear_model import LogisticRegression

from models import metrics
from models.campaigns import K_RULE, Ranked, over_campaigns
from models.candidate import Bools, Candidate, Floats, NotFitted
from models.metrics import Estimate
from models.splits import Fold

ORDER = ("rule_80_plus", "rule_75_alone", "points", "lightgbm")
"""From simple to complex; ``random`` takes part to be beaten and never wins."""
RULES = ("rule_80_plus", "rule_75_alone")
SUSPICIOUS_AUC = 0.85
MIN_TEST_LABELS, MIN_TEST_POSITIVES = 60, 15


@dataclass(frozen=True, kw_only=True)
class Standing:
    """One candidate's figures over all test campaigns; ``per_fold`` holds (origin, labels, positives, k, precision, AUC)."""

    name: str
    figures: dict[str, Estimate]
    difference_to_best_rule: Estimate
    calibration: tuple[float, float] | None
    per_fold: tuple[tuple[date, int, int, int, float, float], ...]


@dataclass(frozen=True, kw_only=True)
class Duel:
    """The outcome. ``beats_rules`` is None when labels were too few to judge."""

    champion: str
    why: str
    beats_rules: bool | None
    best_rule: str
    labels: int
    positives: int
    standings: tuple[Standing, ...]
    absent: tuple[NotFitted, ...]
    suspicious: tuple[str, ...]

    def as_json(self) -> dict[str, object]:
        """As written to ``duel.json``."""
        return {
            "champion": self.champion,
            "why": self.why,
            "beats_rules": self.beats_rules,
            "best_rule": self.best_rule,
            "k_rule": K_RULE,
            "test_labels": self.labels,
            "test_positives": self.positives,
            "suspicious": list(self.suspicious),
            "not_judged": {a.name: a.reason for a in self.absent},
            "candidates": {s.name: _standing_json(s) for s in self.standings},
        }


def duel(
    candidates: Sequence[Candidate],
    matrix: pd.DataFrame,
    labels: pd.DataFrame,
    folds: Sequence[Fold],
    *,
    capacity: int,
    seed: int,
) -> Duel:
    """``matrix`` and ``labels`` row for row: factors as of the day before each visit's list, and ``isolated``, ``household_id``, ``visited_on``."""
    outcome = labels["isolated"].to_numpy(dtype=bool)
    rows = np.concatenate([np.flatnonzero(f.test) for f in folds]) if folds else np.array([], dtype=int)
    ranked, absent = over_campaigns(candidates, matrix, labels, outcome, folds, capacity, seed)
    tested = outcome[rows]
    if len(tested) < MIN_TEST_LABELS or tested.sum() < MIN_TEST_POSITIVES:
        return _too_few(tested, absent)
    best = max(
        (r for r in ranked if r.name in RULES),
        key=lambda r: metrics.precision(tested, r.chosen, np.ones(len(tested))),
    )
    standings = tuple(_standing(r, best, tested, seed) for r in ranked)
    champion, why = _champion(ranked, best, tested, seed)
    return Duel(
        champion=champion,
        why=why,
        beats_rules=champion not in RULES,
        best_rule=best.name,
        labels=len(tested),
        positives=int(tested.sum()),
        standings=standings,
        absent=absent,
        suspicious=tuple(s.name for s in standings if s.figures["auc"].value > SUSPICIOUS_AUC),
    )


def _standing(ranked: Ranked, best: Ranked, outcome: Bools, seed: int) -> Standing:
    return Standing(
        name=ranked.name,
        figures={
            name: metrics.estimate(f, len(outcome), seed) for name, f in _statistics(ranked, outcome).items()
        },
        difference_to_best_rule=_difference(ranked, best, outcome, seed),
        calibration=_calibration(outcome, ranked.score),
        per_fold=ranked.per_fold,
    )


def _statistics(ranked: Ranked, outcome: Bools) -> dict[str, Callable[[np.ndarray], float]]:
    """Each figure as a function of the rows it is computed on, so that they can be drawn again."""
    one = np.ones(len(outcome))
    fold = np.repeat(np.arange(len(ranked.per_fold)), [f[1] for f in ranked.per_fold])
    y, chosen, share, marks = outcome, ranked.chosen, ranked.order_share, ranked.score

    def within_folds(rows: np.ndarray) -> float:
        """AUC over pairs of one campaign: scores of different origins are not compared."""
        parts = [(metrics.auc(y[r], marks[r], one[r]), _pairs(y[r])) for r in _by(fold[rows], rows)]
        usable = [(area, pairs) for area, pairs in parts if pairs > 0]
        total = sum(pairs for _, pairs in usable)
        return sum(area * pairs for area, pairs in usable) / total if total else float("nan")

    return {
        "precision": lambda r: metrics.precision(y[r], chosen[r], one[r]),
        "lift": lambda r: metrics.lift(y[r], chosen[r], one[r]),
        "recall": lambda r: metrics.recall(y[r], chosen[r], one[r]),
        "visits_per_found": lambda r: _inverse(metrics.precision(y[r], chosen[r], one[r])),
        "average_precision": lambda r: metrics.average_precision(
            y[r], np.argsort(share[r], kind="stable"), one[r]
        ),
        "auc": within_folds,
    }


def _by(fold: np.ndarray, rows: np.ndarray) -> list[np.ndarray]:
    return [rows[fold == f] for f in np.unique(fold)]


def _pairs(outcome: Bools) -> int:
    return int(outcome.sum() * (~outcome).sum())


def _inverse(share: float) -> float:
    return 1 / share if share > 0 else float("nan")


def _calibration(outcome: Bools, marks: Floats) -> tuple[float, float] | None:
    """(slope, intercept) of the outcome on the score; 1 and 0 are perfect. None for a rule, whose score is no probability."""
    if len(np.unique(np.round(marks, 9))) <= 2:
        return None
    fitted = LogisticRegression(C=np.inf, max_iter=1000).fit(marks.reshape(-1, 1), outcome)
    return float(fitted.coef_[0, 0]), float(fitted.intercept_[0])


def _champion(ranked: Sequence[Ranked], best_rule: Ranked, outcome: Bools, seed: int) -> tuple[str, str]:
    """Climb from the best rule: a more complex candidate takes over only with its paired interval against the reigning one above zero."""
    reigning, why = (
        best_rule,
        f"no candidate was better than {best_rule.name} at capacity with its paired interval above zero",
    )
    for challenger in sorted(
        (r for r in ranked if r.name in ORDER and r.name not in RULES), key=lambda r: ORDER.index(r.name)
    ):
        gain = _difference(challenger, reigning, outcome, seed)
        if gain.low > 0:
            why = f"precision at capacity {gain.value:+.3f} against {reigning.name}, 95 % interval {gain.low:+.3f} to {gain.high:+.3f}, all above zero"
            reigning = challenger
    return reigning.name, why


def _difference(one: Ranked, other: Ranked, outcome: Bools, seed: int) -> Estimate:
    ones = np.ones(len(outcome))

    def gain(rows: np.ndarray) -> float:
        y, w = outcome[rows], ones[rows]
        return metrics.precision(y, one.chosen[rows], w) - metrics.precision(y, other.chosen[rows], w)

    return metrics.estimate(gain, len(outcome), seed)


def _too_few(tested: Bools, absent: tuple[NotFitted, ...]) -> Duel:
    why = (
        f"{len(tested)} test labels, {int(tested.sum())} positive: too few to judge (at least {MIN_TEST_LABELS} and {MIN_TEST_POSITIVES}); "
        "points need no label and make the list"
    )
    return Duel(
        champion="points",
        why=why,
        beats_rules=None,
        best_rule=RULES[0],
        labels=len(tested),
        positives=int(tested.sum()),
        standings=(),
        absent=absent,
        suspicious=(),
    )


def _standing_json(s: Standing) -> dict[str, object]:
    return {
        **{name: e.rounded() for name, e in s.figures.items()},
        "difference_to_best_rule": s.difference_to_best_rule.rounded(),
        "calibration": None
        if s.calibration is None
        else {"slope": round(s.calibration[0], 3), "intercept": round(s.calibration[1], 3)},
        "folds": [
            {
                "origin": o.isoformat(),
                "labels": n,
                "positives": p,
                "k": k,
                "precision": round(v, 4),
                "auc": None if math.isnan(a) else round(a, 4),
            }
            for o, n, p, k, v, a in s.per_fold
        ],
    }
