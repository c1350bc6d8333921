"""How long what is kept: what is past its contract's term leaves the warehouse and the runs, with a certificate of what, how many, when and by which rule."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb

from data_contracts import contract
from data_contracts.contract import Contract
from data_contracts.contract_terms import Period
from features import listed_members
from pipelines.store import whole

if TYPE_CHECKING:
    from review.law.retention import Gone

PERSONAL = (
    "list.*",
    "visiting-list*",
    "explanations.parquet",
    "inclusion.parquet",
    "bereaved.parquet",
    listed_members.FILE,
    "working",
)
"""Of a run's folder: what is about households. Counts, figures and hashes stay."""


@dataclass(frozen=True, kw_only=True)
class Term:
    """One source: ``rows`` whose ``counted_from`` lies before ``before`` are past ``period``."""

    source: str
    period: str
    counted_from: str
    before: date
    rows: int
    files: int

    @property
    def what(self) -> str:
        """The source."""
        return self.source

    @property
    def rule(self) -> str:
        """As the certificate says it."""
        return f"{self.source}: {self.period} from {self.counted_from}, before {self.before.isoformat()}"


@dataclass(frozen=True, kw_only=True)
class Certificate:
    """What a purge took. ``desk``: rule by rule of the review desk, None where there is none. ``runs``: folders that lost their list. ``delivery_files``: files
    of which no row is kept any more; ``are_deleted`` says whether they are gone too or still lie where the departments put them."""

    city: str
    purged_on: date
    terms: tuple[Term, ...]
    desk: tuple[Gone, ...] | None
    runs: tuple[str, ...]
    delivery_files: tuple[str, ...]
    are_deleted: bool
    code: str

    @property
    def rows(self) -> int:
        """Of the warehouse, in all."""
        return sum(t.rows for t in self.terms)

    @property
    def desk_rows(self) -> int:
        """Of the desk, in all, without those that stay and were only emptied."""
        return sum(one.rows for one in self.desk or () if not one.are_emptied)

    def as_json(self) -> dict[str, object]:
        """As written."""
        rules = [term.rule for term in self.terms] + [one.rule for one in self.desk or ()]
        return {**asdict(self), "rows": self.rows, "desk_rows": self.desk_rows, "rules": rules}


def terms(connection: duckdb.DuckDBPyConnection, shorter: Mapping[str, str], as_of: date) -> tuple[Term, ...]:
    """What is past its term on ``as_of``, source by source. ``shorter``: the city's own periods."""
    return tuple(_term(connection, contract.load(s), shorter, as_of) for s in contract.SOURCES)


def _period(promise: Contract, shorter: Mapping[str, str]) -> Period:
    chosen = shorter.get(promise.source)
    return Period.parsed(chosen) if chosen else promise.retention.period


def _term(
    connection: duckdb.DuckDBPyConnection, promise: Contract, shorter: Mapping[str, str], as_of: date
) -> Term:
    period = _period(promise, shorter)
    before = period.before(as_of)
    found = connection.execute(
        f"select count(*), count(distinct file_id) from raw.{promise.source} where {_is_past(promise.retention.counted_from)}",
        [before],
    ).fetchone()
    rows, files = found or (0, 0)
    return Term(
        source=promise.source,
        period=period.as_iso(),
        counted_from=promise.retention.counted_from,
        before=before,
        rows=rows,
        files=files,
    )


def purge(connection: duckdb.DuckDBPyConnection, found: tuple[Term, ...], purged_on: date) -> None:
    """Deletes the rows, and the lines set aside of files delivered before the term; the book of files says how many are gone. All or nothing."""
    with whole(connection):
        for term in found:
            _take(connection, term.source, term.counted_from, term.before, "true")
            if term.rows:
                connection.execute(
                    "insert into meta.purges values (?, ?, ?, ?, ?)",
                    [purged_on, term.source, term.rule, term.rows, term.before],
                )


def purge_again(connection: duckdb.DuckDBPyConnection, promise: Contract, file_ids: Sequence[str]) -> None:
    """What a purge has taken stays away from files that are read again, by the latest day before which it took."""
    row = connection.execute(
        "select max(before) from meta.purges where source = $1", [promise.source]
    ).fetchone()
    if row and row[0]:
        mine = f"file_id in ({', '.join(repr(id_) for id_ in file_ids)})"
        _take(connection, promise.source, promise.retention.counted_from, row[0], mine)


def _take(
    connection: duckdb.DuckDBPyConnection, source: str, counted_from: str, before: date, which: str
) -> None:
    """Rows, and lines set aside, of the files that satisfy ``which``; counted in the book of files."""
    past = f"{_is_past(counted_from)} and {which}"
    per_file = connection.execute(
        f"select file_id, count(*) from raw.{source} where {past} group by 1 order by 1", [before]
    ).fetchall()
    for file_id, rows in per_file:
        connection.execute(
            "update meta.files set rows_purged = rows_purged + $1 where file_id = $2", [rows, file_id]
        )
    connection.execute(f"delete from raw.{source} where {past}", [before])
    connection.execute(
        f"delete from quarantine.{source} where file_id in"
        f" (select file_id from meta.files where source = $1 and delivered_on < $2 and {which})",
        [source, before],
    )


def _is_past(counted_from: str) -> str:
    """A row without its own day is as old as its delivery."""
    return f"coalesce({counted_from}, delivered_on) < $1"


def emptied_files(connection: duckdb.DuckDBPyConnection) -> tuple[str, ...]:
    """Delivered files of which every accepted row is purged, as ``delivery/file``."""
    rows = connection.execute(
        "select name from meta.files where rows_purged > 0 and rows_purged = rows_accepted order by name"
    ).fetchall()
    return tuple(name for (name,) in rows)


def old_runs(runs: Path, shorter: Mapping[str, str], as_of: date) -> tuple[Path, ...]:
    """Run folders whose list is past the term of what Lanterne emits, or the city's shorter one, and still there."""
    before = _period(contract.load("liste"), shorter).before(as_of)
    days = {folder: folder.name[:10] for folder in sorted(runs.glob("????-??-??-*"))}
    days |= {folder: folder.name[-10:] for folder in sorted(runs.glob("frame-????-??-??"))}
    return tuple(
        folder
        for folder, day in days.items()
        if date.fromisoformat(day) < before and any(True for _ in _personal(folder))
    )


def strip_run(folder: Path) -> None:
    """Removes what is about households; the figures of the run stay."""
    for path in list(_personal(folder)):
        if path.is_dir():
            for inner in sorted(path.rglob("*"), reverse=True):
                inner.rmdir() if inner.is_dir() else inner.unlink()
            path.rmdir()
        else:
            path.unlink()


def personal_files(folder: Path) -> list[str]:
    """What ``strip_run`` removes, as paths below the folder."""
    within = (inner for path in _personal(folder) for inner in (path, *path.rglob("*")))
    return sorted(inner.relative_to(folder).as_posix() for inner in within if inner.is_file())


def _personal(folder: Path) -> list[Path]:
    return [path for pattern in PERSONAL for path in sorted(folder.glob(pattern))]
