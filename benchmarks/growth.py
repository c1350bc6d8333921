"""Seconds and memory of each step as a town grows: ``python -m benchmarks.growth WORK [--persons N ...] [--months N] [--frame-only | --draw]``.

Towns of 10,000 and 33,012 are made; a larger one is the second several times over (``benchmarks.growth_town``). Of every town all deliveries but the newest are taken in,
then comes what is measured: the cycle of the newest, one whole process, its steps as its own chain tells them. ``--frame-only``: who lives where and the matrix alone
(``benchmarks.growth_frame``), of the newest two snapshots of each source; what five million persons are measured by.

What is found is added to ``WORK/growth.json``, one entry a size, and drawn to ``WORK/growth.svg``, so that sizes can be measured one by one; each step's seconds and MB are printed as a table (``benchmarks.growth_table``). ``--draw``: nothing is measured, what is there is drawn and told again. Bars, told once the sizes are there: the cost
a person at the largest at most 1.2 times that of 33,012; a million persons in 12 minutes and 8 GB; frame and matrix of five million in 12 GB. Exit 1 when a bar is broken.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from benchmarks import growth_chart, growth_table
from benchmarks.growth_town import BASE, make
from benchmarks.processes import Cost, lanterne, run, with_peak
from pipelines import audit
from pipelines.days import day_or_today

SIZES = (10_000, BASE, 100_000, 330_000, 1_000_000)
DONE = (0, 5)
MILLION = 1_000_000
MOST_PER_PERSON, MOST_SECONDS, MOST_MB = 1.2, 720.0, 8192.0
MOST_OF_FRAME, MOST_MB_OF_FRAME = 5_000_000, 12 * 1024.0


def cycle_of(work: Path, persons: int, months: int) -> dict[str, object]:
    """One entry: the cycle's ``Cost`` and its steps; ``taken_in``: the cost of all deliveries before."""
    town = make(work, persons, months)
    home, before = work / f"home-{persons}", Cost(seconds=0, processor=0, peak_mb=0)
    shutil.rmtree(home, ignore_errors=True)
    (home / "deliveries").mkdir(parents=True)
    for name in ("city.toml", "lanterne.key"):
        shutil.copy(town / name, home / name)
    *earlier, newest = sorted((town / "deliveries").resolve().iterdir())
    config = ("--config", str(home / "city.toml"))
    for folder in earlier:
        (home / "deliveries" / folder.name).symlink_to(folder)
    before = lanterne("ingest", *config)
    (home / "deliveries" / newest.name).symlink_to(newest)
    cost = lanterne("cycle", *config, "--as-of", newest.name, good=DONE)
    (made,) = (home / "runs").glob(f"{newest.name}-*")
    steps, cost = audit.steps(made), with_peak(cost, made)
    (counted,) = (step["rows"] for step in steps if step["name"] == "frame")
    stored = (home / "lanterne.duckdb").stat().st_size / 2**20
    shutil.rmtree(home)
    return {
        "persons": persons,
        "deliveries_before": len(earlier),
        "rows": counted,
        "warehouse_mb": round(stored, 1),
        "taken_in": before.as_json(),
        "cycle": cost.as_json(),
        "steps": [{key: step[key] for key in ("name", "seconds", "peak_memory_mb")} for step in steps],
    }


def frame_of(work: Path, persons: int, months: int) -> dict[str, object]:
    """One entry: the cost of frame and matrix, loading of the tables apart."""
    base = make(work, BASE, months)
    told = work / f"frame-{persons}.json"
    cost = run(["-m", "benchmarks.growth_frame", str(base), str(persons), str(told)])
    found: dict[str, object] = json.loads(told.read_text(encoding="utf-8"))
    return {"persons": persons, "frame_only": found | {"peak_mb": cost.as_json()["peak_mb"]}}


def bars(entries: Mapping[str, Mapping[str, dict[str, float]]]) -> dict[str, tuple[float, float]]:
    """(figure, bar) by what it is of; of sizes that are not there, nothing."""
    cycles = {int(size): entry["cycle"] for size, entry in entries.items() if "cycle" in entry}
    found: dict[str, tuple[float, float]] = {}
    if BASE in cycles and max(cycles) > BASE:
        largest = max(cycles)
        one = cycles[BASE]["seconds"] / BASE
        found[f"a person of {largest:,} to one of {BASE:,}"] = (cycles[largest]["seconds"] / largest / one, MOST_PER_PERSON)  # fmt: skip
    if MILLION in cycles:
        found["seconds of a million"] = (cycles[MILLION]["seconds"], MOST_SECONDS)
        found["MB of a million"] = (cycles[MILLION]["peak_mb"], MOST_MB)
    for size, entry in entries.items():
        if "frame_only" in entry and int(size) <= MOST_OF_FRAME:
            of_frame = entry["frame_only"]
            found[f"MB of frame and matrix, {int(of_frame['members']):,} persons"] = (of_frame["peak_mb"], MOST_MB_OF_FRAME)  # fmt: skip
    return found


def _entries(work: Path) -> dict[str, dict[str, Any]]:
    path = work / "growth.json"
    return dict(json.loads(path.read_text(encoding="utf-8"))) if path.exists() else {}


def _keep(work: Path, entry: dict[str, object]) -> None:
    entries = _entries(work)
    mine = entries.setdefault(str(entry["persons"]), {})
    mine |= entry | {"measured_on": day_or_today(None, "today").isoformat()}
    (work / "growth.json").write_text(json.dumps(entries, indent=1), encoding="utf-8")
    print(json.dumps(mine, indent=1), flush=True)


def main() -> int:
    """See above."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("work", type=Path)
    parser.add_argument("--persons", type=int, nargs="+", default=SIZES)
    parser.add_argument("--months", type=int, default=12)
    only = parser.add_mutually_exclusive_group()
    only.add_argument("--frame-only", action="store_true")
    only.add_argument("--draw", action="store_true", help="measure nothing: draw what growth.json holds")
    asked = parser.parse_args()
    work = asked.work.resolve()
    work.mkdir(parents=True, exist_ok=True)
    measured = frame_of if asked.frame_only else cycle_of
    for persons in () if asked.draw else asked.persons:
        _keep(work, measured(work, persons, asked.months))
    entries = _entries(work)
    limits = growth_chart.Limits(
        persons=MILLION, seconds=MOST_SECONDS, mb=MOST_MB, per_person=MOST_PER_PERSON
    )
    (work / "growth.svg").write_text(growth_chart.drawn(entries, limits), encoding="utf-8")
    print(growth_table.table(entries))
    held = bars(entries)
    for what, (figure, bar) in held.items():
        print(f"{what}: {figure:,.2f} (bar {bar:,.1f}): {'holds' if figure <= bar else 'broken'}")
    return 0 if all(figure <= bar for figure, bar in held.values()) else 1


if __name__ == "__main__":
    sys.exit(main())
