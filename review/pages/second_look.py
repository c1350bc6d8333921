"""The second look: how far two readers agree, and where they do not."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from review.access.guard import guarded
from review.cases import second_look
from review.choices import BY_NAME, REASONS
from review.desk import desk_of
from review.me import Me

router = APIRouter()


@router.get("/second-look")
def both(request: Request, me: Annotated[Me, guarded("see second look")]) -> HTMLResponse:
    """Counts and agreement of all; the cases in debate only of those that somebody may see."""
    desk = desk_of(request)
    with desk.database.reading() as session:
        looked = second_look.looked(session, me)
    return desk.page(request, me, "second_look.html.j2", looked=looked, choices=BY_NAME, reasons=REASONS)
