"""The visiting list as XLSX: the doors, the entries removed, the counts, and what to read first."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from datetime import datetime, time

import xlsxwriter

from reports.attrition import reason_words
from reports.visiting_list import VisitingList, about, alone_words, name_of, origin
from reports.words import Words, day, words


def to_xlsx(visiting: VisitingList) -> bytes:
    """Four sheets: the doors, the entries removed, the counts, and what to read first."""
    say = words(visiting.language)
    buffer = io.BytesIO()
    safe = {"strings_to_formulas": False, "strings_to_urls": False, "nan_inf_to_errors": False}
    book = xlsxwriter.Workbook(buffer, {"in_memory": True, **safe})
    book.set_properties({"created": datetime.combine(visiting.as_of, time())})
    _sheet(book, visiting, say("Doors"), _DOORS, list(_door_rows(visiting, say)))
    _sheet(book, visiting, say("Entries removed"), _GONE, list(_gone_rows(visiting, say)))
    _sheet(book, visiting, say("Counts"), _COUNTS, list(_count_rows(visiting, say)))
    _about_sheet(book, visiting, say)
    book.close()
    return buffer.getvalue()


Cells = tuple[str | int, ...]
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
    ("Outcome of the visit", 26),
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
            said = (alone_words(d, say), "\n".join(d.not_known), "")
            yield (week.number, name, *place, d.members, d.age_band, *said)


def _gone_rows(visiting: VisitingList, say: Words) -> Iterator[Cells]:
    for g in visiting.removed:
        known_on = g.known_on.isoformat() if g.known_on else "–"
        name = name_of(g.quartier, visiting.names, say)
        place = (g.id_logement or "", g.id_adresse or "")
        yield (name, *place, say(g.outcome), reason_words(g.reason, say), known_on)


def _count_rows(visiting: VisitingList, say: Words) -> Iterator[Cells]:
    for count in visiting.counts:
        entries = count.entries if isinstance(count.entries, int) else say(count.entries)
        yield (say(count.outcome), reason_words(count.reason, say), entries)
    yield (say("hidden: below 11, or so that a number below 11 cannot be worked out"), "", "")


def _sheet(
    book: xlsxwriter.Workbook,
    visiting: VisitingList,
    title: str,
    columns: Sequence[tuple[str, int]],
    rows: Sequence[Cells],
) -> None:
    say = words(visiting.language)
    sheet = book.add_worksheet(title)
    head = book.add_format(
        {"bold": True, "bg_color": "#E8EEF2", "bottom": 1, "text_wrap": True, "valign": "top"}
    )
    body = book.add_format({"text_wrap": True, "valign": "top", "bottom": 4, "bottom_color": "#B8C4CC"})
    for place, (name, width) in enumerate(columns):
        sheet.set_column(place, place, width)
        sheet.write_string(0, place, say(name), head)
    for line, row in enumerate(rows, start=1):
        for place, value in enumerate(row):
            write = sheet.write_number if isinstance(value, int) else sheet.write_string
            write(line, place, value, body)
    sheet.freeze_panes(1, 0)
    if rows:
        sheet.autofilter(0, 0, len(rows), len(columns) - 1)
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(0)
    sheet.set_footer(f"&L{visiting.city}&C{day(visiting.as_of, visiting.language)}&R&P / &N")


def _about_sheet(book: xlsxwriter.Workbook, visiting: VisitingList, say: Words) -> None:
    sheet = book.add_worksheet(say("Read first"))
    wrap = book.add_format({"text_wrap": True, "valign": "top"})
    sheet.set_column(0, 0, 110)
    for row, text in enumerate((*about(visiting, say), origin(visiting, say))):
        sheet.write_string(row, 0, text, wrap)
