"""How a file is written: found out from its bytes, never told. Any real file comes out as text columns with line numbers.

Nothing here opens a file: the rim hands over a way to open it. Nothing is guessed silently: what was found is reported.
"""

from __future__ import annotations

import csv
import gzip
import io
import zipfile
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import closing
from dataclasses import asdict, dataclass
from typing import BinaryIO, Literal

import pyarrow as pa
import pyarrow.parquet as pq
from python_calamine import CalamineError, CalamineWorkbook

from data_contracts.contract import Column, Contract
from data_contracts.errors import ContractError
from data_contracts.headers import folded

Format = Literal["csv", "parquet", "xlsx"]
Opener = Callable[[], BinaryIO]
SEPARATORS = (";", "\t", ",")
CHUNK_ROWS = 50_000
CHUNK_BYTES = 1 << 20
SUFFIXES: dict[str, Format] = {".csv": "csv", ".csv.gz": "csv", ".parquet": "parquet", ".xlsx": "xlsx"}
UNDEFINED_IN_CP1252 = bytes((0x81, 0x8D, 0x8F, 0x90, 0x9D))


@dataclass(frozen=True, kw_only=True)
class Dialect:
    """What was found; ``absent`` are promised columns that the file lacks and may lack."""

    format: Format
    encoding: str
    separator: str
    headers: tuple[str, ...]
    absent: tuple[str, ...]
    has_trailing_column: bool

    def described(self) -> dict[str, object]:
        """For the report."""
        return {key: value for key, value in asdict(self).items() if key != "headers"}


@dataclass(frozen=True, kw_only=True)
class Batch:
    """Rows as text: ``table`` has ``line`` (physical, from 1) and the contract's columns;
    ``misshapen`` are (line, length in characters) of rows with too many or too few fields."""

    table: pa.Table
    misshapen: tuple[tuple[int, int], ...]


Row = tuple[int, Sequence[str | None]]


def sniff(contract: Contract, name: str, form: Format, opener: Opener) -> Dialect:
    """Finds encoding, separator and header. Raises ContractError for an empty, unreadable or foreign file."""
    encoding = _encoding(opener, name) if form == "csv" else ""
    with (
        opener() as stream,
        closing(_rows(stream, form, encoding, "\n" if form == "csv" else "", name)) as lines,
    ):
        first = next(lines, None)
        if first is None:
            raise ContractError(
                "the file is empty",
                where=name,
                hint="ask the department for it again; nothing of it was stored.",
            )
        separator = _separator(contract, str(first[1][0])) if form == "csv" else ""
    header = _header(first, separator, form)
    trailing = len(header) > 1 and not header[-1].strip()
    names = _canonical(contract, header[:-1] if trailing else header, name)
    return Dialect(
        format=form,
        encoding=encoding,
        separator=separator,
        headers=names,
        absent=_absent(contract, names, name),
        has_trailing_column=trailing,
    )


def batches(contract: Contract, dialect: Dialect, name: str, opener: Opener) -> Iterator[Batch]:
    """The rows below the header, in chunks."""
    with (
        opener() as stream,
        closing(_rows(stream, dialect.format, dialect.encoding, dialect.separator, name)) as rows,
    ):
        next(rows)
        chunk: list[Row] = []
        for row in rows:
            chunk.append(row)
            if len(chunk) == CHUNK_ROWS:
                yield _batch(contract, dialect, chunk)
                chunk = []
        if chunk:
            yield _batch(contract, dialect, chunk)


def _batch(contract: Contract, dialect: Dialect, rows: list[Row]) -> Batch:
    width = len(dialect.headers)
    allowed = (width, width + 1) if dialect.has_trailing_column else (width,)
    good = [r for r in rows if len(r[1]) in allowed and not any(r[1][width:])]
    kept = {id(r) for r in good}
    bad = tuple((line, _length(fields)) for line, fields in (r for r in rows if id(r) not in kept))
    columns: dict[str, pa.Array] = {
        "line": pa.array([line for line, _ in good], pa.int64()),
    }
    values = list(zip(*(fields[:width] for _, fields in good), strict=True)) if good else [()] * width
    by_name = dict(zip(dialect.headers, values, strict=True))
    for column in contract.columns:
        columns[column.name] = pa.array(by_name.get(column.name, [None] * len(good)), pa.string())
    return Batch(table=pa.table(columns), misshapen=bad)


def _length(fields: Sequence[str | None]) -> int:
    return sum(len(f or "") for f in fields) + max(len(fields) - 1, 0)


def _rows(
    stream: BinaryIO, form: Format, encoding: str, separator: str, name: str
) -> Generator[Row, None, None]:
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
    try:
        file = pq.ParquetFile(stream)
    except (pa.ArrowInvalid, OSError) as error:
        raise ContractError(
            "this is not a readable Parquet file", where=name, hint="export it again."
        ) from error
    yield 0, list(file.schema_arrow.names)
    line = 0
    for batch in file.iter_batches(CHUNK_ROWS):
        texts = [[None if v is None else _text(v) for v in column.to_pylist()] for column in batch.columns]
        for fields in zip(*texts, strict=True):
            line += 1
            yield line, fields


