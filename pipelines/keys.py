"""Key files: made once, readable by their owner alone, never shown.

A key file holds 32 random bytes as one line of hexadecimal digits.
"""

from __future__ import annotations

import os
import re
import secrets
import stat
from pathlib import Path

from data_contracts.errors import ConfigurationError, IntegrityError

KEY_BYTES = 32
OWNER_ONLY = stat.S_IRUSR | stat.S_IWUSR
OTHERS = stat.S_IRWXG | stat.S_IRWXO
_LINE = re.compile(rf"[0-9a-fA-F]{{{2 * KEY_BYTES}}}\n?", re.ASCII)


def make_key(path: Path) -> None:
    """Writes a new key; nobody but the owner can read the file at any moment.

    Raises ConfigurationError when the file exists (a key that is overwritten is lost for ever) or cannot be made.
    """
    write_key(path, secrets.token_bytes(KEY_BYTES))


def write_key(path: Path, key: bytes) -> None:
    """Writes a key that exists already, as ``make_key`` writes a new one."""
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, OWNER_ONLY)
    except FileExistsError as error:
        raise ConfigurationError(
            "the key file exists already",
            where=str(path),
            hint="name another file; a key that is overwritten cannot be had back.",
        ) from error
    except OSError as error:
        raise ConfigurationError(
            "the key file cannot be written", where=str(path), hint=f"{error.strerror}; name another folder."
        ) from error
    try:
        with os.fdopen(handle, "w", encoding="ascii") as file:
            file.write(key.hex() + "\n")
            file.flush()
            os.fsync(file.fileno())
    except OSError:
        path.unlink()  # half a key opens nothing
        raise


def read_key(path: Path) -> bytes:
    """The key's 32 bytes.

    Raises IntegrityError when the file is missing, when group or others may do anything with it, or when it is no key file.
    """
    try:
        with path.open("rb") as file:
            mode = os.fstat(file.fileno()).st_mode
            content = file.read(2 * KEY_BYTES + 2) if stat.S_ISREG(mode) else b""
    except OSError as error:
        raise IntegrityError(
            "the key file cannot be read",
            where=str(path),
            hint=f"{error.strerror}; name the key file, or make one with `lanterne keygen`.",
        ) from error
    if mode & OTHERS:
        raise IntegrityError(
            "others than its owner may use the key file", where=str(path), hint=f"chmod 600 {path}"
        )
    return _decoded(content, path)


def _decoded(content: bytes, path: Path) -> bytes:
    line = content.decode("ascii", errors="replace")
    if not _LINE.fullmatch(line):
        raise IntegrityError(
            "this is not a key file",
            where=str(path),
            hint=f"it must hold one line of {2 * KEY_BYTES} hexadecimal digits, as `lanterne keygen` writes it.",
        )
    return bytes.fromhex(line.strip())
