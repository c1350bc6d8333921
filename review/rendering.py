"""Templates → pages, in the reader's language; autoescaped, and a name that is missing is an error."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from functools import cache
from importlib.resources import files

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from features.factor import Language
from review import words


@cache
def environment(language: Language) -> Environment:
    """One for each language, with its own words, dates and numbers."""
    found = Environment(
        loader=FileSystemLoader(str(files("review").joinpath("templates"))),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
        extensions=["jinja2.ext.i18n"],
    )
    found.install_gettext_translations(words.catalogue(language), newstyle=True)  # type: ignore[attr-defined]  # by the extension
    found.globals.update(language=language, languages=words.LANGUAGES)
    found.filters.update(
        day=_by(words.day, language),
        short_day=_by(words.short_day, language),
        iso_day=lambda text: words.short_day(date.fromisoformat(text), language),
        moment=_by(words.moment, language),
        number=_by(words.number, language),
        percent=_by(words.percent, language),
        signed=_by(words.signed, language),
    )
    return found


def _by(write: Callable[..., str], language: Language) -> Callable[..., str]:
    return lambda value, *given: "" if value is None else write(value, language, *given)


def say(language: Language, msgid: str) -> str:
    """One msgid."""
    return words.catalogue(language).gettext(msgid)


def rendered(template: str, language: Language, **content: object) -> str:
    """The page."""
    return environment(language).get_template(template).render(**content)
