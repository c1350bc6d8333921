"""Need by neighbourhood, and what further visits there would find: from the random visits, the chances of those next in the ranking, and who opens."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from features.frame import HIDDEN
from models import calibration, small_areas
from models.calibration import Calibration
from models.candidate import Floats, score
from models.estimates import RANDOM
from models.inclusion import Ints
from models.more_visits import found_of, levels, simple
from pipelines import ranker, settings
from reports.maps import Basis, Estimate
from reports.maps_shown import CITY, Counts, Group

TENS, HALVES = 10.0, 0.5
"""To what a need and a yield are rounded, so that no count of visits follows from them; the ends of a need outwards."""


@dataclass(frozen=True, kw_only=True)
class Believed:
    """Isolated households of each group, and those that ``visits_per_week`` more visits would find in each neighbourhood; a group of which nothing can be said
    is in neither. ``leaning``: neighbourhoods whose need is more the city's figure than their own. ``basis``: whence the yield."""

    need: dict[Group, Estimate]
    more: dict[Group, Estimate]
    leaning: int
    basis: Basis


@dataclass(frozen=True, kw_only=True)
class _Town:
    """What ``estimates.json`` says of everybody: the share of isolated, where it is measured and told."""

    value: float
    low: float
    high: float


def believed(city: settings.City, folder: Path, counts: Counts, visits: pd.DataFrame) -> Believed:
    """``visits``: see ``map_counts.counts``, with ``proba_tirage``."""
    places, rng = list(counts.priority), np.random.default_rng([city.seed, 1])
    households = np.array([counts.numbers["households", q] for q in places], dtype=np.float64)
    town = _town(folder)
    own, shares = np.zeros(len(places)), np.zeros((0, len(places)))
    need: dict[Group, Estimate] = {}
    if town is not None:
        found = small_areas.areas(*_random(visits, places), rng)
        own, shares = found.own, _to_town(found.shares, households, town.value)
        need = dict(_need(counts, shares * households, town))
    basis, visited, chances = _chances(city, folder, places, shares, rng)
    opening = chances
    if len(chances):
        answered, of = (_of(counts, column, places) for column in ("answered", "visited"))
        opening = small_areas.areas(answered, of, rng).shares
    each = np.minimum(chances * opening, 1.0)
    drawn = found_of(visited, each, rng)
    more = {("in", q): _yield(visited[i] * each[:, i].mean(), drawn[:, i]) for i, q in enumerate(places) if len(each) and visited[i]}  # fmt: skip
    return Believed(need=need, more=more, leaning=int((own < 0.5).sum()) if need else 0, basis=basis)


def _town(folder: Path) -> _Town | None:
    groups = json.loads((folder / "estimates.json").read_text(encoding="utf-8"))["groups"]
    everybody = next(g for g in groups if g["outcome"] == "isolated" and not g["dimension"])
    figure = next(f for f in everybody["figures"] if f["measure"] == "prevalence")
    if everybody["counts"] == HIDDEN or figure["verdict"] != "measured" or figure["value"] is None:
        return None
    return _Town(value=figure["value"], **figure["interval"])


def _random(visits: pd.DataFrame, places: list[str]) -> tuple[Floats, Floats]:
    """Found and visits of each place, of the answers by which the town's figure is estimated."""
    mine = visits[(visits["bras"] == RANDOM) & visits["is_in_estimates"] & visits["isolated"].notna()]
    return simple(mine["isolated"], mine["proba_tirage"], mine["neighbourhood"].fillna(""), places)


def _to_town(shares: Floats, households: Floats, town: float) -> Floats:
    """Scaled so that the places add up to the town's figure (Rao and Molina 2015, section 6.4.6)."""
    scaled: Floats = shares * town * households.sum() / (shares.mean(axis=0) @ households)
    return np.minimum(scaled, 1.0)


def _need(counts: Counts, drawn: Floats, town: _Town) -> Iterator[tuple[Group, Estimate]]:
    at = {q: i for i, q in enumerate(counts.priority)}
    for group, parts in counts.groups.items():
        mine = drawn[:, [at[q] for q in parts]].sum(axis=1)
        ends = small_areas.interval(mine)
        yield group, _tens(float(mine.mean()), ends.low, ends.high)
    every = sum(counts.numbers["households", q] for q in counts.priority)
    yield CITY, _tens(every * town.value, every * town.low, every * town.high)


def _tens(value: float, low: float, high: float) -> Estimate:
    return Estimate(
        value=TENS * round(value / TENS), low=TENS * np.floor(low / TENS), high=TENS * np.ceil(high / TENS)
    )


def _yield(value: float, drawn: Floats) -> Estimate:
    low, high = np.quantile(drawn, small_areas.ENDS, method="inverted_cdf")
    return Estimate(value=HALVES * round(value / HALVES), low=float(low), high=float(high))


def _of(counts: Counts, column: str, places: list[str]) -> Floats:
    return np.array([counts.numbers[column, q] for q in places], dtype=np.float64)


def _chances(
    city: settings.City, folder: Path, places: list[str], shares: Floats, rng: np.random.Generator
) -> tuple[Basis, Ints, Floats]:
    """(whence, visits of each place, draws of the chance that whoever answers there is isolated): of those next in the ranking where its probabilities hold,
    else of anybody there, as the random visits found; no draws where neither is known."""
    waiting = _waiting(folder)
    mapped = calibration.read((folder / "model" / "calibration.json").read_text(encoding="utf-8"))
    size = waiting["quartier"].value_counts().reindex(places, fill_value=0).to_numpy()
    visited = np.minimum(size, city.visits_per_week).astype(np.int64)
    if not mapped.holds:
        return ("random" if len(shares) else "none"), visited, shares
    mean = _next(city, folder, waiting, mapped, places)
    return "calibrated", visited, mean * levels(mapped, small_areas.DRAWS, rng)[:, None]


def _waiting(folder: Path) -> pd.DataFrame:
    """Households that a longer list could have named: ``household_id``, ``quartier``."""
    chance = pd.read_parquet(folder / "inclusion.parquet", columns=["household_id", "why_not"])
    drawn = pd.read_parquet(folder / "working" / "drawn.parquet", columns=["household_id"])
    frame = pd.read_parquet(folder / "working" / "frame.parquet", columns=["household_id", "quartier"])
    is_out = chance["household_id"].isin(drawn["household_id"]) | (chance["why_not"] != "")
    mine = frame[frame["household_id"].isin(chance.loc[~is_out, "household_id"])]
    return mine.assign(quartier=mine["quartier"].fillna(""))


def _next(
    city: settings.City, folder: Path, waiting: pd.DataFrame, mapped: Calibration, places: list[str]
) -> Floats:
    """Mean probability of the next of each place, in the order of the ranking; 0 where nobody waits."""
    wide = pd.read_parquet(folder / "working" / "matrix.parquet")
    marks = pd.Series(score(ranker.scorer_of(city, folder), wide), index=wide["household_id"])
    asked = np.asarray(waiting["household_id"].map(marks), dtype=np.float64)
    mine = waiting.assign(p=mapped.probability(asked))
    first = mine.sort_values("p", ascending=False, kind="stable").groupby("quartier").head(city.visits_per_week)  # fmt: skip
    mean: Floats = np.asarray(
        first.groupby("quartier")["p"].mean().reindex(places, fill_value=0.0), dtype=np.float64
    )
    return mean
