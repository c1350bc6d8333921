"""Visits by spreadsheet: a template to fill in, a preview of what a filled one would change, and the change."""

from __future__ import annotations

import json
import zlib
from base64 import b64decode, b64encode
from collections import Counter
from collections.abc import Sequence
from typing import Annotated

from fastapi import APIRouter, File, Form, Request, UploadFile
from fastapi.responses import HTMLResponse, Response
from sqlalchemy.orm import Session

from data_contracts.errors import IntegrityError
from review import trail
from review.access.guard import guarded
from review.desk import Desk, desk_of, go
from review.me import Me
from review.pages.outcomes import change_of
from review.refusals import Incomplete, Refused
from review.visits import outcome_import, outcome_list, outcome_reading, outcome_sheet
from review.visits.outcome_import import Planned
from review.visits.outcome_reading import LARGEST_FILE, Line, Sheet
from review.visits.outcome_sheet import MOST_ROWS

router = APIRouter()
Enterer = Annotated[Me, guarded("record outcome")]
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@router.get("/visits/template.xlsx")
def template(request: Request, me: Enterer) -> Response:
    """A row a person of each household to be visited that they may see; of a visitor's own rounds alone."""
    desk = desk_of(request)
    with desk.database.writing() as session:
        cases = outcome_list.to_visit(session, me, MOST_ROWS, desk.today())
        rows = outcome_sheet.prepared(cases, desk.services.seal)
        done = me.did("export visit template", "cases", rows=len(rows))
        trail.add(session, desk.services.seal, desk.now(), done)
    content = outcome_sheet.template(rows, me.language, desk.today())
    name = f"visites-{desk.today().isoformat()}.xlsx"
    return Response(
        content, media_type=XLSX, headers={"Content-Disposition": f'attachment; filename="{name}"'}
    )


@router.get("/visits/import")
def ask(request: Request, me: Enterer) -> HTMLResponse:
    """Which file."""
    return _page(request, me)


def _page(
    request: Request,
    me: Me,
    problem: Refused | None = None,
    sheet: Sheet | None = None,
    planned: Sequence[Planned] = (),
    sealed: str = "",
) -> HTMLResponse:
    headings = [outcome_sheet.heading(name, me.language) for name in sheet.missing] if sheet else []
    return desk_of(request).page(
        request, me, "visit_import.html.j2", status=problem.status if problem else 200,
        problem=problem, sheet=sheet, missing=headings, planned=planned, sealed=sealed,
        counts=Counter(one.status for one in planned),
    )  # fmt: skip


@router.post("/visits/import")
def preview(request: Request, me: Enterer, file: Annotated[UploadFile, File()]) -> Response:
    """What the file would change; nothing is changed yet."""
    try:
        sheet = outcome_reading.read(file.file.read(LARGEST_FILE + 1))
    except Incomplete as problem:
        return _page(request, me, problem)
    if sheet.unknown or sheet.missing:
        return _page(request, me, _other_columns(), sheet)
    return _previewed(request, me, sheet)


def _other_columns() -> Incomplete:
    return Incomplete(
        "The columns are not those of the template",
        "Nothing was taken.",
        "Copy the rows into a new template.",
    )


def _previewed(request: Request, me: Me, sheet: Sheet, problem: Refused | None = None) -> Response:
    desk = desk_of(request)
    with desk.database.reading() as session:
        planned = outcome_import.plan(session, change_of(desk, me), sheet.lines)
        return _page(request, me, problem, sheet, planned, _sealed(desk, me, planned))


def _sealed(desk: Desk, me: Me, planned: Sequence[Planned]) -> str:
    """The rows as they were previewed, for the same person only: nothing of a file that nobody confirms stays at the desk."""
    rows = [[one.line.number, dict(one.line.cells), one.status] for one in planned]
    plain = json.dumps([me.login, rows], ensure_ascii=False).encode()
    return desk.services.seal.seal(b64encode(zlib.compress(plain)).decode())


@router.post("/visits/import/confirm")
def confirm(request: Request, me: Enterer, sealed: Annotated[str, Form()]) -> Response:
    """Takes the rows that were shown as new, in one transaction. Whatever became otherwise since is shown again first."""
    desk = desk_of(request)
    try:
        login, rows = json.loads(zlib.decompress(b64decode(desk.services.seal.opened(sealed))))
    except IntegrityError:
        return _page(request, me, _forgotten())
    lines = tuple(Line(number=number, cells=cells) for number, cells, _ in rows)
    again = Sheet(lines=lines, unknown=(), missing=())
    if login != me.login:
        return _previewed(request, me, again, _changed())
    with desk.database.writing() as session:
        planned = outcome_import.plan(session, change_of(desk, me), lines)
        is_same = [one.status for one in planned] == [status for _, _, status in rows]
        if is_same:
            outcome_import.take(session, change_of(desk, me), planned)
            _note(session, desk, me, planned)
    if not is_same:
        return _previewed(request, me, again, _changed())
    return go(request, "/visits?which=mine", said="taken-visits")


def _forgotten() -> Incomplete:
    return Incomplete(
        "The preview cannot be read any more", "Nothing was taken.", "Send the filled template again."
    )


def _changed() -> Incomplete:
    return Incomplete(
        "Something has changed since",
        "A colleague has entered a visit, or a case went on. Nothing was taken.",
        "Look at the rows as they are now, then confirm again.",
    )


def _note(session: Session, desk: Desk, me: Me, planned: Sequence[Planned]) -> None:
    counts = Counter(one.status for one in planned)
    done = me.did(
        "import visits", "cases", new=counts["new"], known=counts["known"], refused=counts["refused"]
    )
    trail.add(session, desk.services.seal, desk.now(), done)
