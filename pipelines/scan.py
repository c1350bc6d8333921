"""At the door: a file that names people directly, in whatever column, is stopped before anything of it is stored."""

from __future__ import annotations

from collections import Counter

import duckdb

from data_contracts import conversions, identifiers
from data_contracts.contract import Column, Contract
from data_contracts.errors import ContractError
from pipelines.arrivals import Arrival


class NamesPeople(ContractError):
    """A column holds direct identifiers. The message says which kind and how many, never which."""


def look_at_open_columns(
    connection: duckdb.DuckDBPyConnection, promise: Contract, files: list[Arrival]
) -> None:
    """Reads the portion's ``texts`` in columns of which the contract bounds no cell. Raises NamesPeople."""
    for column in (c for c in promise.columns if identifiers.is_free(c)):
        _look(connection, promise, files, column, "texts")


def look_at_refused_cells(
    connection: duckdb.DuckDBPyConnection, promise: Contract, files: list[Arrival]
) -> None:
    """Reads what the portion's judgement refused in all other columns: cells that are as their contract promises are beyond suspicion. Raises NamesPeople."""
    if not connection.execute("select 1 from broken limit 1").fetchone():
        return
    # these few are set apart, or every cell would be asked all the same
    connection.execute(
        "create or replace table refused as select * from texts where row in (select row from broken)"
    )
    bounded = (c for c in promise.columns if c.kind == "string" and not identifiers.is_free(c))
    for column in (*bounded, *_unreadable(connection, promise)):
        _look(connection, promise, files, column, "refused")
    connection.execute("drop table refused")


def _look(
    connection: duckdb.DuckDBPyConnection, promise: Contract, files: list[Arrival], column: Column, table: str
) -> None:
    suspects = _suspects(connection, column, table)
    for arrival in (a for a in files if a.file_id in suspects):
        _look_closely(connection, promise, arrival, column, suspects[arrival.file_id])


def _suspects(connection: duckdb.DuckDBPyConnection, column: Column, table: str) -> dict[str, dict[str, int]]:
    """file_id → suspect cell → rows that hold it. One question a column: asked together they take DuckDB three times as long."""
    found: dict[str, dict[str, int]] = {}
    asked = (
        f"select file_id, t.{column.name}, count(*) from {table} t where {_is_suspect(column)} group by all"
    )
    for file_id, cell, rows in connection.execute(asked).fetchall():
        found.setdefault(file_id, {})[cell] = rows
    return found


def _unreadable(connection: duckdb.DuckDBPyConnection, promise: Contract) -> list[Column]:
    """Columns of dates and numbers in which something could not be read."""
    rules = {rule for (rule,) in connection.execute("select distinct rule from broken").fetchall()}
    return [c for c in promise.columns if conversions.refusal(c) in rules]


def _is_suspect(column: Column) -> str:
    """A condition on rows ``t``."""
    cell = f"t.{column.name}"
    suspect = identifiers.suspect(cell, opaque=identifiers.is_opaque(column))
    if column.kind != "string":
        unread = f"select row from broken where rule = {_quoted(conversions.refusal(column))}"
        return f"t.row in ({unread}) and {suspect}"
    if column.pattern:
        return f"not regexp_full_match({cell}, {_quoted(column.pattern)}) and {suspect}"
    if column.allowed:
        return f"{cell} not in ({', '.join(map(_quoted, column.allowed))}) and {suspect}"
    return suspect


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _look_closely(
    connection: duckdb.DuckDBPyConnection,
    promise: Contract,
    arrival: Arrival,
    column: Column,
    cells: dict[str, int],
) -> None:
    """``cells``: the suspect ones of the file, with how many rows hold each."""
    opaque = identifiers.is_opaque(column)
    kinds = Counter[identifiers.Kind]()
    for cell, rows in cells.items():
        kind = identifiers.named_by(cell, opaque=opaque)
        if kind:
            kinds[kind] += rows
    if kinds:
        raise _refusal(column, arrival, *kinds.most_common(1)[0])
    if identifiers.is_free(column):
        total = connection.execute("select count(*) from texts where file_id = $1", [arrival.file_id])
        rows_in_file = (total.fetchone() or (0,))[0]
        people = identifiers.names_people(promise)
        full_of = identifiers.common(cells, rows_in_file, opaque=opaque, names_people=people)
        if full_of:
            raise _refusal(column, arrival, full_of, sum(cells.values()))


def _refusal(column: Column, arrival: Arrival, kind: identifiers.Kind, rows: int) -> NamesPeople:
    return NamesPeople(
        f"{column.header} holds what looks like {identifiers.WORDS[kind]} ({rows} row(s)); an extract may name nobody",
        where=arrival.name,
        hint="nothing was stored; have the department run `lanterne pseudonymise`, and delete this file.",
    )
