"""What the administrator does: opens accounts, changes what they may, closes them, gives a new password or second factor."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from features.factor import Language
from review import trail
from review.access import passwords
from review.access.passwords import Passwords
from review.choices import PROFESSIONS
from review.refusals import Conflict, Incomplete
from review.roles import ROLES, may
from review.sealing import Seal
from review.tables.accounts import RecoveryCode, SignedIn, User
from review.trail import Act, Fact
from review.visible import the_one
from review.words import LANGUAGES

LOGIN = re.compile(r"[0-9a-z][0-9a-z_-]{1,31}")
"""As the contract of decisions wants a reader's pseudonym."""
SUBJECT = re.compile(r"[!-~]([ -~]{0,253}[!-~])?")
"""An identity in a directory: 255 signs of ASCII at most (OpenID Connect Core 1.0, 2)."""


@dataclass(frozen=True, kw_only=True)
class Account:
    """What is entered. ``groups``: names of neighbourhood groups; ``sees_all``: every neighbourhood. ``subject``: identity in the directory of ``issuer``, empty: none;
    ``issuer`` empty: the desk has no directory, and the identity stays as it is."""

    login: str
    name: str
    role: str
    profession: str
    language: Language
    groups: tuple[str, ...] = ()
    sees_all: bool = False
    subject: str = ""
    issuer: str = ""


def checked(account: Account, groups: Collection[str]) -> Account:
    """Raises Incomplete for what cannot be."""
    if not LOGIN.fullmatch(account.login):
        raise Incomplete(
            "This login is not possible",
            "A login has 2 to 32 small letters, digits, - or _.",
            "It is no name: the trail and decisions bear it.",
        )
    if not account.name.strip() or account.role not in ROLES or account.language not in LANGUAGES:
        raise Incomplete(
            "Something is missing", "An account needs a name, a role and a language.", "Fill them in."
        )
    if may(account.role, "decide") and account.profession not in PROFESSIONS:
        raise Incomplete(
            "Say the profession", "Whoever decides has a profession, which decisions bear.", "Choose it."
        )
    if set(account.groups) - set(groups):
        raise Incomplete(
            "No such group", "Neighbourhood groups are those of the city's settings.", "Choose among them."
        )
    if account.subject and not SUBJECT.fullmatch(account.subject):
        raise Incomplete(
            "This identity is not possible",
            "An identity in the directory has 255 letters, digits and signs at most, without accents.",
            "Copy it as the directory gives it.",
        )
    return account


def opened(session: Session, seal: Seal, hashes: Passwords, account: Account, now: datetime, by: Act) -> str:
    """A new account; gives its first password, which is told once and changed at the first sign-in. Raises Incomplete when the login is taken."""
    if session.scalar(select(User.id).where(User.login == account.login)):
        raise Incomplete("This login is taken", "Another account has this login.", "Choose another.")
    password = passwords.readable()
    user = User(login=account.login, password=hashes.hashed(password), made_at=now)
    _fill(user, account)
    facts = _identify(session, user, account)
    session.add(user)
    session.flush()
    _note(session, seal, now, by, "open account", user, facts)
    return password


def version(user: User) -> str:
    """Of what the administrator sees and changes. The row's own version grows with every sign-in, too, which is nobody's change of the account."""
    names = ("name", "role", "profession", "language", "groups", "sees_all", "subject", "issuer", "is_active")
    plain = json.dumps([getattr(user, name) for name in names])
    return hashlib.sha256(plain.encode()).hexdigest()[:16]


def changed(
    session: Session,
    seal: Seal,
    user_id: str,
    account: Account,
    *,
    seen: str,
    is_active: bool,
    now: datetime,
    by: Act,
) -> None:
    """Name, role, neighbourhoods; whoever is closed is signed out at once. Raises Conflict when its ``version`` is no longer the one that was seen, and Incomplete
    when nobody would be left to administer."""
    user = _user(session, user_id)
    if version(user) != seen:
        raise Conflict
    loses = (
        user.role == "administrator"
        and user.is_active
        and not (is_active and account.role == "administrator")
    )
    if loses and _administrators(session) == 1:
        raise Incomplete(
            "Somebody must administer",
            "This is the only administrator of the desk.",
            "Open another administrator's account first.",
        )
    facts = _identify(session, user, account)
    _fill(user, account)
    user.is_active = is_active
    session.execute(delete(SignedIn).where(SignedIn.user_id == user.id))
    _note(session, seal, now, by, "change account" if is_active else "close account", user, facts)


def reset(session: Session, seal: Seal, hashes: Passwords, user_id: str, now: datetime, by: Act) -> str:
    """A new first password and no second factor, for whoever has lost them; gives the password."""
    user = _user(session, user_id)
    password = passwords.readable()
    user.password, user.must_change_password = hashes.hashed(password), True
    user.second_factor, user.second_factor_since, user.second_factor_step = None, None, 0
    user.failures, user.locked_until = 0, None
    for table in (SignedIn, RecoveryCode):
        session.execute(delete(table).where(table.user_id == user.id))
    _note(session, seal, now, by, "reset account", user, {})
    return password


def _user(session: Session, user_id: str) -> User:
    return the_one(session, select(User).where(User.id == user_id).with_for_update())


def _administrators(session: Session) -> int:
    return len(session.scalars(select(User.id).where(User.role == "administrator", User.is_active)).all())


def _fill(user: User, account: Account) -> None:
    user.name, user.role, user.language = account.name.strip(), account.role, account.language
    user.profession = account.profession if account.profession in PROFESSIONS else None
    user.groups, user.sees_all = list(account.groups), account.sees_all


def _identify(session: Session, user: User, account: Account) -> dict[str, Fact]:
    """Sets the identity in the directory; what the trail says of it is that it changed, never the identity. Raises Incomplete for one that opens another account."""
    given = (account.subject, account.issuer) if account.subject else (None, None)
    if not account.issuer or (user.subject, user.issuer) == given:
        return {}
    holder = select(User.id).where(User.subject == account.subject)
    if account.subject and session.scalar(holder) not in (None, user.id):
        raise Incomplete(
            "This identity is taken",
            "Another account has this identity in the directory.",
            "Take it out there first.",
        )
    user.subject, user.issuer = given
    return {"identity": "set" if account.subject else "removed"}


def _note(
    session: Session,
    seal: Seal,
    now: datetime,
    by: Act,
    action: str,
    user: User,
    more: Mapping[str, Fact],
) -> None:
    facts: dict[str, Fact] = {
        "login": user.login,
        "role": user.role,
        "groups": ", ".join(user.groups),
        "sees_all": user.sees_all,
        **more,
    }
    trail.add(
        session,
        seal,
        now,
        Act(who=by.who, role=by.role, action=action, kind="account", about=user.id, facts=facts),
    )
