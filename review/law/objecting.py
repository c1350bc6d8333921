"""An objection: entered into the city's register at once, by every key and place that the desk knows of the household."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from features.objections import KEYS
from review import trail
from review.cases.deciding import Ballot, cast
from review.follow_up import bereavement
from review.law import objected
from review.me import Me
from review.refusals import Refused
from review.services import Services
from review.states import CASE, DECIDABLE
from review.tables.cases import Case, Member


def stated(case: Case) -> tuple[dict[str, str], ...]:
    """Entries of the register: one a member, by the surest key, and one for the dwelling. Other keys of the same persons follow from the register itself."""
    found = [entry for member in case.members if (entry := surest(member))]
    return (*found, *([{"ID_LOGEMENT": case.id_logement}] if case.id_logement else []))


def surest(member: Member) -> dict[str, str]:
    """Column of the register → key; empty where no key of theirs is known."""
    return next(({name.upper(): key} for name in KEYS if (key := getattr(member, name))), {})


def enter(session: Session, services: Services, me: Me, case: Case, now: datetime) -> None:
    """The register first: should the rest fail, an objection too many is the lesser harm. Raises Refused where nothing is known to object by."""
    if "object" not in CASE.allowed(case.state):
        raise Refused(
            "This case has ended",
            "Nothing is listed for this household any more.",
            "Enter the objection with `lanterne oppose`.",
        )
    entries = stated(case)
    if not entries:
        raise Refused(
            "Nothing to object by",
            "The desk knows neither a key nor a dwelling of this household.",
            "Close the case; should the household be listed again, the objection can be entered then.",
        )
    for entry in entries:
        services.objects(entry, now.date())
    if case.state in DECIDABLE:
        cast(session, services.seal, me, case, Ballot(choice="objection", reason="OPPOSITION"), now)
    else:
        case.state, case.state_since = CASE.after(case.state, "object"), now
        case.closed_because, case.due_on = "OPPOSITION", None
    trail.add(session, services.seal, now, me.did("object", "case", case.id, entries=len(entries)))
    session.flush()
    bereavement.household_objects(session, services.seal, me, case, now)
    objected.sweep(session, services.seal, [value for entry in entries for value in entry.values()], now)
