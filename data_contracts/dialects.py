"""How a file is written: found out from its bytes, never told. Any real file comes out as text columns with line numbers.

Nothing here opens a file: the rim hands over a way to open it. Nothing is guessed silently: what was found is reported.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import asdict, dataclass
from itertools import islice

import pyarrow as pa
import pyarrow.compute as pc

from data_contracts import plain_csv
from data_contracts.contract import Column, Contract
from data_contracts.encodings import Writing, writing_of
from data_contracts.errors import ContractError, IntegrityError
from data_contracts.headers import folded
from data_contracts.readers import CHUNK_ROWS, Format, Opener, Row, rows_of

SEPARATORS = (";", "\t", ",")
SUFFIXES: dict[str, Format] = {".csv": "csv", ".csv.gz": "csv", ".parquet": "parquet", ".xlsx": "xlsx"}


@dataclass(frozen=True, kw_only=True)
class Dialect:
    """What was found; ``absent`` are promised columns that the file lacks and may lack.

    ``words``: canonical column → the city's words under the header that the file gives it, each with the contract's; see ``city_words``.
    """

    format: Format
    encoding: str
    separator: str
    headers: tuple[str, ...]
    absent: tuple[str, ...]
    has_trailing_column: bool
    is_plain: bool
    """Whether every line of the text is one row; see ``encodings``."""
    lines: int
    """Of a text: counted over its bytes, header and all."""
    words: Mapping[str, tuple[tuple[str, str], ...]]

    def described(self) -> dict[str, object]:
        """For the report."""
        told = asdict(self)
        return {key: told[key] for key in told if key not in ("headers", "is_plain", "lines", "words")}


@dataclass(frozen=True, kw_only=True)
class Batch:
    """Rows as text: ``table`` has ``line`` (physical, from 1) and the contract's columns;
    ``misshapen`` are (line, length in characters) of rows with too many or too few fields."""

    table: pa.Table
    misshapen: tuple[tuple[int, int], ...]


def sniff(contract: Contract, name: str, form: Format, opener: Opener) -> Dialect:
    """Finds encoding, separator and header. Raises ContractError for an empty, unreadable or foreign file."""
    writing = writing_of(opener, name) if form == "csv" else Writing(encoding="", is_plain=False, lines=0)
    with (
        opener() as stream,
        closing(rows_of(stream, form, writing.encoding, "\n" if form == "csv" else "", name)) as lines,
    ):
        first = next(lines, None)
        if first is None:
            raise ContractError(
                "the file is empty",
                where=name,
                hint="ask the department for it again; nothing of it was stored.",
            )
        separator = _separator(contract, str(first[1][0]), name) if form == "csv" else ""
    header = _header(first, separator, form, name)
    trailing = len(header) > 1 and not header[-1].strip()
    written = header[:-1] if trailing else header
    names = _canonical(contract, written, name)
    return Dialect(
        format=form,
        encoding=writing.encoding,
        separator=separator,
        headers=names,
        absent=_absent(contract, names, name),
        has_trailing_column=trailing,
        is_plain=writing.is_plain and len(names) > 1,
        lines=writing.lines,
        words=_words(contract, written),
    )


def batches(contract: Contract, dialect: Dialect, name: str, opener: Opener) -> Iterator[Batch]:
    """The rows below the header, in chunks. Raises ContractError, and IntegrityError when fewer or more came out than the text has lines."""
    if dialect.is_plain:
        return _plain_batches(contract, dialect, name, opener)
    return _careful_batches(contract, dialect, name, opener)


def _careful_batches(contract: Contract, dialect: Dialect, name: str, opener: Opener) -> Iterator[Batch]:
    with (
        opener() as stream,
        closing(rows_of(stream, dialect.format, dialect.encoding, dialect.separator, name)) as rows,
    ):
        next(rows)
        while chunk := list(islice(rows, CHUNK_ROWS)):
            yield _batch(contract, dialect, chunk)


def _plain_batches(contract: Contract, dialect: Dialect, name: str, opener: Opener) -> Iterator[Batch]:
    """Column by column, several times as fast; rows that end elsewhere than the header are looked at as carefully as ever."""
    width, rows = len(dialect.headers), 0
    with opener() as stream:
        for part in plain_csv.parts(
            stream, dialect.encoding, dialect.separator, width + dialect.has_trailing_column, name
        ):
            odd, table = part.odd, part.table
            rows += len(odd) + table.num_rows
            if dialect.has_trailing_column:
                is_more = pc.not_equal(table.column(width), "")
                odd += plain_csv.as_rows(table.filter(is_more))
                table = table.filter(pc.invert(is_more))
            if odd:
                yield _batch(contract, dialect, odd)
            yield _of_columns(contract, dialect, table)
    if rows != dialect.lines - 1:
        raise IntegrityError(
            f"of {dialect.lines - 1} lines below the header {rows} came out of the reader",
            where=name,
            hint="nothing of it was kept. Is the file still being written? Try again, and report it if this comes back.",
        )


def _of_columns(contract: Contract, dialect: Dialect, table: pa.Table) -> Batch:
    given = {name: table[str(at)] for at, name in enumerate(dialect.headers)}
    nothing = pa.nulls(table.num_rows, pa.string())
    columns = {c.name: given.get(c.name, nothing) for c in contract.columns}
    return Batch(table=pa.table({"line": table["line"], **columns}), misshapen=())


def _batch(contract: Contract, dialect: Dialect, rows: Sequence[Row]) -> Batch:
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


def _separator(contract: Contract, header_line: str, name: str) -> str:
    known = _known_headers(contract)
    return max(SEPARATORS, key=lambda s: sum(folded(h) in known for h in _split(header_line, s, name)))


def _header(first: Row, separator: str, form: Format, name: str) -> list[str]:
    if form == "csv":
        return _split(str(first[1][0]).rstrip("\r\n"), separator, name)
    return [h or "" for h in first[1]]


def _split(line: str, separator: str, name: str) -> list[str]:
    try:
        return next(csv.reader([line], delimiter=separator), [])
    except csv.Error as error:
        raise ContractError(
            "the header line cannot be read",
            where=name,
            hint="its first line must name the columns; export it as CSV in UTF-8.",
        ) from error


def _known_headers(contract: Contract) -> dict[str, Column]:
    return {folded(h): c for c in contract.columns for h in (c.header, *c.aliases)}


def _canonical(contract: Contract, header: Sequence[str], name: str) -> tuple[str, ...]:
    known = _known_headers(contract)
    unknown = [h for h in header if folded(h) not in known]
    if len(header) == 1 and unknown:
        raise ContractError(
            "its columns cannot be told apart, or its first line does not name them",
            where=name,
            hint=f"between columns stand semicolons, commas or tabs, and the first line names them: {', '.join(c.header for c in contract.columns)}.",
        )
    are_names = 2 * len(unknown) < len(header)
    _refuse_forbidden(contract, header, name, are_names=are_names)
    if unknown:
        told = ", ".join(_shown(h, are_names=are_names) for h in unknown[:5])
        raise ContractError(
            f"{len(unknown)} column(s) that the contract does not know: {told}",
            where=name,
            hint=f"the contract of {contract.source} lists: {', '.join(c.header for c in contract.columns)}. What a city calls otherwise stands in [headers] of city.toml.",
        )
    names = tuple(known[folded(h)].name for h in header)
    doubled = sorted({n for n in names if names.count(n) > 1})
    if doubled:
        raise ContractError(
            f"the same column twice: {', '.join(doubled)}", where=name, hint="keep one of them."
        )
    return names


def _words(contract: Contract, header: Sequence[str]) -> dict[str, tuple[tuple[str, str], ...]]:
    given = {folded(h) for h in header}
    told = {
        c.name: tuple((theirs, ours) for h, theirs, ours in c.words if h in given) for c in contract.columns
    }
    return {name: pairs for name, pairs in told.items() if pairs}


def _refuse_forbidden(contract: Contract, headers: Sequence[str], name: str, *, are_names: bool) -> None:
    for number, header in enumerate(headers, start=1):
        kind = contract.forbidden(header)
        if kind:
            raise ContractError(
                f"column {number}, {_shown(header, are_names=are_names)}, would hand over {kind}, which no extract may hold",
                where=name,
                hint="nothing was stored; have the department leave it out (`lanterne pseudonymise` does), and delete this file.",
            )


def _shown(header: str, *, are_names: bool) -> str:
    """A file without a header line would put a person's data here: only what looks like a column's name is repeated, in a line that holds more columns of the contract than others."""
    word = folded(header)
    looks_like_a_name = word and not any(c.isdigit() for c in word) and len(word) <= 40
    return word if are_names and looks_like_a_name else "(not a column name; is the header line missing?)"


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
