"""How Australian registers write people and places, for the record-linkage benchmarks: a locale beside the French one of the product.

The kind of street stands last (``12 Lilac St``), a unit in front of the number (``3/12``, ``Unit 3, 12``); words that a clerk cut in two are run together.
"""

from __future__ import annotations

import re
from difflib import get_close_matches

from data_contracts.addresses import Address
from data_contracts.letters import plain, words_of
from data_contracts.locales import Locale
from data_contracts.names import NOT_LETTERS, TITLES

KINDS = {
    "AVENUE": "AV AVE", "CENTRE": "CTR", "CIRCLE": "CIR", "CIRCUIT": "CCT", "CLOSE": "CL", "COURT": "CT", "COVE": "", "CRESCENT": "CR CRES",
    "DRIVE": "DR DRV", "GARDENS": "GDNS GARDEN GDN", "GROVE": "GR", "HIGHWAY": "HWY", "LANE": "LN", "LOOP": "", "PARADE": "PDE", "PARK": "PK",
    "PARKWAY": "PKWY PWY", "PLACE": "PL", "RETREAT": "RTT", "ROAD": "RD", "ROW": "", "SQUARE": "SQ", "STREET": "ST STR", "TERRACE": "TCE",
    "VILLAGE": "VLGE", "WALK": "", "WAY": "WY",
}  # fmt: skip
"""Kinds of street (AS/NZS 4819), with their abbreviations."""
SHORT = {short: kind for kind, others in KINDS.items() for short in others.split()}
LONG_KINDS = tuple(kind for kind in KINDS if len(kind) > 4)
CLOSE = 0.8
"""How much of a misspelt kind must be right (``treet``, ``crescnet``): the share that ``difflib`` gives, set before any link was judged."""

UNIT = r"(?:UNITS?|UNT|U|FLAT|FLT|APARTMENT|APTMNT|APMNT|APRT|APT|VILLA|VLLA|ROOM|RM|SUITE|STE)"
FLAT = re.compile(rf"\b{UNIT}\s*(\d+\s?[A-Z]?)\b|^\s*(\d+[A-Z]?)\s*/")
IN_FRONT = re.compile(rf"^\s*(?:{UNIT}\s*)?(\d+[A-Z]?)\s*/\s*(?=\d)|^\s*{UNIT}\s*(\d+[A-Z]?)[\s,]+(?=\d)")
NUMBER = re.compile(r"0*(\d+[A-Z]?)$")


def given_name(text: str) -> str:
    """Every given name run together: ``Mary-Ann`` = ``mary ann`` → MARYANN; an initial is none."""
    letters = NOT_LETTERS.sub("", TITLES.sub("", plain(text).strip()))
    return letters if len(letters) > 1 else ""


def split_address(text: str) -> Address:
    """``Unit 3, 12 Mac Gregor St`` → 12 MACGREGORSTREET and 3; without a number the street alone."""
    told = plain(text)
    unit = IN_FRONT.search(told)
    words = words_of(told[unit.end() :] if unit else told)
    number = NUMBER.match(words[0]) if words else None
    street = _street(words[1:] if number else words)
    return Address(
        street=" ".join(filter(None, (number[1] if number else "", street))),
        flat=(unit[1] or unit[2]) if unit else "",
    )


def flat(text: str) -> str:
    """``Flt 2 a`` → 2A; the name of a house or a village tells no dwelling apart."""
    found = FLAT.search(plain(text))
    return re.sub(r"\s", "", found[1] or found[2]) if found else ""


def _street(words: list[str]) -> str:
    """Run together, the kind in full and, where it is but one slip away, put right."""
    joined = "".join(words)
    if not words or joined.endswith(tuple(KINDS)):
        return joined
    return "".join([*words[:-1], _kind(words[-1])])


def _kind(word: str) -> str:
    return SHORT.get(word) or next(iter(get_close_matches(word, LONG_KINDS, n=1, cutoff=CLOSE)), word)


AUSTRALIAN = Locale(given=given_name, address=split_address, flat=flat)
