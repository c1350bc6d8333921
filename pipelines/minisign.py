"""Signatures in the files of minisign, so that the tool itself verifies what Lanterne signs and Lanterne what the tool signs.

Format: https://jedisct1.github.io/minisign/ (Ed25519; ``ED``: of the file's BLAKE2b-512; a second signature ties the trusted comment to the first). Keys without
a password only (``minisign -G -W``): whoever wants one signs with the tool.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import os
import secrets
from dataclasses import dataclass, field
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from data_contracts.errors import ConfigurationError, IntegrityError
from pipelines.keys import OTHERS
from pipelines.private_file import write_new

UNTRUSTED, TRUSTED = "untrusted comment: ", "trusted comment: "
PLAIN, HASHED = b"Ed", b"ED"
NO_PASSWORD, CHECKSUM = b"\0\0", b"B2"
_BEFORE_ID = 2 + 2 + 2 + 32 + 8 + 8
"""Of a secret key: algorithm, key derivation, checksum, salt and two limits of the derivation."""


@dataclass(frozen=True, kw_only=True)
class PublicKey:
    """``key_id``: eight bytes that say which key it is, nothing more."""

    key_id: bytes
    key: Ed25519PublicKey

    @property
    def name(self) -> str:
        """As the tool shows it."""
        return self.key_id[::-1].hex().upper()


@dataclass(frozen=True, kw_only=True)
class SecretKey:
    """Never shown."""

    key_id: bytes
    key: Ed25519PrivateKey = field(repr=False)

    @property
    def public(self) -> PublicKey:
        """Its other half."""
        return PublicKey(key_id=self.key_id, key=self.key.public_key())


def make(secret_file: Path, public_file: Path) -> PublicKey:
    """Writes a new pair; neither file may be there. Raises ConfigurationError."""
    made = SecretKey(key_id=secrets.token_bytes(8), key=Ed25519PrivateKey.generate())
    public = made.public.key.public_bytes_raw()
    secret = b"".join(
        (
            PLAIN,
            NO_PASSWORD,
            CHECKSUM,
            bytes(48),
            made.key_id,
            made.key.private_bytes_raw(),
            public,
            bytes(32),
        )
    )
    if public_file.exists():
        raise ConfigurationError(
            "this file exists already",
            where=str(public_file),
            hint="name another file; no key is overwritten.",
        )
    write_new(secret_file, _lines("minisign encrypted secret key", secret), "the key")
    content = _lines(f"minisign public key {made.public.name}", PLAIN + made.key_id + public)
    public_file.write_bytes(content)
    return made.public


def public_key(file: Path) -> PublicKey:
    """Read from its file. Raises ConfigurationError for what is none."""
    raw = _second_line(file, "public key")
    if len(raw) != 42 or raw[:2] != PLAIN:
        raise _no_key(file, "public key")
    return PublicKey(key_id=raw[2:10], key=Ed25519PublicKey.from_public_bytes(raw[10:]))


def secret_key(file: Path) -> SecretKey:
    """Read from its file. Raises IntegrityError where others may use it, ConfigurationError for what is none and for one with a password."""
    raw = _second_line(file, "secret key")
    if len(raw) != _BEFORE_ID + 8 + 64 + 32 or raw[:2] != PLAIN:
        raise _no_key(file, "secret key")
    if file.stat().st_mode & OTHERS:
        raise IntegrityError(
            "others than its owner may use the key", where=str(file), hint=f"chmod 600 {file}"
        )
    if raw[2:4] != NO_PASSWORD:
        raise ConfigurationError(
            "this key has a password, which Lanterne does not ask for",
            where=str(file),
            hint="sign with the tool itself, in the run's folder: minisign -S -m audit.jsonl; or take a key without password (`lanterne audit keygen`).",
        )
    start = _BEFORE_ID
    seed = raw[start + 8 : start + 40]
    return SecretKey(key_id=raw[start : start + 8], key=Ed25519PrivateKey.from_private_bytes(seed))


def sign(content: bytes, key: SecretKey, comment: str) -> bytes:
    """The signature file; ``comment``: one line that is signed with it."""
    signature = key.key.sign(hashlib.blake2b(content).digest())
    whole = key.key.sign(signature + comment.encode("utf-8"))
    first = _lines(f"signature by {key.public.name}", HASHED + key.key_id + signature)
    return first + f"{TRUSTED}{comment}\n".encode() + base64.b64encode(whole) + b"\n"


def write(content: bytes, file: Path) -> None:
    """A signature, whole or not at all, in the place of an earlier one."""
    partial = file.with_name(f".{file.name}.{os.getpid()}")
    partial.write_bytes(content)
    partial.replace(file)


def verify(content: bytes, signature_file: Path, key: PublicKey) -> str:
    """The trusted comment. Raises IntegrityError for no signature, another key's, and one that is not of ``content`` or of its comment."""
    signature, key_id, comment, whole = _signature(signature_file)
    if key_id != key.key_id:
        other = key_id[::-1].hex().upper()
        raise _refused(f"signed by another key, {other}, not {key.name}", signature_file)
    try:
        key.key.verify(signature, hashlib.blake2b(content).digest())
        key.key.verify(whole, signature + comment)
    except InvalidSignature as error:
        raise _refused(
            "the signature does not hold: what was signed was altered since", signature_file
        ) from error
    return comment.decode("utf-8", "replace")


def _signature(file: Path) -> tuple[bytes, bytes, bytes, bytes]:
    """(signature, key's id, trusted comment, signature of both)."""
    if not file.is_file():
        raise _refused("there is no signature", file)
    lines = file.read_bytes().splitlines()
    is_whole = len(lines) == 4 and lines[2].startswith(TRUSTED.encode())
    raw, whole = (_decoded(lines[1]), _decoded(lines[3])) if is_whole else (b"", b"")
    if len(raw) != 74 or len(whole) != 64 or raw[:2] != HASHED:
        raise _refused("this is no signature of a hashed file as minisign writes it", file)
    return raw[10:], raw[2:10], lines[2][len(TRUSTED) :], whole


def _lines(comment: str, raw: bytes) -> bytes:
    return f"{UNTRUSTED}{comment}\n".encode() + base64.b64encode(raw) + b"\n"


def _second_line(file: Path, what: str) -> bytes:
    try:
        lines = file.read_bytes().splitlines()
    except OSError as error:
        raise ConfigurationError(
            f"the {what} cannot be read: {error.strerror}",
            where=str(file),
            hint="`lanterne audit keygen` makes a pair.",
        ) from error
    if len(lines) < 2 or not lines[0].startswith(UNTRUSTED.encode()):
        raise _no_key(file, what)
    return _decoded(lines[1])


def _decoded(text: bytes) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except binascii.Error:
        return b""


def _no_key(file: Path, what: str) -> ConfigurationError:
    return ConfigurationError(
        f"this is no {what} of minisign",
        where=str(file),
        hint="`lanterne audit keygen` makes a pair; minisign does too.",
    )


def _refused(what: str, file: Path) -> IntegrityError:
    return IntegrityError(
        what,
        where=str(file),
        hint="ask whoever signs the runs; a run is signed with `lanterne audit sign RUN --key FILE`.",
    )
