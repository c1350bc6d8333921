"""A command as a process of its own: wall seconds, processor seconds (user and system, of everything that it started and waited for), highest resident size."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, replace
from pathlib import Path

from pipelines import audit

ROOT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True, kw_only=True)
class Cost:
    """``peak_mb``: of the largest single process (ru_maxrss of wait4)."""

    seconds: float
    processor: float
    peak_mb: float

    def as_json(self) -> dict[str, float]:
        """Rounded."""
        return {
            "seconds": round(self.seconds, 2),
            "processor_seconds": round(self.processor, 2),
            "peak_mb": round(self.peak_mb),
        }


def median(costs: Sequence[Cost]) -> Cost:
    """Of seconds each its own median; of peaks the highest."""
    return Cost(
        seconds=statistics.median(c.seconds for c in costs),
        processor=statistics.median(c.processor for c in costs),
        peak_mb=max(c.peak_mb for c in costs),
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
        _, status, used = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - started
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode not in good:
        raise RuntimeError(f"{' '.join(command)} ended with {process.returncode}")
    return Cost(seconds=seconds, processor=used.ru_utime + used.ru_stime, peak_mb=used.ru_maxrss / 1024)


def with_peak(cost: Cost, made: Path) -> Cost:
    """Of a run in ``made``: each step has the process's highest size begin anew (``pipelines.manifest.timed``), so that only the steps' own figures tell the highest of all."""
    return replace(
        cost, peak_mb=max(cost.peak_mb, *(float(str(s["peak_memory_mb"])) for s in audit.steps(made)))
    )


def lanterne(*arguments: str, good: Sequence[int] = (0,)) -> Cost:
    """One command of ours."""
    return run(["-m", "pipelines.cli", *arguments], good=good)
