"""What the visits of past lists say of everybody whom the lists could have named, with 95 % intervals.

Households of the model arm were all visited, so each stands for itself. Those whom it left out are known through the random arm alone, where
each stands for 1 / p. Alerts, bereavements and the visits to everybody over 80 were chosen in other ways: they are in no figure. A visit that
met nobody is no answer. The figures take those who were met for those who were not, within each arm; the ``bounds`` do not: at one end none
of the unmet is isolated, at the other all are (C. F. Manski, *Nonparametric bounds on treatment effects*, 1990).
"""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, replace
from typing import Literal

import numpy as np
import pandas as pd
from scipy.optimize import brentq

from features.frame import SMALLEST_CELL
from features.intervals import Interval, wilson
from models.candidate import Bools, Floats

Measure = Literal["prevalence", "found_share", "false_omission"]
MODEL, RANDOM = "MODELE", "EXPLORATION"
LEAST_MET: dict[Measure, int] = {"prevalence": 60, "found_share": 100, "false_omission": 60}
"""Random visits that met somebody. With fewer an interval is narrow by luck only, and those that are hold the truth less often than 95 times in
100, down to half of the time (``benchmarks.coverage``); so nothing is called measured."""
WIDEST = 0.20
"""A share known to 20 points at best is unknown: of the groups that CRÉDOC publishes for France 7 % (high incomes, 2024) to 20 % (unemployed,
2023) are isolated, 13 points apart, so that no group could be told from any other."""
WIDEST_RATIO = 4.0
"""Recall may be a few in a hundred, where 20 points say nothing; so its high end is also to be at most four times its low end (half to double)."""
ASSUMED_SHARE = 0.12
"""Where no visit has said anything yet: isolated in France, 15 and over (Fondation de France / CRÉDOC 2024). For planning visits alone."""
MOST_MET = 100_000


@dataclass(frozen=True, kw_only=True)
class Share:
    """An estimated share. ``visits``: its worth in visits of a simple random sample; infinite: counted, not estimated; 0: ``value`` is NaN."""

    value: float
    visits: float

    @property
    def interval(self) -> Interval:
        """Wilson's, its count being the worth in visits, as C. Franco and others recommend (*Comparative study of confidence intervals for
        proportions in complex sample surveys*, J. Survey Statistics and Methodology, 2019, PMC6690503)."""
        if math.isinf(self.visits):
            return Interval(low=self.value, high=self.value)
        return wilson(self.value * self.visits, self.visits) if self.visits else Interval(low=0.0, high=1.0)


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """Of a group: households on the model arm (``listed``) and ``left_out`` of it, summed over lists, and the share of isolated in each."""

    listed: int
    left_out: int
    model: Share
    random: Share

    @property
    def is_known(self) -> bool:
        """Whether somebody was met in each arm that holds anybody."""
        return (self.model.visits > 0 or not self.listed) and (self.random.visits > 0 or not self.left_out)


@dataclass(frozen=True, kw_only=True)
class Estimated:
    """One figure of one group (dimension and group '' for all).
    ``value`` is NaN when nobody was met; ``interval``: 95 %; ``bounds``: the widest that the unmet allow, chance included.
    ``households``: those that could be listed, summed over lists; ``random_*``: visits of the random arm. ``more_met``: further random visits
    that meet somebody until the figure would be measured, were the shares to stay: 0 when it is, None when no number would do.
    """

    measure: Measure
    dimension: str
    group: str
    value: float
    interval: Interval
    bounds: Interval
    households: int
    random_drawn: int
    random_met: int
    random_found: int
    verdict: Literal["measured", "insufficient evidence"]
    more_met: int | None

    def as_json(self) -> dict[str, object]:
        """Four digits, null for NaN. Small counts are not hidden here."""
        return {key: _rounded(value) for key, value in asdict(self).items()}


def estimates(visits: pd.DataFrame, sizes: pd.DataFrame, dimension: str = "") -> tuple[Estimated, ...]:
    """Prevalence (isolated among those who could be listed), ``found_share`` (of the isolated, those on the model arm: recall at capacity) and
    false omission (isolated among those whom the model arm left out), of all or of each group of a dimension.

    ``visits``: one row a listed household: ``campaign`` (day of the list), ``household_id``, ``arm``, ``p`` (probability of the draw, for
    the random arm), ``outcome`` (True, False; missing: nobody was met) and a column for the dimension. Whoever no longer lives at the place is
    left out by the caller. ``sizes``: see ``draw.frame_sizes``, of every list of the visits. Other arms do not count. Raises ValueError when a
    list has no size, a drawn household no probability, or a group more visits than households."""
    rows = visits[visits["arm"].isin([MODEL, RANDOM])]
    if not rows["campaign"].isin(sizes["campaign"]).all():
        raise ValueError("every list needs the size of its frame")
    if not rows.loc[rows["arm"] == RANDOM, "p"].between(0, 1, inclusive="right").all():
        raise ValueError("every drawn household needs its probability, above 0 and at most 1")
    totals = sizes[sizes["dimension"] == dimension].groupby("group")["households"].sum()
    groups = totals.index[totals > 0]
    own = {str(group): rows[rows[dimension] == group] if dimension else rows for group in groups}
    return tuple(e for g, mine in own.items() for e in _of(_Visits.of(mine), int(totals[g]), dimension, g))


