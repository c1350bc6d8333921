"""The only opener of the warehouse, which is encrypted at rest. One writer at a time; a crash at any moment leaves the last committed state."""

from __future__ import annotations

import fcntl
import glob
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Lock

import duckdb

from data_contracts import contract
from data_contracts.conversions import sql_type
from data_contracts.errors import ConfigurationError
from features import objections
from pipelines import copies, encrypted, migrations
from pipelines.encrypted import Key
from pipelines.settings import Paths
from pipelines.warehouse_key import existing_key, key_of

MEMORY = "LANTERNE_MEMORY"
"""In the environment: how much memory DuckDB may take on this machine, such as ``4GB``; no part of a result."""
AT_MOST = "6GB"
PROVENANCE = (
    "file_id varchar not null, line bigint not null, delivered_on date not null, known_on date not null"
)
PURGES = "create table if not exists meta.purges (purged_on date not null, source varchar not null, rule varchar not null, rows bigint not null, before date)"
"""What left at the end of its retention: counts and rules, nobody."""
VALIDATIONS = "create table if not exists meta.validations (source varchar not null, file_ids varchar not null, validated varchar not null)"
"""Every check of new files: a ``Validation`` as JSON, without a value of any row."""
FILES = """
create table if not exists meta.files (
  file_id varchar primary key, source varchar not null, delivered_on date not null, name varchar not null, sha256 varchar not null,
  bytes bigint not null, dialect varchar not null, rows_read bigint not null, rows_accepted bigint not null, rows_quarantined bigint not null,
  rejects varchar not null, inexact varchar not null, gate varchar not null default 'open', is_late boolean not null default false,
  remarks varchar not null default '[]', rows_purged bigint not null default 0, is_to_read_again boolean,
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
def open_store(paths: Paths, *, threads: int = 2) -> Iterator[duckdb.DuckDBPyConnection]:
    """A writing connection; the file, its key (where none is named) and its tables are created when absent, an older file is upgraded.

    A second writer gets a clear refusal. Raises IntegrityError for a missing or wrong key and for a damaged file.
    """
    path = paths.database
    with _alone_in(made(path.parent, "paths.database")):
        key = key_of(paths)
        is_new = _create(path, key)
    if not is_new:
        migrations.upgrade(path, key, create_tables)
    with encrypted.guarded(encrypted.opened(path, key, read_only=False), path) as connection:
        _clear_left_overs(path)  # of a run that was killed: no reader is there while this connection writes
        _configure(connection, path, threads)
        _declare(connection)
        yield connection


@contextmanager
def read_store(paths: Paths, *, threads: int = 2) -> Iterator[duckdb.DuckDBPyConnection]:
    """A reading connection: temporary views and tables only."""
    path = paths.database
    copies.check_there(path)
    with encrypted.guarded(encrypted.opened(path, existing_key(paths), read_only=True), path) as connection:
        migrations.check_readable(connection, path)
        _configure(connection, path, threads)
        yield connection


_ONE_AT_A_TIME = Lock()


def beside(connection: duckdb.DuckDBPyConnection) -> duckdb.DuckDBPyConnection:
    """Another connection to the same warehouse with temporary tables and views of its own, for another thread; closed by whoever asked."""
    with _ONE_AT_A_TIME:  # threads that begin together would fetch one another's answer, or none
        (home,) = connection.execute("select current_database()").fetchone() or ("",)
        own = connection.cursor()
    own.execute(f"use {home}")
    return own


def _configure(connection: duckdb.DuckDBPyConnection, path: Path, threads: int) -> None:
    connection.execute(f"set threads = {int(threads)}")
    _limit_memory(connection, AT_MOST)
    connection.execute("set temp_directory = $1", [str(temporary(path, str(os.getpid())))])
    connection.execute("set preserve_insertion_order = false")
    connection.execute("set enable_progress_bar = false")


def _limit_memory(connection: duckdb.DuckDBPyConnection, at_most: str) -> None:
    """What does not fit is spilled; ``at_most`` where the environment says nothing."""
    chosen = os.environ.get(MEMORY, at_most)
    try:
        connection.execute("set memory_limit = $1", [chosen])
    except duckdb.ParserException as error:
        raise ConfigurationError(
            f"`{chosen}` is no amount of memory", where=MEMORY, hint="such as 4GB or 800MB."
        ) from error


@contextmanager
def staging_area(warehouse: duckdb.DuckDBPyConnection) -> Iterator[duckdb.DuckDBPyConnection]:
    """A database in memory, beside the warehouse and as closed as it: what it spills is encrypted, and gone at the end.

    No transaction of the warehouse holds it: inside one, DuckDB would read new tables with a single thread and free none of them before its end.
    """
    asked = "select current_setting('threads'), current_setting('temp_directory')"
    threads, folder = warehouse.execute(asked).fetchone() or (1, "")
    area = encrypted.connect()
    try:
        area.execute(f"set threads = {int(threads)}")
        _limit_memory(area, "2GB")
        area.execute("set temp_directory = $1", [f"{folder}-staging" if folder else ""])
        area.execute("set preserve_insertion_order = false")
        area.execute("set enable_progress_bar = false")
        yield area
    finally:
        area.close()


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


def temporary(path: Path, process: str) -> Path:
    """Where one process spills, encrypted; two readers may not share it, since DuckDB gives the files the same names."""
    return path.with_name(f"{path.stem}.tmp-{process}")


def temporary_folders(path: Path) -> list[Path]:
    """Folders into which processes spill, or spilled when they were killed."""
    return [*path.parent.glob(temporary(Path(glob.escape(path.name)), "*").name), path.with_suffix(".tmp")]


def _clear_left_overs(path: Path) -> None:
    """Of a process that was killed: while this one may write, nobody else is there."""
    copies.discard(copies.fresh_of(path))
    for folder in temporary_folders(path):
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _alone_in(folder: Path) -> Iterator[None]:
    """Two first runs at once make one key and one file: the second waits for the first. A killed one holds nothing."""
    lock = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
    finally:
        os.close(lock)


def _create(path: Path, key: Key) -> bool:
    """Whether there was no file: then it appears with all its tables, since DuckDB could not open one that a crash left half made."""
    fresh = path.with_name(f".{path.name}.new")
    copies.discard(fresh)
    if path.exists():
        return False
    with encrypted.guarded(encrypted.opened(fresh, key, read_only=False), path) as connection:
        _declare(connection)
        connection.execute("checkpoint")
    with suppress(FileExistsError):  # never over another's: one that was restored meanwhile counts
        os.link(fresh, path)
    copies.discard(fresh)
    copies.sync_folder(path.parent)
    return True


def _declare(connection: duckdb.DuckDBPyConnection) -> None:
    """All tables or none, where they are not there yet."""
    connection.execute("begin")
    create_tables(connection)
    migrations.stamp(connection)
    connection.execute("commit")


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
            "(file_id varchar not null, line bigint not null, raw_length bigint not null, rule varchar not null, reason varchar not null, shown varchar)"
        )
