"""Who stands behind a case, in two keys: one person asks with a motive, another of another role grants (``review.names.granting``), and it is shown once.

Times are our own judgement: a request that nobody answers in a week is no longer pressing, and what is granted is used the same day.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import Select, select
from sqlalchemy.orm import Session, selectinload

from review import trail
from review.machine import Machine, State, Transition
from review.me import Me
from review.refusals import Incomplete, Refused
from review.routes.rounds import live
from review.sealing import Seal
from review.states import CASE
from review.tables.cases import Case
from review.tables.identities import IdentityRequest
from review.tables.rounds import Round, Stop
from review.trail import Act, Fact

ANSWERED_WITHIN, USED_WITHIN = timedelta(days=7), timedelta(hours=8)
MOTIVES: Mapping[str, str] = {
    "visit": "a visit is planned",
    "call": "to call",
    "letter": "to write",
    "referral": "to refer to a professional",
    "emergency": "emergency",
}
"""Code → msgid. There is no free text: it would hold what nobody may keep."""

IDENTITY = Machine(
    name="identity",
    initial="asked",
    states={
        "asked": State(title="awaits the second key"),
        "granted": State(title="granted, to be opened once"),
        "seen": State(title="was shown", is_final=True),
        "nothing": State(title="nothing was found", is_final=True),
        "refused": State(title="turned down", is_final=True),
        "lapsed": State(title="lapsed", is_final=True),
    },
    transitions=(
        Transition(source="asked", action="grant", target="granted"),
        Transition(source="asked", action="find_nothing", target="nothing"),
        Transition(source="asked", action="refuse", target="refused"),
        Transition(source="asked", action="lapse", target="lapsed"),
        Transition(source="granted", action="see", target="seen"),
        Transition(source="granted", action="lapse", target="lapsed"),
    ),
)
OPEN = tuple(name for name, state in IDENTITY.states.items() if state.is_open)


@dataclass(frozen=True, kw_only=True)
class Standing:
    """How it stands with one case or round, for one person: their last request, None without; its ``state`` as it is now, empty without; whether they may
    ask, or open what was granted."""

    request: IdentityRequest | None
    state: str
    may_ask: bool
    may_open: bool
    motives: Mapping[str, str] = field(default_factory=lambda: MOTIVES)

    @property
    def title(self) -> str:
        """Msgid of the state."""
        return IDENTITY.states[self.state].title if self.state else ""


def may_answer(me: Me, request: IdentityRequest) -> bool:
    """The second key is another person's, of another role."""
    return me.may("grant identity") and me.login != request.asked_by and me.role != request.asked_role


def is_over(request: IdentityRequest, now: datetime) -> bool:
    """Whether its time is over, though nobody may have written it down yet."""
    if request.state == "granted":
        return request.answered_at is None or now - request.answered_at >= USED_WITHIN
    return request.state == "asked" and now - request.asked_at >= ANSWERED_WITHIN


def is_open(request: IdentityRequest, now: datetime) -> bool:
    """Whether somebody may still do something about it."""
    return request.state in OPEN and not is_over(request, now)


def cases_of(request: IdentityRequest) -> list[Case]:
    """The household, or those of the round as it is now; without those whose case has ended, of which nothing is told."""
    found = [stop.case for stop in live(request.round)] if request.round else [request.case]
    return [case for case in found if case is not None and not CASE.states[case.state].is_final]


def ask(session: Session, seal: Seal, me: Me, case: Case, motive: str, now: datetime) -> IdentityRequest:
    """About one case. Raises Incomplete without a motive, Refused for a case that has ended and while an earlier request of theirs is open."""
    if motive not in MOTIVES:
        raise Incomplete(
            "Choose a motive", "Whoever asks for a name says what for.", "Choose it in the list."
        )
    return _asked(session, seal, me, IdentityRequest(case=case, motive=motive), now)


