"""The duel: every candidate on the same campaigns, and the champion who makes the list. Beat the rules, or step aside."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from features.audit_groups import GROUPS
from models import figures, standings
from models.campaigns import K_RULE, Past, Ranked, over_campaigns, tested_rows
from models.candidate import ORDERED, RULES, Bools, Candidate, Floats, NotFitted
from models.harm import BAND, MIN_GROUP, does_harm
from models.metrics import Estimate
from models.splits import Fold
from models.standings import Standing

ORDER = (
    "rule_80_plus",
    "rule_75_alone",
    "neighbourhood",
    "age_uk",
    ORDERED,
    "points",
    "logistic",
    "lightgbm",
    "average",
)
"""From simple to complex; ``random`` takes part to be beaten and never wins."""
IN_ORDER = (RULES[0], ORDERED)
SUSPICIOUS_AUC, SUSPICIOUS_FACTOR = 0.85, 0.80
MIN_TEST_LABELS, MIN_TEST_POSITIVES = 60, 15


@dataclass(frozen=True, kw_only=True)
class Suspect:
    """A candidate, or a single factor, that tells the isolated from the others better than anybody ever has: a leak until shown otherwise."""

    name: str
    auc: float


@dataclass(frozen=True, kw_only=True)
class Contest:
    """A challenger against the reigning one: the paired difference of precision at capacity, plain and weighted; ``worse_off``: audit groups
    (dimension, group) that it would surely miss more often, were no other looked at; ``behind``: a rule that found at least as many as a challenger that
    is none; ``does_harm``: of the rule in order alone, as of ``models.harm``."""

    challenger: str
    reigning: str
    plain: Estimate
    weighted: Estimate
    worse_off: tuple[tuple[str, str], ...]
    behind: str | None = None
    does_harm: bool = False

    @property
    def takes_over(self) -> bool:
        """Won; or it is the reigning rule itself with its equals in order, which stands unless it surely does harm: a lot has even less for it."""
        return self.is_won or ((self.reigning, self.challenger) == IN_ORDER and not self.does_harm)

    @property
    def is_won(self) -> bool:
        """Surely better on those visited, not surely worse when each stands for whom it stands for in town, and no audit group is worse off."""
        not_worse = np.isnan(self.weighted.high) or self.weighted.high > 0
        return self.plain.low > 0 and bool(not_worse) and not self.worse_off and self.behind is None

    def as_json(self) -> dict[str, object]:
        """As written to ``duel.json``."""
        return {
            "challenger": self.challenger,
            "reigning": self.reigning,
            "precision_difference": self.plain.rounded(),
            "precision_difference_weighted": self.weighted.rounded(),
            "behind": self.behind,
            "worse_off": [f"{dimension}: {group}" for dimension, group in self.worse_off],
            "does_harm": self.does_harm,
            "won": self.is_won,
            "takes_over": self.takes_over,
        }


@dataclass(frozen=True, kw_only=True)
class Duel:
    """The outcome. ``beats_rules`` is None when labels were too few to judge. ``tested``: positions in the past of the tested rows, in the order of
    ``Ranked.tested``; ``ranked`` holds every candidate's scores there."""

    champion: str
    why: str
    beats_rules: bool | None
    best_rule: str
    labels: int
    positives: int
    effective: float
    standings: tuple[Standing, ...]
    contests: tuple[Contest, ...]
    absent: tuple[NotFitted, ...]
    suspicious: tuple[Suspect, ...]
    rows: np.ndarray
    ranked: tuple[Ranked, ...]

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
            "test_effective": round(self.effective, 1),
            "suspicious": {s.name: round(s.auc, 4) for s in self.suspicious},
            "not_judged": {a.name: a.reason for a in self.absent},
            "contests": [c.as_json() for c in self.contests],
            "candidates": {s.name: s.as_json() for s in self.standings},
        }


def duel(
    candidates: Sequence[Candidate], past: Past, folds: Sequence[Fold], *, capacity: int, seed: int
) -> Duel:
    """Judges every candidate on the campaigns of ``folds`` and names the champion."""
    rows = tested_rows(past, folds)
    outcome = past.isolated[rows]
    ranked, absent = over_campaigns(candidates, past, folds, capacity, seed)
    if len(rows) < MIN_TEST_LABELS or outcome.sum() < MIN_TEST_POSITIVES:
        return _too_few(outcome, rows, absent)
    weight = past.labels["weight"].to_numpy(dtype=float)[rows]
    plain, weighted = figures.resampled(np.ones(len(rows)), seed), figures.resampled(weight, seed)
    groups = past.labels.iloc[rows][list(GROUPS)] if set(GROUPS) <= set(past.labels) else pd.DataFrame()
    contests = _climb(ranked, plain, weighted, groups, seed)
    of_rules = [c for c in contests if c.challenger in RULES]
    rule = next((c.challenger for c in reversed(of_rules) if c.is_won), RULES[0])
    champion = next((c.challenger for c in reversed(contests) if c.takes_over), rule)
    best = next(r for r in ranked if r.name == rule)
    return Duel(
        champion=champion,
        why=_why(champion, contests),
        beats_rules=champion not in RULES and any(c.challenger == champion and c.is_won for c in contests),
        best_rule=best.name,
        labels=len(rows),
        positives=int(outcome.sum()),
        effective=float(weight.sum() ** 2 / (weight**2).sum()),
        standings=tuple(standings.standing(r, best, plain, weighted, capacity) for r in ranked),
        contests=contests,
        absent=absent,
        suspicious=_suspicious(ranked, past, rows),
        rows=rows,
        ranked=tuple(ranked),
    )


