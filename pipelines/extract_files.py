"""Files of ``lanterne pseudonymise``: an export opened, an extract written whole or not at all."""

from __future__ import annotations

import gzip
import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import IO, BinaryIO, cast

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
import pyarrow.parquet as pq

from data_contracts import dialects
from data_contracts.contract import load
from data_contracts.errors import ConfigurationError
from data_contracts.pseudonyms import Texts
from data_contracts.readers import CHUNK_ROWS, Format

BESIDE = ("_alone", "_address")
WRITTEN = (".csv", ".csv.gz", ".parquet")


@contextmanager
def whole(path: Path) -> Iterator[Path]:
    """A file beside ``path`` that takes its place when it is complete, and is gone when it is not."""
    partial = path.with_name(f".{path.name}.partial")
    try:
        yield partial
        with partial.open("rb") as written:
            os.fsync(written.fileno())
        partial.replace(path)
    except OSError as error:
        raise ConfigurationError(
            "the extract cannot be written", where=path.name, hint=f"{error.strerror}; name another folder."
        ) from error
    finally:
        partial.unlink(missing_ok=True)


@contextmanager
def sink(source: str, partial: Path, suffix: str) -> Iterator[Callable[[pd.DataFrame], None]]:
    """Takes the extract batch by batch: CSV in UTF-8 with ``;``, or Parquet of texts."""
    schema = pa.schema([(c.header, pa.string()) for c in load(source).columns])
    if suffix == ".parquet":
        with pq.ParquetWriter(partial, schema) as rows:
            yield lambda extract: rows.write_table(_texts(extract, schema))
        return
    with partial.open("wb") as file, _packed(file, suffix) as text:
        text.write(";".join(schema.names).encode() + b"\n")
        options = pyarrow.csv.WriteOptions(include_header=False, delimiter=";", quoting_style="needed")
        yield lambda extract: pyarrow.csv.write_csv(_texts(extract, schema), text, options)


Keep = Callable[[pd.DataFrame, Texts, Texts], None]
Kept = Callable[[], Iterator[tuple[pd.DataFrame, Texts, Texts]]]


@contextmanager
def spool(source: str, out: Path) -> Iterator[tuple[Keep, Kept]]:
    """Extracts kept beside ``out`` until all are known, each with two more columns; gone at the end whatever happens. It holds no name."""
    path = out.with_name(f".{out.name}.spool")
    schema = pa.schema(
        [*((c.header, pa.string()) for c in load(source).columns), *((name, pa.string()) for name in BESIDE)]
    )
    with ExitStack() as opened:
        opened.callback(path.unlink, missing_ok=True)
        writers: list[pq.ParquetWriter] = []

        def keep(extract: pd.DataFrame, *beside: Texts) -> None:
            if not writers:
                writers.append(pq.ParquetWriter(path, schema))
                opened.callback(writers[0].close)
            writers[0].write_table(_texts(extract.assign(**dict(zip(BESIDE, beside, strict=True))), schema))

        def kept() -> Iterator[tuple[pd.DataFrame, Texts, Texts]]:
            if writers:
                writers[0].close()
                yield from _read_back(path)

        yield keep, kept


def _read_back(path: Path) -> Iterator[tuple[pd.DataFrame, Texts, Texts]]:
    with pq.ParquetFile(path) as file:
        for batch in file.iter_batches(CHUNK_ROWS):
            columns = {
                name: pc.fill_null(column, "").to_numpy(zero_copy_only=False)
                for name, column in zip(batch.schema.names, batch.columns, strict=True)
            }
            alone, address = (columns.pop(name) for name in BESIDE)
            yield pd.DataFrame(columns, dtype=object), alone, address


def _texts(extract: pd.DataFrame, schema: pa.Schema) -> pa.Table:
    """Empty texts are nothing, which a CSV writer does not put between quotation marks."""
    arrays = [pa.array(extract[name].to_numpy(dtype=object), pa.string()) for name in schema.names]
    return pa.table([pc.if_else(pc.equal(array, ""), None, array) for array in arrays], schema=schema)


@contextmanager
def _packed(file: IO[bytes], suffix: str) -> Iterator[IO[bytes]]:
    """No clock in the archive: the same rows give the same bytes."""
    if suffix == ".csv.gz":
        with gzip.GzipFile(filename="", fileobj=file, mode="wb", compresslevel=5, mtime=0) as packed:
            yield cast("IO[bytes]", packed)
    else:
        yield file


def opener(raw: Path) -> Callable[[], BinaryIO]:
    """The export's bytes, decompressed."""
    if raw.name.lower().endswith(".gz"):
        return lambda: cast(BinaryIO, gzip.open(raw, "rb"))
    return lambda: raw.open("rb")


def form_of(raw: Path) -> Format:
    """By the end of its name. Raises ConfigurationError for a missing file and for another kind."""
    if not raw.is_file():
        raise ConfigurationError(
            "there is no such export", where=str(raw), hint="give the path of the department's file."
        )
    for suffix, form in dialects.SUFFIXES.items():
        if raw.name.lower().endswith(suffix):
            return form
    raise ConfigurationError(
        "this kind of file cannot be read",
        where=raw.name,
        hint=f"files end in {', '.join(dialects.SUFFIXES)}.",
    )


def suffix_of(out: Path) -> str:
    """The end of the extract's name. Raises ConfigurationError for another kind of file."""
    for suffix in WRITTEN:
        if out.name.lower().endswith(suffix) and len(out.name) > len(suffix):
            return suffix
    raise ConfigurationError(
        "this kind of file cannot be written", where=out.name, hint=f"extracts end in {', '.join(WRITTEN)}."
    )


def check_apart(raw: Path, out: Path) -> None:
    """Raises ConfigurationError when the extract would replace the raw export."""
    if out.exists() and out.samefile(raw):
        raise ConfigurationError(
            "the extract would replace the raw export",
            where=out.name,
            hint="name another file for the extract.",
        )
