"""What the unit does about an alert: which household it may be, which other alert says the same, and the answer."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import ColumnElement, Select, false, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from review import trail, visible
from review.alerting import alerts
from review.alerting.alert_choices import NOTHING
from review.alerting.alert_states import ALERT, OPEN
from review.cases import adding
from review.cases.adding import Added
from review.cases.queue import ENDED
from review.me import Me
from review.measure import Measure, chosen
from review.refusals import Incomplete, Refused
from review.sealing import Seal
from review.tables.alerts import Alert, AlertStep
from review.tables.cases import Case, Member

DOUBLE_DAYS = 60
"""Two alerts of one door so many days apart at most probably tell the same. Our own judgement."""
MOST = 12
"""Households that are shown of one building."""
NUMBER = re.compile(r"[0-9A-Fa-f]{8}")
HOWS = {"person": "same person", "dwelling": "same dwelling", "address": "same building"}
"""How a household was found, the surest first."""
Keyed = type[Alert] | type[Member]
Text = InstrumentedAttribute[str] | InstrumentedAttribute[str | None]


MEASURES = (
    Measure(
        name="call_emergency",
        title="Emergency services called",
        hint="Help is on its way. The alert stays open until the unit knows how it went on.",
    ),
    Measure(
        name="open_case",
        title="Put into a case",
        hint="The unit decides about the household like about any other.",
    ),
    Measure(
        name="already_followed",
        title="Already followed",
        hint="A service already looks after this household and now knows.",
    ),
    Measure(
        name="nothing_to_do",
        title="Nothing to do",
        hint="Say why.",
        reasons=tuple(NOTHING),
    ),
    Measure(name="look_again", title="Look again", hint="The alert comes back to the queue."),
)


@dataclass(frozen=True, kw_only=True)
class Answer:
    """``case_id``: the open case to which it belongs; empty: a new one, of ``quartier``, ``age_band`` and ``members``."""

    measure: str
    because: str = ""
    case_id: str = ""
    quartier: str = ""
    quartier_name: str = ""
    age_band: str = ""
    members: int = 1


@dataclass(frozen=True, kw_only=True)
class Household:
    """A case that may be the alert's household. ``how``: of ``HOWS``; ``is_open``: it can take the alert in."""

    case: Case
    how: str
    is_open: bool


def households(session: Session, me: Me, alert: Alert) -> tuple[Household, ...]:
    """The surest first, of those that they may see; none where the alert bears neither a key nor a place."""
    person, dwelling, address = (
        _same_person(Member, alert),
        _is(Case.id_logement, alert.id_logement),
        _is(Case.id_adresse, alert.id_adresse),
    )
    cases = select(Case).outerjoin(Member).where(or_(person, dwelling, address)).distinct()
    persons = set(session.scalars(select(Member.case_id).where(person)))
    found = [
        Household(case=case, how=_how(case, alert, persons), is_open=case.state not in ENDED)
        for case in session.scalars(visible.of_mine(cases, me))
    ]
    order = list(HOWS)
    found.sort(key=lambda one: (not one.is_open, order.index(one.how), one.case.opened_at, one.case.id))
    return tuple(found[:MOST])


def _how(case: Case, alert: Alert, persons: set[str]) -> str:
    if case.id in persons:
        return "person"
    return "dwelling" if alert.id_logement and case.id_logement == alert.id_logement else "address"


def _same_person(table: Keyed, alert: Alert) -> ColumnElement[bool]:
    """A surname of birth is also one in use: both keys are made alike, and one may be the other."""
    names = [key for key in (alert.cle_identite, alert.cle_usage) if key]
    return or_(
        table.cle_identite.in_(names),
        table.cle_usage.in_(names),
        _is(table.cle_phonetique, alert.cle_phonetique),
        _is(table.cle_nom_adresse, alert.cle_nom_adresse),
    )


def _is(column: Text, value: str | None) -> ColumnElement[bool]:
    """What is not known is like nothing else."""
    return column == value if value else false()


def doubles(session: Session, me: Me, alert: Alert) -> tuple[Alert, ...]:
    """Probably the same: alerts within ``DOUBLE_DAYS`` of the same person or dwelling, or in an open case of that household. Only those that can still be
    answered, or whose case is open: whatever comes after an answer is news."""
    sure = [one.case.id for one in households(session, me, alert) if one.is_open and one.how != "address"]
    same = or_(_same_person(Alert, alert), _is(Alert.id_logement, alert.id_logement), Alert.case_id.in_(sure))
    apart = timedelta(days=DOUBLE_DAYS)
    near = Alert.since.between(alert.since - apart, alert.since + apart)
    return tuple(session.scalars(alerts.of_mine(_living().where(same, near, Alert.id != alert.id), me)))


