"""Which delivered rows a household's factors read, factor by factor, with the SQL that read them. For the auditor.

After ``matrix.matrix`` on the same connection. A factor of records reads rows of ``rows_<source>``; where these were compared with an earlier snapshot, its rows are
given too (``compared``). A factor of the frame reads columns of ``framed``, and ``OF_THE_FRAME`` says on which rows each of them rests.
No match key, number of a record or pseudonym of a place is among the cells: a row is told by its file and line.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

import duckdb

from data_contracts import contract
from features import matrix, rows
from features.factor import Factor
from features.mentions import OF_RESIDENTS, REGISTERS

Cell = str | int | float | bool | date | None
Part = Literal["read", "compared"]


@dataclass(frozen=True, kw_only=True)
class Cited:
    """One delivered row. ``person_id``: of the member whom it speaks of. ``cells``: what the SQL names of it, by canonical column; ``derived``: what was made of
    it and of other rows before the SQL saw it (``features/rows.py``). ``part``: ``compared`` for a row of an earlier snapshot."""

    source: str
    file_id: str
    line: int
    delivered_on: date
    known_on: date
    person_id: str | None
    cells: Mapping[str, Cell]
    derived: Mapping[str, Cell]
    part: Part = "read"


@dataclass(frozen=True, kw_only=True)
class Read:
    """One factor of one household. ``sql`` gives a row a household, ``as_of()`` in it being the day; ``value`` is null without a trace; ``person_id``: of the member
    who says the most, null for the household as a whole. ``rows``: every row of its members that entered; ``beside``: how many rows of theirs in the same source did not.
    ``framed``: of a factor of the frame what was known of the household."""

    factor: str
    sql: str
    value: float | None
    person_id: str | None
    detail: str | None
    known_on: date | None
    source: str | None
    rows: tuple[Cited, ...]
    beside: int
    framed: Mapping[str, Cell]


def read(
    connection: duckdb.DuckDBPyConnection, household_id: str, factors: Sequence[Factor]
) -> tuple[Read, ...]:
    """One for every factor, in their order."""
    for source in rows.SOURCES:
        connection.execute(
            f"create or replace temp table household_{source} as select * from rows_{source} where household_id = $1",
            [household_id],
        )
    said = {str(row["factor"]): row for row in _dicts(connection, _SAID, household_id)}
    framed = next(iter(_dicts(connection, "select * from framed where household_id = $1", household_id)), {})
    columns = {name for f in factors if f.source == "frame" for name in _named(f)} & {*OF_THE_FRAME}
    kinds = dict.fromkeys(kind for column in sorted(columns) for kind in OF_THE_FRAME[column])
    rests = {kind: tuple(_rows_of(connection, household_id, kind)) for kind in kinds}
    return tuple(_read(connection, f, said.get(f.name, {}), framed, rests) for f in factors)


_SAID = "select factor, value, person_id, detail, known_on, source from evidence where household_id = $1"


def _read(
    connection: duckdb.DuckDBPyConnection,
    factor: Factor,
    said: Mapping[str, Cell],
    framed: Mapping[str, Cell],
    rests: Mapping[Rests, tuple[Cited, ...]],
) -> Read:
    named = _named(factor)
    if factor.source == "frame":
        shown = {name: framed[name] for name in framed if name in named}
        kinds = dict.fromkeys(kind for name in sorted(shown) for kind in OF_THE_FRAME[name])
        cited, beside = tuple(row for kind in kinds for row in rests[kind]), 0
    else:
        shown = {}
        cited, beside = _of_records(connection, factor, named)
    value = said.get("value")
    return Read(
        factor=factor.name,
        sql=matrix.statement(factor),
        value=float(value) if isinstance(value, int | float) else None,
        person_id=_text(said.get("person_id")),
        detail=_text(said.get("detail")),
        known_on=_day(said.get("known_on")),
        source=_text(said.get("source")),
        rows=cited,
        beside=beside,
        framed={name: cell is not None if name in _PLACES else cell for name, cell in shown.items()},
    )


def _named(factor: Factor) -> frozenset[str]:
    """Every word of the factor's SQL that may be a column."""
    said = " ".join((factor.value, factor.where, factor.dated or "", factor.detail or ""))
    return frozenset(re.findall(r"[a-z][a-z0-9_]*", said))


