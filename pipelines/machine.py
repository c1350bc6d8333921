"""What the machine refuses (room, memory, a right, a lock), as a sentence. The only place where such an exception becomes one."""

from __future__ import annotations

import errno
import os
import re
import sqlite3
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeGuard

from data_contracts.errors import Busy, LanterneError, MachineFault

if TYPE_CHECKING:
    import duckdb

AGAIN = "then run this again; what was published before stands."


@dataclass(frozen=True, kw_only=True)
class Sentence:
    """What is said, and what to do about it."""

    what: str
    hint: str
    kind: type[LanterneError] = MachineFault
    is_about_a_file: bool = False
    """Without the file it would be about something else, such as a process or a socket: then nothing is said."""


FULL = Sentence(
    what="the disk is full, or a file may not grow any more",
    hint=f"free some room there or raise the limit (`lanterne check` tells how much is wanted), {AGAIN}",
)
MEMORY = Sentence(
    what="there is not enough memory",
    hint=f"end other programs, or raise the limit (LANTERNE_MEMORY, or what the system gives this account), {AGAIN}",
)
RIGHTS = Sentence(
    what="this account may not read or write there",
    hint=f"give the file and its folder to the account that runs Lanterne, {AGAIN}",
    is_about_a_file=True,
)
READ_ONLY = Sentence(
    what="nothing can be written there: the place is read-only",
    hint=f"mount it for writing, or name another place in city.toml, {AGAIN}",
)
WAREHOUSE = Sentence(
    what="another run is using the warehouse", hint="wait until it ends, then run this again.", kind=Busy
)
DATABASE = Sentence(
    what="somebody is at work in the database",
    hint="run this again; if it stays so, stop the desk first.",
    kind=Busy,
)
BY_ERRNO: Mapping[int, Sentence] = {
    errno.ENOSPC: FULL,
    errno.EDQUOT: FULL,
    errno.EFBIG: FULL,
    errno.ENOMEM: MEMORY,
    errno.EACCES: RIGHTS,
    errno.EPERM: RIGHTS,
    errno.EROFS: READ_ONLY,
}
BY_SQLITE: Mapping[int, Sentence] = {
    sqlite3.SQLITE_FULL: FULL,
    sqlite3.SQLITE_NOMEM: MEMORY,
    sqlite3.SQLITE_READONLY: READ_ONLY,
    sqlite3.SQLITE_BUSY: DATABASE,
    sqlite3.SQLITE_LOCKED: DATABASE,
}
BY_SQLSTATE: Mapping[str, Sentence] = {"53100": FULL, "53200": MEMORY, "25006": READ_ONLY, "55P03": DATABASE}
"""PostgreSQL's codes (its manual, appendix A)."""
_DUCKDB_BUSY = ("could not set lock", "unique file handle conflict")
_DUCKDB_FILE = re.compile(r'file "([^"]+)"')


def fault(error: BaseException, place: str = "") -> LanterneError | None:
    """What the machine refused, where the error or one that it came from tells so; ``place``: said where no file is known."""
    for one in _came_from(error):
        if isinstance(one, LanterneError):
            return None
        said, file = _sentence(one), _file(one)
        if said and (file or not said.is_about_a_file):
            return said.kind(said.what, where=file or place, hint=said.hint)
    return None


def _came_from(error: BaseException | None) -> Iterator[BaseException]:
    """The error, what a library wrapped in it, and what it was raised from or in the middle of."""
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        yield error
        wrapped = getattr(error, "orig", None)
        before = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
        error = wrapped if isinstance(wrapped, BaseException) else before


def _sentence(error: BaseException) -> Sentence | None:
    match error:
        case MemoryError():
            return MEMORY
        case OSError():
            return BY_ERRNO.get(error.errno or 0)
        case sqlite3.Error():
            return BY_SQLITE.get(getattr(error, "sqlite_errorcode", 0) & 0xFF)  # the rest tells the variety
    if _is_duckdbs(error):
        return _of_duckdb(error)
    return BY_SQLSTATE.get(str(getattr(error, "sqlstate", "")))


def _is_duckdbs(error: BaseException) -> TypeGuard[duckdb.Error]:
    """Most commands do without DuckDB, which takes a while to load."""
    library = sys.modules.get("duckdb")
    return library is not None and isinstance(error, library.Error)


def _of_duckdb(error: duckdb.Error) -> Sentence | None:
    """DuckDB gives no numbers, only the system's words behind its own: those of the pinned version, held by tests."""
    import duckdb

    said = str(error)
    if isinstance(error, duckdb.OutOfMemoryException):
        return FULL if "max_temp_directory_size" in said else MEMORY
    if any(words in said.lower() for words in _DUCKDB_BUSY):
        return WAREHOUSE
    if not isinstance(error, duckdb.IOException | duckdb.FatalException | duckdb.TransactionException):
        return None
    return next((sentence for number, sentence in BY_ERRNO.items() if os.strerror(number) in said), None)


def _file(error: BaseException) -> str:
    if isinstance(error, OSError):
        return os.fsdecode(error.filename) if isinstance(error.filename, str | bytes) else ""
    found = _DUCKDB_FILE.search(str(error)) if _is_duckdbs(error) else None
    return found[1] if found else ""
