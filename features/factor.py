"""A factor is a declared row; the as-of guard that all factors pass through is written here, once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Combine = Literal["max", "min", "any"]


@dataclass(frozen=True, kw_only=True)
class Prior:
    """What is believed before any visit: a log-odds ratio with the standard error it deserves, and where it is from."""

    log_odds: float
    standard_error: float
    source: str


@dataclass(frozen=True, kw_only=True)
class Scale:
    """How a value becomes a signal in [0, 1]: 0 at ``zero``, 1 at ``one``, linear between, flat outside.

    ``zero=79, one=80`` is a step at 80; ``zero > one`` falls instead of rising.
    """

    zero: float = 0.0
    one: float = 1.0


@dataclass(frozen=True, kw_only=True)
class Factor:
    """One thing that may weigh on a household, as a row of the catalogue.

    ``value`` is a SQL aggregate over the rows of ``source`` known before ``as_of`` for one person (or over the
    frame's row for one household when ``source`` is ``frame``); it gives a number, or null for "no trace".
    """

    name: str
    group: str
    source: str
    value: str
    where: str = "true"
    dated: str | None = None
    window_days: int | None = None
    unit: str
    combine: Combine = "max"
    scale: Scale = Scale()
    direction: Literal[-1, 1]
    prior: Prior
    monotone: bool = True
    if_none: str
    sentence_fr: str
    sentence_en: str
    needs_setting: str | None = None
