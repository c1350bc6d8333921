"""Who objected, by every key that is known of them. The only place where an objection is understood; the ingest and every view use it.

A person objects by the register (by a key or by the dwelling), on the roll or at the door; a day's ``as_of`` does not shield from it.
Keys found beside an objected key in any source are objected too, until nothing is added, so that a record that lacks the first key
goes as well. A namesake who shares a key goes with them: to leave one too many in peace is the lesser harm.
"""

from __future__ import annotations

import duckdb

from data_contracts import contract
from data_contracts.contract import Contract

KEYS = ("cle_identite", "cle_usage", "cle_phonetique", "cle_nom_adresse")
PLACE = "id_logement"
FLAG = "opposition"
REGISTER = "oppositions"
RULE = "personne ou logement opposé"
REASON = "opposition de la personne ou du logement (RGPD, art. 21)"
"""Under which rows of whoever objected are counted in quarantine."""
REMEMBERED = "create table if not exists meta.objected (key varchar not null, kind varchar not null, primary key (key, kind))"
"""What remains of whoever objected: the keys by which later deliveries are refused (``kind`` = ``key``) and the dwellings at which
nobody rings (``home``). Their rows are gone."""


def _columns(source: str) -> frozenset[str]:
    return frozenset(c.name for c in contract.load(source).columns)


PERSON_SOURCES = tuple(s for s in contract.SOURCES if s != REGISTER and {*KEYS} <= _columns(s))
FLAGGED_SOURCES = tuple(s for s in PERSON_SOURCES if FLAG in _columns(s))
LINKED = ("cle_identite_liee", "cle_nom_adresse_liee")
LINKED_FACTS = (*LINKED, "sexe_liee", "lien")
"""How an act names a second person: what is said of somebody who objected is blanked there, the act itself is the first person's."""
LINKING_SOURCES = tuple(s for s in contract.SOURCES if {*LINKED} <= _columns(s))
_KEY_LIST = ", ".join(KEYS)
_HAS_OBJECTED_KEY = " or ".join(f"{key} in (select key from objected)" for key in KEYS)


def gather(connection: duckdb.DuckDBPyConnection) -> None:
    """Temp tables ``objected`` (key: every key and dwelling of whoever objected) and ``objected_dwellings`` (id_logement: where they are known to live)."""
    own = [f"select {_KEY_LIST}, {PLACE} from raw.{source}" for source in PERSON_SOURCES]
    linked = [
        f"select cle_identite_liee, null, null, cle_nom_adresse_liee, null from raw.{source}"
        for source in LINKING_SOURCES
    ]
    connection.execute(f"create or replace temp view key_sets as {' union all '.join(own + linked)}")
    connection.execute(f"create or replace temp table objected as {_stated()}")
    # the few rows of whoever objected first, their keys then: a hundred times fewer than all keys of a town
    beside = (
        f"insert into objected select distinct k.key from (select * from key_sets where {_HAS_OBJECTED_KEY}),"
        f" unnest([{_KEY_LIST}]) as k(key) where k.key is not null and k.key not in (select key from objected)"
    )
    while _added(connection, beside):
        continue
    flagged = " union ".join(f"select {PLACE} from raw.{s} where {FLAG}" for s in FLAGGED_SOURCES)
    connection.execute(
        f"create or replace temp table objected_dwellings as select {PLACE} from ("
        f"select {PLACE} from key_sets where {_HAS_OBJECTED_KEY} union {flagged} union select key from meta.objected where kind = 'home'"
        f") where {PLACE} is not null"
    )
    connection.execute("drop view key_sets")


def remember(connection: duckdb.DuckDBPyConnection) -> None:
    """Keeps what ``gather`` found, so that it outlives the rows from which it was found."""
    connection.execute(
        "insert or ignore into meta.objected select key, 'key' from objected where key is not null"
        f" union select {PLACE}, 'home' from objected_dwellings"
    )


def forget(connection: duckdb.DuckDBPyConnection) -> None:
    """Drops what ``gather`` made."""
    connection.execute("drop table objected")
    connection.execute("drop table objected_dwellings")


def of_nobody_who_objected(promise: Contract, row: str = "r") -> tuple[str, ...]:
    """Conditions on rows ``row`` of a source: all hold for whoever did not object. Empty for sources without persons or dwellings."""
    if promise.source == REGISTER:
        return ()
    names = {c.name for c in promise.columns}
    own = (f"coalesce(not {row}.{FLAG}, true)",) if FLAG in names else ()
    identifying = (n for n in (*KEYS, PLACE) if n in names)
    return own + tuple(
        f"({row}.{n} is null or {row}.{n} not in (select key from objected))" for n in identifying
    )


def shown_of_the_linked(promise: Contract, name: str, value: str, row: str = "r") -> str:
    """``value`` of the column ``name``, or null where it speaks of a linked person who objected."""
    if promise.source not in LINKING_SOURCES or name not in LINKED_FACTS:
        return value
    objected = " or ".join(f"{row}.{key} in (select key from objected)" for key in LINKED)
    return f"case when {objected} then null else {value} end"


def _added(connection: duckdb.DuckDBPyConnection, insert: str) -> int:
    row = connection.execute(insert).fetchone()
    return int(row[0]) if row else 0


def _stated() -> str:
    """What is remembered, keys and dwellings of the register of objections, the keys of everybody at such a dwelling, and what was said on the roll or at the door."""
    listed = " union ".join(f"select {k} from raw.{REGISTER} where {k} is not null" for k in (*KEYS, PLACE))
    said = " union ".join(
        f"select {k} from raw.{s} where {FLAG} and {k} is not null" for s in FLAGGED_SOURCES for k in KEYS
    )
    remembered = "select key from meta.objected where kind = 'key'"
    there = (
        f"select k.key from (select * from key_sets where {PLACE} in (select {PLACE} from raw.{REGISTER} union {remembered})),"
        f" unnest([{_KEY_LIST}]) as k(key) where k.key is not null"
    )
    return f"{remembered} union {listed} union {said} union {there}"
