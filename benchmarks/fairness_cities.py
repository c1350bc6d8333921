"""Simulated fair cities, at the level of tables: nothing that is done at any door depends on the group, given what may rightly decide. For evaluation only.

A city has a year and a half of lists (the ranking, a tenth by lot) and a walk that goes through the neighbourhoods in turn. Two sorts: *alike*, where isolation and the score are the same in
all groups, so that every ratio of every measure is one in truth; and *by age*, where both follow age, women are older and poor neighbourhoods younger: there recall and
what is found differ in truth, and only the measures of how people are treated (visited, reached, refused, helped) must stay silent.
Shares are assumed, near those of a French town; nothing was fitted to the report.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from features.audit_groups import AUDITED
from features.catalogue import FACTORS
from models import fairness_rows
from models.estimates import MODEL, RANDOM
from models.fairness import Judged, judged
from models.fairness_counts import with_pairs
from models.fairness_measures import PAIRS, Compared, Table, compared, large_pairs, list_for_need, visits
from models.fairness_visits import WALK

HOUSEHOLDS, ORIGINS, LISTED, DRAWN, WALKED, CAPACITY, NEIGHBOURHOODS = 10_000, 6, 120, 40, 100, 60, 15
AGES = np.array([22, 32, 50, 67, 77, 85])
BANDS = np.array(["under 25", "25-39", "40-59", "60-74", "75-79", "80 and over"], dtype=object)
BAND_SHARES = np.array([0.06, 0.19, 0.31, 0.24, 0.08, 0.12])
TREATED = ("visited", "reached", "refused", "helped")
AGE = next(f for f in FACTORS if f.name == "oldest_age")


@dataclass(frozen=True, kw_only=True)
class City:
    """``is_alike``: isolation and score the same in all groups, else by age."""

    is_alike: bool
    seed: int


def households(city: City, rng: np.random.Generator) -> pd.DataFrame:
    """Of the frame, with groups, ``oldest_age``, ``score`` and ``is_isolated``."""
    n = HOUSEHOLDS
    place = rng.integers(0, NEIGHBOURHOODS, n)
    is_poor = place >= NEIGHBOURHOODS - 4
    old = 0.0 if city.is_alike else 1.0
    tilt = np.array([1.0, 1.0, 1.0, 1.0, 1.0 + 0.5 * old, 1.0 + 0.8 * old])
    chances = np.where(is_poor[:, None], BAND_SHARES / tilt, BAND_SHARES * tilt)
    cumulated = np.cumsum(chances / chances.sum(axis=1, keepdims=True), axis=1)
    band = np.minimum((rng.random(n)[:, None] > cumulated).sum(axis=1), len(BANDS) - 1)
    women = 0.4 + old * 0.05 * (band - 2)
    lot = rng.random(n)
    odds = np.exp(-2.0 + old * 0.25 * (band - 2.5))
    return pd.DataFrame(
        {
            "household_id": np.arange(n).astype(str),
            "sex": np.where(lot < women, "women", np.where(lot < women + 0.3, "men", "both")),
            "age_band": BANDS[band],
            "oldest_age": AGES[band].astype(float),
            "tenure": np.where(rng.random(n) < np.where(is_poor, 0.5, 0.15), "social housing", "other"),
            "qpv": np.where(is_poor, "priority", "other"),
            "neighbourhood": np.char.zfill((place + 1).astype(str), 2).astype(object),
            "data_thin": np.where(rng.random(n) < 0.3, "thin", "not thin"),
            "score": old * 0.25 * band + rng.normal(0, 1, n),
            "is_isolated": rng.random(n) < odds / (1 + odds),
        }
    )


def measured(city: City) -> Compared:
    """Everything that the report compares of a new city, but what it takes from the frame's own parity report."""
    rng = np.random.default_rng([city.seed, int(city.is_alike)])
    frame = households(city, rng)
    past = pd.concat(list(_campaigns(frame, rng)), ignore_index=True)
    today = with_pairs(frame.assign(listed=frame["score"].rank(ascending=False) <= CAPACITY), AUDITED, PAIRS)
    counted = past[past["bras"].isin([MODEL, RANDOM])].rename(columns={"bras": "arm"})
    counted = counted.assign(
        campaign=counted["as_of"], isolated=counted["isolated"].where(counted["arm"] != WALK)
    )
    large = large_pairs(today)
    parts = [
        compared(list(_tables(past, counted, city.seed, rng)), large, city.seed),
        list_for_need(counted, today, large, city.seed),
    ]
    return Compared(
        lines=pd.concat([part.lines for part in parts], ignore_index=True),
        cells=pd.concat([part.cells for part in parts], ignore_index=True),
    )


