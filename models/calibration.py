"""From a score to a probability, and whether that probability may be shown.

The map is learnt from scores that every candidate gave to campaigns it had not seen. A straight line in log-odds (Platt 1999) until there are a thousand
answers; above, any rising curve (isotonic; Niculescu-Mizil and Caruana 2005 found it to need about that many). It is shown only when it holds on the random
arm, the only visits that were not chosen: predicted from the other campaigns, the mean lies within the interval of what was found there, and the slope of what
was found on what was predicted has an interval that holds 1 and lies above 0.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.special import expit, logit
from sklearn.isotonic import IsotonicRegression
from sklearn.linear_model import LogisticRegression

from features.intervals import Z, wilson
from models.candidate import Bools, Floats
from models.figures import Placed

ISOTONIC_FROM = 1000
MIN_RANDOM, MIN_FOUND = 60, 10
"""Answers of the random arm, and isolated among them, below which nothing can be held against a probability."""
NEAREST, FURTHEST = 0.01, 0.99


@dataclass(frozen=True, kw_only=True)
class Calibration:
    """``points``: (score, probability), rising; between them a line, outside the end's value. ``holds``: whether it may be shown, ``why`` in words of ``VERDICTS``.
    ``predicted`` and ``found``: mean and share on the random arm, ``random``: its answers; ``slope``: interval there. NaN where they do not exist."""

    kind: str
    points: tuple[tuple[float, float], ...]
    holds: bool
    why: str
    random: int
    predicted: float
    found: float
    slope: tuple[float, float]

    def probability(self, scores: Floats) -> Floats:
        """In [0, 1]; NaN everywhere when it does not hold."""
        if not self.holds:
            return np.full(len(scores), np.nan)
        at, share = (np.array([p[i] for p in self.points]) for i in (0, 1))
        shares: Floats = np.interp(scores, at, share)
        return shares

    def as_json(self) -> dict[str, object]:
        """As written to ``duel.json`` and beside a frozen model."""
        figures = {
            "predicted": self.predicted,
            "found": self.found,
            "slope_low": self.slope[0],
            "slope_high": self.slope[1],
        }
        shown = {name: None if np.isnan(v) else round(v, 4) for name, v in figures.items()}
        points = [[round(x, 6), round(p, 6)] for x, p in self.points]
        return {
            "kind": self.kind,
            "holds": self.holds,
            "why": self.why,
            "random_visits": self.random,
            **shown,
            "points": points,
        }


VERDICTS = (
    "no probability: a rule tells only yes and no",
    "no probability: too few answers of the random arm to check it",
    "no probability: on the random arm it does not hold",
    "the probability holds on the random arm",
)
RULE, FEW, FAILS, HOLDS = VERDICTS


def calibrated(tested: Placed, is_random: Bools, weight: Floats) -> Calibration:
    """``tested``: the candidate on the test campaigns; ``is_random``, ``weight``: row for row."""
    if len(np.unique(np.round(tested.score, 9))) <= 2:
        return _without("none", RULE)
    kind = "isotonic" if len(tested.outcome) >= ISOTONIC_FROM else "logistic"
    points = _points(_fitted(kind, tested.score, tested.outcome, weight), tested.score)
    random = tested.outcome[is_random]
    if len(random) < MIN_RANDOM or random.sum() < MIN_FOUND or not _each_can_be_learnt(tested):
        return _without(kind, FEW, points, len(random))
    predicted = of_other_campaigns(kind, tested, weight)[is_random]
    low, high = _slope(predicted, random)
    interval = wilson(float(random.sum()), float(len(random)))
    holds = interval.low <= predicted.mean() <= interval.high and 0 < low <= 1 <= high
    return Calibration(
        kind=kind,
        points=points,
        holds=bool(holds),
        why=HOLDS if holds else FAILS,
        random=len(random),
        predicted=float(predicted.mean()),
        found=float(random.mean()),
        slope=(low, high),
    )


def _each_can_be_learnt(tested: Placed) -> bool:
    """Whether beside each campaign the others hold both outcomes: what they teach is what it is checked with."""
    return all(len(np.unique(tested.outcome[tested.fold != fold])) == 2 for fold in np.unique(tested.fold))


def read(text: str) -> Calibration:
    """From the JSON of ``as_json``."""
    content = json.loads(text)
    nan = float("nan")
    return Calibration(
        kind=content["kind"],
        points=tuple((float(x), float(p)) for x, p in content["points"]),
        holds=content["holds"],
        why=content["why"],
        random=content["random_visits"],
        predicted=nan if content["predicted"] is None else content["predicted"],
        found=nan if content["found"] is None else content["found"],
        slope=(
            nan if content["slope_low"] is None else content["slope_low"],
            nan if content["slope_high"] is None else content["slope_high"],
        ),
    )


def _without(
    kind: str, why: str, points: tuple[tuple[float, float], ...] = (), random: int = 0
) -> Calibration:
    nan = float("nan")
    return Calibration(
        kind=kind,
        points=points,
        holds=False,
        why=why,
        random=random,
        predicted=nan,
        found=nan,
        slope=(nan, nan),
    )


def of_a_rule() -> Calibration:
    """Where a rule ranks, whatever was tested."""
    return _without("none", RULE)


def none_learnt() -> Calibration:
    """Where no campaign could be tested."""
    return _without("none", FEW)


Map = Callable[[Floats], Floats]
"""Scores → shares in [0, 1]."""


def _fitted(kind: str, score: Floats, outcome: Bools, weight: Floats) -> Map:
    if kind == "isotonic":
        curve = IsotonicRegression(y_min=NEAREST, y_max=FURTHEST, out_of_bounds="clip")
        curve.fit(score, outcome.astype(float), sample_weight=weight)
        return lambda asked: np.asarray(curve.predict(asked), dtype=np.float64)
    line = LogisticRegression(C=np.inf, max_iter=1000)
    line.fit(score.reshape(-1, 1), outcome, sample_weight=weight)
    slope, intercept = float(line.coef_[0, 0]), float(line.intercept_[0])
    return lambda asked: np.clip(np.asarray(expit(intercept + slope * asked)), NEAREST, FURTHEST)


def _points(model: Map, score: Floats) -> tuple[tuple[float, float], ...]:
    """The map at a hundred quantiles of the scores; never falling."""
    at = np.unique(np.quantile(score, np.linspace(0, 1, 101)))
    share = np.maximum.accumulate(model(at))
    return tuple((float(x), float(p)) for x, p in zip(at, share, strict=True))


def of_other_campaigns(kind: str, tested: Placed, weight: Floats) -> Floats:
    """Each campaign's probabilities by the map that the others teach."""
    predicted = np.zeros(len(tested.outcome))
    for fold in np.unique(tested.fold):
        here = tested.fold == fold
        model = _fitted(kind, tested.score[~here], tested.outcome[~here], weight[~here])
        predicted[here] = model(tested.score[here])
    return predicted


def _slope(predicted: Floats, outcome: Bools) -> tuple[float, float]:
    """95 % interval of the slope of what was found on the predicted log-odds, from the curvature at the most likely line (Cox 1958); NaN where all
    predictions are alike."""
    x = logit(np.clip(predicted, NEAREST, FURTHEST))
    if np.ptp(x) < 1e-6:
        return float("nan"), float("nan")
    line = LogisticRegression(C=np.inf, max_iter=1000).fit(x.reshape(-1, 1), outcome)
    slope, share = float(line.coef_[0, 0]), line.predict_proba(x.reshape(-1, 1))[:, 1]
    design = np.column_stack([np.ones(len(x)), x])
    error = float(np.sqrt(np.linalg.inv((design * (share * (1 - share))[:, None]).T @ design)[1, 1]))
    return slope - Z * error, slope + Z * error
