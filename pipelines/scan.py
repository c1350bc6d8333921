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


def look_for_people(connection: duckdb.DuckDBPyConnection, promise: Contract, files: list[Arrival]) -> None:
    """Reads the portion's ``texts``, and of ``broken`` which cells could not be converted. Raises NamesPeople.

    Cells that are as their contract promises are beyond suspicion: of columns with allowed values or a pattern only the others are
    looked at, of dates and numbers what could not be read.
    """
    texts = [c for c in promise.columns if c.kind == "string"]
    for column in (*texts, *_unreadable(connection, promise)):
        _look(connection, promise, files, column)


def _look(
    connection: duckdb.DuckDBPyConnection, promise: Contract, files: list[Arrival], column: Column
) -> None:
    suspects = _suspects(connection, column)
    for arrival in (a for a in files if a.file_id in suspects):
        _look_closely(connection, promise, arrival, column, suspects[arrival.file_id])


def _suspects(connection: duckdb.DuckDBPyConnection, column: Column) -> dict[str, dict[str, int]]:
    """file_id → suspect cell → rows that hold it. One question a column: asked together they take DuckDB three times as long."""
    found: dict[str, dict[str, int]] = {}
    asked = f"select file_id, t.{column.name}, count(*) from texts t where {_is_suspect(column)} group by all"
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