def _living() -> Select[tuple[Alert]]:
    """Alerts into which another can be merged."""
    is_living = Alert.state.in_(OPEN) | (Alert.merged_into.is_(None) & Case.state.not_in(ENDED))
    return select(Alert).outerjoin(Case, Case.id == Alert.case_id).where(is_living)


def merge(
    session: Session, seal: Seal, me: Me, alert: Alert, other: str, now: datetime, today: date
) -> Alert:
    """Puts an alert behind the one of this number, which is kept: the earlier day and the higher urgency count. Nothing is deleted.

    Raises Incomplete for a number of which there is none that could be kept, Refused where the state does not allow it.
    """
    kept, answered = _numbered(session, me, alert, other), alert.first_step_on
    _move(alert, "merge", None, me.login, today)
    for one in (alert, *alert.merged):
        one.merged_into, one.case_id = kept.id, kept.case_id
    kept.since = min(kept.since, alert.since)
    kept.urgency = max((u for u in (kept.urgency, alert.urgency) if u is not None), default=None)
    kept.first_step_on = min((day for day in (kept.first_step_on, answered) if day), default=None)
    trail.add(session, seal, now, me.did("answer alert", "alert", alert.id, measure="merge", into=kept.id))
    return kept


def _numbered(session: Session, me: Me, alert: Alert, number: str) -> Alert:
    told = number.strip().lower()
    is_it = Alert.id.startswith(told) if NUMBER.fullmatch(told) else false()
    kept = session.scalars(alerts.of_mine(_living().where(is_it, Alert.id != alert.id), me)).all()
    if len(kept) != 1:
        raise Incomplete(
            "There is no such alert",
            "No other alert of this number can be kept in its place.",
            "Take the number from the queue; an alert that was answered long ago cannot be it.",
        )
    return kept[0]


def answer(
    session: Session, seal: Seal, me: Me, alert: Alert, given: Answer, now: datetime, today: date
) -> None:
    """One step. Raises Incomplete for what is missing, Refused where the state does not allow it."""
    measure = chosen(MEASURES, given.measure, given.because)
    because = given.because if measure.reasons else None
    _move(alert, measure.name, because, me.login, today)
    if measure.name == "open_case":
        case = _case(session, seal, me, alert, given, now)
        for one in (alert, *alert.merged):
            one.case_id = case.id
    facts = {"measure": measure.name, "because": because, "case": alert.case_id}
    trail.add(session, seal, now, me.did("answer alert", "alert", alert.id, **facts))


def _move(alert: Alert, action: str, because: str | None, by: str, today: date) -> None:
    if action not in ALERT.allowed(alert.state):
        raise Refused(
            "This step is not possible",
            "The alert has been answered, or is kept with another.",
            "Look at it as it is now.",
        )
    alert.state, alert.because = ALERT.after(alert.state, action), because
    alert.first_step_on = alert.first_step_on or today
    number = len(alert.steps) + 1
    alert.steps.append(AlertStep(number=number, action=action, because=because, by=by, on=today))


def _case(session: Session, seal: Seal, me: Me, alert: Alert, given: Answer, now: datetime) -> Case:
    """The open case that was chosen, or a new one that the unit adds, with what the alert knows of the person."""
    if given.case_id:
        return _chosen(session, me, alert, given.case_id)
    added = Added(
        quartier=given.quartier,
        quartier_name=given.quartier_name,
        dwelling=alert.id_logement or "",
        address=alert.id_adresse or "",
        key="",
        age_band=given.age_band,
        members=given.members,
    )
    case = adding.add(session, seal, me, added, now)
    keys = {header.lower(): getattr(alert, header.lower()) for header in alerts.PERSON_KEYS}
    if not case.members and any(keys.values()):
        about = {"sexe": alert.sexe, "annee_naissance": alert.annee_naissance}
        case.members.append(Member(number=1, **keys, **about))
    return case


def _chosen(session: Session, me: Me, alert: Alert, case_id: str) -> Case:
    for one in households(session, me, alert):
        if one.is_open and one.case.id == case_id:
            return one.case
    raise Incomplete(
        "This case cannot take it",
        "It has ended, or is another household's.",
        "Choose another, or a new one.",
    )