@dataclass(frozen=True, kw_only=True)
class _Visits:
    """The visits of a group: ``isolated`` is 1, 0 or NaN."""

    isolated: Floats
    is_model: Bools
    p: Floats

    @classmethod
    def of(cls, rows: pd.DataFrame) -> _Visits:
        isolated = rows["outcome"].astype(object).map({True: 1.0, False: 0.0}).to_numpy()
        is_model = (rows["arm"] == MODEL).to_numpy()
        p = np.where(is_model, 1.0, rows["p"].to_numpy(dtype=np.float64))
        return cls(isolated=isolated.astype(np.float64), is_model=is_model, p=p)

    def evidence(self, households: int) -> Evidence:
        listed, drawn = int(self.is_model.sum()), int((~self.is_model).sum())
        if households < listed + drawn:
            raise ValueError("a group has more visits than households in the frame")
        model, random = (_share(self.isolated[arm], self.p[arm]) for arm in (self.is_model, ~self.is_model))
        return Evidence(listed=listed, left_out=households - listed, model=model, random=random)

    def bounds(self, measure: Measure, households: int) -> Interval:
        """Recall is least when the unmet whom the model arm left out are all isolated, and none of those whom it listed."""

        def end(model: float, random: float) -> Interval:
            taken = np.where(np.isnan(self.isolated), np.where(self.is_model, model, random), self.isolated)
            return MEASURES[measure](replace(self, isolated=taken).evidence(households))[1]

        is_recall = measure == "found_share"
        return Interval(low=end(0.0, float(is_recall)).low, high=end(1.0, float(not is_recall)).high)


def _of(visits: _Visits, households: int, dimension: str, group: str) -> Iterator[Estimated]:
    drawn = visits.isolated[~visits.is_model]
    met, evidence = int((~np.isnan(drawn)).sum()), visits.evidence(households)
    for measure, estimate in MEASURES.items():
        value, interval = estimate(evidence)
        more = _more_met(measure, evidence, met)
        yield Estimated(
            measure=measure,
            dimension=dimension,
            group=group,
            value=value,
            interval=interval,
            bounds=visits.bounds(measure, households),
            households=households,
            random_drawn=len(drawn),
            random_met=met,
            random_found=int(np.nansum(drawn)),
            verdict="measured" if more == 0 else "insufficient evidence",
            more_met=more,
        )


def _share(isolated: Floats, p: Floats) -> Share:
    """Hájek's ratio of weighted sums, with its linearised variance for independent draws (C.-E. Särndal, B. Swensson and J. Wretman, *Model
    Assisted Survey Sampling*, 1992, chapters 5 and 15): whoever was met had the probability p times the share met of the arm. Strata make
    the true variance smaller, if anything. Unequal weights never make visits worth more than their number."""
    is_met = ~np.isnan(isolated)
    if not is_met.any():
        return Share(value=math.nan, visits=0.0)
    y, chance = isolated[is_met], p[is_met] * is_met.mean()
    weight = 1 / chance
    value = float((weight * y).sum() / weight.sum())
    left = (1 - chance) * weight**2
    variance = float((left * (y - value) ** 2).sum() / weight.sum() ** 2)
    most = float(weight.sum() ** 2 / left.sum()) if left.sum() > 0 else math.inf
    return Share(value=value, visits=min(most, value * (1 - value) / variance) if variance > 0 else most)


def _known(share: Share) -> tuple[float, float, float]:
    """(share, how far down, how far up); in the middle when nothing is known."""
    value, interval = (share.value if share.visits else 0.5), share.interval
    return value, value - interval.low, interval.high - value


