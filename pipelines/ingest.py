"""Deliveries → raw and quarantine. Every line read ends in one of the two; a file that breaks its contract changes nothing at all."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from itertools import groupby
from pathlib import Path

import duckdb

from data_contracts import contract, dialects, expectations
from data_contracts.contract import Contract, Gate
from data_contracts.dialects import Dialect
from data_contracts.errors import ContractError
from features import gates as gate
from pipelines import filing, law, metrics, retention, staging, storing
from pipelines.arrivals import Arrival, arrivals
from pipelines.filing import IngestReport, Known, Status
from pipelines.store import staging_area, whole

PORTION_BYTES = 64 * 1024**2
Progress = Callable[[str], None]
CONTRACTS: Mapping[str, Contract] = {s: contract.load(s) for s in contract.SOURCES}
DEFAULT_GATES: Mapping[str, Gate] = {s: promise.gate for s, promise in CONTRACTS.items()}


def ingest(
    connection: duckdb.DuckDBPyConnection,
    deliveries: Path,
    only: Sequence[Path] = (),
    *,
    gates: Mapping[str, Gate] = DEFAULT_GATES,
    objected: Iterable[str] = (),
    contracts: Mapping[str, Contract] = CONTRACTS,
    progress: Progress = lambda message: None,
) -> IngestReport:
    """Ingests what is new, through the gates, without whoever objected. One transaction: after a refusal or a crash the warehouse is what it was.

    ``objected``: keys and dwellings of the city's register of objections. ``contracts``: of every source, as the city writes it. Headers of all files are read before anything is stored.
    """
    started = time.perf_counter()
    arrived = arrivals(deliveries, only)
    with whole(connection), staging_area(connection) as area, ThreadPoolExecutor(1) as worker:
        known = filing.known_files(connection)
        status: dict[str, Status] = {a.file_id: "unchanged" for a in arrived}
        _narrow(connection, gates, {a.file_id for a in arrived})
        fresh = [a for a in arrived if a.file_id not in known or _is_due(known[a.file_id], gates[a.source])]
        if fresh:
            worker.submit(expectations.get_ready)  # should it fail, the first check says so
        found = {a.file_id: dialects.sniff(contracts[a.source], a.name, a.form, a.open) for a in fresh}
        for promise, files in _portions(fresh, contracts):
            progress(f"{promise.source}: {len(files)} file(s)")
            status |= _ingest_source(connection, area, worker, promise, files, found, gates[promise.source])
        for arrival in (a for a in arrived if a.file_id in known and not known[a.file_id].is_current):
            filing.restore(connection, arrival)
            status[arrival.file_id] = "correction"
        for promise, files in _by_source((a for a in fresh if status[a.file_id] == "read again"), contracts):
            retention.purge_again(connection, promise, [a.file_id for a in files])
        for promise, files in _by_source((a for a in fresh if gates[a.source] != "closed"), contracts):
            filing.remark(connection, promise, files)
        law.apply_objections(connection, objected)
        reports = tuple(filing.report(connection, a, status[a.file_id]) for a in arrived)
    metrics.noted.ingest(reports)
    return IngestReport(files=reports, seconds=time.perf_counter() - started)


def _is_due(known: Known, opened: Gate) -> bool:
    """Whether a file that was read before is to be read again."""
    return known.gate != opened or known.is_to_read_again


def _narrow(connection: duckdb.DuckDBPyConnection, gates: Mapping[str, Gate], at_hand: set[str]) -> None:
    """Files that are no longer delivered lose what a narrower gate forbids; those at hand are read again."""
    rows = connection.execute("select file_id, source, gate from meta.files").fetchall()
    for file_id, source, stored in rows:
        if stored != gates[source] and file_id not in at_hand:
            law.narrow(connection, contract.load(source), file_id, stored, gates[source])


def _portions(
    fresh: list[Arrival], contracts: Mapping[str, Contract]
) -> Iterator[tuple[Contract, list[Arrival]]]:
    """Files of one source that are checked and stored together: one call of the checker for many small files, bounded memory for large ones."""
    for promise, files in _by_source(fresh, contracts):
        portion: list[Arrival] = []
        for arrival in files:
            if portion and sum(a.unpacked for a in portion) + arrival.unpacked > PORTION_BYTES:
                yield promise, portion
                portion = []
            portion.append(arrival)
        yield promise, portion


def _by_source(
    files: Iterable[Arrival], contracts: Mapping[str, Contract]
) -> Iterator[tuple[Contract, list[Arrival]]]:
    ordered = sorted(files, key=lambda a: (contract.SOURCES.index(a.source), a.delivered_on))
    for source, mine in groupby(ordered, key=lambda a: a.source):
        yield contracts[source], list(mine)


def _ingest_source(
    connection: duckdb.DuckDBPyConnection,
    area: duckdb.DuckDBPyConnection,
    worker: Executor,
    promise: Contract,
    files: list[Arrival],
    found: dict[str, Dialect],
    opened: Gate,
) -> dict[str, Status]:
    for arrival in files:  # of a file that is read again
        for schema in ("raw", "quarantine"):
            connection.execute(f"delete from {schema}.{promise.source} where file_id = $1", [arrival.file_id])
        connection.execute("delete from meta.validations where contains(file_ids, $1)", [arrival.file_id])
    staging.stage(area, promise, files, found, with_cells=opened != "closed")
    if opened == "closed":
        staging.refuse_all(area, gate.CLOSED, gate.CLOSED_REASON)
    else:
        staging.convert(area, promise)
        check = storing.judge_and_store(connection, area, worker, promise, files, opened)
        filing.keep_check(connection, check, files)
        law.heed_refused(connection, area, promise)
    status = {a.file_id: _settle(connection, area, promise, a, found[a.file_id], opened) for a in files}
    storing.store_refused(connection, area, promise, opened)
    staging.clear(area)
    return status


def _settle(
    connection: duckdb.DuckDBPyConnection,
    area: duckdb.DuckDBPyConnection,
    promise: Contract,
    arrival: Arrival,
    dialect: Dialect,
    opened: Gate,
) -> Status:
    """Counts one file, holds it to its rejection threshold and enters it into the book."""
    mine: list[object] = [arrival.file_id]
    rejects = dict(area.execute(_REJECTS, mine).fetchall())
    read, refused = filing.one(area, _COUNTS, mine)
    if opened != "closed":
        _check_threshold(promise, arrival, read, refused, rejects)
    inexact = dict(area.execute(_INEXACT, mine).fetchall())
    return filing.enter(connection, arrival, dialect, opened, read, refused, rejects, inexact)


_REJECTS = """
select rule, count(distinct line) from (
  select b.rule, s.line from broken b join texts s using (row) where s.file_id = $1
  union all select 'nombre de champs', line from misshapen where file_id = $1
) group by 1 order by 2 desc, 1
"""
_COUNTS = """
select
  (select count(*) from texts where file_id = $1) + (select count(*) from misshapen where file_id = $1),
  (select count(distinct row) from broken join texts using (row) where file_id = $1)
    + (select count(*) from misshapen where file_id = $1)
"""
_INEXACT = "select what, n from inexact where file_id = $1 order by 1"


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
            hint="nothing was stored; ask the department to correct the extract, or leave this file out of the delivery until then.",
        )
