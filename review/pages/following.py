"""Follow-up: the steps of a case, what waits, and the pack for the meeting."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Form, Query, Request
from fastapi.responses import HTMLResponse, Response
from pydantic import BaseModel, ConfigDict

from review import labels, trail
from review.access.guard import guarded
from review.choices import BY_NAME, REASONS
from review.desk import Desk, desk_of, go
from review.follow_up import following, meeting
from review.follow_up.following import BECAUSE, KINDS, LEADS_TO, PARTNERS, SATISFACTION, TAKES_PART, Followed
from review.follow_up.waiting import waiting
from review.me import Me
from review.refusals import Conflict, Incomplete, NotFound, Refused
from review.rendering import rendered
from review.states import CASE
from review.tables.cases import Case
from review.typed import typed_day
from review.visible import case_at, case_of

router = APIRouter()
Follower = Annotated[Me, guarded("follow")]
Watcher = Annotated[Me, guarded("see follow-up")]
BETWEEN_MEETINGS = timedelta(days=14)


class SentStep(BaseModel):
    """The form of a step."""

    model_config = ConfigDict(extra="ignore", str_max_length=40)
    version: int = 0
    made_on: str = ""
    kind: str = ""
    partner: str = ""
    leads_to: str = "follow"
    because: str = ""
    next_on: str = ""
    takes_part: str = ""
    satisfaction: str = ""


@router.get("/follow-up")
def overview(request: Request, me: Watcher) -> HTMLResponse:
    """Overdue, severe, waiting."""
    desk = desk_of(request)
    with desk.database.reading() as session:
        waits = waiting(session, me, desk.today())
    since = desk.today() - BETWEEN_MEETINGS
    return desk.page(
        request, me, "follow_up.html.j2", waits=waits, since=since, states=CASE.states, ages=labels.AGE_WORDS,
        followable=following.FOLLOWABLE,
    )  # fmt: skip


@router.get("/follow-up/pack")
def pack(request: Request, me: Watcher, since: Annotated[str, Query(max_length=10)] = "") -> Response:
    """For the meeting, as PDF: pseudonyms, no score, no name."""
    desk = desk_of(request)
    begin = typed_day(since) or desk.today() - BETWEEN_MEETINGS
    with desk.database.writing() as session:
        packed = meeting.pack(session, me, min(begin, desk.today()), desk.today())
        trail.add(
            session,
            desk.services.seal,
            desk.now(),
            me.did("print meeting pack", "meeting", begin.isoformat()),
        )
        content = _printed(desk, me, packed)
    name = f"reunion-{desk.today().isoformat()}.pdf"
    return Response(
        content,
        media_type="application/pdf",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


def _printed(desk: Desk, me: Me, packed: meeting.Pack) -> bytes:
    from reports import paper  # loads Pango, which nothing else needs

    html = rendered(
        "meeting_pack.html.j2", me.language, pack=packed, city=desk.services.city, faces=paper.font_faces(),
        states=CASE.states, ages=labels.AGE_WORDS, choices=BY_NAME, reasons=REASONS,
    )  # fmt: skip
    return paper.pdf(html)


@router.get("/cases/{case_id}/steps")
def steps(request: Request, me: Follower, case_id: str) -> HTMLResponse:
    """What was done, and a form for what was done now."""
    desk = desk_of(request)
    with desk.database.reading() as session:
        case = case_of(session, me, case_id)
        if case.state == "objected":
            raise NotFound
        sent = SentStep(version=case.version, made_on=desk.today().isoformat())
        return _page(request, desk, me, case, sent, None)


@router.post("/cases/{case_id}/steps")
def add_step(request: Request, me: Follower, case_id: str, sent: Annotated[SentStep, Form()]) -> Response:
    """Adds one. Whatever is wrong, what was typed stays."""
    desk = desk_of(request)
    entered = Followed(
        made_on=typed_day(sent.made_on), kind=sent.kind, partner=sent.partner, leads_to=sent.leads_to,
        because=sent.because, next_on=typed_day(sent.next_on), takes_part=sent.takes_part, satisfaction=sent.satisfaction,
    )  # fmt: skip
    try:
        with desk.database.writing() as session:
            case = case_at(session, me, case_id, sent.version)
            following.follow(session, desk.services.seal, me, case, entered, desk.now())
    except (Incomplete, Conflict) as problem:
        with desk.database.reading() as session:
            return _page(request, desk, me, case_of(session, me, case_id), sent, problem)
    return go(request, f"/cases/{case_id}/steps", said="saved")


def _page(
    request: Request, desk: Desk, me: Me, case: Case, sent: SentStep, problem: Refused | None
) -> HTMLResponse:
    return desk.page(
        request, me, "steps.html.j2", status=problem.status if problem else 200, case=case, sent=sent, problem=problem,
        may_add=case.state in following.FOLLOWABLE, states=CASE.states, ages=labels.AGE_WORDS,
        kinds=KINDS, partners=PARTNERS, leads=LEADS_TO, because=BECAUSE,
        takes_part=TAKES_PART, satisfaction=SATISFACTION,
    )  # fmt: skip
