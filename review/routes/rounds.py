"""Rounds: one team's visits of one week, as those see them who plan them and those who walk them. They are changed by ``review.routes.planning``."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import Session, selectinload

from review.me import Me
from review.refusals import Conflict, NotFound
from review.routes.proposing import Waiting
from review.routes.teams import Groups, codes_of, may_plan
from review.tables.cases import Case, Decision, Listing, TakenList
from review.tables.rounds import Round, Stop, Team, TeamMember
from review.visible import of_mine, the_one

PLANNABLE = ("to_visit", "to_retry")
SHOWN_AFTER = timedelta(weeks=4)
"""So long after its week visitors still see their round: what was written on paper is entered until then (our own judgement)."""


@dataclass(frozen=True, kw_only=True)
class Choosable:
    """One case that may become a stop. ``visitor_role``: who is to come, as the unit decided; None where it did not say."""

    case: Case
    waiting: Waiting
    visitor_role: str | None


def monday(day: date) -> date:
    """Of the day's week."""
    return day - timedelta(days=day.weekday())


def sunday(week: date) -> date:
    """The last day of the week that begins on this Monday."""
    return week + timedelta(days=6)


def is_live(stop: Stop) -> bool:
    """The visit is planned by this stop: nobody has been there yet, nobody took it off, and the household did not object."""
    return stop.case.state == "planned" and stop.planned_at == stop.case.state_since


def live(round_: Round) -> list[Stop]:
    """Its planned visits, in order."""
    return [stop for stop in round_.stops if is_live(stop)]


def waiting_count(session: Session, me: Me, groups: Groups, team: Team) -> int:
    """How many cases wait for a visit where the team goes, and are in no draft."""
    found = _plannable(me, groups, team).with_only_columns(func.count(Case.id))
    return session.scalar(found) or 0


def _plannable(me: Me, groups: Groups, team: Team) -> Select[tuple[Case]]:
    drafted = select(Stop.case_id).join(Round).where(Round.confirmed_at.is_(None))
    found = of_mine(select(Case).where(Case.state.in_(PLANNABLE), Case.id.not_in(drafted)), me)
    codes = codes_of(team.area, groups)
    return found if codes is None else found.where(Case.quartier.in_(sorted(codes)))


def choosable(session: Session, me: Me, groups: Groups, team: Team) -> list[Choosable]:
    """Those cases, the most urgent first."""
    newest = select(TakenList.run_id).order_by(TakenList.as_of.desc(), TakenList.taken_at.desc()).limit(1)
    on_newest = and_(Listing.case_id == Case.id, Listing.run_id == newest.scalar_subquery())
    decided = and_(Decision.case_id == Case.id, Decision.revision == Case.revision)
    rows = session.execute(
        _plannable(me, groups, team)
        .select_from(Case)
        .add_columns(Listing.place, Decision.visitor_role)
        .outerjoin(Listing, on_newest)
        .outerjoin(Decision, decided)
        .order_by(Case.due_on.is_(None), Case.due_on, Listing.place.is_(None), Listing.place, Case.id)
    )
    return [
        Choosable(case=case, waiting=_waiting(case, place), visitor_role=role) for case, place, role in rows
    ]


def _waiting(case: Case, place: int | None) -> Waiting:
    return Waiting(case_id=case.id, quartier=case.quartier, due_on=case.due_on, place=place)


def all_rounds(session: Session, me: Me, groups: Groups, week: date) -> list[Round]:
    """Of one week, by team."""
    found = select(Round).where(Round.week == week).join(Team).order_by(Team.name)
    return [one for one in session.scalars(found.options(*_WHOLE)) if may_plan(me, one.team.area, groups)]


_WHOLE = (selectinload(Round.team), selectinload(Round.stops).selectinload(Stop.case))


def round_of(session: Session, me: Me, groups: Groups, round_id: str) -> Round:
    """Raises NotFound, also for one of a team that they do not plan for."""
    found = the_one(session, select(Round).where(Round.id == round_id).options(*_WHOLE))
    if not may_plan(me, found.team.area, groups):
        raise NotFound
    return found


def round_at(session: Session, me: Me, groups: Groups, round_id: str, version: int) -> Round:
    """To be changed. Raises Conflict when it is no longer as they saw it."""
    session.execute(select(Round.id).where(Round.id == round_id).with_for_update())
    found = round_of(session, me, groups, round_id)
    if found.version != version:
        raise Conflict
    return found


def of_visitor(session: Session, me: Me, today: date) -> list[Round]:
    """The confirmed rounds of their own teams, from ``SHOWN_AFTER`` ago on, by week."""
    found = _own(me, today).options(*_WHOLE)
    return list(session.scalars(found.order_by(Round.week, Round.id)))


def walked_by(session: Session, me: Me, round_id: str, today: date) -> Round:
    """One of them. Raises NotFound for every other."""
    return the_one(session, _own(me, today).where(Round.id == round_id).options(*_WHOLE))


def on_own_round(me: Me, today: date) -> ColumnElement[bool]:
    """Of cases, those on a stop of these rounds that are not planned by another's meanwhile."""
    own = _own(me, today).with_only_columns(Round.id)
    is_here = or_(Case.state != "planned", Stop.planned_at == Case.state_since)
    stops = select(Stop.id).where(Stop.case_id == Case.id, Stop.round_id.in_(own), is_here)
    return stops.correlate(Case).exists()


def _own(me: Me, today: date) -> Select[tuple[Round]]:
    teams = select(TeamMember.team_id).where(TeamMember.user_id == me.user_id)
    return select(Round).where(
        Round.team_id.in_(teams), Round.confirmed_at.is_not(None), Round.week >= monday(today) - SHOWN_AFTER
    )
