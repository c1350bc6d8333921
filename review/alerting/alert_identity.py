"""Whom an alert is about: name and address, of a form in which nothing else can be written, sealed before they reach the database."""

from __future__ import annotations

import base64
import json
import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from datetime import date

from cryptography.fernet import Fernet, InvalidToken

from data_contracts.errors import IntegrityError
from review.refusals import Incomplete
from review.sealing import Seal

LONGEST = 80
NAME = re.compile(r"[^\W\d_](?:[^\W\d_]|[ .'’-])*")
PLACE = re.compile(r"(?:[^\W_]|[ .,'’°/()-])*")
TELEPHONE = re.compile(r"(?:\d[ .\-/]?){8,}")
FIRST_YEAR = 1900


@dataclass(frozen=True, kw_only=True, repr=False)
class Told:
    """As it was told. ``address``: number and street; ``complement``: floor, flat, door. Either of the names may be empty. ``born_on``: makes keys, then is
    forgotten but for its year; None where it is not known."""

    surname: str
    given_names: str
    address: str
    complement: str
    born_on: date | None = None


Pseudonyms = Callable[[Told], Mapping[str, str]]
"""Match keys and place pseudonyms (headers of the contract) as ``lanterne pseudonymise`` makes them; '' for one whose fields are missing."""


def checked(told: Told, today: date) -> Told:
    """In one spelling of its letters. Raises Incomplete for what leads to no door, and for what is no name or address."""
    texts = [_spaced(getattr(told, name)) for name in ("surname", "given_names", "address", "complement")]
    surname, given_names, address, complement = texts
    if not address or not (surname or complement):
        raise Incomplete(
            "Nobody would find the door",
            "An alert needs the address, and the name or the floor and the flat.",
            "Ask for them; without them nobody can go there.",
        )
    if not all(NAME.fullmatch(text) for text in (surname, given_names) if text):
        raise Incomplete("This is no name", "A name has letters only.", "Write nothing else beside it.")
    if not all(PLACE.fullmatch(text) and not TELEPHONE.search(text) for text in (address, complement)):
        raise Incomplete(
            "This is no address",
            "An address has letters and short numbers only.",
            "Write no telephone number and nothing else beside it.",
        )
    if any(len(text) > LONGEST for text in texts):
        raise Incomplete("This is too long", "Each of these fields has 80 characters at most.", "Shorten it.")
    if told.born_on and not date(FIRST_YEAR, 1, 1) <= told.born_on <= today:
        raise Incomplete("This birth date cannot be", "It lies too far back, or ahead.", "Leave it empty.")
    return Told(
        surname=surname,
        given_names=given_names,
        address=address,
        complement=complement,
        born_on=told.born_on,
    )


def _spaced(text: str) -> str:
    return " ".join(unicodedata.normalize("NFC", text).split())


def sealed(seal: Seal, told: Told) -> str:
    """Encrypted under a key of its own, without the moment that the box would write beside it: no time of day is kept of an alert."""
    plain = {name: value for name, value in asdict(told).items() if name != "born_on"}
    return _box(seal).encrypt_at_time(json.dumps(plain).encode(), 0).decode()


def opened(seal: Seal, text: str) -> Told:
    """Raises IntegrityError for what was altered or sealed with another secret."""
    try:
        return Told(**json.loads(_box(seal).decrypt(text.encode())))
    except InvalidToken as error:
        raise IntegrityError(
            "what an alert keeps sealed does not open with this key",
            where="desk database",
            hint="give the key with which the desk was started before (paths.key_file or LANTERNE_KEY).",
        ) from error


def _box(seal: Seal) -> Fernet:
    return Fernet(base64.urlsafe_b64encode(bytes.fromhex(seal.sign("alert", b"identity"))))
