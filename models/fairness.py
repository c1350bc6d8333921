"""Is a group treated like the others of its dimension? Ratios of two shares or two rates, their intervals, and four verdicts that hold for the whole report.

A *side* of a comparison is ``count`` of ``of``, in the worth of evidence: of a weighted share the bootstrap says how many plain visits it is worth. The interval of
two shares is Miettinen's and Nurminen's (``features.intervals``); of two rates, observed over expected, the score interval of the binomial that is left once
their sum is given (J. Przyborowski and H. Wilenski, *Homogeneity of results in testing samples from Poisson series*, Biometrika 31 (1940)). Both hold with few and
with none, where a percentile bootstrap does not.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd
from scipy.stats import norm

from features.frame import SMALLEST_CELL
from features.intervals import WIDEST, Floats, Z, score

BAND = (0.8, 1.25)
"""Between four fifths and five quarters of the rest's: as in ``features.parity``."""
LEVEL = 0.05
"""How often a report may accuse anybody of a difference that is none: the whole of it, not each line."""
MOST_VISITS = 20_000
"""More visits than this are no plan for any city: then no number would settle it."""
STEPS = 60
DIGITS = 2
"""Of how many further cases would settle a line: it supposes that the shares stay, so that more digits would promise too much."""
Verdict = Literal["within", "outside", "insufficient evidence", "not identifiable"]
COLUMNS = (
    "measure", "dimension", "group", "is_rate", "value", "rest_value", "count", "of", "rest_count", "rest_of", "cases", "rest_cases",
)  # fmt: skip
"""``count`` … ``rest_of``: both sides, in the worth of evidence; ``cases``, ``rest_cases``: as counted. A measure's lines of one dimension stand together."""


@dataclass(frozen=True, kw_only=True)
class Judged:
    """One group against the rest of its dimension. ``ratio`` is NaN where neither is known; ``low`` and ``high``: 95 % of this line alone; ``sure_low`` and ``sure_high``: those
    that hold for all lines of the report together. ``further``: cases of the group that would settle it if the shares stay (0: settled; None: no number would).
    """

    measure: str
    dimension: str
    group: str
    value: float
    rest_value: float
    ratio: float
    low: float
    high: float
    sure_low: float
    sure_high: float
    verdict: Verdict
    further: int | None
    cases: int


def judged(compared: pd.DataFrame) -> tuple[tuple[Judged, ...], int]:
    """Every comparison (``COLUMNS``, row for row), and how many were tested together.

    *Outside*: Holm's procedure (*A simple sequentially rejective multiple test procedure*, Scand. J. Statistics 6 (1979)) over all lines with 11 cases on each side; of
    a dimension of two groups both lines are one test. *Within*: the 95 % interval of the line lies in the band. A verdict never rests on fewer than 11 cases."""
    if compared.empty:
        return (), 0
    sides = _Sides.read(compared)
    is_tested = sides.is_enough & ~_is_mirrored(compared)
    beyond = np.maximum(-sides.z(BAND[0]), sides.z(BAND[1]))
    needed, tests = _holm(beyond, is_tested), int(is_tested.sum())
    needed = _of_the_mirror(compared, needed)
    low, high = sides.ends(np.full(len(compared), Z))
    sure_low, sure_high = sides.ends(np.maximum(needed, Z))
    is_outside = sides.is_enough & (beyond >= needed)
    is_within = sides.is_enough & (sides.z(BAND[0]) >= Z) & (sides.z(BAND[1]) <= -Z)
    further = sides.further(needed, is_outside | is_within)
    figures = {"ratio": sides.ratio, "low": low, "high": high, "sure_low": sure_low, "sure_high": sure_high}
    told = compared[["measure", "dimension", "group", "value", "rest_value", "cases"]].assign(**figures)
    verdicts = [_verdict(o, w) for o, w in zip(is_outside, is_within, strict=True)]
    rows = zip(told.to_dict("records"), verdicts, further, strict=True)
    return tuple(
        Judged(**{str(name): x for name, x in row.items()}, verdict=v, further=n) for row, v, n in rows
    ), tests


def _verdict(is_outside: bool, is_within: bool) -> Verdict:
    return "outside" if is_outside else "within" if is_within else "insufficient evidence"


def _holm(beyond: Floats, is_tested: np.ndarray) -> Floats:
    """How many standard errors beyond the band each line must lie: the surest beside all others, the next beside one fewer, until one does not hold."""
    order = np.flatnonzero(is_tested)[np.argsort(-beyond[is_tested], kind="stable")]
    steps = norm.isf(LEVEL / 2 / np.arange(len(order), 0, -1)) if len(order) else np.array([])
    fails = np.flatnonzero(beyond[order] < steps)
    last = fails[0] if len(fails) else len(order)
    needed = np.full(len(beyond), steps[min(last, len(order) - 1)] if len(order) else Z)
    needed[order[:last]] = steps[:last]
    return needed


