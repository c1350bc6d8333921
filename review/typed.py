"""What people type into fields: days as the browser sends them or as they are written here."""

from __future__ import annotations

from datetime import date, datetime


def typed_day(text: str) -> date | None:
    """``2026-11-02``, ``02/11/2026`` or ``2/11/26``; None for anything else."""
    for form in ("%Y-%m-%d", "%d/%m/%Y", "%d/%m/%y", "%d.%m.%Y"):
        try:
            return datetime.strptime(text.strip(), form).date()  # noqa: DTZ007 - a day has no time zone
        except ValueError:
            continue
    return None
