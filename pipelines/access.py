"""The right of access: everything that is kept about the person of a match key, where it is from, and what it did to the list."""

from __future__ import annotations

import json
from collections.abc import Collection
from datetime import UTC, date, datetime
from pathlib import Path
from typing import cast

import duckdb
import pandas as pd

from data_contracts import contract
from data_contracts.contract import Contract
from features import listed_members, objections
from features.mentions import KEYS, RECORD_OF
from pipelines import asking, kept_lists, settings, who_ranks
from pipelines.asking import Asker
from pipelines.desk_database import where_there_is_one
from pipelines.kept_lists import KeptRun
from pipelines.store import read_store
from pipelines.withheld import shown

Json = dict[str, object]
TOLD_ROWS = ("signalements",)
"""Sources of which every row is something that somebody told the city."""
TOLD_COLUMNS = {
    "parc_social": ("alerte_agent", "date_alerte_agent"),
    "registre_vulnerables": ("origine",),
    "usages_services": ("origine",),
}
"""Source → columns that say who told it, or when, beside what is the person's own (``reports.crpa``)."""


def export_person(config: Path, key: str, as_of: date) -> Json:
    """One JSON object about whoever ``key`` names.

    ``records``: every row of the warehouse that carries the key, or that the linkage as of ``as_of`` gives to the same person (``linked_by``
    says which), with the file, line and day it came by; without what somebody told the city. ``lists``: lines of published runs about their household, with every contribution
    to the score, but of what somebody told the city and of another adult only about how much it weighs (``withheld``). ``kept_with_lists``: what the
    folders of those runs keep of the person as a member of a listed household, which an objection of later does not take out. ``chances``: with what probability each of those runs
    could have listed their household, whether or not it did, and why it could not. ``desk``: what the review desk keeps
    (``review.law.person``), None where there is none; the look is a line of its trail. ``sources``: whom each comes from, by what law, kept for how long. Raises
    ConfigurationError for a key that has another form, and where the desk cannot be reached: half an answer would look like a whole one.
    """
    city = settings.load(config)
    asking.checked(key)
    with read_store(city.paths) as connection:
        is_objected = _has(connection, "select 1 from meta.objected where key = $1", key)
        who = asking.asker(connection, city, key, as_of)
        records = [
            row
            for source in contract.SOURCES
            if source not in TOLD_ROWS
            for row in _records(connection, contract.load(source), key)
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
        "kept_with_lists": _kept_with_lists(city.paths.runs, who, key),
        "chances": _chances(city.paths.runs, who),
        "desk": _at_the_desk(config, city, who, key),
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
    columns, withheld = [d[0] for d in rows.description or []], TOLD_COLUMNS.get(promise.source, ())
    return [
        {"source": promise.source}
        | {c: _plain(v) for c, v in zip(columns, row, strict=True) if v is not None and c not in withheld}
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


def _kept_with_lists(runs: Path, who: Asker, key: str) -> list[Json]:
    """Rows of ``members.parquet`` that carry the key or are of a person whom it names; runs of earlier releases have no such file."""
    found: list[Json] = []
    for run in sorted(kept_lists.published(runs), key=lambda run: run.run_id):
        file = run.folder / listed_members.FILE
        if not file.is_file():
            continue
        rows = pd.read_parquet(file)
        mine = rows[rows["person_id"].isin(who.person_ids) | (rows[list(KEYS)] == key).any(axis=1)]
        found += [{"run": run.folder.name} | row for row in json.loads(mine.to_json(orient="records"))]
    return found


CHANCES = ["household_id", "p_model", "p_exploration", "p_bereavement", "why_not"]
"""Of ``inclusion.parquet``; that somebody wrote to the city about a household is not told."""


def _chances(runs: Path, who: Asker) -> list[Json]:
    found: list[Json] = []
    for run in sorted(kept_lists.published(runs), key=lambda run: run.run_id):
        file = run.folder / "inclusion.parquet"
        if not file.is_file():  # a run of an earlier release, whose purge took it or which had none
            continue
        rows = pd.read_parquet(file, columns=CHANCES)
        mine = rows[rows["household_id"].isin(who.household_ids)]
        found += [{"run": run.folder.name} | row for row in json.loads(mine.to_json(orient="records"))]
    return found


def _at_the_desk(config: Path, city: settings.City, who: Asker, key: str) -> Json | None:
    with where_there_is_one(config, city) as desk:
        if desk is None:
            return None
        from review import trail
        from review.law import person

        asks = person.Asks(
            key=key, person_ids=who.person_ids, household_ids=who.present_in, language=city.language
        )
        with desk.writing() as session:
            kept = person.kept(session, asks)
            for case_id in kept.case_ids:
                act = trail.Act(who="system", role="", action="export person", kind="case", about=case_id)
                trail.add(session, desk.seal, datetime.now(UTC), act)
        return kept.told


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
