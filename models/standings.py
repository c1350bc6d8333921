"""One candidate's figures over all test campaigns, each with its interval, plain and weighted, as they stand in ``duel.json``."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
from sklearn.linear_model import LogisticRegression

from models import figures
from models.campaigns import Campaign, Ranked
from models.candidate import Bools, Floats
from models.metrics import Estimate

MORE_VISITS = (0, 10, 20, 50)
"""Visits beyond the capacity at which it is told how many more would be found."""


@dataclass(frozen=True, kw_only=True)
class Standing:
    """``figures`` plain, ``weighted`` with what each household stands for; ``precision_by_lot``: (worst, best) over all orders of equal scores;
    ``precision_bounds``: (low, high) when those who refused or were absent are called too, none or all of them being isolated;
    ``found``: isolated households that a list of the capacity, and of so many more visits, finds."""

    name: str
    figures: dict[str, Estimate]
    weighted: dict[str, Estimate]
    difference_to_best_rule: Estimate
    precision_by_lot: tuple[float, float]
    precision_bounds: tuple[float, float]
    calibration: tuple[float, float] | None
    found: dict[int, Estimate]
    campaigns: tuple[Campaign, ...]

    def as_json(self) -> dict[str, object]:
        """Four digits, null where a figure does not exist."""
        return {
            **{name: e.rounded() for name, e in self.figures.items()},
            "weighted": {name: e.rounded() for name, e in self.weighted.items()},
            "difference_to_best_rule": self.difference_to_best_rule.rounded(),
            "precision_by_lot": _pair("worst", "best", self.precision_by_lot),
            "precision_bounds": _pair("low", "high", self.precision_bounds),
            "calibration": None
            if self.calibration is None
            else _pair("slope", "intercept", self.calibration),
            "found_with_more_visits": {str(more): e.rounded() for more, e in self.found.items()},
            "folds": [_campaign_json(c) for c in self.campaigns],
        }


def standing(ranked: Ranked, best: Ranked, plain: Floats, weighted: Floats, capacity: int) -> Standing:
    """``plain``, ``weighted``: weights as of ``figures.resampled``; ``best``: the best rule."""
    tested = ranked.tested
    difference = figures.precision(tested, plain) - figures.precision(best.tested, plain)
    return Standing(
        name=ranked.name,
        figures={name: figures.estimated(f(tested, plain)) for name, f in figures.FIGURES.items()},
        weighted={name: figures.estimated(f(tested, weighted)) for name, f in figures.FIGURES.items()},
        difference_to_best_rule=figures.estimated(difference),
        precision_by_lot=_by_lot(ranked.campaigns),
        precision_bounds=_bounds(ranked.campaigns),
        calibration=calibration(tested.outcome, tested.score),
        found={more: _found(ranked, plain, capacity, more) for more in MORE_VISITS},
        campaigns=ranked.campaigns,
    )


def _found(ranked: Ranked, weights: Floats, capacity: int, more: int) -> Estimate:
    """Isolated households in a list of the capacity and ``more``: the precision so far down the list, times its length."""
    length = capacity + more
    return figures.estimated(figures.precision(ranked.tested, weights, length / capacity) * length)


def _by_lot(campaigns: tuple[Campaign, ...]) -> tuple[float, float]:
    called = sum(c.k for c in campaigns)
    return sum(c.worst for c in campaigns) / called, sum(c.best for c in campaigns) / called


def _bounds(campaigns: tuple[Campaign, ...]) -> tuple[float, float]:
    called, found = sum(c.called for c in campaigns), sum(c.called_found for c in campaigns)
    unmet = sum(c.called_unmet for c in campaigns)
    return found / called, (found + unmet) / called


def calibration(outcome: Bools, marks: Floats) -> tuple[float, float] | None:
    """(slope, intercept) of the outcome on the score; 1 and 0 are perfect. None for a rule, whose score is no probability."""
    if len(np.unique(np.round(marks, 9))) <= 2:
        return None
    fitted = LogisticRegression(C=np.inf, max_iter=1000).fit(marks.reshape(-1, 1), outcome)
    return float(fitted.coef_[0, 0]), float(fitted.intercept_[0])


def _pair(one: str, other: str, values: tuple[float, float]) -> dict[str, float]:
    return {one: round(values[0], 4), other: round(values[1], 4)}


def _campaign_json(c: Campaign) -> dict[str, object]:
    origin: date = c.origin
    return {
        "origin": origin.isoformat(),
        "labels": c.labels,
        "positives": c.positives,
        "k": c.k,
        "precision": round(c.found / c.k, 4) if c.k else None,
        "auc": None if np.isnan(c.auc) else round(c.auc, 4),
    }