def _is_mirrored(compared: pd.DataFrame) -> np.ndarray:
    """The second of two groups says what the first says."""
    lines = compared.groupby(["measure", "dimension"], sort=False)["group"]
    mirrored: np.ndarray = ((lines.transform("size") == 2) & (lines.cumcount() == 1)).to_numpy()
    return mirrored


def _of_the_mirror(compared: pd.DataFrame, needed: Floats) -> Floats:
    mirrored = np.flatnonzero(_is_mirrored(compared))
    needed[mirrored] = needed[mirrored - 1]
    return needed


@dataclass(frozen=True, kw_only=True)
class _Sides:
    """All comparisons in columns; ``least``: cases of the smaller side."""

    is_rate: np.ndarray
    count: Floats
    of: Floats
    rest_count: Floats
    rest_of: Floats
    cases: Floats
    is_told: np.ndarray
    is_enough: np.ndarray

    @classmethod
    def read(cls, compared: pd.DataFrame) -> _Sides:
        columns = {
            c: compared[c].to_numpy(dtype=np.float64)
            for c in ("count", "of", "rest_count", "rest_of", "cases")
        }
        enough = (compared[["cases", "rest_cases"]].min(axis=1) >= SMALLEST_CELL).to_numpy()
        is_told = (
            (columns["of"] > 0) & (columns["rest_of"] > 0) & (columns["count"] + columns["rest_count"] > 0)
        )
        is_rate = compared["is_rate"].to_numpy(dtype=bool)
        return cls(**columns, is_rate=is_rate, is_told=is_told, is_enough=enough & is_told)

    @property
    def ratio(self) -> Floats:
        with np.errstate(divide="ignore", invalid="ignore"):
            found: Floats = (self.count / self.of) / (self.rest_count / self.rest_of)
        return found

    def z(self, ratio: float | Floats) -> Floats:
        """Standard errors by which the ratio lies above ``ratio``."""
        asked = np.broadcast_to(np.asarray(ratio, dtype=np.float64), self.count.shape)
        with np.errstate(divide="ignore", invalid="ignore"):
            of_shares = score(self.count, self.of, self.rest_count, self.rest_of, asked)
            both = self.count + self.rest_count
            part = self.of * asked / (self.of * asked + self.rest_of)
            of_rates = (self.count - both * part) / np.sqrt(both * part * (1 - part))
        found: Floats = np.nan_to_num(
            np.where(self.is_rate, of_rates, of_shares), nan=0.0, posinf=1e9, neginf=-1e9
        )
        return found

    def ends(self, at: Floats) -> tuple[Floats, Floats]:
        """Where ``z`` is ``at`` and minus ``at``; 0 and infinity where nothing bounds it."""
        low, high = self._where(at), self._where(-at)
        return np.where(self.is_told, low, 0.0), np.where(self.is_told, high, np.inf)

    def _where(self, at: Floats) -> Floats:
        far = np.log(WIDEST)
        low, high = np.full(len(at), -far), np.full(len(at), far)
        for _ in range(STEPS):
            middle = (low + high) / 2
            is_above = self.z(np.exp(middle)) > at
            low, high = np.where(is_above, middle, low), np.where(is_above, high, middle)
        ends = np.exp((low + high) / 2)
        found: Floats = np.where(low <= -far, 0.0, np.where(high >= far, np.inf, ends))
        return found

    def further(self, needed: Floats, is_settled: np.ndarray) -> list[int | None]:
        """Evidence grows with the number of cases, and ``z`` with its root."""
        under, over = self.z(BAND[0]), self.z(BAND[1])
        inside = np.minimum(under, -over)  # how surely it lies in the band
        outside = np.maximum(-under, over)
        with np.errstate(divide="ignore", invalid="ignore"):
            times = np.where(inside > 0, Z / inside, np.where(outside > 0, needed / outside, np.inf)) ** 2
            at_least = np.maximum(times, SMALLEST_CELL / np.maximum(self.cases, 1e-9))
            more = np.where(self.is_told & (self.cases > 0), np.ceil((at_least - 1) * self.cases), np.inf)
        return [
            0 if done else _upward(int(n)) if 0 < n <= MOST_VISITS else None
            for done, n in zip(is_settled, more, strict=True)
        ]


def _upward(n: int) -> int:
    """To the next number of ``DIGITS`` digits and noughts."""
    unit: int = 10 ** max(0, len(str(n)) - DIGITS)
    return -(-n // unit) * unit
