"""How a round is made: proposed, changed by hand, confirmed. Every change is made on the round as it was seen, and is a line of the trail."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import flag_modified

from review import trail
from review.me import Me
from review.refusals import Incomplete, NotFound, Refused
from review.routes.proposing import proposed
from review.routes.rounds import PLANNABLE, choosable, is_live, monday, sunday
from review.routes.teams import Groups
from review.sealing import Seal
from review.states import CASE
from review.tables.rounds import Round, Stop, Team
from review.trail import Fact

WEEKS_AHEAD = 26


def begin(
    session: Session, seal: Seal, me: Me, groups: Groups, team: Team, day: date, now: datetime
) -> Round:
    """A draft for the week of this day with what is proposed, or the round that is there already. Raises Incomplete for a week that is over or far away,
    NotFound for a team that visits no more."""
    week, this = monday(day), monday(now.date())
    if not this <= week <= this + timedelta(weeks=WEEKS_AHEAD):
        raise Incomplete(
            "This week is not possible",
            "Rounds are planned for this week and half a year ahead.",
            "Choose a day of such a week.",
        )
    known = session.scalars(select(Round).where(Round.team_id == team.id, Round.week == week)).one_or_none()
    if known is not None:
        return known
    if not team.is_active:
        raise NotFound
    round_ = Round(team=team, week=week, changed_at=now)
    session.add(round_)
    session.flush()
    _note(session, seal, me, round_, "open round", now)
    fill(session, seal, me, groups, round_, now)
    return round_


def fill(session: Session, seal: Seal, me: Me, groups: Groups, round_: Round, now: datetime) -> int:
    """What room a draft has left, with cases for which the unit decided that such a team comes, or did not say who; gives how many."""
    if round_.confirmed_at is not None:
        raise _changed()
    fitting = [
        one.waiting
        for one in choosable(session, me, groups, round_.team)
        if one.visitor_role in (None, round_.team.role)
    ]
    room = max(0, round_.team.weekly - len(round_.stops))
    near = [stop.case.quartier for stop in round_.stops]
    chosen = proposed(fitting, room, sunday(round_.week), near)
    for one in chosen:
        round_.stops.append(Stop(case_id=one.case_id, place=len(round_.stops) + 1))
    _touch(session, round_, now)
    _note(session, seal, me, round_, "propose stops", now, stops=len(chosen))
    return len(chosen)


def add(
    session: Session, seal: Seal, me: Me, groups: Groups, round_: Round, case_id: str, now: datetime
) -> None:
    """At the end; a door of this round that stayed closed is tried again at its old place. Raises Incomplete when the team has no visit left, Refused for a
    case that does not wait for a visit, or waits in another draft."""
    case = next(
        (one.case for one in choosable(session, me, groups, round_.team) if one.case.id == case_id), None
    )
    if case is None:
        raise _changed()
    stop = next((stop for stop in round_.stops if stop.case_id == case_id), None)
    if stop is None:
        if len(round_.stops) >= round_.team.weekly:
            raise Incomplete(
                "The round is full",
                "The team makes no more visits in a week.",
                "Take one out first, or choose another week or team.",
            )
        stop = Stop(case=case, place=len(round_.stops) + 1)
        round_.stops.append(stop)
    if round_.confirmed_at is not None:
        _plan(session, seal, me, stop, now)
    _touch(session, round_, now)
    _note(session, seal, me, round_, "add stop", now, case=case.id)


def remove(session: Session, seal: Seal, me: Me, round_: Round, stop_id: str, now: datetime) -> None:
    """A planned visit is planned no more. Raises NotFound for a stop that is not there."""
    stop = _stop(round_, stop_id)
    if is_live(stop):
        stop.case.state, stop.case.state_since = CASE.after(stop.case.state, "take_off_plan"), now
        trail.add(session, seal, now, me.did("take off plan", "case", stop.case_id, round=round_.id))
    round_.stops.remove(stop)
    _number(round_)
    _touch(session, round_, now)
    _note(session, seal, me, round_, "remove stop", now, case=stop.case_id)


def move(
    session: Session, seal: Seal, me: Me, round_: Round, stop_id: str, steps: int, now: datetime
) -> None:
    """Forward (-1) or back (1) by a place; at an end it stays."""
    at = round_.stops.index(_stop(round_, stop_id))
    to = min(max(at + steps, 0), len(round_.stops) - 1)
    round_.stops.insert(to, round_.stops.pop(at))
    _number(round_)
    _touch(session, round_, now)
    _note(session, seal, me, round_, "move stop", now, place=to + 1)


def confirm(session: Session, seal: Seal, me: Me, round_: Round, now: datetime) -> None:
    """Plans every visit until the Sunday of its week. Raises Incomplete for an empty round, one above what the team makes, and one of which a case does not
    wait for a visit any more."""
    if round_.confirmed_at is not None:
        raise _changed()
    if not 0 < len(round_.stops) <= round_.team.weekly:
        raise Incomplete(
            "This round cannot be confirmed",
            "It has no stop, or more than the team makes in a week.",
            "Add one, or take one out.",
        )
    if any(stop.case.state not in PLANNABLE for stop in round_.stops):
        raise Incomplete(
            "A household waits for no visit any more",
            "Its case has changed since it was put into the round.",
            "Take it out, then confirm.",
        )
    round_.confirmed_at = now
    for stop in round_.stops:
        _plan(session, seal, me, stop, now)
    _touch(session, round_, now)
    _note(session, seal, me, round_, "confirm round", now, stops=len(round_.stops))


def discard(session: Session, seal: Seal, me: Me, round_: Round, now: datetime) -> None:
    """A draft. Raises Refused for a confirmed round: its stops are taken out one by one."""
    if round_.confirmed_at is not None:
        raise _changed()
    _note(session, seal, me, round_, "discard round", now)
    session.delete(round_)


def _plan(session: Session, seal: Seal, me: Me, stop: Stop, now: datetime) -> None:
    case = stop.case
    case.state, case.state_since = CASE.after(case.state, "plan"), now
    case.due_on, stop.planned_at = sunday(stop.round.week), now
    trail.add(session, seal, now, me.did("plan visit", "case", case.id, round=stop.round.id))


def _changed() -> Refused:
    return Refused(
        "This cannot be done with the round",
        "It is confirmed already, or the household waits for no visit any more, or waits in another draft.",
        "Look at the round as it is now.",
    )


def _stop(round_: Round, stop_id: str) -> Stop:
    found = next((stop for stop in round_.stops if stop.id == stop_id), None)
    if found is None:
        raise NotFound
    return found


def _number(round_: Round) -> None:
    for place, stop in enumerate(round_.stops, start=1):
        stop.place = place


def _touch(session: Session, round_: Round, now: datetime) -> None:
    """A change of its stops is one of the round: whoever changes it as it was before is told so."""
    round_.changed_at = now
    flag_modified(round_, "changed_at")
    session.flush()


def _note(
    session: Session, seal: Seal, me: Me, round_: Round, action: str, now: datetime, **facts: Fact
) -> None:
    trail.add(session, seal, now, me.did(action, "round", round_.id, week=round_.week.isoformat(), **facts))