def _xlsx_rows(stream: BinaryIO, name: str) -> Generator[Row, None, None]:
    try:
        sheet = CalamineWorkbook.from_filelike(stream).get_sheet_by_index(0)
    except (CalamineError, zipfile.BadZipFile, OSError, IndexError) as error:
        raise ContractError(
            "this is not a readable XLSX file", where=name, hint="save it again as .xlsx, or export CSV."
        ) from error
    for line, fields in enumerate(sheet.iter_rows(), start=1):
        texts = [_text(value) for value in fields]
        if any(texts):
            yield line, texts


def _text(value: object) -> str:
    """Numbers that are whole lose their ``.0``: spreadsheets store every number as a float."""
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def _encoding(opener: Opener, name: str) -> str:
    """UTF-8 when every byte of the file says so, else cp1252, else latin-1; NUL bytes are no text at all."""
    import codecs

    decoder = codecs.getincrementaldecoder("utf-8")()
    is_utf8, is_cp1252, start = True, True, b""
    with opener() as stream:
        for block in _blocks(stream, name):
            start = start or block[:3]
            if b"\x00" in block:
                raise ContractError(
                    "the file holds bytes that are no text", where=name, hint="export it as CSV in UTF-8."
                )
            is_cp1252 = is_cp1252 and not any(byte in block for byte in UNDEFINED_IN_CP1252)
            is_utf8 = is_utf8 and _decodes(decoder, block)
    if is_utf8:
        return "utf-8-sig" if start == codecs.BOM_UTF8 else "utf-8"
    return "cp1252" if is_cp1252 else "latin-1"


def _blocks(stream: BinaryIO, name: str) -> Iterator[bytes]:
    try:
        while block := stream.read(CHUNK_BYTES):
            yield block
    except (EOFError, gzip.BadGzipFile, OSError) as error:
        raise ContractError(
            "the compressed file is cut off or damaged", where=name, hint="transfer it again."
        ) from error


def _decodes(decoder: object, block: bytes) -> bool:
    try:
        decoder.decode(block)  # type: ignore[attr-defined]  # codecs' incremental decoders share no public type
    except UnicodeDecodeError:
        return False
    return True


def _separator(contract: Contract, header_line: str) -> str:
    known = _known_headers(contract)

    def hits(separator: str) -> int:
        return sum(folded(h) in known for h in next(csv.reader([header_line], delimiter=separator), []))

    return max(SEPARATORS, key=hits)


def _header(first: Row, separator: str, form: Format) -> list[str]:
    if form == "csv":
        return next(csv.reader([str(first[1][0]).rstrip("\r\n")], delimiter=separator), [])
    return [h or "" for h in first[1]]


def _known_headers(contract: Contract) -> dict[str, Column]:
    return {folded(h): c for c in contract.columns for h in (c.header, *c.aliases)}


def _canonical(contract: Contract, header: Sequence[str], name: str) -> tuple[str, ...]:
    known = _known_headers(contract)
    unknown = [h for h in header if folded(h) not in known]
    _refuse_forbidden(contract, unknown, name)
    if unknown:
        raise ContractError(
            f"{len(unknown)} column(s) that the contract does not know: {', '.join(_shown(h) for h in unknown[:5])}",
            where=name,
            hint=f"the contract of {contract.source} lists: {', '.join(c.header for c in contract.columns)}.",
        )
    names = tuple(known[folded(h)].name for h in header)
    doubled = sorted({n for n in names if names.count(n) > 1})
    if doubled:
        raise ContractError(
            f"the same column twice: {', '.join(doubled)}", where=name, hint="keep one of them."
        )
    return names


def _refuse_forbidden(contract: Contract, unknown: Sequence[str], name: str) -> None:
    for header in unknown:
        kind = contract.forbidden(header)
        if kind:
            raise ContractError(
                f"the column {_shown(header)} would hand over {kind}, which no extract may hold",
                where=name,
                hint="nothing was stored; have the department leave it out (`lanterne pseudonymise` does), and delete this file.",
            )


def _shown(header: str) -> str:
    """A file without a header line would put a person's data here: only what looks like a name is repeated."""
    word = folded(header)
    looks_like_a_name = word and not any(c.isdigit() for c in word) and len(word) <= 40
    return word if looks_like_a_name else "(not a column name; is the header line missing?)"


def _absent(contract: Contract, names: Sequence[str], name: str) -> tuple[str, ...]:
    missing = [c for c in contract.columns if c.name not in names]
    needed = [c.header for c in missing if not c.may_be_absent]
    if needed:
        raise ContractError(
            f"{len(needed)} promised column(s) missing: {', '.join(needed[:8])}",
            where=name,
            hint=f"the contract of {contract.source} promises them; ask the department for the full extract.",
        )
    return tuple(c.name for c in missing)
