"""Signing in through the city's directory: the way there, the way back. Without ``[desk.directory]`` in the settings neither is there."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import RedirectResponse, Response
from sqlalchemy.orm import Session

from review import trail
from review.access import directory
from review.access.directory import AWAY, NotThrough
from review.access.limits import SIGN_INS
from review.desk import Desk, asked_language, desk_of
from review.pages.sign_in import with_cookie
from review.refusals import NotFound
from review.services import Directory
from review.trail import Act, Fact

router = APIRouter()
THERE, BACK = "/sign-in/directory", "/sign-in/directory/back"
COOKIE = "lanterne-directory"
Sent = Annotated[str, Query(max_length=4096)]


@router.get(THERE)
def leave(request: Request) -> Response:
    """To the directory's own page."""
    desk, given = _asked(request)
    errand = directory.drawn(asked_language(request, desk.services.city.language))
    with _refusals_written(desk):
        to = directory.way_there(given, _back(desk), errand)
    with desk.database.writing() as session:
        cookie = directory.leave(session, errand, desk.now())
    answer = RedirectResponse(to, status_code=303)
    answer.set_cookie(
        COOKIE,
        cookie,
        max_age=int(AWAY.total_seconds()),
        secure=desk.services.city.is_https,
        httponly=True,
        samesite="lax",  # the directory's redirect brings it back; a strict one would stay behind
        path=THERE,
    )
    return answer


@router.get(BACK)
def come_back(request: Request, code: Sent = "", state: Sent = "", error: Sent = "") -> Response:
    """Whom the directory names is signed in. The answer is a page and no redirect: a browser that comes from another site sends the new cookie, which is kept
    to the desk itself, only from a page of the desk on."""
    desk, given = _asked(request)
    with _refusals_written(desk):
        errand = _errand(request, desk, state)
        request.state.language = errand.language
        if error or not code:
            raise NotThrough(
                "denied", "The directory did not let you in", "It refused the sign-in, or somebody stopped it.",
                "Start again from the sign-in page.",
            )  # fmt: skip
        named = directory.subject(given, _back(desk), errand, code, desk.now())
        with desk.database.writing() as session:
            cookie = directory.arrive(session, desk.services.seal, given, named, desk.now())
            if cookie is None:
                _note(session, desk, "unknown", "")
    if cookie is None:
        return desk.page(request, None, "directory_unknown.html.j2", status=403, subject=named)
    to = "/welcome" if given.has_second_factor else "/sign-in/code"
    answer = with_cookie(desk.page(request, None, "directory_back.html.j2", to=to), desk, cookie)
    answer.delete_cookie(
        COOKIE, path=THERE, secure=desk.services.city.is_https, httponly=True, samesite="lax"
    )
    return answer


def _asked(request: Request) -> tuple[Desk, Directory]:
    desk = desk_of(request)
    given = desk.services.city.directory
    if given is None:
        raise NotFound
    desk.limits.check(SIGN_INS, request.client.host if request.client else "")
    return desk, given


def _back(desk: Desk) -> str:
    """As the directory knows it."""
    return desk.services.city.public_url.rstrip("/") + BACK


def _errand(request: Request, desk: Desk, state: str) -> directory.Errand:
    with desk.database.writing() as session:
        errand = directory.returned(session, request.cookies.get(COOKIE, ""), state, desk.now())
    if errand is None:
        raise NotThrough(
            "way back", "This way back is not open", "It was used before, took more than ten minutes, or began in another window.",
            "Start again from the sign-in page.",
        )  # fmt: skip
    return errand


@contextmanager
def _refusals_written(desk: Desk) -> Iterator[None]:
    """In the trail, in a transaction of their own: what was begun is taken back."""
    try:
        yield
    except NotThrough as refused:
        with desk.database.writing() as session:
            _note(session, desk, refused.because, refused.about)
        raise


def _note(session: Session, desk: Desk, because: str, about: str) -> None:
    facts: dict[str, Fact] = {"through": "directory", "because": because}
    did = Act(who="", role="", action="sign-in refused", kind="account", about=about, facts=facts)
    trail.add(session, desk.services.seal, desk.now(), did)
