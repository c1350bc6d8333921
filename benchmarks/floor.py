"""A cycle beside the bare kernels that it cannot do without: ``python -m benchmarks.floor WORK [--rounds N] [--persons N] [--months N] [--json]``.

Whole processes that start, work and end, in turn (floor, cycle, floor, cycle, …), of which the medians count. A town is made once in ``WORK`` and kept.

*floor* (``benchmarks.floor_kernels``): DuckDB reads the files that the cycle reads into tables of the contracts' types and writes them to an encrypted database; Great Expectations
asks once whether each of the contracts' expectations holds of each table; LightGBM is trained once for each test campaign and once on all answers, with as many trees as a candidate may have
(a duel that searches no shape and sets nothing aside); shap explains the households of the list. No linkage, no household, no factor, no interval, no report.
*Prefect*: an empty flow with the cycle's settings, so that what Prefect costs at the start is told apart: it is taken off the cycle before the ratio.

``month``: everything is ingested but the newest delivery, at most 2.5 times the floor. ``nothing``: an empty folder and every delivery, at most 3 times the floor and 2 GB.
Processor seconds are told beside, since another process on the machine lengthens the rest. Exit 1 when a bar is broken.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from benchmarks import floor_specification
from benchmarks.processes import Cost, lanterne, median, run, with_peak
from pipelines.run import QUIET

DONE = (0, 5)
"""A cycle that lists by the rules (5) has done as much."""
EMPTY_FLOW = "from prefect import flow\n@flow(name='empty')\ndef empty(): return 1\nempty()"


@dataclass(frozen=True, kw_only=True)
class Scenario:
    """``ratio``: of the cycle without Prefect's start to the floor, in wall seconds; ``processor_ratio`` likewise in processor seconds."""

    name: str
    deliveries: int
    floor: Cost
    cycle: Cost
    prefect: Cost
    bar: float
    bar_mb: float | None = None

    @property
    def ratio(self) -> float:
        return (self.cycle.seconds - self.prefect.seconds) / self.floor.seconds

    @property
    def processor_ratio(self) -> float:
        return (self.cycle.processor - self.prefect.processor) / self.floor.processor

    @property
    def held_mb(self) -> float:
        """The cycle's process and Prefect's server beside it, each at its highest."""
        return self.cycle.peak_mb + self.cycle.beside_mb

    @property
    def holds(self) -> bool:
        return self.ratio <= self.bar and (self.bar_mb is None or self.held_mb <= self.bar_mb)

    def as_json(self) -> dict[str, object]:
        """Figures beside bars."""
        costs = {name: getattr(self, name).as_json() for name in ("floor", "cycle", "prefect")}
        ratios = {"ratio": round(self.ratio, 2), "processor_ratio": round(self.processor_ratio, 2)}
        bars = {"bar": self.bar, "bar_mb": self.bar_mb, "holds": self.holds}
        return {"deliveries": self.deliveries, **costs, **ratios, **bars}


def month(town: Path, rounds: int, prefect: Cost) -> Scenario:
    """One delivery is new. The warehouse of all others is made once, and every round begins with a copy of it."""
    *earlier, newest = _deliveries(town)
    before, home = town.with_name("before"), town.with_name("month")
    if not (before / "lanterne.duckdb").exists():
        _laid(town, before, earlier)
        lanterne("ingest", "--config", str(before / "city.toml"))
    specification = _specification(town, home, [newest])
    floors, cycles = [], []
    for _ in range(rounds):
        floors.append(_floor(specification))
        shutil.rmtree(home, ignore_errors=True)
        shutil.copytree(before, home, symlinks=True)
        (home / "deliveries" / newest.name).symlink_to(newest)
        cycles.append(_cycle(home, newest))
    return Scenario(
        name="month", deliveries=1, floor=median(floors), cycle=median(cycles), prefect=prefect, bar=2.5
    )


