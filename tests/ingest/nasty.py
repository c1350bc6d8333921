"""Files as they must never be, from files as they should be: a seeded generator and a corpus of what departments have really sent."""

from __future__ import annotations

import gzip
import io
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.parquet as pq
import xlsxwriter

from data_contracts import contract
from data_contracts.contract import Column

PLANTED = "Zéphirine Quatrebarbes"
"""Stands for whatever a cell may hold: no message may repeat it."""
ROWS = 40
Table = list[list[str]]


@dataclass(frozen=True, kw_only=True)
class Case:
    """One file: ``name`` below its delivery, ``content``, and how it came to be."""

    source: str
    name: str
    content: bytes
    how: str


def valid(source: str) -> Table:
    """A header and forty rows that keep their contract."""
    columns = contract.load(source).columns
    return [[c.header for c in columns], *([_cell(c, i) for c in columns] for i in range(1, ROWS + 1))]


def _cell(c: Column, i: int) -> str:
    if c.allowed:
        return c.allowed[i % len(c.allowed)]
    match c.kind:
        case "date":
            return "01/10/2025"
        case "year":
            return str(1930 + i)
        case "integer" | "number":
            return str(int(max(c.minimum or 0, 1)) if c.maximum is None or c.maximum >= 1 else 0)
        case "boolean":
            return "N"
    if c.pattern and "32" in c.pattern:
        return f"{i:032x}"
    return f"{i:02}" if c.width == 2 else f"{47000 + i}" if c.width == 5 else f"Z{i}"


# --- how a table is written ----------------------------------------------------------------------------------------------------------


def as_csv(table: Table, separator: str = ";", encoding: str = "utf-8", end: str = "\n") -> bytes:
    return "".join(separator.join(row) + end for row in table).encode(encoding, errors="replace")


def as_parquet(table: Table) -> bytes:
    buffer = io.BytesIO()
    width = len(table[0])
    rows = [(row + [""] * width)[:width] for row in table[1:]]
    columns = {name: pa.array([row[k] for row in rows], pa.string()) for k, name in enumerate(table[0])}
    pq.write_table(pa.table(columns), buffer)
    return buffer.getvalue()


def as_xlsx(table: Table) -> bytes:
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, {"in_memory": True}) as book:
        sheet = book.add_worksheet()
        for k, row in enumerate(table):
            for j, cell in enumerate(row):
                sheet.write(k, j, cell[:32_000])
    return buffer.getvalue()


Write = tuple[str, Callable[[Table], bytes]]
WRITTEN: tuple[Write, ...] = (
    (".csv", as_csv),
    (".csv", lambda t: as_csv(t, "\t")),
    (".csv", lambda t: as_csv(t, ",")),
    (".csv", lambda t: as_csv(t, end="\r\n")),
    (".csv", lambda t: as_csv(t, encoding="cp1252")),
    (".csv", lambda t: as_csv(t, encoding="utf-8-sig")),
    (".csv", lambda t: as_csv([[*row, ""] for row in t])),
    (".csv.gz", lambda t: gzip.compress(as_csv(t), mtime=0)),
    (".parquet", as_parquet),
    (".xlsx", as_xlsx),
)

# --- what goes wrong in a table ------------------------------------------------------------------------------------------------------

CELLS = (
    *(
        "",
        " ",
        "\t",
        "\u00a0",
        "NULL",
        "NC",
        "-",
        "Néant",
        "0",
        "-1",
        "1e309",
        "NaN",
        "Infinity",
        "١٢٣",
        "1.234.567,89",
        "1 200",
        "1\u202f200",
    ),
    *(
        "31/02/2025",
        "00/00/1950",
        "99/99/9999",
        "01/01/0000",
        "31/12/9999",
        "60",
        "-5",
        "45000.75",
        "2958466",
        "01-02-2025",
        "2025-13-45",
        "1/1/1",
    ),
    *(
        "=1+1",
        "'; drop table raw.visites; --",
        '"',
        '""',
        '"""',
        "\\",
        "{{7*7}}",
        "<script>",
        "%s%n",
        "${x}",
        "../../etc",
        "\u202e",
        "\ufeff",
        "\x85",
        "\x1f",
    ),
    *(
        "é" * 300,
        "a" * 100_000,
        "𝔘𝔫𝔦",
        "🏚",
        "e\u0301",
        "\u200b",
        "ſ",
        "İ",
        "O",
        "X",
        "vrai",
        "true",
        "M ",
        " f",
        "9" * 40,
        PLANTED,
        "x;y",
        "a\nb",
        "a\r\nb",
    ),
)
HEADERS = (
    *(
        "",
        " ",
        "NOM",
        "COMMENTAIRE",
        "Unnamed: 3",
        "'; drop table x; --",
        "É" * 5_000,
        "0612345678",
        PLANTED,
        "\ufeffX",
        "id\nvisite",
        "ID_VISITE",
    ),
)