def ask_for_round(session: Session, seal: Seal, me: Me, round_: Round, now: datetime) -> IdentityRequest:
    """About every visit that it plans, for its route sheet. Raises Refused where it plans none and while an earlier request of theirs is open."""
    return _asked(session, seal, me, IdentityRequest(round=round_, motive="visit"), now)


def _asked(session: Session, seal: Seal, me: Me, request: IdentityRequest, now: datetime) -> IdentityRequest:
    if not cases_of(request):
        raise ended()
    last = _last(session, me, request.case, request.round)
    if last is not None and is_open(last, now):
        raise Refused(
            "You have asked already",
            "Your earlier request is open.",
            "A colleague of another role answers it.",
        )
    request.state, request.asked_at = IDENTITY.initial, now
    request.asked_by, request.asked_role = me.login, me.role
    session.add(request)
    session.flush()
    note(session, seal, me, "ask identity", request, now)
    return request


def ended() -> Refused:
    """Of a household that objected, and of every other case at its end."""
    return Refused(
        "Nobody is to be found here",
        "The case is closed, no visit is planned, or the household objected: then no name is looked up.",
        "Look at the case as it is now.",
    )


def standing(
    session: Session, me: Me, now: datetime, *, case: Case | None = None, round_: Round | None = None
) -> Standing:
    """Of a case, or of a round."""
    last = _last(session, me, case, round_)
    can = bool(cases_of(IdentityRequest(case=case, round=round_)))
    waits = last is not None and is_open(last, now)
    return Standing(
        request=last,
        state="" if last is None else "lapsed" if is_over(last, now) else last.state,
        may_ask=me.may("ask identity") and can and not waits,
        may_open=waits and can and last is not None and last.state == "granted",
    )


def _last(session: Session, me: Me, case: Case | None, round_: Round | None) -> IdentityRequest | None:
    of = IdentityRequest.case_id == case.id if case else IdentityRequest.round_id == (round_ and round_.id)
    found = select(IdentityRequest).where(of, IdentityRequest.asked_by == me.login)
    return session.scalars(
        found.order_by(IdentityRequest.asked_at.desc(), IdentityRequest.id).limit(1)
    ).first()


def to_answer(session: Session, me: Me, now: datetime) -> list[IdentityRequest]:
    """What others of another role ask about cases that somebody may see, the oldest first."""
    found = session.scalars(
        whole().where(IdentityRequest.state == "asked").order_by(IdentityRequest.asked_at)
    )
    return [
        one for one in found if may_answer(me, one) and is_open(one, now) and sees(me, one) and cases_of(one)
    ]


def mine(session: Session, me: Me, count: int = 20) -> list[IdentityRequest]:
    """What somebody asked, the newest first."""
    found = whole().where(IdentityRequest.asked_by == me.login)
    return list(session.scalars(found.order_by(IdentityRequest.asked_at.desc()).limit(count)))


def whole() -> Select[tuple[IdentityRequest]]:
    """Requests with what they are about."""
    a_round = selectinload(IdentityRequest.round)
    stops = a_round.selectinload(Round.stops).selectinload(Stop.case)
    return select(IdentityRequest).options(
        selectinload(IdentityRequest.case), a_round.selectinload(Round.team), stops
    )


def sees(me: Me, request: IdentityRequest) -> bool:
    """Whether they may see every case that it is about."""
    cases = [stop.case for stop in request.round.stops] if request.round else [request.case]
    return me.quartiers is None or all(case and case.quartier in me.quartiers for case in cases)


def note(
    session: Session,
    seal: Seal,
    by: Me | None,
    action: str,
    request: IdentityRequest,
    now: datetime,
    **facts: Fact,
) -> None:
    """For the trail; ``by`` None: the desk itself."""
    kind, about = ("round", request.round_id) if request.round_id else ("case", request.case_id)
    told: dict[str, Fact] = {"request": request.id, "motive": request.motive, **facts}
    who, role = (by.login, by.role) if by else ("system", "")
    act = Act(who=who, role=role, action=action, kind=kind, about=about or "", facts=told)
    trail.add(session, seal, now, act)
