"""The desk's database for commands that are about people: where there is one, and only then. None is made by a look."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from data_contracts.errors import ConfigurationError
from pipelines import machine, settings
from pipelines.commands_review import database_url
from pipelines.encrypted import Key
from pipelines.warehouse_key import existing_key

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from review.database import Database
    from review.sealing import Seal

MADE_FIRST = "trail_head"
"""A table that every desk's database has had from its first start."""


@dataclass(frozen=True, kw_only=True)
class Kept:
    """The database with what signs its trail."""

    database: Database
    seal: Seal

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """All of it or nothing. Raises Busy where somebody at work does not pause, ConfigurationError where the database does not answer."""
        from sqlalchemy.exc import OperationalError

        try:
            with self.database.writing() as session:
                yield session
        except OperationalError as error:
            raise machine.fault(error, "[desk] database") or ConfigurationError(
                "the desk's database does not answer",
                where="[desk] database",
                hint="is the server running? Start it, then run this again.",
            ) from error


@contextmanager
def where_there_is_one(config: Path, city: settings.City) -> Iterator[Kept | None]:
    """None where no desk was ever started. Raises ConfigurationError for one that cannot be opened, IntegrityError where its key is not there."""
    key = existing_key(city.paths) if is_there(database_url(city, config)) else None
    with with_key(config, city, key) as kept:
        yield kept


@contextmanager
def with_key(config: Path, city: settings.City, key: Key | None) -> Iterator[Kept | None]:
    """The same with a key that is at hand; None where there is none, or no desk."""
    url = database_url(city, config)
    if key is None or not is_there(url):
        yield None
        return
    from review.database import opened
    from review.sealing import Seal

    seal = Seal(secret=bytes.fromhex(key.secret))
    database = opened(url)
    try:
        yield Kept(database=database, seal=seal)
    finally:
        database.close()


def is_there(url: str) -> bool:
    """Whether a desk was ever started there. Raises ConfigurationError for a server that does not answer."""
    file = sqlite_file(url)
    if file is not None:
        return file.is_file()
    from sqlalchemy import create_engine, inspect
    from sqlalchemy.exc import OperationalError

    from review.database import unreachable

    engine = create_engine(url, connect_args={"connect_timeout": 5}, hide_parameters=True)
    try:
        return inspect(engine).has_table(MADE_FIRST)
    except OperationalError as error:
        raise unreachable(engine) from error
    finally:
        engine.dispose()


def sqlite_file(url: str) -> Path | None:
    """None for a server's database."""
    kind, _, file = url.partition(":///")
    return Path(file) if kind.startswith("sqlite") else None
