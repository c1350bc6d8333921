"""The right of access: everything that is kept about the person of a match key, where it is from, and what it did to the list."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from pathlib import Path
from typing import cast

import duckdb
import pandas as pd

from data_contracts import contract
from data_contracts.contract import Contract
from features import objections
from features.mentions import RECORD_OF
from pipelines import asking, kept_lists, settings, who_ranks
from pipelines.asking import Asker
from pipelines.kept_lists import KeptRun
from pipelines.store import read_store
from pipelines.withheld import shown

Json = dict[str, object]


def export_person(config: Path, key: str, as_of: date) -> Json:
    """One JSON object about whoever ``key`` names.

    ``records``: every row of the warehouse that carries the key, or that the linkage as of ``as_of`` gives to the same person (``linked_by``
    says which), with the file, line and day it came by. ``lists``: lines of published runs about their household, with every contribution
    to the score, but of what somebody told the city and of another adult only about how much it weighs (``withheld``). ``sources``: whom each
    comes from, by what law, kept for how long. Raises ConfigurationError for a key that has another form.
    """
    city = settings.load(config)
    asking.checked(key)
    with read_store(city.paths) as connection:
        is_objected = _has(connection, "select 1 from meta.objected where key = $1", key)
        who = asking.asker(connection, city, key, as_of)
        records = [
            row for source in contract.SOURCES for row in _records(connection, contract.load(source), key)
        ]
    concerned = {str(r["source"]) for r in records}
    return {
        "key": key,
        "as_of": as_of.isoformat(),
        "city": city.name,
        "purpose": city.purpose,
        "has_objected": is_objected,
        "records": records,
        "household_ids": list(who.household_ids),
        "lists": _lists(city.paths.runs, who, concerned),
        "sources": [_source(contract.load(s), city) for s in contract.SOURCES if s in concerned],
    }


def _records(connection: duckdb.DuckDBPyConnection, promise: Contract, key: str) -> list[Json]:
    names = {c.name for c in promise.columns}
    keys = [k for k in (*objections.KEYS, *objections.LINKED) if k in names]
    if not keys:
        return []
    carries = " or ".join(f"coalesce(r.{k} = $1, false)" for k in keys)
    linked = "false"
    if promise.source in RECORD_OF:
        linked = f"r.{RECORD_OF[promise.source]} in (select record_id from asked where source = '{promise.source}')"
    rows = connection.execute(
        f"select f.name as file, f.is_current, case when {carries} then 'key' else 'linkage' end as linked_by, r.*"
        f" from raw.{promise.source} r join meta.files f using (file_id) where ({carries}) or {linked}"
        " order by r.delivered_on, r.file_id, r.line",
        [key],
    )
    columns = [d[0] for d in rows.description or []]
    return [
        {"source": promise.source}
        | {c: _plain(v) for c, v in zip(columns, row, strict=True) if v is not None}
        for row in rows.fetchall()
    ]


def _plain(value: object) -> object:
    return value.isoformat() if isinstance(value, date) else value


def _lists(runs: Path, who: Asker, own: Collection[str]) -> list[Json]:
    """Degree and mode of contribution, parameters as applied: what CRPA art. R311-3-1-2 asks to be told on request."""
    found: list[Json] = []
    for run in sorted(kept_lists.published(runs), key=lambda run: run.run_id):
        lines = pd.read_csv(run.folder / "list.csv", dtype=str, keep_default_na=False)
        mine = lines[lines["household_id"].isin(who.household_ids)]
        found += [
            _listed(run, line, who, own) for line in cast("list[dict[str, str]]", mine.to_dict("records"))
        ]
    return found


def _listed(run: KeptRun, line: dict[str, str], who: Asker, own: Collection[str]) -> Json:
    household = line["household_id"]
    rows = run.explanations(household)
    others = kept_lists.are_of_another(
        rows, who, household_id=household, members=int(line["members"]), listed_on=run.as_of
    )
    told = shown(line, rows, others, own)
    return {
        "run": run.folder.name,
        "ranked_by": who_ranks.read(run.folder).name,
        "line": told.line,
        "contributions": told.contributions,
        "is_rounded": told.is_rounded,
    }


def _source(promise: Contract, city: settings.City) -> Json:
    chosen = city.sources.get(promise.source)
    return {
        "source": promise.source,
        "title": promise.title,
        "owner": promise.owner,
        "gate": settings.gates(city)[promise.source],
        "legal_basis": chosen.basis if chosen and chosen.basis else promise.legal_basis,
        "version": promise.version,
    }


def _has(connection: duckdb.DuckDBPyConnection, sql: str, key: str) -> bool:
    return connection.execute(sql, [key]).fetchone() is not None
