"""The key holder's table: which name and address stand behind the keys and pseudonyms of a list.

One sealed file, made on the key holder's side (``lanterne correspondence``), opened in memory for a session and forgotten with it. It is asked
about one person, dwelling or address at a time; nothing here gives all of it.

File: one line of ASCII, ``lanterne-correspondence 1 scrypt N R P SALT NONCE CHECK``, then the rows as JSON, compressed (zlib) and encrypted
(AES-256-GCM, which authenticates the line as well). The passphrase gives 64 bytes by scrypt (RFC 7914) with the salt: the first half is the
key, the first 16 of the other are CHECK, so that a wrong passphrase is told from altered rows. An altered line may look like a wrong passphrase.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import re
import secrets
import unicodedata
import zlib
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from data_contracts.errors import ConfigurationError, IntegrityError

MAGIC = b"lanterne-correspondence "
VERSION = b"1 "
_LINE = re.compile(rb"scrypt ([1-9]\d{0,7}) (\d) (\d) ([0-9a-f]{32}) ([0-9a-f]{24}) ([0-9a-f]{32})")
COST = (2**17, 8, 1)
"""scrypt's N, r and p: 128 MB and a good third of a second for each try (OWASP, Password Storage Cheat Sheet)."""
MEMORY = 2**29
"""Bytes that the parameters of a file may ask for; a forged line cannot take more."""
SHORTEST = 16
"""Characters of a passphrase."""
_WHERE = "the key holder's table"


@dataclass(frozen=True, kw_only=True, repr=False)
class Person:
    """Somebody at a place, as one register writes them. Grain: one person key at one dwelling, or at one address where the flat is not known.

    ``key``: CLE_IDENTITE, or CLE_NOM_ADRESSE where there is none. ``dwelling``: ID_LOGEMENT, None where it is not known; ``address_id``:
    ID_ADRESSE, empty where no address is known. The texts are the register's own, spaces apart; empty = not said. ``given_name``: all
    given names that are written; ``surname``: the one in use, else the one of birth; ``title``: Mme or M. ``complement``: building, stairs, floor, flat.
    ``longitude``, ``latitude``: degrees (WGS84), both or neither. Being here says nothing of being there still: registers keep who left.
    """

    key: str
    dwelling: str | None
    address_id: str
    title: str
    given_name: str
    surname: str
    address: str
    complement: str
    postcode_town: str
    longitude: float | None
    latitude: float | None

    @property
    def name(self) -> str:
        """« Mme Jeanne DUPONT »."""
        given = self.given_name.title() if self.given_name.isupper() else self.given_name
        return " ".join(filter(None, (self.title, given, self.surname.upper())))


@dataclass(frozen=True, kw_only=True, repr=False)
class _Indexes:
    by_key: Mapping[str, list[Person]]
    by_dwelling: Mapping[str, list[Person]]
    by_address: Mapping[str, list[Person]]


class Correspondence:
    """The table in memory. Every look-up gives the rows in the file's order, none for what nobody bears, and raises ConfigurationError once closed."""

    def __init__(self, content: bytes, passphrase: str) -> None:
        """Raises ConfigurationError for another kind of file, IntegrityError for a passphrase that does not open it and for an altered file."""
        self._indexes: _Indexes | None = _indexed(
            Person(**row) for row in json.loads(_opened(content, passphrase))
        )

    def of_person(self, keys: Collection[str]) -> tuple[Person, ...]:
        """Who bears one of the keys; more than one row where registers put them at more than one place."""
        found = self._here().by_key
        return tuple(person for key in sorted(set(keys)) for person in found.get(key, ()))

    def at_dwelling(self, id_logement: str) -> tuple[Person, ...]:
        """Whom some register puts at this dwelling."""
        return tuple(self._here().by_dwelling.get(id_logement, ()))

    def at_address(self, id_adresse: str) -> tuple[Person, ...]:
        """Whom some register puts in this building."""
        return tuple(self._here().by_address.get(id_adresse, ()))

    def close(self) -> None:
        """Lets go of the names: nothing can be looked up any more."""
        self._indexes = None

    def _here(self) -> _Indexes:
        if self._indexes is None:
            raise ConfigurationError(
                "the key holder's table is closed", where=_WHERE, hint="load it again, with its passphrase."
            )
        return self._indexes


