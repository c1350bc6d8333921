"""The other target: how many lonely households a ranking that looks for isolated ones calls first. It is reported and decides nothing.

Isolated (no living network) and lonely (UCLA-3 of 6 or more) are two things: many are one without the other.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from models import figures
from models.campaigns import Ranked
from models.duel import MIN_TEST_LABELS, MIN_TEST_POSITIVES
from models.metrics import Estimate

REPORTED = ("precision", "lift", "auc")


@dataclass(frozen=True, kw_only=True)
class Lonely:
    """``labels``: tested households that answered the three questions, ``positives``: lonely among them; ``both``: isolated and lonely. ``candidates``: name →
    figure → estimate over those who answered, at the places that the ranking gave them; empty where too few answered."""

    labels: int
    positives: int
    both: int
    candidates: dict[str, dict[str, Estimate]]

    def as_json(self) -> dict[str, object]:
        """As written to ``duel.json``."""
        told = {n: {f: e.rounded() for f, e in of.items()} for n, of in self.candidates.items()}
        counts = {"test_labels": self.labels, "test_positives": self.positives, "isolated_too": self.both}
        return {**counts, "candidates": told}


def on_lonely(ranked: Sequence[Ranked], lonely: pd.Series, seed: int) -> Lonely:
    """``lonely``: row for row of what ``ranked`` was tested on; missing: not answered."""
    is_told = lonely.notna().to_numpy(dtype=bool)
    outcome = lonely.astype("boolean").fillna(False).to_numpy(dtype=bool)
    labels, positives = int(is_told.sum()), int(outcome.sum())
    isolated = ranked[0].tested.outcome if ranked else np.zeros(len(outcome), dtype=bool)
    found: dict[str, dict[str, Estimate]] = {}
    if labels >= MIN_TEST_LABELS and positives >= MIN_TEST_POSITIVES:
        weights = figures.resampled(is_told.astype(np.float64), seed)
        for one in ranked:
            tested = replace(one.tested, outcome=outcome)
            found[one.name] = {n: figures.estimated(figures.FIGURES[n](tested, weights)) for n in REPORTED}
    return Lonely(labels=labels, positives=positives, both=int((outcome & isolated).sum()), candidates=found)
