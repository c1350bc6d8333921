"""Lanterne beside what others would use, in one run: ``python -m benchmarks.peers WORK [--only NAME ...] [--rounds N] [--json]``.

Whole processes in turn, of which the medians count:

``aggregates``  the 24 windowed aggregates of a million persons with twenty events each: our matrix beside one statement of DuckDB and polars' streaming engine (at most 1.1 times the better);
``triage``      one experiment of 35,000 entities (``benchmarks.peers_experiment``) beside triage 6.0 on PostgreSQL: 12 times faster as a whole with our intervals, 50 times on the matrix, no more memory; their matrices hold the same values;
``linkage``     pairs of a town's mentions scored: ours beside Splink's own ``predict`` (at most 1.2 times);
``explained``   households explained: contributions of logistic and trees beside ``shap.TreeExplainer`` over the trees alone (no bar: told).

polars and triage are no part of Lanterne: each is installed in an environment of its own in ``WORK`` (needs an index of packages), PostgreSQL is the system's. Exit 1 when a bar is broken.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import venv
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from benchmarks import peers_explained, peers_linkage, peers_same
from benchmarks.growth_town import BASE, make
from benchmarks.peers_events import write
from benchmarks.processes import ROOT, Cost, lanterne, median, run
from tests.review import postgres

POLARS = ("polars==2.1.0",)
TRIAGE = ("setuptools<81", "triage==6.0.0", "lightgbm==4.7.0", "pyarrow==17.0.0")


@dataclass(frozen=True, kw_only=True)
class Compared:
    """``costs`` by tool; ``ratios``: (figure, bar, whether at most) by what is compared; a ratio without a bar is told."""

    name: str
    costs: dict[str, Cost]
    ratios: dict[str, tuple[float, float | None, bool]]

    @property
    def holds(self) -> bool:
        return all(
            bar is None or (figure <= bar if is_most else figure >= bar)
            for figure, bar, is_most in self.ratios.values()
        )

    def as_json(self) -> dict[str, object]:
        """Figures beside bars."""
        told = {
            what: {"figure": round(f, 2), "bar": bar, "at_most": most}
            for what, (f, bar, most) in self.ratios.items()
        }
        return {
            "costs": {name: cost.as_json() for name, cost in self.costs.items()},
            "ratios": told,
            "holds": self.holds,
        }


def _environment(work: Path, name: str, packages: Sequence[str]) -> Path:
    """The Python of an environment that is made once."""
    folder = work / f"{name}-environment"
    python = folder / "bin" / "python"
    if not (folder / "complete").exists():
        venv.create(folder, with_pip=True, clear=True)
        subprocess.run(
            [str(python), "-m", "pip", "install", "--quiet", *packages], check=True, stdout=sys.stderr
        )
        (folder / "complete").touch()
    return python


def _in_turn(rounds: int, ways: dict[str, Callable[[], Cost]]) -> dict[str, Cost]:
    costs: dict[str, list[Cost]] = {name: [] for name in ways}
    for _ in range(rounds):
        for name, way in ways.items():
            costs[name].append(way())
    return {name: median(of) for name, of in costs.items()}


def aggregates(work: Path, rounds: int) -> Compared:
    """The results are held against one another, to the last number."""
    events, python = work / "events.parquet", _environment(work, "polars", POLARS)
    if not events.exists():
        write(events, 1_000_000, 20)
    out = {name: work / f"aggregates-{name}.parquet" for name in ("ours", "duckdb", "polars")}
    module = ["-m", "benchmarks.peers_aggregates"]
    costs = _in_turn(rounds, {
        name: lambda name=name: run([*module, name, str(events), str(out[name])], python=python if name == "polars" else None)
        for name in out
    })  # fmt: skip
    for other in ("duckdb", "polars"):
        peers_same.aggregates(out["ours"], out[other])
    better = min(costs["duckdb"].seconds, costs["polars"].seconds)
    return Compared(
        name="aggregates",
        costs=costs,
        ratios={"seconds, ours to the better": (costs["ours"].seconds / better, 1.1, True)},
    )


def triage(work: Path, rounds: int) -> Compared:
    """triage gets its events in a table with an index on its keys; loading them is not counted, on our side reading the file is.
    The matrices alone are compared by what each tool says of itself, without the start of its interpreter, its imports and its server. Every value of triage's is held against ours."""
    events, python = work / "experiment.parquet", _environment(work, "triage", TRIAGE)
    if not events.exists():
        write(events, 35_000, 20)
    module, out = ["-m", "benchmarks.peers_experiment"], work / "experiment"
    said = {name: work / f"{name}.json" for name in ("matrix", "triage")}
    theirs, whole, alone = [], [], []
    inner: dict[str, list[float]] = {name: [] for name in said}
    for _ in range(rounds):
        alone.append(run([*module, "matrix", str(events), str(out)], out=said["matrix"]))
        whole.append(run([*module, "whole", str(events), str(out)]))
        with postgres.server() as url:
            _load(url, events)
            script = [
                str(ROOT / "benchmarks" / "peers_triage.py"),
                url.replace("+psycopg", ""),
                str(work / "triage"),
            ]
            theirs.append(run(script, python=python, out=said["triage"]))
        for name, path in said.items():
            inner[name].append(float(_told(path)["matrix_seconds"]))
    held = peers_same.experiment(out, work / "triage" / "matrices", _told(said["triage"])["made"])
    costs = {"ours": median(whole), "ours, matrix": median(alone), "triage": median(theirs)}
    matrix = {name: statistics.median(seconds) for name, seconds in inner.items()}
    return Compared(
        name="triage",
        costs=costs,
        ratios={
            "times faster as a whole": (costs["triage"].seconds / costs["ours"].seconds, 12, False),
            "times faster on the matrix, starts left out": (matrix["triage"] / matrix["matrix"], 50, False),
            "seconds of our matrix": (matrix["matrix"], None, True),
            "seconds of triage's": (matrix["triage"], None, True),
            "values of triage's matrices, each the same as ours, millions": (held / 1e6, None, True),
            "memory, ours to triage's without its server": (
                costs["ours"].peak_mb / costs["triage"].peak_mb,
                1.0,
                True,
            ),
        },
    )


