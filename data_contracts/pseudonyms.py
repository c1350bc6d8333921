"""Names → match keys: what lets two registers agree on a person without naming them.

A key is the first 32 hexadecimal characters of HMAC-SHA-256 under a secret that only the city's key holder has, over
normalised fields. A key whose fields are missing is empty. Nothing here keeps a name: text goes in, keys come out.
"""

from __future__ import annotations

import hmac
import re
import unicodedata
from collections.abc import Callable, Iterable
from datetime import date

import numpy as np
import numpy.typing as npt
import pandas as pd

from data_contracts.errors import ConfigurationError
from data_contracts.phonetics import soundex2

KEY_LENGTH, PLACE_LENGTH, SECRET_BYTES = 32, 16, 16
KEYS = ("CLE_IDENTITE", "CLE_USAGE", "CLE_PHONETIQUE", "CLE_NOM_ADRESSE")
NAMES = ("NOM_NAISSANCE", "NOM_USAGE", "PRENOMS", "DATE_NAISSANCE", "ID_ADRESSE")

Texts = npt.NDArray[np.object_]

LIGATURES = str.maketrans({"Œ": "OE", "Æ": "AE", "ß": "SS", "ẞ": "SS", "Ø": "O", "Ł": "L"})
PARTICLE = re.compile(r"^(.+?)\s*\((DE LA|DE L|DE|DU|DES|D|LE|LA|L)\s*\)$")
APOSTROPHES = re.compile("['’ʼ`´]")
DASHES = re.compile("[-‐‑‒–—]")
NOT_LETTERS = re.compile("[^A-Z]")
NOT_PLAIN = re.compile("[^A-Z0-9]")

COMPOUNDS = {
    "ANNE": "CATHERINE CECILE CHARLOTTE CLAIRE FLORE FRANCOISE GAELLE LAURE LISE LOUISE LYSE MARGUERITE MARIE SOPHIE",
    "JEAN": "BAPTISTE BERNARD CHARLES CHRISTOPHE CLAUDE CLEMENT DANIEL DENIS DOMINIQUE FRANCOIS GABRIEL GUY JACQUES JOSEPH LOUIS"
    " LOUP LUC MARC MARIE MAURICE MICHEL NOEL PASCAL PAUL PHILIPPE PIERRE RENE ROBERT ROCH SEBASTIEN VICTOR VINCENT YVES",
    "MARIE": "ADELE AGNES ALICE ANDREE ANGE ANNICK ANTOINETTE BERNADETTE BLANCHE CATHERINE CECILE CHANTAL CHARLOTTE CHRISTINE CLAIRE CLAUDE"
    " DOMINIQUE EVE FRANCE FRANCOISE GABRIELLE HELENE JEANNE JOSE JOSEE JOSEPHE LAURE LINE LISE LOU LOUISE LUCE LYNE MADELEINE"
    " MARTINE NOELLE ODILE PAULE PIERRE REINE ROSE SOPHIE THERESE",
    "PIERRE": "ALAIN ANDRE ANTOINE EMMANUEL HENRI JEAN LOUIS MARIE YVES",
    "LOUIS": "MARIE PHILIPPE",
    "PAUL": "ANTOINE EMILE HENRI",
    "ROSE": "MARIE",
}
"""Compound first names that registers also write with a space; the second given name of anybody else is not read."""

