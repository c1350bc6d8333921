"""Whole copies of the warehouse: what is in a file, and the same in a fresh encrypted one that takes its place at once or not at all."""

from __future__ import annotations

import hashlib
import hmac
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import duckdb

from data_contracts.errors import ConfigurationError, IntegrityError
from pipelines import encrypted
from pipelines.encrypted import Key
from pipelines.settings import Paths
from pipelines.warehouse_key import existing_key


@dataclass(frozen=True, kw_only=True)
class Content:
    """What one table holds: its rows and a digest of columns and rows, whatever their order. Without the key nobody can compute the digest."""

    rows: int
    digest: str


def rewrite(paths: Paths) -> dict[str, int]:
    """Copies the warehouse into a fresh encrypted file that replaces it: what was deleted is then nowhere in its bytes.

    Gives the rows of each table. Raises ConfigurationError when there is no warehouse or somebody uses it.
    """
    check_there(paths.database)
    key = existing_key(paths)
    with encrypted.guarded(
        encrypted.opened(paths.database, key, read_only=False), paths.database
    ) as connection:
        return replaced(connection, paths.database, key)


def check_there(path: Path) -> None:
    """Raises ConfigurationError when nothing has been ingested yet."""
    if not path.is_file():
        raise ConfigurationError(
            "nothing has been ingested yet", where=str(path), hint="run `lanterne ingest --config …` first."
        )


def replaced(
    connection: duckdb.DuckDBPyConnection, path: Path, key: Key, change: Callable[[], None] = lambda: None
) -> dict[str, int]:
    """The attached ``warehouse`` at ``path``, copied to ``fresh``, changed there, counted table by table, and put in its place.

    The lock on the old file is held until the connection closes, so that nothing can be written in between; a crash leaves
    the old file or the new one.
    """
    fresh = fresh_of(path)
    discard(fresh)
    try:
        connection.execute("checkpoint warehouse")  # its log goes: it would not fit the new file
        encrypted.attach(connection, fresh, key, "fresh")
        connection.execute("set preserve_insertion_order = true")
        connection.execute("copy from database warehouse to fresh")
        change()
        counts = _same_counts(connection, path)
        settle(connection, "fresh")
        put_in_place(fresh, path)
        return counts
    finally:
        discard(fresh)


def settle(connection: duckdb.DuckDBPyConnection, name: str) -> None:
    """Writes the log of an attached database into its file and lets go of it."""
    connection.execute(f"checkpoint {name}")
    connection.execute(f"detach {name}")


def put_in_place(fresh: Path, path: Path) -> None:
    """Renames a settled file over another, for good: the folder is synced as well."""
    if wal(fresh).exists():
        raise IntegrityError(
            "a copy of the warehouse still has a log beside it; the old one stays",
            where=str(fresh),
            hint="check the disk (is it full?), then run this again.",
        )
    fresh.replace(path)
    sync_folder(path.parent)


def sync_folder(path: Path) -> None:
    """Makes what was renamed in a folder survive a loss of power."""
    folder = os.open(path, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def fresh_of(path: Path) -> Path:
    """Where a copy is made before it takes the place of ``path``; only who holds the lock on ``path`` may touch it."""
    return path.with_name(f".{path.name}.fresh")


def wal(path: Path) -> Path:
    """DuckDB's log of what is committed and not yet in the file."""
    return path.with_name(path.name + ".wal")


def discard(path: Path) -> None:
    """Removes a database and its log, if they are there."""
    for left in (path, wal(path)):
        left.unlink(missing_ok=True)


def tables(connection: duckdb.DuckDBPyConnection, database: str) -> list[str]:
    """``schema.table`` of every table, sorted."""
    sql = "select schema_name || '.' || table_name from duckdb_tables() where database_name = $1 and not temporary order by 1"
    return [name for (name,) in connection.execute(sql, [database]).fetchall()]


def rows(connection: duckdb.DuckDBPyConnection, database: str, table: str) -> int:
    """How many rows a table holds."""
    row = connection.execute(f"select count(*) from {database}.{table}").fetchone()
    assert row is not None  # an aggregate always gives a row
    return int(row[0])


def contents(connection: duckdb.DuckDBPyConnection, database: str, key: Key) -> dict[str, Content]:
    """Every table of an attached database with its rows and digest."""
    return {name: _content(connection, database, name, key) for name in tables(connection, database)}


_SUMS = """
with hashed as (select sha256(cast(to_json(whole_row) as varchar)) as h from {table} as whole_row)
select count(*), sum(cast('0x' || h[1:16] as ubigint)), bit_xor(cast('0x' || h[17:32] as ubigint)) from hashed
"""
"""Two sums over the rows' hashes that do not depend on order and need no memory; a row twice counts twice in the first."""


def _content(connection: duckdb.DuckDBPyConnection, database: str, table: str, key: Key) -> Content:
    sums = connection.execute(_SUMS.format(table=f"{database}.{table}")).fetchone()
    assert sums is not None  # an aggregate always gives a row
    columns = connection.execute(
        "select column_name, data_type from duckdb_columns() where database_name = $1 and schema_name || '.' || table_name = $2"
        " order by column_index",
        [database, table],
    ).fetchall()
    text = repr((table, columns, sums)).encode()
    return Content(rows=int(sums[0]), digest=hmac.new(key.secret.encode(), text, hashlib.sha256).hexdigest())


def _same_counts(connection: duckdb.DuckDBPyConnection, path: Path) -> dict[str, int]:
    counts = {name: rows(connection, "warehouse", name) for name in tables(connection, "warehouse")}
    for name, expected in counts.items():
        if name not in _HISTORY and rows(connection, "fresh", name) != expected:
            raise IntegrityError(
                "the copy has not as many rows as the warehouse; the warehouse stays as it was",
                where=f"{path}, {name}",
                hint="check the disk, then run this again.",
            )
    return counts


_HISTORY = ("meta.schema",)
"""Tables that an upgrade adds a row to."""
