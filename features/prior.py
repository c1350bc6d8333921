"""What is believed of a factor before any visit."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Prior:
    """What is believed before any visit: a log-odds ratio with the standard error it deserves, and where it is from."""

    log_odds: float
    standard_error: float
    source: str