STREETS = {
    **dict.fromkeys(("AV", "AVE", "AVN"), "AVENUE"),
    **dict.fromkeys(("BD", "BLD", "BVD", "BOUL", "BLVD"), "BOULEVARD"),
    **dict.fromkeys(("CH", "CHE", "CHEM"), "CHEMIN"),
    **dict.fromkeys(("PASS", "PAS"), "PASSAGE"),
    **dict.fromkeys(("SQ", "SQU"), "SQUARE"),
    **dict.fromkeys(("GAL", "GEN", "GNL"), "GENERAL"),
    **dict.fromkeys(("MAL", "MCHL"), "MARECHAL"),
    **dict.fromkeys(("PDT", "PRES"), "PRESIDENT"),
    **dict.fromkeys(("PR", "PROF"), "PROFESSEUR"),
    **{
        "R": "RUE",
        "PL": "PLACE",
        "RTE": "ROUTE",
        "IMP": "IMPASSE",
        "ALL": "ALLEE",
        "RES": "RESIDENCE",
        "LOT": "LOTISSEMENT",
    },
    **{
        "CRS": "COURS",
        "QU": "QUAI",
        "ESP": "ESPLANADE",
        "FG": "FAUBOURG",
        "FBG": "FAUBOURG",
        "HAM": "HAMEAU",
        "LD": "LIEU DIT",
    },
    **{
        "ST": "SAINT",
        "STE": "SAINTE",
        "DR": "DOCTEUR",
        "CDT": "COMMANDANT",
        "COL": "COLONEL",
        "CAP": "CAPITAINE",
        "LT": "LIEUTENANT",
    },
}
"""Usual abbreviations of addresses (NF Z 10-011 and older habits)."""
ARTICLES = frozenset(("DE", "DU", "DES", "D", "LA", "LE", "LES", "L", "NO"))
SUFFIXES = {"BIS": "B", "TER": "T", "QUATER": "Q", "QUINQUIES": "C"}
FLATS = {
    **dict.fromkeys(
        ("APPARTEMENT", "APPART", "APPT", "APT", "APP", "LOGEMENT", "LOGT", "LGT", "PORTE", "PTE", "N", "NO"),
        "",
    ),
    **{
        "BATIMENT": "BAT",
        "ESCALIER": "ESC",
        "ETAGE": "ETG",
        "ET": "ETG",
        "GAUCHE": "G",
        "DROITE": "D",
        "FACE": "F",
    },
}


def normalised_surname(text: str) -> str:
    """Capital letters A-Z only: ``de La Tour-Dupré`` → DELATOURDUPRE, ``Cœur (de)`` → DECOEUR."""
    plain = APOSTROPHES.sub(" ", _plain(text)).strip()
    found = PARTICLE.match(plain)
    return NOT_LETTERS.sub("", f"{found[2]}{found[1]}" if found else plain)


def first_given_name(text: str) -> str:
    """The first of the given names, a compound one whole: ``Jean Pierre`` = ``Jean-Pierre, Marie`` → JEANPIERRE."""
    first = re.sub(r"\s*-\s*", "-", DASHES.sub("-", APOSTROPHES.sub("", _plain(text)))).split(",")[0].split()
    if len(first) > 1 and first[1] in COMPOUNDS.get(first[0], "").split():
        return NOT_LETTERS.sub("", first[0] + first[1])
    return NOT_LETTERS.sub("", first[0]) if first else ""


def iso_date(text: str) -> str:
    """``JJ/MM/AAAA`` or ISO → ISO; empty for anything else, 00/00/1950 and 31/02/1950 included: no full date, no key."""
    stated = re.sub(r"^(\d\d?)/(\d\d?)/(\d{4})$", _french_date, text.strip())
    try:
        return date.fromisoformat(stated[:10]).isoformat()
    except ValueError:
        return ""


def normalised_address(text: str) -> str:
    """Number, letter, kind of street and name, in one spelling: ``12 bis, av. du Gal de Gaulle, 47000 Agen`` → 12B AVENUE GENERAL GAULLE.

    The commune is left out: a key is made for one city. Of ``12-14`` the first number counts.
    """
    words = re.sub(r"\b\d{5}\b.*$", "", NOT_PLAIN.sub(" ", DASHES.sub(" ", _plain(text)))).split()
    words = [STREETS.get(word, word) for word in words if word not in ARTICLES]
    return " ".join(_numbered(words))


def normalised_flat(text: str) -> str:
    """What tells a dwelling from its neighbours: ``Bât. A, appt n° 012`` → BATA12; empty when nothing is said."""
    words = re.findall(r"[A-Z]+|\d+", _plain(text).replace("N°", " "))
    kept = [FLATS.get(word, word) for word in words if word not in ("EME", "ER", "E")]
    return "".join(word.lstrip("0") or "0" if word.isdigit() else word for word in kept)


