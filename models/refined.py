"""``rule_80_plus_by_points``: the plan's own rule, with the households that it holds equal in the order of the points instead of by lot.

A rule leaves hundreds of households equal, of which a lot takes the first. A visit that was made by the rule tells directly whether their order matters, so that a few
hundred answers can decide between the two; other models differ from the rule mostly where nobody has been.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from features.factor import Factor
from models.candidate import ORDERED, Bools, Floats
from models.points import Points, PointsScorer, prior_log_odds
from models.rules import EIGHTY_PLUS, Rule, RuleScorer
from models.sealed import opened, sealed


def lead(factors: Sequence[Factor]) -> int:
    """More than the points of two households can differ by: whoever the rule calls stands before everybody else."""
    return math.floor(sum(abs(prior_log_odds(f)) for f in factors)) + 1


@dataclass(frozen=True, kw_only=True)
class RefinedScorer:
    """The points, and the ``lead`` on the factors by which the rule holds: where it does, the score is no log-odds any more, but an order."""

    name: str
    rule: RuleScorer
    points: PointsScorer

    @property
    def base(self) -> float:
        """The points'."""
        return self.points.base

    def contributions(self, matrix: pd.DataFrame) -> pd.DataFrame:
        """Points and lead of each factor together."""
        points = self.points.contributions(matrix)
        ahead = self.rule.contributions(matrix) * lead(self.points.factors)
        names = list(dict.fromkeys((*points.columns, *ahead.columns)))
        return points.reindex(columns=names, fill_value=0.0) + ahead.reindex(columns=names, fill_value=0.0)

    def as_text(self) -> str:
        """The rule and the table of points, sealed."""
        parts = {"rule": opened(self.rule.as_text()), "points": opened(self.points.as_text())}
        return sealed({"candidate": self.name, "lead": lead(self.points.factors), **parts})


@dataclass(frozen=True, kw_only=True)
class Refined:
    """Learns nothing: neither of its two parts does."""

    by: Points
    rule: Rule = EIGHTY_PLUS
    name: str = ORDERED

    def fit(self, matrix: pd.DataFrame, outcome: Bools, weight: Floats) -> RefinedScorer:
        """The same for any past."""
        past = (matrix, outcome, weight)
        return RefinedScorer(name=self.name, rule=self.rule.fit(*past), points=self.by.fit(*past))
