"""Deliveries → raw and quarantine. Every line read ends in one of the two; a file that breaks its contract changes nothing."""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any

import duckdb

from data_contracts import contract, dialects
from data_contracts.contract import Contract
from data_contracts.dialects import Dialect
from data_contracts.errors import ContractError
from pipelines import staging
from pipelines.arrivals import Arrival, arrivals

PORTION_BYTES = 64 * 1024**2
Progress = Callable[[str], None]


@dataclass(frozen=True, kw_only=True)
class FileReport:
    """One file: ``rows_read = rows_accepted + rows_quarantined``; rejects by rule (a line may break several)."""

    file_id: str
    name: str
    source: str
    delivered_on: date
    status: str  # new | correction | unchanged
    rows_read: int
    rows_accepted: int
    rows_quarantined: int
    rejects: dict[str, int]
    inexact: dict[str, int]
    dialect: dict[str, object]
    changes: dict[str, int] = field(default_factory=dict)
    """Of a correction: accepted rows ``added`` and ``removed`` against the file it supersedes; an altered row counts in both."""


@dataclass(frozen=True, kw_only=True)
class IngestReport:
    """All files that were looked at, in the order of deliveries."""

    files: tuple[FileReport, ...]
    seconds: float

    def as_json(self) -> dict[str, object]:
        """As written to ``ingest.json``."""
        total = Counter[str]()
        for file in self.files:
            total.update(
                rows_read=file.rows_read,
                rows_accepted=file.rows_accepted,
                rows_quarantined=file.rows_quarantined,
            )
        return {"totals": dict(total), "files": [asdict(file) for file in self.files]}


def ingest(
    connection: duckdb.DuckDBPyConnection,
    deliveries: Path,
    only: Sequence[Path] = (),
    progress: Progress = lambda message: None,
) -> IngestReport:
    """Ingests what is new. Headers of all files are read before anything is stored; each portion of a source is one transaction."""
    started = time.perf_counter()
    arrived = arrivals(deliveries, only)
    known = dict(connection.execute("select file_id, is_current from meta.files").fetchall())
    fresh = [a for a in arrived if a.file_id not in known]
    found = {a.file_id: dialects.sniff(contract.load(a.source), a.name, a.form, a.open) for a in fresh}
    reports = {
        a.file_id: _unchanged(connection, a) if known[a.file_id] else _restored(connection, a)
        for a in arrived
        if a.file_id in known
    }
    for promise, files in _portions(fresh):
        progress(f"{promise.source}: {len(files)} file(s)")
        reports |= _ingest_source(connection, promise, files, found)
    return IngestReport(
        files=tuple(reports[a.file_id] for a in arrived), seconds=time.perf_counter() - started
    )


def _portions(fresh: list[Arrival]) -> Iterator[tuple[Contract, list[Arrival]]]:
    """Files of one source that are checked and stored together: one call of the checker for many small files, bounded memory for large ones."""
    ordered = sorted(fresh, key=lambda a: (contract.SOURCES.index(a.source), a.delivered_on))
    portion: list[Arrival] = []
    for arrival in ordered:
        if portion and (
            arrival.source != portion[0].source or sum(a.size for a in portion) + arrival.size > PORTION_BYTES
        ):
            yield contract.load(portion[0].source), portion
            portion = []
        portion.append(arrival)
    if portion:
        yield contract.load(portion[0].source), portion


def _ingest_source(
    connection: duckdb.DuckDBPyConnection, promise: Contract, files: list[Arrival], found: dict[str, Dialect]
) -> dict[str, FileReport]:
    with _whole(connection):
        staging.stage(connection, promise, files, found)
        staging.convert(connection, promise)
        staging.judge(connection, promise)
        reports = {a.file_id: _settle(connection, promise, a, found[a.file_id]) for a in files}
        _keep(connection, promise)
        return {id_: _with_changes(connection, promise, r) for id_, r in reports.items()}


@contextmanager
def _whole(connection: duckdb.DuckDBPyConnection) -> Iterator[None]:
    """All of it or nothing, whatever goes wrong in between."""
    connection.execute("begin")
    try:
        yield
        connection.execute("commit")
    except BaseException:
        connection.execute("rollback")
        raise


def _settle(
    connection: duckdb.DuckDBPyConnection, promise: Contract, arrival: Arrival, dialect: Dialect
) -> FileReport:
    """Counts one file, holds it to its rejection threshold and records it."""
    mine: list[object] = [arrival.file_id]
    rejects = dict(connection.execute(_REJECTS, mine).fetchall())
    read, refused = _one(connection, _COUNTS, mine)
    _check_threshold(promise, arrival, read, refused, rejects)
    previous = connection.execute(_PREVIOUS, [arrival.source, arrival.delivered_on]).fetchone()
    report = FileReport(
        file_id=arrival.file_id,
        name=arrival.name,
        source=arrival.source,
        delivered_on=arrival.delivered_on,
        status="correction" if previous else "new",
        rows_read=read,
        rows_accepted=read - refused,
        rows_quarantined=refused,
        rejects=rejects,
        inexact=dict(connection.execute(_INEXACT, mine).fetchall()),
        dialect=dialect.described(),
    )
    _record(connection, arrival, report, previous[0] if previous else None)
    return report


