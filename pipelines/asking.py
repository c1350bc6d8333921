"""Who asks: from a match key to the person and the homes that the linkage gives it, as of a day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import duckdb

from data_contracts import contract
from data_contracts.errors import ConfigurationError
from features import frame, objections
from features.mentions import RECORD_OF
from pipelines import settings


@dataclass(frozen=True, kw_only=True)
class Home:
    """A household that the person is a member of. ``since``: the day on which a register first showed them at that dwelling; None where their flat is not
    known, so that nobody else can be of it. ``is_there``: called present. ``is_shared``: somebody else is called present there."""

    household_id: str
    since: date | None
    is_there: bool
    is_shared: bool


@dataclass(frozen=True, kw_only=True)
class Asker:
    """``person_ids``: whom the key names; none where no record carries it. ``homes``: by household."""

    linked_on: date
    person_ids: frozenset[str]
    homes: tuple[Home, ...]

    @property
    def household_ids(self) -> tuple[str, ...]:
        """Of every home."""
        return tuple(home.household_id for home in self.homes)

    @property
    def present_in(self) -> tuple[str, ...]:
        """Households that still count them: a list about a home that they have left is not about them."""
        return tuple(home.household_id for home in self.homes if home.is_there)


@dataclass(frozen=True, kw_only=True)
class Places:
    """Pseudonyms of every dwelling and address at which a record ever put somebody."""

    dwellings: frozenset[str]
    addresses: frozenset[str]


def checked(key: str) -> str:
    """The key; raises ConfigurationError for one that has another form."""
    if len(key) != 32 or not set(key) <= set("0123456789abcdef"):
        raise ConfigurationError(
            "this is no match key",
            where="KEY",
            hint="a match key has 32 hexadecimal characters; the key holder makes it from the person's name and date of birth.",
        )
    return key


def asker(connection: duckdb.DuckDBPyConnection, city: settings.City, key: str, as_of: date) -> Asker:
    """Builds the frame as of the day; leaves its temp tables, and ``asked`` (person_id, source, record_id), on the connection."""
    frame.build(connection, as_of, settings.gates(city), city.there_share)
    _find(connection, key)
    persons = connection.execute("select distinct person_id from asked").fetchall()
    homes = connection.execute(_HOMES).fetchall()
    return Asker(
        linked_on=as_of,
        person_ids=frozenset(row[0] for row in persons),
        homes=tuple(Home(household_id=h, since=s, is_there=t, is_shared=o) for h, s, t, o in homes),
    )


def places(connection: duckdb.DuckDBPyConnection) -> Places:
    """Of whom ``asked`` holds."""
    rows = connection.execute(
        "select distinct id_logement, id_adresse from mentions join asked using (source, record_id)"
    ).fetchall()
    return Places(
        dwellings=frozenset(d for d, _ in rows if d is not None),
        addresses=frozenset(a for _, a in rows if a is not None),
    )


def _find(connection: duckdb.DuckDBPyConnection, key: str) -> None:
    """``asked``: (source, record_id) of the person whom the linkage gives the key, over every record it ever saw."""
    named = " union ".join(
        f"select '{s}' as source, {record} as record_id from raw.{s}"
        f" where {' or '.join(f'{k} = $1' for k in objections.KEYS if k in columns(s))}"
        for s, record in RECORD_OF.items()
    )
    connection.execute(
        f"create or replace temp table asked as with named as ({named})"
        " select distinct p.person_id, p.source, p.record_id from people p"
        " where p.person_id in (select person_id from people join named using (source, record_id))",
        [key],
    )


def columns(source: str) -> set[str]:
    """Of a source's table."""
    return {c.name for c in contract.load(source).columns}


_HOMES = """
with mine as (select * from members where person_id in (select person_id from asked)),
others as (
  select distinct household_id from members where presence = 'present' and person_id not in (select person_id from asked)
)
select m.household_id, min(s.first_seen), bool_or(m.presence = 'present'), bool_or(o.household_id is not null)
from mine m left join stays s using (person_id, id_logement) left join others o using (household_id)
group by 1 order by 1
"""
