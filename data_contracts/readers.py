"""Bytes → rows of text: CSV, Parquet, XLSX, however damaged. Nothing here opens a file: the rim hands over a way to open it."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import contextmanager
from typing import BinaryIO, Literal

import pyarrow as pa
import pyarrow.parquet as pq
from python_calamine import CalamineError, CalamineWorkbook

from data_contracts.errors import ContractError

Format = Literal["csv", "parquet", "xlsx"]
Opener = Callable[[], BinaryIO]
Row = tuple[int, Sequence[str | None]]
CHUNK_ROWS = 50_000


def rows_of(
    stream: BinaryIO, form: Format, encoding: str, separator: str, name: str
) -> Generator[Row, None, None]:
    """The rows of one file as text, each with its line; the header is the first. Raises ContractError for whatever cannot be read."""
    if form == "csv":
        return _csv_rows(stream, encoding, separator, name)
    return _parquet_rows(stream, name) if form == "parquet" else _xlsx_rows(stream, name)


def _csv_rows(stream: BinaryIO, encoding: str, separator: str, name: str) -> Generator[Row, None, None]:
    """Empty lines are not rows. A row's line is the one on which it starts, so quoted newlines do not shift the count."""
    with io.TextIOWrapper(stream, encoding=encoding, newline="") as text:
        if separator == "\n":  # the header alone, before the separator is known
            yield from ((1, [line]) for line in text)
            return
        reader = csv.reader(text, delimiter=separator, strict=True)
        start = 1
        try:
            for fields in reader:
                if fields:
                    yield start, fields
                start = reader.line_num + 1
        except csv.Error as error:
            raise ContractError(
                f"the rows cannot be told apart from line {start} on",
                where=name,
                hint="a quotation mark is probably never closed there.",
            ) from error


def _parquet_rows(stream: BinaryIO, name: str) -> Generator[Row, None, None]:
    with _readable("this is not a readable Parquet file", name, "export it again."):
        file = pq.ParquetFile(stream)
        yield 0, list(file.schema_arrow.names)
        line = 0
        for batch in file.iter_batches(CHUNK_ROWS):
            texts = [
                [None if v is None else _text(v) for v in column.to_pylist()] for column in batch.columns
            ]
            for fields in zip(*texts, strict=True):
                line += 1
                yield line, fields


def _xlsx_rows(stream: BinaryIO, name: str) -> Generator[Row, None, None]:
    with _readable("this is not a readable XLSX file", name, "save it again as .xlsx, or export CSV."):
        sheet = CalamineWorkbook.from_filelike(stream).get_sheet_by_index(0)
        for line, fields in enumerate(sheet.iter_rows(), start=1):
            texts = [_text(value) for value in fields]
            if any(texts):
                yield line, texts


_DAMAGE = (
    CalamineError,
    zipfile.BadZipFile,
    pa.ArrowException,
    OSError,
    IndexError,
    ValueError,
    OverflowError,
)
"""What the readers say of a file that is damaged, at its head or in the midst of its rows."""


@contextmanager
def _readable(what: str, name: str, hint: str) -> Iterator[None]:
    try:
        yield
    except _DAMAGE as error:
        raise ContractError(what, where=name, hint=hint) from error


def _text(value: object) -> str:
    """Numbers that are whole lose their ``.0``: spreadsheets store every number as a float."""
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)
