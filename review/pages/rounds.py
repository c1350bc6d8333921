"""Planning visits: rounds by week, one round, its route sheet; and what visitors see of theirs."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Annotated

from fastapi import APIRouter, Form, Query, Request
from fastapi.responses import HTMLResponse, Response
from sqlalchemy.orm import Session

from review import trail
from review.access.guard import guarded
from review.choices import VISITORS
from review.desk import Desk, desk_of, go
from review.me import Me
from review.names import identities
from review.refusals import Incomplete
from review.routes import planning, rounds, route_sheet, teams
from review.routes.rounds import monday, sunday
from review.routes.route_sheet import Page
from review.states import CASE
from review.tables.rounds import Round
from review.typed import typed_day

router = APIRouter()
Planner = Annotated[Me, guarded("plan visits")]
Printer = Annotated[Me, guarded("print route sheet")]
Visitor = Annotated[Me, guarded("see own rounds")]
Version = Annotated[int, Form()]
Id = Annotated[str, Form(max_length=16)]
WEEK = timedelta(weeks=1)
STEPS = {"up": -1, "down": 1}


@router.get("/rounds")
def week(request: Request, me: Planner, day: Annotated[str, Query(max_length=10)] = "") -> HTMLResponse:
    """Each team's round of one week; ``day``: any of it."""
    return _week(request, desk_of(request), me, typed_day(day), None)


def _week(request: Request, desk: Desk, me: Me, day: date | None, problem: Incomplete | None) -> HTMLResponse:
    groups, first = desk.services.city.groups, monday(day or desk.today())
    with desk.database.reading() as session:
        by_team = {one.team_id: one for one in rounds.all_rounds(session, me, groups, first)}
        rows = [
            (team, by_team.get(team.id))
            for team in teams.teams(session, me, groups)
            if team.is_active or team.id in by_team
        ]
        waiting = {team.id: rounds.waiting_count(session, me, groups, team) for team, _ in rows}
    return desk.page(
        request, me, "rounds.html.j2", status=422 if problem else 200, problem=problem, rows=rows,
        week=first, last=sunday(first), before=first - WEEK, after=first + WEEK, waiting=waiting, today=desk.today(), visitors=VISITORS, live=rounds.live,
    )  # fmt: skip


@router.post("/rounds")
def begin(request: Request, me: Planner, team: Id, day: Annotated[str, Form(max_length=10)]) -> Response:
    """Proposes one."""
    desk, groups = desk_of(request), desk_of(request).services.city.groups
    wanted = typed_day(day)
    try:
        with desk.database.writing() as session:
            chosen = teams.team_of(session, me, groups, team)
            round_id = planning.begin(
                session, desk.services.seal, me, groups, chosen, wanted or date.min, desk.now()
            ).id
    except Incomplete as problem:
        return _week(request, desk, me, None, problem)
    return go(request, f"/rounds/{round_id}")


@router.get("/rounds/mine")
def mine(request: Request, me: Visitor) -> HTMLResponse:
    """The visitor's own, by week."""
    desk = desk_of(request)
    with desk.database.reading() as session:
        own = rounds.of_visitor(session, me, desk.today())
    return desk.page(request, me, "my_rounds.html.j2", rounds=own, sunday=sunday, live=rounds.live)


@router.get("/rounds/mine/{round_id}")
def walked(request: Request, me: Visitor, round_id: str) -> HTMLResponse:
    """One of them: pseudonyms and neighbourhoods; the look is a line of the trail."""
    desk = desk_of(request)
    with desk.database.writing() as session:
        one = rounds.walked_by(session, me, round_id, desk.today())
        trail.add(session, desk.services.seal, desk.now(), me.did("see own round", "round", one.id))
        pages = route_sheet.laid_out([stop.case for stop in rounds.live(one)], {})
    return desk.page(request, me, "my_round.html.j2", round=one, last=sunday(one.week), pages=pages)


@router.get("/rounds/{round_id}")
def one(request: Request, me: Planner, round_id: str) -> HTMLResponse:
    """To be changed, confirmed, printed."""
    desk = desk_of(request)
    with desk.database.reading() as session:
        return _round(request, desk, me, session, round_id, None)


def _round(
    request: Request, desk: Desk, me: Me, session: Session, round_id: str, problem: Incomplete | None
) -> HTMLResponse:
    groups = desk.services.city.groups
    found = rounds.round_of(session, me, groups, round_id)
    return desk.page(
        request, me, "round.html.j2", status=422 if problem else 200, problem=problem, round=found,
        last=sunday(found.week), choosable=rounds.choosable(session, me, groups, found.team),
        live=rounds.live(found), is_live=rounds.is_live, states=CASE.states, visitors=VISITORS,
        identity=identities.standing(session, me, desk.now(), round_=found),
    )  # fmt: skip


