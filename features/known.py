"""What was known before a day, through the legal gates: the only place where ``as_of`` meets ``known_on``.

``open_views`` makes, for every source, two temporary views on a warehouse connection:

``known_<source>``: rows of current files with ``known_on < as_of``, through the gate, without the objected. Events that were delivered twice count once (the latest delivery).
``latest_<source>``: for snapshots, the rows of the last snapshot in ``known_<source>``, without protected columns: what factors bind to.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import duckdb

from data_contracts import contract
from data_contracts.contract import Column, Contract, Gate

KEYS = ("cle_identite", "cle_usage", "cle_phonetique", "cle_nom_adresse")


def open_views(connection: duckdb.DuckDBPyConnection, as_of: date, gates: Mapping[str, Gate]) -> None:
    """Makes the views for one day. ``gates`` holds every source of the contracts; nothing else may read ``raw``."""
    connection.execute("set variable as_of = cast($1 as date)", [as_of])
    connection.execute("create or replace temp macro as_of() as cast(getvariable('as_of') as date)")
    _object(connection)
    for source in contract.SOURCES:
        promise = contract.load(source)
        connection.execute(f"create or replace temp view known_{source} as {_known(promise, gates[source])}")
        connection.execute(f"create or replace temp view latest_{source} as {_latest(promise)}")


def _known(promise: Contract, gate: Gate) -> str:
    columns = ", ".join(_through_gate(promise, c, gate) for c in promise.columns)
    keep = " and ".join(["is_current", "known_on < as_of()", *_consent(gate), *_not_objected(promise)])
    once = ""
    if promise.delivery == "events" and promise.key:
        once = f" qualify row_number() over (partition by {', '.join(promise.key)} order by r.delivered_on desc, file_id, line) = 1"
    return (
        f"select {columns}, file_id, line, r.delivered_on, known_on"
        f" from raw.{promise.source} r join (select file_id, is_current from meta.files) using (file_id) where {keep}{once}"
    )


def _through_gate(promise: Contract, column: Column, gate: Gate) -> str:
    shut = gate == "closed" or (gate == "frame" and column.name not in promise.frame_columns)
    return f"cast(null as {contract.SQL_TYPES[column.kind]}) as {column.name}" if shut else f"r.{column.name}"


def _consent(gate: Gate) -> list[str]:
    return {"consent": ["accord_contact = 'O'"], "closed": ["false"]}.get(gate, [])


def _latest(promise: Contract) -> str:
    hidden = ", ".join(c.name for c in promise.columns if c.is_protected)
    exclude = f" exclude ({hidden})" if hidden else ""
    last = ""
    if promise.delivery == "snapshot":
        day = promise.known_on[0]
        last = f" where {day} = (select max({day}) from known_{promise.source})"
    if promise.delivery == "reference":
        last = f" where delivered_on = (select max(delivered_on) from known_{promise.source})"
    return f"select *{exclude} from known_{promise.source}{last}"


def _not_objected(promise: Contract) -> list[str]:
    if promise.source == "oppositions":
        return []
    names = {c.name for c in promise.columns}
    identifying = [n for n in (*KEYS, "id_logement") if n in names]
    own = ["coalesce(not opposition, true)"] if "opposition" in names else []
    return own + [f"(r.{n} is null or r.{n} not in (select key from objected))" for n in identifying]


PERSON_SOURCES = tuple(s for s in contract.SOURCES if {*KEYS} <= {c.name for c in contract.load(s).columns})


def _object(connection: duckdb.DuckDBPyConnection) -> None:
    """Temp tables ``objected`` (key: every key of whoever objected) and ``objected_dwellings`` (id_logement: where they are known to live).

    A person objects by the register (by a key or by the dwelling), on the roll or at the door; a day's ``as_of`` does not shield from an objection.
    Keys found beside an objected key in any source are objected too, until nothing is added, so that a record that lacks the first key
    goes as well. A namesake who shares a key goes with them: to leave one too many in peace is the lesser harm.
    """
    sets = " union ".join(
        f"select {', '.join(KEYS)}, id_logement from raw.{source}" for source in PERSON_SOURCES
    )
    connection.execute(f"create or replace temp table key_sets as {sets}")
    connection.execute(f"create or replace temp table objected as {_stated()}")
    beside = (
        f"insert into objected select distinct k.key from key_sets, unnest([{', '.join(KEYS)}]) as k(key)"
        f" where k.key is not null and k.key not in (select key from objected) and ({_has_objected_key()})"
    )
    while _added(connection, beside):
        continue
    connection.execute(
        "create or replace temp table objected_dwellings as select distinct id_logement from key_sets"
        f" where id_logement is not null and ({_has_objected_key()})"
    )
    connection.execute("drop table key_sets")


def _has_objected_key() -> str:
    return " or ".join(f"{key} in (select key from objected)" for key in KEYS)


def _added(connection: duckdb.DuckDBPyConnection, insert: str) -> int:
    row = connection.execute(insert).fetchone()
    return int(row[0]) if row else 0


def _stated() -> str:
    """Keys and dwellings of the register of objections, the keys of everybody at such a dwelling, and what was said on the roll or at the door."""
    listed = " union ".join(
        f"select {k} as key from raw.oppositions where {k} is not null" for k in (*KEYS, "id_logement")
    )
    said = " union ".join(
        f"select {k} from raw.{s} where opposition and {k} is not null"
        for s in ("liste_electorale", "visites")
        for k in KEYS
    )
    there = (
        f"select k.key from key_sets, unnest([{', '.join(KEYS)}]) as k(key) where k.key is not null"
        " and id_logement in (select id_logement from raw.oppositions)"
    )
    return f"{listed} union {said} union {there}"
