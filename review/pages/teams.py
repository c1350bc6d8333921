"""The teams that visit."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, Response
from pydantic import BaseModel, ConfigDict

from review.access.guard import guarded
from review.choices import VISITORS
from review.desk import desk_of, go
from review.me import Me
from review.refusals import Incomplete
from review.routes import teams
from review.routes.teams import Entered, may_plan
from review.tables.rounds import Team

router = APIRouter()
Planner = Annotated[Me, guarded("plan visits")]


class Sent(BaseModel):
    """The form of a team."""

    model_config = ConfigDict(extra="ignore", str_max_length=80)
    version: int = 0
    name: str = ""
    role: str = ""
    area: str = ""
    weekly: int = 5
    users: list[str] = []
    is_active: bool = False

    def entered(self) -> Entered:
        """As it is checked."""
        return Entered(
            name=self.name[:40],
            role=self.role,
            area=self.area,
            weekly=self.weekly,
            users=tuple(self.users),
            is_active=self.is_active,
        )


@router.get("/teams")
def all_teams(request: Request, me: Planner) -> HTMLResponse:
    """By name."""
    desk = desk_of(request)
    with desk.database.reading() as session:
        found = teams.teams(session, me, desk.services.city.groups)
    return desk.page(request, me, "teams.html.j2", teams=found, visitors=VISITORS)


@router.get("/teams/new")
def new(request: Request, me: Planner) -> HTMLResponse:
    """An empty form."""
    return _form(request, me, Sent(is_active=True), None, None)


@router.post("/teams/new")
def open_one(request: Request, me: Planner, sent: Annotated[Sent, Form()]) -> Response:
    """Opens it."""
    desk = desk_of(request)
    try:
        with desk.database.writing() as session:
            entered = sent.model_copy(update={"is_active": True}).entered()
            teams.open_team(session, desk.services.seal, me, desk.services.city.groups, entered, desk.now())
    except Incomplete as problem:
        return _form(request, me, sent, None, problem)
    return go(request, "/teams", said="saved")


@router.get("/teams/{team_id}")
def one(request: Request, me: Planner, team_id: str) -> HTMLResponse:
    """To be changed."""
    team = _team(request, me, team_id)
    names = ("version", "name", "role", "area", "weekly", "is_active")
    sent = Sent(users=[member.user_id for member in team.members], **{n: getattr(team, n) for n in names})
    return _form(request, me, sent, team, None)


@router.post("/teams/{team_id}")
def change(request: Request, me: Planner, team_id: str, sent: Annotated[Sent, Form()]) -> Response:
    """Changes or closes it."""
    desk, groups = desk_of(request), desk_of(request).services.city.groups
    try:
        with desk.database.writing() as session:
            team = teams.team_of(session, me, groups, team_id)
            teams.change_team(
                session, desk.services.seal, me, groups, team, sent.version, sent.entered(), desk.now()
            )
    except Incomplete as problem:
        return _form(request, me, sent, _team(request, me, team_id), problem)
    return go(request, "/teams", said="saved")


def _team(request: Request, me: Me, team_id: str) -> Team:
    desk = desk_of(request)
    with desk.database.reading() as session:
        team = teams.team_of(session, me, desk.services.city.groups, team_id)
        list(team.members)
        return team


def _form(
    request: Request, me: Me, sent: Sent, team: Team | None, problem: Incomplete | None
) -> HTMLResponse:
    desk = desk_of(request)
    groups = desk.services.city.groups
    with desk.database.reading() as session:
        people = teams.visitors(session)
    return desk.page(
        request, me, "team_form.html.j2", status=422 if problem else 200, sent=sent, team=team, problem=problem,
        visitors=VISITORS, people=people, most=teams.MOST,
        areas=[name for name in groups if may_plan(me, name, groups)], may_everywhere=may_plan(me, "", groups),
    )  # fmt: skip
