"""The follow-up of a household that was met or referred: what was done, with whom, when somebody looks again, why it ended."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy.orm import Session

from review import trail
from review.me import Me
from review.refusals import Incomplete, Refused
from review.sealing import Seal
from review.states import CASE
from review.tables.cases import Case
from review.tables.following import Step

FOLLOWABLE = ("met", "followed", "referred")
FARTHEST_DAYS = 365
USUAL_DAYS = 30
"""Until somebody looks again, where nobody says otherwise; our own judgement."""

KINDS = {
    "APPEL": "call",
    "VISITE": "visit",
    "COURRIER": "letter",
    "ENTRETIEN": "interview",
    "SERVICE": "a service begins",
    "ORIENTATION": "referral",
    "BILAN": "review of the situation",
}
PARTNERS = {
    "UNITE": "the unit",
    "CCAS": "municipal welfare office",
    "DEPARTEMENT": "county social service",
    "CAISSE_RETRAITE": "pension fund",
    "BAILLEUR": "social landlord",
    "ASSOCIATION": "association",
    "SANTE": "health professional",
    "AUTRE": "another partner",
}
LEADS_TO = {"follow": "go on following", "refer": "refer to a partner", "close": "end the follow-up"}
BECAUSE = {
    "SORTI_ISOLEMENT": "out of isolation",
    "RELAIS_PRIS": "somebody else looks after them",
    "PAS_DE_BESOIN": "nothing is needed",
    "DEPART": "moved, or lives in an establishment",
    "DECES": "died",
    "NE_SOUHAITE_PAS": "does not wish it",
}
"""Why a follow-up ended."""
TAKES_PART = {"1": "takes part in an activity with others", "0": "takes part in none"}
SATISFACTION = {
    "4": "very satisfied",
    "3": "rather satisfied",
    "2": "rather not satisfied",
    "1": "not satisfied",
}
"""What the household says of the help, in its own words of four."""


@dataclass(frozen=True, kw_only=True)
class Followed:
    """What is entered. ``because`` only where it ends, ``next_on`` only where it does not; ``takes_part``, ``satisfaction``: a code, empty where nobody asked."""

    made_on: date | None
    kind: str
    partner: str
    leads_to: str
    because: str
    next_on: date | None
    takes_part: str = ""
    satisfaction: str = ""


def follow(session: Session, seal: Seal, me: Me, case: Case, entered: Followed, now: datetime) -> Step:
    """Adds the step and moves the case. Raises Incomplete for what cannot be and Refused where the case is not followed."""
    if case.state not in FOLLOWABLE:
        raise Refused(
            "This case is not followed",
            "It was neither met nor referred, or it has ended.",
            "Look at its state.",
        )
    made_on = _checked(case, entered, now.date())
    ends = entered.leads_to == "close"
    step = Step(
        case_id=case.id,
        made_on=made_on,
        kind=entered.kind,
        partner=entered.partner,
        leads_to=entered.leads_to,
        because=entered.because if ends else None,
        next_on=None if ends else entered.next_on or made_on + timedelta(days=USUAL_DAYS),
        takes_part=entered.takes_part == "1" if entered.takes_part else None,
        satisfaction=int(entered.satisfaction) if entered.satisfaction else None,
        made_by=me.login,
        entered_at=now,
    )
    session.add(step)
    case.state, case.state_since = CASE.after(case.state, entered.leads_to), now
    case.due_on, case.closed_because = step.next_on, step.because
    trail.add(session, seal, now, me.did("follow", "case", case.id, step=step.kind, leads_to=step.leads_to))
    return step


def _checked(case: Case, entered: Followed, today: date) -> date:
    asked = {"", *TAKES_PART}, {"", *SATISFACTION}
    chosen = entered.kind in KINDS and entered.partner in PARTNERS and entered.leads_to in LEADS_TO
    if not chosen or entered.takes_part not in asked[0] or entered.satisfaction not in asked[1]:
        raise Incomplete(
            "Something is missing",
            "Say what was done, with whom, and how it goes on.",
            "Choose in each list.",
        )
    if entered.made_on is None or not case.opened_at.date() <= entered.made_on <= today:
        raise Incomplete(
            "This day is not possible",
            "A step lies between the day the case began and today.",
            "Check the day.",
        )
    if entered.leads_to == "close" and entered.because not in BECAUSE:
        raise Incomplete("Say why it ends", "The end of a follow-up has a reason.", "Choose it.")
    latest = today + timedelta(days=FARTHEST_DAYS)
    if entered.leads_to != "close" and entered.next_on is not None and not today < entered.next_on <= latest:
        raise Incomplete(
            "This day is not possible",
            "Somebody looks again on a day within a year from now.",
            "Give that day, after today.",
        )
    return entered.made_on
