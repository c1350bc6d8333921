"""The terms of a contract that are not about single rows: how long, how fresh, how many, how alike, and what refers to what."""

from __future__ import annotations

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta

_ISO = re.compile(r"P(?:(\d+)Y)?(?:(\d+)M)?(?:(\d+)D)?")


@dataclass(frozen=True, kw_only=True)
class Period:
    """A calendar period, as ISO 8601 writes it (``P3Y``, ``P18M``, ``P30D``)."""

    years: int = 0
    months: int = 0
    days: int = 0

    @classmethod
    def parsed(cls, text: str) -> Period:
        """ValueError for anything else, the empty period included."""
        found = _ISO.fullmatch(text)
        if found is None or not any(found.groups()):
            raise ValueError(f"`{text}` is not a period such as P3Y, P18M or P30D")
        years, months, days = (int(part or 0) for part in found.groups())
        return cls(years=years, months=months, days=days)

    def before(self, day: date) -> date:
        """The day that lies this period before ``day``; the last day of a month that lacks it (31 March - P1M = 28 February)."""
        months = day.year * 12 + day.month - 1 - 12 * self.years - self.months
        year, month = divmod(months, 12)
        last = monthrange(year, month + 1)[1]
        return date(year, month + 1, min(day.day, last)) - timedelta(days=self.days)

    @property
    def rough_days(self) -> float:
        """For comparing two periods, never for counting: a year of 365.25 days, a month a twelfth of it."""
        return 365.25 * self.years + 365.25 / 12 * self.months + self.days

    def as_iso(self) -> str:
        """``P3Y``; ``parsed`` reads it back."""
        return "P" + "".join(
            f"{n}{unit}" for n, unit in ((self.years, "Y"), (self.months, "M"), (self.days, "D")) if n
        )

    def in_french(self) -> str:
        """``3 ans``, ``1 an 6 mois``."""
        parts = ((self.years, "an", "ans"), (self.months, "mois", "mois"), (self.days, "jour", "jours"))
        return " ".join(f"{n} {one if n == 1 else many}" for n, one, many in parts if n)


@dataclass(frozen=True, kw_only=True)
class Retention:
    """How long a row is kept, counted from its ``counted_from``: a column of the warehouse (``delivered_on``, ``known_on`` or one of the contract)."""

    period: Period
    counted_from: str
    why: str


@dataclass(frozen=True, kw_only=True)
class Reference:
    """Every value of ``column`` is one of ``target`` in ``source`` (a row that has none passes)."""

    column: str
    source: str
    target: str


@dataclass(frozen=True, kw_only=True)
class Volume:
    """Rows of a file divided by those of the delivery before lie in [``minimum``, ``maximum``]; judged when that one had ``from_rows`` rows."""

    name: str
    minimum: float
    maximum: float
    from_rows: int


@dataclass(frozen=True, kw_only=True)
class Shift:
    """Total variation distance of ``column`` (nothing counts as a value) between a file and the one before is at most ``at_most``, in [0, 1]; judged when both have ``from_rows`` rows."""

    name: str
    column: str
    at_most: float
    from_rows: int
