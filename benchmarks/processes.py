"""A command as a process of its own: wall seconds, processor seconds (user and system, of everything that it started and waited for), highest resident size."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext, suppress
from dataclasses import dataclass, replace
from pathlib import Path

from pipelines import audit

ROOT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True, kw_only=True)
class Cost:
    """``peak_mb``: of the largest single process (ru_maxrss of wait4); ``beside_mb``: the most that everything it started held at once, looked at four times a second."""

    seconds: float
    processor: float
    peak_mb: float
    beside_mb: float = 0.0

    def as_json(self) -> dict[str, float]:
        """Rounded."""
        return {
            "seconds": round(self.seconds, 2),
            "processor_seconds": round(self.processor, 2),
            "peak_mb": round(self.peak_mb),
            "beside_mb": round(self.beside_mb),
        }


def median(costs: Sequence[Cost]) -> Cost:
    """Of seconds each its own median; of peaks the highest."""
    return Cost(
        seconds=statistics.median(c.seconds for c in costs),
        processor=statistics.median(c.processor for c in costs),
        peak_mb=max(c.peak_mb for c in costs),
        beside_mb=max(c.beside_mb for c in costs),
    )


def run(
    command: Sequence[str],
    *,
    environment: Mapping[str, str] | None = None,
    good: Sequence[int] = (0,),
    python: Path | None = None,
    out: Path | None = None,
) -> Cost:
    """``command``: of this Python (or of ``python``), without its name. Its output goes to ``out``, or to standard error. Raises RuntimeError where it ends in another way than ``good``."""
    with out.open("wb") if out else nullcontext(sys.stderr) as target:
        started = time.perf_counter()
        process = subprocess.Popen(
            [str(python or sys.executable), *command],
            cwd=ROOT,
            stdout=target,
            env={**os.environ, **(environment or {})},
        )
        with _beside(process.pid) as beside:
            _, status, used = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - started
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode not in good:
        raise RuntimeError(f"{' '.join(command)} ended with {process.returncode}")
    return Cost(
        seconds=seconds,
        processor=used.ru_utime + used.ru_stime,
        peak_mb=used.ru_maxrss / 1024,
        beside_mb=max(beside),
    )


@contextmanager
def _beside(process: int) -> Iterator[list[float]]:
    """What the children of a process hold, look after look, in MB."""
    found, over = [0.0], threading.Event()

    def look() -> None:
        while not over.wait(0.25):
            found.append(sum(map(_resident_mb, _started_by(process))))

    looking = threading.Thread(target=look)
    looking.start()
    try:
        yield found
    finally:
        over.set()
        looking.join()


def _started_by(process: int) -> list[int]:
    """Children and theirs; none once it has ended."""
    found: list[int] = []
    for task in Path(f"/proc/{process}/task").glob("*/children"):
        with suppress(OSError):  # ended meanwhile
            for child in map(int, task.read_text(encoding="ascii").split()):
                found += [child, *_started_by(child)]
    return found


def _resident_mb(process: int) -> float:
    with suppress(OSError):  # ended meanwhile
        pages = Path(f"/proc/{process}/statm").read_text(encoding="ascii").split()[1]
        return int(pages) * os.sysconf("SC_PAGE_SIZE") / 1024**2
    return 0.0


def with_peak(cost: Cost, made: Path) -> Cost:
    """Of a run in ``made``: each step has the process's highest size begin anew (``pipelines.manifest.timed``), so that only the steps' own figures tell the highest of all."""
    return replace(
        cost, peak_mb=max(cost.peak_mb, *(float(str(s["peak_memory_mb"])) for s in audit.steps(made)))
    )


def lanterne(*arguments: str, good: Sequence[int] = (0,)) -> Cost:
    """One command of ours."""
    return run(["-m", "pipelines.cli", *arguments], good=good)
