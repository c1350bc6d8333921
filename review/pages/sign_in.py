"""Signing in: a password, then a code; the first time the second factor is set up."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import urlsplit

import segno
from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, Response

from review.access import passwords, signing_in
from review.access.guard import NotSignedIn, cookie_name, guarded
from review.access.limits import SIGN_INS
from review.desk import Desk, desk_of, go
from review.me import Me
from review.refusals import Incomplete, Refused
from review.tables.accounts import SignedIn

router = APIRouter()
Text = Annotated[str, Form(max_length=200)]


@router.get("/")
def start(request: Request) -> Response:
    """To the work."""
    return go(request, "/queue")


@router.get("/sign-in")
def form(request: Request) -> HTMLResponse:
    """Name and password."""
    return desk_of(request).page(request, None, "sign_in.html.j2", problem=None)


@router.post("/sign-in")
def send(request: Request, login: Text, password: Text) -> Response:
    """The first proof."""
    desk = _careful(request)
    with desk.database.writing() as session:
        signing_in.sweep(session, desk.terms, desk.now())
        cookie = signing_in.with_password(
            session, desk.services.seal, desk.passwords, login, password, desk.now()
        )
    if cookie is None:
        return desk.page(request, None, "sign_in.html.j2", status=422, problem=signing_in.wrong())
    return with_cookie(go(request, "/sign-in/code"), desk, cookie)


@router.get("/sign-in/code")
def code_form(request: Request) -> Response:
    """The second proof; the first time the secret is shown, as a QR code and in letters."""
    return _code_page(request, desk_of(request), None)


@router.post("/sign-in/code")
def send_code(request: Request, code: Text) -> Response:
    """Opens the session; the first time with a page of recovery codes."""
    desk, seal = _careful(request), desk_of(request).services.seal
    with desk.database.writing() as session:
        one = signing_in.found(session, request.cookies.get(cookie_name(desk)), desk.terms, desk.now())
        if one is None or one.stage == "full":
            raise NotSignedIn
        if one.stage == "set up":
            done = signing_in.set_up(session, seal, one, code, desk.now())
            cookie, codes = done or (None, ())
        else:
            cookie, codes = signing_in.with_code(session, seal, one, code, desk.now()), ()
    if cookie is None:
        return _code_page(request, desk, signing_in.wrong())
    shown = desk.page(request, None, "recovery.html.j2", codes=codes) if codes else go(request, "/welcome")
    return with_cookie(shown, desk, cookie)


@router.get("/welcome")
def welcome(request: Request, me: Annotated[Me, guarded("see own account")]) -> Response:
    """To the first page that the role may see."""
    from review.menu import first_page

    return go(request, first_page(me))


@router.post("/sign-out")
def sign_out(request: Request, me: Annotated[Me, guarded("see own account")]) -> Response:
    """Ends the session."""
    desk = desk_of(request)
    with desk.database.writing() as session:
        signing_in.sign_out(session, desk.services.seal, me, desk.now())
    desk.vault.forget(me.session_id)
    answer = go(request, "/sign-in", said="out")
    answer.delete_cookie(
        cookie_name(desk), secure=desk.services.city.is_https, httponly=True, samesite="strict"
    )
    return answer


def _code_page(request: Request, desk: Desk, problem: Incomplete | None) -> Response:
    with desk.database.writing() as session:
        one = signing_in.found(session, request.cookies.get(cookie_name(desk)), desk.terms, desk.now())
        if one is None or one.stage == "full":
            raise NotSignedIn
        secret = _fresh_secret(desk, one) if one.stage == "set up" else None
        login = one.user.login
    drawn = _drawn(passwords.address(secret, login, desk.services.city.name)) if secret else None
    return desk.page(
        request,
        None,
        "code.html.j2",
        status=422 if problem else 200,
        problem=problem,
        secret=secret,
        drawn=drawn,
    )


def _fresh_secret(desk: Desk, one: SignedIn) -> str:
    """The same while it is being set up, so that a wrong code does not make the telephone's entry worthless."""
    seal, user = desk.services.seal, one.user
    if user.second_factor is None:
        user.second_factor = seal.seal(passwords.new_secret())
        user.second_factor_step = 0
    return seal.opened(user.second_factor)


def _drawn(address: str) -> str:
    """The QR code as one path of an SVG."""
    return segno.make(address, error="m").svg_inline(scale=5, dark="#1f2a30", light="#ffffff", omitsize=True)


def _careful(request: Request) -> Desk:
    """Counts the try, and refuses a form that another site sends."""
    desk = desk_of(request)
    desk.limits.check(SIGN_INS, request.client.host if request.client else "")
    origin = request.headers.get("Origin")
    if origin is not None and urlsplit(origin).netloc != request.headers.get("Host"):
        raise Refused("This did not come from the desk", "The form that was sent is not the desk's own.")
    return desk


def with_cookie(answer: Response, desk: Desk, cookie: str) -> Response:
    """Of a session, half-open or whole."""
    answer.set_cookie(
        cookie_name(desk),
        cookie,
        secure=desk.services.city.is_https,
        httponly=True,
        samesite="strict",
        path="/",
    )
    return answer
