"""What ``benchmarks.floor_kernels`` is told: which files are read by which statements, which expectations hold them, what LightGBM is trained on."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date
from importlib.resources import files
from itertools import groupby
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd

from data_contracts import contract, dialects
from data_contracts.contract import Column, Contract
from data_contracts.conversions import sql_type
from data_contracts.dialects import Dialect
from data_contracts.promises import promises
from models.boosting import MAX_ROUNDS, PARAMETERS
from models.candidate import values
from models.splits import folds
from pipelines import judging, settings
from pipelines.arrivals import Arrival, arrivals
from pipelines.factors import factors_of

DAYS = "['%d/%m/%Y', '%Y-%m-%d', '%d/%m/%y']"


def write(folder: Path, home: Path, run: Path, as_of: date, deliveries: Sequence[Path]) -> Path:
    """``folder``: where the specification and what it names is written; ``home``: of the town; ``run``: one of it that kept its working tables; ``deliveries``: what is read."""
    folder.mkdir(parents=True, exist_ok=True)
    found = sorted(arrivals(home / "deliveries", deliveries), key=lambda a: a.source)
    tables = [
        _table(contract.load(source), list(mine)) for source, mine in groupby(found, key=lambda a: a.source)
    ]
    arrays = folder / "arrays.npz"
    np.savez(arrays, **_arrays(home, run, as_of))
    extension = f"extensions/v{duckdb.__version__}/httpfs.duckdb_extension"
    content = {
        "extension": str(files("duckdb_extension_httpfs").joinpath(extension)),
        "database": str(folder / "floor.duckdb"),
        "secret": "5a" * 32,
        "tables": tables,
        "arrays": str(arrays),
        "parameters": PARAMETERS,
        "rounds": MAX_ROUNDS,
    }
    path = folder / "specification.json"
    path.write_text(json.dumps(content, indent=1), encoding="utf-8")
    return path


def _table(promise: Contract, mine: list[Arrival]) -> dict[str, object]:
    columns = ", ".join(f"{c.name} {sql_type(c)}" for c in promise.columns)
    reads, sheets = [], []
    for arrival in mine:
        dialect = dialects.sniff(promise, arrival.name, arrival.form, arrival.open)
        statement = _insert(promise, arrival, dialect)
        if arrival.form == "xlsx":
            sheets.append((str(arrival.path), statement))
        else:
            reads.append(statement)
    return {
        "name": promise.source,
        "create": f"create table {promise.source} (file_id varchar, delivered_on date, known_on date, {columns})",
        "reads": reads,
        "sheets": sheets,
        "expectations": [_described(p.expectation.configuration) for p in promises(promise)],
    }


def _described(configuration: object) -> tuple[str, dict[str, object]]:
    kind, settings_of = configuration.type, configuration.kwargs  # type: ignore[attr-defined]
    return str(kind), {
        name: {"day": value.isoformat()} if isinstance(value, pd.Timestamp) else value
        for name, value in settings_of.items()
    }


def _insert(promise: Contract, arrival: Arrival, dialect: Dialect) -> str:
    there = [h for h in dialect.headers if h]
    cells = {
        c.name: _typed(c, f'"{c.name}"') if c.name in there else f"null::{sql_type(c)}"
        for c in promise.columns
    }
    known = (
        f"coalesce(greatest({', '.join(promise.known_on)}), delivered_on)"
        if promise.known_on
        else "delivered_on"
    )
    typed = ", ".join(f"{cell} as {name}" for name, cell in cells.items())
    names = [h or f"unknown_{i}" for i, h in enumerate(dialect.headers)]
    return (
        f"insert into {promise.source} by name with typed as (select '{arrival.file_id}' as file_id,"
        f" date '{arrival.delivered_on}' as delivered_on, {typed} from {text_of(arrival, dialect, names)}) select *, {known} as known_on from typed"
    )


def text_of(arrival: Arrival, dialect: Dialect, names: list[str]) -> str:
    """The file as a relation of texts under ``names``, for a FROM clause."""
    listed = ", ".join(f'"{n}"' for n in names)
    if arrival.form == "xlsx":
        return f"sheet as t({listed})"
    if arrival.form == "parquet":
        return f"read_parquet('{arrival.path}') as t({listed})"
    every = [*names, "nothing"] if dialect.has_trailing_column else names
    encoding = "utf-8" if dialect.encoding.startswith(("utf", "ascii")) else "latin-1"
    return (
        f"read_csv('{arrival.path}', delim = '{dialect.separator}', header = true, all_varchar = true,"
        f" encoding = '{encoding}', names = {every}, strict_mode = false, null_padding = true)"
    )


def _typed(column: Column, cell: str) -> str:
    text = f"nullif({cell}::varchar, '')"
    match column.kind:
        case "date":
            return f"try_strptime({text}, {DAYS})::date"
        case "boolean":
            return f"{text} in ('O', 'OUI', '1', 'X')"
        case "string":
            return text
        case _:
            return f"try_cast(replace(replace({text}, ',', '.'), '\u00a0', '') as {sql_type(column)})"


def _arrays(home: Path, run: Path, as_of: date) -> dict[str, np.ndarray]:
    city = settings.load(home / "city.toml")
    factors, past = factors_of(city), judging.past_of(run)
    told = past.is_told
    days = [pd.Timestamp(day).date() for day in sorted(past.labels["as_of"].unique())]
    wide = pd.read_parquet(run / "working" / "matrix.parquet")
    listed = pd.read_parquet(run / "list.parquet")["household_id"]
    return {
        "matrix": values(past.matrix[told], factors),
        "outcome": past.isolated[told].astype(float),
        "folds": np.array([f.train[told] for f in folds(past.labels, days)]),
        "listed": values(wide[wide["household_id"].isin(listed)], factors),
    }
