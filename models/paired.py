"""Many differences on the same households: intervals that hold together, and what each tells.

All intervals of one call hold together, since the largest of all studentised deviations over the bootstrap draws sets their width (J. P. Romano and M. Wolf, *Stepwise multiple
testing as formalized data snooping*, Econometrica 73 (2005), its single step): of twenty reports about one holds a difference that is only chance.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np

from models.candidate import Floats
from models.metrics import Estimate

Verdict = Literal["more", "fewer", "as many", "cannot be told"]
MOST_ANSWERS = 10_000
"""No town will have so many answers."""


@dataclass(frozen=True, kw_only=True)
class Change:
    """A difference against the ranking as it is; ``more_answers``: until it could be told, were everything else to stay: 0 when it is, None when more than
    ``MOST_ANSWERS`` were needed."""

    by: Estimate
    verdict: Verdict
    more_answers: int | None


def together(differences: Floats) -> list[Estimate]:
    """Draws x differences of shares (row 0: observed) → each with an interval; all intervals hold together 95 times in 100.
    A draw in which a difference does not exist (NaN) says nothing of it."""
    drawn, value = differences[1:], differences[0]
    error = np.nanstd(drawn, axis=0) if len(drawn) else np.full(len(value), np.nan)
    moves = error > 0
    far = np.abs(drawn[:, moves] - value[moves]) / error[moves] if len(drawn) else np.zeros((0, 0))
    reach = float(np.quantile(np.nan_to_num(far).max(axis=1), 0.95)) if far.size else 0.0
    return [
        Estimate(value=float(v), low=max(-1.0, float(v - reach * e)), high=min(1.0, float(v + reach * e)))
        for v, e in zip(value, error, strict=True)
    ]


def changed(by: Estimate, *, few: float, most: float, answers: int, evidence: float) -> Change:
    """``few``: a difference that counts as none; ``most``: it cannot be more, whatever is found; ``evidence``: what there is of what it takes at least. The interval narrows with the root
    of the ``answers``; they are enough when it shows a direction, or that the difference counts as none."""
    verdict = "as many" if most <= few else _verdict(by, few) if evidence >= 1 else "cannot be told"
    if verdict != "cannot be told":
        return Change(by=by, verdict=verdict, more_answers=0)
    width, wanted = (by.high - by.low) / 2, max(abs(by.value), few - abs(by.value))
    more = max(1, math.ceil(answers * (max((width / wanted) ** 2, 1 / evidence) - 1)))
    return Change(by=by, verdict="cannot be told", more_answers=more if more <= MOST_ANSWERS else None)


def _verdict(by: Estimate, few: float) -> Verdict:
    if -few <= by.low and by.high <= few:
        return "as many"
    if by.low > 0 or by.high < 0:
        return "more" if by.low > 0 else "fewer"
    return "cannot be told"
