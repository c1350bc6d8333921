"""The rules that a model must beat: what a city would do without one."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from models.candidate import Bools, Floats
from models.sealed import sealed


@dataclass(frozen=True, kw_only=True)
class Condition:
    """One factor at or above a threshold."""

    factor: str
    at_least: float


@dataclass(frozen=True, kw_only=True)
class RuleScorer:
    """1 when one condition of every group holds, else 0; the point is shared evenly among the groups' factors."""

    name: str
    groups: tuple[tuple[Condition, ...], ...]
    base: float = 0.0

    def contributions(self, matrix: pd.DataFrame) -> pd.DataFrame:
        """Zero everywhere when the rule does not hold."""
        result = pd.DataFrame(
            0.0, index=matrix.index, columns=[c.factor for group in self.groups for c in group]
        )
        held = [
            [matrix[c.factor] >= c.at_least for c in group if c.factor in matrix] for group in self.groups
        ]
        every = pd.Series(bool(self.groups), index=matrix.index)
        for group in held:
            every &= pd.concat(group, axis=1).any(axis=1) if group else False
        for conditions, group in zip(self.groups, held, strict=True):
            free = every.copy()
            for condition, holds in zip([c for c in conditions if c.factor in matrix], group, strict=True):
                result.loc[free & holds, condition.factor] = 1.0 / len(self.groups)
                free &= ~holds
        return result

    def as_text(self) -> str:
        """The rule in words of the catalogue, sealed."""
        groups = [[f"{c.factor} >= {c.at_least:g}" for c in group] for group in self.groups]
        return sealed({"candidate": self.name, "all_of": [{"any_of": g} for g in groups]})


@dataclass(frozen=True, kw_only=True)
class Rule:
    """A rule learns nothing."""

    name: str
    groups: tuple[tuple[Condition, ...], ...]

    def fit(self, matrix: pd.DataFrame, outcome: Bools, weight: Floats) -> RuleScorer:
        """The same for any past."""
        return RuleScorer(name=self.name, groups=self.groups)


RANDOM = Rule(name="random", groups=())
"""No condition: everybody ties, and the lot decides."""

EIGHTY_PLUS = Rule(name="rule_80_plus", groups=((Condition(factor="oldest_age", at_least=80),),))
"""The plan's own first campaign."""

SEVENTY_FIVE_ALONE = Rule(
    name="rule_75_alone",
    groups=(
        (Condition(factor="oldest_age", at_least=75),),
        (
            Condition(factor="lives_alone_known", at_least=1),
            Condition(factor="one_adult_known", at_least=1),
        ),
    ),
)
"""Madrid's rule."""

RULES = (EIGHTY_PLUS, SEVENTY_FIVE_ALONE)
