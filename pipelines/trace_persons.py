"""The members of a traced household and why their records are one person each, without the number of any record."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date

import duckdb

from features import link_explained, traced
from features.household_explained import HouseholdExplained
from features.link_explained import Explained, Link
from reports.trace_facts import Person, Record, Row

OTHERS = "…"
"""How a record of somebody else is called where a link to it was weighed."""


def persons(
    connection: duckdb.DuckDBPyConnection, household: HouseholdExplained | None
) -> tuple[Person, ...]:
    """The members of the day, P1, P2, … in the order in which they are explained; none where the household is not found."""
    members = household.members if household else ()
    return tuple(_person(connection, f"P{n}", m.person_id, m.presence) for n, m in enumerate(members, 1))


def _person(connection: duckdb.DuckDBPyConnection, name: str, person_id: str, presence: str) -> Person:
    first = connection.execute(
        "select source, record_id from linked where person_id = $1 order by first_known, record limit 1",
        [person_id],
    ).fetchone()
    assert first is not None  # a person is made of records
    linked = link_explained.explain(connection, *first)
    assert linked is not None
    rows = traced.newest_rows(connection, person_id)
    called = {(r.source, r.record_id): f"{name}.{n}" for n, r in enumerate(linked.records, 1)}
    records = [
        Record(
            name=called[r.source, r.record_id],
            source=r.source,
            first_known=r.first_known,
            row=_row(rows.get((r.source, r.record_id))),
        )
        for r in linked.records
    ]
    return Person(
        name=name,
        person_id=person_id,
        presence=presence,
        records=tuple(records),
        linked=_called(linked, called),
    )


def _row(found: tuple[str, str, int, date] | None) -> Row | None:
    if found is None:
        return None
    source, file_id, line, known_on = found
    return Row(source=source, file_id=file_id, line=line, known_on=known_on)


def _called(linked: Explained, called: Mapping[tuple[str, str], str]) -> Explained:
    """Without the number of any record; of other people's nothing is told but that a link was weighed."""

    def named(record: link_explained.Record) -> link_explained.Record:
        return replace(record, record_id=called.get((record.source, record.record_id), OTHERS))

    def link(one: Link) -> Link:
        return replace(one, one=named(one.one), other=named(one.other), beside=())

    return replace(
        linked,
        asked=named(linked.asked),
        records=tuple(map(named, linked.records)),
        links=tuple(map(link, linked.links)),
        apart=tuple(map(link, linked.apart)),
    )
