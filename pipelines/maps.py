"""The city by neighbourhood: counts that may be shown, estimated need, and what more visits there would find; ``map.html`` and ``map.json``."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pandas as pd

from features.audit_groups import GROUPS
from features.frame import HIDDEN
from pipelines import map_counts, settings
from pipelines.manifest import timed, write_json
from pipelines.map_estimates import Believed, believed
from pipelines.map_file import of_city
from pipelines.measuring import LEDGER, TOLD, counted, placed
from pipelines.sources import neighbourhoods, priority_of
from pipelines.store import read_store
from reports import maps_page
from reports.contracts import Masthead
from reports.maps import Report, Row, content
from reports.maps_shown import COLUMNS, Counts, shown_counts


def map_step(config: Path, folder: Path, as_of: date, capacity: int) -> None:
    """Writes ``map.json`` and ``map.html`` from ``working/``, the names in the store, ``estimates.json`` and the city's own GeoJSON; after the estimates, before the reports.
    Raises ConfigurationError where the GeoJSON is missing or does not fit the neighbourhoods."""
    city = settings.load(config)
    with timed(folder, "map") as rows:
        with read_store(city.paths) as connection:
            names, priority = neighbourhoods(connection), priority_of(connection)
        visits = _visits(folder)
        counts = map_counts.counts(folder, visits, priority)
        codes = frozenset(priority or counts.priority) - {map_counts.NOWHERE}
        drawn = of_city(config, city.map, codes)
        found = believed(city, folder, counts, visits)
        report = Report(
            masthead=Masthead(city=city.name, language=city.language, is_fictitious=city.fictitious),
            as_of=as_of,
            names=names,
            rows=tuple(_rows(counts, found)),
            leaning=found.leaning,
            basis=found.basis,
            more_visits=city.visits_per_week,
            shapes=drawn,
        )
        write_json(folder / "map.json", content(report))
        (folder / "map.html").write_bytes(maps_page.page(report))
        rows |= {"neighbourhoods": len(report.places), "visits": len(visits)}


def _visits(folder: Path) -> pd.DataFrame:
    """One row a household that was visited for a list, whatever the arm: columns of ``LEDGER``, the audit groups, ``origin``, ``is_in_estimates``."""
    columns = [*LEDGER, *GROUPS]
    files = sorted((folder / "working" / "past").glob("*.parquet"))
    past = {path.stem: pd.read_parquet(path, columns=columns) for path in files}
    parts = [one[one["visits"].notna()].assign(origin=origin) for origin, one in past.items()]
    every = pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=[*columns, "origin"])
    told = pd.read_parquet(folder / "working" / TOLD)
    count_there = pd.MultiIndex.from_frame(counted(placed(past, told))[["origin", "household_id"]])
    ours = pd.MultiIndex.from_frame(every[["origin", "household_id"]])
    return every.assign(is_in_estimates=ours.isin(count_there))


def _rows(counts: Counts, found: Believed) -> Iterator[Row]:
    cells = shown_counts(counts)
    for group in counts.groups:
        is_hidden = cells["households", group] == HIDDEN
        yield Row(
            group=group,
            counts={column: cells[column, group] for column in COLUMNS},
            need=None if is_hidden else found.need.get(group),
            more=None if is_hidden else found.more.get(group),
        )
