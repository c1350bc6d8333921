"""What the desk says, in French and in English: a gettext catalogue, dates and numbers as each language writes them (Babel, CLDR)."""

from __future__ import annotations

import gettext
from collections.abc import Mapping
from datetime import date, datetime
from functools import cache
from importlib.resources import files
from io import BytesIO
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_datetime
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.numbers import format_decimal, format_percent

from features.factor import Language

LANGUAGES: Mapping[Language, str] = {"fr": "Français", "en": "English"}
PLURALS = "nplurals=2; plural=(n > 1);"
"""As the French catalogues say it."""
PARIS = ZoneInfo("Europe/Paris")
_LOCALES: Mapping[Language, str] = {"fr": "fr_FR", "en": "en_GB"}


@cache
def catalogue(language: Language) -> gettext.NullTranslations:
    """Msgids are English. The catalogues, one a section, are read as text, so that what is shown can be reviewed line by line."""
    if language == "en":
        return gettext.NullTranslations()
    whole, compiled = Catalog(locale="fr"), BytesIO()
    whole.mime_headers = [("Plural-Forms", PLURALS)]  # Babel's own has a third form, of millions
    for part in parts():
        for message in part:
            if message.id:
                whole.add(message.id, message.string)
    write_mo(compiled, whole)
    compiled.seek(0)
    return gettext.GNUTranslations(compiled)


def parts() -> tuple[Catalog, ...]:
    """The French catalogues."""
    found = sorted(files("review").joinpath("locale/fr").iterdir(), key=lambda file: file.name)
    return tuple(read_po(BytesIO(file.read_bytes()), locale="fr") for file in found)


def local_day(at: datetime) -> date:
    """In the city."""
    return at.astimezone(PARIS).date()


def day(value: date, language: Language) -> str:
    """``2 novembre 2026``."""
    return _first(format_date(value, format="long", locale=_LOCALES[language]), value, language)


def short_day(value: date, language: Language) -> str:
    """``2 nov. 2026``."""
    return _first(format_date(value, format="medium", locale=_LOCALES[language]), value, language)


def moment(value: datetime, language: Language) -> str:
    """Day and time of the clock on the wall."""
    here = value.astimezone(PARIS)
    return _first(format_datetime(here, format="medium", locale=_LOCALES[language]), here, language)


def _first(written: str, value: date, language: Language) -> str:
    """French counts the first day of a month as an ordinal, ``1er``, which CLDR does not write."""
    return "1er" + written[1:] if language == "fr" and value.day == 1 else written


def number(value: float, language: Language, digits: int = 0) -> str:
    """Grouped and with the language's decimal mark; ``digits`` decimals."""
    return format_decimal(
        value, format="#,##0" + ("." + "0" * digits if digits else ""), locale=_LOCALES[language]
    )


def percent(share: float, language: Language) -> str:
    """A share in [0, 1], without decimals."""
    return format_percent(share, locale=_LOCALES[language])


def signed(value: float, language: Language) -> str:
    """``+1,20`` or ``−0,35``."""
    return ("+" if value >= 0 else "−") + number(abs(value), language, 2)
