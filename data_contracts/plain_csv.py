"""CSV in which every line is one row, read column by column by Arrow. Whatever is odd comes out as lines to be looked at one by one."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from typing import BinaryIO

import numpy as np
import pyarrow as pa
import pyarrow.csv as pcsv

from data_contracts.errors import ContractError

BLOCK_BYTES = 8 << 20
Odd = tuple[int, Sequence[str]]


@dataclass(frozen=True, kw_only=True)
class Part:
    """Some rows of a file. ``table``: columns ``0`` … as they stand side by side, and ``line`` (physical, from 1); ``odd``: (line, fields) of lines with
    another number of fields."""

    table: pa.Table
    odd: list[Odd]


def parts(stream: BinaryIO, encoding: str, separator: str, width: int, name: str) -> Iterator[Part]:
    """The rows below the header, which has ``width`` fields. Raises ContractError."""
    odd: deque[Odd] = deque()
    passed: set[int] = set()
    last = 0

    # Arrow calls this from a thread of its own too, which reads ahead while a part is being looked at
    def note(row: pcsv.InvalidRow) -> str:
        odd.append((row.number, row.text.split(separator)))
        passed.add(row.number)
        return "skip"

    try:
        with closing(_opened(stream, encoding, separator, width, note)) as reader:
            for batch in reader:
                lines = _next_lines(last, batch.num_rows, tuple(passed))
                last = int(lines[-1]) if len(lines) else last
                yield Part(table=_below_the_header(lines, pa.Table.from_batches([batch])), odd=_taken(odd))
            if odd:
                yield Part(table=_below_the_header(np.empty(0), reader.schema.empty_table()), odd=_taken(odd))
    except pa.ArrowInvalid as error:
        raise ContractError(
            "the rows cannot be told apart", where=name, hint="a line of it is megabytes long."
        ) from error


def _opened(
    stream: BinaryIO, encoding: str, separator: str, width: int, note: Callable[[pcsv.InvalidRow], str]
) -> pcsv.CSVStreamingReader:
    names = [str(n) for n in range(width)]
    return pcsv.open_csv(
        stream,
        read_options=pcsv.ReadOptions(
            use_threads=False,  # lines are only numbered by a single one
            block_size=BLOCK_BYTES,
            column_names=names,
            encoding=encoding.removesuffix("-sig"),  # Arrow leaves the mark out by itself
        ),
        parse_options=pcsv.ParseOptions(
            delimiter=separator,
            quote_char=False,
            double_quote=False,
            escape_char=False,
            ignore_empty_lines=False,
            invalid_row_handler=note,
        ),
        convert_options=pcsv.ConvertOptions(
            column_types=dict.fromkeys(names, pa.string()), strings_can_be_null=False
        ),
    )


def _taken(odd: deque[Odd]) -> list[Odd]:
    """One by one, so that what is added meanwhile is there the next time."""
    return [odd.popleft() for _ in range(len(odd))]


def _next_lines(last: int, count: int, passed: Collection[int]) -> np.ndarray:
    """The next ``count`` lines after ``last`` that were not passed over."""
    ahead = np.arange(last + 1, last + 1 + count + len(passed))
    return ahead[~np.isin(ahead, [*passed])][:count] if passed else ahead


def _below_the_header(lines: np.ndarray, rows: pa.Table) -> pa.Table:
    """With their line, and without the first, which is the header."""
    table = rows.append_column("line", pa.array(lines, pa.int64()))
    return table.slice(1) if len(lines) and lines[0] == 1 else table


def as_rows(table: pa.Table) -> list[Odd]:
    """Rows of a part's table as (line, fields)."""
    fields = zip(*(table[name].to_pylist() for name in table.column_names[:-1]), strict=True)
    return list(zip(table["line"].to_pylist(), fields, strict=True))
