"""Frame → bytes, in the dialect that each department's software really writes. What a reader must cope with is declared here.

The same frame always gives the same bytes: no clock is asked, archives carry fixed times.
"""

from __future__ import annotations

import gzip
import io
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Literal

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
import pyarrow.parquet as pq
import xlsxwriter

from data_contracts.contract import Column, load
from synthetic_city.place import AGEN, Place

Format = Literal["csv", "csv.gz", "parquet", "xlsx"]
EPOCH = datetime(2000, 1, 1, tzinfo=UTC)
EXCEL_DAY_ZERO = np.datetime64("1899-12-30", "D")
NARROW_SPACE = "\u202f"


@dataclass(frozen=True, kw_only=True)
class Dialect:
    """``dates``: a strftime pattern, or ``serial`` for spreadsheet numbers. ``nulls``: what stands for nothing, by kind of column.

    ``headers``: canonical header → what the file says. ``has_trailing_column``: a separator ends each line.
    ``loses_zeros``: codes that were opened in a spreadsheet once. ``thousands``: what groups digits of whole numbers from 1000 on.
    """

    format: Format = "csv"
    separator: str = ";"
    encoding: str = "utf-8"
    newline: str = "\n"
    dates: str = "%d/%m/%Y"
    yes: str = "O"
    no: str = "N"
    null: str = ""
    text_null: str = ""
    decimal: str = "."
    thousands: str = ""
    is_lower: bool = False
    headers: tuple[tuple[str, str], ...] = ()
    has_trailing_column: bool = False
    loses_zeros: tuple[str, ...] = ()


DIALECTS = {
    "liste_electorale": Dialect(encoding="cp1252", newline="\r\n"),
    "etat_civil": Dialect(encoding="utf-8-sig", has_trailing_column=True, yes="OUI", no="NON", loses_zeros=("COMMUNE_DOMICILE",)),
    "parc_social": Dialect(separator="\t", yes="OUI", no="NON", null="NULL", decimal=",", thousands="\u00a0"),
    "usages_services": Dialect(format="csv.gz", separator=",", dates="%Y-%m-%d", yes="1", no="0", loses_zeros=("QUARTIER",)),
    "registre_vulnerables": Dialect(format="parquet"),
    "signalements": Dialect(
        dates="%d/%m/%y", is_lower=True, null="-", headers=(("ANNEE_NAISSANCE", "Année de naissance"), ("DATE_SIGNALEMENT", "Date signalement"))
    ),
    "visites": Dialect(encoding="cp1252", newline="\r\n", yes="X", no="", null="NC", text_null="Néant"),
    "etablissements": Dialect(format="xlsx"),
    "deces_publics": Dialect(separator=",", dates="%Y-%m-%d"),
    "oppositions": Dialect(format="xlsx", dates="serial"),
    "quartiers": Dialect(format="xlsx", yes="OUI", no="NON", thousands=NARROW_SPACE, headers=(("NOM", "Libellé"),), loses_zeros=("QUARTIER",)),
}  # fmt: skip
"""One row a source, fixed."""


def name_of(source: str) -> str:
    """The file's name in a delivery."""
    return f"{source}.{DIALECTS[source].format}"


def render(source: str, frame: pd.DataFrame, place: Place = AGEN) -> bytes:
    """The file of one source. ``frame`` has all columns of the contract, by their headers (KeyError otherwise); empty text, NaN and NaT = nothing.

    Columns come in the contract's order, whatever the frame's, under the headers and in the words of the place.
    """
    dialect, columns = DIALECTS[source], load(source).columns
    headers = headers_of(columns, replace(dialect, headers=(*dialect.headers, *place.headers.items())))
    if dialect.format == "parquet":
        typed = [_typed(frame[column.header], column) for column in columns]
        return _parquet(headers, _told(typed, columns, place))
    texts = _told([written(frame[column.header], column, dialect) for column in columns], columns, place)
    if dialect.format == "xlsx":
        return _xlsx(source, headers, texts, columns, dialect)
    content = csv_bytes(headers, texts, dialect)
    return gzip.compress(content, compresslevel=5, mtime=0) if dialect.format == "csv.gz" else content


def _told(texts: list[pa.Array], columns: tuple[Column, ...], place: Place) -> list[pa.Array]:
    """In the place's words; what it has no word for stays."""
    words = [place.words.get(column.header, {}) for column in columns]
    return [_reworded(cells, told) if told else cells for cells, told in zip(texts, words, strict=True)]


def _reworded(cells: pa.Array, told: Mapping[str, str]) -> pa.Array:
    encoded = cells.dictionary_encode()
    spelt = [told.get(word, word) for word in encoded.dictionary.to_pylist()]
    return pa.array(spelt, pa.string()).take(encoded.indices)


def written(values: pd.Series, column: Column, dialect: Dialect) -> pa.Array:
    """One column as the texts that the file holds."""
    match column.kind:
        case "date":
            texts = _dates(values, dialect)
        case "boolean":
            texts = _booleans(values, dialect)
        case "integer" | "year":
            texts = _numbers(values, "" if column.kind == "year" else dialect.thousands)
        case "number":
            texts = pc.replace_substring(_decimals(values), ".", dialect.decimal)
        case "string":
            texts = _texts(values, column, dialect)
    null = dialect.text_null if column.kind == "string" and not column.is_key else dialect.null
    keeps_empty = column.kind == "string" and not dialect.text_null
    return pc.fill_null(texts, "" if keeps_empty or column.kind == "boolean" else null)


