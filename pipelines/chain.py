"""Lines that only grow, each tied to the one before by its hash: none can be edited, moved, put in, doubled or taken out unless every later hash changes."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from io import FileIO
from pathlib import Path

from data_contracts.errors import IntegrityError

FIRST = "0" * 64
Line = Mapping[str, object]
KEEP_AS_IT_IS = "keep the files as they are, fetch a copy from where it was safe (a backup, whoever was handed one), and compare the two."


@dataclass(frozen=True, kw_only=True)
class Head:
    """Where a chain ends: ``hash`` is the SHA-256 of the bytes of line ``number``; 0 and zeros where there is none."""

    number: int
    hash: str

    def as_json(self) -> dict[str, object]:
        """As a manifest keeps it."""
        return {"number": self.number, "hash": self.hash}


NOTHING = Head(number=0, hash=FIRST)


def written(line: Line) -> bytes:
    """The one way in which a line may be written: sorted names, no spaces, UTF-8, a line feed."""
    plain = json.dumps(line, sort_keys=True, separators=(",", ":"), ensure_ascii=False, default=str)
    return plain.encode("utf-8") + b"\n"


def next_line(before: Head, content: Line) -> Line:
    """``content`` with its number, the hash of the line before and the moment."""
    now = datetime.now(UTC).isoformat(timespec="milliseconds")
    return {"number": before.number + 1, "previous": before.hash, "at": now, **content}


def append(path: Path, content: Line) -> Head:
    """Adds one line, for good; gives the new head. Raises IntegrityError when what is there does not hold."""
    return put(path, next_line(head(read(path)), content))


def put(path: Path, line: Line) -> Head:
    """Adds a line that ``next_line`` made, whole or not at all: half a line, such as a full disk leaves, would break the chain for good."""
    with path.open("ab", buffering=0) as stream:
        before = stream.tell()
        try:
            _write_whole(stream, written(line))
        except OSError:
            stream.truncate(before)
            raise
    return head_of(line)


def _write_whole(stream: FileIO, text: bytes) -> None:
    """Onto the disk; a write may take a part only, and tell of what hinders it at the next."""
    while text:
        text = text[stream.write(text) :]
    os.fsync(stream.fileno())


def head(lines: Sequence[Line]) -> Head:
    """Of the last line."""
    return head_of(lines[-1]) if lines else NOTHING


def head_of(line: Line) -> Head:
    """As if it were the last."""
    return Head(number=int(str(line["number"])), hash=hashlib.sha256(written(line)[:-1]).hexdigest())


def read(path: Path) -> tuple[Line, ...]:
    """Every line in order, none where there is no file. Raises IntegrityError at the first that is not written as a line is, has another number than its place,
    or does not name the hash of the line before. What is missing or altered at the end only shows beside a head that is kept elsewhere."""
    found: list[Line] = []
    before = NOTHING
    for number, text in enumerate(_texts(path), start=1):
        line = _parsed(text)
        if line is None or line.get("number") != number or line["number"] is True:
            raise broken("a line was altered, moved, put in or taken out", path, number)
        if line.get("previous") != before.hash:
            raise broken(
                "a line does not follow from the one before: one of the two was altered", path, number
            )
        found.append(line)
        before = head_of(line)
    return tuple(found)


def _texts(path: Path) -> list[bytes]:
    return path.read_bytes().splitlines(keepends=True) if path.is_file() else []


def _parsed(text: bytes) -> Line | None:
    """None for what nobody wrote as a line: another order or spelling of the same content too."""
    try:
        line = json.loads(text)
        return line if isinstance(line, dict) and written(line) == text else None
    except (ValueError, RecursionError):
        return None


def broken(what: str, path: Path, number: int) -> IntegrityError:
    """A refusal that names the line."""
    return IntegrityError(what, where=f"{path}, line {number}", hint=KEEP_AS_IT_IS)
