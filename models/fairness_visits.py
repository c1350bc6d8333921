"""Whom past choices visited beside whom they would have visited had the group been treated as the rest: like for like, stratum by stratum.

A visit says who was visited, and nothing says who was chosen and never visited. But what may rightly decide is known: on a list by the ranking every factor and the age; on
the walk to everybody of 80 and over the age and the street. So the visits of one campaign (of the walk: in one neighbourhood) are laid out over everybody who could have had them, by that alone.
Alerts, bereavements and draws by lot are chosen by no city and are left out. Each household counts until its first visit.

It cannot see what a factor hides: a group that a factor ranks low is expected to be visited less. Nor a neighbourhood that the walk has not come to, since streets are walked in turn:
the walk counts within neighbourhoods, and says nothing where ``places`` are compared.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from features.audit_groups import AUDITED
from features.factor import Factor
from models.candidate import lots
from models.estimates import MODEL
from models.fairness_counts import UNKNOWN
from models.weights import chance_of_visit, chances_at

WALK, WALKED_FROM = "TEMOIN_80PLUS", 80
SAMPLED = 3000
"""Households without a visit of one campaign that stand for all others where the chance of a listed one is learnt."""


def first_visits(past: pd.DataFrame) -> pd.DataFrame:
    """Of every household and origin, those up to and with its first visit of any arm. ``past``: ``household_id``, ``as_of``, ``bras`` (null: not visited)."""
    ordered = past.sort_values(["as_of", "household_id"], kind="stable", ignore_index=True)
    is_visited = ordered["bras"].notna().astype(int)
    before = is_visited.groupby(ordered["household_id"]).cumsum() - is_visited
    return ordered[before == 0].reset_index(drop=True)


def walked(rows: pd.DataFrame) -> pd.DataFrame:
    """Those old enough for the walk, with ``y`` (visited by it), ``expected`` and ``stratum`` (campaign and neighbourhood): everybody of a stratum as likely."""
    old = rows[rows["oldest_age"] >= WALKED_FROM]
    stratum = old["as_of"].astype(str) + " " + old["neighbourhood"].fillna(UNKNOWN)
    return _laid_out(old, (old["bras"] == WALK).to_numpy(), stratum, np.ones(len(old)))


def listed(rows: pd.DataFrame, factors: Sequence[Factor], seed: int) -> pd.DataFrame:
    """Everybody, with ``y`` (visited since the ranking listed them), ``expected`` by what every factor and the age say, and ``stratum`` (campaign)."""
    is_visited = (rows["bras"] == MODEL).to_numpy()
    if not is_visited.any():
        return _laid_out(rows.iloc[:0], is_visited[:0], rows["as_of"].iloc[:0].astype(str), np.array([]))
    is_drawn = is_visited | (_place_by_lot(rows, seed) < SAMPLED)
    others = ~is_visited
    share = others.sum() / max(1, (others & is_drawn).sum())
    pool = rows[is_drawn].assign(stands_for=np.where(is_visited[is_drawn], 1.0, share))
    chance = chances_at(chance_of_visit(pool, is_visited[is_drawn], factors), rows, factors)
    return _laid_out(rows, is_visited, rows["as_of"].astype(str), chance)


def _place_by_lot(rows: pd.DataFrame, seed: int) -> np.ndarray:
    lot = pd.Series(lots(rows["household_id"], seed), index=rows.index)
    placed: np.ndarray = lot.groupby(rows["as_of"]).rank(method="first").to_numpy() - 1
    return placed


def _laid_out(
    rows: pd.DataFrame, is_visited: np.ndarray, stratum: pd.Series, chance: np.ndarray
) -> pd.DataFrame:
    """The visits of each stratum, by their chance; one row a stratum and kind of household."""
    told = pd.DataFrame({"stratum": stratum, "y": is_visited.astype(float), "chance": chance})
    sums = told.groupby("stratum")[["y", "chance"]].transform("sum")
    expected = told["chance"] * sums["y"] / sums["chance"]
    table = (
        rows[[*AUDITED]]
        .fillna(UNKNOWN)
        .assign(y=told["y"], expected=expected, stratum=told["stratum"], size=1)
    )
    kinds = (
        table[(sums["y"] > 0).to_numpy()]
        .groupby(["stratum", *AUDITED], as_index=False)[["y", "expected", "size"]]
        .sum()
    )
    return kinds.assign(weight=1.0)
