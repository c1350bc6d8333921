"""What a run was made from, what it counted, how long each step took; and the folder that appears whole or not at all."""

from __future__ import annotations

import hashlib
import json
import logging
import platform
import resource
import shutil
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from importlib.metadata import version
from pathlib import Path

log = logging.getLogger("lanterne")
LIBRARIES = (
    "lanterne",
    "duckdb",
    "great-expectations",
    "lightgbm",
    "numpy",
    "pandas",
    "prefect",
    "scikit-learn",
    "shap",
    "splink",
)
ROOMS = ("data_contracts", "features", "models", "reports", "review", "pipelines")


@dataclass(frozen=True, kw_only=True)
class Step:
    """One step of a run. ``peak_memory_mb`` is the process's highest resident size so far, so it never falls."""

    name: str
    seconds: float
    peak_memory_mb: float
    rows: Mapping[str, int]


@contextmanager
def timed(folder: Path, name: str) -> Iterator[dict[str, int]]:
    """Times a step and writes ``working/steps/<name>.json``; the caller fills the yielded row counts."""
    started = time.perf_counter()
    rows: dict[str, int] = {}
    log.info("%s", name)
    yield rows
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    step = Step(
        name=name, seconds=round(time.perf_counter() - started, 2), peak_memory_mb=round(peak, 1), rows=rows
    )
    steps = folder / "working" / "steps"
    steps.mkdir(parents=True, exist_ok=True)
    position = len(list(steps.iterdir()))
    write_json(steps / f"{position:02d}-{name}.json", step.__dict__)


def steps(folder: Path) -> list[dict[str, object]]:
    """The steps written so far, in the order in which they ran."""
    return [json.loads(path.read_text()) for path in sorted((folder / "working" / "steps").glob("*.json"))]


def write_json(path: Path, content: object) -> None:
    """UTF-8, indented, keys as given, dates in ISO form."""
    path.write_text(json.dumps(content, ensure_ascii=False, indent=2, default=str) + "\n", encoding="utf-8")


def code_version() -> str:
    """The commit, or a hash of the source files where there is no git."""
    root = Path(__file__).resolve().parent.parent
    if (root / ".git").exists() and shutil.which("git"):
        answer = subprocess.run(
            ["git", "-C", str(root), "describe", "--always", "--dirty", "--abbrev=12"],
            capture_output=True,
            text=True,
            check=False,
        )
        if answer.returncode == 0:
            return answer.stdout.strip()
    return "source-" + _source_hash(root)


def _source_hash(root: Path) -> str:
    digest = hashlib.sha256()
    for path in sorted(p for room in ROOMS for p in (root / room).rglob("*.py")):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:12]


def sha256(content: bytes) -> str:
    """Hexadecimal digest."""
    return hashlib.sha256(content).hexdigest()


def contract_hashes() -> dict[str, str]:
    """The contracts in force, by file name."""
    folder = Path(__file__).resolve().parent.parent / "data_contracts"
    return {path.name: sha256(path.read_bytes()) for path in sorted(folder.glob("*.odcs.yaml"))}


def versions() -> dict[str, str]:
    """Python and the libraries that decide results."""
    return {"python": platform.python_version()} | {name: version(name) for name in LIBRARIES}


def run_id(as_of: date, inputs: Mapping[str, object]) -> str:
    """Same inputs, same name: the date and a digest of everything that decides the result."""
    return f"{as_of.isoformat()}-{sha256(json.dumps(inputs, sort_keys=True, default=str).encode())[:10]}"


def partial_folder(runs: Path, name: str) -> Path:
    """An empty folder beside its final place; a crash leaves the last good run untouched, and the next run clears what it left."""
    for left_over in runs.glob(".*.partial"):  # of a run that was killed: its joined tables go first
        shutil.rmtree(left_over, ignore_errors=True)
    folder = runs / f".{name}.partial"
    (folder / "working").mkdir(parents=True)
    return folder


def publish(partial: Path, final: Path, *, keep_working_tables: bool) -> None:
    """Purges the joined tables and moves the finished folder to its name, replacing an earlier run of the same inputs."""
    if keep_working_tables:
        shutil.rmtree(partial / "working" / "steps", ignore_errors=True)
    else:
        shutil.rmtree(partial / "working")
    aside = final.with_name(f".{final.name}.replaced")
    shutil.rmtree(aside, ignore_errors=True)
    if final.exists():
        final.rename(aside)
    partial.rename(final)
    shutil.rmtree(aside, ignore_errors=True)
