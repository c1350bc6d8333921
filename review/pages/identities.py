"""Names in two keys: asking, granting, and the one look."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Annotated

from fastapi import APIRouter, File, Form, Request, UploadFile
from fastapi.responses import HTMLResponse, Response
from limits import RateLimitItemPerMinute

from data_contracts.errors import ConfigurationError, IntegrityError
from review import trail
from review.access.guard import guarded
from review.desk import Desk, desk_of, go
from review.me import Me
from review.names import granting, identities
from review.names.correspondence import Correspondence
from review.names.identities import IDENTITY, MOTIVES
from review.pages.rounds import as_pdf
from review.refusals import Incomplete, Refused
from review.roles import ROLES
from review.routes import route_sheet
from review.visible import case_of

router = APIRouter()
Asker = Annotated[Me, guarded("ask identity")]
Answerer = Annotated[Me, guarded("grant identity")]
Version = Annotated[int, Form()]
OPENINGS = RateLimitItemPerMinute(5)
"""Of one session: each try takes a third of a second and 128 MB."""
SAID = {"granted": "granted", "nothing": "nothing_found"}


@router.get("/identities")
def requests(request: Request, me: Answerer) -> HTMLResponse:
    """What others ask, what one asked, and the key holder's table of this session."""
    return _page(request, desk_of(request), me, None)


def _page(request: Request, desk: Desk, me: Me, problem: Incomplete | None) -> HTMLResponse:
    now = desk.now()
    _lapse(desk, now)
    with desk.database.reading() as session:
        to_answer = identities.to_answer(session, me, now)
        mine = identities.mine(session, me)
        told = {one.id for one in to_answer if not granting.needs_table(session, one)}
    return desk.page(
        request, me, "identities.html.j2", status=422 if problem else 200, problem=problem,
        to_answer=to_answer, told=told, mine=mine, cases_of=identities.cases_of,
        until=desk.vault.open_until(me.session_id, now), states=IDENTITY.states, motives=MOTIVES, roles=ROLES,
    )  # fmt: skip


def _lapse(desk: Desk, now: datetime) -> None:
    with desk.database.writing() as session:
        granting.lapse(session, desk.services.seal, desk.vault, now)


@router.post("/cases/{case_id}/identity")
def ask(request: Request, me: Asker, case_id: str, motive: Annotated[str, Form()] = "") -> Response:
    """The first key."""
    desk = desk_of(request)
    with desk.database.writing() as session:
        case = case_of(session, me, case_id)
        identities.ask(session, desk.services.seal, me, case, motive, desk.now())
    return go(request, f"/cases/{case_id}", said="asked")


@router.post("/identities/table")
def open_table(
    request: Request,
    me: Answerer,
    passphrase: Annotated[str, Form(max_length=1024)] = "",
    file: Annotated[UploadFile | None, File()] = None,
) -> Response:
    """In the memory of this session, for an hour as a rule."""
    desk, now = desk_of(request), desk_of(request).now()
    desk.limits.check(OPENINGS, me.session_id)
    try:
        table, problem = Correspondence(_content(desk, file), passphrase), None
    except IntegrityError:
        problem = Incomplete(
            "The table does not open",
            "The passphrase does not fit, or the file was altered.",
            "Type it again; with the right one, ask the key holder for another copy.",
        )
    except ConfigurationError:
        problem = Incomplete(
            "This is not the key holder's table",
            "The file is another, or of another version.",
            "Choose the file that the key holder gave.",
        )
    with desk.database.writing() as session:
        action = "table refused" if problem else "open table"
        trail.add(session, desk.services.seal, now, me.did(action, "table"))
    if problem is not None:
        return _page(request, desk, me, problem)
    desk.vault.open(me.session_id, table, now + timedelta(minutes=desk.services.city.table_minutes))
    return go(request, "/identities", said="table_open")


def _content(desk: Desk, file: UploadFile | None) -> bytes:
    path = desk.services.city.correspondence
    if path is None:
        return file.file.read() if file else b""
    try:
        return path.read_bytes()
    except OSError as error:
        raise Refused(
            "The table cannot be read",
            "The file that the city's settings name is not there, or the desk may not read it.",
            "Tell whoever runs the desk.",
        ) from error


@router.post("/identities/table/close")
def close_table(request: Request, me: Answerer) -> Response:
    """Forgets it before its time."""
    desk = desk_of(request)
    desk.vault.forget(me.session_id)
    with desk.database.writing() as session:
        trail.add(session, desk.services.seal, desk.now(), me.did("close table", "table"))
    return go(request, "/identities", said="table_closed")


@router.post("/identities/{request_id}/grant")
def grant(request: Request, me: Answerer, request_id: str, version: Version) -> Response:
    """The second key."""
    desk, now = desk_of(request), desk_of(request).now()
    table = desk.vault.table(me.session_id, now)
    try:
        with desk.database.writing() as session:
            state = granting.grant(
                session, desk.services.seal, desk.vault, table, me, request_id, version, now
            )
    except Incomplete as problem:
        return _page(request, desk, me, problem)
    return go(request, "/identities", said=SAID[state])


@router.post("/identities/{request_id}/refuse")
def refuse(request: Request, me: Answerer, request_id: str, version: Version) -> Response:
    """No."""
    desk = desk_of(request)
    with desk.database.writing() as session:
        granting.refuse(session, desk.services.seal, me, request_id, version, desk.now())
    return go(request, "/identities", said="saved")


@router.post("/identities/{request_id}/open")
def see(request: Request, me: Asker, request_id: str) -> Response:
    """The one look, after it was written down: a page of one household, or the route sheet of one round."""
    desk, now = desk_of(request), desk_of(request).now()
    with desk.database.writing() as session:
        asked, doors = granting.see(session, desk.services.seal, desk.vault, me, request_id, now)
        pages = route_sheet.laid_out(identities.cases_of(asked), doors)
    if asked.round is not None:
        return as_pdf(desk, me, asked.round, pages)
    answer = desk.page(request, me, "identity_shown.html.j2", case=asked.case, shown=pages[0])
    answer.headers["Cache-Control"] = "no-store"
    return answer
