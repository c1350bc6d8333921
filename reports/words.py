"""What users read, in French by default and in English by setting: gettext over the catalogues in ``locale/``.

Msgids are English. The catalogues are read as text (``.po``) so that what is shown can be reviewed line by line.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import date
from functools import cache
from importlib.resources import files

from features.factor import Language

Words = Callable[[str], str]
_MONTHS_FR = [
    "janvier",
    "février",
    "mars",
    "avril",
    "mai",
    "juin",
    "juillet",
    "août",
    "septembre",
    "octobre",
    "novembre",
    "décembre",
]
_MONTHS_EN = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
]
_ENTRY = re.compile(r'^msgid "(?P<id>.*)"\nmsgstr "(?P<text>.*)"$', re.MULTILINE)
NARROW = "\u202f"
WIDE = "\u00a0"


def words(language: Language) -> Words:
    """The translation of a msgid; KeyError for one that the French catalogue lacks, so that nothing is half translated."""
    return (lambda msgid: msgid) if language == "en" else _french().__getitem__


@cache
def _french() -> dict[str, str]:
    return dict(entries())


def entries() -> Iterator[tuple[str, str]]:
    """Msgid and French of every entry, catalogue after catalogue: one a subject, so that what is shown about it can be read in one piece."""
    for file in sorted(files("reports").joinpath("locale/fr").iterdir(), key=lambda file: file.name):
        for found in _ENTRY.finditer(file.read_text(encoding="utf-8")):
            if found["id"]:
                yield _unescaped(found["id"]), _unescaped(found["text"])


def _unescaped(text: str) -> str:
    return text.replace(r"\"", '"').replace(r"\n", "\n")


def said(language: Language, msgid: str, **values: object) -> str:
    """A sentence with its values, whole numbers and days as the language writes them, other numbers with one digit after the mark."""
    return words(language)(msgid).format(**{name: _shown(value, language) for name, value in values.items()})


def _shown(value: object, language: Language) -> object:
    match value:
        case int() | float():
            return number(value, language, int(isinstance(value, float)))
        case date():
            return day(value, language)
    return value


def day(value: date, language: Language) -> str:
    """``2 novembre 2026`` or ``2 November 2026``."""
    months = _MONTHS_FR if language == "fr" else _MONTHS_EN
    number = "1er" if value.day == 1 and language == "fr" else str(value.day)
    return f"{number} {months[value.month - 1]} {value.year}"


def number(value: float, language: Language, digits: int = 0) -> str:
    """Grouped and with the language's decimal mark."""
    text = f"{value:,.{digits}f}"
    return text.replace(",", NARROW).replace(".", ",") if language == "fr" else text


def percent(share: float, language: Language, digits: int = 0) -> str:
    """A share as a percentage."""
    return number(100 * share, language, digits) + (f"{WIDE}%" if language == "fr" else "%")
