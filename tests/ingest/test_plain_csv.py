"""CSV that is read column by column comes out as the careful reader, line by line, has it: same cells, same lines, same misshapen rows."""

import io
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pyarrow as pa
import pyarrow.csv as pcsv
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data_contracts import contract, dialects, plain_csv
from data_contracts.encodings import writing_of
from data_contracts.errors import IntegrityError

ALERTS = contract.load("signalements")
HEADER = ("ID_SIGNALEMENT", "DATE_SIGNALEMENT", "CANAL", "URGENCE")
SIGNS = "aZ1é €'\x0b\x1c\u2028\u00a0\x85"
"""Among them what Python takes for the end of a line in other places."""

field = st.text(SIGNS, max_size=4)
line = st.lists(field, min_size=1, max_size=6)
good = st.lists(field, min_size=4, max_size=4)


def text(rows: list[list[str]], *, trailing: bool, separator: str, end: str, is_closed: bool) -> str:
    header = [*HEADER, *([""] if trailing else [])]
    whole = end.join(separator.join(r) for r in [header, *rows])
    return whole + end if is_closed else whole


def read(content: bytes, *, plain: bool) -> tuple[list[tuple[object, ...]], list[tuple[int, int]]]:
    dialect = dialects.sniff(ALERTS, "x.csv", "csv", lambda: io.BytesIO(content))
    assert dialect.is_plain
    parts = list(
        dialects.batches(ALERTS, replace(dialect, is_plain=plain), "x.csv", lambda: io.BytesIO(content))
    )
    rows = [tuple(row.values()) for part in parts for row in part.table.to_pylist()]
    return sorted(rows, key=str), sorted(odd for part in parts for odd in part.misshapen)


@pytest.fixture(scope="module", autouse=True)
def small_blocks() -> Iterator[None]:
    """So that odd lines come at the ends of blocks too."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(plain_csv, "BLOCK_BYTES", 256)
        yield


@given(
    rows=st.lists(st.one_of(good, good, good, line).filter(lambda r: r != [""]), max_size=60),
    trailing=st.booleans(),
    separator=st.sampled_from([";", "\t", ","]),
    end=st.sampled_from(["\n", "\r\n"]),
    is_closed=st.booleans(),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "cp1252"]),
)
@settings(max_examples=300, deadline=None)
def test_both_readers_agree(
    rows: list[list[str]], trailing: bool, separator: str, end: str, is_closed: bool, encoding: str
) -> None:
    content = text(rows, trailing=trailing, separator=separator, end=end, is_closed=is_closed)
    told = content.encode(encoding, errors="replace")
    columns, misshapen = read(told, plain=True)
    assert (columns, misshapen) == read(told, plain=False)
    assert len(columns) + len(misshapen) == len(rows)


def test_a_line_that_is_found_odd_while_a_part_is_looked_at_is_not_lost(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    notes: list[Callable[[pcsv.InvalidRow], str]] = []
    batches = [pa.record_batch({"0": ["A", "1"], "1": ["B", "2"]}), pa.record_batch({"0": ["4"], "1": ["5"]})]

    class Reader:
        """Of a file of five lines, in two batches; the third and the fifth line have one field."""

        schema = batches[0].schema

        def __iter__(self) -> Iterator[pa.RecordBatch]:
            return iter(batches)

        def close(self) -> None: ...

    def opened(*given: object) -> Reader:
        notes.append(given[-1])  # type: ignore[arg-type]
        return Reader()

    monkeypatch.setattr(plain_csv, "_opened", opened)
    parts = plain_csv.parts(io.BytesIO(), "utf-8", ";", 2, "x.csv")
    found = [next(parts)]
    for line in (3, 5):  # Arrow's thread reads ahead
        assert notes[0](pcsv.InvalidRow(2, 1, line, "odd")) == "skip"
    found += [*parts]
    assert [odd for part in found for odd in part.odd] == [(3, ["odd"]), (5, ["odd"])]
    assert [part.table["line"].to_pylist() for part in found] == [[2], [4]]


def test_a_reader_that_loses_a_line_is_found_out(monkeypatch: pytest.MonkeyPatch) -> None:
    content = text([["A", "", "", ""]] * 5, trailing=False, separator=";", end="\n", is_closed=True).encode()
    whole = plain_csv.parts

    def lossy(*given: Any) -> Iterator[plain_csv.Part]:
        return (replace(part, table=part.table.slice(1)) for part in whole(*given))

    monkeypatch.setattr(plain_csv, "parts", lossy)
    with pytest.raises(IntegrityError, match="of 5 lines below the header 4 came out"):
        read(content, plain=True)


@pytest.mark.parametrize(
    ("why", "content", "is_plain"),
    [
        ("nothing odd", b"A;B\n1;2\n", True),
        ("CRLF", b"A;B\r\n1;2\r\n", True),
        ("a quotation mark", b'A;B\n1;"2\n3"\n', False),
        ("an empty line", b"A;B\n\n1;2\n", False),
        ("an empty line among CRLF", b"A;B\r\n\r\n1;2\r\n", False),
        ("bare carriage returns", b"A;B\r1;2\r", False),
        ("one bare carriage return", b"A;B\r\n1;2\r3;4\r\n", False),
        ("an empty line that falls on the end of a block", b"A" * ((1 << 20) - 1) + b"\n\n1\n", False),
        ("CRLF that falls on the end of a block", b"A" * ((1 << 20) - 1) + b"\r\n1\r\n", True),
        (
            "a carriage return at the end of a block, and no line feed",
            b"A" * ((1 << 20) - 1) + b"\r1\r\n",
            False,
        ),
    ],
)
def test_a_file_is_plain_when_every_line_is_a_row(why: str, content: bytes, is_plain: bool) -> None:
    assert writing_of(lambda: io.BytesIO(content), "x.csv").is_plain is is_plain, why
