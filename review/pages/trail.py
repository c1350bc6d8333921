"""The audit trail: who saw, decided, exported and granted what, and whether the chain holds."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse
from sqlalchemy import func, select

from data_contracts.errors import IntegrityError
from review import trail
from review.access.guard import guarded
from review.desk import desk_of
from review.me import Me
from review.roles import ROLES
from review.tables.trail import TrailLine
from review.trail_words import ACTIONS, KINDS

router = APIRouter()
PAGE = 100


@router.get("/trail")
def lines(
    request: Request,
    me: Annotated[Me, guarded("see trail")],
    who: Annotated[str, Query(max_length=32)] = "",
    about: Annotated[str, Query(max_length=64)] = "",
    page: Annotated[int, Query(ge=1, le=100_000)] = 1,
) -> HTMLResponse:
    """Newest first; a look at the trail is itself a line of it."""
    desk = desk_of(request)
    found = select(TrailLine)
    found = found.where(TrailLine.who == who) if who else found
    found = found.where(TrailLine.about == about) if about else found
    with desk.database.writing() as session:
        count = session.scalar(select(func.count()).select_from(found.subquery())) or 0
        rows = session.scalars(
            found.order_by(TrailLine.number.desc()).limit(PAGE).offset(PAGE * (page - 1))
        ).all()
        # what was typed is kept only where it names what the trail knows: it could be a name
        trail.add(
            session, desk.services.seal, desk.now(), me.did("see trail", "trail", about if count else "")
        )
    pages = max(1, -(-count // PAGE))
    return desk.page(
        request,
        me,
        "trail.html.j2",
        rows=rows,
        count=count,
        who=who,
        about=about,
        page=page,
        pages_count=pages,
        chain=None,
        actions=ACTIONS,
        kinds=KINDS,
        roles=ROLES,
    )


@router.post("/trail/check")
def check(request: Request, me: Annotated[Me, guarded("see trail")]) -> HTMLResponse:
    """Whether every line is as it was written."""
    desk = desk_of(request)
    with desk.database.reading() as session:
        try:
            chain = {"holds": True, "lines": trail.verified(session, desk.services.seal), "where": ""}
        except IntegrityError as error:
            chain = {"holds": False, "lines": 0, "where": error.where}
    return desk.page(
        request, me, "trail.html.j2", rows=(), count=0, who="", about="", page=1, pages_count=1, chain=chain
    )
