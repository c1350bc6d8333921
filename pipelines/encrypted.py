"""DuckDB files that are encrypted at rest (AES-256-GCM: blocks, log and spilled temporary files alike), and what DuckDB says when one does not open.

DuckDB writes such files only with the OpenSSL of its httpfs extension, which an installed wheel brings: it is loaded by path,
nothing is downloaded, and its network file systems are switched off.
The key is bound as a value, never pasted into SQL: no error, log or listing of DuckDB's can show it.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from importlib.resources import files
from pathlib import Path

import duckdb

from data_contracts.errors import ConfigurationError, IntegrityError, LanterneError
from pipelines import machine

OFFLINE = {
    "autoinstall_known_extensions": "false",
    "autoload_known_extensions": "false",
    "allow_community_extensions": "false",
    "allow_persistent_secrets": "false",
    "temp_file_encryption": "true",
}
NETWORK = "HTTPFileSystem,S3FileSystem,HuggingFaceFileSystem"


@dataclass(frozen=True, kw_only=True)
class Key:
    """What opens the warehouse. ``origin`` says where it was found; ``secret``, 64 hexadecimal digits, is never shown."""

    origin: str
    secret: str = field(repr=False)


class Damaged(IntegrityError):
    """The file was altered, or its disk fails."""


class NotEncrypted(IntegrityError):
    """The file is a DuckDB database that anybody can read."""


def connect() -> duckdb.DuckDBPyConnection:
    """A connection in memory that can read and write encrypted files. Raises ConfigurationError when the extension is missing."""
    connection = duckdb.connect(config=dict(OFFLINE))
    extension = f"extensions/v{duckdb.__version__}/httpfs.duckdb_extension"
    try:
        connection.execute(f"load {quoted(str(files('duckdb_extension_httpfs').joinpath(extension)))}")
    except (ModuleNotFoundError, duckdb.Error) as error:
        connection.close()
        raise machine.fault(error) or ConfigurationError(
            "the extension that encrypts the warehouse cannot be loaded",
            where=f"duckdb-extension-httpfs for DuckDB {duckdb.__version__}",
            hint="run `make install`; both packages must have the same version.",
        ) from error
    connection.execute("set disabled_filesystems = $1", [NETWORK])
    return connection


def attach(
    connection: duckdb.DuckDBPyConnection, path: Path, key: Key | None, name: str, *, read_only: bool = False
) -> None:
    """Attaches the file as ``name``; without a key only a file that is not encrypted opens. Raises what ``refusal`` gives."""
    options = [*(["encryption_key $1"] if key else []), *(["read_only"] if read_only else [])]
    listed = f" ({', '.join(options)})" if options else ""
    try:
        connection.execute(f"attach {quoted(str(path))} as {name}{listed}", [key.secret] if key else [])
    except duckdb.Error as error:
        raise refusal(error, path, key) from error


def opened(path: Path, key: Key | None, *, read_only: bool) -> duckdb.DuckDBPyConnection:
    """A connection to whose SQL the file is the only database there is; temporary tables and views live beside it."""
    connection = connect()
    try:
        attach(connection, path, key, "warehouse", read_only=read_only)
        connection.execute("use warehouse")
    except BaseException:
        connection.close()
        raise
    return connection


@contextmanager
def guarded(connection: duckdb.DuckDBPyConnection, path: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """The connection, closed at the end; what DuckDB says of a file that was altered becomes an IntegrityError, what the machine refused a MachineFault."""
    try:
        yield connection
    except duckdb.Error as error:
        if refused := machine.fault(error, str(path)):
            raise refused from error
        if is_damage(error):
            raise damaged(path) from error
        raise
    finally:
        connection.close()


def is_plain(path: Path) -> bool:
    """Whether anybody can read the file. It is asked of DuckDB: to open the file here would drop a lock that this process holds on it."""
    connection = connect()
    try:
        with suppress(IntegrityError):
            attach(connection, path, None, "looked_at", read_only=True)
            return True
        return False
    finally:
        connection.close()


def quoted(text: str) -> str:
    """A literal of SQL, where DuckDB takes no parameter."""
    return "'" + text.replace("'", "''") + "'"


_TAG = "aes tag differs"


def refusal(error: duckdb.Error, path: Path, key: Key | None = None) -> LanterneError:
    """What DuckDB said on opening, as a sentence. Its words are those of the pinned version, held by tests."""
    if refused := machine.fault(error, str(path)):
        return refused
    said = str(error).lower()
    if "wrong encryption key" in said:
        return IntegrityError(
            "this key does not open the file",
            where=f"{path}, key from {key.origin if key else 'nowhere'}",
            hint="give the key that the file was made with (paths.key_file or LANTERNE_KEY); without it nobody can read it.",
        )
    if "is not encrypted" in said:
        return not_encrypted(path)
    if is_damage(error):
        return damaged(path)
    return IntegrityError(
        "the warehouse cannot be opened", where=str(path), hint="restore it from the last backup."
    )


def is_damage(error: duckdb.Error) -> bool:
    """Whether the file or its disk is at fault, and not the question."""
    if isinstance(error, duckdb.IOException | duckdb.FatalException | duckdb.InternalException):
        return True
    return isinstance(error, duckdb.InvalidInputException) and _TAG in str(error).lower()


def not_encrypted(path: Path) -> NotEncrypted:
    """The refusal of a file that is no secret."""
    return NotEncrypted(
        "the file is not encrypted: whoever can copy it can read it",
        where=str(path),
        hint="`lanterne upgrade --config …` encrypts it.",
    )


def damaged(path: Path) -> Damaged:
    """The refusal of a file that was altered or cannot be read."""
    return Damaged(
        "the warehouse cannot be read; it is not a DuckDB file, it is damaged, or its disk fails",
        where=str(path),
        hint="check the disk (is it full?), then restore the last backup with `lanterne restore`.",
    )
