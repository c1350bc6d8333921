"""The city's own register of objections: a file beside ``city.toml`` that outlives every warehouse. It holds keys and days, nothing else.

Same columns as the source ``oppositions``, so that a department's file and this one read alike. Written whole or not at all, for its owner's eyes only.
"""

from __future__ import annotations

import csv
import fcntl
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

from data_contracts import contract
from data_contracts.errors import ConfigurationError

COLUMNS = tuple(c.header for c in contract.load("oppositions").columns)
DAY = "DATE_OPPOSITION"
PLACE = "ID_LOGEMENT"
KEY_COLUMNS = tuple(c for c in COLUMNS if c not in (DAY, PLACE))
KEY_FORM = re.compile(r"[0-9a-f]{32}")


def objected(path: Path) -> tuple[str, ...]:
    """Every key and dwelling of the register; none when there is no register yet. Raises ConfigurationError for a line that cannot be read."""
    return tuple(value for row in _rows(path) for name, value in row.items() if name != DAY and value)


def add(path: Path, column: str, value: str, on: date) -> bool:
    """Enters one objection; False when the same key or dwelling is there already."""
    with _alone(path):
        rows = _rows(path)
        if any(row[column] == value for row in rows):
            return False
        row = dict.fromkeys(COLUMNS, "") | {column: value, DAY: on.isoformat()}
        _write(path, [*rows, row])
    return True


def check_holds(path: Path, column: str, value: str) -> None:
    """Raises ConfigurationError when the register does not hold this objection."""
    if all(row[column] != value for row in _rows(path)):
        raise ConfigurationError(
            "the register holds no such objection",
            where=str(path),
            hint="it undoes what `lanterne oppose` entered; what a department's file says, that department withdraws.",
        )


def remove(path: Path, column: str, value: str) -> None:
    """Takes one objection out."""
    with _alone(path):
        left = [row | {column: ""} if row[column] == value else row for row in _rows(path)]
        _write(path, [row for row in left if any(row[name] for name in COLUMNS if name != DAY)])


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    """The desk and the command line may enter objections at once: one after the other, or one would be written over."""
    with path.with_name(f".{path.name}.lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _rows(path: Path) -> list[dict[str, str]]:
    if not path.exists():
        return []
    try:
        with path.open(encoding="utf-8-sig", newline="") as stream:
            reader = csv.DictReader(stream, delimiter=";")
            rows = [{name: (row.get(name) or "").strip() for name in COLUMNS} for row in reader]
            unknown = set(reader.fieldnames or ()) - {*COLUMNS}
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise _unreadable(path, "it is no readable text") from error
    if unknown:
        raise _unreadable(path, f"columns are {', '.join(COLUMNS)}")
    for line, row in enumerate(rows, start=2):
        _check(path, line, row)
    return rows


def _check(path: Path, line: int, row: dict[str, str]) -> None:
    if not any(row[name] for name in COLUMNS if name != DAY):
        raise _unreadable(path, f"line {line} names neither a key nor a dwelling")
    if any(row[name] and not KEY_FORM.fullmatch(row[name]) for name in KEY_COLUMNS):
        raise _unreadable(path, f"line {line} holds a key that is not 32 hexadecimal characters")


def _unreadable(path: Path, why: str) -> ConfigurationError:
    return ConfigurationError(
        f"the register of objections cannot be read: {why}",
        where=str(path),
        hint="nobody's objection may be lost: nothing runs until it is mended (paths.objections in city.toml).",
    )


def _write(path: Path, rows: list[dict[str, str]]) -> None:
    partial = path.with_name(f".{path.name}.partial")
    partial.unlink(missing_ok=True)
    descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, COLUMNS, delimiter=";", lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
        stream.flush()
        os.fsync(stream.fileno())
    partial.replace(path)
