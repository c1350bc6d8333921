"""What it costs to ingest a roll of a million electors beyond reading it: ``python -m benchmarks.ingest_roll [ROWS]``.

Three processes read the same file: one reads it alone (bytes to typed columns in memory), one also asks Great Expectations alone, one runs the whole ingest
into an encrypted warehouse. Bars: the ingest takes at most 1.5 times the reading plus the checker's own time as it is, and less than 3 GB. Told beside
them: 1.5 times what both take together, and DuckDB's own reading of the file into text columns, as what no reader can undercut. Each part is run three times,
in turn, and its median counts; of the peaks the highest. Exit 1 when a bar is broken.
"""

from __future__ import annotations

import json
import multiprocessing
import resource
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd

from data_contracts import contract, dialects, expectations
from pipelines import settings, staging
from pipelines.arrivals import arrivals
from pipelines.ingest import ingest
from pipelines.store import open_store

ROWS, ROUNDS, BAR_RATIO, BAR_GB = 1_000_000, 3, 1.5, 3.0
DAY, SOURCE = "2026-11-02", "liste_electorale"
CONFIGURATION = f"""
name = "Banc d'essai"
insee_code = "47001"
purpose = "social isolation outreach"
fictitious = true
[sources.{SOURCE}]
gate = "open"
basis = "fictitious"
signed_by = "nobody"
signed_on = 2026-01-01
"""
Figures = dict[str, float]


def read(home: Path) -> Figures:
    """Bytes to typed columns, and nothing else."""
    connection = _connection(home)
    return {"read": _seconds(lambda: _typed(connection, home))}


def checked(home: Path) -> Figures:
    """Great Expectations alone, handed what was read: its import and its judgement."""
    connection, promise = _connection(home), contract.load(SOURCE)
    _typed(connection, home)
    imported = _seconds(lambda: expectations.needed(promise, ()))
    rows = (connection.execute("select count(*) from typed").fetchone() or (0,))[0]
    keys = staging.frame(connection, promise, across_rows=True)
    parts = [staging.frame(connection, promise, part, across_rows=False) for part in staging.parts(rows)]
    return {"checker": imported + _seconds(lambda: list(expectations.check_in_parts(promise, keys, parts)))}


def ingested(home: Path) -> Figures:
    """Read, scanned, checked, stored, encrypted, committed, into a warehouse that is not there yet."""
    for left in home.glob("lanterne.*"):
        left.unlink()
    city = settings.load(home / "city.toml")

    def whole() -> None:
        with open_store(city.paths) as connection:
            ingest(connection, city.paths.deliveries, gates=settings.gates(city))

    return {"ingest": _seconds(whole)}


def bare(home: Path) -> Figures:
    """DuckDB's own reading, told the dialect, into text columns."""
    connection = _connection(home)
    file = str(home / "deliveries" / DAY / f"{SOURCE}.csv")
    sql = "create table bare as select * from read_csv($1, delim = ';', header = true, all_varchar = true)"
    return {"bare": _seconds(lambda: connection.execute(sql, [file]))}


def _connection(home: Path) -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect(config={"temp_directory": str(home / "spill"), "memory_limit": "2GB"})
    connection.execute("set threads = 2")
    connection.execute("set preserve_insertion_order = false")
    connection.execute("set enable_progress_bar = false")
    return connection


def _typed(connection: duckdb.DuckDBPyConnection, home: Path) -> None:
    promise = contract.load(SOURCE)
    files = arrivals(home / "deliveries")
    found = {a.file_id: dialects.sniff(promise, a.name, a.form, a.open) for a in files}
    staging.stage(connection, promise, files, found)
    staging.convert(connection, promise)


def _seconds(step: Callable[[], object]) -> float:
    started = time.perf_counter()
    step()
    return time.perf_counter() - started


def _alone(part: Callable[[Path], Figures], home: Path) -> Figures:
    """In a process of its own, with its peak of memory in GB."""
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as pool:
        return pool.submit(_measured, part, home).result()


