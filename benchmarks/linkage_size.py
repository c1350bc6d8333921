"""Seconds and memory of linkage for a larger town: ``python -m benchmarks.linkage_size CITY [--copies N]``.

The town of ``CITY`` stands N times side by side, every key, record and place told apart; of snapshots the newest two are kept, of events all. One process, two threads.
"""

from __future__ import annotations

import argparse
import resource
import tempfile
import time
from pathlib import Path

import duckdb

from benchmarks.town_truth import AS_OF
from data_contracts import contract
from features import known, people
from features.mentions import RECORD_OF
from pipelines import settings
from pipelines.store import create_tables, read_store

SNAPSHOTS = 2
MEMORY = "5GB"


def town_of(city: Path, copies: int, database: Path) -> duckdb.DuckDBPyConnection:
    """A plain database with ``copies`` times the rows of the city that name persons."""
    files = {}
    chosen = settings.load(city / "city.toml")
    with read_store(chosen.paths) as connection:
        for source in RECORD_OF:
            files[source] = database.with_suffix(f".{source}.parquet")
            connection.execute(f"copy ({_newest(source)}) to '{files[source]}'")
        connection.execute(f"copy meta.files to '{database.with_suffix('.files.parquet')}'")
    large = duckdb.connect(
        str(database), config={"threads": 2, "memory_limit": MEMORY, "temp_directory": str(database.parent)}
    )
    large.execute("set preserve_insertion_order = false")
    create_tables(large)
    large.execute(f"insert into meta.files by name from '{database.with_suffix('.files.parquet')}'")
    for source, file in files.items():
        apart = ", ".join(
            f"{c.name} || '-' || copy as {c.name}"
            for c in contract.load(source).columns
            if _is_own(source, c.name)
        )
        large.execute(
            f"insert into raw.{source} by name select * exclude (copy) replace ({apart}) from '{file}', range({copies}) as c(copy)"
        )
    return large


def _is_own(source: str, column: str) -> bool:
    return column == RECORD_OF[source] or column.startswith(("cle_", "id_"))


def _newest(source: str) -> str:
    promise = contract.load(source)
    if promise.delivery != "snapshot":
        return f"from raw.{source}"
    day = promise.known_on[0]
    return f"from raw.{source} where {day} in (select distinct {day} from raw.{source} where known_on < date '{AS_OF}' order by 1 desc limit {SNAPSHOTS})"


def main() -> None:
    """Prints records, persons, seconds and peak memory."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("city", type=Path)
    parser.add_argument("--copies", type=int, default=1)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        connection = town_of(asked.city, asked.copies, Path(folder) / "large.duckdb")
        known.open_views(connection, AS_OF, dict.fromkeys(contract.SOURCES, "open"))
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
        started = time.perf_counter()
        counted = people.link(connection)
        seconds = time.perf_counter() - started
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
        print(
            f"{counted.records:,} records, {counted.persons:,} persons: {seconds:.1f} s, peak {peak:.2f} GB ({before:.2f} GB before)"
        )


if __name__ == "__main__":
    main()
