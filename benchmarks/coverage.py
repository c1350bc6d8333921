"""How often do the 95 % intervals of ``models.estimates`` hold the truth? ``python -m benchmarks.coverage [--campaigns 100] [--json]``.

A campaign is a year (or half of it) of lists in a new town whose isolated households are known. Who is isolated hangs on what registers see
(age, alone, income, ...) and on what they do not; the score knows the first alone. Each list takes the first of the ranking and a tenth at random
along the strata of ``models.draw`` (by its own ``systematic``); whoever was listed rests for six lists; of the doors a fifth stay shut. Shares
of ages and factors are assumed, near those of a French town; effects are the project's priors; nothing was fitted to the estimator.

Bars, for figures that rest on ten random visits or more on average (the others are shown): (1) of all intervals 93 to 97 % hold the truth; (2) from
1,000 campaigns on, so do those of each figure, and (3) those of each figure that are called measured. With 100 campaigns one figure is known to
+-4 points only, so (2) and (3) are not judged. In the last scenario isolated people open less often, which no weighting can know: there the bounds are judged instead, which
must hold the truth in 93 % at least. Exit 0 when the bars hold.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import date, timedelta

import numpy as np
import numpy.typing as npt
import pandas as pd

from models.candidate import Bools, Floats
from models.draw import BANDS, systematic
from models.estimates import estimates
from models.metrics import auc

Ints = npt.NDArray[np.int64]
SEED, HOUSEHOLDS, RESTING_LISTS, EXPLORATION = 1, 12_000, 6, 0.1
DAYS = [date(2026, 1, 5) + timedelta(days=30 * number) for number in range(12)]
LOW, HIGH, MANY, LEAST_MET = 0.93, 0.97, 1000, 10
BAND_SHARES = (0.06, 0.20, 0.32, 0.22, 0.08, 0.11, 0.01)
BAND_LOG_ODDS = np.array([-0.4, -0.1, 0.2, 0.0, 0.1, 0.5, 0.0])
FACTORS = {
    "alone": (0.43, 0.8),
    "low_income": (0.26, 0.5),
    "social_tenant": (0.19, 0.3),
    "autonomy": (0.08, 0.6),
    "unemployed": (0.08, 0.4),
    "stopped_a_service": (0.10, 0.5),
    "no_trace": (0.40, 0.3),
}
"""Name: (share of households, log-odds)."""
UNSEEN, BASE = 0.5, -3.1
"""Standard deviation of what no register sees, and log-odds of a household without any factor: about 12 % are isolated, AUC of the score 0.65."""


@dataclass(frozen=True, kw_only=True)
class Scenario:
    """``lists`` of ``capacity`` households each; shares of doors that stay shut."""

    capacity: int
    lists: int
    shut: float = 0.2
    shut_isolated: float = 0.2

    @property
    def is_at_random(self) -> bool:
        """Whether isolated people open as often as others."""
        return self.shut == self.shut_isolated


SCENARIOS = (
    Scenario(capacity=60, lists=6),
    Scenario(capacity=60, lists=12),
    Scenario(capacity=120, lists=12),
    Scenario(capacity=120, lists=12, shut_isolated=0.4),
)


@dataclass(frozen=True, kw_only=True)
class Town:
    """One row a household."""

    band: Ints
    stratum: Ints
    score: Floats
    is_isolated: Bools


@dataclass(frozen=True, kw_only=True)
class Campaign:
    """What a city sees (``visits``, ``sizes``) and what is true: by measure and group, '' for all."""

    visits: pd.DataFrame
    sizes: pd.DataFrame
    truth: dict[tuple[str, str], float]


@dataclass(frozen=True, kw_only=True)
class Coverage:
    """Of one figure: intervals, random visits on average, share that hold the truth, share where it lies below and above, and width on average;
    how many are called measured and the share of those that hold the truth; share of bounds that do."""

    scenario: Scenario
    figure: str
    campaigns: int
    met: float
    held: float
    below: float
    above: float
    width: float
    measured: int
    measured_held: float | None
    bounded: float

    @property
    def is_judged(self) -> bool:
        """Whether it rests on enough visits."""
        return self.met >= LEAST_MET

    @property
    def fails(self) -> list[str]:
        """The bars that it does not hold; those of single figures."""
        if not self.scenario.is_at_random:
            return [] if self.bounded >= LOW or not self.is_judged else ["bounds"]
        is_sure = self.is_judged and self.campaigns >= MANY
        held = ["intervals"] if is_sure and not LOW <= self.held <= HIGH else []
        is_rare = self.measured < MANY / 2 or self.measured_held is None
        return held if is_rare or LOW <= (self.measured_held or 0) <= HIGH else [*held, "measured"]


def town(rng: np.random.Generator) -> Town:
    """A new one."""
    n = HOUSEHOLDS
    band = rng.choice(len(BANDS), n, p=BAND_SHARES)
    holds = {name: rng.random(n) < share for name, (share, _) in FACTORS.items()}
    score = BAND_LOG_ODDS[band] + sum(holds[name] * effect for name, (_, effect) in FACTORS.items())
    odds = np.exp(BASE + score + rng.normal(0, UNSEEN, n))
    stratum = (band * 2 + holds["social_tenant"]) * 15 + rng.integers(0, 15, n)
    return Town(band=band, stratum=stratum, score=score, is_isolated=rng.random(n) < odds / (1 + odds))


def campaign(scenario: Scenario, rng: np.random.Generator) -> Campaign:
    """Lists in a new town."""
    city = town(rng)
    level = np.unique(-city.score, return_inverse=True)[1]
    rests_until = np.zeros(HOUSEHOLDS, dtype=np.int64)
    is_shut = rng.random(HOUSEHOLDS) < np.where(city.is_isolated, scenario.shut_isolated, scenario.shut)
    could, arms, p = [], [], []
    for number in range(scenario.lists):
        ranked = np.flatnonzero(rests_until <= number)
        first = np.argpartition(level[ranked] + rng.random(len(ranked)), scenario.capacity)
        model, pool = ranked[first[: scenario.capacity]], ranked[first[scenario.capacity :]]
        at = systematic(len(pool), round(scenario.capacity * EXPLORATION), rng)
        drawn = pool[np.argpartition(city.stratum[pool] + rng.random(len(pool)), at)[at]]
        rests_until[model] = rests_until[drawn] = number + 1 + RESTING_LISTS
        could.append(ranked)
        arms += [model, drawn]
        p += [1.0, len(at) / len(pool)]
    truth = _truth(city, np.concatenate(could), np.concatenate(arms[::2]))
    return Campaign(visits=_visits(city, arms, p, is_shut), sizes=_sizes(city, could), truth=truth)


def _visits(city: Town, arms: list[Ints], p: list[float], is_shut: Bools) -> pd.DataFrame:
    """``arms``: model and random of each list in turn."""
    ids, many = np.concatenate(arms), [len(arm) for arm in arms]
    lists = len(arms) // 2
    columns = {
        "campaign": np.repeat(np.repeat(np.array(DAYS[:lists], dtype=object), 2), many),
        "household_id": ids,
        "arm": np.repeat(["MODELE", "EXPLORATION"] * lists, many),
        "p": np.repeat(p, many),
        "outcome": np.where(is_shut[ids], None, city.is_isolated[ids]),
        "age_band": np.array(BANDS)[city.band[ids]],
    }
    return pd.DataFrame(columns)


def _sizes(city: Town, could: list[Ints]) -> pd.DataFrame:
    rows = []
    for day, ranked in zip(DAYS, could, strict=False):
        by_band = zip(BANDS, np.bincount(city.band[ranked], minlength=len(BANDS)), strict=True)
        rows += [(day, "", "", len(ranked)), *((day, "age_band", band, n) for band, n in by_band)]
    return pd.DataFrame(rows, columns=["campaign", "dimension", "group", "households"])


def _truth(city: Town, every: Ints, listed: Ints) -> dict[tuple[str, str], float]:
    isolated, found = int(city.is_isolated[every].sum()), int(city.is_isolated[listed].sum())
    by_band = np.bincount(city.band[every], city.is_isolated[every]) / np.bincount(city.band[every])
    return {
        ("prevalence", ""): isolated / len(every),
        ("found_share", ""): found / isolated,
        ("false_omission", ""): (isolated - found) / (len(every) - len(listed)),
        **{("prevalence", band): float(share) for band, share in zip(BANDS, by_band, strict=True)},
    }


def covered(scenario: Scenario, campaigns: int) -> list[Coverage]:
    """Every figure of a scenario."""
    rng = np.random.default_rng([SEED, SCENARIOS.index(scenario)])
    seen = (campaign(scenario, rng) for _ in range(campaigns))
    rows = pd.DataFrame(row for one in seen for row in _rows(one, scenario.is_at_random))
    return [_coverage(scenario, str(figure), mine) for figure, mine in rows.groupby("figure", sort=False)]


def _rows(seen: Campaign, is_by_band: bool) -> Iterator[dict[str, object]]:
    by_band = estimates(seen.visits, seen.sizes, "age_band") if is_by_band else ()
    for e in (*estimates(seen.visits, seen.sizes), *(e for e in by_band if e.measure == "prevalence")):
        truth = seen.truth[e.measure, e.group]
        yield {
            "figure": f"{e.measure} {e.group}".strip(),
            "held": e.interval.low <= truth <= e.interval.high,
            "below": truth < e.interval.low,
            "above": truth > e.interval.high,
            "width": e.interval.high - e.interval.low,
            "met": e.random_met,
            "is_measured": e.verdict == "measured",
            "bounded": e.bounds.low <= truth <= e.bounds.high,
        }


def _coverage(scenario: Scenario, figure: str, rows: pd.DataFrame) -> Coverage:
    mean = {c: round(float(rows[c].mean()), 4) for c in ("met", "held", "below", "above", "width", "bounded")}
    measured = rows.loc[rows["is_measured"], "held"]
    return Coverage(
        scenario=scenario,
        figure=figure,
        campaigns=len(rows),
        measured=len(measured),
        measured_held=round(float(measured.mean()), 4) if len(measured) else None,
        **mean,
    )


def holding(found: list[Coverage]) -> float:
    """Of all judged intervals, where who opens is left to chance, the share that hold the truth."""
    return float(np.mean([one.held for one in found if one.scenario.is_at_random and one.is_judged]))


def aucs(towns: int = 20) -> Floats:
    """Of the score, one a town: how hard the ranking is."""
    made = (town(np.random.default_rng([SEED, 100 + number])) for number in range(towns))
    return np.array([auc(one.is_isolated, one.score, np.ones(HOUSEHOLDS)) for one in made])


def _printed(found: list[Coverage]) -> None:
    print(
        f"AUC of the score {aucs().mean():.3f}; of all intervals {holding(found):.3f} hold the truth, bars {LOW}, {HIGH}"
    )
    for scenario in SCENARIOS:
        print(f"\n{scenario}")
        print(
            f"{'figure':<24}{'met':>6}{'held':>7}{'below':>7}{'above':>7}{'width':>7}{'bounds':>8}  measured, held"
        )
        for c in (c for c in found if c.scenario == scenario):
            measured = f"{c.measured:>5}" + ("" if c.measured_held is None else f" {c.measured_held:.3f}")
            numbers = (
                f"{c.met:>6.1f}{c.held:>7.3f}{c.below:>7.3f}{c.above:>7.3f}{c.width:>7.3f}{c.bounded:>8.3f}"
            )
            print(
                f"{c.figure:<24}{numbers} {measured}  {'DOES NOT HOLD: ' if c.fails else ''}{', '.join(c.fails)}"
            )


def main() -> int:
    """Prints the figures; 0 when the bars hold."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--campaigns", type=int, default=100)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    found = [one for scenario in SCENARIOS for one in covered(scenario, options.campaigns)]
    holds = LOW <= holding(found) <= HIGH and not any(one.fails for one in found)
    if options.json:
        rows = [{**asdict(one), "fails": one.fails} for one in found]
        print(json.dumps({"holds": holds, "all_held": round(holding(found), 4), "figures": rows}, indent=2))
    else:
        _printed(found)
    return 0 if holds else 1


if __name__ == "__main__":
    sys.exit(main())
