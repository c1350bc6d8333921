"""Who is on the list: the first of the ranking, and a random share on which Lanterne measures itself."""

from __future__ import annotations

import numpy as np
import pandas as pd

from models.candidate import Floats, lots, ranking

AGE_BANDS = (60, 75, 80)


def draw(
    frame: pd.DataFrame,
    scores: Floats,
    *,
    capacity: int,
    exploration_share: float,
    excluded: frozenset[str],
    alerts: frozenset[str],
    seed: int,
) -> pd.DataFrame:
    """``frame``: one row a household: ``household_id``, ``quartier``, ``oldest_age``, ``is_social_tenant``; ``scores`` row for row.

    Gives one row a listed household, in the order of the list: ``household_id``, ``arm`` (SIGNALEMENT | MODELE | EXPLORATION),
    ``score``, ``drawing_probability`` (inclusion probability of the random arm; NaN elsewhere). Excluded households are in no arm; a household with an open alert is listed
    as an alert and not in another arm. The random arm is drawn from everybody else who is eligible.
    """
    table = frame.assign(score=scores, lot=lots(frame["household_id"], seed))
    table = table.iloc[ranking(scores, table["lot"].to_numpy())]
    table = table[~table["household_id"].isin(excluded)]
    alerted = table[table["household_id"].isin(alerts)].assign(arm="SIGNALEMENT", drawing_probability=np.nan)
    rest = table[~table["household_id"].isin(alerts)]
    ranked = rest.head(capacity).assign(arm="MODELE", drawing_probability=np.nan)
    explored = _explored(rest.iloc[capacity:], round(capacity * exploration_share), seed)
    parts = [p for p in (ranked, explored, alerted) if len(p)]
    columns = ["household_id", "arm", "score", "drawing_probability"]
    return pd.concat(parts, ignore_index=True)[columns] if parts else pd.DataFrame(columns=columns)


def _explored(pool: pd.DataFrame, size: int, seed: int) -> pd.DataFrame:
    """Systematic sampling with a random start along strata (age band, tenure, neighbourhood): everybody's inclusion probability is size / pool."""
    size = min(size, len(pool))
    if size == 0:
        return pool.head(0).assign(arm="EXPLORATION", drawing_probability=np.nan)
    strata = pool.assign(band=np.digitize(pool["oldest_age"].fillna(0), AGE_BANDS))
    ordered = strata.sort_values(
        ["band", "is_social_tenant", "quartier", "lot"], ignore_index=True, na_position="last"
    )
    step = len(pool) / size
    start = np.random.default_rng(seed).uniform(0, step)
    picked = np.minimum((start + step * np.arange(size)).astype(int), len(pool) - 1)
    explored: pd.DataFrame = ordered.iloc[picked].assign(
        arm="EXPLORATION", drawing_probability=size / len(pool)
    )
    return explored
