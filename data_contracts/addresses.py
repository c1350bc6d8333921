"""How French registers write places, in one spelling: number and street of a building, and what tells its dwellings apart.

The commune is left out: a key is made for one city.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from data_contracts.flats import FLAT_WORDS, FLOORS, normalised_flat
from data_contracts.letters import plain, words_of

__all__ = ["Address", "normalised_address", "normalised_flat", "split_address"]

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
    **{"R": "RUE", "PL": "PLACE", "RTE": "ROUTE", "IMP": "IMPASSE", "ALL": "ALLEE", "RES": "RESIDENCE"},
    **{"LOT": "LOTISSEMENT", "CRS": "COURS", "QU": "QUAI", "ESP": "ESPLANADE", "FG": "FAUBOURG"},
    **{"FBG": "FAUBOURG", "HAM": "HAMEAU", "LD": "LIEU DIT", "LIEUDIT": "LIEU DIT"},
    **{"ST": "SAINT", "STE": "SAINTE", "STS": "SAINTS", "STES": "SAINTES", "ND": "NOTRE DAME"},
    **{"DR": "DOCTEUR", "CDT": "COMMANDANT", "COL": "COLONEL", "CAP": "CAPITAINE", "CAPT": "CAPITAINE"},
    **{"LT": "LIEUTENANT", "MGR": "MONSEIGNEUR", "CAL": "CARDINAL"},
}
"""Usual abbreviations of addresses (NF Z 10-011 and older habits), wherever they stand."""
KINDS_SHORT = {
    **{"ALLEES": "ALLEE", "BRG": "BOURG", "CAR": "CARREFOUR", "CHS": "CHAUSSEE", "COR": "CORNICHE", "CTE": "COTE"},
    **{"DOM": "DOMAINE", "GDE": "GRANDE", "GR": "GRANDE RUE", "MTE": "MONTEE", "PCE": "PLACE", "PROM": "PROMENADE"},
    **{"QUA": "QUARTIER", "QRT": "QUARTIER", "RLE": "RUELLE", "RPT": "ROND POINT", "SEN": "SENTIER", "SENT": "SENTIER"},
    **{"TRA": "TRAVERSE", "TRAV": "TRAVERSE", "VLA": "VILLA", "VLGE": "VILLAGE"},
}  # fmt: skip
"""Abbreviations that are words of their own elsewhere (rue Dom Bosco): read as kinds of street only in the kind's place."""
KINDS = frozenset(
    ("ALLEE", "AVENUE", "BOULEVARD", "BOURG", "CARREFOUR", "CHAUSSEE", "CHEMIN", "CITE", "CLOS", "CORNICHE", "COTE", "COUR",
     "COURS", "DOMAINE", "ESPLANADE", "FAUBOURG", "GRANDE", "HAMEAU", "IMPASSE", "LIEU", "LOTISSEMENT", "MAIL", "MONTEE", "PARC",
     "PARVIS", "PASSAGE", "PLACE", "PLACETTE", "PONT", "PORT", "PROMENADE", "QUAI", "QUARTIER", "RESIDENCE", "ROCADE", "ROND",
     "ROUTE", "RUE", "RUELLE", "SENTE", "SENTIER", "SQUARE", "TRAVERSE", "VENELLE", "VILLA", "VILLAGE", "VOIE", "ZONE")
)  # fmt: skip
NAMED = frozenset(("RESIDENCE",))
"""A kind that often stands beside the street's address and names the same building once more."""
ARTICLES = frozenset(("DE", "DU", "DES", "D", "LA", "LE", "LES", "L", "NO", "AU", "AUX"))
SUFFIXES = {"BIS": "B", "TER": "T", "QUATER": "Q", "QUINQUIES": "C"}
BETWEEN = frozenset(("A", "ET", "AU"))
"""What stands between the numbers of a range."""

CARE_OF = re.compile(r"\b(?:CHEZ|C\s*/\s*O|AUX BONS SOINS|A L'ATTENTION|A L ATTENTION)\b.*$")
BOXES = re.compile(r"\b(?:BP|CS|TSA|BOITE POSTALE)\s*N?\s*\d+\b")
POSTCODE = re.compile(r"(?<![A-Z0-9])(?:F\s*-\s*)?\d{5}(?!\d)\s*(?:[A-Z(].*)?$")
NUMBER_SIGN = re.compile(r"\bN(?:O|\s?°)?(?=\s*\d)")
CEDEX = re.compile(r"\bCEDEX\b.*$")


@dataclass(frozen=True, kw_only=True)
class Address:
    """One written address: ``street`` tells the building, ``flat`` what the line itself says of the dwelling. Both normalised, both may be empty."""

    street: str
    flat: str


def normalised_address(text: str) -> str:
    """Number, letter, kind of street and name, in one spelling: ``12 bis, av. du Gal de Gaulle, 47000 Agen`` → 12B AVENUE GENERAL GAULLE.

    The commune is left out, and so are flats, people cared of, boxes, and a residence named beside its street. Of ``12-14`` the first number counts.
    """
    return split_address(text).street


def split_address(text: str) -> Address:
    """An address on one line, its flat apart: ``Appt 3, Rés. les Pins, 12 rue Verte`` → 12 RUE VERTE and 3."""
    told = NUMBER_SIGN.sub(" ", BOXES.sub(" ", plain(text)))
    told = CEDEX.sub("", _without_postcode(told))
    words = words_of(_known_apart(told))
    words = [STREETS.get(word, word) for word in words]
    words = [part for word in words for part in word.split()]
    start = _start(words)
    before, street = words[:start], words[start:]
    end = _end(street)
    flat = normalised_flat(" ".join([*before, *street[end:]]))
    return Address(street=" ".join(_numbered(_kind_spelt(street[:end]))), flat=flat)


