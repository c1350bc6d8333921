"""Alerts: entered, sealed, found again in the order of their urgency."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from review import trail, visible
from review.alerting import alert_identity
from review.alerting.alert_choices import CHANNELS, NOT_SAID_AS, SIGNS, URGENCIES, days_to_answer
from review.alerting.alert_identity import Pseudonyms, Told
from review.alerting.alert_states import ALERT, OPEN
from review.me import Me
from review.refusals import Incomplete, Refused
from review.sealing import Seal
from review.tables.alerts import Alert
from review.tables.cases import Case
from review.words import PARIS

PAGE = 50
OLDEST_DAYS = 60
"""What was told longer ago is no alert any more. Our own judgement."""
PERSON_KEYS = ("CLE_IDENTITE", "CLE_USAGE", "CLE_PHONETIQUE", "CLE_NOM_ADRESSE")
PLACE_KEYS = ("ID_ADRESSE", "ID_LOGEMENT")


@dataclass(frozen=True, kw_only=True, repr=False)
class Entered:
    """What is entered. ``quartier``: empty where it is not known; ``signs``: codes."""

    day: date | None
    channel: str
    urgency: int | None
    quartier: str
    signs: tuple[str, ...]
    told: Told


@dataclass(frozen=True, kw_only=True)
class Row:
    """An alert in the queue. ``answer_by``: the last day of its time limit; ``days_over``: days since then while nobody has answered, else 0."""

    alert: Alert
    answer_by: date
    days_over: int


@dataclass(frozen=True, kw_only=True)
class Found:
    """One page."""

    rows: tuple[Row, ...]
    count: int
    pages: int


def enter(
    session: Session,
    seal: Seal,
    me: Me,
    entered: Entered,
    pseudonyms: Pseudonyms | None,
    town: Collection[str],
    today: date,
) -> Alert:
    """A new alert. ``town``: codes of the neighbourhoods. Raises Incomplete.

    The trail keeps who entered one on this day, neither which nor when: beside a list of calls the hour would tell who reported.
    """
    told = _checked(entered, town, today)
    assert entered.day is not None
    alert = Alert(
        entered_mark=mark(seal, me.login, today),
        reported_on=entered.day,
        since=entered.day,
        channel=entered.channel,
        urgency=entered.urgency,
        quartier=entered.quartier,
        signs=[sign for sign in SIGNS if sign in entered.signs],
        sealed_identity=alert_identity.sealed(seal, told),
        annee_naissance=told.born_on.year if told.born_on else None,
        state=ALERT.initial,
    )
    bear(alert, pseudonyms(told) if pseudonyms else {})
    session.add(alert)
    session.flush()
    trail.add(session, seal, datetime.combine(today, time(), PARIS), me.did("enter alert", "alert"))
    return alert


def bear(alert: Alert, keys: Mapping[str, str]) -> None:
    """Takes over the keys and pseudonyms, by their headers in the contract."""
    for header in (*PERSON_KEYS, *PLACE_KEYS):
        setattr(alert, header.lower(), keys.get(header) or None)


def _checked(entered: Entered, town: Collection[str], today: date) -> Told:
    if entered.day is None or not today - timedelta(days=OLDEST_DAYS) <= entered.day <= today:
        raise Incomplete(
            "Give the day",
            "An alert has a day, today or within the last 60 days.",
            "Give the day on which it was reported.",
        )
    if entered.channel not in CHANNELS or entered.urgency not in URGENCIES:
        raise Incomplete("Something is missing", "An alert has a channel and an urgency.", "Choose them.")
    if entered.quartier and entered.quartier not in town:
        raise Incomplete(
            "No such neighbourhood", "The city has no neighbourhood of this code.", "Choose among them."
        )
    if not entered.signs or set(entered.signs) - SIGNS.keys():
        raise Incomplete(
            "Tick what was noticed", "An alert has one sign at least.", "Tick what comes nearest."
        )
    return alert_identity.checked(entered.told, today)


def mark(seal: Seal, login: str, today: date) -> str:
    """See ``Alert.entered_mark``."""
    return seal.sign("alerts of today", f"{login}\0{today.isoformat()}".encode())


def entered_today(session: Session, seal: Seal, me: Me, today: date) -> tuple[Alert, ...]:
    """One's own of today, by number: the order would tell the hour."""
    found = select(Alert).where(Alert.entered_mark == mark(seal, me.login, today)).order_by(Alert.id)
    return tuple(session.scalars(found))


def opened_identity(seal: Seal, alert: Alert) -> tuple[str, str]:
    """Name (empty where nobody told it) and address. To be called by whoever has seen to it that two have agreed, and writes the trail.
    Raises Refused for an alert that came without a name, IntegrityError for another secret."""
    if alert.sealed_identity is None:
        raise Refused(
            "No name came with it",
            "This alert came in a file, with match keys only.",
            "The key holder's table knows the name, if a register does.",
        )
    told = alert_identity.opened(seal, alert.sealed_identity)
    name = " ".join(filter(None, (told.given_names, told.surname.upper())))
    return name, ", ".join(filter(None, (told.address, told.complement)))


def with_identity(session: Session, case: Case) -> tuple[Alert, ...]:
    """Of the alerts of a case, and of those merged into them, the ones that came with a name or an address."""
    found = (one for alert in alerts_of(session, case) for one in (alert, *alert.merged))
    return tuple(one for one in found if one.sealed_identity is not None)


def of_mine(query: Select[tuple[Alert]], me: Me) -> Select[tuple[Alert]]:
    """Those of the neighbourhoods that somebody may see; where none is known, of whoever sees all."""
    return query if me.quartiers is None else query.where(Alert.quartier.in_(sorted(me.quartiers)))


def alert_of(session: Session, me: Me, alert_id: str) -> Alert:
    """Raises what ``visible.the_one`` raises."""
    return visible.the_one(session, of_mine(select(Alert).where(Alert.id == alert_id), me))


def alert_at(session: Session, me: Me, alert_id: str, version: int) -> Alert:
    """To be changed. Raises what ``visible.as_seen`` raises."""
    return visible.as_seen(session, of_mine(select(Alert).where(Alert.id == alert_id), me), version)


def found(session: Session, me: Me, *, only_open: bool, page: int, today: date) -> Found:
    """The most urgent first, of one urgency the longest waiting. Merged ones stand behind the one that was kept."""
    query = of_mine(select(Alert).where(Alert.state != "merged"), me)
    query = query.where(Alert.state.in_(OPEN)) if only_open else query
    count = session.scalar(select(func.count()).select_from(query.subquery())) or 0
    urgency = func.coalesce(Alert.urgency, NOT_SAID_AS)
    ordered = query.order_by(urgency.desc(), Alert.since, Alert.id).limit(PAGE).offset(PAGE * (page - 1))
    rows = tuple(row_of(alert, today) for alert in session.scalars(ordered))
    return Found(rows=rows, count=count, pages=max(1, -(-count // PAGE)))


def row_of(alert: Alert, today: date) -> Row:
    """With its time limit."""
    answer_by = alert.since + timedelta(days=days_to_answer(alert.urgency))
    waits = alert.state in OPEN and alert.first_step_on is None
    return Row(alert=alert, answer_by=answer_by, days_over=max(0, (today - answer_by).days) if waits else 0)


def alerts_of(session: Session, case: Case) -> tuple[Alert, ...]:
    """Those that belong to a case, the newest first, each with those that were merged into it."""
    belongs = Alert.case_id == case.id, Alert.merged_into.is_(None)
    return tuple(session.scalars(select(Alert).where(*belongs).order_by(Alert.since.desc(), Alert.id)))
