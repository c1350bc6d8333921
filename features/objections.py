"""Who objected, by every key that is known of them. The only place where an objection is understood; the ingest and every view use it.

A person objects by the register (by a key or by the dwelling), on the roll or at the door; a day's ``as_of`` does not shield from it.
Keys found beside an objected key in any source are objected too, until nothing is added, so that a record that lacks the first key
goes as well. A namesake who shares a key goes with them: to leave one too many in peace is the lesser harm.
"""

from __future__ import annotations

from data_contracts import contract
from data_contracts.contract import Contract
from features.engine import Engine

KEYS = ("cle_identite", "cle_usage", "cle_phonetique", "cle_nom_adresse")
PLACE = "id_logement"
FLAG = "opposition"
REGISTER = "oppositions"
RULE = "personne ou logement opposé"
REASON = "opposition de la personne ou du logement (RGPD, art. 21)"
"""Under which rows of whoever objected are counted in quarantine."""
REMEMBERED = "create table if not exists meta.objected (key varchar not null, kind varchar not null, root varchar not null, primary key (key, kind, root))"
"""What remains of whoever objected: the keys by which later deliveries are refused (``kind`` = ``key``) and the dwellings at which
nobody rings (``home``). Their rows are gone. ``root``: the entry of the city's register from which it follows, by which it can be
withdrawn; empty where a delivered file says so."""
SAID_BY_A_FILE = "''"


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
_TOUCHED_BY_ROOT = " union all ".join(
    f"select t.*, o.root from touched t join objected o on o.key = t.{key}" for key in KEYS
)


def gather(connection: Engine) -> None:
    """Temp tables ``objected`` (key, root: every key and dwelling of whoever objected) and ``objected_dwellings`` (id_logement, root: where they are known to live)."""
    own = [f"select {_KEY_LIST}, {PLACE} from raw.{source}" for source in PERSON_SOURCES]
    linked = [
        f"select cle_identite_liee, null, null, cle_nom_adresse_liee, null from raw.{source}"
        for source in LINKING_SOURCES
    ]
    connection.execute(f"create or replace temp view key_sets as {' union all '.join(own + linked)}")
    connection.execute(
        f"create or replace temp table objected as select distinct key, root from ({_stated()}) where key is not null"
    )
    connection.execute("create or replace temp table touched as select * from key_sets limit 0")
    added = _number(connection, "select count(*) from objected")
    while added:
        # the few rows of whoever objected first, their keys then: a hundred times fewer than all keys of a town
        connection.execute(
            f"create or replace temp table touched as select * from key_sets where {_HAS_OBJECTED_KEY}"
        )
        beside = f"select unnest([{_KEY_LIST}]) as key, root from ({_TOUCHED_BY_ROOT})"
        added = _number(
            connection,
            f"insert into objected select key, root from ({beside}) where key is not null except select key, root from objected",
        )
    flagged = " union ".join(
        f"select {PLACE}, {SAID_BY_A_FILE} from raw.{s} where {FLAG}" for s in FLAGGED_SOURCES
    )
    connection.execute(
        f"create or replace temp table objected_dwellings as select {PLACE}, root from ("
        f"select {PLACE}, root from ({_TOUCHED_BY_ROOT}) union {flagged} union select key, root from meta.objected where kind = 'home'"
        f") where {PLACE} is not null"
    )
    connection.execute("drop table touched")
    connection.execute("drop view key_sets")


def remember(connection: Engine) -> None:
    """Keeps what ``gather`` found, so that it outlives the rows from which it was found."""
    connection.execute(
        "insert or ignore into meta.objected select key, 'key', root from objected"
        f" union select {PLACE}, 'home', root from objected_dwellings"
    )


def forget(connection: Engine) -> None:
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


def of_whoever_objected(promise: Contract) -> str:
    """The other rows of ``raw``: a query of (file_id, line), a search by each key, which ends at once where nobody objected; empty as above."""
    names = {c.name for c in promise.columns}
    identifying = [n for n in (*KEYS, PLACE) if n in names]
    if promise.source == REGISTER or not identifying:
        return ""
    rows = f"select file_id, line from raw.{promise.source} r"
    flagged = [f"{rows} where {FLAG}"] if FLAG in names else []
    return " union ".join([*flagged, *(f"{rows} semi join objected o on r.{n} = o.key" for n in identifying)])


def is_told(connection: Engine, promise: Contract) -> bool:
    """Whether a row of the source is of somebody who objected. The ingest took them all out, so that mostly none is, and views need not ask every row again
    (which would be most of what they cost)."""
    theirs = of_whoever_objected(promise)
    return bool(theirs) and _number(connection, f"select count(*) from ({theirs})") > 0


def shown_of_the_linked(promise: Contract, name: str, value: str, row: str = "r") -> str:
    """``value`` of the column ``name``, or null where it speaks of a linked person who objected."""
    if promise.source not in LINKING_SOURCES or name not in LINKED_FACTS:
        return value
    objected = " or ".join(f"{row}.{key} in (select key from objected)" for key in LINKED)
    return f"case when {objected} then null else {value} end"


def _number(connection: Engine, sql: str) -> int:
    row = connection.execute(sql).fetchone()
    return int(row[0]) if row else 0


def _stated() -> str:
    """What is remembered, keys and dwellings of the register of objections, the keys of everybody at such a dwelling, and what was said on the roll or at the door."""
    remembered = "select key, root from meta.objected where kind = 'key'"
    listed = [f"select {k}, {SAID_BY_A_FILE} from raw.{REGISTER}" for k in (*KEYS, PLACE)]
    said = [f"select {k}, {SAID_BY_A_FILE} from raw.{s} where {FLAG}" for s in FLAGGED_SOURCES for k in KEYS]
    places = f"select {PLACE} as place, {SAID_BY_A_FILE} as root from raw.{REGISTER} union {remembered}"
    there = f"select unnest([{_KEY_LIST}]), root from key_sets join ({places}) on {PLACE} = place"
    return " union ".join([remembered, *listed, *said, there])