def sealed(rows: Iterable[Person], passphrase: str) -> bytes:
    """The file's content; other bytes each time. Raises ConfigurationError as ``check_passphrase`` does."""
    check_passphrase(passphrase)
    salt, nonce = secrets.token_bytes(16), secrets.token_bytes(12)
    key, check = _derived(passphrase, salt, COST)
    parts = ("scrypt", *map(str, COST), salt.hex(), nonce.hex(), check.hex())
    line = MAGIC + VERSION + " ".join(parts).encode("ascii")
    table = zlib.compress(json.dumps([vars(row) for row in rows], ensure_ascii=False).encode())
    return line + b"\n" + AESGCM(key).encrypt(nonce, table, line)


def check_passphrase(passphrase: str) -> None:
    """Raises ConfigurationError for one that is too short."""
    if len(passphrase) < SHORTEST:
        raise ConfigurationError(
            f"the passphrase is shorter than {SHORTEST} characters",
            where=_WHERE,
            hint="take a sentence that you can remember, or several words drawn at random.",
        )


def _opened(content: bytes, passphrase: str) -> bytes:
    line, _, body = content.partition(b"\n")
    cost, salt, nonce, check = _read(line)
    key, expected = _derived(passphrase, salt, cost)
    if not hmac.compare_digest(check, expected):
        raise IntegrityError(
            "the passphrase does not open the file",
            where=_WHERE,
            hint="type it again; if it is surely the right one the file's first line was altered: take a copy, or make the table again.",
        )
    try:
        return zlib.decompress(AESGCM(key).decrypt(nonce, body, line))
    except InvalidTag as error:
        raise IntegrityError(
            "the file was altered or is not whole, though the passphrase is right",
            where=_WHERE,
            hint="take a copy, or make the table again with `lanterne correspondence`.",
        ) from error


def _read(line: bytes) -> tuple[tuple[int, int, int], bytes, bytes, bytes]:
    """Cost, salt, nonce and check of the first line."""
    if not line.startswith(MAGIC):
        raise ConfigurationError(
            "this is not a key holder's table",
            where=_WHERE,
            hint="choose the file that `lanterne correspondence` wrote.",
        )
    if not line.startswith(MAGIC + VERSION):
        raise ConfigurationError(
            "the table was made by another version", where=_WHERE, hint="make it again with this one."
        )
    found = _LINE.fullmatch(line.removeprefix(MAGIC + VERSION))
    if not found:
        raise _damaged_line()
    n, r, p = (int(number) for number in found.groups()[:3])
    salt, nonce, check = (bytes.fromhex(digits.decode()) for digits in found.groups()[3:])
    return (n, r, p), salt, nonce, check


def _derived(passphrase: str, salt: bytes, cost: tuple[int, int, int]) -> tuple[bytes, bytes]:
    """Key and check. Accents count the same however a keyboard composes them."""
    n, r, p = cost
    secret = unicodedata.normalize("NFC", passphrase).encode()
    try:
        made = hashlib.scrypt(secret, salt=salt, n=n, r=r, p=p, maxmem=MEMORY, dklen=64)
    except ValueError as error:
        raise _damaged_line() from error
    return made[:32], made[32:48]


def _damaged_line() -> IntegrityError:
    return IntegrityError(
        "the file's first line was altered",
        where=_WHERE,
        hint="take a copy, or make the table again with `lanterne correspondence`.",
    )


def _indexed(rows: Iterable[Person]) -> _Indexes:
    by_key, by_dwelling, by_address = (defaultdict[str, list[Person]](list) for _ in range(3))
    for row in rows:
        by_key[row.key].append(row)
        if row.dwelling:
            by_dwelling[row.dwelling].append(row)
        if row.address_id:
            by_address[row.address_id].append(row)
    return _Indexes(by_key=by_key, by_dwelling=by_dwelling, by_address=by_address)
