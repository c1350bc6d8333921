"""A day as people type it."""

from __future__ import annotations

from datetime import date, datetime

from data_contracts.errors import ConfigurationError

YEARS = range(1900, 2101)
"""As the contracts have them for years of birth."""


def day(text: str, option: str) -> date:
    """``YYYY-MM-DD`` of a year of ``YEARS``; raises ConfigurationError that names the option."""
    try:
        given = datetime.strptime(text, "%Y-%m-%d").date()  # noqa: DTZ007 - a day has no time zone
    except ValueError as error:
        raise ConfigurationError(
            f"`{text}` is not a day", where=option, hint="write it as YYYY-MM-DD, such as 2026-11-02."
        ) from error
    if given.year not in YEARS:
        raise ConfigurationError(
            f"the year {given.year} cannot be meant", where=option, hint=f"days of {YEARS[0]} to {YEARS[-1]}."
        )
    return given


def day_or_today(text: str | None, option: str) -> date:
    """Today, in the machine's time zone, when nothing is stated."""
    return day(text, option) if text else datetime.now().astimezone().date()
