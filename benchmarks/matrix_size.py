"""Seconds and memory of the matrix: ``python -m benchmarks.matrix_size CITY [--dates N] [--copies N]``.

``--dates``: as of so many months, newest last, each with its own frame, which is timed apart. ``--copies``: the town stands so many times side by side
(``benchmarks.linkage_size``; the newest two snapshots of each source), as of one day. One process, two threads.
"""

from __future__ import annotations

import argparse
import resource
import tempfile
import time
from datetime import date
from pathlib import Path

import duckdb

from benchmarks.linkage_size import town_of
from benchmarks.town_truth import AS_OF
from data_contracts import contract
from data_contracts.contract import Gate
from features import frame, matrix
from features.catalogue import usable
from features.presence_model import EVEN
from models.splits import month_shifted
from pipelines import settings
from pipelines.store import read_store

OPEN: dict[str, Gate] = dict.fromkeys(contract.SOURCES, "open")
FACTORS = usable(OPEN, {})


def timed(
    connection: duckdb.DuckDBPyConnection, day: date, linked_on: date | None
) -> tuple[float, float, int]:
    """(seconds of the frame, seconds of the matrix, households)."""
    started = time.perf_counter()
    frame.lay(connection, day, OPEN, EVEN, linked_on=linked_on)
    framed = time.perf_counter()
    households = len(matrix.wide(connection, day, FACTORS, OPEN))
    return framed - started, time.perf_counter() - framed, households


def over_months(city: Path, dates: int) -> None:
    """One line in all: the sums over the months."""
    frames, matrices, linked_on = 0.0, 0.0, None
    with read_store(settings.load(city / "city.toml").paths) as connection:
        for day in (month_shifted(AS_OF, -months) for months in reversed(range(dates))):
            of_frame, of_matrix, households = timed(connection, day, linked_on)
            frames, matrices, linked_on = frames + of_frame, matrices + of_matrix, day
    print(
        f"{dates} dates, {households:,} households at the last: matrix {matrices:.1f} s (frames {frames:.1f} s)"
    )


def over_copies(city: Path, copies: int, memory: str) -> None:
    """Persons, seconds and peak memory."""
    with tempfile.TemporaryDirectory() as folder:
        connection = town_of(city, copies, Path(folder) / "large.duckdb")
        connection.execute(f"set memory_limit = '{memory}'")
        of_frame, of_matrix, households = timed(connection, AS_OF, None)
        persons = connection.execute("select count(*) from members").fetchone()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    print(
        f"{persons[0] if persons else 0:,} persons at an address, {households:,} households: matrix {of_matrix:.1f} s"
        f" (frame {of_frame:.1f} s), peak {peak:.2f} GB with the frame"
    )


def main() -> None:
    """Prints what was asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("city", type=Path)
    parser.add_argument("--dates", type=int, default=0)
    parser.add_argument("--copies", type=int, default=0)
    parser.add_argument(
        "--memory", default="2.5GB", help="what DuckDB may hold before it writes to disk; with --copies"
    )
    asked = parser.parse_args()
    if asked.dates:
        over_months(asked.city, asked.dates)
    if asked.copies:
        over_copies(asked.city, asked.copies, asked.memory)


if __name__ == "__main__":
    main()
