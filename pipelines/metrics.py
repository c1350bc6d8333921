"""What became of the last run of each kind, as numbers in a plain file (``metrics/lanterne.prom`` beside the warehouse) for the textfile collector of Prometheus' node_exporter.

Nothing listens and nothing is sent: whoever watches the machine reads the file, which is replaced at once at the end of every run. Counts only, of nobody.
"""

from __future__ import annotations

import fcntl
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from pipelines import console

if TYPE_CHECKING:
    from pipelines.filing import FileReport

FILE = Path("metrics", "lanterne.prom")
FLOWS = ("ingest", "cycle", "train", "report", "purge", "backup", "check")
"""Commands that are told of. Scheduled flows have the same names."""
LOOK = "check"
"""Makes nothing: where there is neither a warehouse nor the file yet, it leaves none."""
STATES: Mapping[int, str] = {0: "completed", 5: "list_by_rule", 7: "drift_alarm"}
"""By exit code; any other has failed."""
HELP: Mapping[str, str] = {
    "lanterne_run_end_timestamp_seconds": "When the last run of this flow ended.",
    "lanterne_run_good_timestamp_seconds": "When the last run of this flow ended that did what it was to do.",
    "lanterne_run_duration_seconds": "How long the last run of this flow took.",
    "lanterne_run_exit_code": "With what the last run of this flow ended; see docs/commands.md.",
    "lanterne_run_state": "1 for the state in which the last run of this flow ended.",
    "lanterne_step_duration_seconds": "How long a step of the last run of this flow took.",
    "lanterne_step_peak_memory_bytes": "The highest resident size during it.",
    "lanterne_step_count": "What it counted, by name.",
    "lanterne_source_rows": "Rows of all deliveries of a source at the last ingest: delivered, kept, quarantined.",
    "lanterne_list_households": "Lines of the last list.",
}
Labels = tuple[tuple[str, str], ...]
Samples = dict[tuple[str, Labels], float]


@dataclass(kw_only=True)
class Noted:
    """Of the run that is under way in this process. ``beside``: the warehouse of the city that was loaded first."""

    beside: Path | None = None
    steps: Samples = field(default_factory=dict)
    rows: Samples = field(default_factory=dict)

    def step(self, name: str, seconds: float, peak_memory_mb: float, counts: Mapping[str, int]) -> None:
        """A step that has ended."""
        of = (("step", name),)
        self.steps["lanterne_step_duration_seconds", of] = seconds
        self.steps["lanterne_step_peak_memory_bytes", of] = peak_memory_mb * 1024**2
        for what, count in counts.items():
            self.steps["lanterne_step_count", (*of, ("count", what))] = count

    def ingest(self, files: Iterable[FileReport]) -> None:
        """The rows of an ingest, by source and by what became of them."""
        self.rows = {}
        for file in files:
            became = {
                "delivered": file.rows_read,
                "kept": file.rows_accepted,
                "quarantined": file.rows_quarantined,
            }
            for what, rows in became.items():
                key = "lanterne_source_rows", (("source", file.source), ("rows", what))
                self.rows[key] = self.rows.get(key, 0) + rows


noted = Noted()


@contextmanager
def of_run(flow: str) -> Iterator[list[int]]:
    """Around everything that a run does; the exit code with which it ends is put into the list. A file that cannot be written is said and changes nothing of how the run ended."""
    noted.beside, noted.steps, noted.rows = None, {}, {}
    started, codes = time.time(), [1]
    try:
        yield codes
    finally:
        if noted.beside is not None and _has_place(noted.beside, flow):
            _leave(noted.beside.parent / FILE, flow, started, codes[-1])


def _has_place(beside: Path, flow: str) -> bool:
    is_begun = flow != LOOK or beside.exists() or (beside.parent / FILE).exists()
    return is_begun and beside.parent.is_dir()


def _leave(file: Path, flow: str, started: float, code: int) -> None:
    try:
        file.parent.mkdir(exist_ok=True)
        with (file.parent / ".lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            for left in file.parent.glob(f"{file.name}.*"):  # by a process that was killed while it wrote
                left.unlink()
            before = read(file)
            write(file, {**_others(before, flow), **_of_flow(before, flow, started, code)})
    except OSError:
        console.notice("The metrics could not be written: {file}", file=str(file))


def _others(before: Samples, flow: str) -> Samples:
    """What stays: of other flows, and the rows that an earlier ingest counted."""
    replaced = {name for name, _ in noted.rows}
    return {(n, of): v for (n, of), v in before.items() if ("flow", flow) not in of and n not in replaced}


def _of_flow(before: Samples, flow: str, started: float, code: int) -> Samples:
    of, now = (("flow", flow),), time.time()
    good = ("lanterne_run_good_timestamp_seconds", of)
    told: Samples = {
        ("lanterne_run_end_timestamp_seconds", of): now,
        ("lanterne_run_duration_seconds", of): now - started,
        ("lanterne_run_exit_code", of): code,
        ("lanterne_run_state", (*of, ("state", STATES.get(code, "failed")))): 1,
    }
    if code in STATES:
        told[good] = now
    elif good in before:
        told[good] = before[good]
    told |= {(name, (*of, *more)): value for (name, more), value in noted.steps.items()}
    listed = noted.steps.get(("lanterne_step_count", (("step", "reports"), ("count", "lines"))))
    if listed is not None and code in STATES:
        told["lanterne_list_households", ()] = listed
    return told | noted.rows


def read(file: Path) -> Samples:
    """What the file says; nothing where there is none, or none that can be read."""
    from prometheus_client.parser import text_string_to_metric_families

    if not file.is_file():
        return {}
    try:
        families = list(text_string_to_metric_families(file.read_text(encoding="utf-8")))
    except ValueError:  # somebody else's, or half of one: what is known now is written in its place
        return {}
    samples = (sample for family in families for sample in family.samples)
    return {(one.name, tuple(one.labels.items())): one.value for one in samples if one.name in HELP}


def write(file: Path, samples: Samples) -> None:
    """The whole file at once, in Prometheus' text format."""
    from prometheus_client import CollectorRegistry, Gauge, write_to_textfile

    registry, gauges = CollectorRegistry(), dict[str, Gauge]()
    for name, of in _in_order(samples):
        if name not in gauges:
            gauges[name] = Gauge(name, HELP[name], [label for label, _ in of], registry=registry)
        one = gauges[name].labels(**dict(of)) if of else gauges[name]
        one.set(samples[name, of])
    write_to_textfile(str(file), registry)


def _in_order(samples: Iterable[tuple[str, Labels]]) -> list[tuple[str, Labels]]:
    order = list(HELP)
    return sorted(samples, key=lambda one: (order.index(one[0]), one[1]))
