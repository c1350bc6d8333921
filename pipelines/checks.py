"""``lanterne check``: what a careful operator would look at before trusting an installation."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from data_contracts import contract
from data_contracts.errors import LanterneError
from pipelines import manifest, settings
from pipelines.arrivals import arrivals
from pipelines.store import read_store

MIN_FREE_BYTES = 2 * 1024**3


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One thing looked at."""

    what: str
    is_sound: bool
    detail: str


def check(config: Path) -> tuple[Finding, ...]:
    """Configuration first: without it nothing else can be looked at, so its refusal is raised."""
    city = settings.load(config)
    looks: tuple[tuple[str, Callable[[], str]], ...] = (
        ("configuration", lambda: f"{city.name}, capacity {city.capacity}"),
        ("gates", lambda: ", ".join(f"{s} {g}" for s, g in settings.gates(city).items())),
        ("contracts", lambda: f"{len([contract.load(s) for s in contract.SOURCES])} contracts load"),
        ("deliveries", lambda: f"{len(arrivals(city.paths.deliveries))} files"),
        ("warehouse", lambda: _warehouse(city)),
        ("versions", lambda: f"code {manifest.code_version()}, Python {sys.version.split()[0]}"),
    )
    return (*(_finding(what, look) for what, look in looks), _disk(city))


def _finding(what: str, look: Callable[[], str]) -> Finding:
    try:
        return Finding(what=what, is_sound=True, detail=look())
    except LanterneError as error:
        return Finding(what=what, is_sound=False, detail=error.text())


def _warehouse(city: settings.City) -> str:
    if not city.paths.database.exists():
        return "not there yet; the first ingest creates it"
    with read_store(city.paths) as connection:
        row = connection.execute(
            "select count(*), coalesce(sum(rows_accepted), 0) from meta.files where is_current"
        ).fetchone()
    assert row is not None  # an aggregate always gives a row
    return f"{row[0]} files, {row[1]} rows"


def _disk(city: settings.City) -> Finding:
    folder = next(p for p in (city.paths.database, *city.paths.database.parents) if p.exists())
    free = shutil.disk_usage(folder).free
    return Finding(
        what="disk",
        is_sound=free >= MIN_FREE_BYTES,
        detail=f"{free / 1024**3:.1f} GiB free; at least 2 are wanted",
    )