def nothing(town: Path, rounds: int, prefect: Cost) -> Scenario:
    """Every delivery is new."""
    every, home = _deliveries(town), town.with_name("nothing")
    specification = _specification(town, home, every)
    floors, cycles = [], []
    for _ in range(rounds):
        floors.append(_floor(specification))
        _laid(town, home, every)
        cycles.append(_cycle(home, every[-1]))
    return Scenario(
        name="nothing",
        deliveries=len(every),
        floor=median(floors),
        cycle=median(cycles),
        prefect=prefect,
        bar=3.0,
        bar_mb=2048,
    )


def _deliveries(town: Path) -> list[Path]:
    return sorted((town / "deliveries").resolve().iterdir())


def _laid(town: Path, home: Path, deliveries: list[Path]) -> None:
    """A folder in which nothing has happened yet."""
    shutil.rmtree(home, ignore_errors=True)
    (home / "deliveries").mkdir(parents=True)
    for name in ("city.toml", "lanterne.key"):
        shutil.copy(town / name, home / name)
    for delivery in deliveries:
        (home / "deliveries" / delivery.name).symlink_to(delivery)


def _cycle(home: Path, newest: Path) -> Cost:
    cost = lanterne("cycle", "--config", str(home / "city.toml"), "--as-of", newest.name, good=DONE)
    (made,) = (home / "runs").glob(f"{newest.name}-*")
    return with_peak(cost, made)


def _floor(specification: Path) -> Cost:
    (specification.parent / "floor.duckdb").unlink(missing_ok=True)
    return run(["-m", "benchmarks.floor_kernels", str(specification)])


def _specification(town: Path, home: Path, deliveries: list[Path]) -> Path:
    """LightGBM is trained on what a cycle over every delivery kept, made once."""
    kept, newest = town.with_name("kept"), _deliveries(town)[-1]
    if not (kept / "runs").exists():
        _laid(town, kept, _deliveries(town))
        lanterne(
            "cycle",
            *("--config", str(kept / "city.toml"), "--as-of", newest.name, "--keep-working-tables"),
            good=DONE,
        )
    (run_of,) = (p for p in (kept / "runs").glob(f"{newest.name}-*"))
    folder = town.with_name(f"{home.name}-floor")
    return floor_specification.write(
        folder,
        kept,
        run_of,
        date.fromisoformat(newest.name),
        [kept / "deliveries" / d.name for d in deliveries],
    )


def measured(work: Path, rounds: int, persons: int, months: int) -> list[Scenario]:
    """Both scenarios."""
    town = work.resolve() / "town"
    if not town.exists():
        lanterne("city", str(town), "--persons", str(persons), "--months", str(months))
    environment = {**QUIET, "PREFECT_HOME": str(work.resolve() / ".prefect")}
    prefect = median([run(["-c", EMPTY_FLOW], environment=environment) for _ in range(max(rounds, 2))])
    return [month(town, rounds, prefect), nothing(town, rounds, prefect)]


def _tell(scenario: Scenario) -> None:
    print(f"{scenario.name}: {scenario.deliveries} new deliveries")
    for what in ("floor", "cycle", "prefect"):
        cost: Cost = getattr(scenario, what)
        print(
            f"  {what:8} {cost.seconds:7.1f} s   processor {cost.processor:7.1f} s   peak {cost.peak_mb:6.0f} MB and {cost.beside_mb:4.0f} beside"
        )
    peak = f"; peak bar {scenario.bar_mb:.0f} MB" if scenario.bar_mb else ""
    print(
        f"  ratio {scenario.ratio:.2f} (bar {scenario.bar}), in processor seconds {scenario.processor_ratio:.2f}{peak}: {'holds' if scenario.holds else 'broken'}"
    )


def main() -> int:
    """See above."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("work", type=Path)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--persons", type=int, default=33_012)
    parser.add_argument("--months", type=int, default=36)
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    found = measured(asked.work, asked.rounds, asked.persons, asked.months)
    if asked.json:
        print(json.dumps({s.name: s.as_json() for s in found}, indent=2))
    else:
        for scenario in found:
            _tell(scenario)
    return 0 if all(s.holds for s in found) else 1


if __name__ == "__main__":
    sys.exit(main())
