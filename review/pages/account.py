"""One's own account: language, password."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, Response

from review import trail
from review.access.guard import guarded
from review.access.passwords import SHORTEST, is_weak
from review.access.signing_in import wrong
from review.desk import desk_of, go
from review.me import Me
from review.refusals import Incomplete, NotFound
from review.roles import ROLES
from review.tables.accounts import User
from review.words import LANGUAGES

router = APIRouter()
Mine = Annotated[Me, guarded("see own account")]
Text = Annotated[str, Form(max_length=200)]


@router.get("/account")
def own(request: Request, me: Mine) -> HTMLResponse:
    """Name, role, what they see, language."""
    return desk_of(request).page(request, me, "account.html.j2", role=ROLES[me.role])


@router.post("/account")
def set_language(request: Request, me: Mine, language: Text) -> Response:
    """The language of every page from now on."""
    if language not in LANGUAGES:
        raise NotFound
    desk = desk_of(request)
    with desk.database.writing() as session:
        _user(session.get(User, me.user_id)).language = language
    return go(request, "/account", said="saved")


@router.get("/account/password")
def password_form(request: Request, me: Mine) -> HTMLResponse:
    """To change it; the first time this comes before everything else."""
    return desk_of(request).page(request, me, "password.html.j2", problem=None, shortest=SHORTEST)


@router.post("/account/password")
def set_password(request: Request, me: Mine, old: Text, new: Text, again: Text) -> Response:
    """Takes a new one and ends the account's other sessions."""
    desk, now = desk_of(request), desk_of(request).now()
    with desk.database.writing() as session:
        user = _user(session.get(User, me.user_id))
        problem = _problem(new, again, me, desk.services.city.name)
        if problem is None and not desk.passwords.fits(user.password, old):
            problem = wrong()
        if problem is None:
            user.password, user.must_change_password = desk.passwords.hashed(new), False
            user.sessions = [one for one in user.sessions if one.id == me.session_id]
            trail.add(session, desk.services.seal, now, me.did("change password", "account", me.user_id))
    if problem is not None:
        return desk.page(request, me, "password.html.j2", status=422, problem=problem, shortest=SHORTEST)
    return go(request, "/welcome")


def _problem(new: str, again: str, me: Me, city: str) -> Incomplete | None:
    if new != again:
        return Incomplete(
            "Both must be the same", "The new password was typed in two ways.", "Type it twice."
        )
    if is_weak(new, me.login, city, "lanterne"):
        return Incomplete(
            "This password is too weak",
            "A password has twelve signs or more, of six kinds or more, and names neither the account nor the city.",
            "Three or four words that have nothing to do with each other are easy to keep.",
        )
    return None


def _user(user: User | None) -> User:
    if user is None:
        raise NotFound
    return user
