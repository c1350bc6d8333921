"""New rows of one source, from text to judged: temp tables that ``ingest`` settles.

``stage``: as delivered, with ``row`` (a number within the portion), ``file_id``, ``delivered_on``, ``line``. ``misshapen``: rows with another number of fields.
``typed``: canonical values. ``broken``: (row, rule, reason). ``inexact``: (file_id, what, n).
"""

from __future__ import annotations

import duckdb
import pandas as pd
import pyarrow as pa

from data_contracts import conversions, dialects, expectations
from data_contracts.contract import Column, Contract
from data_contracts.dialects import Dialect
from data_contracts.validation import Validation, validation
from pipelines.arrivals import Arrival

NEW_FILE_COLUMNS = "row bigint, file_id varchar, delivered_on date, line bigint"


def stage(
    connection: duckdb.DuckDBPyConnection, promise: Contract, files: list[Arrival], found: dict[str, Dialect]
) -> None:
    """Reads every file as text into ``stage`` and ``misshapen``."""
    names = ", ".join(f'"{c.name}" varchar' for c in promise.columns)
    connection.execute(f"create or replace temp table stage ({NEW_FILE_COLUMNS}, {names})")
    connection.execute(
        "create or replace temp table misshapen (file_id varchar, line bigint, raw_length bigint)"
    )
    row = 0
    for arrival in files:
        for batch in dialects.batches(promise, found[arrival.file_id], arrival.name, arrival.open):
            for line, length in batch.misshapen:
                connection.execute("insert into misshapen values (?, ?, ?)", [arrival.file_id, line, length])
            rows = _with_provenance(batch.table, arrival, row)
            connection.register("arriving", rows)
            connection.execute("insert into stage by name select * from arriving")
            connection.unregister("arriving")
            row += rows.num_rows


def refuse_all(connection: duckdb.DuckDBPyConnection, rule: str, reason: str) -> None:
    """Of a source that may not be read: lines are counted, and no cell is looked at."""
    connection.execute("create or replace temp table broken (row bigint, rule varchar, reason varchar)")
    connection.execute("insert into broken select row, $1, $2 from stage", [rule, reason])
    connection.execute("create or replace temp table inexact (file_id varchar, what varchar, n bigint)")


def clear(connection: duckdb.DuckDBPyConnection) -> None:
    """Nothing of a portion outlives it."""
    for table in ("stage", "texts", "typed", "broken", "inexact", "misshapen"):
        connection.execute(f"drop table if exists {table}")


def _with_provenance(table: pa.Table, arrival: Arrival, first_row: int) -> pa.Table:
    size = table.num_rows
    added = {
        "row": pa.array(range(first_row, first_row + size), pa.int64()),
        "file_id": pa.array([arrival.file_id] * size, pa.string()),
        "delivered_on": pa.array([arrival.delivered_on] * size, pa.date32()),
    }
    for name, values in added.items():
        table = table.append_column(name, values)
    return table


def convert(connection: duckdb.DuckDBPyConnection, promise: Contract) -> None:
    """``typed``: canonical values; ``broken``: (row, rule, reason) of what cannot be converted; ``inexact``: counts."""
    _blank_is_no(connection, promise)
    clean = ", ".join(f"{conversions.present(c)} as {c.name}" for c in promise.columns)
    connection.execute(
        f"create or replace temp table texts as select row, file_id, delivered_on, line, {clean} from stage"
    )
    typed = ", ".join(f"{conversions.converted(c)} as {c.name}" for c in promise.columns)
    known = (
        f"coalesce(greatest({', '.join(promise.known_on)}), delivered_on)"
        if promise.known_on
        else "delivered_on"
    )
    connection.execute(
        f"create or replace temp table typed as with converted as (select row, file_id, delivered_on, line, {typed} from texts)"
        f" select *, {known} as known_on from converted"
    )
    _note_unreadable(connection, promise)
    _note_inexact(connection, promise)


