"""A town that stands several times side by side, as deliveries: what a larger city would hand over, without the hours that its lives would take to make."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import duckdb

from benchmarks.floor_kernels import register_sheet
from benchmarks.floor_specification import text_of
from benchmarks.processes import lanterne
from data_contracts import contract, dialects
from pipelines.arrivals import Arrival, arrivals

BASE = 33_012
"""Persons of the town of which larger ones are made: from 100,000 on, so many of it as come nearest."""
KEYS = ("cle_", "id_")
KEYED = "[0-9a-f]{32}"
NOTHING = ("", "NULL", "NC", "-", "Néant")


def copies_of(persons: int) -> int:
    """How many towns of ``BASE`` stand for so many persons; 1 where one is made of that size."""
    return max(round(persons / BASE), 1)


def make(work: Path, persons: int, months: int) -> Path:
    """The town's folder in ``work``: made once, and kept. A town of more than ``BASE`` is that one several times over: every key and code of the others differs, nobody is known in two."""
    town = work / f"town-{persons}"
    if (town / "city.toml").exists():
        return town
    copies = copies_of(persons)
    base = work / f"town-{BASE}" if copies > 1 else town
    if copies > 1:
        make(work, BASE, months)
        enlarged(base, town, copies)
    else:
        lanterne("city", str(town), "--persons", str(persons), "--months", str(months))
    return town


def enlarged(base: Path, town: Path, copies: int) -> None:
    """Deliveries, key and settings; the settings last, since the town is whole where they are there."""
    shutil.rmtree(town, ignore_errors=True)
    town.mkdir(parents=True)
    shutil.copy(base / "lanterne.key", town)
    folders = sorted((base / "deliveries").iterdir())
    for arrival in arrivals(base / "deliveries", folders):
        _several(arrival, town / "deliveries" / arrival.path.parent.name, copies)
    told = (base / "city.toml").read_text(encoding="utf-8")
    wanted = re.sub(r"(?m)^capacity = (\d+)$", lambda found: f"capacity = {int(found[1]) * copies}", told)
    (town / "city.toml").write_text(wanted, encoding="utf-8")


def _several(arrival: Arrival, folder: Path, copies: int) -> None:
    """The file's rows as texts, once as they are and then with keys and codes of their own; in the form that it came in, but a workbook as CSV, since a sheet ends at a million rows."""
    folder.mkdir(parents=True, exist_ok=True)
    dialect = dialects.sniff(contract.load(arrival.source), arrival.name, arrival.form, arrival.open)
    names = [h or f"unknown_{i}" for i, h in enumerate(dialect.headers)]
    with duckdb.connect(config={"threads": 2, "memory_limit": "4GB"}) as connection:
        connection.execute("set preserve_insertion_order = false")
        if arrival.form == "xlsx":
            register_sheet(connection, str(arrival.path))
        own = ", ".join(f'{_told_apart(name)} as "{name}"' for name in names)
        rows = f"select {own} from {text_of(arrival, dialect, names)}, range({copies}) as c(copy)"
        if arrival.form == "parquet":
            connection.execute(f"copy ({rows}) to '{folder / arrival.path.name}'")
            return
        is_packed = arrival.path.name.endswith(".gz")
        target = folder / f"{arrival.source}.csv{'.gz' if is_packed else ''}"
        packing = ", compression gzip" if is_packed else ""
        connection.execute(
            f"copy ({rows}) to '{target}' (header, delimiter '{dialect.separator or ';'}'{packing})"
        )


def _told_apart(name: str) -> str:
    """Of the first copy what the file says; of each other a key or code that no other copy has."""
    cell = f'"{name}"'
    if name == "quartier":
        anew = f"lpad({cell}, 2, '0') || '-' || copy"
    elif name.startswith(KEYS):
        anew = f"case when regexp_full_match({cell}, '{KEYED}') then md5({cell} || copy) else {cell} || '-' || copy end"
    else:
        return cell
    return f"case when copy = 0 or coalesce({cell}, '') in {NOTHING} then {cell} else {anew} end"
