"""Alerts: entered by whoever takes the call, triaged by the unit."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Form, Query, Request
from fastapi.responses import HTMLResponse, Response
from pydantic import BaseModel, ConfigDict

from review import labels, neighbourhoods, trail
from review.access.guard import guarded
from review.alerting import alert_figures, alert_triage, alerts
from review.alerting.alert_choices import CHANNELS, NOTHING, SIGNS, URGENCIES
from review.alerting.alert_identity import Told
from review.alerting.alert_states import ALERT
from review.alerting.alert_triage import HOWS, MEASURES, Answer
from review.alerting.alerts import Entered
from review.desk import Desk, desk_of, go
from review.me import Me
from review.refusals import Incomplete
from review.states import CASE
from review.typed import typed_day

router = APIRouter()
Enterer = Annotated[Me, guarded("enter alert")]
Reader = Annotated[Me, guarded("see alerts")]
Triager = Annotated[Me, guarded("triage alerts")]


class SentAlert(BaseModel):
    """The form of an alert: about a person and a door, nothing about whoever reports."""

    model_config = ConfigDict(extra="ignore", str_max_length=200, str_strip_whitespace=True)
    day: str = ""
    channel: str = ""
    urgency: str = ""
    quartier: str = ""
    signs: list[str] = []
    surname: str = ""
    given_names: str = ""
    address: str = ""
    complement: str = ""
    born_on: str = ""

    def entered(self) -> Entered:
        """Raises Incomplete for a birth date that cannot be read."""
        born_on = typed_day(self.born_on)
        if self.born_on and born_on is None:
            raise Incomplete(
                "This birth date cannot be read",
                "It is written as 31/12/1940.",
                "Leave it empty when it is not sure.",
            )
        told = Told(
            surname=self.surname,
            given_names=self.given_names,
            address=self.address,
            complement=self.complement,
            born_on=born_on,
        )
        return Entered(
            day=typed_day(self.day),
            channel=self.channel,
            urgency={str(code): code for code in URGENCIES}.get(self.urgency),
            quartier=self.quartier,
            signs=tuple(self.signs),
            told=told,
        )


class SentAnswer(BaseModel):
    """The form of an answer. ``because``: of those measures that want a reason."""

    model_config = ConfigDict(extra="ignore", str_max_length=80)
    version: int
    measure: str = ""
    because: str = ""
    case_id: str = ""
    quartier: str = ""
    age_band: str = "unknown"
    members: int = 1


@router.get("/alert-entry")
def new(request: Request, me: Enterer) -> HTMLResponse:
    """An empty form, and one's own of today."""
    return _form(request, me, SentAlert(day=desk_of(request).today().isoformat()), None)


@router.post("/alert-entry")
def enter(request: Request, me: Enterer, sent: Annotated[SentAlert, Form()]) -> Response:
    """Enters one."""
    desk = desk_of(request)
    try:
        entered = sent.entered()
        with desk.database.writing() as session:
            town = neighbourhoods.town(session, desk.services.city.groups)
            alerts.enter(
                session, desk.services.seal, me, entered, desk.services.pseudonyms, town, desk.today()
            )
    except Incomplete as problem:
        return _form(request, me, sent, problem)
    return go(request, "/alert-entry", said="alert-urgent" if entered.urgency == 2 else "alert")


def _form(request: Request, me: Me, sent: SentAlert, problem: Incomplete | None) -> HTMLResponse:
    desk = desk_of(request)
    with desk.database.reading() as session:
        town = neighbourhoods.town(session, desk.services.city.groups)
        mine = alerts.entered_today(session, desk.services.seal, me, desk.today())
    return desk.page(
        request, me, "alert_entry.html.j2", status=422 if problem else 200,
        sent=sent, problem=problem, town=town, mine=mine, today=desk.today(),
        urgencies=URGENCIES, channels=CHANNELS, signs=SIGNS, asks_birth=desk.services.pseudonyms is not None,
    )  # fmt: skip


