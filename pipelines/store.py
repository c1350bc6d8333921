"""The only opener of the warehouse. One writer at a time; a crash at any moment leaves the last committed state."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

from data_contracts import contract
from data_contracts.conversions import sql_type
from data_contracts.errors import ConfigurationError, IntegrityError
from features import objections

PROVENANCE = (
    "file_id varchar not null, line bigint not null, delivered_on date not null, known_on date not null"
)
PURGES = "create table if not exists meta.purges (purged_on date not null, source varchar not null, rule varchar not null, rows bigint not null)"
"""What left at the end of its retention: counts and rules, nobody."""
VALIDATIONS = "create table if not exists meta.validations (source varchar not null, file_ids varchar not null, validated varchar not null)"
"""Every check of new files: a ``Validation`` as JSON, without a value of any row."""
FILES = """
create table if not exists meta.files (
  file_id varchar primary key, source varchar not null, delivered_on date not null, name varchar not null, sha256 varchar not null,
  bytes bigint not null, dialect varchar not null, rows_read bigint not null, rows_accepted bigint not null, rows_quarantined bigint not null,
  rejects varchar not null, inexact varchar not null, gate varchar not null default 'open', is_late boolean not null default false,
  remarks varchar not null default '[]', rows_purged bigint not null default 0,
  supersedes varchar, is_current boolean not null
)
"""


def made(folder: Path, key: str) -> Path:
    """The folder, created when absent; ``key`` of city.toml is named when it cannot be."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ConfigurationError(
            f"this folder cannot be made: {error.strerror}",
            where=str(folder),
            hint=f"check {key} in city.toml and who may write there.",
        ) from error
    return folder


@contextmanager
def open_store(path: Path, *, threads: int = 2, memory: str = "6GB") -> Iterator[duckdb.DuckDBPyConnection]:
    """A writing connection; the file and its tables are created when absent. A second writer gets a clear refusal."""
    made(path.parent, "paths.database")
    connection = _connect(path, read_only=False)
    try:
        _configure(connection, path, threads, memory)
        create_tables(connection)
        yield connection
    except duckdb.IOException as error:
        raise _damaged(path) from error
    finally:
        connection.close()


@contextmanager
def read_store(path: Path, *, threads: int = 2, memory: str = "6GB") -> Iterator[duckdb.DuckDBPyConnection]:
    """A reading connection: temporary views and tables only."""
    if not path.is_file():
        raise ConfigurationError(
            "nothing has been ingested yet", where=str(path), hint="run `lanterne ingest --config …` first."
        )
    connection = _connect(path, read_only=True)
    try:
        _configure(connection, path, threads, memory)
        yield connection
    except duckdb.IOException as error:
        raise _damaged(path) from error
    finally:
        connection.close()


def _connect(path: Path, *, read_only: bool) -> duckdb.DuckDBPyConnection:
    try:
        return duckdb.connect(
            str(path), read_only=read_only, config={"autoinstall_known_extensions": "false"}
        )
    except duckdb.IOException as error:
        if "could not set lock" in str(error).lower():
            raise ConfigurationError(
                "another run is using the warehouse",
                where=str(path),
                hint="wait until it ends, then run this again.",
            ) from error
        raise _damaged(path) from error
    except duckdb.Error as error:
        raise IntegrityError(
            "the warehouse cannot be opened", where=str(path), hint="restore it from the last backup."
        ) from error


def _damaged(path: Path) -> IntegrityError:
    return IntegrityError(
        "the warehouse cannot be read; it is not a DuckDB file, it is damaged, or its disk fails",
        where=str(path),
        hint="check the disk, then restore it from the last backup.",
    )


def _configure(connection: duckdb.DuckDBPyConnection, path: Path, threads: int, memory: str) -> None:
    connection.execute(f"set threads = {int(threads)}")
    connection.execute(f"set memory_limit = '{memory}'")
    connection.execute("set temp_directory = $1", [str(path.with_suffix(".tmp"))])
    connection.execute("set preserve_insertion_order = false")
    connection.execute("set enable_progress_bar = false")


@contextmanager
def whole(connection: duckdb.DuckDBPyConnection) -> Iterator[None]:
    """All of it or nothing, whatever goes wrong in between."""
    connection.execute("begin")
    try:
        yield
        connection.execute("commit")
    except BaseException:
        connection.execute("rollback")
        raise


def create_tables(connection: duckdb.DuckDBPyConnection) -> None:
    """Schemas and tables of the warehouse, where they are not there yet."""
    for schema in ("meta", "raw", "quarantine"):
        connection.execute(f"create schema if not exists {schema}")
    connection.execute(FILES)
    connection.execute(VALIDATIONS)
    connection.execute(PURGES)
    connection.execute(objections.REMEMBERED)
    for source in contract.SOURCES:
        columns = ", ".join(f"{c.name} {sql_type(c)}" for c in contract.load(source).columns)
        connection.execute(f"create table if not exists raw.{source} ({columns}, {PROVENANCE})")
        connection.execute(
            f"create table if not exists quarantine.{source} "
            "(file_id varchar not null, line bigint not null, raw_length bigint not null, rule varchar not null, reason varchar not null)"
        )
