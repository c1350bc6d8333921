"""The lists that were taken in, and the newest that a run has published."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, Response
from sqlalchemy import func, select

from review.access.guard import guarded
from review.cases.taking_in import take_in
from review.desk import Desk, desk_of, go
from review.law.objected import sweep
from review.me import Me
from review.refusals import NotFound
from review.tables.cases import Listing, TakenList
from review.trail import Act

router = APIRouter()
Taker = Annotated[Me, guarded("take in list")]


@router.get("/lists")
def lists(request: Request, me: Taker) -> HTMLResponse:
    """Newest first."""
    desk = desk_of(request)
    with desk.database.reading() as session:
        rows = session.execute(
            select(TakenList, func.count(Listing.id))
            .outerjoin(Listing, Listing.run_id == TakenList.run_id)
            .group_by(TakenList.run_id)
            .order_by(TakenList.as_of.desc(), TakenList.taken_at.desc())
        ).all()
    newest = desk.services.published.newest()
    is_new = newest is not None and all(one.run_id != newest for one, _ in rows)
    return desk.page(request, me, "lists.html.j2", rows=rows, newest=newest if is_new else None)


@router.post("/lists")
def take(request: Request, me: Taker) -> Response:
    """Takes the newest published list in."""
    desk = desk_of(request)
    if not take_newest(desk, me.did("take in list", "list")):
        raise NotFound
    return go(request, "/lists", said="taken")


def take_newest(desk: Desk, by: Act) -> bool:
    """Whether there is a list; a list that is there already changes nothing. Whoever has objected since it was made is left in peace in the same moment."""
    newest = desk.services.published.newest()
    if newest is None:
        return False
    taken, objected = desk.services.published.taken(newest), desk.services.objected()
    with desk.database.writing() as session:
        take_in(
            session,
            desk.services.seal,
            taken,
            second_look_share=desk.services.city.second_look_share,
            now=desk.now(),
            by=by,
        )
        sweep(session, desk.services.seal, objected, desk.now())
    return True
