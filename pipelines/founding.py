"""``lanterne init``: the configuration of a city that has none, with the folder for its deliveries."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path

from babel.core import get_global
from babel.languages import get_official_languages

from data_contracts.errors import ConfigurationError
from features.factor import Language
from pipelines import settings
from pipelines.city_file import EXAMPLE, Given, city_file
from pipelines.store import made

NAMES: Mapping[Language, str] = {"fr": "Notre ville", "en": "Our city"}
NO_CODE = "00000"
"""Until the city says its own."""


def language_of(country: str) -> Language:
    """French where it is an official language, else English (CLDR)."""
    return "fr" if "fr" in get_official_languages(country) else "en"


def time_zone_of(country: str) -> str:
    """The country's only time zone (CLDR). Raises ConfigurationError for a country that does not exist, and for one with several."""
    zones = get_global("territory_zones").get(country)
    if not zones:
        raise ConfigurationError(
            f"there is no country `{country}`", where="--country", hint="two letters of ISO 3166: FR, ES, GB."
        )
    if len(zones) > 1:
        raise ConfigurationError(
            f"{country} has {len(zones)} time zones",
            where="--time-zone",
            hint=f"name the city's: {', '.join(sorted(zones)[:12])}.",
        )
    return str(zones[0])


def found(out: Path, given: Given, language: Language) -> settings.City:
    """Writes ``out`` and makes the folder of deliveries beside it. Raises ConfigurationError where a file is already, and for a value that no city can have; then nothing is written."""
    if out.exists():
        raise ConfigurationError(
            "there is a file already; it is left as it is",
            where=str(out),
            hint="name another with --out, or move it away first.",
        )
    text = city_file(language, {**EXAMPLE, **given})
    settings.validated(tomllib.loads(text), out)
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        with out.open("x", encoding="utf-8") as file:
            file.write(text)
    except OSError as error:
        raise ConfigurationError(
            f"this file cannot be written: {error.strerror}",
            where=str(out),
            hint="name another with --out, or see who may write there.",
        ) from error
    city = settings.load(out)
    made(city.paths.deliveries, "paths.deliveries")
    return city
