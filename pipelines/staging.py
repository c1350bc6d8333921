"""New rows of one source, from text to judged: tables of the staging area that ``ingest`` settles.

``texts``: as delivered, trimmed, with ``row`` (a number within the portion), ``file_id``, ``delivered_on``, ``line``, ``raw_length``. ``misshapen``: rows
with another number of fields. ``typed``: canonical values. ``broken``: (row, rule, reason). ``inexact``: (file_id, what, n).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import duckdb
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from data_contracts import conversions, dialects, expectations
from data_contracts.contract import Column, Contract
from data_contracts.dialects import Batch, Dialect
from data_contracts.expectations import Verdict
from data_contracts.validation import Validation, validation
from pipelines.arrivals import Arrival

PROVENANCE = {
    "row": "bigint",
    "file_id": "varchar",
    "delivered_on": "date",
    "line": "bigint",
    "raw_length": "bigint",
}
ROW_GROUP = 122_880
"""Rows that DuckDB compresses together; parts end where a group ends, or half groups would be stored."""
PART_ROWS = 2 * ROW_GROUP
"""Rows that are taken in at once, since DuckDB is four times as slow with small portions, and that the checker is handed at once, since a pandas
frame takes ten times the room of the file."""


def stage(
    connection: duckdb.DuckDBPyConnection,
    promise: Contract,
    files: list[Arrival],
    found: dict[str, Dialect],
    *,
    with_cells: bool = True,
) -> None:
    """Reads every file as text into ``texts`` and ``misshapen``; without cells lines are counted and nothing of them is kept."""
    columns = PROVENANCE | {c.name: "varchar" for c in promise.columns}
    declared = ", ".join(f'"{name}" {kind}' for name, kind in columns.items())
    connection.execute(f"create or replace table texts ({declared})")
    connection.execute("create or replace table misshapen (file_id varchar, line bigint, raw_length bigint)")
    row = 0
    for arrival in files:
        ticked = _Ticked(promise)
        for read in _gathered(dialects.batches(promise, found[arrival.file_id], arrival.name, arrival.open)):
            for line, length in read.misshapen:
                connection.execute("insert into misshapen values (?, ?, ?)", [arrival.file_id, line, length])
            arriving = _with_provenance(promise, read.table, arrival, row)
            if not with_cells:
                arriving = arriving.drop_columns([c.name for c in promise.columns])
            ticked.look(arriving)
            connection.register("arriving", arriving)
            connection.execute(_taken_in(promise, arriving, found[arrival.file_id]))
            connection.unregister("arriving")
            row += read.table.num_rows
        ticked.settle(connection, arrival)


def _gathered(batches: Iterator[Batch]) -> Iterator[Batch]:
    """Batches put together up to ``PART_ROWS``."""
    waiting: list[Batch] = []
    for batch in batches:
        waiting.append(batch)
        if sum(b.table.num_rows for b in waiting) >= PART_ROWS:
            yield _together(waiting)
            waiting = []
    if waiting:
        yield _together(waiting)


def _together(parts: list[Batch]) -> Batch:
    misshapen = tuple(line for b in parts for line in b.misshapen)
    return Batch(table=pa.concat_tables([b.table for b in parts]), misshapen=misshapen)


def _taken_in(promise: Contract, arriving: pa.Table, dialect: Dialect) -> str:
    cells = [
        f"{conversions.present(c, dialect.words.get(c.name, ()))} as {c.name}"
        for c in promise.columns
        if c.name in arriving.column_names
    ]
    return f"insert into texts by name select {', '.join([*PROVENANCE, *cells])} from arriving"


class _Ticked:
    """Columns that hold nothing but X and blanks throughout one file: ticked boxes, where blank means no."""

    def __init__(self, promise: Contract) -> None:
        self._words: dict[str, set[str]] = {c.name: set() for c in promise.columns if c.kind == "boolean"}

    def look(self, arriving: pa.Table) -> None:
        """Takes note of the next rows."""
        for name in self._words.keys() & {*arriving.column_names}:
            words = pc.unique(arriving[name].combine_chunks()).to_pylist()
            self._words[name] |= {(word or "").upper() for word in words}

    def settle(self, connection: duckdb.DuckDBPyConnection, arrival: Arrival) -> None:
        """Blanks of ticked boxes become no."""
        for name in (n for n, words in self._words.items() if "X" in words and words <= {"X", ""}):
            connection.execute(
                f"update texts set {name} = 'N' where {name} is null and file_id = $1", [arrival.file_id]
            )


def _with_provenance(promise: Contract, table: pa.Table, arrival: Arrival, first_row: int) -> pa.Table:
    """The cells trimmed, and the length that each line had before."""
    size = table.num_rows
    length = pa.array([len(promise.columns) - 1] * size, pa.int64())
    for name in (c.name for c in promise.columns):
        length = pc.add(length, pc.fill_null(pc.utf8_length(table[name]), 0))
        table = table.set_column(
            table.column_names.index(name), name, pc.utf8_trim(table[name], conversions.BLANKS)
        )
    added = {
        "row": pa.array(range(first_row, first_row + size), pa.int64()),
        "file_id": pa.array([arrival.file_id] * size, pa.string()),
        "delivered_on": pa.array([arrival.delivered_on] * size, pa.date32()),
        "raw_length": length,
    }
    for name, values in added.items():
        table = table.append_column(name, values)
    return table


def refuse_all(connection: duckdb.DuckDBPyConnection, rule: str, reason: str) -> None:
    """Of a source that may not be read: lines are counted, and no cell is looked at."""
    connection.execute("create or replace table broken (row bigint, rule varchar, reason varchar)")
    connection.execute("insert into broken select row, $1, $2 from texts", [rule, reason])
    connection.execute("create or replace table inexact (file_id varchar, what varchar, n bigint)")


def clear(connection: duckdb.DuckDBPyConnection) -> None:
    """Nothing of a portion outlives it."""
    for table in ("texts", "typed", "broken", "inexact", "misshapen"):
        connection.execute(f"drop table if exists {table}")


def convert(connection: duckdb.DuckDBPyConnection, promise: Contract) -> None:
    """``typed``: canonical values; ``broken``: (row, rule, reason) of what cannot be converted; ``inexact``: counts."""
    typed = ", ".join(f"{conversions.converted(c)} as {c.name}" for c in promise.columns)
    known = (
        f"coalesce(greatest({', '.join(promise.known_on)}), delivered_on)"
        if promise.known_on
        else "delivered_on"
    )
    connection.execute(
        f"create or replace table typed as with converted as (select row, file_id, delivered_on, line, {typed} from texts)"
        f" select *, {known} as known_on from converted"
    )
    _note_unreadable(connection, promise)
    _note_inexact(connection, promise)


def _note_unreadable(connection: duckdb.DuckDBPyConnection, promise: Contract) -> None:
    """Whatever was there and is not any more could not be read. Columns that lost nothing are told by two counts, and not looked at row by row."""
    connection.execute("create or replace table broken (row bigint, rule varchar, reason varchar)")
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
    connection.execute("create or replace table inexact (file_id varchar, what varchar, n bigint)")
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


def judge(
    connection: duckdb.DuckDBPyConnection,
    promise: Contract,
    judged: Callable[[int], None] = lambda end: None,
) -> Validation:
    """The contract's promises, held by Great Expectations against all new rows of the portion; gives the record of it, without a value.

    ``judged`` is told a row whenever ``broken`` says all that there is to say of those before it.
    """
    rows = (connection.execute("select count(*) from typed").fetchone() or (0,))[0]
    found: list[tuple[Verdict, ...]] = []
    for end, verdicts in _verdicts(connection, promise, rows):
        _note_broken(connection, promise, verdicts)
        found.append(verdicts)
        judged(end)
    return validation(promise, rows, expectations.together(found))


def _verdicts(
    connection: duckdb.DuckDBPyConnection, promise: Contract, rows: int
) -> Iterator[tuple[int, tuple[Verdict, ...]]]:
    """Verdicts, and the row before which there are no more."""
    if rows <= PART_ROWS:
        yield rows, expectations.check(promise, frame(connection, promise))
        return
    keys = frame(connection, promise, across_rows=True)
    shown = (frame(connection, promise, part, across_rows=False) for part in parts(rows))
    ends = (0, *(part.stop for part in parts(rows)))
    yield from zip(ends, expectations.check_in_parts(promise, keys, shown), strict=True)


def parts(rows: int) -> list[range]:
    """The rows that are judged together."""
    return [range(first, min(first + PART_ROWS, rows)) for first in range(0, rows, PART_ROWS)]


def _note_broken(
    connection: duckdb.DuckDBPyConnection, promise: Contract, verdicts: tuple[Verdict, ...]
) -> None:
    found = [
        pd.DataFrame({"row": list(v.broken_by), "rule": v.rule, "reason": v.reason})
        for v in verdicts
        if v.broken_by
    ]
    if found:
        connection.register("verdicts", pd.concat(found))
        connection.execute("insert into broken select row, rule, reason from verdicts")
        connection.unregister("verdicts")
    if any(v.broken_by and v.promise.compares_rows for v in verdicts):
        _forgive_identical_copies(connection, promise)


def frame(
    connection: duckdb.DuckDBPyConnection,
    promise: Contract,
    part: range | None = None,
    *,
    across_rows: bool | None = None,
) -> pd.DataFrame:
    """What the checker is shown of ``typed``: ``row`` and the columns that the promises name; of the rows of ``part``, or of all."""
    names = ["file_id", "delivered_on", "known_on", *(c.name for c in promise.columns)]
    asked = expectations.needed(promise, names, across_rows=across_rows)
    which = "" if part is None else f" where row >= {part.start} and row < {part.stop}"
    table = connection.execute(f"select {', '.join(['row', *asked])} from typed{which}").to_arrow_table()
    shown: pd.DataFrame = table.to_pandas(
        date_as_object=False
    )  # three times as fast as DuckDB's own way to pandas
    for name in (c.name for c in promise.columns if c.name in asked and c.kind in ("integer", "year")):
        shown[name] = shown[name].astype("Int64")
    return shown


def _forgive_identical_copies(connection: duckdb.DuckDBPyConnection, promise: Contract) -> None:
    """Of rows that are the same in every column one is kept: nobody is lost to a double export, and which copy does not matter."""
    columns = ", ".join(c.name for c in promise.columns)
    connection.execute(
        f"delete from broken where reason = 'clé en double' and row in (select row from typed qualify"
        f" count(*) over (partition by file_id, {columns}) = count(*) over (partition by file_id, {', '.join(promise.key) or 'row'})"
        f" and row_number() over (partition by file_id, {columns} order by line) = 1)"
    )
