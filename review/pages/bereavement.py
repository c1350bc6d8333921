"""The bereavement register: whom to contact, and what became of it."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, Response
from pydantic import BaseModel, ConfigDict

from review import neighbourhoods, trail
from review.access.guard import guarded
from review.desk import Desk, desk_of, go
from review.follow_up import bereavement
from review.follow_up.bereavement import Entered, Given
from review.follow_up.bereavement_choices import BEREAVED, EARLIEST_DAYS, ENDS, LATEST_DAYS, MEASURES, WHENS
from review.me import Me
from review.refusals import Incomplete
from review.typed import typed_day
from review.visits.outcome_words import NEEDS

router = APIRouter()
Reader = Annotated[Me, guarded("see bereaved")]
Keeper = Annotated[Me, guarded("keep bereaved")]


class SentEntry(BaseModel):
    """The form of an entry by hand."""

    model_config = ConfigDict(extra="ignore", str_max_length=40, str_strip_whitespace=True)
    form_number: str = ""
    died_on: str = ""
    consented_on: str = ""
    quartier: str = ""


class SentStep(BaseModel):
    """The form of a step."""

    model_config = ConfigDict(extra="ignore", str_max_length=40)
    version: int
    measure: str = ""
    because: str = ""
    needs: list[str] = []


@router.get("/bereavement")
def register(request: Request, me: Reader) -> HTMLResponse:
    """By what is due."""
    desk = desk_of(request)
    with desk.database.reading() as session:
        found = bereavement.found(session, me, desk.today())
        counts = bereavement.counted(session)
        names = neighbourhoods.town(session, desk.services.city.groups)
    return desk.page(
        request, me, "bereavement.html.j2",
        found=found, counts=counts, names=names, whens=WHENS, states=BEREAVED.states, needs=NEEDS,
        earliest=EARLIEST_DAYS, latest=LATEST_DAYS,
    )  # fmt: skip


@router.get("/bereavement/new")
def new(request: Request, me: Keeper) -> HTMLResponse:
    """An empty form."""
    return _form(request, me, SentEntry(), None)


@router.post("/bereavement/new")
def enter(request: Request, me: Keeper, sent: Annotated[SentEntry, Form()]) -> Response:
    """By hand, for whoever signed the form."""
    desk = desk_of(request)
    entered = Entered(
        form_number=sent.form_number,
        died_on=typed_day(sent.died_on),
        consented_on=typed_day(sent.consented_on),
        quartier=sent.quartier,
    )
    try:
        with desk.database.writing() as session:
            town = neighbourhoods.town(session, desk.services.city.groups)
            entry_id = bereavement.enter(
                session, desk.services.seal, me, entered, town, desk.now(), desk.today()
            ).id
    except Incomplete as problem:
        return _form(request, me, sent, problem)
    return go(request, f"/bereavement/{entry_id}", said="bereaved")


def _form(request: Request, me: Me, sent: SentEntry, problem: Incomplete | None) -> HTMLResponse:
    desk = desk_of(request)
    with desk.database.reading() as session:
        mine = neighbourhoods.town_of(session, me, desk.services.city.groups)
    return desk.page(
        request, me, "bereaved_entry.html.j2", status=422 if problem else 200,
        sent=sent, problem=problem, town=mine, today=desk.today(),
    )  # fmt: skip


@router.get("/bereavement/{entry_id}")
def one(request: Request, me: Reader, entry_id: str) -> HTMLResponse:
    """One entry with its history; the look is a line of the trail."""
    desk = desk_of(request)
    with desk.database.writing() as session:
        entry = bereavement.entry_of(session, me, entry_id)
        trail.add(session, desk.services.seal, desk.now(), me.did("see bereaved", "bereaved", entry.id))
    return _page(request, desk, me, entry_id, None)


def _page(request: Request, desk: Desk, me: Me, entry_id: str, problem: Incomplete | None) -> HTMLResponse:
    with desk.database.reading() as session:
        entry = bereavement.entry_of(session, me, entry_id)
        allowed = BEREAVED.allowed(entry.state)
        return desk.page(
            request, me, "bereaved.html.j2", status=422 if problem else 200,
            entry=entry, row=bereavement.row_of(entry, desk.today()), problem=problem, today=desk.today(),
            measures=[one for one in MEASURES if one.name in allowed], may_keep=me.may("keep bereaved"),
            names=neighbourhoods.town(session, desk.services.city.groups),
            states=BEREAVED.states, ends=ENDS, needs=NEEDS, earliest=EARLIEST_DAYS, latest=LATEST_DAYS,
        )  # fmt: skip


@router.post("/bereavement/{entry_id}/step")
def step(request: Request, me: Keeper, entry_id: str, sent: Annotated[SentStep, Form()]) -> Response:
    """What was done."""
    desk = desk_of(request)
    try:
        with desk.database.writing() as session:
            entry = bereavement.entry_at(session, me, entry_id, sent.version)
            given = Given(measure=sent.measure, because=sent.because, needs=tuple(sent.needs))
            bereavement.step(session, desk.services.seal, me, entry, given, desk.now(), desk.today())
    except Incomplete as problem:
        return _page(request, desk, me, entry_id, problem)
    return go(request, f"/bereavement/{entry_id}", said="saved")


@router.post("/bereavement/{entry_id}/death")
def death(
    request: Request,
    me: Keeper,
    entry_id: str,
    version: Annotated[int, Form()],
    died_on: Annotated[str, Form(max_length=40)] = "",
) -> Response:
    """The day that no list says."""
    desk = desk_of(request)
    try:
        with desk.database.writing() as session:
            entry = bereavement.entry_at(session, me, entry_id, version)
            day = typed_day(died_on)
            bereavement.date_of_death(session, desk.services.seal, me, entry, day, desk.now(), desk.today())
    except Incomplete as problem:
        return _page(request, desk, me, entry_id, problem)
    return go(request, f"/bereavement/{entry_id}", said="saved")


@router.post("/bereavement/{entry_id}/withdraw")
def withdraw(request: Request, me: Keeper, entry_id: str, version: Annotated[int, Form()]) -> Response:
    """At any time, by one click."""
    desk = desk_of(request)
    with desk.database.writing() as session:
        entry = bereavement.entry_at(session, me, entry_id, version)
        bereavement.withdraw(session, desk.services.seal, me, entry, desk.now(), desk.today())
    return go(request, "/bereavement", said="withdrawn")
