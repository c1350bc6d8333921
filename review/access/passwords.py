"""Proofs of who somebody is: passwords (argon2id), one-time codes (TOTP, RFC 6238), recovery codes."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass, field
from datetime import datetime

import pyotp
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

SHORTEST = 12
PERIOD = 30
RECOVERY_CODES = 8
_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
"""Without those that look alike on paper."""


@dataclass(frozen=True, kw_only=True)
class Passwords:
    """``hasher``: with the library's own costs (RFC 9106, low memory)."""

    hasher: PasswordHasher = field(default_factory=PasswordHasher)

    def hashed(self, password: str) -> str:
        """As kept."""
        return self.hasher.hash(password)

    def fits(self, kept: str | None, password: str) -> bool:
        """Takes as long for an account that is not there as for one that is."""
        try:
            return (
                self.hasher.verify(kept or self.hasher.hash(secrets.token_hex(8)), password)
                and kept is not None
            )
        except (VerificationError, InvalidHashError):
            return False


def is_weak(password: str, *named: str) -> bool:
    """Too short, of too few different signs, or made of what everybody knows about the account (NIST SP 800-63B, 3.1.1.2)."""
    low = password.lower()
    return (
        len(password) < SHORTEST
        or len(set(low)) < 6
        or any(name.lower() in low for name in named if len(name) > 2)
    )


def readable() -> str:
    """A password to be told once and changed at the first sign-in, about 79 bits."""
    return "-".join("".join(secrets.choice(_LETTERS) for _ in range(4)) for _ in range(4))


def recovery_codes() -> tuple[str, ...]:
    """Shown once, on paper."""
    return tuple(readable()[:14] for _ in range(RECOVERY_CODES))


def digest(drawn: str) -> str:
    """Of a recovery code or a cookie: both are drawn at random and long, so that a plain digest keeps them."""
    return hashlib.sha256(drawn.encode()).hexdigest()


def new_secret() -> str:
    """Of the one-time codes, in base 32."""
    return pyotp.random_base32()


def address(secret: str, login: str, city: str) -> str:
    """What the QR code says."""
    return pyotp.TOTP(secret).provisioning_uri(name=login, issuer_name=f"Lanterne {city}")


def step_of(secret: str, code: str, now: datetime, last_step: int) -> int | None:
    """The step at which the code was made, one before or after now at most and after ``last_step``; None for any other code."""
    now_step = int(now.timestamp()) // PERIOD
    made = pyotp.TOTP(secret)
    for step in (now_step, now_step - 1, now_step + 1):
        if step > last_step and pyotp.utils.strings_equal(
            made.at(step * PERIOD), code.strip().replace(" ", "")
        ):
            return step
    return None
