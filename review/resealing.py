"""What the desk keeps sealed or signed, under another key: all of it in one transaction, or nothing."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from review import trail
from review.alerting import alert_identity, alerts
from review.follow_up import bereavement
from review.sealing import Seal
from review.tables.accounts import User
from review.tables.alerts import Alert
from review.tables.bereaved import Bereaved
from review.tables.cases import Case
from review.tables.trail import TrailHead


@dataclass(frozen=True, kw_only=True)
class Resealed:
    """How many. ``unknown``: entries of the bereavement register of which the household is known no more: should it be listed again, it is entered again."""

    lines: int
    second_factors: int
    identities: int
    unknown: int


def reseal(
    session: Session, old: Seal, new: Seal, now: datetime, households: Collection[str]
) -> Resealed | None:
    """None where it was done before. ``households``: whoever was listed, as far as it is still known, beside those of the cases. Raises IntegrityError for a trail that
    does not hold and for what does not open with ``old``.

    Versions stay: nobody's open form becomes stale by it. Sheets that were handed out before are signed with the old key and are not read back afterwards.
    """
    if trail.is_under(session, new) and (old.secret == new.secret or not trail.is_under(session, old)):
        return None
    before = session.scalars(select(TrailHead.digest)).one()
    lines = trail.sign_again(session, old, new)
    done = Resealed(
        lines=lines,
        second_factors=_second_factors(session, old, new),
        identities=_identities(session, old, new),
        unknown=_bereaved(session, old, new, households),
    )
    _entered_today(session, old, new, now)
    trail.add(session, new, now, _act(done, before))
    return done


def _act(done: Resealed, before: str) -> trail.Act:
    """``before``: on which digest the trail ended until then, for whoever was handed a copy of it."""
    sealed = done.second_factors + done.identities
    facts: dict[str, trail.Fact] = {
        "lines": done.lines,
        "sealed": sealed,
        "unknown": done.unknown,
        "before": before,
    }
    return trail.Act(who="system", role="", action="change key", kind="trail", facts=facts)


def _second_factors(session: Session, old: Seal, new: Seal) -> int:
    found = session.execute(
        select(User.id, User.second_factor).where(User.second_factor.is_not(None))
    ).tuples()
    return _put(session, User, {id_: {"second_factor": new.seal(old.opened(str(box)))} for id_, box in found})


def _identities(session: Session, old: Seal, new: Seal) -> int:
    found = session.execute(
        select(Alert.id, Alert.sealed_identity).where(Alert.sealed_identity.is_not(None))
    ).tuples()
    again = {id_: alert_identity.sealed(new, alert_identity.opened(old, str(box))) for id_, box in found}
    return _put(session, Alert, {id_: {"sealed_identity": box} for id_, box in again.items()})


def _bereaved(session: Session, old: Seal, new: Seal, households: Collection[str]) -> int:
    """Gives how many of the marks stay as they are, since nothing tells any more whose they were."""
    known = {*households, *session.scalars(select(Case.household_id))}
    marks = {bereavement.mark(old, household): bereavement.mark(new, household) for household in known}
    found = session.execute(select(Bereaved.id, Bereaved.mark).where(Bereaved.mark.is_not(None))).tuples()
    there = {id_: str(mark) for id_, mark in found}
    _put(session, Bereaved, {id_: {"mark": marks[mark]} for id_, mark in there.items() if mark in marks})
    return sum(mark not in marks for mark in there.values())


def _entered_today(session: Session, old: Seal, new: Seal, now: datetime) -> None:
    """A mark serves on its own day; whoever holds the old key could tell by an older one who entered an alert, so that those go."""
    logins: Iterable[str] = session.scalars(select(User.login)).all()
    days = [(now + timedelta(days=one)).date() for one in (-1, 0, 1)]  # whatever day it is in the city
    marks = {alerts.mark(old, login, on): alerts.mark(new, login, on) for login in logins for on in days}
    found = session.execute(select(Alert.id, Alert.entered_mark).where(Alert.entered_mark.is_not(None)))
    _put(session, Alert, {id_: {"entered_mark": marks.get(str(mark))} for id_, mark in found.tuples()})


def _put(session: Session, table: type, values: dict[str, dict[str, str | None]]) -> int:
    """Past the counting of versions, which only people's changes need."""
    for id_, columns in values.items():
        session.execute(update(table.__table__).where(table.__table__.c.id == id_).values(**columns))  # type: ignore[attr-defined]
    session.expire_all()
    return len(values)
