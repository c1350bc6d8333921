"""The spreadsheet that is filled in away from the desk: a row a person of each household to be visited, and a sheet that explains the codes."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import xlsxwriter

from features.factor import Language
from reports import sheets
from reports.risk_list import harmless
from review.choices import VISITORS
from review.rendering import say
from review.sealing import Seal
from review.tables.base import opaque
from review.tables.cases import Case
from review.visits.outcome_values import GROUPS, INSTRUMENTS
from review.visits.outcome_words import FOLLOW_UPS, NEEDS, NETWORKS, NONE_BECAUSE, OUTCOMES, RANGES
from review.visits.retries import TIMES
from review.words import LANGUAGES

MOST_ROWS = 2000
TITLES = {
    "household": "Household",
    "quartier": "Neighbourhood",
    "person": "Person",
    "visited_on": "Day of the visit",
    "time_of_day": "Time of day",
    "visitor_role": "Who came",
    "outcome": "How it ended",
}
LAST_TITLES = {
    "none_because": "If nothing is needed, why",
    "follow_up": "Agreed next step",
    "objected": "Objection",
    "token": "Do not change",
}
"""Column → msgid of its heading, before and after the answers."""
FLAG = {"O": "yes", "N": "no"}
CODES: Mapping[str, Mapping[str, str]] = {
    "time_of_day": {str(code): text for code, text in TIMES.items()},
    "visitor_role": VISITORS,
    "outcome": OUTCOMES,
    **dict.fromkeys(NEEDS, FLAG),
    "none_because": NONE_BECAUSE,
    "follow_up": FOLLOW_UPS,
    "objected": FLAG,
}
"""Column → code → msgid."""
BOUNDS = {name: (one.low, one.high) for group, one in INSTRUMENTS.items() for name in GROUPS[group]}
COLUMNS = (*TITLES, *(name for group in GROUPS.values() for name in group), *LAST_TITLES)
GIVEN = ("household", "quartier", "person", "token")
"""What the template has filled in."""
WIDTHS = {"household": 20, "quartier": 22, "visited_on": 13, "token": 12}
_TOKEN = re.compile(r"([0-9a-f]{16})-([0-9a-f]{16})-([0-9a-f]{16})")


@dataclass(frozen=True, kw_only=True)
class Prepared:
    """One row to be filled in. ``person`` None: somebody who is not known."""

    household_id: str
    place: str
    person: int | None
    token: str


def prepared(cases: Sequence[Case], seal: Seal) -> list[Prepared]:
    """A row a person; of households of which nobody is known one."""
    rows = [
        Prepared(
            household_id=case.household_id, place=_place(case), person=number, token=drawn(case.id, seal)
        )
        for case in cases
        for number in _people(case)
    ]
    return rows[:MOST_ROWS]


def _people(case: Case) -> list[int | None]:
    return [member.number for member in case.members] or [None]


def _place(case: Case) -> str:
    return f"{case.quartier} {case.quartier_name}".strip()


def drawn(case_id: str, seal: Seal) -> str:
    """What a row carries: the case, a mark of its own, and a signature, so that a row counts once and none can be made up."""
    mark = f"{case_id}-{opaque()}"
    return f"{mark}-{_signature(mark, seal)}"


def case_of_token(token: str, seal: Seal) -> str | None:
    """The case's id; None for what the desk did not draw."""
    parts = _TOKEN.fullmatch(token)
    if parts is None or _signature(f"{parts[1]}-{parts[2]}", seal) != parts[3]:
        return None
    return parts[1]


def _signature(mark: str, seal: Seal) -> str:
    return seal.sign("visit row", mark.encode())[:16]


def heading(name: str, language: Language) -> str:
    """Of one column."""
    kind = next((group for group, names in GROUPS.items() if name in names), "")
    if kind in ("lsns6", "ucla3"):
        text = "LSNS-6, question %(n)s" if kind == "lsns6" else "UCLA-3, question %(n)s"
        return say(language, text) % {"n": GROUPS[kind].index(name) + 1}
    if kind:
        text = {**NETWORKS, **NEEDS}[name]
        first = say(language, "Network") if kind == "networks" else say(language, "Need")
        return f"{first} – {say(language, text)}"
    return say(language, {**TITLES, **LAST_TITLES}[name])


