"""How a household came to be: who is in it, what registers say of it and which of them counts, and its history. For the auditor."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import duckdb


@dataclass(frozen=True, kw_only=True)
class Member:
    """``sources``: the registers of the last snapshots that hold the person, each with its newest day. ``reason`` (of ``presence.REASONS``) and
    ``known_on`` are '' and None for whoever is present."""

    person_id: str
    presence: str
    there_probability: float
    reason: str
    known_on: date | None
    sources: tuple[tuple[str, date], ...]


@dataclass(frozen=True, kw_only=True)
class Statement:
    """One source's word on one thing (see ``statements.STATEMENTS``); ``evidence`` with ``told`` for its ``{n}``."""

    statement: str
    value: int | None
    strength: str
    evidence: str
    told: int | None
    source: str
    known_on: date | None
    is_retained: bool
    is_contradicted: bool


@dataclass(frozen=True, kw_only=True)
class Event:
    """``event``: formed, joined, left, dissolved; ``person_id`` is None where it is of the whole household."""

    event: str
    person_id: str | None
    known_on: date


@dataclass(frozen=True, kw_only=True)
class HouseholdExplained:
    """``members`` are those of the day; a household that is no more has only ``history``, one without a known flat has none."""

    household_id: str
    members: tuple[Member, ...]
    statements: tuple[Statement, ...]
    history: tuple[Event, ...]


def explain(connection: duckdb.DuckDBPyConnection, household_id: str) -> HouseholdExplained | None:
    """After ``frame.build``. None where no household has this name, or where somebody of its dwelling objected."""
    if connection.execute(_OBJECTED, [household_id]).fetchone():
        return None
    members = [
        Member(person_id=p, presence=is_, there_probability=chance, reason=why, known_on=known_on, sources=tuple((s["source"], s["known_on"]) for s in sources or ()))
        for p, is_, chance, why, known_on, sources in connection.execute(_MEMBERS, [household_id]).fetchall()
    ]  # fmt: skip
    statements = connection.execute(_STATEMENTS, [household_id])
    names = [column[0] for column in statements.description or ()]
    said = [Statement(**dict(zip(names, row, strict=True))) for row in statements.fetchall()]
    events = [
        Event(event=event, person_id=person, known_on=known_on)
        for event, person, known_on in connection.execute(_HISTORY, [household_id]).fetchall()
    ]
    if not members and not events:
        return None
    return HouseholdExplained(
        household_id=household_id, members=tuple(members), statements=tuple(said), history=tuple(events)
    )


_OBJECTED = (
    "select 1 from members join objected_dwellings using (id_logement) where household_id = $1 limit 1"
)
_MEMBERS = """
with held as (
  select p.person_id, list({'source': r.source, 'known_on': r.known_on} order by r.source) as sources
  from (select distinct source, record_id, person_id from people) p
    join (select source, record_id, max(known_on) as known_on from latest_records group by 1, 2) r using (source, record_id)
  group by 1
)
select m.person_id, m.presence, m.there_probability, m.presence_reason, m.presence_known_on, h.sources
from members m left join held h using (person_id) where m.household_id = $1
order by m.presence <> 'present', m.there_probability desc, m.person_id
"""
_STATEMENTS = """
select statement, value::integer as value, strength, evidence, told::integer as told, source, known_on, is_retained, is_contradicted
from statements where household_id = $1 order by statement, is_retained desc, source, evidence
"""
_HISTORY = """
select event, person_id, known_on from household_history where household_id = $1
order by known_on, list_position(['formed', 'joined', 'left', 'dissolved'], event), person_id nulls first
"""
