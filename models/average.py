"""``average``: the mean of the log-odds of several candidates; their contributions are averaged too, so that it stays explained.

Where labels are few, which of two candidates ranks better cannot be told from them; the mean loses about half of what the wrong choice would.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from models.candidate import Bools, Candidate, Floats, NotFitted, Scorer, scored
from models.sealed import opened, sealed


@dataclass(frozen=True, kw_only=True)
class AverageScorer:
    """Members weigh the same."""

    members: tuple[Scorer, ...]

    @property
    def base(self) -> float:
        """Mean of the members' bases."""
        return sum(m.base for m in self.members) / len(self.members)

    def contributions(self, matrix: pd.DataFrame) -> pd.DataFrame:
        """Mean of the members' contributions; a factor that a member does not use contributes nothing there."""
        return self.mean([m.contributions(matrix) for m in self.members])

    def mean(self, tables: Sequence[pd.DataFrame]) -> pd.DataFrame:
        """From the members' ``contributions`` of the same rows, in their order."""
        names = list(dict.fromkeys(name for table in tables for name in table.columns))
        total = sum(table.reindex(columns=names, fill_value=0.0).to_numpy(dtype=float) for table in tables)
        return pd.DataFrame(total / len(self.members), index=tables[0].index, columns=names)

    def as_text(self) -> str:
        """The members' texts, sealed as one."""
        return sealed({"candidate": "average", "members": [opened(m.as_text()) for m in self.members]})


@dataclass(frozen=True, kw_only=True)
class Average:
    """Fits every member on the same past; not fitted where one of them is not."""

    members: tuple[Candidate, ...]
    name: str = "average"

    def fit(self, matrix: pd.DataFrame, outcome: Bools, weight: Floats) -> AverageScorer | NotFitted:
        """Says which member could not be fitted, and why."""
        return self.of([member.fit(matrix, outcome, weight) for member in self.members])

    def of(self, fitted: Sequence[Scorer | NotFitted]) -> AverageScorer | NotFitted:
        """From the members as they were fitted, in their order."""
        scorers = [s for s in fitted if not isinstance(s, NotFitted)]
        for absent in fitted:
            if isinstance(absent, NotFitted):
                return NotFitted(name=self.name, reason=f"{absent.name}: {absent.reason}")
        return AverageScorer(members=tuple(scorers))


def together(
    candidates: Sequence[Candidate], matrix: pd.DataFrame, outcome: Bools, weight: Floats
) -> dict[str, Scorer | NotFitted]:
    """Every candidate fitted, by name; the members of an average that stand before it are not fitted twice."""
    found: dict[str, Scorer | NotFitted] = {}
    for candidate in candidates:
        if isinstance(candidate, Average) and all(m.name in found for m in candidate.members):
            found[candidate.name] = candidate.of([found[m.name] for m in candidate.members])
        else:
            found[candidate.name] = candidate.fit(matrix, outcome, weight)
    return found


def scores(fitted: Mapping[str, Scorer | NotFitted], matrix: pd.DataFrame) -> dict[str, Floats]:
    """Log-odds by everybody who could be fitted; of an average that is ``fitted`` after its members, from what they have said already."""
    members = {id(m) for s in fitted.values() if isinstance(s, AverageScorer) for m in s.members}
    said: dict[int, pd.DataFrame] = {}
    found: dict[str, Floats] = {}
    for name, scorer in fitted.items():
        if isinstance(scorer, NotFitted):
            continue
        if isinstance(scorer, AverageScorer) and all(id(m) in said for m in scorer.members):
            table = scorer.mean([said[id(m)] for m in scorer.members])
        else:
            table = scorer.contributions(matrix)
        if id(scorer) in members:
            said[id(scorer)] = table
        found[name] = scored(scorer, table)
    return found
