"""The visiting list as XLSX: the doors, those to check first, the entries removed, the counts, and what to read first."""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import date

from reports import sheets
from reports.attrition import reason_words
from reports.sheets import Cells
from reports.visiting_list import Door, VisitingList, about, alone_words, chance_words, name_of, origin
from reports.words import Words, day, words


def to_xlsx(visiting: VisitingList) -> bytes:
    """Five sheets: the doors, those to check first, the entries removed, the counts, and what to read first."""
    say = words(visiting.language)
    buffer = io.BytesIO()
    parts = (
        ("Doors", _DOORS, _door_rows(visiting, say)),
        ("To check first", _TO_CHECK, _to_check_rows(visiting, say)),
        ("Entries removed", _GONE, _gone_rows(visiting, say)),
        ("Counts", _COUNTS, _count_rows(visiting, say)),
    )
    with sheets.workbook(buffer, visiting.as_of) as book:
        footer = (visiting.city, day(visiting.as_of, visiting.language))
        for title, columns, rows in parts:
            headings = [(say(name), width) for name, width in columns]
            sheets.table(book, say(title), headings, list(rows), footer=footer)
        sheets.texts(book, say("Read first"), (*about(visiting, say), origin(visiting, say)))
    return buffer.getvalue()


_DOORS = (
    ("Week", 9),
    ("Neighbourhood", 22),
    ("Household", 20),
    ("Dwelling", 34),
    ("Building", 34),
    ("Members", 9),
    ("Age of the eldest", 11),
    ("Lives alone?", 20),
    ("What is not known", 44),
    ("Last visit", 24),
    ("Outcome of the visit", 26),
)
_TO_CHECK = (
    ("Neighbourhood", 22),
    ("Household", 20),
    ("Dwelling", 34),
    ("Building", 34),
    ("Age of the eldest", 11),
    ("Still there?", 18),
    ("Why it is not sure", 36),
    ("Known on", 12),
    ("What the check found", 30),
)
_GONE = (
    ("Neighbourhood", 22),
    ("Dwelling", 34),
    ("Building", 34),
    ("Why removed", 26),
    ("Evidence", 30),
    ("Known on", 12),
)
_COUNTS = (("Why removed", 40), ("Evidence", 40), ("Entries", 12))


def _door_rows(visiting: VisitingList, say: Words) -> Iterator[Cells]:
    for week in visiting.weeks:
        for d in week.doors:
            name = name_of(d.quartier, visiting.names, say)
            place = (d.household_id, d.id_logement or "", d.id_adresse)
            said = (alone_words(d, say), "\n".join(d.not_known), _visited(d, say), "")
            yield (week.number, name, *place, d.members, d.age_band, *said)


def _to_check_rows(visiting: VisitingList, say: Words) -> Iterator[Cells]:
    for d in visiting.to_check:
        place = (d.household_id, d.id_logement or "", d.id_adresse)
        why = (chance_words(d.chance, say), reason_words(d.reason, say), _day(d.known_on))
        yield (name_of(d.quartier, visiting.names, say), *place, d.age_band, *why, "")


def _gone_rows(visiting: VisitingList, say: Words) -> Iterator[Cells]:
    for g in visiting.removed:
        name = name_of(g.quartier, visiting.names, say)
        place = (g.id_logement or "", g.id_adresse or "")
        yield (name, *place, say(g.outcome), reason_words(g.reason, say), _day(g.known_on))


def _visited(door: Door, say: Words) -> str:
    return f"{door.visited_on.isoformat()} · {say(door.visit)}" if door.visited_on else ""


def _day(known_on: date | None) -> str:
    return known_on.isoformat() if known_on else "–"


def _count_rows(visiting: VisitingList, say: Words) -> Iterator[Cells]:
    for count in visiting.counts:
        entries = count.entries if isinstance(count.entries, int) else say(count.entries)
        yield (say(count.outcome), reason_words(count.reason, say), entries)
    yield (say("hidden: below 11, or so that a number below 11 cannot be worked out"), "", "")