def _texts(values: pd.Series, column: Column, dialect: Dialect) -> pa.Array:
    texts = pa.array(values.to_numpy(dtype=object), pa.string())
    if column.header in dialect.loses_zeros:
        texts = pc.utf8_ltrim(texts, characters="0")
    return pc.if_else(pc.equal(texts, ""), None, texts)


def _dates(values: pd.Series, dialect: Dialect) -> pa.Array:
    """Worked once per distinct day."""
    days = values.to_numpy().astype("datetime64[D]")
    distinct, codes = np.unique(days, return_inverse=True)
    if dialect.dates == "serial":
        spelt = [
            str(int((day - EXCEL_DAY_ZERO).astype(int))) if not np.isnat(day) else None for day in distinct
        ]
    else:
        spelt = [day.item().strftime(dialect.dates) if not np.isnat(day) else None for day in distinct]
    return pa.array(spelt, pa.string()).take(pa.array(codes))


def _booleans(values: pd.Series, dialect: Dialect) -> pa.Array:
    flags = values.to_numpy(dtype=float)
    words = np.select([flags == 1, flags == 0], [dialect.yes, dialect.no], "")
    return pa.array(words.astype(object), pa.string())


def _numbers(values: pd.Series, thousands: str) -> pa.Array:
    whole = pc.cast(pa.array(values.to_numpy(dtype=float), from_pandas=True), pa.int64())
    texts = pc.cast(whole, pa.string())
    return pc.replace_substring_regex(texts, r"^(\d+)(\d{3})$", rf"\1{thousands}\2") if thousands else texts


def _decimals(values: pd.Series) -> pa.Array:
    return pc.cast(pa.array(values.to_numpy(dtype=float), from_pandas=True), pa.string())


def headers_of(columns: tuple[Column, ...], dialect: Dialect) -> list[str]:
    """As the file says them; a trailing separator makes one more, empty."""
    other = dict(dialect.headers)
    names = [
        other.get(column.header, column.header.lower() if dialect.is_lower else column.header)
        for column in columns
    ]
    return [*names, ""] if dialect.has_trailing_column else names


def csv_bytes(headers: list[str], texts: list[pa.Array], dialect: Dialect) -> bytes:
    """A whole file; no text may hold the separator."""
    if dialect.has_trailing_column:
        texts = [*texts, pa.array([""] * len(texts[0]), pa.string())]
    body = io.BytesIO()
    table = pa.table(dict(zip([str(number) for number in range(len(texts))], texts, strict=True)))
    options = pa.csv.WriteOptions(include_header=False, delimiter=dialect.separator, quoting_style="none")
    pa.csv.write_csv(table, body, options)
    content = dialect.separator.join(headers).encode() + b"\n" + body.getvalue()
    if dialect.newline != "\n":
        content = content.replace(b"\n", dialect.newline.encode())
    return content if dialect.encoding == "utf-8" else content.decode().encode(dialect.encoding)


def _parquet(headers: list[str], typed: list[pa.Array]) -> bytes:
    """Typed, as a business-intelligence tool exports."""
    body = io.BytesIO()
    pq.write_table(pa.table(dict(zip(headers, typed, strict=True))), body, compression="snappy")
    return body.getvalue()


def _typed(values: pd.Series, column: Column) -> pa.Array:
    match column.kind:
        case "date":
            return pa.array(values.to_numpy().astype("datetime64[D]"), pa.date32())
        case "integer" | "year":
            return pc.cast(pa.array(values.to_numpy(dtype=float), from_pandas=True), pa.int64())
        case "number":
            return pa.array(values.to_numpy(dtype=float), from_pandas=True)
        case "boolean":
            return pa.array(values.to_numpy(dtype=bool))
        case "string":
            texts = pa.array(values.to_numpy(dtype=object), pa.string())
            return pc.if_else(pc.equal(texts, ""), None, texts)


def _xlsx(
    source: str, headers: list[str], texts: list[pa.Array], columns: tuple[Column, ...], dialect: Dialect
) -> bytes:
    """Numbers, and dates as serials, are numbers in their cells; everything else is text."""
    body = io.BytesIO()
    book = xlsxwriter.Workbook(body, {"in_memory": True})
    book.set_properties({"created": EPOCH})
    sheet = book.add_worksheet(source[:31])
    sheet.write_row(0, 0, headers)
    for place, (cells, column) in enumerate(zip(texts, columns, strict=True)):
        is_number = _is_number(column, dialect)
        values: list[str | float] = [
            float(cell) if is_number and cell else cell for cell in cells.to_pylist()
        ]
        sheet.write_column(1, place, values)
    book.close()
    return body.getvalue()


def _is_number(column: Column, dialect: Dialect) -> bool:
    if column.kind == "date":
        return dialect.dates == "serial"
    if column.kind == "integer" and dialect.thousands:
        return False
    return column.kind in ("integer", "year", "number") or column.header in dialect.loses_zeros
