"""One way of making the 24 aggregates, in a process of its own: ``python -m benchmarks.peers_aggregates {ours|duckdb|polars} EVENTS OUT``.

``OUT``: one row a household, 24 columns, as Parquet; null where nothing happened. ``ours``: declared factors through the matrix by which past
campaigns teach (``features.matrix``), by person first and then by household; ``duckdb``: one statement; ``polars``: its streaming engine. Two threads each.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.peers_events import AGGREGATES, AS_OF, MEASURES, name_of, window

if TYPE_CHECKING:  # each tool is imported where it is measured
    from duckdb import DuckDBPyConnection

    from features.factor import Factor

MEMORY = "6GB"


def declared() -> list[Factor]:
    """The 24 as factors of a source ``events``."""
    from features.factor import Factor
    from features.prior import Prior

    unknown = Prior(log_odds=0.0, standard_error=1.0, source="benchmark")
    return [
        Factor(
            name=name_of(kind, days, measure), group="benchmark", source="events", value=MEASURES[measure], where=f"kind = '{kind}'",
            dated="known_on", window_days=days, unit="times", direction=1, prior=unknown, if_none="", sentence_fr="", sentence_en="",
        )
        for kind, days, measure in AGGREGATES
    ]  # fmt: skip


def ours(events: Path, out: Path) -> None:
    """The catalogue's own statements, over factors that are declared here."""
    from features import matrix

    factors = declared()
    with _connection(out) as connection:
        connection.execute(f"set variable as_of = date '{AS_OF}'")
        connection.execute("create temp macro as_of() as cast(getvariable('as_of') as date)")
        connection.execute(f"create temp view rows_events as from '{events}'")
        connection.execute(
            "create temp table households as select distinct household_id, '01' as quartier from rows_events"
        )
        found = matrix.valued(connection, AS_OF, factors)
        found.drop(columns=["as_of", "quartier"]).to_parquet(out, index=False)


def plain_duckdb(events: Path, out: Path) -> None:
    """What one would write by hand."""
    said = ", ".join(
        f"{MEASURES[measure]} filter (where kind = '{kind}' and known_on >= date '{window(days)[0]}' and known_on < date '{AS_OF}') as {name_of(kind, days, measure)}"
        for kind, days, measure in AGGREGATES
    )
    with _connection(out) as connection:
        connection.execute(f"copy (select household_id, {said} from '{events}' group by 1) to '{out}'")


def polars_streaming(events: Path, out: Path) -> None:
    """A lazy frame, collected by the streaming engine."""
    import polars as pl  # type: ignore[import-not-found]  # of the peers' own environment

    said = []
    for kind, days, measure in AGGREGATES:
        first, end = window(days)
        kept = (pl.col("kind") == kind) & (pl.col("known_on") >= first) & (pl.col("known_on") < end)
        amount = pl.col("amount").filter(kept)
        said.append(
            (amount.len() if measure == "times" else amount.sum()).alias(name_of(kind, days, measure))
        )
    pl.scan_parquet(events).group_by("household_id").agg(said).sink_parquet(out, engine="streaming")


def _connection(out: Path) -> DuckDBPyConnection:
    import duckdb

    kept = {
        "threads": 2,
        "memory_limit": MEMORY,
        "temp_directory": str(out.parent),
        "preserve_insertion_order": False,
    }
    return duckdb.connect(config=kept)


WAYS: dict[str, Callable[[Path, Path], None]] = {
    "ours": ours,
    "duckdb": plain_duckdb,
    "polars": polars_streaming,
}

if __name__ == "__main__":
    os.environ.setdefault("POLARS_MAX_THREADS", "2")
    WAYS[sys.argv[1]](Path(sys.argv[2]), Path(sys.argv[3]))
