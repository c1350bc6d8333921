"""Pairs of mentions scored in one of two ways, in a process of its own: ``python -m benchmarks.peers_linkage {ours|splink} FOLDER``.

``FOLDER`` holds ``mentions.parquet`` and ``names_at.parquet`` (``prepared``). ``ours``: from those tables to the kept pairs, as a cycle scores them; ``splink``: the library alone, with the same
settings and the same counts of names, ``predict`` and a table of what it found. Both write ``<way>.parquet``: two mentions, and the probability.
"""

from __future__ import annotations

import sys
from pathlib import Path

import duckdb

from data_contracts import contract
from features import known, linkage
from features.mentions import PLACE
from pipelines import settings
from pipelines.store import read_store

TABLES = ("mentions", "names_at")


def prepared(city: Path, folder: Path) -> None:
    """Both tables of the town as of the day after its newest delivery."""
    chosen = settings.load(city / "city.toml")
    with read_store(chosen.paths) as connection:
        (newest,) = connection.execute("select max(delivered_on) + 1 from meta.files").fetchone() or (None,)
        known.open_views(connection, newest, dict.fromkeys(contract.SOURCES, "open"))
        linkage.score(connection)
        for table in TABLES:
            connection.execute(f"copy (from {table}) to '{folder / table}.parquet'")


def _opened(folder: Path) -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect(config={"threads": 2, "memory_limit": "6GB"})
    connection.execute("set preserve_insertion_order = false")
    for table in TABLES:
        connection.execute(f"create temp table {table} as from '{folder / table}.parquet'")
    return connection


def ours(folder: Path) -> None:
    """What ``features.linkage.score`` does once the mentions are there."""
    with _opened(folder) as connection:
        linkage.score_mentions(connection)
        connection.execute(
            f"copy (select mention_l, mention_r, probability from pairs) to '{folder}/ours.parquet'"
        )


def splink(folder: Path) -> None:
    """As Splink's own documentation links: settings, look-up tables of frequencies, ``predict``."""
    from splink import DuckDBAPI, Linker

    with _opened(folder) as connection:
        api, known_model = DuckDBAPI(connection), linkage.model()
        mentions = api.register("mentions")
        linker = Linker(mentions, known_model.settings | {"sql_dialect": "duckdb"}, log_level=None)
        for kind in PLACE:
            connection.execute(
                f"create temp table {kind}_tf as select place as {kind}, names / {known_model.people} as tf_{kind} from names_at where kind = '{kind}'"
            )
            linker.table_management.register_term_frequency_lookup(api.register(f"{kind}_tf"), kind)
        found = linker.inference.predict(**linkage.AT_LEAST_DOUBTFUL)
        pair = "least(mention_id_l, mention_id_r) as mention_l, greatest(mention_id_l, mention_id_r) as mention_r"
        connection.execute(
            f"copy (select {pair}, match_probability as probability from {found.physical_name}) to '{folder}/splink.parquet'"
        )


if __name__ == "__main__":
    {"ours": ours, "splink": splink}[sys.argv[1]](Path(sys.argv[2]))