def _rows(rng: random.Random, table: Table) -> Table:
    body = table[1:] or [[""]]
    match rng.randrange(6):
        case 0:
            body.insert(rng.randrange(len(body)), list(rng.choice(body)))
        case 1:
            del body[rng.randrange(len(body)) :]
        case 2:
            rng.shuffle(body)
        case 3:
            body = body * rng.randint(2, 4)
        case 4:
            body.insert(rng.randrange(len(body)), list(table[0]))
        case _:
            body.insert(rng.randrange(len(body)), [""] * rng.randrange(5))
    return [table[0], *body]


def _cells(rng: random.Random, table: Table) -> Table:
    for _ in range(rng.choice((1, 1, 2, 3, 60))):
        row = table[rng.randrange(1, len(table))] if len(table) > 1 else table[0]
        if row:
            row[rng.randrange(len(row))] = rng.choice(CELLS)
    return table


def _columns(rng: random.Random, table: Table) -> Table:
    k = rng.randrange(len(table[0]))
    match rng.randrange(6):
        case 0:
            return [row[:k] + row[k + 1 :] for row in table]
        case 1:
            return [[*row, row[k] if k < len(row) else ""] for row in table]
        case 2:
            order = rng.sample(range(len(table[0])), len(table[0]))
            return [[row[i] for i in order if i < len(row)] for row in table]
        case 3:
            table[0][k] = rng.choice(HEADERS)
        case 4:
            table[0] = [h.lower().replace("_", " ").title() for h in table[0]]
        case _:
            return [row + [""] * 3_000 for row in table[:3]]
    return table


def _widths(rng: random.Random, table: Table) -> Table:
    row = table[rng.randrange(len(table))]
    if rng.random() < 0.5 and row:
        row.pop()
    else:
        row.extend(["x"] * rng.randrange(1, 4))
    return table


def _whole(rng: random.Random, table: Table) -> Table:
    return rng.choice(([], [table[0]], table[1:], [[PLANTED]], [[""]], table[:2], [table[0], *table]))


TABLE_MUTATIONS = (_rows, _cells, _cells, _cells, _columns, _widths, _whole)

# --- what goes wrong in bytes --------------------------------------------------------------------------------------------------------


def _flip(rng: random.Random, content: bytes) -> bytes:
    body = bytearray(content)
    for _ in range(rng.choice((1, 1, 3, 30))):
        if body:
            body[rng.randrange(len(body))] = rng.randrange(256)
    return bytes(body)


def _cut(rng: random.Random, content: bytes) -> bytes:
    return content[: rng.randrange(len(content) + 1)]


def _put_in(rng: random.Random, content: bytes) -> bytes:
    at = rng.randrange(len(content) + 1)
    bits = (
        b'"',
        b"\x00",
        b"\r",
        b"\n",
        b"\n\n\n",
        b"\x1a",
        b"\xef\xbb\xbf",
        b"\xff\xfe",
        b"\x80\x81",
        b";" * 50,
        b"'",
        b"\x85",
    )
    return content[:at] + rng.choice(bits) + content[at:]


def _other_encoding(rng: random.Random, content: bytes) -> bytes:
    text = content.decode("utf-8", errors="replace")
    return text.encode(
        rng.choice(("utf-16", "utf-16-le", "utf-32", "cp500", "mac-roman", "cp437", "latin-1")),
        errors="replace",
    )


def _odd(rng: random.Random, content: bytes) -> bytes:
    return rng.choice(
        (
            b"",
            content * 2,
            gzip.compress(content),
            b"PK\x03\x04" + content,
            b"PAR1" + content,
            content[::-1],
            b"<html>404</html>",
            b"\n" * 500,
        )
    )


BYTE_MUTATIONS = (_flip, _flip, _cut, _put_in, _put_in, _other_encoding, _odd)


def case(seed: int, source: str) -> Case:
    """The case of a seed: a valid file, written in some dialect, mutated once or twice as a table, as bytes, or both."""
    rng = random.Random(seed)
    table, steps = valid(source), []
    if rng.random() < 0.7:
        for _ in range(rng.choice((1, 1, 2))):
            mutate = rng.choice(TABLE_MUTATIONS)
            if table and table[0]:
                table = mutate(rng, table)
                steps.append(mutate.__name__)
    suffix, write = rng.choice(WRITTEN)
    content = write(table) if table and table[0] else b""
    if rng.random() < 0.4 or not steps:
        damage = rng.choice(BYTE_MUTATIONS)
        content = damage(rng, content)
        steps.append(damage.__name__)
    return Case(
        source=source,
        name=f"{source}{suffix}",
        content=content,
        how=f"seed {seed}: {suffix} {' '.join(steps)}",
    )


def cases(first: int, count: int, source: str) -> Iterator[Case]:
    """``count`` cases of one source."""
    return (case(first + i, source) for i in range(count))