# --- factors of records -------------------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class _Earlier:
    """A column of ``rows_<source>`` that earlier snapshots decide: those of the same ``key`` that satisfy ``where``, by ``cells``."""

    key: tuple[str, ...]
    where: str
    cells: tuple[str, ...]


EARLIER: Mapping[str, _Earlier] = {
    "shrank_on": _Earlier(key=("id_bail",), where="true", cells=("date_arrete", "nb_occupants")),
    "uses_a_year_before": _Earlier(
        key=("id_usager", "service"), where=rows.A_YEAR_BEFORE, cells=("date_arrete", "nb_usages_12m")
    ),
}
DERIVED = (*EARLIER, "is_related")
"""Columns of ``rows_<source>`` that no extract holds."""


def _of_records(
    connection: duckdb.DuckDBPyConnection, factor: Factor, named: frozenset[str]
) -> tuple[tuple[Cited, ...], int]:
    source = factor.source
    cells = [c.name for c in contract.load(source).columns if c.name in named and c.identifies is None]
    derived = [name for name in DERIVED if name in named]
    entered = f"from household_{source} where {matrix.enters(factor)}"
    found = [*_cited(connection, source, f"select * {entered}", cells, derived)]
    for name in (n for n in derived if n in EARLIER):
        earlier = EARLIER[name]
        sql = (
            f"select distinct e.person_id, k.* from known_{source} k join (select person_id, {', '.join(earlier.key)} {entered}) e"
            f" using ({', '.join(earlier.key)}) where {earlier.where} and (k.file_id, k.line) not in (select file_id, line {entered})"
        )
        found += _cited(connection, source, sql, earlier.cells, (), part="compared")
    total = connection.execute(f"select count(*) from household_{source}").fetchone() or (0,)
    return tuple(found), int(total[0]) - sum(one.part == "read" for one in found)


def _cited(
    connection: duckdb.DuckDBPyConnection,
    source: str,
    sql: str,
    cells: Sequence[str],
    derived: Sequence[str],
    *values: Cell,
    part: Part = "read",
) -> Iterator[Cited]:
    """``sql``: rows with ``file_id``, ``line``, ``delivered_on``, ``known_on``, ``person_id`` and the columns named."""
    columns = ", ".join(("file_id", "line", "delivered_on", "known_on", "person_id", *cells, *derived))
    ordered = f"select {columns} from ({sql}) order by known_on, file_id, line, person_id"
    for row in connection.execute(ordered, list(values)).fetchall():
        file_id, line, delivered_on, known_on, person_id, *rest = row
        yield Cited(
            source=source,
            file_id=file_id,
            line=line,
            delivered_on=delivered_on,
            known_on=known_on,
            person_id=person_id,
            cells=dict(zip(cells, rest, strict=False)),
            derived=dict(zip(derived, rest[len(cells) :], strict=True)),
            part=part,
        )


# --- factors of the frame -----------------------------------------------------------------------------------------------------------------------

_PLACES = ("id_logement",)
"""Columns of ``framed`` that are pseudonyms: it is told whether they are known."""
Rests = Literal["year of birth", "sex", "place", "lease", "use"]
OF_THE_FRAME: Mapping[str, tuple[Rests, ...]] = {
    "oldest_age": ("year of birth",),
    "is_men_only": ("sex",),
    "adults": ("year of birth", "place"),
    "id_logement": ("place",),
    "occupants": ("lease",),
    "lives_alone": ("lease", "place"),
    "lives_alone_strength": ("lease", "place"),
    "has_trace": ("use",),
    "is_services_open": (),
}
"""Column of ``framed`` → the rows on which it rests."""


