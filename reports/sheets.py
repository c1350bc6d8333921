"""Sheets of a workbook that people read and print: one look for every list."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime, time

import xlsxwriter

Cells = tuple[str | int, ...]
SAFE = {"strings_to_formulas": False, "strings_to_urls": False, "nan_inf_to_errors": False}
"""What a register wrote is never a formula or a link."""


@contextmanager
def workbook(buffer: io.BytesIO, made_on: date) -> Iterator[xlsxwriter.Workbook]:
    """Dated by the day that the list speaks of, so that the same list gives the same bytes."""
    book = xlsxwriter.Workbook(buffer, {"in_memory": True, **SAFE})
    book.set_properties({"created": datetime.combine(made_on, time())})
    yield book
    book.close()


def table(
    book: xlsxwriter.Workbook,
    title: str,
    columns: Sequence[tuple[str, int]],
    rows: Sequence[Cells],
    *,
    footer: tuple[str, str],
    frozen_columns: int = 0,
) -> None:
    """``columns``: heading and width. Text stays text (never a formula), whole numbers are numbers. ``footer``: left and middle; the page number stands right."""
    sheet = book.add_worksheet(title)
    head = book.add_format(
        {"bold": True, "bg_color": "#E8EEF2", "bottom": 1, "text_wrap": True, "valign": "top"}
    )
    body = book.add_format({"text_wrap": True, "valign": "top", "bottom": 4, "bottom_color": "#B8C4CC"})
    for place, (heading, width) in enumerate(columns):
        sheet.set_column(place, place, width)
        sheet.write_string(0, place, heading, head)
    for line, row in enumerate(rows, start=1):
        for place, value in enumerate(row):
            write = sheet.write_number if isinstance(value, int) else sheet.write_string
            write(line, place, value, body)
    sheet.freeze_panes(1, frozen_columns)
    if rows:
        sheet.autofilter(0, 0, len(rows), len(columns) - 1)
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(0)
    sheet.set_footer(f"&L{footer[0]}&C{footer[1]}&R&P / &N")


def texts(book: xlsxwriter.Workbook, title: str, paragraphs: Sequence[str]) -> None:
    """A sheet to read first: a paragraph a row."""
    sheet = book.add_worksheet(title)
    wrap = book.add_format({"text_wrap": True, "valign": "top"})
    sheet.set_column(0, 0, 110)
    for row, text in enumerate(paragraphs):
        sheet.write_string(row, 0, text, wrap)
