"""How likely is it that somebody is still there? A logistic model of the evidence, pulled towards the declared rates, corrected by past visits.

Visits are not a random sample: old people of the roll, street by street, and a small draw. What chose them (age, roll, address, mail) is
evidence in the model, so the chance given the evidence is estimated without weights; kinds of evidence that no visit met keep their
declared rate. An alert is evidence of its own, which covers the visits that it caused.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.special import expit

from features.presence_evidence import EVIDENCE, HAZARD, INTERCEPT
from features.presence_rates import (
    FLAT_NOT_FOUND,
    GONE_NOT_FOUND,
    NOTICE,
    SHORTEST_YEARS,
    WITHIN_TOWN,
    YEARS_UNSEEN,
    rates,
    unnoticed,
)
from features.presence_signs import SAYS_THERE

Floats = npt.NDArray[np.float64]
NAMES = ("intercept", "hazard", *(e.name for e in EVIDENCE))
PRIORS = (INTERCEPT, HAZARD, *(e.prior for e in EVIDENCE))
CENTRE = np.array([p.log_odds for p in PRIORS])
PRECISION = np.array([p.standard_error for p in PRIORS]) ** -2.0
STEPS, ROUNDS, CLOSE = 50, 4, 1e-9
EXTREME = 6.0
"""Log-odds of having left are kept within this: nobody is certain."""
THERE_SHARE = 0.97
"""Of the households called present so many shall be there (issue 4): the threshold follows from it."""
EVEN = 0.5
"""Who is more likely gone than not is never called present."""


def design(facts: pd.DataFrame) -> Floats:
    """One row a question, one column a name of ``NAMES``."""
    x = np.ones((len(facts), len(NAMES)), order="F")
    x[:, 1] = hazard(facts)
    for column, evidence in enumerate(EVIDENCE, start=2):
        x[:, column] = facts[evidence.name]
    return x


def hazard(facts: pd.DataFrame) -> Floats:
    """Log-odds of having left unnoticed since the last sign: a move since the place was last seen, a death since the person was."""
    placed = _years(facts, "placed_on")
    alive = np.minimum(_years(facts, "alive_on"), placed)
    mail = facts["is_on_roll"].fillna(False).astype(bool) & facts["returned_on"].isna()
    notice = np.where(mail, NOTICE.roll, NOTICE.otherwise)
    moves, homes, dies = rates(
        facts["age"].to_numpy(np.float64, na_value=np.nan), (facts["sexe"] == "M").to_numpy(bool)
    )
    within, out = unnoticed(placed, notice), unnoticed(alive, notice)
    left = (
        moves * (WITHIN_TOWN * within + (1 - WITHIN_TOWN) * out)
        + homes * out
        + dies * unnoticed(alive, NOTICE.dead)
    )
    return np.clip(np.log(np.expm1(left)), -EXTREME, EXTREME)


def _years(facts: pd.DataFrame, column: str) -> Floats:
    days = (facts["asked_on"] - facts[column]).dt.days.to_numpy(np.float64, na_value=np.nan)
    return np.nan_to_num(np.maximum(days / 365.25, SHORTEST_YEARS), nan=YEARS_UNSEEN)


@dataclass(frozen=True, kw_only=True)
class Belief:
    """The weights, in the order of ``NAMES``, and how surely they are known: their covariance."""

    weights: Floats
    covariance: Floats


DECLARED = Belief(weights=CENTRE, covariance=np.diag(1 / PRECISION))
"""Before any visit."""


def probability(x: Floats, belief: Belief) -> Floats:
    """Of still being there, averaged over what the weights may be (MacKay 1992): the less is known of them, the less sure."""
    spread = ((x @ belief.covariance) * x).sum(axis=1)
    return np.asarray(expit((x @ belief.weights) / np.sqrt(1 + np.pi * spread / 8)))


def fit(x: Floats, visits: pd.DataFrame) -> Belief:
    """What is believed after these visits (``issue``, ``id_logement``), in the order of ``x``; without any, ``DECLARED``.

    Who is not found at a flat without number may be there after all: such a visit counts as absence by its chance, in a few rounds.
    """
    there = np.asarray(visits["issue"].isin(SAYS_THERE), dtype=np.float64)
    unsure = ((visits["issue"] == "INTROUVABLE") & visits["id_logement"].isna()).to_numpy(bool)
    belief = DECLARED
    for _ in range(ROUNDS if unsure.any() else 1):
        p = probability(x[unsure], belief)
        there[unsure] = p * FLAT_NOT_FOUND / (p * FLAT_NOT_FOUND + (1 - p) * GONE_NOT_FOUND)
        belief = most_likely(x, there)
    return belief


def most_likely(x: Floats, there: Floats) -> Belief:
    """Maximum of the logistic likelihood times the Gaussian prior, by Newton's steps, halved until they rise; its curvature gives the covariance."""
    weights = CENTRE.copy()
    for _ in range(STEPS):
        p = expit(x @ weights)
        slope = x.T @ (there - p) - PRECISION * (weights - CENTRE)
        step = np.linalg.solve(_curvature(x, p), slope)
        while _height(x, there, weights + step) < _height(x, there, weights) and np.abs(step).max() > CLOSE:
            step = step / 2
        weights = weights + step
        if np.abs(step).max() <= CLOSE:
            break
    return Belief(
        weights=weights,
        covariance=np.asarray(np.linalg.inv(_curvature(x, expit(x @ weights))), dtype=np.float64),
    )


def _curvature(x: Floats, p: Floats) -> Floats:
    return np.asarray((x * (p * (1 - p))[:, None]).T @ x + np.diag(PRECISION))


def _height(x: Floats, there: Floats, weights: Floats) -> float:
    score = x @ weights
    likely = (there * score - np.logaddexp(0, score)).sum()
    return float(likely - 0.5 * (PRECISION * (weights - CENTRE) ** 2).sum())


@dataclass(frozen=True, kw_only=True)
class Threshold:
    """From which chance that an adult is there on a household is called present, and the share of those that is then expected to be there."""

    at: float
    expected_share: float
    households: int


def threshold(chances: Floats, wanted: float, at_least: int = 0) -> Threshold:
    """``chances``: of each household that one of its adults is there.

    As many as can be, from the surest down, while the mean of their chances reaches ``wanted``: the threshold lies just above
    the first who is not called, and never below ``EVEN``. Equal chances are treated alike. Where fewer than ``at_least`` reach it, the surest so many are
    called, as far as they are more likely there than not: with few registers a city that asked for a list has one, and is told what share to expect.
    """
    falling = np.sort(chances[chances >= EVEN])[::-1]
    means = np.cumsum(falling) / np.arange(1, len(falling) + 1)
    ends = np.flatnonzero(np.append(falling[1:] < falling[:-1], True)[: len(falling)])  # of equals the last
    enough = ends[means[ends] >= wanted]
    count = int(enough[-1]) + 1 if len(enough) else 0
    least = min(at_least, len(falling))
    if count < least:
        count = int(ends[np.searchsorted(ends, least - 1)]) + 1
    if not count:
        return Threshold(at=1.0, expected_share=float("nan"), households=0)
    at = EVEN if count == len(falling) else float(np.nextafter(falling[count], 1.0))
    return Threshold(at=at, expected_share=float(means[count - 1]), households=count)
