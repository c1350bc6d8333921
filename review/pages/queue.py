"""The queue: what is to be read and decided."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse

from review.access.guard import guarded
from review.cases import queue
from review.cases.queue import ENTRIES, ORDERS, Wanted
from review.desk import desk_of
from review.labels import AGE_WORDS, DRIFT
from review.me import Me
from review.states import CASE

router = APIRouter()


@router.get("/queue")
def cases(
    request: Request, me: Annotated[Me, guarded("see queue")], asked: Annotated[Wanted, Query()]
) -> HTMLResponse:
    """Filtered, in order. With htmx only the part that changes is sent."""
    desk = desk_of(request)
    with desk.database.reading() as session:
        found = queue.found(session, me, asked)
    kept = {name: value for name, value in asked.model_dump(exclude={"page"}).items() if value}
    template = "_queue_rows.html.j2" if request.headers.get("HX-Target") == "cases" else "queue.html.j2"
    return desk.page(
        request, me, template,
        found=found, asked=asked, kept=urlencode(kept), entry_of=queue.entry_of,
        entries=ENTRIES, orders=ORDERS, states=CASE.states, ages=AGE_WORDS, meanings=DRIFT,
    )  # fmt: skip
