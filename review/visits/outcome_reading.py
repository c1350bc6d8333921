"""A filled spreadsheet → rows of text by column; what is no such spreadsheet is refused before anything of it is looked at."""

from __future__ import annotations

import io
import re
import struct
import zipfile
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from xml.etree.ElementTree import ParseError, iterparse

from python_calamine import CalamineError, CalamineWorkbook

from review.refusals import Incomplete
from review.visits.outcome_sheet import COLUMNS, MOST_ROWS, known_headings, plain

LARGEST_FILE = 2 * 1024**2
LARGEST_UNPACKED = 20 * 1024**2
"""Bytes, as sent and unpacked."""
LAST_LINE, LAST_COLUMN = 10_000, "CZ"
"""Below and right of them nothing may stand, whatever was meant by it."""


@dataclass(frozen=True, kw_only=True)
class Line:
    """One row as texts. ``number``: its line in the spreadsheet."""

    number: int
    cells: Mapping[str, str]


@dataclass(frozen=True, kw_only=True)
class Sheet:
    """``unknown``: headings that are none of the template's; ``missing``: columns of it that are not there. With either nothing is taken."""

    lines: tuple[Line, ...]
    unknown: tuple[str, ...]
    missing: tuple[str, ...]


def read(file: bytes) -> Sheet:
    """The first sheet. Raises Incomplete for what is no spreadsheet, or too large a one."""
    rows = _rows(file)
    if not rows:
        raise Incomplete("The file is empty", "Its first sheet has no row.", "Choose the filled template.")
    heads = _heads(rows[0])
    unknown = tuple(
        _text(cell) for cell, name in zip(rows[0], heads, strict=True) if not name and _text(cell)
    )
    lines = tuple(
        Line(number=number, cells={name: _text(cell) for name, cell in zip(heads, row, strict=True) if name})
        for number, row in enumerate(rows[1:], start=2)
        if any(_text(cell) for cell in row)
    )
    if len(lines) > MOST_ROWS:
        raise too_large()
    return Sheet(lines=lines, unknown=unknown, missing=tuple(name for name in COLUMNS if name not in heads))


def _heads(cells: Sequence[object]) -> list[str]:
    """Column of each heading; empty for one that is not known, or that stands there again."""
    names = known_headings()
    heads = [names.get(plain(_text(cell)), "") for cell in cells]
    return [name if name not in heads[:place] else "" for place, name in enumerate(heads)]


def too_large() -> Incomplete:
    """A file of another size than a filled template has."""
    return Incomplete("The file is too large", "A file has 2,000 rows and 2 MB at most.", "Fill it in parts.")


def _rows(file: bytes) -> list[list[object]]:
    if len(file) > LARGEST_FILE:
        raise too_large()
    try:
        with zipfile.ZipFile(io.BytesIO(file)) as packed:
            if sum(part.file_size for part in packed.infolist()) > LARGEST_UNPACKED:
                raise too_large()
            for name in packed.namelist():
                _check_extent(name, packed.read(name))
        sheet = CalamineWorkbook.from_filelike(io.BytesIO(file)).get_sheet_by_index(0)
        return [list(row) for row in sheet.to_python(skip_empty_area=False)]
    except _DAMAGE as error:
        raise _no_spreadsheet() from error


_DAMAGE = (
    CalamineError,
    ParseError,
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    EOFError,
    LookupError,
    OSError,
    OverflowError,
    RuntimeError,
    ValueError,
)
"""What the readers say of a file that is damaged, encrypted, or packed in a way that they do not know."""


def _no_spreadsheet() -> Incomplete:
    return Incomplete(
        "This is no spreadsheet",
        "The file cannot be read as XLSX.",
        "Save the filled template as .xlsx and send it again.",
    )


def _check_extent(name: str, part: bytes) -> None:
    """The reader lays out every cell between the first and the last: one cell in the far corner would take more memory than there is, and the process with it."""
    if not name.lower().endswith((".xml", ".rels")):
        if b"sheetData" in part:
            raise _no_spreadsheet()
        return
    for _, element in iterparse(io.BytesIO(part)):
        kind = element.tag.rpartition("}")[2]
        if kind == "c" and len(element):  # without content it takes no place
            column, line = _place(element.get("r", "A1"))
            _check_within(column, line)
        if kind == "row":
            if any(len(cell) for cell in element):
                _check_within("A", element.get("r", "1"))
            element.clear()


def _place(reference: str) -> tuple[str, str]:
    found = _PLACE.fullmatch(reference)
    if found is None:
        raise too_large()
    return found[1], found[2]


_PLACE = re.compile(r"([A-Z]+)([0-9]{1,7})")


def _check_within(column: str, line: str) -> None:
    is_right_of = (len(column), column) > (len(LAST_COLUMN), LAST_COLUMN)
    if is_right_of or not line.isdigit() or int(line) > LAST_LINE:
        raise too_large()


def _text(cell: object) -> str:
    if isinstance(cell, bool):
        return "O" if cell else "N"
    if isinstance(cell, datetime):
        return cell.date().isoformat()
    if isinstance(cell, date):
        return cell.isoformat()
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell).strip()
