"""The day of a run rebuilt from what is stored today, held against what the run published, and what has changed since."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, cast

import duckdb
import pandas as pd

from data_contracts.errors import ConfigurationError
from features import linkage
from features.household_explained import HouseholdExplained
from features.traced import Read
from models.candidate import Scorer
from pipelines import law, manifest, ranker, settings, settings_kept
from pipelines.factors import factors_of
from pipelines.settings import City
from pipelines.trace_run import Published, number
from reports.trace_facts import Again, Cause, Difference

ROUNDED = 1e-6
"""As the list rounds a score."""


@dataclass(frozen=True, kw_only=True)
class Rebuilt:
    """``row``: of ``households``; None where today's files show no such household on that day. ``wide``: its row of the matrix; ``read``: by factor."""

    row: Mapping[str, Any] | None
    wide: pd.DataFrame
    read: Mapping[str, Read]
    household: HouseholdExplained | None


def again(connection: duckdb.DuckDBPyConnection, city: City, one: Published, rebuilt: Rebuilt) -> Again:
    """Every figure of the line that can be rebuilt, and everything that may move one."""
    scorer, unreadable = _scorer(city, one)
    compared = [*_compared(one, rebuilt, scorer)] if rebuilt.row is not None else []
    differences = tuple(d for d, is_same in compared if not is_same)
    causes = [*unreadable, *_causes(connection, city, one)]
    if (differences or rebuilt.row is None) and law.remembered(connection):
        causes.append(
            Cause(why="objected", names=())
        )  # when is not kept, so that it explains only what needs it
    return Again(
        is_found=rebuilt.row is not None,
        compared=len(compared),
        differences=differences,
        causes=tuple(causes),
    )


def _scorer(city: City, one: Published) -> tuple[Scorer | None, tuple[Cause, ...]]:
    """Today's settings may let other factors weigh than the text knows: then it scores nobody."""
    try:
        return ranker.scorer_of(city, one.kept.folder), ()
    except ConfigurationError as error:
        return None, (Cause(why="model", names=(error.what,)),)


Compared = Iterator[tuple[Difference, bool]]


def _compared(one: Published, rebuilt: Rebuilt, scorer: Scorer | None) -> Compared:
    rows = cast("list[dict[str, Any]]", one.explained.to_dict("records"))
    for row in rows:
        yield from _facts(row, rebuilt.read.get(row["factor"]))
    if scorer is not None:
        weights = scorer.contributions(rebuilt.wide).iloc[0]
        for row in rows:
            if row["is_weighed"]:
                yield _close("weight", row["factor"], row["contribution"], weights.get(row["factor"]))
        yield _close("score", "", one.row["score"], scorer.base + float(weights.sum()))
    yield from _line(one, cast("Mapping[str, Any]", rebuilt.row))
    yield from _statements(one, rebuilt.household)


def _facts(row: Mapping[str, Any], read: Read | None) -> Compared:
    """Of a factor that weighs no more nothing is compared: the causes say why."""
    if read is None:
        return
    name = row["factor"]
    yield _close("value", name, row["value"], read.value)
    known_on = None if pd.isna(row["known_on"]) else pd.Timestamp(row["known_on"]).date()
    for what, published, now in (
        ("day", known_on, read.known_on),
        ("source", row["source"] if isinstance(row["source"], str) else None, read.source),
    ):
        yield _difference(what, name, published, now), published == now


def _line(one: Published, now: Mapping[str, Any]) -> Compared:
    told = {**one.row, "members": int(one.row["members"]), "data_thin": one.row["data_thin"] == "O"}
    today = {**now, "members": int(now["members"]), "data_thin": bool(now["is_data_thin"])}
    for name in ("members", "quartier", "data_thin"):
        yield _difference("line", name, told[name], today[name]), told[name] == today[name]


def _statements(one: Published, household: HouseholdExplained | None) -> Compared:
    """Where the run kept its working tables."""
    file = one.kept.folder / "working" / "statements.parquet"
    if household is None or not file.is_file():
        return
    kept = pd.read_parquet(file, filters=[("household_id", "==", one.household_id), ("is_retained", "==", True)])  # fmt: skip
    today = {said.statement: said for said in household.statements if said.is_retained}
    for row in cast("list[dict[str, Any]]", kept.to_dict("records")):
        now = today.get(row["statement"])
        was = f"{_text(number(row['value']))} ({row['strength']})"
        is_ = f"{_text(number(now.value))} ({now.strength})" if now else ""
        yield _difference("statement", row["statement"], was, is_), was == is_


def _close(what: str, name: str, published: object, now: object) -> tuple[Difference, bool]:
    was, is_ = number(published), number(now)
    if was is None or is_ is None:
        return _difference(what, name, was, is_), was is is_
    return _difference(what, name, was, is_), math.isclose(was, is_, abs_tol=ROUNDED)


def _difference(what: str, name: str, published: object, now: object) -> Difference:
    return Difference(what=what, name=name, published=_text(published), now=_text(now))


def _text(value: object) -> str:
    if value is None:
        return ""
    return f"{value:.6g}" if isinstance(value, float) else str(value)


def _causes(connection: duckdb.DuckDBPyConnection, city: City, one: Published) -> Iterator[Cause]:
    """Whatever of what decides a run is no longer what it was: a difference comes from one of them."""
    made = one.made
    files = connection.execute(_FILES, [list(made["deliveries"].values()), one.kept.as_of]).fetchall()
    for why in ("corrected", "purged"):
        yield from _named(why, [name for kind, name in files if kind == why])
    known = {file_id for (file_id,) in connection.execute("select file_id from meta.files").fetchall()}
    yield from _named("gone", [name for name, id_ in made["deliveries"].items() if id_ not in known])
    yield from _named("arrived", _arrived(connection, one))
    yield from _named("gates", _changed(made["gates"], settings.gates(city)))
    used = {f.name for f in factors_of(city)}
    yield from _named("factors", sorted(used ^ {*made["factors_used"]}))
    yield from _named("contracts", _changed(made["contracts"], manifest.contract_hashes()))
    for why, then, now in (
        ("configuration", made["configuration"], manifest.sha256(settings_kept.deciding(city))),
        ("linkage", made["linkage_model"], linkage.model().cited),
        ("code", made["code"], manifest.source_hash()),
    ):
        if then != now:
            yield Cause(why=why, names=(str(then)[:12], str(now)[:12]))


_FILES = """
select 'corrected', name from meta.files where file_id in (select unnest($1)) and not is_current
union all select 'purged', f.name from meta.files f where file_id in (select unnest($1)) and rows_purged > 0
  and exists (from meta.purges p where p.source = f.source and p.purged_on >= $2)
order by all
"""


def _arrived(connection: duckdb.DuckDBPyConnection, one: Published) -> list[str]:
    """Files that the run had not, with rows of before its day."""
    found = connection.execute(
        "select file_id, source, name from meta.files where is_current and file_id not in (select unnest($1)) order by name",
        [list(one.made["deliveries"].values())],
    ).fetchall()
    return [
        name
        for file_id, source, name in found
        if connection.execute(
            f"select 1 from raw.{source} where file_id = $1 and was_known(known_on, $2) limit 1",
            [file_id, one.kept.as_of],
        ).fetchone()
    ]


def _changed(then: Mapping[str, str], now: Mapping[str, str]) -> list[str]:
    return sorted(name for name in {*then, *now} if then.get(name) != now.get(name))


def _named(why: str, names: list[str]) -> Iterator[Cause]:
    if names:
        yield Cause(why=why, names=tuple(names))
