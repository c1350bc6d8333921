"""The web application: pages behind guards, refusals as pages, files of its own."""

from __future__ import annotations

import logging
from importlib.resources import files

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import Response
from fastapi.staticfiles import StaticFiles
from sqlalchemy.exc import DataError, InterfaceError, OperationalError, SQLAlchemyError
from sqlalchemy.exc import IntegrityError as NotUnique
from sqlalchemy.orm.exc import StaleDataError
from starlette.exceptions import HTTPException

from data_contracts.errors import LanterneError
from review.access.guard import MUST_CHANGE, MustChangePassword, NotSignedIn, signed_in
from review.desk import Desk, desk_of, go
from review.faults import Faults
from review.headers import Headers
from review.me import Me
from review.pages import (
    account,
    accounts,
    alert_import,
    alerts,
    bereavement,
    case,
    directory,
    following,
    handing_out,
    identities,
    indicators,
    lists,
    outcome_import,
    outcomes,
    queue,
    rounds,
    second_look,
    sign_in,
    teams,
    telephone,
    trail,
)
from review.refusals import Conflict, NotFound, Refused
from review.watch import watching

PAGES = (
    sign_in,
    directory,
    queue,
    alerts,
    alert_import,
    bereavement,
    case,
    following,
    indicators,
    handing_out,
    second_look,
    rounds,
    teams,
    identities,
    outcome_import,
    outcomes,
    telephone,
    lists,
    trail,
    accounts,
    account,
)
log = logging.getLogger("lanterne.desk")


def application(desk: Desk) -> FastAPI:
    """The desk as an ASGI application. It documents itself to nobody: its users are people."""
    app = FastAPI(openapi_url=None, docs_url=None, redoc_url=None, title="Lanterne", lifespan=watching(desk))
    app.state.desk = desk
    for page in PAGES:
        app.include_router(page.router)
    app.mount("/static", StaticFiles(directory=str(files("review").joinpath("static"))), name="static")
    _answer_refusals(app)
    app.add_middleware(Faults, answer=_broken)
    app.add_middleware(Headers, is_https=desk.services.city.is_https)
    return app


def _answer_refusals(app: FastAPI) -> None:
    app.add_exception_handler(NotSignedIn, _to_sign_in)
    app.add_exception_handler(MustChangePassword, lambda request, _: go(request, MUST_CHANGE))
    app.add_exception_handler(Refused, _refused)
    app.add_exception_handler(HTTPException, _no_page)
    for unreadable in (RequestValidationError, DataError, UnicodeError):
        app.add_exception_handler(unreadable, _not_understood)
    app.add_exception_handler(StaleDataError, lambda request, _: _shown(request, Conflict()))
    app.add_exception_handler(NotUnique, lambda request, _: _shown(request, Conflict()))
    app.add_exception_handler(LanterneError, _outside)
    for gone in (OperationalError, InterfaceError):
        app.add_exception_handler(gone, _database_gone)


def _to_sign_in(request: Request, error: Exception) -> Response:
    return go(request, "/sign-in", said="expired" if request.cookies else "")


def _refused(request: Request, error: Exception) -> Response:
    assert isinstance(error, Refused)
    return _shown(request, error)


def _no_page(request: Request, error: Exception) -> Response:
    status = error.status_code if isinstance(error, HTTPException) else 404
    refused = (
        NotFound()
        if status == 404
        else Refused("This cannot be done", "The desk does not know this way of asking.")
    )
    refused.status = status
    return _shown(request, refused)


def _not_understood(request: Request, error: Exception) -> Response:
    """Which fields, never what was in them."""
    refused = Refused(
        "This cannot be read",
        "Something that was sent is missing or has a form that is not possible.",
        "Go back and check the form.",
    )
    refused.status = 422
    return _shown(request, refused)


def _outside(request: Request, error: Exception) -> Response:
    """A refusal from outside the desk. Its own words are for whoever runs it, in the log: they name files and keys of the configuration, nobody."""
    assert isinstance(error, LanterneError)
    refused = Refused(
        "This is not possible now",
        "Something that the desk needs for it is missing or is not as it should be: a file, a key or a setting.",
        "Tell whoever runs the desk; the log says what.",
    )
    refused.status = 503
    log.warning("refused: %s", " / ".join(filter(None, (error.what, error.where, error.hint))))
    return _shown(request, refused)


def _database_gone(request: Request, error: Exception) -> Response:
    """Without a look at who is asking: that, too, is in the database."""
    log.error("the database does not answer: %s", type(error).__name__)
    refused = Refused(
        "The desk cannot be reached just now",
        "Its database does not answer. What was saved before is safe; what you sent last may not be saved.",
        "Wait a few minutes and load the page again. If it stays so, tell whoever runs the desk.",
    )
    refused.status = 503
    return desk_of(request).page(request, None, "refused.html.j2", status=503, refused=refused)


def _broken(request: Request) -> Response:
    refused = Refused(
        "Something went wrong",
        "This page broke. Nothing was half saved.",
        "Tell whoever runs the desk; the log says where.",
    )
    refused.status = 500
    return desk_of(request).page(request, None, "refused.html.j2", status=500, refused=refused)


def _shown(request: Request, refused: Refused) -> Response:
    desk = desk_of(request)
    try:
        me: Me | None = signed_in(request, desk)
    except (NotSignedIn, MustChangePassword, SQLAlchemyError):
        me = None
    return desk.page(request, me, "refused.html.j2", status=refused.status, refused=refused)
