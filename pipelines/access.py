"""The right of access: everything that is kept about the person of a match key, where it is from, and what it did to the list."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import duckdb
import pandas as pd

from data_contracts import contract
from data_contracts.contract import Contract
from data_contracts.errors import ConfigurationError
from features import frame, objections
from features.mentions import RECORD_OF
from pipelines import settings
from pipelines.store import read_store

Json = dict[str, object]


def export_person(config: Path, key: str, as_of: date) -> Json:
    """One JSON object about whoever ``key`` names.

    ``records``: every row of the warehouse that carries the key, or that the linkage as of ``as_of`` gives to the same person (``linked_by``
    says which), with the file, line and day it came by. ``lists``: lines of published runs about their household, with every contribution
    to the score. ``sources``: whom each comes from, by what law, kept for how long. Raises ConfigurationError for a key that has another form.
    """
    city = settings.load(config)
    if len(key) != 32 or not set(key) <= set("0123456789abcdef"):
        raise ConfigurationError(
            "this is no match key",
            where="KEY",
            hint="a match key has 32 hexadecimal characters; the key holder makes it from the person's name and date of birth.",
        )
    with read_store(city.paths) as connection:
        is_objected = _has(connection, "select 1 from meta.objected where key = $1", key)
        frame.build(connection, as_of, settings.gates(city), city.there_share)
        _find(connection, key)
        records = [
            row for source in contract.SOURCES for row in _records(connection, contract.load(source), key)
        ]
        households = _households(connection)
    concerned = {str(r["source"]) for r in records}
    return {
        "key": key,
        "as_of": as_of.isoformat(),
        "city": city.name,
        "purpose": city.purpose,
        "has_objected": is_objected,
        "records": records,
        "household_ids": households,
        "lists": _lists(city.paths.runs, frozenset(households)),
        "sources": [_source(contract.load(s), city) for s in contract.SOURCES if s in concerned],
    }


def _find(connection: duckdb.DuckDBPyConnection, key: str) -> None:
    """``asked``: (source, record_id) of the person whom the linkage gives the key, over every record it ever saw."""
    named = " union ".join(
        f"select '{s}' as source, {record} as record_id from raw.{s}"
        f" where {' or '.join(f'{k} = $1' for k in objections.KEYS if k in _columns(s))}"
        for s, record in RECORD_OF.items()
    )
    connection.execute(
        f"create or replace temp table asked as with named as ({named})"
        " select distinct p.person_id, p.source, p.record_id from people p"
        " where p.person_id in (select person_id from people join named using (source, record_id))",
        [key],
    )


def _columns(source: str) -> set[str]:
    return {c.name for c in contract.load(source).columns}


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


def _households(connection: duckdb.DuckDBPyConnection) -> list[str]:
    rows = connection.execute(
        "select distinct household_id from members where person_id in (select person_id from asked) order by 1"
    ).fetchall()
    return [row[0] for row in rows]


def _lists(runs: Path, households: frozenset[str]) -> list[Json]:
    """Degree and mode of contribution, parameters as applied: what CRPA art. R311-3-1-2 asks to be told on request."""
    found: list[Json] = []
    for folder in sorted(p for p in runs.glob("*") if (p / "list.csv").is_file()):
        lines = pd.read_csv(folder / "list.csv", dtype=str, keep_default_na=False)
        weights = pd.read_parquet(folder / "explanations.parquet")
        champion = json.loads((folder / "duel.json").read_text(encoding="utf-8"))["champion"]
        for line in lines[lines["household_id"].isin(households)].to_dict("records"):
            mine = weights[weights["household_id"] == line["household_id"]]
            contributions = json.loads(mine.to_json(orient="records", date_format="iso"))
            found.append(
                {"run": folder.name, "ranked_by": champion, "line": line, "contributions": contributions}
            )
    return found


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
