"""What the warehouse remembers of every file: its checks, its counts, its lines set aside, what a correction changed."""

from __future__ import annotations

import json
from typing import Any

import duckdb

from data_contracts import contract
from data_contracts.validation import Validation
from features import objections
from reports.quarantine import FIRST_LINES, BrokenRule, FileKept, Inexact, RefusedLine


def validations(connection: duckdb.DuckDBPyConnection) -> tuple[Validation, ...]:
    """Every stored check, those of the oldest deliveries first."""
    return tuple(Validation.from_json(text) for (text,) in connection.execute(_VALIDATIONS).fetchall())


_VALIDATIONS = """
with dated as (
  select v.source, v.file_ids, v.validated, max(f.delivered_on) as last_delivered_on
  from meta.validations v left join meta.files f on contains(v.file_ids, f.file_id)
  group by all
)
select validated from dated order by source, last_delivered_on nulls first, file_ids, validated
"""


def files(connection: duckdb.DuckDBPyConnection) -> tuple[FileKept, ...]:
    """Every file that was taken in, oldest delivery first."""
    refused = {
        (file_id, rule): (reason, first)
        for source in contract.SOURCES
        for file_id, rule, reason, first in connection.execute(_refused(source)).fetchall()
    }
    return tuple(_file(connection, row, refused) for row in connection.execute(_FILES).fetchall())


_FILES = """
select file_id, source, delivered_on, name, is_current, rows_read, rows_accepted, rows_quarantined, rejects, inexact, supersedes
from meta.files order by delivered_on, name, file_id
"""


def _refused(source: str) -> str:
    """One row per file and rule: the reason and the first lines, but for objections: nobody needs to learn whose they are."""
    return (
        f"with lines as (select distinct file_id, rule, reason, line, raw_length, shown from quarantine.{source})"
        f" select file_id, rule, any_value(reason), list((line, raw_length, shown) order by line, raw_length) filter (rule <> '{objections.RULE}')[:{FIRST_LINES}]"
        " from lines group by file_id, rule"
    )


def _file(
    connection: duckdb.DuckDBPyConnection, row: tuple[Any, ...], refused: dict[tuple[str, str], Any]
) -> FileKept:
    file_id, source, delivered_on, name, is_current, read, accepted, quarantined, rejects, inexact, other = (
        row
    )
    added, removed = changes(connection, source, file_id, other) if other else (None, None)
    return FileKept(
        file_id=file_id,
        name=name,
        source=source,
        delivered_on=delivered_on,
        is_current=is_current,
        rows_read=read,
        rows_accepted=accepted,
        rows_quarantined=quarantined,
        rules=tuple(_rule(file_id, rule, n, refused) for rule, n in json.loads(rejects).items()),
        inexact=tuple(Inexact(what=what, cells=n) for what, n in json.loads(inexact).items()),
        added=added,
        removed=removed,
    )


def _rule(file_id: str, rule: str, lines: int, refused: dict[tuple[str, str], Any]) -> BrokenRule:
    """Counts outlive the lines: once these are purged, no line is named."""
    reason, first = refused.get((file_id, rule), ("", ()))
    return BrokenRule(
        rule=rule,
        reason=reason,
        lines=lines,
        first=tuple(
            RefusedLine(line=line, raw_length=length, shown=shown) for line, length, shown in first or ()
        ),
    )


def changes(
    connection: duckdb.DuckDBPyConnection, source: str, file_id: str, superseded: str
) -> tuple[int, int]:
    """(added, removed): accepted rows that only one of the two files holds; an altered row counts in both."""
    columns = ", ".join(c.name for c in contract.load(source).columns)
    mine = f"select {columns} from raw.{source} where file_id = "
    row = connection.execute(
        f"select (select count(*) from ({mine}$1 except all {mine}$2)), (select count(*) from ({mine}$2 except all {mine}$1))",
        [file_id, superseded],
    ).fetchone()
    assert row is not None  # an aggregate always gives a row
    return int(row[0]), int(row[1])
