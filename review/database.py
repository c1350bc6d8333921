"""The desk's own database: SQLite in a file beside the city's settings, or PostgreSQL. Brought to this release's tables when it is opened."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from sqlite3 import Connection as SqliteConnection

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, OperationalError
from sqlalchemy.orm import Session
from sqlalchemy.pool import ConnectionPoolEntry

from data_contracts.errors import ConfigurationError

SQLITE_WAITS_MS = 15_000
"""One writes at a time; the others wait so long for their turn before they are told to try again."""


@dataclass(frozen=True, kw_only=True)
class Database:
    """Where the desk keeps things."""

    engine: Engine

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """Sees one state of everything; writes nothing. In SQLite a transaction does by itself."""
        reader = self.engine
        if reader.dialect.name != "sqlite":
            reader = reader.execution_options(isolation_level="REPEATABLE READ")
        with Session(reader, expire_on_commit=False) as session:
            yield session

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """All of it or nothing. In SQLite it waits for its turn first, so that what it reads cannot change before it writes."""
        writer = self.engine.execution_options(writes=True)
        with Session(writer, expire_on_commit=False) as session, session.begin():
            yield session

    def close(self) -> None:
        """Lets go of every connection."""
        self.engine.dispose()


def opened(url: str) -> Database:
    """Raises ConfigurationError for an address that is none, a database that cannot be reached, and one that a later release has changed."""
    engine = _engine(url)
    try:
        with engine.begin() as connection:
            _upgrade(connection)
    except OperationalError as error:
        raise unreachable(engine) from error
    except BaseException:
        engine.dispose()
        raise
    return Database(engine=engine)


def check_release(url: str) -> None:
    """Changes nothing. Raises what ``opened`` raises, and ConfigurationError for a database that still waits for this release's tables."""
    engine = _engine(url)
    try:
        with engine.connect() as connection:
            current = _known(connection)
            newest = ScriptDirectory.from_config(migrations()).get_current_head()
    except OperationalError as error:
        raise unreachable(engine) from error
    finally:
        engine.dispose()
    if current != newest:
        raise ConfigurationError(
            "the desk's database waits for this release's tables",
            where="[desk] database",
            hint="back it up, then start `lanterne review`, which brings it there.",
        )


def unreachable(engine: Engine) -> ConfigurationError:
    """What is said when it cannot be opened; the address without its password."""
    engine.dispose()
    return ConfigurationError(
        "the desk's database cannot be opened",
        where=engine.url.render_as_string(hide_password=True),
        hint="is the server running, and may this account open the database? ([desk] in city.toml, LANTERNE_DESK_DATABASE)",
    )


def _engine(url: str) -> Engine:
    """Without parameters in what its errors say: they are what people typed."""
    try:
        address = make_url(url)
    except ArgumentError as error:
        raise ConfigurationError(
            "this is no address of a database",
            where="[desk] database",
            hint="a file such as desk.sqlite, or postgresql+psycopg://user@host/name.",
        ) from error
    if address.get_backend_name() == "sqlite":
        _create_for_its_owner(Path(str(address.database)))
        engine = create_engine(address, pool_size=40, max_overflow=10, hide_parameters=True)
        event.listen(engine, "connect", _set_up_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
        return engine
    return create_engine(
        address,
        pool_size=20,
        max_overflow=30,
        pool_pre_ping=True,
        connect_args={"connect_timeout": 5},
        hide_parameters=True,
    )


def _create_for_its_owner(path: Path) -> None:
    """The files that SQLite lays beside it take its mode."""
    try:
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
    except OSError as error:
        raise ConfigurationError(
            f"the desk's database cannot be opened: {error.strerror}",
            where=str(path),
            hint="its folder must be there and belong to the account that runs the desk.",
        ) from error


def _set_up_sqlite(connection: SqliteConnection, _: ConnectionPoolEntry) -> None:
    connection.isolation_level = None  # transactions begin where SQLAlchemy says so
    cursor = connection.cursor()
    for pragma in (
        f"busy_timeout = {SQLITE_WAITS_MS}",
        "journal_mode = wal",
        "synchronous = full",
        "foreign_keys = on",
        "secure_delete = on",
    ):
        cursor.execute(f"pragma {pragma}")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    writes = connection.get_execution_options().get("writes", False)
    connection.exec_driver_sql("begin immediate" if writes else "begin")


def migrations(connection: Connection | None = None) -> Config:
    """Where the steps from release to release are."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.attributes["connection"] = connection
    return config


def _upgrade(connection: Connection) -> None:
    _known(connection)
    command.upgrade(migrations(connection), "head")


def _known(connection: Connection) -> str | None:
    """Where it stands; None before its first tables. Raises ConfigurationError where this release does not know it."""
    known = {step.revision for step in ScriptDirectory.from_config(migrations()).walk_revisions()}
    current = MigrationContext.configure(connection).get_current_revision()
    if current is not None and current not in known:
        raise ConfigurationError(
            "the desk's database was changed by a later release",
            where="[desk] database",
            hint="start the release that changed it, or restore the database from before.",
        )
    return current
