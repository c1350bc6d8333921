"""The first step of a run that is made again: what it was made from, taken in once more."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import duckdb
from pydantic import TypeAdapter

from pipelines import cycle, manifest, settings
from pipelines.store import open_store

LAID = "laid-out.json"


@dataclass(frozen=True, kw_only=True)
class Purged:
    """What the book of files said of a file that had lost rows to a purge; of one that had lost all of them only that it came is needed."""

    name: str
    file_id: str
    source: str
    delivered_on: str
    gate: str
    rows_accepted: int
    rows_purged: int


@dataclass(frozen=True, kw_only=True)
class LaidOut:
    """``registered``: of the city's register of objections; ``remembered``: (key, kind) of the warehouse; ``purged_before``: source → the day before which purges took."""

    registered: tuple[str, ...]
    remembered: tuple[tuple[str, str], ...]
    purged_before: dict[str, str]
    purged: tuple[Purged, ...]

    def write(self, run: Path) -> None:
        """Among the working tables of the run that is made again."""
        manifest.write_json(run / "working" / LAID, asdict(self))


LAID_OUT = TypeAdapter(LaidOut)


def take_in_again(config: Path, folder: Path) -> None:
    """The first step of a rebuild: the ingest without the desk. What purges had taken is known before, so that it leaves before anybody's keys are followed through it."""
    city = settings.load(config)
    laid = folder / "working" / LAID
    told = LAID_OUT.validate_json(laid.read_bytes())
    laid.unlink()
    with open_store(city.paths) as connection:
        _remember(connection, told)
    cycle.take_in(city, folder, told.registered)
    with open_store(city.paths) as connection:
        _count(connection, told.purged)


def _remember(connection: duckdb.DuckDBPyConnection, told: LaidOut) -> None:
    for key, kind in told.remembered:
        connection.execute("insert into meta.objected values ($1, $2, '')", [key, kind])
    for source, day in told.purged_before.items():
        connection.execute("insert into meta.purges values ($1, $2, 'rebuild', 0, $1)", [day, source])
    for one in told.purged:
        connection.execute(_TO_READ_AGAIN, asdict(one))


_TO_READ_AGAIN = """
insert into meta.files (
  file_id, source, delivered_on, name, sha256, bytes, dialect, rows_read, rows_accepted, rows_quarantined, rejects, inexact, gate, rows_purged,
  is_to_read_again, is_current
) values (
  $file_id, $source, $delivered_on, $name, '', 0, '{}', $rows_accepted, $rows_accepted, 0, '{}', '{}', $gate, $rows_purged, true, true
)
"""


def _count(connection: duckdb.DuckDBPyConnection, purged: Sequence[Purged]) -> None:
    """As they were counted: of a row that somebody objected to and that is also past its term, the first to come has it."""
    for one in purged:
        connection.execute(
            "update meta.files set rows_accepted = $1, rows_purged = $2 where file_id = $3",
            [one.rows_accepted, one.rows_purged, one.file_id],
        )
