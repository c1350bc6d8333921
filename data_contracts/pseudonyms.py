"""Names → match keys: what lets two registers agree on a person without naming them.

A key is the first 32 hexadecimal characters of HMAC-SHA-256 under a secret that only the city's key holder has, over
normalised fields. A key whose fields are missing is empty. Nothing here keeps a name: text goes in, keys come out.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from data_contracts.addresses import Address, normalised_address
from data_contracts.errors import ConfigurationError
from data_contracts.flats import normalised_flat
from data_contracts.keyed import keyed_hash
from data_contracts.locales import FRENCH, Locale
from data_contracts.names import (
    both_surnames,
    first_given_name,
    first_initial,
    iso_date,
    normalised_surname,
    surnames_in,
)
from data_contracts.phonetics import soundex2

__all__ = [
    "KEYS",
    "NAMES",
    "address_ids",
    "dwelling_ids",
    "first_given_name",
    "iso_date",
    "normalised_address",
    "normalised_flat",
    "normalised_surname",
    "person_keys",
]

KEY_LENGTH, PLACE_LENGTH, SECRET_BYTES = 32, 16, 16
KEYS = ("CLE_IDENTITE", "CLE_USAGE", "CLE_PHONETIQUE", "CLE_NOM_ADRESSE")
NAMES = ("NOM_NAISSANCE", "NOM_USAGE", "PRENOMS", "DATE_NAISSANCE", "ID_ADRESSE")

Texts = npt.NDArray[np.object_]


@dataclass(frozen=True, kw_only=True)
class Person:
    """Normalised fields, row for row; '' = missing. ``initial`` is known where the first given name is written as one."""

    birth: Texts
    usage: Texts
    given: Texts
    initial: Texts
    born: Texts


def read_people(people: pd.DataFrame, *, locale: Locale = FRENCH) -> Person:
    """``people``: text columns ``NOM_NAISSANCE``, ``NOM_USAGE``, ``PRENOMS``, ``DATE_NAISSANCE``; empty = missing.

    Either surname's field may hold both (``DURAND EP. MARTIN``); then the field of its own has the last word. Work is done once per distinct text.
    """
    fields = (each(people[name], surnames_in) for name in ("NOM_NAISSANCE", "NOM_USAGE"))
    pairs = [both_surnames(birth, usage) for birth, usage in zip(*fields, strict=True)]
    birth, usage = np.array(pairs, dtype=object).reshape(-1, 2).T
    given = people["PRENOMS"]
    return Person(
        birth=birth,
        usage=usage,
        given=each(given, locale.given),
        initial=each(given, first_initial),
        born=each(people["DATE_NAISSANCE"], iso_date),
    )


def person_keys(people: pd.DataFrame, secret: bytes) -> pd.DataFrame:
    """The four match keys, row for row.

    ``people``: text columns ``NOM_NAISSANCE``, ``NOM_USAGE``, ``PRENOMS``, ``DATE_NAISSANCE``, ``ID_ADRESSE``; empty = missing.
    ``CLE_NOM_ADRESSE`` takes the usage surname, or the birth surname where there is no other.
    Raises ConfigurationError for a secret that is too short.
    """
    return keys_of(read_people(people), people["ID_ADRESSE"].to_numpy(dtype=object), secret).set_index(
        people.index
    )


def keys_of(read: Person, address: Texts, secret: bytes) -> pd.DataFrame:
    """The four match keys of normalised fields; ``address``: ID_ADRESSE."""
    _check_secret(secret)
    worn = np.where(read.usage == "", read.birth, read.usage)
    return pd.DataFrame(
        {
            "CLE_IDENTITE": _hashed(secret, "nom", read.birth, read.given, read.born),
            "CLE_USAGE": _hashed(secret, "nom", read.usage, read.given, read.born),
            "CLE_PHONETIQUE": _hashed(secret, "son", each(read.birth, soundex2), read.initial, read.born),
            "CLE_NOM_ADRESSE": _hashed(secret, "adresse", worn, read.given, address),
        }
    )


@dataclass(frozen=True, kw_only=True)
class Place:
    """Normalised, row for row; '' = missing. ``has_more``: something is said of the dwelling, enough to tell it apart (``flat``) or not."""

    street: Texts
    flat: Texts
    has_more: npt.NDArray[np.bool_]


def read_places(
    addresses: Texts | pd.Series,
    flats: Texts | pd.Series,
    known: dict[str, Address] | None = None,
    *,
    locale: Locale = FRENCH,
) -> Place:
    """``flats``: the field for it; the address's own line counts where that field says nothing. Work is done once per distinct text.

    ``known``: addresses that were read before, which the caller keeps from batch to batch; it is added to.
    """
    read = {} if known is None else known
    codes, distinct = pd.factorize(np.asarray(addresses, dtype=object))
    for text in distinct:
        if text not in read:
            read[text] = locale.address(text)
    street, line = (np.empty(len(distinct), dtype=object) for _ in range(2))
    street[:], line[:] = [read[text].street for text in distinct], [read[text].flat for text in distinct]
    apart = each(flats, locale.flat)
    return Place(
        street=street[codes],
        flat=np.where(apart == "", line[codes], apart),
        has_more=(np.asarray(flats, dtype=object) != "") | (line[codes] != ""),
    )


def building_ids(read: Place, secret: bytes) -> Texts:
    """``ID_ADRESSE``: 16 hexadecimal characters, empty when the address is."""
    _check_secret(secret)
    hashed = keyed_hash(secret)
    return each(read.street, lambda text: hashed(f"batiment|{text}".encode())[:PLACE_LENGTH] if text else "")


def home_ids(read: Place, has_several: npt.NDArray[np.bool_], secret: bytes) -> Texts:
    """``ID_LOGEMENT``: empty when the building has several dwellings (``has_several``) and the flat is not given.

    In a building of one dwelling whatever is said about the flat is left out, so that all its records agree.
    """
    _check_secret(secret)
    return _shortened(_hashed(secret, "logement", read.street, np.where(has_several, read.flat, "UNIQUE")))


def address_ids(addresses: pd.Series, secret: bytes) -> Texts:
    """``ID_ADRESSE`` of each address as written."""
    return building_ids(read_places(addresses, np.full(len(addresses), "", dtype=object)), secret)


def dwelling_ids(
    addresses: pd.Series, flats: pd.Series, has_several: npt.NDArray[np.bool_], secret: bytes
) -> Texts:
    """``ID_LOGEMENT`` of each dwelling as written; see ``home_ids``."""
    return home_ids(read_places(addresses, flats), has_several, secret)


def opaque_ids(secret: bytes, *fields: Texts) -> Texts:
    """A keyed name for a record that a department knows by a number of its own; '' where a field is missing."""
    _check_secret(secret)
    return _shortened(_hashed(secret, "numero", *fields))


def each(texts: pd.Series | Texts, function: Callable[[str], object]) -> Texts:
    """``function`` of every text, worked once per distinct text; missing counts as empty."""
    codes, distinct = pd.factorize(np.asarray(texts, dtype=object), use_na_sentinel=True)
    values = np.empty(len(distinct) + 1, dtype=object)
    values[:] = [*(function(str(text)) for text in distinct), function("")]
    return values[codes]


def _hashed(secret: bytes, purpose: str, *fields: Texts) -> Texts:
    """One key a row; the purpose keeps keys of different kinds apart, and a missing field leaves the key empty."""
    hashed = keyed_hash(secret)
    keys = np.empty(len(fields[0]), dtype=object)
    keys[:] = [
        hashed(f"{purpose}|{'|'.join(row)}".encode())[:KEY_LENGTH] if all(row) else ""
        for row in zip(*fields, strict=True)
    ]
    return keys


def _shortened(keys: Texts) -> Texts:
    return np.array([key[:PLACE_LENGTH] for key in keys], dtype=object)


def _check_secret(secret: bytes) -> None:
    if len(secret) < SECRET_BYTES:
        raise ConfigurationError(
            "the key is too short to protect names",
            where=f"{len(secret)} bytes",
            hint=f"make one of at least {SECRET_BYTES} bytes with `lanterne keygen`.",
        )