def _measured(part: Callable[[Path], Figures], home: Path) -> Figures:
    figures = part(home)
    return {**figures, "peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2}


def roll(rows: int) -> pd.DataFrame:
    """A roll as the contract describes it, of nobody: keys are drawn, every value is one that the register knows."""
    chance = np.random.default_rng(1)

    def keys(n: int) -> np.ndarray:
        return np.array([chance.bytes(16).hex() for _ in range(n)], dtype=object)

    def days(first: str, span: int) -> pd.Series:
        drawn = np.datetime64(first) + chance.integers(0, span, rows).astype("timedelta64[D]")
        return pd.Series(drawn.astype("datetime64[s]")).dt.strftime("%d/%m/%Y")

    def often(share: float, values: np.ndarray | pd.Series) -> np.ndarray:
        return np.where(chance.random(rows) < share, values, "")

    buildings = keys(max(rows // 6, 1))
    building = chance.integers(0, len(buildings), rows)
    return pd.DataFrame(
        {
            "TYPE_LISTE": "PRINCIPALE",
            "DATE_LISTE": "01/11/2026",
            "ID_ELECTEUR": [f"E{n:08d}" for n in range(rows)],
            "SEXE": chance.choice(["M", "F"], rows),
            "ANNEE_NAISSANCE": chance.integers(1930, 2008, rows),
            **{f"CLE_{kind}": often(0.98, keys(rows)) for kind in ("IDENTITE", "USAGE", "PHONETIQUE", "NOM_ADRESSE")},
            "ID_ADRESSE": buildings[building],
            "ID_LOGEMENT": often(0.6, keys(rows)),
            "QUARTIER": [f"{1 + n % 23:02d}" for n in building],
            "QUALITE_ADRESSE": chance.choice(["COMPLETE", "SANS_COMPLEMENT"], rows),
            "NB_LOGEMENTS_ADRESSE": 1 + building % 12,
            "NO_BUREAU_VOTE": [f"{1 + n % 30:04d}" for n in building],
            "DATE_INSCRIPTION": days("1990-01-01", 13_000),
            "MOTIF_INSCRIPTION": "VOLONTAIRE",
            "DATE_RETOUR_NPAI": often(0.03, days("2024-01-01", 1_000)),
            "OPPOSITION": "N",
        }
    )  # fmt: skip


def main(rows: int) -> int:
    """Prints seconds and peak memory of each part and the ratio beside its bar."""
    with tempfile.TemporaryDirectory() as name:
        home = Path(name)
        file = home / "deliveries" / DAY / f"{SOURCE}.csv"
        file.parent.mkdir(parents=True)
        roll(rows).to_csv(file, sep=";", index=False)
        (home / "city.toml").write_text(CONFIGURATION, encoding="utf-8")
        rounds = [[_alone(part, home) for part in (bare, read, checked, ingested)] for _ in range(ROUNDS)]
        size = file.stat().st_size / 1e6
    seconds = {}
    print(f"{rows:,} rows of the roll, {size:.0f} MB; medians of {ROUNDS}, and the highest peak")
    for same in zip(*rounds, strict=True):
        name = next(n for n in same[0] if n != "peak")
        seconds[name], peak = statistics.median(f[name] for f in same), max(f["peak"] for f in same)
        print(f"{name:9} {seconds[name]:6.1f} s   peak {peak:.2f} GB")
    allowed = BAR_RATIO * seconds["read"] + seconds["checker"]
    both = BAR_RATIO * (seconds["read"] + seconds["checker"])
    print(f"ingest {seconds['ingest']:.1f} s, allowed {allowed:.1f} s: 1.5 × reading + checker")
    print(f"       beside it, 1.5 × (reading + checker): {both:.1f} s")
    print(f"peak {peak:.2f} GB of {BAR_GB}")
    print(json.dumps({"rows": rows, **seconds, "peak": peak}))
    return int(seconds["ingest"] > allowed or peak > BAR_GB)


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else ROWS))