def _prevalence(e: Evidence) -> tuple[float, Interval]:
    """The interval of a sum from those of its parts: G. Y. Zou and A. Donner, *Construction of confidence limits about effect measures: a
    general approach*, Statistics in Medicine 27 (2008)."""
    (m, m_down, m_up), (r, r_down, r_up) = _known(e.model), _known(e.random)
    every = max(1, e.listed + e.left_out)
    middle = (e.listed * m + e.left_out * r) / every
    low = middle - math.hypot(e.listed * m_down, e.left_out * r_down) / every
    high = middle + math.hypot(e.listed * m_up, e.left_out * r_up) / every
    return middle if e.is_known else math.nan, Interval(low=max(0.0, low), high=min(1.0, high))


def _found_share(e: Evidence) -> tuple[float, Interval]:
    """Both ends by the same rule: the share s at which the interval of (1 - s) found - s missed begins, or ceases, to hold 0."""
    (m, m_down, m_up), (r, r_down, r_up) = _known(e.model), _known(e.random)
    found, missed = e.listed * m, e.left_out * r

    def end(found_moves: float, missed_moves: float, sign: float) -> float:
        def gap(s: float) -> float:
            return (1 - s) * found - s * missed + sign * math.hypot((1 - s) * found_moves, s * missed_moves)

        ends = abs(gap(0.0)), abs(gap(1.0))
        return float(brentq(gap, 0.0, 1.0)) if gap(0.0) * gap(1.0) < 0 else float(ends[1] < ends[0])

    low, high = end(e.listed * m_down, e.left_out * r_up, -1), end(e.listed * m_up, e.left_out * r_down, 1)
    return found / (found + missed) if e.is_known and found + missed > 0 else math.nan, Interval(
        low=low, high=high
    )


MEASURES: dict[Measure, Callable[[Evidence], tuple[float, Interval]]] = {
    "prevalence": _prevalence,
    "found_share": _found_share,
    "false_omission": lambda e: (e.random.value, e.random.interval),
}


def _more_met(measure: Measure, evidence: Evidence, met: int) -> int | None:
    def is_settled(more: int) -> bool:
        worth = evidence.random.visits * (1 + more / met) if met else float(more if evidence.left_out else 0)
        grown = Share(value=evidence.random.value if met else ASSUMED_SHARE, visits=worth)
        interval = MEASURES[measure](replace(evidence, random=grown))[1]
        is_near = measure != "found_share" or interval.high <= WIDEST_RATIO * interval.low
        is_enough = met + more >= LEAST_MET[measure] or not evidence.left_out
        return is_enough and is_near and interval.high - interval.low <= WIDEST

    least = bisect_left(range(MOST_MET + 1), True, key=is_settled)  # more visits never widen an interval
    return least if least <= MOST_MET else None


def _rounded(value: object) -> object:
    if isinstance(value, dict):
        return {key: _rounded(v) for key, v in value.items()}
    if isinstance(value, float):
        return None if math.isnan(value) else round(value, 4)
    return value


@dataclass(frozen=True, kw_only=True)
class Part:
    """``count`` of ``of``; None where either the group or the rest is below 11. ``interval``: only where chance had a part."""

    of: int
    count: int | None = None
    share: float | None = None
    interval: Interval | None = None


@dataclass(frozen=True, kw_only=True)
class Representation:
    """How far a group is reached, beside its share of residents and the floor that the city gave it (None: none known, none given)."""

    group: str
    of_residents: float | None
    floor: float | None
    frame: Part
    listed: Part
    met: Part
    found: Part

    def as_json(self) -> dict[str, object]:
        """Four digits."""
        return {key: _rounded(value) for key, value in asdict(self).items()}


def representation(
    group: str, frame: pd.Series, listed: pd.DataFrame, *, of_residents: float | None, floor: float | None
) -> Representation:
    """``frame``: the group of each household of the frame; ``listed``: one row a listed household of any arm: ``group``, ``outcome`` (missing:
    nobody was met). ``of_residents``: the group's share of residents, from elsewhere. Intervals are Wilson's: who opens, and who of them is
    isolated, is left to chance; who is in the frame and on the list is not."""
    met = listed[listed["outcome"].notna()]
    found = met[met["outcome"].astype(bool)]
    return Representation(
        group=group,
        of_residents=of_residents,
        floor=floor,
        frame=_part(frame == group, is_chance=False),
        listed=_part(listed["group"] == group, is_chance=False),
        met=_part(met["group"] == group, is_chance=True),
        found=_part(found["group"] == group, is_chance=True),
    )


def _part(mine: pd.Series, *, is_chance: bool) -> Part:
    count, of = int(mine.sum()), len(mine)
    if not of or 0 < count < SMALLEST_CELL or 0 < of - count < SMALLEST_CELL:
        return Part(of=of)
    return Part(of=of, count=count, share=count / of, interval=wilson(count, of) if is_chance else None)
