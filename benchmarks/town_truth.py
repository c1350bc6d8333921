"""A synthetic town, ingested, with the frame of a day and the truth beside it on one connection. For evaluation only."""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

import duckdb

from features import frame
from features.frame import Frame
from pipelines import settings
from pipelines.city import write_city
from pipelines.ingest import ingest
from pipelines.store import open_store, read_store

AS_OF, PERSONS, MONTHS = date(2026, 11, 3), 33_000, 36
SOURCES_OF_RESIDENTS = "('liste_electorale', 'parc_social', 'usages_services', 'registre_vulnerables')"

TRUTH = (
    "create or replace temp table true_records as select source, record_id, min(person) as person from '{truth}/records.parquet' group by all",
    "create or replace temp table true_people as from '{truth}/people.parquet'",
    "create or replace temp table true_now as from '{truth}/monthly.parquet'"
    " where month = (select max(month) from '{truth}/monthly.parquet' where month < as_of())",
    """
create or replace temp table true_person as
select person_id, person from people join true_records using (source, record_id) group by 1, 2
qualify row_number() over (partition by person_id order by count(*) desc, person) = 1
""",
)
"""``true_person``: whom a person of the frame is in truth, by most of its records. ``true_now``: the last month before the day."""


def town(folder: Path, *, seed: int, errors: float = 1.0, persons: int = PERSONS) -> Path:
    """The folder of an ingested town, made when it is not there."""
    if not (folder / "lanterne.duckdb").exists():
        write_city(
            folder,
            persons=persons,
            months=MONTHS,
            seed=seed,
            replace=True,
            errors=errors,
            progress=lambda told: None,
        )
    city = settings.load(folder / "city.toml")
    with open_store(city.paths) as connection:  # also where an earlier call was stopped on the way
        ingest(connection, city.paths.deliveries, gates=settings.gates(city), objected=frozenset())
    return folder


@contextmanager
def framed(folder: Path, as_of: date = AS_OF) -> Iterator[tuple[duckdb.DuckDBPyConnection, Frame]]:
    """The frame's temp tables and those of ``TRUTH`` on one reading connection."""
    city = settings.load(folder / "city.toml")
    with read_store(city.paths) as connection:
        built = frame.build(connection, as_of, settings.gates(city))
        for statement in TRUTH:
            connection.execute(statement.format(truth=folder / "truth"))
        yield connection, built


def row(connection: duckdb.DuckDBPyConnection, sql: str) -> dict[str, float]:
    """The only row of a query, by column."""
    found = connection.execute(sql)
    names = [column[0] for column in found.description or []]
    return {
        name: float(value)
        for name, value in zip(names, found.fetchone() or (), strict=True)
        if value is not None
    }


def show(about: str | None, measured: Callable[[duckdb.DuckDBPyConnection], object]) -> None:
    """``CITY [--as-of DATE]`` from the command line; prints what is measured as JSON."""
    parser = argparse.ArgumentParser(description=about)
    parser.add_argument("city", type=Path)
    parser.add_argument("--as-of", type=date.fromisoformat, default=AS_OF)
    asked = parser.parse_args()
    with framed(asked.city, asked.as_of) as (connection, _):
        print(json.dumps(measured(connection), indent=1))
