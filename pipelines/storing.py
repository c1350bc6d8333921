"""From the staging area into the warehouse: what was judged is stored while the checker, which keeps one core busy, judges the next part."""

from __future__ import annotations

from concurrent.futures import Executor, Future, wait
from contextlib import closing

import duckdb

from data_contracts.contract import Contract, Gate
from data_contracts.validation import Validation
from features import gates as gate
from pipelines import scan, staging
from pipelines.arrivals import Arrival


def judge_and_store(
    connection: duckdb.DuckDBPyConnection,
    area: duckdb.DuckDBPyConnection,
    worker: Executor,
    promise: Contract,
    files: list[Arrival],
    opened: Gate,
) -> Validation:
    """Judges the portion and stores what the gate lets be kept of its accepted rows. Raises NamesPeople before a row is stored.

    ``worker``: the one thread that stores, and that alone uses ``connection`` until this ends. What it stored is part of the caller's
    transaction, and gone with it when a later part or another file is refused.
    """
    stored = 0
    with closing(area.cursor()) as beside:
        steps = [worker.submit(scan.look_for_people, beside, promise, files)]

        def store_before(end: int) -> None:
            nonlocal stored
            _raise_what_failed(steps)
            if end > stored:
                accepted = _accepted(promise, opened, stored, end)
                steps.append(worker.submit(_store, beside, connection, promise, accepted, steps[0]))
            stored = end

        try:
            check = staging.judge(area, promise, store_before)
        except BaseException:
            for step in steps:
                step.cancel()
            raise
        finally:
            wait(steps)
    _raise_what_failed(steps)
    return check


def _raise_what_failed(steps: list[Future[None]]) -> None:
    for step in steps:
        if step.done():
            step.result()


def _store(
    area: duckdb.DuckDBPyConnection,
    connection: duckdb.DuckDBPyConnection,
    promise: Contract,
    accepted: str,
    names_nobody: Future[None],
) -> None:
    names_nobody.result()
    _hand_over(area, connection, accepted, f"raw.{promise.source}")


def _accepted(promise: Contract, opened: Gate, first: int, end: int) -> str:
    columns = ", ".join(f"{gate.through(promise, c, opened, 'typed')} as {c.name}" for c in promise.columns)
    return (
        f"select {columns}, file_id, line, delivered_on, known_on from typed"
        f" where row >= {first} and row < {end} and row not in (select row from broken)"
    )


def store_refused(
    connection: duckdb.DuckDBPyConnection, area: duckdb.DuckDBPyConnection, promise: Contract, opened: Gate
) -> None:
    """Of the refused rows the line, its length and why."""
    refused = (
        f"select file_id, line, raw_length, rule, reason, {_shown(promise, opened)} as shown from broken join texts using (row)"
        " union all select file_id, line, raw_length, 'nombre de champs', 'ligne mal formée', null from misshapen"
    )
    _hand_over(area, connection, refused, f"quarantine.{promise.source}")


def _hand_over(
    area: duckdb.DuckDBPyConnection, connection: duckdb.DuckDBPyConnection, rows: str, table: str
) -> None:
    """Streams rows of the staging area into a table of the warehouse."""
    connection.register("handed_over", area.execute(rows).to_arrow_reader(staging.ROW_GROUP))
    try:
        connection.execute(f"insert into {table} by name select * from handed_over")
    finally:
        connection.unregister("handed_over")


def _shown(promise: Contract, opened: Gate) -> str:
    """The cells of a refused line in words, where the contract allows it: only of files that are about nobody."""
    if not promise.shows_rejected_values or opened == "closed":
        return "cast(null as varchar)"
    cells = ", ".join(f"'{c.header} = ' || nullif(trim({c.name}), '')" for c in promise.columns)
    return f"concat_ws(' ; ', {cells})"