_REJECTS = """
select rule, count(distinct line) from (
  select b.rule, t.line from broken b join typed t using (row) where t.file_id = $1
  union all select 'nombre de champs', line from misshapen where file_id = $1
) group by 1 order by 2 desc, 1
"""
_COUNTS = """
select
  (select count(*) from stage where file_id = $1) + (select count(*) from misshapen where file_id = $1),
  (select count(distinct row) from broken join typed using (row) where file_id = $1)
    + (select count(*) from misshapen where file_id = $1)
"""
_INEXACT = "select what, n from inexact where file_id = $1 order by 1"
_PREVIOUS = "select file_id from meta.files where source = $1 and delivered_on = $2 and is_current"


def _check_threshold(
    promise: Contract, arrival: Arrival, read: int, refused: int, rejects: dict[str, int]
) -> None:
    if promise.delivery == "snapshot" and read == 0:
        raise ContractError(
            "the snapshot holds no row",
            where=arrival.name,
            hint="ask the department for it again; nothing was stored.",
        )
    if refused > promise.rejection_threshold * read:
        worst = "; ".join(f"{rule}: {n}" for rule, n in list(rejects.items())[:3])
        raise ContractError(
            f"{refused} of {read} rows break the contract (at most {promise.rejection_threshold:.0%} may): {worst}",
            where=arrival.name,
            hint="nothing of this source was stored; ask the department to correct the extract.",
        )


def _record(
    connection: duckdb.DuckDBPyConnection, arrival: Arrival, report: FileReport, previous: str | None
) -> None:
    if previous:
        connection.execute("update meta.files set is_current = false where file_id = $1", [previous])
    values = [
        *(
            arrival.file_id,
            arrival.source,
            arrival.delivered_on,
            arrival.name,
            arrival.sha256,
            arrival.size,
            json.dumps(report.dialect),
        ),
        *(report.rows_read, report.rows_accepted, report.rows_quarantined),
        *(json.dumps(report.rejects), json.dumps(report.inexact), previous, True),
    ]
    connection.execute(f"insert into meta.files values ({', '.join('?' * len(values))})", values)


def _keep(connection: duckdb.DuckDBPyConnection, promise: Contract) -> None:
    columns = ", ".join(c.name for c in promise.columns)
    length = (
        " + ".join(f"coalesce(length({c.name}), 0)" for c in promise.columns)
        + f" + {len(promise.columns) - 1}"
    )
    connection.execute(
        f"insert into raw.{promise.source} select {columns}, file_id, line, delivered_on, known_on from typed"
        " where row not in (select row from broken) order by file_id, line"
    )
    connection.execute(
        f"insert into quarantine.{promise.source} select file_id, line, {length}, rule, reason from broken join stage using (row)"
        " union all select file_id, line, raw_length, 'nombre de champs', 'ligne mal formée' from misshapen"
    )
    for table in ("stage", "texts", "typed", "broken", "inexact", "misshapen"):
        connection.execute(f"drop table {table}")


def _with_changes(connection: duckdb.DuckDBPyConnection, promise: Contract, report: FileReport) -> FileReport:
    """What a correction changed, counted over whole accepted rows."""
    superseded = _one(connection, "select supersedes from meta.files where file_id = $1", [report.file_id])[0]
    if superseded is None:
        return report
    columns = ", ".join(c.name for c in promise.columns)
    counts = []
    for one, other in ((report.file_id, superseded), (superseded, report.file_id)):
        only = (
            f"select count(*) from (select {columns} from raw.{promise.source} where file_id = $1"
            f" except all select {columns} from raw.{promise.source} where file_id = $2)"
        )
        counts.append(int(_one(connection, only, [one, other])[0]))
    return replace(report, changes={"added": counts[0], "removed": counts[1]})


def _restored(connection: duckdb.DuckDBPyConnection, arrival: Arrival) -> FileReport:
    """A file that returns to an earlier content corrects the correction: its rows are there, they only count again."""
    with _whole(connection):
        previous = connection.execute(_PREVIOUS, [arrival.source, arrival.delivered_on]).fetchone()
        connection.execute(
            "update meta.files set is_current = (file_id = $1) where source = $2 and delivered_on = $3",
            [arrival.file_id, arrival.source, arrival.delivered_on],
        )
        connection.execute(
            "update meta.files set supersedes = $1 where file_id = $2",
            [previous[0] if previous else None, arrival.file_id],
        )
        report = replace(_unchanged(connection, arrival), status="correction")
        return _with_changes(connection, contract.load(arrival.source), report)


def _unchanged(connection: duckdb.DuckDBPyConnection, arrival: Arrival) -> FileReport:
    read, accepted, refused, rejects, inexact, dialect = _one(
        connection,
        "select rows_read, rows_accepted, rows_quarantined, rejects, inexact, dialect from meta.files where file_id = $1",
        [arrival.file_id],
    )
    return FileReport(
        file_id=arrival.file_id,
        name=arrival.name,
        source=arrival.source,
        delivered_on=arrival.delivered_on,
        status="unchanged",
        rows_read=read,
        rows_accepted=accepted,
        rows_quarantined=refused,
        rejects=json.loads(rejects),
        inexact=json.loads(inexact),
        dialect=json.loads(dialect),
    )


def _one(connection: duckdb.DuckDBPyConnection, sql: str, values: list[object]) -> tuple[Any, ...]:
    row = connection.execute(sql, values).fetchone()
    assert row is not None  # an aggregate always gives a row
    return row