def person_keys(people: pd.DataFrame, secret: bytes) -> pd.DataFrame:
    """The four match keys, row for row.

    ``people``: text columns ``NOM_NAISSANCE``, ``NOM_USAGE``, ``PRENOMS``, ``DATE_NAISSANCE``, ``ID_ADRESSE``; empty = missing.
    ``CLE_NOM_ADRESSE`` takes the usage surname, or the birth surname where there is no other. Work is done once per distinct text.
    Raises ConfigurationError for a secret that is too short.
    """
    _check_secret(secret)
    birth, usage = (_each(people[name], normalised_surname) for name in ("NOM_NAISSANCE", "NOM_USAGE"))
    given, born = _each(people["PRENOMS"], first_given_name), _each(people["DATE_NAISSANCE"], iso_date)
    sound, initial = _each(birth, soundex2), _each(given, _initial)
    address = people["ID_ADRESSE"].to_numpy(dtype=object)
    return pd.DataFrame(
        {
            "CLE_IDENTITE": _hashed(secret, "nom", birth, given, born),
            "CLE_USAGE": _hashed(secret, "nom", usage, given, born),
            "CLE_PHONETIQUE": _hashed(secret, "son", sound, initial, born),
            "CLE_NOM_ADRESSE": _hashed(
                secret, "adresse", np.where(usage == "", birth, usage), given, address
            ),
        },
        index=people.index,
    )


def address_ids(addresses: pd.Series, secret: bytes) -> Texts:
    """``ID_ADRESSE`` of each address: 16 hexadecimal characters, empty when the address is."""
    _check_secret(secret)
    return _shortened(_hashed(secret, "batiment", _each(addresses, normalised_address)))


def dwelling_ids(
    addresses: pd.Series, flats: pd.Series, has_several: npt.NDArray[np.bool_], secret: bytes
) -> Texts:
    """``ID_LOGEMENT``: empty when the building has several dwellings (``has_several``) and the flat is not given.

    In a building of one dwelling whatever is said about the flat is left out, so that all its records agree.
    """
    _check_secret(secret)
    street, flat = _each(addresses, normalised_address), _each(flats, normalised_flat)
    said = np.where(has_several, flat, "UNIQUE")
    return _shortened(_hashed(secret, "logement", street, said))


def _plain(text: str) -> str:
    """Upper case, ligatures spelt out, no accents."""
    spelt = unicodedata.normalize("NFKD", text.upper().translate(LIGATURES))
    return "".join(letter for letter in spelt if not unicodedata.combining(letter))


def _french_date(found: re.Match[str]) -> str:
    return f"{found[3]}-{found[2]:0>2}-{found[1]:0>2}"


def _numbered(words: list[str]) -> list[str]:
    """``12 BIS`` and ``12BIS`` → 12B, ``012`` → 12; of two numbers in front the first counts."""
    if not words or not (front := re.fullmatch(r"0*(\d+)([A-Z]*)", words[0])):
        return words
    rest = words[1:]
    while rest and rest[0].isdigit():
        rest = rest[1:]
    letter = SUFFIXES.get(front[2], front[2])
    if not letter and rest and (rest[0] in SUFFIXES or rest[0] in SUFFIXES.values()):
        letter, rest = SUFFIXES.get(rest[0], rest[0]), rest[1:]
    return [front[1] + letter, *rest]


def _initial(name: str) -> str:
    return name[:1]


def _each(texts: pd.Series | Texts, function: Callable[[str], str]) -> Texts:
    """``function`` of every text, worked once per distinct text; missing counts as empty."""
    codes, distinct = pd.factorize(np.asarray(texts, dtype=object), use_na_sentinel=True)
    values = np.array([*(function(str(text)) for text in distinct), ""], dtype=object)
    return values[codes]


def _hashed(secret: bytes, purpose: str, *fields: Texts) -> Texts:
    """One key a row; the purpose keeps keys of different kinds apart, and a missing field leaves the key empty."""
    return np.array([_key(secret, purpose, row) for row in zip(*fields, strict=True)], dtype=object)


def _key(secret: bytes, purpose: str, fields: Iterable[str]) -> str:
    parts = (purpose, *fields)
    return hmac.digest(secret, "|".join(parts).encode(), "sha256").hex()[:KEY_LENGTH] if all(parts) else ""


def _shortened(keys: Texts) -> Texts:
    return np.array([key[:PLACE_LENGTH] for key in keys], dtype=object)


def _check_secret(secret: bytes) -> None:
    if len(secret) < SECRET_BYTES:
        raise ConfigurationError(
            "the key is too short to protect names",
            where=f"{len(secret)} bytes",
            hint=f"make one of at least {SECRET_BYTES} bytes with `lanterne keygen`.",
        )
