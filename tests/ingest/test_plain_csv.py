"""CSV that is read column by column comes out as the careful reader, line by line, has it: same cells, same lines, same misshapen rows."""

import io
from collections.abc import Iterator
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data_contracts import contract, dialects, plain_csv
from data_contracts.encodings import writing_of

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
