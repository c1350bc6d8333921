"""One household: what is known, what is not, and what the unit decides."""

from __future__ import annotations

import logging
from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, Response
from pydantic import BaseModel, ConfigDict
from sqlalchemy.orm import Session

from review import labels, neighbourhoods, trail
from review.access.guard import guarded
from review.alerting import alert_choices
from review.alerting.alerts import alerts_of
from review.cases import deciding
from review.cases.adding import Added, add
from review.cases.deciding import Ballot
from review.cases.fall import fall
from review.cases.queue import entry_of
from review.choices import BY_NAME, CHOICES, REASONS, VISITORS
from review.desk import Desk, desk_of, go
from review.follow_up.following import FOLLOWABLE
from review.follow_up.timeline import BEFORES, timeline
from review.headers import OF_A_DOCUMENT
from review.law import objecting
from review.me import Me
from review.names import identities
from review.refusals import Conflict, Incomplete, NotFound, Refused
from review.rendering import say
from review.states import CASE, DECIDABLE
from review.tables.cases import Case, Listing, TakenList
from review.typed import typed_day
from review.visible import case_at, case_of
from review.visits.outcome_list import visits_of
from review.words import local_day

router = APIRouter()
Reader = Annotated[Me, guarded("see case")]
Decider = Annotated[Me, guarded("decide")]
log = logging.getLogger("lanterne.desk")


class SentBallot(BaseModel):
    """The form of a decision: each choice with a list of its own reasons. What belongs together is checked by ``review.cases.deciding``."""

    model_config = ConfigDict(extra="ignore", str_max_length=4000)
    version: int
    choice: str = ""
    reason_visit: str = ""
    reason_contact: str = ""
    reason_refer: str = ""
    reason_more: str = ""
    reason_none: str = ""
    postponed_to: str = ""
    visitor_role: str = ""
    note: str = ""

    def ballot(self) -> Ballot:
        """Where a choice has one reason only, that one."""
        choice = BY_NAME.get(self.choice)
        only = choice.reasons[0] if choice and len(choice.reasons) == 1 else ""
        return Ballot(
            choice=self.choice,
            reason=only or getattr(self, f"reason_{self.choice}", ""),
            postponed_to=typed_day(self.postponed_to),
            visitor_role=self.visitor_role or None,
            note=self.note,
        )


class SentHousehold(BaseModel):
    """The form of a household that the unit adds."""

    model_config = ConfigDict(extra="ignore", str_max_length=80, str_strip_whitespace=True)
    quartier: str = ""
    dwelling: str = ""
    address: str = ""
    key: str = ""
    age_band: str = ""
    members: int = 1


@router.get("/cases/new")
def new(request: Request, me: Annotated[Me, guarded("add household")]) -> HTMLResponse:
    """An empty form."""
    return _form(request, me, SentHousehold(), None)


@router.post("/cases/new")
def add_one(
    request: Request, me: Annotated[Me, guarded("add household")], sent: Annotated[SentHousehold, Form()]
) -> Response:
    """To the new case, or to the open one of the same dwelling."""
    desk = desk_of(request)
    try:
        with desk.database.writing() as session:
            names = neighbourhoods.town_of(session, me, desk.services.city.groups)
            added = Added(quartier_name=names.get(sent.quartier, ""), **sent.model_dump())
            case_id = add(session, desk.services.seal, me, added, desk.now()).id
    except Incomplete as problem:
        return _form(request, me, sent, problem)
    return go(request, f"/cases/{case_id}", said="added")


def _form(request: Request, me: Me, sent: SentHousehold, problem: Incomplete | None) -> HTMLResponse:
    desk = desk_of(request)
    with desk.database.reading() as session:
        names = neighbourhoods.town_of(session, me, desk.services.city.groups)
    return desk.page(
        request, me, "add_household.html.j2", status=422 if problem else 200,
        sent=sent, problem=problem, quartiers=names, ages=labels.AGE_WORDS,
    )  # fmt: skip


@router.get("/cases/{case_id}")
def one(request: Request, me: Reader, case_id: str) -> HTMLResponse:
    """The whole of it; the look is a line of the trail."""
    desk = desk_of(request)
    with desk.database.writing() as session:
        case = case_of(session, me, case_id)
        trail.add(session, desk.services.seal, desk.now(), me.did("see case", "case", case.id))
        return _page(request, desk, session, me, case, None, None)


