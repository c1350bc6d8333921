"""Visits: entered from paper, shown with what they add up to, corrected, judged."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Query, Request
from fastapi.responses import HTMLResponse, Response
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy.orm import Session

from review import trail
from review.access.guard import guarded
from review.cases.queue import OBJECTED
from review.choices import VISITORS
from review.desk import Desk, desk_of, go
from review.me import Me
from review.refusals import Conflict, Incomplete, NotFound, Refused
from review.states import CASE
from review.tables.cases import Case
from review.tables.visits import Visit
from review.visible import case_at, case_of
from review.visits import outcome_words, outcomes
from review.visits.outcome_form import SentVisit, empty, filled, read_person
from review.visits.outcome_list import (
    WHICH,
    Which,
    case_called,
    listed,
    shown,
    to_visit,
    visit_at,
    visit_of,
)
from review.visits.outcome_values import earliest
from review.visits.outcomes import Change, may_enter
from review.visits.retries import TIMES

router = APIRouter()
Reader = Annotated[Me, guarded("see visits")]
Enterer = Annotated[Me, guarded("record outcome")]
Corrector = Annotated[Me, guarded("correct outcome")]
BY_THE_CLOCK = dict(reversed(list(TIMES.items())))
MOST_TO_VISIT = 200
"""Cases that the page of a new visit offers; the others are called by their pseudonym."""


class Asked(BaseModel):
    """The filters in the address."""

    model_config = ConfigDict(extra="ignore", str_max_length=40)
    which: Which = "all"
    quartier: str = ""
    page: int = Field(1, ge=1, le=100_000)


def change_of(desk: Desk, me: Me) -> Change:
    """Somebody's change, now."""
    return Change(services=desk.services, me=me, now=desk.now(), today=desk.today())


@router.get("/visits")
def visits(request: Request, me: Reader, asked: Annotated[Asked, Query()]) -> HTMLResponse:
    """The newest first."""
    desk = desk_of(request)
    with desk.database.reading() as session:
        found = listed(session, me, asked.which, asked.quartier, asked.page)
    return desk.page(
        request, me, "visits.html.j2",
        found=found, asked=asked, which=WHICH, words=outcome_words,
    )  # fmt: skip


@router.get("/visits/new")
def new(request: Request, me: Enterer, case: str = "", household: str = "") -> HTMLResponse:
    """The form of one household, given by its case or its pseudonym; without either, those at whose door somebody is to ring."""
    desk = desk_of(request)
    if not case and not household:
        return _choose(request, desk, me, "", None)
    with desk.database.writing() as session:
        try:
            found = case_of(session, me, case) if case else case_called(session, me, household)
            _check_may(session, me, found, desk)
        except NotFound:
            if case:
                raise
            return _choose(request, desk, me, household, _nobody_called())
        seen = me.did("open visit form", "case", found.id)
        trail.add(session, desk.services.seal, desk.now(), seen)
        return _form(request, desk, me, found, empty(found), None)


def _check_may(session: Session, me: Me, case: Case, desk: Desk) -> None:
    """A visitor learns nothing of the others, not even that they are there."""
    if not may_enter(session, me, case, desk.today()):
        if me.role == "visitor":
            raise NotFound
        raise Refused(
            "The household has objected", "Of a household that objects nothing is entered any more."
        )


def _nobody_called() -> Incomplete:
    return Incomplete(
        "No household is called so",
        "No household of yours has a pseudonym that begins so, or several have.",
        "Type it as the paper has it, H and at least four signs.",
    )


def _choose(request: Request, desk: Desk, me: Me, typed: str, problem: Incomplete | None) -> HTMLResponse:
    with desk.database.reading() as session:
        cases = to_visit(session, me, MOST_TO_VISIT, desk.today())
    return desk.page(
        request, me, "visit_new.html.j2", status=422 if problem else 200,
        cases=cases, most=MOST_TO_VISIT, typed=typed, problem=problem, states=CASE.states,
    )  # fmt: skip


def _form(
    request: Request,
    desk: Desk,
    me: Me,
    case: Case,
    sent: SentVisit,
    problem: Refused | None,
    visit: Visit | None = None,
) -> HTMLResponse:
    return desk.page(
        request, me, "visit_form.html.j2", status=problem.status if problem else 200,
        case=case, members=case.members, sent=sent, visit=visit, problem=problem, today=desk.today(), earliest=earliest(case),
        times=BY_THE_CLOCK, visitors=VISITORS, words=outcome_words,
    )  # fmt: skip


