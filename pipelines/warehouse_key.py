"""Where the warehouse's key comes from: ``LANTERNE_KEY``, else the key file of ``city.toml``, else ``lanterne.key`` beside the database."""

from __future__ import annotations

import hashlib
import os
import re
from pathlib import Path

from data_contracts.errors import Busy, IntegrityError
from pipelines import console, encrypted
from pipelines.encrypted import Key
from pipelines.keys import KEY_BYTES, make_key, read_key
from pipelines.settings import Paths

ENVIRONMENT = "LANTERNE_KEY"
DEFAULT_NAME = "lanterne.key"
MIN_BYTES = 16
_HEX = re.compile(rb"[0-9a-fA-F]{%d}" % (2 * KEY_BYTES))
_PERSON = b"lanterne.store"
"""Sets this use of a key apart from every other: a key shared by mistake with the pseudonyms gives another secret here."""


def key_of(paths: Paths) -> Key:
    """The key of the warehouse. A first run that names no key file makes one and says so on standard error.

    Raises IntegrityError when there is none, when it is malformed, or when others may read its file.
    """
    file = key_file(paths)
    if paths.key_file is None and ENVIRONMENT not in os.environ and not file.exists():
        if paths.database.exists() and not encrypted.is_plain(paths.database):
            raise _lost(file)
        _make_default(file)
    return existing_key(paths)


def existing_key(paths: Paths) -> Key:
    """The key of the warehouse; none is made. Raises as ``key_of`` does, NotEncrypted where no key is needed yet, and Busy while it is being changed: then some things
    are sealed with the old key and some with the new one."""
    if mark(paths).exists():
        raise Busy(
            "the installation's key is being changed, or a change of it was cut off",
            where=str(mark(paths)),
            hint="wait until `lanterne rekey` has ended; if it was stopped, run it again: it goes on where it was.",
        )
    return key_now(paths)


def key_now(paths: Paths) -> Key:
    """As ``existing_key``, also while the key is being changed: for whoever changes it (``pipelines.rekeying``)."""
    given = given_by(ENVIRONMENT)
    if given is not None:
        return given
    file = key_file(paths)
    if paths.key_file is None and not file.exists():
        is_plain = paths.database.is_file() and encrypted.is_plain(paths.database)
        raise encrypted.not_encrypted(paths.database) if is_plain else _lost(file)
    return key_in(file)


def key_file(paths: Paths) -> Path:
    """The file that is read when the environment gives no key."""
    return paths.key_file or paths.database.with_name(DEFAULT_NAME)


def mark(paths: Paths) -> Path:
    """A file that lies there for as long as the key is being changed; it tells nothing of either key."""
    return paths.database.with_name(f".{paths.database.name}.rekey")


def _lost(file: Path) -> IntegrityError:
    return IntegrityError(
        "the warehouse's key is not there",
        where=str(file),
        hint=f"put the copy of the key file back, name it as paths.key_file in city.toml, or set {ENVIRONMENT}.",
    )


def _make_default(file: Path) -> None:
    whole = file.with_name(f".{file.name}.{os.getpid()}")
    make_key(whole)
    try:
        os.link(whole, file)  # there with its content or not at all, and never over another
    except FileExistsError:
        return  # another first run was quicker: its key counts
    finally:
        whole.unlink()
    console.notice(
        "The warehouse's key was made: {file}",
        "Keep a copy of it apart from the warehouse and its backups: without it nobody can read them.",
        file=file,
    )


def given_by(variable: str) -> Key | None:
    """The key that the environment gives under that name. Raises IntegrityError for one that is too short."""
    given = os.environ.get(variable)
    return None if given is None else _derived(_from_text(os.fsencode(given.strip()), variable), variable)


def key_in(file: Path) -> Key:
    """The key of a key file. Raises as ``keys.read_key``."""
    return _derived(read_key(file), str(file))


def _from_text(text: bytes, variable: str) -> bytes:
    """A key file's digits are taken as they are; anything else is a passphrase, made costly to guess (scrypt, RFC 7914)."""
    if _HEX.fullmatch(text):
        return bytes.fromhex(text.decode())
    if len(text) < MIN_BYTES:
        raise IntegrityError(
            f"the key in the environment is shorter than {MIN_BYTES} bytes",
            where=variable,
            hint=f"give {2 * KEY_BYTES} hexadecimal digits or a passphrase of at least {MIN_BYTES} bytes, or unset it.",
        )
    return hashlib.scrypt(text, salt=_PERSON, n=2**14, r=8, p=1, dklen=KEY_BYTES)


def _derived(key: bytes, origin: str) -> Key:
    return Key(origin=origin, secret=hashlib.blake2b(key, digest_size=32, person=_PERSON).hexdigest())
