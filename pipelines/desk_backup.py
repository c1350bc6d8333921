"""The review desk's SQLite file in a backup: a consistent copy that is taken while people work, encrypted, bound to the description beside it, and put back in one
transaction. A database on a server has tools of its own (``pg_dump``).

File: one line of ASCII, ``lanterne-desk 1``, twelve bytes drawn at random, then the database, encrypted with a key derived from the warehouse's (AES-256-GCM, which
authenticates the line and the description as well).
"""

from __future__ import annotations

import hashlib
import os
import secrets
import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from data_contracts.errors import ConfigurationError, IntegrityError
from pipelines.copies import sync_folder
from pipelines.encrypted import Key

MAGIC = b"lanterne-desk 1\n"
NONCE_BYTES = 12
JOURNAL, NO_LOG = slice(18, 20), b"\x01\x01"
"""Of a file's header: whether a log stands beside it, which a database in memory cannot have (SQLite, Database File Format, 1.3)."""
WAITS_SECONDS = 15.0
_PERSON = b"lanterne.backup"


def file_of(backup: Path) -> Path:
    """The desk's part of a backup."""
    return backup.with_name(backup.name + ".desk")


def copied(database: Path) -> bytes:
    """One state of everything. Raises ConfigurationError where somebody at work does not pause, IntegrityError for a file that is damaged."""
    try:
        with closing(_opened(database)) as source, closing(sqlite3.connect(":memory:")) as copy:
            source.backup(copy)
            content = bytearray(copy.serialize())
    except sqlite3.OperationalError as error:
        raise _busy(database) from error
    except sqlite3.DatabaseError as error:
        raise IntegrityError(
            "the desk's database cannot be read: it is damaged, or its disk fails",
            where=str(database),
            hint="check the disk (is it full?), then put the last backup back.",
        ) from error
    content[JOURNAL] = NO_LOG
    return bytes(content)


def write(content: bytes, file: Path, key: Key, described: bytes) -> None:
    """The part beside ``file``, for its owner alone."""
    nonce, part = secrets.token_bytes(NONCE_BYTES), file_of(file)
    part.unlink(missing_ok=True)
    with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as stream:
        stream.write(MAGIC + nonce + AESGCM(_derived(key)).encrypt(nonce, content, MAGIC + described))
        stream.flush()
        os.fsync(stream.fileno())


def read(file: Path, key: Key, described: bytes) -> bytes:
    """The database. Raises ConfigurationError where the backup has none, IntegrityError for one that was altered, is another key's or another backup's."""
    part = file_of(file)
    if not part.is_file():
        raise ConfigurationError(
            "this backup does not hold the review desk; nothing was changed",
            where=str(part),
            hint="leave --desk out, or copy the file from where both were kept.",
        )
    sealed = part.read_bytes()
    body = sealed.removeprefix(MAGIC)
    try:
        return AESGCM(_derived(key)).decrypt(body[:NONCE_BYTES], body[NONCE_BYTES:], MAGIC + described)
    except (InvalidTag, ValueError) as error:
        raise IntegrityError(
            "the desk's part of the backup was altered, or is another key's or another backup's; nothing was changed",
            where=str(part),
            hint="take another backup, with all its files.",
        ) from error


def under(content: bytes, old: Key, new: Key, beside: Path) -> bytes:
    """The same database, sealed and signed with another key. Raises IntegrityError where its trail does not hold."""
    from review.database import opened
    from review.law.scrubbing import scrub
    from review.resealing import reseal
    from review.sealing import Seal

    with TemporaryDirectory(dir=beside, prefix=".desk-") as folder:
        file = Path(folder) / "desk.sqlite"
        put_back(content, file)
        database = opened(f"sqlite:///{file}")
        try:
            seals = [Seal(secret=bytes.fromhex(key.secret)) for key in (old, new)]
            with database.writing() as session:
                reseal(session, seals[0], seals[1], datetime.now(UTC), ())
            scrub(database)
        finally:
            database.close()
        return copied(file)


def put_back(content: bytes, database: Path) -> None:
    """All of it or nothing, also where a desk is at work: it goes on with what was put back."""
    os.close(os.open(database, os.O_RDWR | os.O_CREAT, 0o600))
    try:
        with closing(sqlite3.connect(":memory:")) as copy, closing(_opened(database)) as there:
            copy.deserialize(content)
            copy.backup(there)
    except sqlite3.OperationalError as error:
        raise _busy(database) from error
    sync_folder(database.parent)


def _opened(database: Path) -> sqlite3.Connection:
    """None is made by a look."""
    return sqlite3.connect(f"{database.absolute().as_uri()}?mode=rw", uri=True, timeout=WAITS_SECONDS)


def _derived(key: Key) -> bytes:
    return hashlib.blake2b(bytes.fromhex(key.secret), digest_size=32, person=_PERSON).digest()


def _busy(database: Path) -> ConfigurationError:
    return ConfigurationError(
        "the desk's database cannot be opened, or somebody is at work there",
        where=str(database),
        hint="run this again; if it stays so, stop the desk first.",
    )
