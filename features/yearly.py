"""Figures of a year of visits and how sure they are: shares, differences of shares, medians, a paired change, what one found household costs."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from statistics import fmean, median, stdev

from scipy.stats import binom, t

from features.cells import Key, Sum, shown
from features.frame import HIDDEN, SMALLEST_CELL
from features.intervals import Interval, wilson

Number = int | str
"""A count, or ``features.frame.HIDDEN``."""


@dataclass(frozen=True, kw_only=True)
class Share:
    """``part`` of ``of``. ``value`` and its 95 % ``interval`` (Wilson's) are None where either count is hidden or fewer than 11 were counted."""

    part: Number
    of: Number
    value: float | None
    interval: Interval | None


@dataclass(frozen=True, kw_only=True)
class Difference:
    """Of two shares or two means, in their unit."""

    value: float
    interval: Interval

    @property
    def is_sure(self) -> bool:
        """Whether zero lies outside the interval."""
        return self.interval.low > 0 or self.interval.high < 0


@dataclass(frozen=True, kw_only=True)
class Median:
    """Of ``n`` waits, in days."""

    n: int
    days: float
    interval: Interval


@dataclass(frozen=True, kw_only=True)
class Change:
    """A scale asked twice. ``asked``: people who answered all of it at least 90 days before the period ended, ``again``: of them, those who answered it again in
    the period. ``before``, ``after``, ``change`` (after minus before, of the same people) and ``before_of_the_others`` (who were not asked again: the selection)
    are means in points, None below 11 people."""

    asked: Number
    again: Number
    before: float | None = None
    after: float | None = None
    change: Difference | None = None
    before_of_the_others: float | None = None


@dataclass(frozen=True, kw_only=True)
class Cost:
    """``euros`` in the period; ``per_found``: for one household found isolated, None where that count is hidden or nothing. The interval takes the euros as given
    and the share found as chance."""

    euros: float
    per_found: float | None
    interval: Interval | None


def share(part: Number, of: Number) -> Share:
    """A share as it may be shown."""
    if isinstance(part, str) or isinstance(of, str) or of < SMALLEST_CELL:
        return Share(part=part, of=of, value=None, interval=None)
    return Share(part=part, of=of, value=part / of, interval=wilson(part, of))


def difference(one: Share, other: Share) -> Difference | None:
    """One minus the other, of different visits: R. G. Newcombe, *Interval estimation for the difference between independent proportions*, Statistics in Medicine 17
    (1998), 873–890, method 10. None where either is not known."""
    if one.value is None or other.value is None or one.interval is None or other.interval is None:
        return None
    a, b = one.interval, other.interval
    value = one.value - other.value
    low = value - math.hypot(one.value - a.low, b.high - other.value)
    high = value + math.hypot(a.high - one.value, other.value - b.low)
    return Difference(value=value, interval=Interval(low=low, high=high))


def median_of(days: Sequence[float]) -> Median | None:
    """With the interval between two of the ordered values that holds the median in at least 95 of 100 samples, whatever their distribution (W. J. Conover,
    *Practical Nonparametric Statistics*, 1999, section 3.2). None below 11 values."""
    n = len(days)
    if n < SMALLEST_CELL:
        return None
    ordered = sorted(days)
    below = int(
        binom.ppf(0.025, n, 0.5)
    )  # the smallest count of which fewer than so many are rarer than one in 40
    ends = Interval(low=float(ordered[below - 1]), high=float(ordered[n - below]))
    return Median(n=n, days=float(median(ordered)), interval=ends)


def change(before: Sequence[float], after: Sequence[float | None]) -> Change:
    """Row for row of one person; ``after`` is None of whoever was not asked again. The interval is Student's, of the paired differences."""
    pairs = [(b, a) for b, a in zip(before, after, strict=True) if a is not None]
    others = [b for b, a in zip(before, after, strict=True) if a is None]
    numbers: dict[Key, int] = {("asked",): len(before), ("again",): len(pairs), ("others",): len(others)}
    told = shown(numbers, [Sum(total=("asked",), parts=(("again",), ("others",)))], never=())
    said = Change(asked=told["asked",], again=told["again",])
    if not pairs or HIDDEN in told.values():
        return said
    moves = [a - b for b, a in pairs]
    reach = float(t.ppf(0.975, len(moves) - 1)) * stdev(moves) / math.sqrt(len(moves))
    middle = fmean(moves)
    return replace(
        said,
        before=fmean(b for b, _ in pairs),
        after=fmean(a for _, a in pairs),
        change=Difference(value=middle, interval=Interval(low=middle - reach, high=middle + reach)),
        before_of_the_others=fmean(others) if others else None,
    )


def cost(euros: float, found: Share) -> Cost:
    """Of a period: ``found`` are the households found isolated among those at whose doors somebody rang."""
    if not found.value or found.interval is None or not isinstance(found.of, int):
        return Cost(euros=euros, per_found=None, interval=None)
    per_door = euros / found.of
    ends = Interval(low=per_door / found.interval.high, high=per_door / found.interval.low)
    return Cost(euros=euros, per_found=per_door / found.value, interval=ends)
