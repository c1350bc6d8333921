"""Alerts from a file: looked at first, then taken in."""

from __future__ import annotations

import base64
import binascii
from pathlib import PurePath
from typing import Annotated

from fastapi import APIRouter, File, Form, Request, UploadFile
from fastapi.responses import HTMLResponse, Response

from data_contracts import contract
from review.access.guard import guarded
from review.alerting import alert_import
from review.alerting.alert_import import FORMS, LARGEST, NAME, PROBLEMS, Read, Told
from review.desk import desk_of, go
from review.me import Me
from review.refusals import Incomplete

router = APIRouter()
Importer = Annotated[Me, guarded("import alerts")]
MOST_PROBLEMS = 200


@router.get("/alert-import")
def form(request: Request, me: Importer) -> HTMLResponse:
    """Asks for a file."""
    return _page(request, me)


@router.post("/alert-import")
def look(request: Request, me: Importer, file: Annotated[UploadFile, File()]) -> HTMLResponse:
    """What the file holds; nothing is kept of it, the page carries it to the next step."""
    desk = desk_of(request)
    content, suffix = file.file.read(LARGEST + 1), PurePath(file.filename or "").suffix.lower()
    try:
        done = _read(content, suffix, request)
    except Incomplete as problem:
        return _page(request, me, problem=problem)
    with desk.database.reading() as session:
        told = alert_import.told(session, done)
    carried = base64.b64encode(content).decode()
    return _page(request, me, done=done, told=told, carried=carried, suffix=suffix)


@router.post("/alert-import/take")
def take(
    request: Request,
    me: Importer,
    content: Annotated[str, Form(max_length=2 * LARGEST)],
    suffix: Annotated[str, Form(max_length=8)],
) -> Response:
    """Takes in what the page before has shown, all of it in one transaction."""
    desk = desk_of(request)
    try:
        done = _read(_carried(content), suffix, request)
    except Incomplete as problem:
        return _page(request, me, problem=problem)
    with desk.database.writing() as session:
        alert_import.take(session, desk.services.seal, me, done, desk.now())
    return go(request, "/alerts", said="alerts-in")


def _read(content: bytes, suffix: str, request: Request) -> Read:
    if suffix not in FORMS or not 0 < len(content) <= LARGEST:
        raise Incomplete(
            "This file is not taken",
            "A file is CSV or XLSX, with 500,000 bytes at most.",
            "Save it as one of them; cut a longer one into parts.",
        )
    return alert_import.read(content, FORMS[suffix], desk_of(request).today())


def _carried(content: str) -> bytes:
    """Nothing for what no page of the desk has sent."""
    try:
        return base64.b64decode(content, validate=True)
    except (binascii.Error, ValueError):
        return b""


def _page(
    request: Request,
    me: Me,
    *,
    done: Read | None = None,
    told: Told | None = None,
    carried: str = "",
    suffix: str = "",
    problem: Incomplete | None = None,
) -> HTMLResponse:
    columns = [column.header for column in contract.load(NAME).columns]
    return desk_of(request).page(
        request, me, "alert_import.html.j2", status=422 if problem else 200,
        done=done, told=told, carried=carried, suffix=suffix, problem=problem, columns=columns,
        words=PROBLEMS, most=MOST_PROBLEMS,
    )  # fmt: skip