def _tables(past: pd.DataFrame, counted: pd.DataFrame, seed: int, rng: np.random.Generator) -> list[Table]:
    tested = past[past["isolated"].notna()].rename(columns={"as_of": "origin"})
    is_called = tested.groupby("origin")["score"].rank(pct=True) > 0.8
    weight = np.where(tested["bras"] == RANDOM, 4.0, 1.0)
    tested = tested.assign(called=is_called.astype(float), weight=weight, probability=np.nan)
    visited = past[past["state"].notna()]
    doors = [Table(measure=m, rows=r) for m, r in fairness_rows.of_the_doors(visited)]
    ranking = [Table(measure=m, rows=r) for m, r in fairness_rows.of_the_ranking(tested)]
    draw = Table(measure="false_omission", rows=fairness_rows.of_the_draw(counted))
    return [*ranking, draw, *visits(past, (AGE,), seed), *doors]


def _campaigns(frame: pd.DataFrame, rng: np.random.Generator) -> list[pd.DataFrame]:
    """Every household of every origin, with what its visits told; nobody is visited twice."""
    is_free = np.ones(len(frame), dtype=bool)
    walk = np.lexsort((rng.random(len(frame)), frame["neighbourhood"]))
    walk = walk[(frame["oldest_age"] >= 80).to_numpy()[walk]]
    parts = []
    for origin in range(ORIGINS):
        arm, p = np.full(len(frame), None, dtype=object), np.full(len(frame), np.nan)
        ranked = np.argsort(-frame["score"].to_numpy() + rng.normal(0, 0.5, len(frame)))
        arm[_take(ranked, is_free, LISTED)] = MODEL
        pool = int(is_free.sum())
        drawn = _take(rng.permutation(len(frame)), is_free, DRAWN)
        arm[drawn], p[drawn] = RANDOM, DRAWN / pool
        arm[_take(walk, is_free, WALKED)] = WALK
        parts.append(_told(frame, origin, arm, p, rng))
    return parts


def _take(order: np.ndarray, is_free: np.ndarray, n: int) -> np.ndarray:
    taken: np.ndarray = order[is_free[order]][:n]
    is_free[taken] = False
    return taken


def _told(
    frame: pd.DataFrame, origin: int, arm: np.ndarray, p: np.ndarray, rng: np.random.Generator
) -> pd.DataFrame:
    n, isolated = len(frame), frame["is_isolated"].to_numpy()
    lot = rng.random(n)
    met = np.where(isolated, "isolated", "not isolated")
    state = np.select([lot < 0.12, lot < 0.28], ["refused", "absent"], met).astype(object)
    state[pd.isna(arm)] = None
    is_met = np.isin(state, ["isolated", "not isolated"])
    told = pd.Series(isolated).where(pd.Series(is_met)).astype("boolean")
    followed = pd.Series(rng.random(n) < 0.6).where(pd.Series(is_met)).astype("boolean")
    day = pd.Timestamp(2025, 1, 1) + pd.Timedelta(days=90 * origin)
    return frame.assign(as_of=day, bras=arm, p=p, state=state, isolated=told, is_followed=followed)


def accused(city: City) -> list[Judged]:
    """Lines that accuse a city that is fair in this."""
    verdicts, _ = judged(measured(city).lines)
    return [v for v in verdicts if v.verdict == "outside" and (city.is_alike or v.measure in TREATED)]
