"""Deleted rows leave the bytes of a database only when it is written anew."""

from __future__ import annotations

import sqlite3
from contextlib import closing

from sqlalchemy import Engine, text
from sqlalchemy.exc import OperationalError

from data_contracts.errors import ConfigurationError
from review.database import SQLITE_WAITS_MS, Database
from review.tables import Base


def scrub(database: Database) -> None:
    """SQLite: the whole file, and the log beside it. PostgreSQL: every table of the desk, which nobody can use meanwhile; its own log and backups keep what they
    hold until the server lets go of it. Raises ConfigurationError where somebody is at work and does not pause."""
    try:
        if database.engine.dialect.name == "sqlite":
            _file(database.engine)
        else:
            _tables(database.engine)
    except (sqlite3.OperationalError, OperationalError) as error:
        raise _busy(database.engine) from error


def _file(engine: Engine) -> None:
    with closing(engine.raw_connection()) as connection, closing(connection.cursor()) as cursor:
        cursor.execute("vacuum")
        cursor.execute("pragma wal_checkpoint(truncate)")
        is_busy, *_ = cursor.fetchone() or (True,)
    if is_busy:
        raise _busy(engine)


def _tables(engine: Engine) -> None:
    names = ", ".join(table.name for table in Base.metadata.sorted_tables)
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text(f"set lock_timeout = {SQLITE_WAITS_MS}"))
        connection.execute(text(f"vacuum full {names}"))


def _busy(engine: Engine) -> ConfigurationError:
    return ConfigurationError(
        "what was deleted is still in the bytes of the desk's database, for somebody is at work there",
        where=engine.url.render_as_string(hide_password=True),
        hint="stop the desk, then run this again.",
    )
