"""Versions of the warehouse's schema, and how an older one is brought to this one.

To change a table: change it where it is declared (``create_tables``, or a contract), then add a ``Step`` to ``STEPS``.
Tables whose columns differ from the declared ones are rebuilt and filled by name, so that a new column that may be null, a new
table or another order needs no SQL; a step whose new column must be filled, or whose old column goes or is renamed, says so in ``rows``.
A contract that only gains columns needs no step.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import reduce
from pathlib import Path

import duckdb

from data_contracts.errors import ConfigurationError, IntegrityError
from pipelines import console, copies, encrypted
from pipelines.encrypted import Key, NotEncrypted

Declare = Callable[[duckdb.DuckDBPyConnection], None]
Columns = tuple[tuple[str, str, bool], ...]
CANARY = "lanterne_canary_whoever_reads_this_in_the_file_reads_a_plain_file"


def _as_they_were(table: str, sql: str) -> str:
    return sql


@dataclass(frozen=True, kw_only=True)
class Step:
    """One step. ``rows(table, sql)`` gives the rows of ``schema.table`` after the step from SQL for its rows before."""

    version: int
    """The schema that the step leads to."""
    what: str
    """What changes, for those who run the upgrade: a sentence that the French catalogue knows."""
    rows: Callable[[str, str], str] = _as_they_were


def _objections_have_roots(table: str, sql: str) -> str:
    """From which entry of the register an older one follows is not known any more: it stays, as if a file had said so."""
    return f"select key, kind, '' as root from ({sql})" if table == "meta.objected" else sql


STEPS = (
    Step(version=2, what="New in schema 2: the file is encrypted, its schema has a number."),
    Step(version=3, what="New in schema 3: an objection can be withdrawn.", rows=_objections_have_roots),
)
VERSION = STEPS[-1].version
PLAIN_GONE = "The unencrypted file was removed. Remove its old backups too; a disk may keep traces of it until it is overwritten."


@dataclass(frozen=True, kw_only=True)
class Upgraded:
    """What an upgrade did: schema before, rows by table, whether the file could be read by anybody."""

    before: int
    rows: dict[str, int]
    was_plain: bool


def upgrade(path: Path, key: Key, declare: Declare, steps: tuple[Step, ...] = STEPS) -> Upgraded | None:
    """Brings an older warehouse to the declared tables, in a fresh encrypted file; None when there is nothing to do.

    Raises IntegrityError for a newer warehouse, and when rows of the old one do not fit: then nothing was changed.
    """
    connection, was_plain = _opened(path, key)
    with encrypted.guarded(connection, path):
        before = version(connection, "warehouse")
        check_not_newer(before, path, steps[-1].version)
        there = structure(connection, "warehouse")
        wanted = _declared(declare)
        is_current = before == steps[-1].version and {t: there.get(t) for t in wanted} == wanted
        if not there or (is_current and not was_plain):
            return None
        rows = copies.replaced(
            connection, path, key, lambda: _carry_over(connection, path, declare, wanted, steps)
        )
    return _said(Upgraded(before=before, rows=rows, was_plain=was_plain), steps)


def _said(done: Upgraded, steps: tuple[Step, ...]) -> Upgraded:
    console.notice(
        "The warehouse was upgraded from schema {before} to {after}: {tables} tables, {rows} rows, each counted in the copy.",
        *(step.what for step in steps if step.version > done.before),
        *([PLAIN_GONE] if done.was_plain else []),
        before=done.before,
        after=steps[-1].version,
        tables=len(done.rows),
        rows=sum(done.rows.values()),
    )
    return done


def _opened(path: Path, key: Key) -> tuple[duckdb.DuckDBPyConnection, bool]:
    try:
        return encrypted.opened(path, key, read_only=False), False
    except NotEncrypted:
        return encrypted.opened(path, None, read_only=False), True


def version(connection: duckdb.DuckDBPyConnection, database: str) -> int:
    """The number of the schema; 1 for a warehouse of before there were numbers."""
    if "meta.schema" not in copies.tables(connection, database):
        return 1
    row = connection.execute(f"select max(version) from {database}.meta.schema").fetchone()
    return int(row[0]) if row and row[0] is not None else 1


def check_not_newer(found: int, path: Path, newest: int = VERSION) -> None:
    """Raises IntegrityError for a schema of a later Lanterne."""
    if found > newest:
        raise IntegrityError(
            f"the warehouse has schema {found}, this version of Lanterne knows up to {newest}",
            where=str(path),
            hint="install the version that wrote it, or a later one; nothing was changed.",
        )


def check_readable(connection: duckdb.DuckDBPyConnection, path: Path) -> None:
    """Raises for a warehouse that this version cannot read as it is."""
    found = version(connection, "warehouse")
    check_not_newer(found, path)
    if found < VERSION:
        raise ConfigurationError(
            f"the warehouse has schema {found}, this version of Lanterne reads {VERSION}",
            where=str(path),
            hint="run `lanterne upgrade --config …`; the next ingest does it as well.",
        )


def structure(connection: duckdb.DuckDBPyConnection, database: str) -> dict[str, Columns]:
    """``schema.table`` → its columns in order: name, type, whether it may be null."""
    found: dict[str, Columns] = {}
    sql = (
        "select schema_name || '.' || table_name, column_name, data_type, is_nullable from duckdb_columns()"
        " where database_name = $1 and not internal order by 1, column_index"
    )
    for table, *column in connection.execute(sql, [database]).fetchall():
        found[table] = (*found.get(table, ()), (column[0], column[1], column[2]))
    return found


def _declared(declare: Declare) -> dict[str, Columns]:
    with closing(duckdb.connect()) as scratch:
        declare(scratch)
        return structure(scratch, "memory")


def stamp(connection: duckdb.DuckDBPyConnection, number: int = VERSION) -> None:
    """Notes the schema's number and the text that ``lanterne check`` looks for in the file's bytes, where they are not noted yet."""
    connection.execute(
        "create table if not exists meta.schema (version integer not null, upgraded_at timestamp not null)"
    )
    connection.execute("create table if not exists meta.canary (text varchar not null)")
    connection.execute(
        "insert into meta.schema select $1, $2 where $1 not in (select version from meta.schema)",
        [number, datetime.now(UTC).replace(tzinfo=None)],
    )
    connection.execute("insert into meta.canary select $1 where not exists (from meta.canary)", [CANARY])


def _carry_over(
    connection: duckdb.DuckDBPyConnection,
    path: Path,
    declare: Declare,
    wanted: dict[str, Columns],
    steps: tuple[Step, ...],
) -> None:
    """Rebuilds in ``fresh`` the tables whose columns are not the declared ones, or that a step rewrites."""
    before = version(connection, "warehouse")
    there = structure(connection, "warehouse")
    due = [step for step in steps if step.version > before]
    rebuilt = {}
    for table in (t for t in wanted if t in there):
        as_it_was = f"select * from warehouse.{table}"
        sql = reduce(lambda sql, step, table=table: step.rows(table, sql), due, as_it_was)  # type: ignore[misc]
        if sql != as_it_was or there[table] != wanted[table]:
            rebuilt[table] = sql
            connection.execute(f"drop table fresh.{table}")
    connection.execute("use fresh")
    declare(connection)
    for table, sql in rebuilt.items():
        _fill(connection, path, table, sql)
    stamp(connection, steps[-1].version)
    connection.execute("use warehouse")


def _fill(connection: duckdb.DuckDBPyConnection, path: Path, table: str, sql: str) -> None:
    try:
        connection.execute(f"insert into fresh.{table} by name {sql}")
    except (duckdb.BinderException, duckdb.ConstraintException, duckdb.ConversionException):
        raise IntegrityError(
            "rows of the older warehouse do not fit the tables of this version; nothing was changed",
            where=f"{path}, {table}",
            hint="a step of pipelines/migrations.py must say what becomes of columns that went, were renamed or must be filled.",
        ) from None  # DuckDB's words quote the rows
