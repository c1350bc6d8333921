"""What the law takes out of the warehouse after a file was read: closed gates, objections. Set aside with the reason, counted, gone."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping

import duckdb

from data_contracts import contract
from data_contracts.contract import Contract, Gate
from features import gates as gate
from features import objections
from pipelines.store import whole

WIDTH: Mapping[Gate, int] = {"closed": 0, "consent": 1, "frame": 1, "open": 2}


def apply_objections(connection: duckdb.DuckDBPyConnection, registered: Iterable[str] = ()) -> dict[str, int]:
    """Takes every row of whoever objected out of ``raw``, whenever it was delivered; gives rows per source.

    ``registered``: keys and dwellings of the city's own register. What is remembered are keys and dwellings, in ``meta.objected``.
    """
    for key in registered:
        connection.execute("insert or ignore into meta.objected values ($1, 'key', $1)", [key])
    objections.gather(connection)
    objections.remember(connection)
    gone: dict[str, int] = {}
    for source in contract.SOURCES:
        promise = contract.load(source)
        theirs = objections.of_whoever_objected(promise)
        if theirs:
            which = f"(r.file_id, r.line) in ({theirs})"
            gone[source] = set_aside(connection, promise, which, objections.RULE, objections.REASON)
        if source in objections.LINKING_SOURCES:
            _blank_linked(connection, promise)
    objections.forget(connection)
    return {source: n for source, n in gone.items() if n}


def heed_refused(
    connection: duckdb.DuckDBPyConnection, area: duckdb.DuckDBPyConnection, promise: Contract
) -> None:
    """An objection counts although its row is refused for another reason. Taken from the staging area: each key and dwelling of such a row with which nothing is wrong itself."""
    if promise.source not in (objections.REGISTER, *objections.FLAGGED_SOURCES):
        return
    objects = "true" if promise.source == objections.REGISTER else objections.FLAG
    for name in (*objections.KEYS, objections.PLACE):
        found = area.execute(
            f"select distinct {name} from typed t where {objects} and {name} is not null and row in (select row from broken)"
            " and not exists (select 1 from broken b where b.row = t.row and contains(lower(b.rule), $1))",
            [name],
        ).fetchall()
        for (key,) in found:
            connection.execute("insert or ignore into meta.objected values ($1, 'key', '')", [key])


def apply_objections_whole(
    connection: duckdb.DuckDBPyConnection, registered: Iterable[str]
) -> dict[str, int]:
    """As ``apply_objections``, as one transaction of its own."""
    with whole(connection):
        return apply_objections(connection, registered)


def remembered(connection: duckdb.DuckDBPyConnection) -> frozenset[str]:
    """Every key and dwelling that is left in peace, whoever said so: the register, a delivered file, somebody at the door; and what follows from each."""
    return frozenset(
        key for (key,) in connection.execute("select distinct key from meta.objected").fetchall()
    )


def remembered_as(connection: duckdb.DuckDBPyConnection) -> tuple[tuple[str, str], ...]:
    """The same with ``kind``: of a dwelling where somebody lives who objected (``home``) nobody else's keys follow."""
    found = connection.execute("select distinct key, kind from meta.objected order by all").fetchall()
    return tuple((key, kind) for key, kind in found)


def withdraw(connection: duckdb.DuckDBPyConnection, entry: str) -> tuple[bool, int]:
    """Forgets what follows from one entry of the register; the files that lost rows to an objection are read again by the next ingest that has them.

    Gives whether somebody else's objection, or a file's, still keeps the key or dwelling out, and the number of such files.
    """
    with whole(connection):
        connection.execute("delete from meta.objected where root = $1", [entry])
        still = connection.execute("select 1 from meta.objected where key = $1", [entry]).fetchone()
        lost = [
            f"select file_id from quarantine.{source} where rule = $1"
            for source in (*objections.PERSON_SOURCES, *objections.LINKING_SOURCES)
        ]
        blanked = [f"select file_id from raw.{source}" for source in objections.LINKING_SOURCES]
        files = connection.execute(
            f"update meta.files set is_to_read_again = true where file_id in ({' union '.join(lost + blanked)}) returning file_id",
            [objections.RULE],
        ).fetchall()
    return still is not None, len(files)


def _blank_linked(connection: duckdb.DuckDBPyConnection, promise: Contract) -> None:
    blank = ", ".join(f"{name} = null" for name in objections.LINKED_FACTS)
    named = " or ".join(f"{key} in (select key from objected)" for key in objections.LINKED)
    connection.execute(f"update raw.{promise.source} set {blank} where {named}")


def narrow(
    connection: duckdb.DuckDBPyConnection, promise: Contract, file_id: str, stored: Gate, opened: Gate
) -> None:
    """A file that was stored under a wider gate loses what the new gate no longer lets be kept; nothing comes back without the file."""
    if opened == "open" or WIDTH[stored] == 0:
        return
    if opened == "closed":
        set_aside(connection, promise, f"r.file_id = '{file_id}'", gate.CLOSED, gate.CLOSED_REASON)
    else:
        kept = ", ".join(
            f"{c.name} = {gate.through(promise, c, opened, promise.source)}" for c in promise.columns
        )
        connection.execute(f"update raw.{promise.source} set {kept} where file_id = $1", [file_id])
    connection.execute("update meta.files set gate = $1 where file_id = $2", [opened, file_id])


def set_aside(
    connection: duckdb.DuckDBPyConnection, promise: Contract, which: str, rule: str, reason: str
) -> int:
    """Moves rows ``r`` of ``raw`` that satisfy ``which`` to quarantine (file, line, length, rule, reason; no value) and corrects the counts of their files."""
    source = promise.source
    length = " + ".join(f"coalesce(length(cast(r.{c.name} as varchar)), 0)" for c in promise.columns)
    connection.execute(
        f"create or replace temp table leaving as select r.file_id, r.line, {length} + {len(promise.columns) - 1} as raw_length"
        f" from raw.{source} r where {which}"
    )
    per_file = connection.execute("select file_id, count(*) from leaving group by 1").fetchall()
    if per_file:
        connection.execute(
            f"insert into quarantine.{source} (file_id, line, raw_length, rule, reason) select file_id, line, raw_length, $1, $2 from leaving order by file_id, line",
            [rule, reason],
        )
        connection.execute(
            f"delete from raw.{source} r using leaving l where r.file_id = l.file_id and r.line = l.line"
        )
    for file_id, rows in per_file:
        _recount(connection, file_id, rule, rows)
    connection.execute("drop table leaving")
    return sum(rows for _, rows in per_file)


def _recount(connection: duckdb.DuckDBPyConnection, file_id: str, rule: str, rows: int) -> None:
    found = connection.execute("select rejects from meta.files where file_id = $1", [file_id]).fetchone()
    assert found is not None  # a row of raw always has its file
    rejects = json.loads(found[0])
    rejects[rule] = rejects.get(rule, 0) + rows
    connection.execute(
        "update meta.files set rows_accepted = rows_accepted - $1, rows_quarantined = rows_quarantined + $1, rejects = $2 where file_id = $3",
        [rows, json.dumps(rejects), file_id],
    )
