"""The book of files: what was read, kept and refused of each, and which version counts. Every count of a report is read back from here."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from datetime import date
from typing import Any, Literal

import duckdb

from data_contracts import contract, deliveries
from data_contracts.contract import Contract, Gate
from data_contracts.deliveries import Remark
from data_contracts.dialects import Dialect
from data_contracts.validation import Validation, validation
from pipelines import kept, profiles
from pipelines.arrivals import Arrival

Status = Literal["new", "correction", "unchanged", "read again", "closed"]


@dataclass(frozen=True, kw_only=True)
class FileReport:
    """One file: ``rows_read = rows_accepted + rows_quarantined``; rejects by rule (a line may break several)."""

    file_id: str
    name: str
    source: str
    delivered_on: date
    status: Status
    """``read again``: the gate of its source has changed, or an objection was withdrawn; ``closed``: no legal basis, nothing of it is kept."""
    is_late: bool
    """A younger delivery of the same source had been read before."""
    rows_read: int
    rows_accepted: int
    rows_quarantined: int
    rejects: dict[str, int]
    inexact: dict[str, int]
    dialect: dict[str, object]
    remarks: tuple[Remark, ...] = ()
    """Promises about whole deliveries that the file breaks (old, unusually many or few rows, another distribution, unknown references): told, never more."""
    rows_purged: int = 0
    """Of the accepted rows, those that are past their retention and gone."""
    changes: dict[str, int] = field(default_factory=dict)
    """Of a correction: accepted rows ``added`` and ``removed`` against the file it supersedes; an altered row counts in both."""


@dataclass(frozen=True, kw_only=True)
class IngestReport:
    """All files that were looked at, in the order of deliveries."""

    files: tuple[FileReport, ...]
    seconds: float

    def totals(self) -> dict[str, int]:
        """Rows of all files."""
        total = Counter[str]()
        for file in self.files:
            total.update(
                rows_read=file.rows_read,
                rows_accepted=file.rows_accepted,
                rows_quarantined=file.rows_quarantined,
            )
        return dict(total)

    def as_json(self) -> dict[str, object]:
        """As written to ``ingest.json``."""
        return {"totals": self.totals(), "files": [asdict(file) for file in self.files]}


@dataclass(frozen=True, kw_only=True)
class Known:
    """A file that the warehouse has already read."""

    gate: Gate
    is_current: bool
    is_to_read_again: bool


def known_files(connection: duckdb.DuckDBPyConnection) -> dict[str, Known]:
    """By ``file_id``."""
    rows = connection.execute(
        "select file_id, gate, is_current, coalesce(is_to_read_again, false) from meta.files"
    ).fetchall()
    return {
        file_id: Known(gate=gate, is_current=is_current, is_to_read_again=is_stale)
        for file_id, gate, is_current, is_stale in rows
    }


def enter(
    connection: duckdb.DuckDBPyConnection,
    arrival: Arrival,
    dialect: Dialect,
    gate: Gate,
    read: int,
    refused: int,
    rejects: dict[str, int],
    inexact: dict[str, int],
) -> Status:
    """Writes one file into the book; of the same source and day the newest content counts."""
    counts = [read, read - refused, refused, json.dumps(rejects), json.dumps(inexact)]
    again = connection.execute(
        "update meta.files set rows_read = $1, rows_accepted = $2, rows_quarantined = $3, rejects = $4, inexact = $5, gate = $6,"
        " rows_purged = 0, is_to_read_again = null"
        " where file_id = $7 returning file_id",
        [*counts, gate, arrival.file_id],
    ).fetchone()
    if again:
        return "read again"
    previous = current(connection, arrival)
    late = one(
        connection,
        "select coalesce(max(delivered_on) > $2, false) from meta.files where source = $1",
        [arrival.source, arrival.delivered_on],
    )[0]
    supersede(connection, previous)
    identity = [arrival.file_id, arrival.source, arrival.delivered_on, arrival.name, arrival.sha256]
    connection.execute(
        "insert into meta.files (file_id, source, delivered_on, name, sha256, bytes, dialect, rows_read, rows_accepted,"
        " rows_quarantined, rejects, inexact, gate, is_late, supersedes, is_current)"
        " values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, true)",
        [*identity, arrival.size, json.dumps(dialect.described()), *counts, gate, late, previous],
    )
    return "correction" if previous else "new"


def current(connection: duckdb.DuckDBPyConnection, arrival: Arrival) -> str | None:
    """The file that counts for the source and day of ``arrival``, if there is one."""
    row = connection.execute(
        "select file_id from meta.files where source = $1 and delivered_on = $2 and is_current",
        [arrival.source, arrival.delivered_on],
    ).fetchone()
    return row[0] if row else None


def supersede(connection: duckdb.DuckDBPyConnection, file_id: str | None) -> None:
    """The file stays as it is and no longer counts."""
    if file_id:
        connection.execute("update meta.files set is_current = false where file_id = $1", [file_id])


def restore(connection: duckdb.DuckDBPyConnection, arrival: Arrival) -> None:
    """A file that returns to an earlier content corrects the correction: its rows are there, they only count again."""
    previous = current(connection, arrival)
    supersede(connection, previous)
    connection.execute(
        "update meta.files set is_current = true, supersedes = $1 where file_id = $2",
        [previous, arrival.file_id],
    )


def keep_check(connection: duckdb.DuckDBPyConnection, check: Validation, files: Sequence[Arrival]) -> None:
    """Keeps the record of a check for the documentation of the contracts."""
    ids = ",".join(a.file_id for a in files)
    connection.execute("insert into meta.validations values (?, ?, ?)", [check.source, ids, check.as_json()])


def remark(connection: duckdb.DuckDBPyConnection, promise: Contract, files: Sequence[Arrival]) -> None:
    """Holds new files of one source against the delivery before and writes what is unusual into the book. All sources must be stored."""
    shapes = profiles.profiles(connection, promise, [a.file_id for a in files])
    of_files = deliveries.verdicts(promise, shapes)
    told = deliveries.remarked(promise, shapes, of_files)
    for shape in shapes:
        mine = json.dumps([asdict(t) for t in told if t.file_id == shape.file_id])
        connection.execute("update meta.files set remarks = $1 where file_id = $2", [mine, shape.file_id])
    keep_check(connection, validation(promise, 0, (), files=len(shapes), of_files=of_files), files)


def report(connection: duckdb.DuckDBPyConnection, arrival: Arrival, status: Status) -> FileReport:
    """What the book says of a file now."""
    read, accepted, refused, rejects, inexact, dialect, remarks, purged, gate, is_late = one(
        connection,
        "select rows_read, rows_accepted, rows_quarantined, rejects, inexact, dialect, remarks, rows_purged, gate, is_late from meta.files where file_id = $1",
        [arrival.file_id],
    )
    return FileReport(
        file_id=arrival.file_id,
        name=arrival.name,
        source=arrival.source,
        delivered_on=arrival.delivered_on,
        status="closed" if gate == "closed" else status,
        is_late=is_late,
        rows_read=read,
        rows_accepted=accepted,
        rows_quarantined=refused,
        rejects=json.loads(rejects),
        inexact=json.loads(inexact),
        dialect=json.loads(dialect),
        remarks=tuple(Remark(**told) for told in json.loads(remarks)),
        rows_purged=purged,
        changes=_changes(connection, arrival) if status == "correction" else {},
    )


def _changes(connection: duckdb.DuckDBPyConnection, arrival: Arrival) -> dict[str, int]:
    """What a correction changed, counted over whole accepted rows."""
    superseded = one(connection, "select supersedes from meta.files where file_id = $1", [arrival.file_id])[0]
    added, removed = kept.changes(connection, arrival.source, arrival.file_id, superseded)
    return {"added": added, "removed": removed}


def miscounted(connection: duckdb.DuckDBPyConnection) -> tuple[str, ...]:
    """Names of files of which the tables do not hold what the book says: accepted rows less the purged ones, and the lines set aside."""
    held = " union all ".join(
        f"select file_id, (select count(*) from raw.{s} r where r.file_id = f.file_id) as kept,"
        f" (select count(distinct line) from quarantine.{s} q where q.file_id = f.file_id) as aside from meta.files f where source = '{s}'"
        for s in contract.SOURCES
    )
    rows = connection.execute(
        f"select name from meta.files join ({held}) using (file_id) where rows_read <> rows_accepted + rows_quarantined"
        " or kept <> rows_accepted - rows_purged or (aside <> rows_quarantined and rows_purged = 0) order by 1"
    ).fetchall()
    return tuple(name for (name,) in rows)


def one(connection: duckdb.DuckDBPyConnection, sql: str, values: list[object]) -> tuple[Any, ...]:
    """The only row of an aggregate or of a key."""
    row = connection.execute(sql, values).fetchone()
    assert row is not None  # an aggregate always gives a row
    return row
