"""Real people: ranks survey respondents through the candidates and metrics of a run, and lets a champion be chosen without a look at the test."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from features.factor import Factor
from models import metrics
from models.age_uk import AgeUk
from models.average import Average, together
from models.boosting import Boosting
from models.candidate import Bools, Candidate, Floats, NotFitted, lots, ranking, score
from models.champion import champion
from models.logistic import Logistic
from models.neighbourhood import Neighbourhood
from models.points import Points
from models.rules import EIGHTY_PLUS, RANDOM, SEVENTY_FIVE_ALONE
from models.survey_mapping import SurveyMapping, used
from models.weights import shared

SPLITS = 25
LABELS = (0, 200, 500, 1500)
TOP_SHARE = 0.05
MIN_POSITIVES, MIN_TEST = 10, 100
"""Respondents in the target below which nothing is said of it; respondents left for the test below which a number of labels is left out."""
CHAMPION = "champion"
COMBINED = (CHAMPION, "average")
MARGIN = 0.005
"""How far, in AUC, the champion's mean may lie below the best single candidate's."""


@dataclass(frozen=True, kw_only=True)
class Cell:
    """One candidate, target and number of labels: means over the splits in which it took part, with the 2.5-97.5 % range of the splits.

    ``splits``: in how many it took part. ``chosen``: in how many of them it was the champion.
    """

    target: str
    labels: int
    candidate: str
    splits: int
    chosen: int
    respondents: int
    prevalence: float
    auc: metrics.Estimate
    top_precision: metrics.Estimate


@dataclass(frozen=True, kw_only=True)
class Bar:
    """The champion against the single candidate that it is furthest below: mean AUCs over the splits in which that one took part."""

    target: str
    labels: int
    single: str
    splits: int
    auc_single: float
    auc_champion: float

    @property
    def margin(self) -> float:
        """Above 0: the champion is better than every single candidate."""
        return self.auc_champion - self.auc_single

    @property
    def holds(self) -> bool:
        """Not more than 0.005 below."""
        return round(self.margin, 9) >= -MARGIN


@dataclass(frozen=True, kw_only=True)
class LeftOut:
    """What was not run or took no part, and why; ``labels`` is None for a whole target."""

    target: str
    labels: int | None
    what: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class Validation:
    """The whole proof on one survey."""

    cells: tuple[Cell, ...]
    bars: tuple[Bar, ...]
    left_out: tuple[LeftOut, ...]


@dataclass(frozen=True, kw_only=True)
class Split:
    """One split: AUC and precision in the top 5 % of each candidate that took part; who was chosen; who took no part, and why."""

    figures: dict[str, tuple[float, float]]
    chosen: str
    absent: tuple[NotFitted, ...]


def run(
    table: pd.DataFrame, mapping: SurveyMapping, factors: Sequence[Factor], *, seed: int, splits: int = SPLITS
) -> Validation:
    """Every target × number of labels × candidate on the ``respondents``. Labels are drawn at random, the rest is the test; at 0 labels
    everybody is. Training and figures are weighted by the survey weight."""
    of_survey = used(factors, mapping)
    cells: list[Cell] = []
    bars: list[Bar] = []
    left_out: list[LeftOut] = []
    for target in mapping.targets:
        answered = table[table[f"target_{target}"].notna()].reset_index(drop=True)
        obstacle = _too_rare(answered, target)
        if obstacle:
            left_out.append(LeftOut(target=target, labels=None, what="the target", reason=obstacle))
            continue
        for labels in LABELS:
            obstacle = _too_many(answered, target, labels)
            if obstacle:
                what = "this number of labels"
                left_out.append(LeftOut(target=target, labels=labels, what=what, reason=obstacle))
                continue
            found = [_split(answered, target, labels, of_survey, seed, s) for s in range(splits)]
            cells += _cells(answered, target, labels, found)
            bars.append(bar(target, labels, found))
            left_out += _absent(target, labels, found)
    return Validation(cells=tuple(cells), bars=tuple(bars), left_out=tuple(left_out))


def _too_rare(answered: pd.DataFrame, target: str) -> str:
    """Empty when there are enough respondents in the target, and out of it, to say anything."""
    positives = int((answered[f"target_{target}"] > 0).sum())
    if min(positives, len(answered) - positives) >= MIN_POSITIVES:
        return ""
    return f"{len(answered)} answered, {positives} of them in the target; at least {MIN_POSITIVES} in it and {MIN_POSITIVES} out of it are needed"


def _too_many(answered: pd.DataFrame, target: str, labels: int) -> str:
    """Empty when enough respondents are left for the test."""
    left = len(answered) - labels
    positives = (answered[f"target_{target}"] > 0).mean() * left
    if not labels or (left >= MIN_TEST and positives >= MIN_POSITIVES):
        return ""
    return f"of {len(answered)} who answered, fewer than {MIN_TEST} are left for the test, or fewer than {MIN_POSITIVES} in the target"


def candidates(factors: tuple[Factor, ...], seed: int) -> tuple[Candidate, ...]:
    """Everybody who takes part; those of ``models.champion.PREFERENCE`` may become the champion."""
    ruled = (EIGHTY_PLUS, SEVENTY_FIVE_ALONE) if any(f.name == "oldest_age" for f in factors) else ()
    logistic, trees = Logistic(factors=factors), Boosting(factors=factors, seed=seed)
    average = Average(members=(logistic, trees))
    return (RANDOM, *ruled, Neighbourhood(), AgeUk(), Points(factors=factors), logistic, trees, average)


def _split(
    table: pd.DataFrame, target: str, labels: int, factors: tuple[Factor, ...], seed: int, number: int
) -> Split:
    outcome = table[f"target_{target}"].to_numpy(dtype=float) > 0
    weight = table["weight"].to_numpy(dtype=float)
    rng = np.random.default_rng((seed, number, labels))
    order = rng.permutation(len(table)) if labels else np.arange(len(table))
    train, test = order[:labels], order[labels:]
    past, known, share = table.iloc[train], outcome[train], shared(weight[train])
    everybody = candidates(factors, seed + number)
    figures: dict[str, tuple[float, float]] = {}
    fitted = together(everybody, past, known, share)
    lot = lots(table["household_id"].iloc[test], seed + number)
    for name, scorer in fitted.items():
        if not isinstance(scorer, NotFitted):
            marks = score(scorer, table.iloc[test])
            figures[name] = _figures(name, outcome[test], marks, lot, weight[test])
    chosen = champion([c for c in everybody if c.name in figures], past, known, share, seed=seed + number)
    figures[CHAMPION] = figures[chosen]
    absent = tuple(s for s in fitted.values() if isinstance(s, NotFitted))
    return Split(figures=figures, chosen=chosen, absent=absent)


def _figures(name: str, outcome: Bools, marks: Floats, lot: Floats, weight: Floats) -> tuple[float, float]:
    """``random`` is ranked by its lot; of the others, equal scores count half."""
    order = ranking(marks, lot)
    marks = -np.argsort(order).astype(float) if name == RANDOM.name else marks
    top = metrics.top_share(order, weight, TOP_SHARE)
    return metrics.auc(outcome, marks, weight), metrics.precision(outcome, top, weight)


def bar(target: str, labels: int, splits: Sequence[Split]) -> Bar:
    """Compared split by split, since a candidate that needs more labels than some splits hold takes part in the others only. One that took part in
    fewer than half of the splits has no mean worth the name."""
    names = dict.fromkeys(n for s in splits for n in s.figures if n not in COMBINED)
    pairs = {n: [(s.figures[n][0], s.figures[CHAMPION][0]) for s in splits if n in s.figures] for n in names}
    means = {
        n: np.nanmean(np.array(p), axis=0)
        for n, p in pairs.items()
        if 2 * len(p) >= len(splits) and not np.isnan(p).all()
    }
    single = min(means, key=lambda n: float(means[n][1] - means[n][0]))
    return Bar(
        target=target,
        labels=labels,
        single=single,
        splits=len(pairs[single]),
        auc_single=float(means[single][0]),
        auc_champion=float(means[single][1]),
    )


def _cells(table: pd.DataFrame, target: str, labels: int, splits: Sequence[Split]) -> list[Cell]:
    outcome = table[f"target_{target}"].to_numpy(dtype=float) > 0
    weight = table["weight"].to_numpy(dtype=float)
    names = dict.fromkeys(n for s in splits for n in s.figures)
    return [
        Cell(
            target=target,
            labels=labels,
            candidate=name,
            splits=sum(name in s.figures for s in splits),
            chosen=sum(s.chosen == name for s in splits),
            respondents=len(table),
            prevalence=float((weight * outcome).sum() / weight.sum()),
            auc=_range(np.array([s.figures[name][0] for s in splits if name in s.figures])),
            top_precision=_range(np.array([s.figures[name][1] for s in splits if name in s.figures])),
        )
        for name in names
    ]


def _range(figures: Floats) -> metrics.Estimate:
    if np.isnan(figures).all():
        return metrics.Estimate(value=float("nan"), low=float("nan"), high=float("nan"))
    low, high = np.nanquantile(figures, (0.025, 0.975))
    return metrics.Estimate(value=float(np.nanmean(figures)), low=float(low), high=float(high))


def _absent(target: str, labels: int, splits: Sequence[Split]) -> list[LeftOut]:
    """Each candidate once, with the first reason and in how many splits."""
    found: dict[str, list[str]] = {}
    for absent in (a for s in splits for a in s.absent):
        found.setdefault(absent.name, []).append(absent.reason)
    return [
        LeftOut(
            target=target,
            labels=labels,
            what=name,
            reason=f"in {len(reasons)} of {len(splits)} splits: {reasons[0]}",
        )
        for name, reasons in found.items()
    ]