def _page(
    request: Request,
    desk: Desk,
    session: Session,
    me: Me,
    case: Case,
    sent: SentBallot | None,
    problem: Refused | None,
) -> HTMLResponse:
    status = problem.status if problem else 200
    if case.state == "objected":
        since = local_day(case.state_since)
        return desk.page(
            request, me, "left_in_peace.html.j2", status=status, case=case, since=since, states=CASE.states
        )
    listing = case.listings[0] if case.listings else None
    words = {"rest": say(me.language, "the others together"), "total": say(me.language, "together")}
    mine = [vote for vote in case.votes if vote.reader == me.login and vote.revision == case.revision]
    is_decided = bool(case.decisions)
    alerts, visits = alerts_of(session, case), visits_of(session, case)
    return desk.page(
        request, me, "case.html.j2", status=status,
        case=case, listing=listing, list=session.get(TakenList, listing.run_id) if listing else None, entry=entry_of(case, listing), is_decided=is_decided,
        told=listing.told[me.language] if listing else None,
        chart=fall(listing.steps, listing.base, me.language, **words) if listing else None,
        timeline=timeline(case, me.language, [one.visit for one in visits.shown], alerts), befores=BEFORES, mine=mine, votes=_shown_votes(case),
        may_decide=me.may("decide") and case.state in DECIDABLE and not (case.state == "second_look" and mine),
        may_follow=me.may("follow") and case.state in FOLLOWABLE,
        may_reopen=me.may("decide") and "review_again" in CASE.allowed(case.state),
        may_object=me.may("object") and "object" in CASE.allowed(case.state),
        sent=sent, problem=problem, today=desk.today(), states=CASE.states,
        choices=CHOICES, reasons=REASONS, visitors=VISITORS, labels=labels,
        alerts=alerts, alert_words=alert_choices, visits=visits,
        identity=identities.standing(session, me, desk.now(), case=case),
    )  # fmt: skip


def _shown_votes(case: Case) -> list[object]:
    """Of a case that still waits for its second reader none of this revision is shown, to anybody."""
    is_blind = case.state == "second_look"
    return [vote for vote in case.votes if not (is_blind and vote.revision == case.revision)]


@router.post("/cases/{case_id}/decide")
def decide(request: Request, me: Decider, case_id: str, sent: Annotated[SentBallot, Form()]) -> Response:
    """One reader's opinion; see ``review.cases.deciding``. Whatever is wrong, what was typed stays."""
    desk, ballot = desk_of(request), sent.ballot()
    try:
        with desk.database.writing() as session:
            case = case_at(session, me, case_id, sent.version)
            if ballot.choice == "objection":
                objecting.enter(session, desk.services, me, case, desk.now())
            else:
                deciding.cast(session, desk.services.seal, me, case, ballot, desk.now())
            said = _SAID.get(case.state, "decided")
    except (Incomplete, Conflict) as problem:
        with desk.database.reading() as session:
            return _page(request, desk, session, me, case_of(session, me, case_id), sent, problem)
    return go(request, f"/cases/{case_id}", said=said)


_SAID = {"second_look": "opinion", "to_debate": "differ", "objected": "objected"}


@router.post("/cases/{case_id}/again")
def again(request: Request, me: Decider, case_id: str, version: Annotated[int, Form()]) -> Response:
    """Opens a decision again."""
    desk = desk_of(request)
    with desk.database.writing() as session:
        case = case_at(session, me, case_id, version)
        deciding.review_again(session, desk.services.seal, me, case, desk.now())
    return go(request, f"/cases/{case_id}", said="again")


@router.post("/cases/{case_id}/object")
def object_(
    request: Request, me: Annotated[Me, guarded("object")], case_id: str, version: Annotated[int, Form()]
) -> Response:
    """One click: the household is left out from now on."""
    desk = desk_of(request)
    with desk.database.writing() as session:
        case = case_at(session, me, case_id, version)
        objecting.enter(session, desk.services, me, case, desk.now())
    return go(request, f"/cases/{case_id}/letter", said="objected")


@router.get("/cases/{case_id}/letter")
def letter(request: Request, me: Annotated[Me, guarded("object")], case_id: str) -> HTMLResponse:
    """What a household that objected gets on paper: that it is left out, where the data came from, whom to write to. To no other household this is told."""
    desk = desk_of(request)
    with desk.database.writing() as session:
        case = case_of(session, me, case_id)
        if case.state != "objected":
            raise NotFound
        trail.add(session, desk.services.seal, desk.now(), me.did("print letter", "case", case.id))
        sources = sorted({one for listing in case.listings for one in _sources(listing, me)})
    return desk.page(request, me, "letter.html.j2", case=case, sources=sources, today=desk.today())


def _sources(listing: Listing, me: Me) -> set[str]:
    told = listing.told[me.language]
    assert isinstance(told, dict)
    parts = ("reasons", "counter", "beside")
    return {name for part in parts for said in told[part] for name in said["source"].split(", ") if name}


@router.get("/cases/{case_id}/account/{number}")
def account(request: Request, me: Reader, case_id: str, number: int) -> Response:
    """The page that one adult of the household may ask for, as it is given to them."""
    desk = desk_of(request)
    with desk.database.writing() as session:
        case = case_of(session, me, case_id)
        member = next((one for one in case.members if one.number == number), None)
        if member is None or not case.listings or case.state == "objected":
            raise NotFound
        key, run_id = objecting.surest(member), case.listings[0].run_id
        trail.add(
            session, desk.services.seal, desk.now(), me.did("see account", "case", case.id, member=number)
        )
    if not key:
        raise NotFound
    try:
        content = desk.services.account(next(iter(key.values())), run_id)
    except OSError as error:
        log.warning("the page of a person cannot be made: %s", error)
        raise Refused(
            "This page cannot be made any more",
            "What the run of this list explained is no longer kept, or cannot be read.",
            "With the next list it can be made again.",
        ) from error
    return Response(content, media_type="text/html", headers={"Content-Security-Policy": OF_A_DOCUMENT})
