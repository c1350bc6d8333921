"""The parity report of a run: measured while the frame stands, written with the other reports."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path

from pydantic import TypeAdapter

from features import parity
from features.engine import Engine
from features.parity import Measured
from pipelines.manifest import write_json
from reports.contracts import Masthead
from reports.parity import Report, content, page

KEPT = "parity.json"


def keep(connection: Engine, working: Path) -> None:
    """After ``frame.build``: its tables are gone when the report is written."""
    write_json(working / KEPT, parity.as_json(parity.measured(connection)))


def write(folder: Path, masthead: Masthead, as_of: date, names: Mapping[str, str]) -> None:
    """``frame_parity.html`` and ``.json`` from what ``keep`` kept in ``working/``."""
    kept = (folder / "working" / KEPT).read_bytes()
    measured = TypeAdapter(tuple[Measured, ...]).validate_json(kept)
    report = Report(masthead=masthead, as_of=as_of, measured=measured, names=names)
    (folder / "frame_parity.html").write_bytes(page(report))
    write_json(folder / "frame_parity.json", content(report))