@router.get("/alerts")
def queue(
    request: Request,
    me: Reader,
    scope: Annotated[Literal["open", "all"], Query()] = "open",
    page: Annotated[int, Query(ge=1, le=100_000)] = 1,
) -> HTMLResponse:
    """The most urgent first, and how soon alerts are answered."""
    desk = desk_of(request)
    with desk.database.reading() as session:
        found = alerts.found(session, me, only_open=scope == "open", page=page, today=desk.today())
        response = alert_figures.response(session, desk.today())
        names = neighbourhoods.town(session, desk.services.city.groups)
    return desk.page(
        request, me, "alerts.html.j2",
        found=found, response=response, scope=scope, page=page, names=names, today=desk.today(),
        urgencies=URGENCIES, channels=CHANNELS, signs=SIGNS, states=ALERT.states,
    )  # fmt: skip


@router.get("/alerts/{alert_id}")
def one(request: Request, me: Reader, alert_id: str) -> HTMLResponse:
    """What was noticed, which household it may be, what to do; the look is a line of the trail."""
    desk = desk_of(request)
    with desk.database.writing() as session:
        alert = alerts.alert_of(session, me, alert_id)
        trail.add(session, desk.services.seal, desk.now(), me.did("see alert", "alert", alert.id))
    return _page(request, desk, me, alert_id, None, None)


def _page(
    request: Request, desk: Desk, me: Me, alert_id: str, sent: SentAnswer | None, problem: Incomplete | None
) -> HTMLResponse:
    with desk.database.reading() as session:
        alert = alerts.alert_of(session, me, alert_id)
        allowed = ALERT.allowed(alert.state)
        return desk.page(
            request, me, "alert.html.j2", status=422 if problem else 200,
            alert=alert, row=alerts.row_of(alert, desk.today()), sent=sent, problem=problem, today=desk.today(),
            households=alert_triage.households(session, me, alert), hows=HOWS,
            doubles=alert_triage.doubles(session, me, alert) if "merge" in allowed else (),
            measures=[one for one in MEASURES if one.name in allowed and me.may("triage alerts")],
            may_merge="merge" in allowed and me.may("triage alerts"),
            names=neighbourhoods.town(session, desk.services.city.groups), ages=labels.AGE_WORDS,
            urgencies=URGENCIES, channels=CHANNELS, signs=SIGNS, reasons=NOTHING, states=ALERT.states, case_states=CASE.states,
        )  # fmt: skip


@router.post("/alerts/{alert_id}/answer")
def answer(request: Request, me: Triager, alert_id: str, sent: Annotated[SentAnswer, Form()]) -> Response:
    """One step; see ``review.alerting.alert_triage``."""
    desk = desk_of(request)
    try:
        with desk.database.writing() as session:
            names = neighbourhoods.town(session, desk.services.city.groups)
            alert = alerts.alert_at(session, me, alert_id, sent.version)
            given = Answer(quartier_name=names.get(sent.quartier, ""), **sent.model_dump(exclude={"version"}))
            alert_triage.answer(session, desk.services.seal, me, alert, given, desk.now(), desk.today())
    except Incomplete as problem:
        return _page(request, desk, me, alert_id, sent, problem)
    return go(request, f"/alerts/{alert_id}", said="answered")


@router.post("/alerts/{alert_id}/merge")
def merge(
    request: Request,
    me: Triager,
    alert_id: str,
    version: Annotated[int, Form()],
    number: Annotated[str, Form(max_length=40)] = "",
) -> Response:
    """To the one that is kept."""
    desk = desk_of(request)
    try:
        with desk.database.writing() as session:
            alert = alerts.alert_at(session, me, alert_id, version)
            kept = alert_triage.merge(
                session, desk.services.seal, me, alert, number, desk.now(), desk.today()
            ).id
    except Incomplete as problem:
        return _page(request, desk, me, alert_id, None, problem)
    return go(request, f"/alerts/{kept}", said="merged")