def _told(said: Path) -> dict[str, Any]:
    """The last line of what a tool says, which is JSON."""
    told: dict[str, Any] = json.loads(said.read_text(encoding="utf-8").splitlines()[-1])
    return told


def _load(url: str, events: Path) -> None:
    import psycopg

    rows = duckdb.sql(
        f"select substr(household_id, 2)::integer, known_on, kind, amount from '{events}'"
    ).fetchall()
    with psycopg.connect(url.replace("+psycopg", "")) as connection, connection.cursor() as cursor:
        cursor.execute("create table events (entity_id integer, known_on date, kind text, amount integer)")
        with cursor.copy("copy events from stdin") as target:
            for row in rows:
                target.write_row(row)
        cursor.execute("create index on events (entity_id, known_on)")
        cursor.execute("analyze events")


def linkage(work: Path, rounds: int) -> Compared:
    """The same pairs with the same probabilities."""
    town, folder = make(work, BASE, 12), work / "linkage"
    folder.mkdir(exist_ok=True)
    if not (folder / "mentions.parquet").exists():
        lanterne("ingest", "--config", str(town / "city.toml"))
        peers_linkage.prepared(town, folder)
    module = ["-m", "benchmarks.peers_linkage"]
    costs = _in_turn(
        rounds, {name: lambda name=name: run([*module, name, str(folder)]) for name in ("ours", "splink")}
    )
    with duckdb.connect() as connection:
        (differ,) = connection.execute(
            f"select count(*) from '{folder}/ours.parquet' o full join '{folder}/splink.parquet' t using (mention_l, mention_r)"
            " where abs(o.probability - t.probability) <= 1e-12 is not true"
        ).fetchone() or (None,)
    if differ != 0:
        raise RuntimeError(f"{differ} pairs differ")
    return Compared(
        name="linkage",
        costs=costs,
        ratios={"seconds, ours to Splink's": (costs["ours"].seconds / costs["splink"].seconds, 1.2, True)},
    )


def explained(work: Path, rounds: int) -> Compared:
    """Trees over a town's answers; some 3,000 households."""
    town, folder = make(work, BASE, 36), work / "explained"
    folder.mkdir(exist_ok=True)
    if not (folder / "model.json").exists():
        (newest,) = sorted((town / "deliveries").iterdir())[-1:]
        config = ("--config", str(town / "city.toml"))
        lanterne("cycle", *config, "--as-of", newest.name, "--keep-working-tables", good=(0, 5))
        (made,) = (town / "runs").glob(f"{newest.name}-*")
        peers_explained.prepared(made / "working", folder)
    module = ["-m", "benchmarks.peers_explained"]
    costs = _in_turn(
        rounds, {name: lambda name=name: run([*module, name, str(folder)]) for name in ("ours", "shap")}
    )
    return Compared(
        name="explained",
        costs=costs,
        ratios={"seconds, ours to shap's": (costs["ours"].seconds / costs["shap"].seconds, None, True)},
    )


COMPARISONS: dict[str, Callable[[Path, int], Compared]] = {
    c.__name__: c for c in (aggregates, triage, linkage, explained)
}  # type: ignore[attr-defined]


def _tell(found: Compared) -> None:
    print(found.name)
    for name, cost in found.costs.items():
        print(
            f"  {name:14} {cost.seconds:7.1f} s   processor {cost.processor:7.1f} s   peak {cost.peak_mb:6.0f} MB"
        )
    for what, (figure, bar, is_most) in found.ratios.items():
        beside = "" if bar is None else f" (bar {'at most' if is_most else 'at least'} {bar:g})"
        print(f"  {what}: {figure:.2f}{beside}")


def main() -> int:
    """See above."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("work", type=Path)
    parser.add_argument("--only", nargs="+", choices=COMPARISONS, default=list(COMPARISONS))
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    work = asked.work.resolve()
    work.mkdir(parents=True, exist_ok=True)
    found = [COMPARISONS[name](work, asked.rounds) for name in asked.only]
    if asked.json:
        print(json.dumps({one.name: one.as_json() for one in found}, indent=2))
    else:
        for one in found:
            _tell(one)
    return 0 if all(one.holds for one in found) else 1


if __name__ == "__main__":
    sys.exit(main())
