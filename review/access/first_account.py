"""The first account, which nobody can open from a page."""

from __future__ import annotations

from sqlalchemy import select

from data_contracts.errors import ConfigurationError
from review.access import accounts
from review.access.accounts import Account
from review.desk import Desk
from review.refusals import Incomplete
from review.tables.accounts import User
from review.trail import Act


def has_accounts(desk: Desk) -> bool:
    """Whether anybody can sign in."""
    with desk.database.reading() as session:
        return session.scalar(select(User.id).limit(1)) is not None


def open_first(desk: Desk, login: str) -> str:
    """An administrator's account; gives its first password. Raises ConfigurationError when there are accounts already: then an administrator opens more."""
    if has_accounts(desk):
        raise ConfigurationError(
            "the desk has accounts already",
            where="--first-administrator",
            hint="an administrator opens more of them at the desk.",
        )
    account = Account(
        login=login, name=login, role="administrator", profession="", language=desk.services.city.language
    )
    try:
        accounts.checked(account, ())
    except Incomplete as problem:
        raise ConfigurationError(
            "a login has 2 to 32 small letters, digits, - or _",
            where="--first-administrator",
            hint="choose another.",
        ) from problem
    by = Act(who="system", role="", action="open account", kind="account")
    with desk.database.writing() as session:
        return accounts.opened(session, desk.services.seal, desk.passwords, account, desk.now(), by)
