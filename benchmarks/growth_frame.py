"""Frame and matrix of a town so many times over, in a process of its own: ``python -m benchmarks.growth_frame CITY PERSONS OUT``.

``CITY``: a town of ``growth_town.BASE`` (its deliveries are taken in where they were not yet). Tables are a plain database on disk, of which DuckDB holds at most ``MEMORY`` and lays the
rest down beside it; the newest two snapshots of each source, every event. ``OUT``: seconds of frame and matrix, members, households. Loading is not counted.
"""

from __future__ import annotations

import json
import sys
import tempfile
from pathlib import Path

from benchmarks.growth_town import copies_of
from benchmarks.linkage_size import town_of
from benchmarks.matrix_size import timed
from benchmarks.processes import lanterne
from benchmarks.town_truth import AS_OF

MEMORY = "6GB"


def main() -> None:
    """See above."""
    city, persons, out = Path(sys.argv[1]), int(sys.argv[2]), Path(sys.argv[3])
    if not (city / "lanterne.duckdb").exists():
        lanterne("ingest", "--config", str(city / "city.toml"))
    with tempfile.TemporaryDirectory(dir=out.parent) as folder:
        connection = town_of(city, copies_of(persons), Path(folder) / "large.duckdb")
        connection.execute(f"set memory_limit = '{MEMORY}'")
        of_frame, of_matrix, households = timed(connection, AS_OF, None)
        (members,) = connection.execute("select count(*) from members").fetchone() or (0,)
    found = {
        "frame_seconds": of_frame,
        "matrix_seconds": of_matrix,
        "members": members,
        "households": households,
    }
    out.write_text(json.dumps(found), encoding="utf-8")


if __name__ == "__main__":
    main()
