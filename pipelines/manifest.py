"""What a run was made from, what it counted, how long each step took; and the folder that appears whole or not at all."""

from __future__ import annotations

import hashlib
import json
import logging
import platform
import re
import resource
import shutil
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import date
from importlib.metadata import version
from pathlib import Path

from pipelines import audit, logs, metrics
from pipelines.audit import Counts
from pipelines.chain import Head

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
"""Whose code a run may be made by."""


@contextmanager
def timed(folder: Path, name: str) -> Iterator[Counts]:
    """Times a step and writes its line of ``audit.jsonl``; the caller fills the yielded row counts, and ``reads`` with what it took from outside the folder.

    ``peak_memory_mb``: the process's highest resident size during the step."""
    started = time.perf_counter()
    _forget_peak()
    counts = Counts()
    about = {"run": logs.run_of(folder), "step": name}
    log.info("%s", name, extra=about)
    yield counts
    took = {"seconds": round(time.perf_counter() - started, 2), "peak_memory_mb": round(_peak_mb(), 1)}
    audit.step(folder, name, counts, **took)
    metrics.noted.step(name, **took, counts=counts)
    log.info("%s ended", name, extra={**about, **took, "counts": dict(counts)})


def _forget_peak() -> None:
    """Linux notes the highest resident size anew (proc(5), clear_refs); where it may not be asked to, a peak is that of the process so far."""
    with suppress(OSError):
        Path("/proc/self/clear_refs").write_text("5", encoding="ascii")


def _peak_mb() -> float:
    status = Path("/proc/self/status")
    if not status.exists():  # not Linux
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    (kilobytes,) = re.findall(r"VmHWM:\s+(\d+)", status.read_text(encoding="ascii", errors="replace"))
    return int(kilobytes) / 1024


def write_json(path: Path, content: object) -> None:
    """UTF-8, indented, keys as given, dates in ISO form."""
    path.write_bytes(as_bytes(content))


def as_bytes(content: object) -> bytes:
    """What ``write_json`` writes."""
    return (json.dumps(content, ensure_ascii=False, indent=2, default=str) + "\n").encode("utf-8")


def code_version() -> str:
    """The commit, or a hash of the source where there is no git."""
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
    return "source-" + source_hash()[:12]


def source_hash() -> str:
    """SHA-256 of every file that decides a result: the same for the same code, whether it was cloned or unpacked, and whatever is committed beside it."""
    root = Path(__file__).resolve().parent.parent
    digest = hashlib.sha256()
    for path in sorted(p for room in ROOMS for p in (root / room).rglob("*") if _is_source(p)):
        digest.update(f"{path.relative_to(root).as_posix()}\0{audit.digest_of(path)}\n".encode())
    return digest.hexdigest()


def _is_source(path: Path) -> bool:
    return path.is_file() and "__pycache__" not in path.parts and not path.name.startswith(".")


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


def partial_path(runs: Path, name: str) -> Path:
    """Where a run is made, beside its final place: a crash leaves the last good run untouched."""
    return runs / f".{name}.partial"


def partial_folder(runs: Path, name: str) -> Path:
    """An empty folder beside its final place; what a run that was killed left there goes first: its joined tables."""
    clear_half_made(runs)
    folder = partial_path(runs, name)
    (folder / "working").mkdir(parents=True)
    return folder


def clear_half_made(runs: Path, but: Path | None = None) -> None:
    """Takes away what runs that were killed left, ``but`` that one. A run that was to be replaced stands again where the new one did not come."""
    for aside in runs.glob(".*.replaced"):
        stands = aside.with_name(aside.name.removeprefix(".").removesuffix(".replaced"))
        if stands.exists():
            shutil.rmtree(aside, ignore_errors=True)
        else:
            aside.rename(stands)
    for left_over in runs.glob(".*.partial"):
        if left_over != but:
            shutil.rmtree(left_over, ignore_errors=True)


def publish(partial: Path, final: Path) -> None:
    """Moves the finished folder to its name, replacing an earlier run of the same inputs; to another disk by a copy that lies beside that name first."""
    if partial.stat().st_dev != final.parent.stat().st_dev:
        beside = partial_path(final.parent, final.name)
        shutil.rmtree(beside, ignore_errors=True)
        shutil.copytree(partial, beside)
        partial = beside
    aside = final.with_name(f".{final.name}.replaced")
    shutil.rmtree(aside, ignore_errors=True)
    if final.exists():
        final.rename(aside)
    partial.rename(final)
    shutil.rmtree(aside, ignore_errors=True)


def closed(folder: Path, name: str, content: Mapping[str, object]) -> Head:
    """Writes ``manifest.json`` with the digest of every file of the folder, closes the folder's chain with it, and tells it the head; gives the head."""
    whole = {**content, "steps": audit.steps(folder), "files": audit.digests(folder)}
    head = audit.close(folder, name, as_bytes(whole))
    write_json(folder / "manifest.json", {**whole, "audit": head.as_json()})
    return head
