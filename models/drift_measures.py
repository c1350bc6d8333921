"""How far each thing that is watched has moved, and how often chance alone goes so far.

The population stability index of two samples from one town, of n and m households in B bins, is distributed as (1/n + 1/m) times chi-square with B − 1 degrees of
freedom (B. Yurdakul and J. Naranjo, *Statistical properties of the population stability index*, Journal of Risk Model Validation 14 (2020), 89–100). Shares of
households are compared by the normal score, those of the unit by Fisher's exact test, rows of deliveries by the exact conditional test of two Poisson rates, leading
reasons by their total variation in lists drawn from both together. A town's households are mostly the same then and now, so that all of these are on the safe side.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Literal

import numpy as np
import numpy.typing as npt
from scipy.special import chdtrc, ndtr
from scipy.stats import binomtest, fisher_exact

from features.frame import SMALLEST_CELL
from features.intervals import Z, wilson
from models.candidate import Floats
from models.drift import BOUNDS, Bar, Figure, Kind
from models.profile import OTHER, Delivered, Spread, leading

Counts = npt.NDArray[np.int64]
HALF = 0.5
"""Added to an empty bin, whose logarithm would be infinite."""
OF_A_MEDIAN = 2 / math.pi
"""A median is as sure as the mean of so large a share of the deliveries."""
LOTS = 9999
"""Lists drawn to see how far leading reasons move by chance."""


def stability_index(before: Sequence[int], now: Sequence[int]) -> float:
    """Of counts by bin: the sum of (share now − share before) times the logarithm of their ratio. 0: alike."""
    shares = [np.maximum(np.asarray(counts, dtype=np.float64), HALF) for counts in (before, now)]
    was, is_ = (counts / counts.sum() for counts in shares)
    return float(((is_ - was) * np.log(is_ / was)).sum())


def values(
    what: str, before: Spread, now: Spread, *, kind: Literal["values", "scores"] = "values"
) -> Figure | None:
    """``now`` in the bins of ``before``. None where one of them has fewer than 11 values, or all are in one bin."""
    if min(before.known, now.known) < SMALLEST_CELL or len(before.counts) < 2:
        return None
    size = stability_index(before.counts, now.counts)
    p = float(chdtrc(len(before.counts) - 1, size / (1 / before.known + 1 / now.known)))
    labels = ["", *map(str, before.edges)]
    return Figure(
        part="inputs" if kind == "values" else "scores", kind=kind, what=what, size=size, p=p,
        bars=_bars(labels, before.counts, now.counts), is_shown=_are_shown(now.counts),
    )  # fmt: skip


def _bars(labels: Sequence[str], before: Sequence[int], now: Sequence[int]) -> tuple[Bar, ...]:
    was, is_ = sum(before), sum(now)
    return tuple(
        Bar(label=label, before=then / was, now=since / is_)
        for label, then, since in zip(labels, before, now, strict=True)
    )


def missing(what: str, before: Spread, now: Spread, *, only_less: bool = False) -> Figure | None:
    """Of how many households something is known; of fewer than 11 then, it is taken for 10. ``only_less``: more are expected, see ``Profile.is_filling``. None where few have it, then and now."""
    if max(before.known, now.known) < SMALLEST_CELL:
        return None
    then = max(before.known, min(before.households, SMALLEST_CELL - 1))
    had, has = then / before.households, now.known / now.households
    points, part = has - had, 1 - min(had, has) / max(had, has)
    kinds: tuple[tuple[Kind, float], ...] = (("missing", points), ("known", math.copysign(part, points)))
    kind, size = max(kinds, key=lambda one: abs(one[1]) / BOUNDS[one[0]].alarm)
    low, high = _between(now.known, now.households, then, before.households)
    return Figure(
        part="inputs", kind=kind, what=what, size=min(0.0, size) if only_less else size, before=had, now=has, low=low, high=high,
        p=_of_many(then, before.households, now.known, now.households),
        is_shown=bool(before.known) and _are_shown((now.known, now.none)),
    )  # fmt: skip


def late(source: str, before: Delivered, days: int) -> Figure | None:
    """``days`` since its last delivery. None of a source that was delivered once. No chance is involved: a department delivers or it does not."""
    if before.longest_days is None:
        return None
    return Figure(
        part="sources",
        kind="late",
        what=source,
        size=days / before.longest_days,
        before=before.longest_days,
        now=days,
    )


def rows(source: str, before: Delivered, now: Delivered) -> Figure | None:
    """Rows of the usual delivery. Only fewer are a figure: what is delivered twice is told by the ingest. None where nothing was delivered of late, or before."""
    if not before.rows or not now.deliveries:
        return None
    size = max(0.0, 1 - now.rows / before.rows)
    then, since = (round(OF_A_MEDIAN * one.rows * one.deliveries) for one in (before, now))
    p = float(binomtest(since, then + since, now.deliveries / (now.deliveries + before.deliveries)).pvalue)
    return Figure(part="sources", kind="rows", what=source, size=size, before=before.rows, now=now.rows, p=p)


def reasons(before: Mapping[str, int], now: Mapping[str, int], seed: int) -> Figure | None:
    """Total variation of the leading reasons of two lists: the share of the list that leads with another one. ``now`` by the reasons of ``before``. Where one reason led all but fewer
    than 11 households, so that these are not told, there were as many of them as makes the least of it. None of lists of fewer than 11."""
    if min(sum(before.values()), sum(now.values())) < SMALLEST_CELL:
        return None
    if len(before) == 1:
        (only, total), others = next(iter(before.items())), now[OTHER] / sum(now.values())
        hidden = min(SMALLEST_CELL - 1, round(others * total))
        before = {only: total - hidden, OTHER: hidden}
    names = sorted({*before, *now})
    was, is_ = (np.array([counts.get(name, 0) for name in names]) for counts in (before, now))
    size = _variation(was, is_)
    both, rng = (was + is_) / (was.sum() + is_.sum()), np.random.default_rng(seed)
    drawn = _variation(rng.multinomial(was.sum(), both, LOTS), rng.multinomial(is_.sum(), both, LOTS))
    p = float((1 + (drawn >= size - 1e-12).sum()) / (1 + LOTS))
    shown = leading([name for name in now for _ in range(now[name])])
    kept = [name for name in names if name in shown and name != OTHER]
    rest = [
        counts.sum() - sum(table.get(name, 0) for name in kept)
        for counts, table in ((was, before), (is_, now))
    ]
    bars = _bars(
        [*kept, OTHER],
        [*(before.get(n, 0) for n in kept), int(rest[0])],
        [*(now[n] for n in kept), int(rest[1])],
    )
    return Figure(
        part="reasons",
        kind="reasons",
        what="reasons",
        size=float(size),
        p=p,
        bars=bars if _are_shown(rest) else (),
    )


def _variation(was: Counts, is_: Counts) -> Floats:
    shares = (counts / counts.sum(axis=-1, keepdims=True) for counts in (was, is_))
    first, second = shares
    total: Floats = np.abs(first - second).sum(axis=-1) / 2
    return total


def share(
    what: str, before: tuple[int, int], now: tuple[int, int], *, only_less: bool = False
) -> Figure | None:
    """(counted, of) then and now. ``only_less``: more is what everybody hopes for. None where either is of fewer than 11."""
    if min(before[1], now[1]) < SMALLEST_CELL:
        return None
    had, has = before[0] / before[1], now[0] / now[1]
    low, high = _between(*now, *before)
    return Figure(
        part="people", kind="share", what=what, size=min(0.0, has - had) if only_less else has - had,
        before=had, now=has, low=low, high=high, p=_fisher(*before, *now),
        is_shown=_are_shown((before[0], before[1] - before[0], now[0], now[1] - now[0])),
    )  # fmt: skip


Kappa = tuple[float, float, float]
"""Kappa of two readers with its 95 % interval."""


def kappa(before: Kappa | None, now: Kappa | None) -> Figure | None:
    """Then and now; only a fall is a figure. None where too few cases were read twice."""
    if before is None or now is None:
        return None
    errors = [(high - low) / (2 * Z) for _, low, high in (before, now)]
    difference, error = now[0] - before[0], math.hypot(*errors)
    return Figure(
        part="people", kind="kappa", what="kappa", size=min(0.0, difference), before=before[0], now=now[0],
        low=difference - Z * error, high=difference + Z * error, p=float(2 * ndtr(-abs(difference) / error)),
    )  # fmt: skip


def _of_many(count: int, of: int, other: int, other_of: int) -> float:
    """Two shares of thousands, by the normal score: an exact test of every factor would take as long as all the rest."""
    together = (count + other) / (of + other_of)
    error = math.sqrt(together * (1 - together) * (1 / of + 1 / other_of))
    return float(2 * ndtr(-abs(count / of - other / other_of) / error)) if error else 1.0


def _fisher(count: int, of: int, other: int, other_of: int) -> float:
    return float(fisher_exact([[count, of - count], [other, other_of - other]]).pvalue)


def _are_shown(cells: Sequence[int]) -> bool:
    return not any(0 < n < SMALLEST_CELL for n in cells)


def _between(count: int, of: int, rest: int, rest_of: int) -> tuple[float, float]:
    """95 % interval of the difference of two shares, of Wilson's limits: R. G. Newcombe, Statistics in Medicine 17 (1998), 873–890, method 10."""
    one, other = wilson(count, of), wilson(rest, rest_of)
    first, second = count / of, rest / rest_of
    low = math.hypot(first - one.low, other.high - second)
    high = math.hypot(one.high - first, second - other.low)
    return first - second - low, first - second + high
