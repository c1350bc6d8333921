"""Looks for known text in the bytes of the warehouse's files, as a thief would: the proof that they are encrypted."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from data_contracts import contract
from data_contracts.errors import LanterneError
from pipelines import copies
from pipelines.migrations import CANARY
from pipelines.settings import Paths
from pipelines.store import read_store, temporary_folders

SHORTEST = 8
"""A shorter text may stand in ciphertext by chance; one of 8 bytes does so once in 256^8 places: among 300 texts and a terabyte, once in 60,000 looks."""
LONGEST = 256
BLOCK = 4 * 1024**2
_RUN = re.compile(rb"[0-9A-Za-z_]{%d,}" % SHORTEST)
_IS_WORD = np.array([bytes([byte]).isalnum() or byte == ord("_") for byte in range(256)])
_VALUES = "select file_id, sha256 from meta.files order by all limit 200"


@dataclass(frozen=True, kw_only=True)
class Scan:
    """What was looked at and what could be read. ``seen``: texts, which are names or digests of files, never a person's."""

    looked_for: int
    bytes: int
    files: tuple[str, ...]
    seen: tuple[str, ...]


def known_text(paths: Paths) -> frozenset[str]:
    """The canary, the names of tables and columns and, where the warehouse opens, identifiers of ingested files."""
    promises = [contract.load(source) for source in contract.SOURCES]
    names = {CANARY, *contract.SOURCES, *(column.name for promise in promises for column in promise.columns)}
    with (
        suppress(LanterneError),
        read_store(paths) as connection,
    ):  # what does not open is another finding of the check
        names |= {value for row in connection.execute(_VALUES).fetchall() for value in row}
    return frozenset(name for name in names if SHORTEST <= len(name) <= LONGEST)


def scan(database: Path, texts: frozenset[str]) -> Scan:
    """Reads the file, its log and its temporary files block by block, each up to the first block that can be read.

    No connection of this process may hold them: to close a file drops its locks.
    """
    wanted = frozenset(text.encode() for text in texts)
    looked_at, size = [], 0
    seen: set[bytes] = set()
    for path in _files(database):
        looked_at.append(str(path))
        for block, overlap in _blocks(path):
            size += len(block) - overlap
            if found := _readable(block, wanted):
                seen |= found
                break
    return Scan(
        looked_for=len(wanted),
        bytes=size,
        files=tuple(looked_at),
        seen=tuple(sorted(text.decode() for text in seen)),
    )


def _files(database: Path) -> Iterator[Path]:
    yield database
    if copies.wal(database).exists():
        yield copies.wal(database)
    for folder in temporary_folders(database):
        yield from sorted(path for path in folder.rglob("*") if path.is_file())


def _blocks(path: Path) -> Iterator[tuple[bytes, int]]:
    """Blocks, each begun with the end of the one before, so that no text is cut."""
    tail = b""
    with path.open("rb") as stream:
        while block := stream.read(BLOCK):
            yield tail + block, len(tail)
            tail = (tail + block)[-LONGEST:]


def _readable(block: bytes, wanted: frozenset[bytes]) -> set[bytes]:
    """Texts that stand in runs of letters and digits. Ciphertext has hardly any such run, so that one pass is enough."""
    runs = {found.group() for start in _starts(block) if (found := _RUN.match(block, start))}
    return {text for run in runs for text in wanted if text in run}


def _starts(block: bytes) -> list[int]:
    """Where runs of at least ``SHORTEST`` letters and digits start."""
    is_run = _IS_WORD[np.frombuffer(block, dtype=np.uint8)]
    for step in (1, 2, 4):  # runs of 2, of 4, of 8
        is_run = is_run[:-step] & is_run[step:]
    is_first = is_run.copy()
    is_first[1:] &= ~is_run[:-1]
    return [int(at) for at in np.flatnonzero(is_first)]