def _without_postcode(told: str) -> str:
    """Postcode and all behind it; but a house number of five digits in front of a kind of street stays."""
    found = POSTCODE.search(told)
    while found and _is_house_number(told, found.start()):
        found = POSTCODE.search(told, found.start() + 5)
    return told[: found.start()] if found else told


def _is_house_number(told: str, at: int) -> bool:
    following = words_of(told[at:])[1:2]
    word = STREETS.get(following[0], following[0]) if following else ""
    return not words_of(told[:at]) and word.split(" ")[0] in KINDS


def _known_apart(told: str) -> str:
    """Without the clause of a person cared of. Where nothing else is said ``Chez Pinaud`` is a hamlet."""
    without = CARE_OF.sub("", told)
    if any(word.isdigit() for word in words_of(without)):
        return without
    clause = CARE_OF.search(told)
    behind = words_of(told[clause.start() :]) if clause else []
    return " ".join(behind[_start(behind) :]) if _start(behind) else told


def _start(words: Sequence[str]) -> int:
    """Where the number of the street stands when something else stands before it; 0 otherwise."""
    for at, word in enumerate(words):
        if (
            re.fullmatch(r"\d{1,5}[A-Z]?", word)
            and _is_kind_soon(words[at + 1 :])
            and not _is_flat(words, at)
        ):
            return at
    return 0


def _is_flat(words: Sequence[str], at: int) -> bool:
    """``APPT 3 RUE VERTE``: the number is the flat's."""
    return at > 0 and words[at - 1] in FLAT_WORDS


def _is_kind_soon(following: Sequence[str]) -> bool:
    """A kind of street follows at once, or behind BIS, a letter, or the other number of a range."""
    for word in following[:4]:
        if STREETS.get(word, word).split(" ")[0] in KINDS or word in KINDS_SHORT:
            return True
        if not (word in SUFFIXES or len(word) == 1 or word.isdigit() or word in BETWEEN):
            return False
    return False


def _end(street: Sequence[str]) -> int:
    """Where flats, or a residence named beside the street, begin."""
    named_from = _kind_at(street) + 1
    for at in range(named_from, len(street)):
        is_behind_name = any(not word.isdigit() and word not in ARTICLES for word in street[named_from:at])
        rest = street[at + 1 :]
        if street[at] in NAMED and is_behind_name and rest:
            return at
        if is_behind_name and street[at] in FLAT_WORDS and _tells_a_flat(street[at], rest):
            return at
        if is_behind_name and street[at] in FLOORS and re.fullmatch(r"\d+(E|ER|EME)?", street[at - 1]):
            return at - 1
    return len(street)


def _kind_at(street: Sequence[str]) -> int:
    return next((i for i, word in enumerate(street) if word in KINDS), -1)


def _tells_a_flat(marker: str, rest: Sequence[str]) -> bool:
    """A marker and a number or a single letter; ``RUE DE LA PORTE NEUVE`` has none."""
    return marker == "RDC" or bool(rest and re.fullmatch(r"\d+[A-Z]?|[A-Z]\d*|NO", rest[0]))


def _kind_spelt(street: list[str]) -> list[str]:
    """The kind in full where it stands first or behind the number."""
    for at, word in enumerate(street[:4]):
        if word in KINDS_SHORT:
            return [*street[:at], *KINDS_SHORT[word].split(), *street[at + 1 :]]
        if not re.fullmatch(r"\d+[A-Z]?|[A-Z]", word) and word not in SUFFIXES:
            return street
    return street


def _numbered(words: list[str]) -> list[str]:
    """``12 BIS`` and ``12BIS`` → 12B, ``012`` → 12; of two numbers in front the first counts; articles are left out."""
    front = re.fullmatch(r"0*(\d+)([A-Z]*)", words[0]) if words else None
    if not front or front[2] in ("E", "ER", "EME"):
        return [word for word in words if word not in ARTICLES]
    rest = words[1:]
    letter = SUFFIXES.get(front[2], front[2])
    if not letter and rest and _is_suffix(rest):
        letter, rest = SUFFIXES.get(rest[0], rest[0]), rest[1:]
    rest = _without_range(rest)
    return [front[1] + letter, *(word for word in rest if word not in ARTICLES)]


def _is_suffix(rest: Sequence[str]) -> bool:
    """BIS, TER and their letters; any other single letter only before the kind of street (``12 D RUE``, not ``12 D ARTAGNAN``)."""
    if rest[0] in SUFFIXES or rest[0] in SUFFIXES.values():
        return True
    return len(rest) > 1 and len(rest[0]) == 1 and rest[0].isalpha() and rest[1] in KINDS


def _without_range(rest: list[str]) -> list[str]:
    """Behind the first number: ``-14``, ``à 14 bis``."""
    while rest:
        behind = 1 if rest[0] in BETWEEN else 0
        if len(rest) <= behind or not re.fullmatch(r"\d+[A-Z]?", rest[behind]):
            return rest
        rest = rest[behind + 1 :]
        rest = rest[1:] if rest and _is_suffix(rest) else rest
    return rest
