"""Cities that can show little: no visit yet, some, many; the roll alone; the register of vulnerable people alone (art. L121-6-1 code de l'action sociale).

    python -m benchmarks.little_evidence WORK

Each case is a synthetic town from whose deliveries everything else is taken away, run by the real ``lanterne cycle``. Prints what the duel judged and why.
Nothing is added to a delivery: who has more answers is a town that sent more visitors, and they found what its people say.
"""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from data_contracts.contract import SOURCES
from pipelines.city import write_city
from pipelines.keys import make_key
from synthetic_city import rates

ROOT = Path(__file__).resolve().parents[1]
AS_OF = "2026-11-03"
SIGNED = 'gate = "open"\nbasis = "fictitious"\nsigned_by = "benchmark"\nsigned_on = 2026-01-01\n'
DRAWN = "visits_explored_a_quarter"


@dataclass(frozen=True, kw_only=True)
class Case:
    """``sources``: what is delivered and open (None: everything, with the town's own gates); ``visits``: "kept", "absent" from every delivery or
    "empty", a header alone; ``drawn``: visits drawn by lot a quarter in a town of 33,000, instead of the declared number."""

    name: str
    persons: int = 2_500
    months: int = 12
    sources: tuple[str, ...] | None = None
    visits: str = "kept"
    drawn: int | None = None


CASES = (
    Case(name="no visits file", visits="absent"),
    Case(name="visits file empty", visits="empty"),
    Case(name="about 150 answers", drawn=900),
    Case(name="about 1500 answers", persons=8_000, months=12, drawn=3_900),
    Case(name="the roll alone", sources=("liste_electorale",)),
    Case(name="the register alone", persons=6_000, sources=("registre_vulnerables",)),
)


@dataclass(frozen=True, kw_only=True)
class Ran:
    """What the command gave: its exit code, the run's folder (None when it refused) and what it said on standard error."""

    exit_code: int
    run: Path | None
    said: str


@contextmanager
def drawing(wanted: int | None) -> Iterator[None]:
    """Another number of drawn visits while a town is built; the declared one again afterwards."""
    declared = rates._BY_NAME[DRAWN]
    rates._BY_NAME[DRAWN] = declared if wanted is None else float(wanted)
    try:
        yield
    finally:
        rates._BY_NAME[DRAWN] = declared


def made(work: Path, case: Case, seed: int = 1) -> Path:
    """The ``city.toml`` of a case; its folder in ``work`` is replaced. A town that several cases share is built once."""
    base = work / f"town-{case.persons}-{case.months}-{case.drawn or 'declared'}"
    if not base.exists():
        with drawing(case.drawn):
            write_city(
                base,
                persons=case.persons,
                months=case.months,
                seed=seed,
                replace=True,
                progress=lambda told: None,
            )
    folder = work / case.name.replace(" ", "-").replace(",", "")
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(base / "deliveries", folder / "deliveries")
    for path in [p for p in (folder / "deliveries").glob("*/*") if p.is_file()]:
        _taken_away(path, case)
    for day in [d for d in (folder / "deliveries").iterdir() if not any(d.iterdir())]:
        day.rmdir()
    make_key(folder / "lanterne.key")
    (folder / "city.toml").write_text(_configuration(base / "city.toml", case), encoding="utf-8")
    return folder / "city.toml"


def _taken_away(path: Path, case: Case) -> None:
    source = path.name.split(".")[0]
    is_visits = source == "visites"
    if (case.sources is not None and source not in case.sources) or (is_visits and case.visits == "absent"):
        path.unlink()
    elif is_visits and case.visits == "empty":
        path.write_bytes(path.read_bytes().split(b"\r\n")[0] + b"\r\n")


def _configuration(base: Path, case: Case) -> str:
    """The town's own, or one whose gates let the case's sources through and nothing else."""
    text = base.read_text(encoding="utf-8")
    if case.sources is None:
        return text
    opened = "".join(f"[sources.{s}]\n{SIGNED}\n" for s in case.sources)
    closed = "".join(f'[sources.{s}]\ngate = "closed"\n\n' for s in SOURCES if s not in case.sources)
    return text.split("[sources.")[0] + opened + closed


def cycled(config: Path) -> Ran:
    """``lanterne cycle --json`` in a process of its own."""
    command = [
        sys.executable,
        "-m",
        "pipelines.cli",
        "cycle",
        "--config",
        str(config),
        "--as-of",
        AS_OF,
        "--json",
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT)
    run = Path(json.loads(done.stdout)["run"]) if done.returncode in (0, 5) else None
    return Ran(exit_code=done.returncode, run=run, said=done.stderr)


def main() -> int:
    """Prints what each city can say; 1 when one of them has no list."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("work", type=Path)
    asked = parser.parse_args()
    asked.work.mkdir(parents=True, exist_ok=True)
    refused = 0
    for case in CASES:
        ran = cycled(made(asked.work, case))
        refused += ran.run is None
        print(f"{case.name}: exit {ran.exit_code}")
        if ran.run is None:
            print(f"  {ran.said.strip()}")
            continue
        duel = json.loads((ran.run / "duel.json").read_text(encoding="utf-8"))
        print(
            f"  {duel['champion']}: {duel['why']}; {duel['labels']['labels']} labels, {duel['test_labels']} tested"
        )
        for name, why in duel["not_judged"].items():
            print(f"  not judged: {name}: {why}")
    return 1 if refused else 0


if __name__ == "__main__":
    sys.exit(main())