@router.post("/visits/new")
def enter(request: Request, me: Enterer, sent: Annotated[SentVisit, Form()]) -> Response:
    """To the visit, with what it adds up to; of whoever objected at the door there is no visit to be seen. Whatever is wrong, what was typed stays."""
    desk = desk_of(request)
    try:
        with desk.database.writing() as session:
            case = case_at(session, me, sent.case, sent.version)
            _check_may(session, me, case, desk)
            visit_id = outcomes.enter(session, change_of(desk, me), case, sent.found()).id
            is_left_in_peace = case.state == OBJECTED
    except (Incomplete, Conflict) as problem:
        with desk.database.reading() as session:
            case = case_of(session, me, sent.case)
            _check_may(session, me, case, desk)
            now = sent.model_copy(update={"version": case.version})
            return _form(request, desk, me, case, now, problem)
    if is_left_in_peace:  # nothing of it is shown any more
        return go(request, f"/cases/{sent.case}" if me.may("see case") else "/visits", said="objected")
    return go(request, f"/visits/{visit_id}", said="saved")


@router.get("/visits/{visit_id}")
def one(request: Request, me: Reader, visit_id: str) -> HTMLResponse:
    """One visit with every wording; the look is a line of the trail."""
    desk = desk_of(request)
    with desk.database.writing() as session:
        visit = visit_of(session, me, visit_id)
        trail.add(session, desk.services.seal, desk.now(), me.did("see visit", "visit", visit.id))
        return _page(request, desk, me, visit, None)


def _page(request: Request, desk: Desk, me: Me, visit: Visit, problem: Refused | None) -> HTMLResponse:
    return desk.page(
        request, me, "visit.html.j2", status=problem.status if problem else 200,
        shown=shown(visit), judgements=outcome_words.JUDGEMENTS, visit=visit, case=visit.case, problem=problem, words=outcome_words,
        times=TIMES, visitors=VISITORS, states=CASE.states,
        history=list(reversed(visit.revisions)),
    )  # fmt: skip


@router.get("/visits/{visit_id}/correct")
def correction(request: Request, me: Corrector, visit_id: str) -> HTMLResponse:
    """The form as it was sent."""
    desk = desk_of(request)
    with desk.database.reading() as session:
        visit = visit_of(session, me, visit_id)
        return _form(request, desk, me, visit.case, filled(visit), None, visit)


@router.post("/visits/{visit_id}/correct")
def correct(request: Request, me: Corrector, visit_id: str, sent: Annotated[SentVisit, Form()]) -> Response:
    """A new wording; the old one stays in the history. Whatever is wrong, what was typed stays."""
    desk = desk_of(request)
    try:
        with desk.database.writing() as session:
            visit = visit_at(session, me, visit_id, sent.version)
            outcomes.correct(session, change_of(desk, me), visit, sent.found(), sent.because)
            said = "visit-look" if visit.is_to_look_at else "saved"
    except (Incomplete, Conflict) as problem:
        with desk.database.reading() as session:
            visit = visit_of(session, me, visit_id)
            now = sent.model_copy(update={"version": visit.version})
            return _form(request, desk, me, visit.case, now, problem, visit)
    return go(request, f"/visits/{visit_id}", said=said)


@router.post("/visits/{visit_id}/judge")
def judge(
    request: Request,
    me: Annotated[Me, guarded("judge")],
    visit_id: str,
    version: Annotated[int, Form()],
    judgement: Annotated[int | None, Form()] = None,
) -> Response:
    """The unit's word; back to the case."""
    desk = desk_of(request)
    try:
        with desk.database.writing() as session:
            visit = visit_at(session, me, visit_id, version)
            outcomes.judge(session, change_of(desk, me), visit, judgement)
            case_id = visit.case_id
    except Incomplete as problem:
        with desk.database.reading() as session:
            return _page(request, desk, me, visit_of(session, me, visit_id), problem)
    return go(request, f"/cases/{case_id}", said="saved")


@router.post("/visits/{visit_id}/looked-at")
def looked_at(request: Request, me: Corrector, visit_id: str, version: Annotated[int, Form()]) -> Response:
    """The case stands where a corrected visit says, or is meant to stand elsewhere."""
    desk = desk_of(request)
    with desk.database.writing() as session:
        outcomes.looked_at(session, change_of(desk, me), visit_at(session, me, visit_id, version))
    return go(request, f"/visits/{visit_id}", said="saved")


@router.post("/visits/{visit_id}/move")
def relocate(
    request: Request,
    me: Corrector,
    visit_id: str,
    version: Annotated[int, Form()],
    household: Annotated[str, Form(max_length=40)] = "",
    person: Annotated[str, Form(max_length=4)] = "",
) -> Response:
    """It was at another household."""
    desk = desk_of(request)
    try:
        with desk.database.writing() as session:
            visit = visit_at(session, me, visit_id, version)
            case = _called(session, me, household)
            is_back = outcomes.relocate(session, change_of(desk, me), visit, case, read_person(person))
    except Incomplete as problem:
        with desk.database.reading() as session:
            return _page(request, desk, me, visit_of(session, me, visit_id), problem)
    return go(request, f"/visits/{visit_id}", said="visit-moved" if is_back else "visit-moved-look")


def _called(session: Session, me: Me, household: str) -> Case:
    try:
        return case_called(session, me, household)
    except NotFound as error:
        raise _nobody_called() from error