@router.post("/rounds/{round_id}/fill")
def fill(request: Request, me: Planner, round_id: str, version: Version) -> Response:
    """What room is left."""
    desk, groups = desk_of(request), desk_of(request).services.city.groups
    with desk.database.writing() as session:
        found = rounds.round_at(session, me, groups, round_id, version)
        planning.fill(session, desk.services.seal, me, groups, found, desk.now())
    return go(request, f"/rounds/{round_id}")


@router.post("/rounds/{round_id}/stops")
def add(request: Request, me: Planner, round_id: str, version: Version, case: Id) -> Response:
    """One more."""
    desk, groups = desk_of(request), desk_of(request).services.city.groups
    try:
        with desk.database.writing() as session:
            found = rounds.round_at(session, me, groups, round_id, version)
            planning.add(session, desk.services.seal, me, groups, found, case, desk.now())
    except Incomplete as problem:
        return _again(request, desk, me, round_id, problem)
    return go(request, f"/rounds/{round_id}")


def _again(request: Request, desk: Desk, me: Me, round_id: str, problem: Incomplete) -> HTMLResponse:
    with desk.database.reading() as session:
        return _round(request, desk, me, session, round_id, problem)


@router.post("/rounds/{round_id}/stops/{stop_id}")
def change(
    request: Request, me: Planner, round_id: str, stop_id: str, version: Version, do: Annotated[str, Form()]
) -> Response:
    """``do``: ``up``, ``down``, or anything else for ``remove``."""
    desk, groups = desk_of(request), desk_of(request).services.city.groups
    with desk.database.writing() as session:
        found = rounds.round_at(session, me, groups, round_id, version)
        if do in STEPS:
            planning.move(session, desk.services.seal, me, found, stop_id, STEPS[do], desk.now())
        else:
            planning.remove(session, desk.services.seal, me, found, stop_id, desk.now())
    return go(request, f"/rounds/{round_id}")


@router.post("/rounds/{round_id}/confirm")
def confirm(request: Request, me: Planner, round_id: str, version: Version) -> Response:
    """Plans its visits."""
    desk, groups = desk_of(request), desk_of(request).services.city.groups
    try:
        with desk.database.writing() as session:
            found = rounds.round_at(session, me, groups, round_id, version)
            planning.confirm(session, desk.services.seal, me, found, desk.now())
    except Incomplete as problem:
        return _again(request, desk, me, round_id, problem)
    return go(request, f"/rounds/{round_id}", said="confirmed")


@router.post("/rounds/{round_id}/discard")
def discard(request: Request, me: Planner, round_id: str, version: Version) -> Response:
    """A draft that nobody needs."""
    desk, groups = desk_of(request), desk_of(request).services.city.groups
    with desk.database.writing() as session:
        found = rounds.round_at(session, me, groups, round_id, version)
        day = found.week
        planning.discard(session, desk.services.seal, me, found, desk.now())
    return go(request, f"/rounds?day={day}")


@router.post("/rounds/{round_id}/identity")
def ask(request: Request, me: Annotated[Me, guarded("ask identity")], round_id: str) -> Response:
    """The first key, for all its stops."""
    desk, groups = desk_of(request), desk_of(request).services.city.groups
    with desk.database.writing() as session:
        found = rounds.round_of(session, me, groups, round_id)
        identities.ask_for_round(session, desk.services.seal, me, found, desk.now())
    return go(request, f"/rounds/{round_id}", said="asked")


@router.get("/rounds/{round_id}/route-sheet")
def blank(request: Request, me: Printer, round_id: str) -> Response:
    """With lines for names and addresses."""
    desk, groups = desk_of(request), desk_of(request).services.city.groups
    with desk.database.writing() as session:
        found = rounds.round_of(session, me, groups, round_id)
        cases = [stop.case for stop in rounds.live(found)]
        pages = route_sheet.laid_out(cases, {})
        done = me.did("print route sheet", "round", found.id, stops=len(cases))
        trail.add(session, desk.services.seal, desk.now(), done)
    return as_pdf(desk, me, found, pages)


def as_pdf(desk: Desk, me: Me, found: Round, pages: Sequence[Page]) -> Response:
    """To be printed, not shown."""
    content = route_sheet.to_pdf(pages, found.team, found.week, desk.services.city, me.language)
    headers = {"Content-Disposition": f'attachment; filename="{found.week}.pdf"', "Cache-Control": "no-store"}
    return Response(content, media_type="application/pdf", headers=headers)