def _climb(
    ranked: Sequence[Ranked], plain: Floats, weighted: Floats, groups: pd.DataFrame, seed: int
) -> tuple[Contest, ...]:
    """From the plan's first rule upwards: a more complex candidate takes over only when it wins against the reigning one. The best of several rules is no
    reigning one by being lucky; but no model takes over that is behind one of them. The plan's own rule gives way to itself in order."""
    in_order = sorted((r for r in ranked if r.name in ORDER), key=lambda r: ORDER.index(r.name))
    precisions = {r.name: float(figures.precision(r.tested, plain[:1])[0]) for r in in_order}
    best_rule = max((r for r in in_order if r.name in RULES), key=lambda r: precisions[r.name])
    reigning, contests = in_order[0], []
    for challenger in in_order[1:]:
        contest = Contest(
            challenger=challenger.name,
            reigning=reigning.name,
            plain=_difference(challenger, reigning, plain),
            weighted=_difference(challenger, reigning, weighted),
            worse_off=tuple(_worse_off(challenger, reigning, plain, groups)),
            behind=best_rule.name
            if challenger.name not in RULES and precisions[challenger.name] <= precisions[best_rule.name]
            else None,
            does_harm=(reigning.name, challenger.name) == IN_ORDER
            and does_harm(challenger.tested, reigning.tested, (plain[0], weighted[0]), groups, seed),
        )
        contests.append(contest)
        reigning = challenger if contest.takes_over else reigning
    return tuple(contests)


def _difference(one: Ranked, other: Ranked, weights: Floats) -> Estimate:
    return figures.estimated(
        figures.precision(one.tested, weights) - figures.precision(other.tested, weights)
    )


def _worse_off(
    challenger: Ranked, reigning: Ranked, weights: Floats, groups: pd.DataFrame
) -> list[tuple[str, str]]:
    """Groups of which the challenger's recall at capacity is below the band with the whole interval of the ratio."""
    found, outcome = [], challenger.tested.outcome
    chances = np.column_stack([challenger.tested.chosen(), reigning.tested.chosen()])
    for dimension in groups:
        for group in sorted(groups[dimension].dropna().unique()):
            isolated = outcome & (groups[dimension] == group).to_numpy(dtype=bool)
            if weights[0] @ isolated < MIN_GROUP:
                continue
            now, then = (weights[:, isolated] @ chances[isolated]).T  # of the same isolated households
            ratio = np.divide(now, then, out=np.full(len(now), np.nan), where=then > 0)
            if figures.estimated(ratio).high < BAND:
                found.append((str(dimension), str(group)))
    return found


def _why(champion: str, contests: Sequence[Contest]) -> str:
    won = next((c for c in contests if c.challenger == champion and c.is_won), None)
    blocked = [c.challenger for c in contests if c.plain.low > 0 and not c.is_won]
    also = (
        f"; {', '.join(blocked)} did, but not without harm to a group, to the town or behind a rule"
        if blocked
        else ""
    )
    if champion in RULES or won is None:
        return f"no model was better than {champion} at capacity with its paired interval above zero{also}"
    gain = won.plain
    return f"precision at capacity {gain.value:+.3f} against {won.reigning}, 95 % interval {gain.low:+.3f} to {gain.high:+.3f}, all above zero{also}"


def _suspicious(ranked: Sequence[Ranked], past: Past, rows: np.ndarray) -> tuple[Suspect, ...]:
    """Candidates, and single factors in either direction, no trace ranking last or first."""
    outcome, fold = ranked[0].tested.outcome, ranked[0].tested.fold
    suspects = [Suspect(name=r.name, auc=figures.area(outcome, r.tested.score, fold)) for r in ranked]
    found = [s for s in suspects if s.auc > SUSPICIOUS_AUC]
    for name in past.matrix.columns.difference(["household_id", "as_of", "quartier"], sort=False):
        values = past.matrix[name].to_numpy(dtype=float)[rows]
        ends = (np.nan_to_num(values, nan=-np.inf), np.nan_to_num(-values, nan=-np.inf))
        areas = [figures.area(outcome, v, fold) for v in ends]
        if max(*areas, *(1 - a for a in areas)) > SUSPICIOUS_FACTOR:
            found.append(Suspect(name=str(name), auc=max(*areas, *(1 - a for a in areas))))
    return tuple(found)


def _too_few(tested: Bools, rows: np.ndarray, absent: tuple[NotFitted, ...]) -> Duel:
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
        effective=float(len(tested)),
        standings=(),
        contests=(),
        absent=absent,
        suspicious=(),
        rows=rows,
        ranked=(),
    )
