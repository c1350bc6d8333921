"""The administrator's pages."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, Response
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import select

from review.access import accounts
from review.access.accounts import Account
from review.access.guard import guarded
from review.choices import PROFESSIONS
from review.desk import Desk, desk_of, go
from review.me import Me
from review.refusals import Incomplete, NotFound
from review.roles import ROLES
from review.tables.accounts import User
from review.words import LANGUAGES

router = APIRouter()
Administrator = Annotated[Me, guarded("manage accounts")]


class Sent(BaseModel):
    """The form of an account."""

    model_config = ConfigDict(extra="ignore", str_max_length=80)
    version: str = ""
    login: str = ""
    name: str = ""
    role: str = ""
    profession: str = ""
    language: str = ""
    groups: list[str] = []
    sees_all: bool = False
    is_active: bool = False
    subject: Annotated[str, Field(max_length=255)] = ""


@router.get("/accounts")
def all_accounts(request: Request, me: Administrator) -> HTMLResponse:
    """By login."""
    desk = desk_of(request)
    with desk.database.reading() as session:
        users = session.scalars(select(User).order_by(User.is_active.desc(), User.login)).all()
    return desk.page(request, me, "accounts.html.j2", users=users, roles=ROLES)


@router.get("/accounts/new")
def new(request: Request, me: Administrator) -> HTMLResponse:
    """An empty form."""
    return _form(request, me, Sent(language=me.language, is_active=True), None, None)


@router.post("/accounts/new")
def open_one(request: Request, me: Administrator, sent: Annotated[Sent, Form()]) -> HTMLResponse:
    """Opens it and shows its first password, once."""
    desk = desk_of(request)
    try:
        account = _account(desk, sent)
        with desk.database.writing() as session:
            by = me.did("open account", "account")
            password = accounts.opened(session, desk.services.seal, desk.passwords, account, desk.now(), by)
    except Incomplete as problem:
        return _form(request, me, sent, None, problem)
    return desk.page(request, me, "first_password.html.j2", login=account.login, password=password)


@router.get("/accounts/{user_id}")
def one(request: Request, me: Administrator, user_id: str) -> HTMLResponse:
    """To be changed."""
    user = _user(desk_of(request), user_id)
    names = ("login", "name", "role", "language", "groups", "sees_all", "is_active")
    sent = Sent(
        version=accounts.version(user),
        profession=user.profession or "",
        subject=_subject(desk_of(request), user),
        **{name: getattr(user, name) for name in names},
    )
    return _form(request, me, sent, user, None)


@router.post("/accounts/{user_id}")
def change(request: Request, me: Administrator, user_id: str, sent: Annotated[Sent, Form()]) -> Response:
    """Changes or closes it; whoever comes from a page that is no longer true is told so."""
    desk, user = desk_of(request), _user(desk_of(request), user_id)
    try:
        account = _account(desk, sent.model_copy(update={"login": user.login}))
        with desk.database.writing() as session:
            by = me.did("change account", "account")
            accounts.changed(
                session, desk.services.seal, user_id, account,
                seen=sent.version, is_active=sent.is_active, now=desk.now(), by=by,
            )  # fmt: skip
    except Incomplete as problem:
        return _form(request, me, sent, user, problem)
    return go(request, "/accounts", said="saved")


@router.post("/accounts/{user_id}/reset")
def reset(request: Request, me: Administrator, user_id: str) -> HTMLResponse:
    """For whoever has lost password or telephone."""
    desk, user = desk_of(request), _user(desk_of(request), user_id)
    with desk.database.writing() as session:
        by = me.did("reset account", "account")
        password = accounts.reset(session, desk.services.seal, desk.passwords, user_id, desk.now(), by)
    return desk.page(request, me, "first_password.html.j2", login=user.login, password=password)


def _user(desk: Desk, user_id: str) -> User:
    with desk.database.reading() as session:
        user = session.get(User, user_id)
    if user is None:
        raise NotFound
    return user


def _subject(desk: Desk, user: User) -> str:
    """Of the directory that the settings name; under another one it would be somebody else's."""
    given = desk.services.city.directory
    return (user.subject or "") if given and given.issuer == user.issuer else ""


def _account(desk: Desk, sent: Sent) -> Account:
    directory = desk.services.city.directory
    language = next((known for known in LANGUAGES if known == sent.language), desk.services.city.language)
    return accounts.checked(
        Account(
            login=sent.login.strip(),
            name=sent.name,
            role=sent.role,
            profession=sent.profession,
            language=language,
            groups=tuple(sent.groups),
            sees_all=sent.sees_all,
            subject=sent.subject.strip(),
            issuer=directory.issuer if directory else "",
        ),
        desk.services.city.groups,
    )


def _form(
    request: Request, me: Me, sent: Sent, user: User | None, problem: Incomplete | None
) -> HTMLResponse:
    return desk_of(request).page(
        request, me, "account_form.html.j2", status=422 if problem else 200,
        sent=sent, user=user, problem=problem, roles=ROLES, professions=PROFESSIONS,
    )  # fmt: skip
