"""A desk for each test."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from review.desk import Desk
from tests.review import postgres
from tests.review.desk_sample import Clock, Lists, Register, a_desk, sqlite, take


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """The address of a real server's database, shared by the tests of one process."""
    with postgres.server() as url:
        yield url


@pytest.fixture
def postgres_url(postgres_server: str) -> str:
    """A database of its own on it, with the desk's tables."""
    return postgres.fresh(postgres_server)


@pytest.fixture
def clock() -> Clock:
    """The desk's clock."""
    return Clock()


@pytest.fixture
def register() -> Register:
    """The city's register of objections."""
    return Register()


@pytest.fixture
def lists() -> Lists:
    """What runs have published."""
    return Lists()


@pytest.fixture(params=["sqlite", "postgresql"])
def any_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """An empty database of each kind."""
    return sqlite(tmp_path) if request.param == "sqlite" else request.getfixturevalue("postgres_url")


@pytest.fixture
def desk(tmp_path: Path, clock: Clock, register: Register, lists: Lists) -> Iterator[Desk]:
    """With the usual list taken in."""
    found = a_desk(sqlite(tmp_path), clock=clock, register=register, lists=lists)
    take(found)
    yield found
    found.database.close()