def _rows_of(connection: duckdb.DuckDBPyConnection, household_id: str, kind: Rests) -> Iterator[Cited]:
    match kind:
        case "year of birth":
            yield from _first_said(connection, household_id, "annee_naissance")
        case "sex":
            yield from _first_said(connection, household_id, "sexe")
        case "lease":
            yield from _cited(connection, "parc_social", _LEASE, _OF_LEASE, (), household_id)
        case "use":
            yield from _cited(connection, "usages_services", _TRACES, _OF_TRACES, (), household_id)
        case "place":
            for source, record in OF_RESIDENTS.items():
                sql = _PLACED.format(source=source, record=record)
                yield from _cited(connection, source, sql, (), ("is_flat_given",), household_id)


_OF_LEASE, _OF_TRACES = ("nb_occupants", "date_entree", "date_sortie"), ("date_debut", "date_dernier_usage")
_LEASE = """
select p.person_id, l.* from leases_in_force f join latest_parc_social l using (id_bail)
  join people p on p.source = 'parc_social' and p.record_id = l.id_bail where f.household_id = $1
"""
_TRACES = f"""
select t.person_id, l.* from own_uses l join people p on p.source = 'usages_services' and p.record_id = l.id_usager join there t on t.person_id = p.person_id
where t.household_id = $1 and {rows.LEFT_A_TRACE}
"""
_PLACED = """
select t.person_id, l.*, l.id_logement is not null as is_flat_given from latest_{source} l
  join people p on p.source = '{source}' and p.record_id = l.{record} join there t on t.person_id = p.person_id where t.household_id = $1
"""


def _first_said(
    connection: duckdb.DuckDBPyConnection, household_id: str, column: Literal["annee_naissance", "sexe"]
) -> Iterator[Cited]:
    """Of every member there the row by which it was first known, as ``residences`` decides it."""
    first = _FIRST.format(column=column)
    for person, source, record, said in connection.execute(first, [household_id]).fetchall():
        register = next(r for r in REGISTERS if r.source == source)
        table, name = register.rows or source, column + register.suffix
        sql = (
            f"select $3 as person_id, *, {name} as said from known_{table} where cast({register.record} as varchar) = $1 and {name} = $2"
            " order by known_on, file_id, line limit 1"
        )
        yield from _cited(connection, table, sql, (name,), (), record, said, person)


_FIRST = """
select t.person_id, l.source, l.record_id, l.{column} from there t join linked l using (person_id)
where t.household_id = $1 and l.{column} is not null
qualify row_number() over (partition by t.person_id order by l.first_known, l.annee_naissance, l.sexe) = 1
"""


def newest_rows(
    connection: duckdb.DuckDBPyConnection, person_id: str
) -> Mapping[tuple[str, str], tuple[str, str, int, date]]:
    """After ``link_explained.explain`` of one of the person's records: (source, record as shown there) → (source, file, line, day) of its newest row."""
    found: dict[tuple[str, str], tuple[str, str, int, date]] = {}
    for source, shown, record in connection.execute(_RECORDS, [person_id]).fetchall():
        register = next(r for r in REGISTERS if r.source == source)
        table = register.rows or source
        row = connection.execute(
            f"select file_id, line, known_on from known_{table} where cast({register.record} as varchar) = $1 order by known_on desc, file_id, line limit 1",
            [record],
        ).fetchone()
        if row is not None:
            found[source, shown] = (table, *row)
    return found


_RECORDS = "select s.source, s.shown, l.record_id from shown_records s join linked l using (record) where s.person_id = $1"


def _dicts(connection: duckdb.DuckDBPyConnection, sql: str, *values: Cell) -> list[dict[str, Cell]]:
    found = connection.execute(sql, list(values))
    names = [column[0] for column in found.description or ()]
    return [dict(zip(names, row, strict=True)) for row in found.fetchall()]


def _text(value: Cell) -> str | None:
    return value if isinstance(value, str) else None


def _day(value: Cell) -> date | None:
    return value if isinstance(value, date) else None
