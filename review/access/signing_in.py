"""Accounts and sign-ins: two proofs, few tries, sessions that end."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from review import trail
from review.access import passwords
from review.access.passwords import Passwords
from review.me import Me
from review.refusals import Incomplete
from review.sealing import Seal
from review.tables.accounts import RecoveryCode, SignedIn, User
from review.trail import Act, Fact

TRIES, LOCKED_MINUTES = 5, 15
HALF_WAY_MINUTES = 10
"""Between the password and the second factor."""
TOUCH_SECONDS = 60
"""A session's last moment is written once in so many seconds, not with every page."""


@dataclass(frozen=True, kw_only=True)
class Terms:
    """How long a session lasts."""

    idle: timedelta
    whole: timedelta


def wrong() -> Incomplete:
    """One answer for everything that does not fit, so that nobody learns which accounts there are."""
    return Incomplete(
        "This does not fit",
        "Name, password or code do not fit, or the account is locked for a while.",
        "Try again; after five wrong tries an account is locked for 15 minutes.",
    )


def with_password(
    session: Session, seal: Seal, hashes: Passwords, login: str, password: str, now: datetime
) -> str | None:
    """The cookie of a half-open session; None where it does not fit, which is then kept and counted."""
    user = session.scalars(
        select(User).where(User.login == login.strip().lower()).with_for_update()
    ).one_or_none()
    fits = hashes.fits(user.password if user else None, password)
    if user is None or not user.is_active or is_locked(user, now) or not fits:
        _count_failure(session, seal, user, now)
        return None
    return opened(session, user, "password" if user.second_factor_since else "set up", now)


def is_locked(user: User, now: datetime) -> bool:
    """After too many wrong tries, for a while."""
    return user.locked_until is not None and now < user.locked_until


def _count_failure(session: Session, seal: Seal, user: User | None, now: datetime) -> None:
    if user is not None and not is_locked(user, now):
        user.failures += 1
        if user.failures >= TRIES:
            user.failures, user.locked_until = 0, now + timedelta(minutes=LOCKED_MINUTES)
    about = user.id if user else ""
    trail.add(session, seal, now, Act(who="", role="", action="sign-in refused", kind="account", about=about))


def opened(session: Session, user: User, stage: str, now: datetime, *, through: str = "password") -> str:
    """A new session; gives its cookie. ``through``: the first proof, see ``SignedIn``."""
    cookie = secrets.token_urlsafe(32)
    session.add(
        SignedIn(
            id=passwords.digest(cookie),
            user_id=user.id,
            stage=stage,
            through=through,
            csrf=secrets.token_urlsafe(32),
            opened_at=now,
            seen_at=now,
        )
    )
    return cookie


def found(session: Session, cookie: str | None, terms: Terms, now: datetime) -> SignedIn | None:
    """The session of a cookie, while it lasts and its account is active."""
    if not cookie:
        return None
    one = session.get(SignedIn, passwords.digest(cookie))
    if one is None or not one.user.is_active:
        return None
    idle = terms.idle if one.stage == "full" else timedelta(minutes=HALF_WAY_MINUTES)
    return one if now - one.seen_at < idle and now - one.opened_at < terms.whole else None


def with_code(session: Session, seal: Seal, one: SignedIn, code: str, now: datetime) -> str | None:
    """The cookie of a whole session, by a one-time code or a recovery code; None where it does not fit."""
    user = session.scalars(select(User).where(User.id == one.user_id).with_for_update()).one()
    if is_locked(user, now) or not (
        _takes_code(seal, user, code, now) or _takes_recovery(session, user, code)
    ):
        _count_failure(session, seal, user, now)
        return None
    session.delete(one)
    return whole(session, seal, user, now, through=one.through)


def _takes_code(seal: Seal, user: User, code: str, now: datetime) -> bool:
    if user.second_factor is None:
        return False
    step = passwords.step_of(seal.opened(user.second_factor), code, now, user.second_factor_step)
    if step is None:
        return False
    user.second_factor_step = step
    return True


def _takes_recovery(session: Session, user: User, code: str) -> bool:
    kept = session.scalars(
        select(RecoveryCode).where(
            RecoveryCode.user_id == user.id, RecoveryCode.digest == passwords.digest(code.strip().lower())
        )
    ).one_or_none()
    if kept is None:
        return False
    session.delete(kept)
    return True


def set_up(
    session: Session, seal: Seal, one: SignedIn, code: str, now: datetime
) -> tuple[str, tuple[str, ...]] | None:
    """Takes the first code of a new second factor: the cookie of a whole session, and the recovery codes to be written down."""
    user = session.scalars(select(User).where(User.id == one.user_id).with_for_update()).one()
    if not _takes_code(seal, user, code, now):
        _count_failure(session, seal, user, now)
        return None
    user.second_factor_since = now
    codes = passwords.recovery_codes()
    session.execute(delete(RecoveryCode).where(RecoveryCode.user_id == user.id))
    session.add_all(RecoveryCode(user_id=user.id, digest=passwords.digest(code)) for code in codes)
    trail.add(
        session,
        seal,
        now,
        Act(who=user.login, role=user.role, action="second factor set up", kind="account", about=user.id),
    )
    session.delete(one)
    return whole(session, seal, user, now, through=one.through), codes


def whole(session: Session, seal: Seal, user: User, now: datetime, *, through: str) -> str:
    """A new cookie when the rights grow, so that one that was planted before is worth nothing. A first password that somebody was told ends, unused, when its
    holder comes through the directory: it would stay on a slip of paper for ever."""
    user.failures, user.locked_until = 0, None
    facts: dict[str, Fact] = {"through": through}
    if through == "directory" and user.must_change_password:
        user.password, user.must_change_password = None, False
        facts["first_password_ended"] = True
    did = Act(who=user.login, role=user.role, action="sign in", kind="account", about=user.id, facts=facts)
    trail.add(session, seal, now, did)
    return opened(session, user, "full", now, through=through)


def sign_out(session: Session, seal: Seal, me: Me, now: datetime) -> None:
    """Ends this session."""
    session.execute(delete(SignedIn).where(SignedIn.id == me.session_id))
    trail.add(session, seal, now, me.did("sign out", "account", me.user_id))


def sweep(session: Session, terms: Terms, now: datetime) -> None:
    """Deletes sessions that are over."""
    session.execute(
        delete(SignedIn).where(
            (SignedIn.seen_at < now - terms.idle) | (SignedIn.opened_at < now - terms.whole)
        )
    )
