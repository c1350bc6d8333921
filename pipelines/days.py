"""A day as people type it."""

from __future__ import annotations

from datetime import date, datetime

from data_contracts.errors import ConfigurationError


def day(text: str, option: str) -> date:
    """``YYYY-MM-DD``; raises ConfigurationError that names the option."""
    try:
        return datetime.strptime(text, "%Y-%m-%d").date()  # noqa: DTZ007 - a day has no time zone
    except ValueError as error:
        raise ConfigurationError(
            f"`{text}` is not a day", where=option, hint="write it as YYYY-MM-DD, such as 2026-11-02."
        ) from error


def day_or_today(text: str | None, option: str) -> date:
    """Today, in the machine's time zone, when nothing is stated."""
    return day(text, option) if text else datetime.now().astimezone().date()