def known_headings() -> dict[str, str]:
    """Heading in any language, as ``plain`` writes it → column."""
    return {plain(heading(name, language)): name for language in LANGUAGES for name in COLUMNS}


def plain(text: str) -> str:
    """Without what a spreadsheet or a hand may change: case and blanks."""
    return " ".join(text.casefold().split())


def template(rows: Sequence[Prepared], language: Language, today: date) -> bytes:
    """Two sheets. What may be chosen can be chosen from a list; what is out of range is refused while it is typed."""
    buffer = io.BytesIO()
    with sheets.workbook(buffer, today) as book:
        sheet = book.add_worksheet(say(language, "Visits"))
        _head(book, sheet, language)
        _fill(book, sheet, rows)
        for place, name in enumerate(COLUMNS):
            rule = _rule(name, language, today)
            if rows and rule:
                sheet.data_validation(1, place, len(rows), place, rule)
        headings = [(say(language, text), CODES_WIDTHS[name]) for name, text in CODES_TITLES.items()]
        sheets.table(book, say(language, "Codes"), headings, list(_explained(language)), footer=("", ""))
    return buffer.getvalue()


CODES_TITLES = {"column": "Column", "code": "Code", "meaning": "What it means"}
CODES_WIDTHS = {"column": 34, "code": 24, "meaning": 60}


def _head(book: xlsxwriter.Workbook, sheet: xlsxwriter.worksheet.Worksheet, language: Language) -> None:
    look = book.add_format(
        {"bold": True, "bg_color": "#E8EEF2", "bottom": 1, "text_wrap": True, "valign": "top"}
    )
    for place, name in enumerate(COLUMNS):
        sheet.set_column(place, place, WIDTHS.get(name, 11))
        sheet.write_string(0, place, heading(name, language), look)
    sheet.freeze_panes(1, 3)


def _fill(book: xlsxwriter.Workbook, sheet: xlsxwriter.worksheet.Worksheet, rows: Sequence[Prepared]) -> None:
    quiet = book.add_format({"font_color": "#5A6670"})
    day = book.add_format({"num_format": "dd/mm/yyyy"})
    sheet.set_column(COLUMNS.index("visited_on"), COLUMNS.index("visited_on"), 13, day)
    for line, row in enumerate(rows, start=1):
        sheet.write_string(line, 0, harmless(row.household_id), quiet)
        sheet.write_string(line, 1, harmless(row.place), quiet)
        if row.person is not None:
            sheet.write_number(line, 2, row.person)
        sheet.write_string(line, len(COLUMNS) - 1, row.token, quiet)


def _rule(name: str, language: Language, today: date) -> dict[str, object] | None:
    wrong = {
        "error_title": say(language, "This is not possible"),
        "error_message": say(language, "The sheet with the codes says what may stand here."),
    }
    if name in CODES:
        return {"validate": "list", "source": list(CODES[name]), **wrong}
    if name in BOUNDS:
        low, high = BOUNDS[name]
        return {"validate": "integer", "criteria": "between", "minimum": low, "maximum": high, **wrong}
    if name == "visited_on":
        first = date(today.year - 1, today.month, 1)
        return {
            "validate": "date",
            "criteria": "between",
            "minimum": first,
            "maximum": date(today.year + 1, 12, 31),
            **wrong,
        }
    return None


def _explained(language: Language) -> Iterator[sheets.Cells]:
    person = say(language, "The number of the person who was met or looked for; empty: somebody else.")
    yield (heading("person", language), "1, 2, …", person)
    for group, names in GROUPS.items():
        if group in INSTRUMENTS:
            one = INSTRUMENTS[group]
            first, last = heading(names[0], language), heading(names[-1], language)
            yield (f"{first} … {last}", f"{one.low} – {one.high}", say(language, RANGES[group]))
    for name, codes in CODES.items():
        for code, text in codes.items():
            yield (heading(name, language), code, say(language, text))