def _note_unreadable(connection: duckdb.DuckDBPyConnection, promise: Contract) -> None:
    """Whatever was there and is not any more could not be read. Columns that lost nothing are told by two counts, and not looked at row by row."""
    connection.execute("create or replace temp table broken (row bigint, rule varchar, reason varchar)")
    for column in _that_lost_something(connection, promise):
        connection.execute(
            f"insert into broken select row, $1, 'illisible' from texts t join typed y using (row)"
            f" where t.{column.name} is not null and y.{column.name} is null",
            [conversions.refusal(column)],
        )


def _that_lost_something(connection: duckdb.DuckDBPyConnection, promise: Contract) -> list[Column]:
    kept = [c for c in promise.columns if c.kind != "string"]
    if not kept:
        return []
    counts = ", ".join(f"count({c.name})" for c in kept)
    before, after = (
        connection.execute(f"select {counts} from {table}").fetchone() or () for table in ("texts", "typed")
    )
    return [c for c, told, read in zip(kept, before, after, strict=True) if told != read]


def _note_inexact(connection: duckdb.DuckDBPyConnection, promise: Contract) -> None:
    """One pass over the texts for every conversion that is not exact."""
    connection.execute("create or replace temp table inexact (file_id varchar, what varchar, n bigint)")
    whats = [
        (f"{c.name} : {what}", condition)
        for c in promise.columns
        for what, condition in conversions.inexact(c)
    ]
    if whats:
        counts = ", ".join(f"count(*) filter (where {condition})" for _, condition in whats)
        connection.execute(
            "insert into inexact select * from ("
            f" select file_id, unnest($1) as what, unnest([{counts}]) as n from texts group by file_id) where n > 0",
            [[what for what, _ in whats]],
        )


def _blank_is_no(connection: duckdb.DuckDBPyConnection, promise: Contract) -> None:
    """A column that holds nothing but X and blanks is a ticked box: blank means no. Decided file by file."""
    booleans = [c.name for c in promise.columns if c.kind == "boolean"]
    if not booleans:
        return
    is_ticked = ", ".join(
        f"bool_and(coalesce(upper(trim({name})), '') in ('X', '')) and bool_or(upper(trim({name})) = 'X')"
        for name in booleans
    )
    files = connection.execute(f"select file_id, [{is_ticked}] from stage group by file_id").fetchall()
    for file_id, ticked in files:
        for name in (n for n, is_box in zip(booleans, ticked, strict=True) if is_box):
            connection.execute(
                f"update stage set {name} = 'N' where nullif(trim({name}), '') is null and file_id = $1",
                [file_id],
            )


def judge(connection: duckdb.DuckDBPyConnection, promise: Contract) -> Validation:
    """The contract's promises, held by Great Expectations against all new rows of the portion at once; gives the record of it, without a value."""
    batch = connection.execute("select * exclude (line) from typed order by row").df()
    for name in [c.name for c in promise.columns if c.kind in ("integer", "year")]:
        batch[name] = batch[name].astype("Int64")
    verdicts = expectations.check(promise, batch)
    found = [
        pd.DataFrame({"row": list(v.broken_by), "rule": v.rule, "reason": v.reason})
        for v in verdicts
        if v.broken_by
    ]
    if found:
        connection.register("verdicts", pd.concat(found))
        connection.execute("insert into broken select row, rule, reason from verdicts")
        connection.unregister("verdicts")
    _forgive_identical_copies(connection, promise)
    return validation(promise, len(batch), verdicts)


def _forgive_identical_copies(connection: duckdb.DuckDBPyConnection, promise: Contract) -> None:
    """Of rows that are the same in every column one is kept: nobody is lost to a double export, and which copy does not matter."""
    columns = ", ".join(c.name for c in promise.columns)
    connection.execute(
        f"delete from broken where reason = 'clé en double' and row in (select row from typed qualify"
        f" count(*) over (partition by file_id, {columns}) = count(*) over (partition by file_id, {', '.join(promise.key) or 'row'})"
        f" and row_number() over (partition by file_id, {columns} order by line) = 1)"
    )
