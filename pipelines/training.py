"""What past campaigns teach: the matrix of every past origin with what its visits made of each household, and the labels with what each stands for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd

from features import audit_groups, frame, known, label, matrix
from features.engine import Engine
from features.factor import Factor
from features.presence_model import EVEN
from models import weights
from models.candidate import lots
from models.splits import origins
from pipelines import engines, settings, store
from pipelines.factors import factors_of
from pipelines.manifest import timed, write_json

LEDGER = (
    "visited_on",
    "state",
    "isolated",
    "lonely",
    "is_followed",
    "bras",
    "proba_tirage",
    "visits",
    "id_visite",
)
NEVER = "never visited"
NO_ANSWER_COMES = ("moved",)
"""Facts about the address list, and none about isolation."""
CHAINS = 2
"""Origins are built in so many chains side by side, with one thread each: of tables of a town DuckDB has little for a second thread to do (frame and matrix of Agen:
12 s with one, 10.6 s and a third more of processor time with two)."""
LARGE = 150_000
"""Rows of one day's extract from which there is one chain with two threads: of a million persons two chains took as long and 9 GB."""
SAMPLED = 3000
"""Households without a visit that stand for all others of one origin where the chance of a visit is learnt."""


def labels_step(config: Path, folder: Path, as_of: date) -> None:
    """Writes, in ``working/``: ``past/<origin>.parquet`` (every household of the frame of that day: matrix, audit groups and ledger columns),
    ``labels.parquet`` and ``training.parquet`` (row for row, in the order of the visits: ledger and matrix of the households visited that still live there; ``isolated`` and ``weight``
    null where nobody answered), ``ledger.parquet`` and ``labels.json``."""
    city = settings.load(config)
    working = folder / "working"
    (working / "past").mkdir()
    factors = factors_of(city)
    chains = CHAINS if city.engine == "duckdb" and _largest(city) < LARGE else 1  # Spark has one session
    with timed(folder, "labels") as rows, engines.reading(city, threads=2 // chains) as connection:
        known.open_views(connection, as_of, settings.gates(city))
        visits = label.outcomes(connection, label.visits(connection))
        every = _pasts(connection, city, chains, _campaigns(visits, as_of), working / "past")
        visited = _together([_visited(path) for path in every], factors)
        pool = _together([_sampled(path, city.seed) for path in every], factors)
        told = visited[~visited["state"].isin(NO_ANSWER_COMES)].sort_values(
            ["visited_on", "id_visite"], ignore_index=True
        )
        is_label = told["isolated"].notna().to_numpy(dtype=bool)
        chances = weights.learnt(pool, factors)
        weighed = weights.of_labels(chances.of(told[is_label]))
        labels = told[["household_id", "as_of", *LEDGER, *audit_groups.AUDITED]].assign(weight=np.nan)
        labels.loc[is_label, "weight"] = weighed.weight
        labels.to_parquet(working / "labels.parquet", index=False)
        told[["household_id", "as_of", "quartier", *(f.name for f in factors)]].to_parquet(
            working / "training.parquet", index=False
        )
        states = _ledger(working, every, chances)
        told_of = {**weighed.as_json(int(is_label.sum())), "ledger": frame.published(states)}
        write_json(working / "labels.json", told_of)
        rows |= {"origins": len(every), "visits": len(visits), "labels": int(is_label.sum())}
        rows["visits_not_in_frame"] = len(visits) - int(visited["visits"].sum())


def _campaigns(told: pd.DataFrame, as_of: date) -> dict[date, pd.DataFrame]:
    """Origin → the visits that use it: the last one that is not after their list."""
    if told.empty:
        return {}
    listed = told["date_liste"].fillna(told["date_visite"])
    days = origins(day.date() for day in listed.unique() if day < pd.Timestamp(as_of))
    ends = [*days[1:], as_of]
    return {
        day: told[(listed >= pd.Timestamp(day)) & (listed < pd.Timestamp(end))]
        for day, end in zip(days, ends, strict=True)
    }


def _pasts(
    connection: Engine,
    city: settings.City,
    chains: int,
    campaigns: Mapping[date, pd.DataFrame],
    past: Path,
) -> list[Path]:
    """One file an origin, in ``past``."""
    with ThreadPoolExecutor(chains) as workers:
        build = partial(_build, connection, city, campaigns, past)
        list(workers.map(build, _chains(list(campaigns), chains)))
    return [_file(past, day) for day in campaigns]


def _file(past: Path, origin: date) -> Path:
    return past / f"{origin.isoformat()}.parquet"


def _largest(city: settings.City) -> int:
    """Most rows of one file."""
    with store.read_store(city.paths) as connection:
        row = connection.execute(
            "select coalesce(max(rows_accepted), 0) from meta.files where is_current"
        ).fetchone()
    assert row is not None  # an aggregate always gives a row
    return int(row[0])


def _chains(days: Sequence[date], chains: int) -> list[Sequence[date]]:
    """As long as one another, each in the order of its days."""
    long = -(-len(days) // chains) or 1
    return [days[first : first + long] for first in range(0, len(days), long)]


def _build(
    connection: Engine,
    city: settings.City,
    campaigns: Mapping[date, pd.DataFrame],
    past: Path,
    days: Sequence[date],
) -> None:
    """One chain of origins with tables of its own: the first from nothing, each other from the one before."""
    with engines.beside(connection) as own:
        for linked_on, origin in zip((None, *days), days, strict=False):
            found = _as_of_origin(own, city, campaigns[origin], origin, linked_on)
            found.to_parquet(_file(past, origin), index=False)


def _as_of_origin(
    connection: Engine, city: settings.City, campaign: pd.DataFrame, origin: date, linked_on: date | None
) -> pd.DataFrame:
    """Of whoever was more likely there than not: a visit that met somebody teaches, whether or not the household was sure enough to be listed."""
    gates = settings.gates(city)
    frame.lay(connection, origin, gates, EVEN, linked_on=linked_on)
    wide = matrix.wide(connection, origin, factors_of(city), gates)
    groups = connection.execute(audit_groups.OF_HOUSEHOLDS).df()
    ledger = label.of_households(connection, campaign, origin).drop(columns="as_of")
    placed = wide.merge(groups, on="household_id", validate="one_to_one")
    return placed.merge(ledger, on="household_id", how="left", validate="one_to_one")


def _visited(path: Path) -> pd.DataFrame:
    return pd.read_parquet(path, filters=[("visits", ">=", 1)])


def _sampled(path: Path, seed: int) -> pd.DataFrame:
    """Every visited household of an origin, and so many of the others, drawn by lot; ``stands_for``: how many each speaks for."""
    every = pd.read_parquet(path)
    is_visited = every["visits"].notna()
    others = every[~is_visited]
    kept = others.iloc[np.argsort(lots(others["household_id"], seed), kind="stable")[:SAMPLED]]
    share = len(others) / len(kept) if len(kept) else 1.0
    return pd.concat(
        [every[is_visited].assign(stands_for=1.0), kept.assign(stands_for=share)], ignore_index=True
    )


def _together(parts: Sequence[pd.DataFrame], factors: Sequence[Factor]) -> pd.DataFrame:
    columns = [
        "household_id",
        "as_of",
        "quartier",
        *(f.name for f in factors),
        *audit_groups.AUDITED,
        *LEDGER,
        "stands_for",
    ]
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=columns)


def _ledger(working: Path, every: Sequence[Path], chances: weights.Chances) -> dict[str, int]:
    """Writes ``ledger.parquet``: one row a household and origin with what is known of it and the chance that a visit of that campaign told something;
    gives how many households and origins are in each state."""
    parts = []
    for path in every:
        past = pd.read_parquet(path)
        ledger = past[["household_id", "as_of", "bras", "proba_tirage"]]
        parts.append(ledger.assign(state=past["state"].fillna(NEVER), observed_probability=chances.of(past)))
    ledger = (
        pd.concat(parts, ignore_index=True)
        if parts
        else pd.DataFrame(columns=["household_id", "as_of", "state"])
    )
    ledger.to_parquet(working / "ledger.parquet", index=False)
    return {state: int((ledger["state"] == state).sum()) for state in (NEVER, *label.STATES)}
