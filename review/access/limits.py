"""How often somebody may try: per address for signing in, per session for everything else. Kept in memory: a start forgets it."""

from __future__ import annotations

from limits import RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter

from review.refusals import Refused

SIGN_INS, PAGES, WRITES = (
    RateLimitItemPerMinute(30),
    RateLimitItemPerMinute(600),
    RateLimitItemPerMinute(120),
)
"""A minute: sign-ins from one address (an office shares one), pages and changes of one session."""


class TooOften(Refused):
    """Wait a moment."""

    status = 429

    def __init__(self) -> None:
        super().__init__(
            "Too many at once", "This was asked too often within a minute.", "Wait a minute, then go on."
        )


class Limits:
    """Counts of the last minute."""

    def __init__(self) -> None:
        self._window = MovingWindowRateLimiter(MemoryStorage())

    def check(self, item: RateLimitItemPerMinute, who: str) -> None:
        """Raises TooOften."""
        if not self._window.hit(item, who):
            raise TooOften
