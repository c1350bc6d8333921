"""Who visits: pairs and professionals, where they go and how many doors a week they can make."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload
from sqlalchemy.orm.attributes import flag_modified

from review import trail
from review.choices import VISITORS
from review.me import Me
from review.refusals import Conflict, Incomplete, NotFound
from review.sealing import Seal
from review.tables.accounts import User
from review.tables.rounds import Team, TeamMember

MOST = 25
"""Visits of one round; more is no week of two people (our own judgement), and no more households are named at once."""
Groups = Mapping[str, tuple[str, ...]]
"""Name of a neighbourhood group → its codes."""


@dataclass(frozen=True, kw_only=True)
class Entered:
    """What is entered of a team; ``users``: ids of accounts of visitors; see ``Team``."""

    name: str
    role: str
    area: str
    weekly: int
    users: tuple[str, ...] = ()
    is_active: bool = True


def codes_of(area: str, groups: Groups) -> frozenset[str] | None:
    """The neighbourhoods of an area; None: every one. An area that the settings do not know any more has none."""
    return frozenset(groups.get(area, ())) if area else None


def may_plan(me: Me, area: str, groups: Groups) -> bool:
    """Whoever plans sees every case that the team may visit."""
    codes = codes_of(area, groups)
    return me.quartiers is None or (codes is not None and codes <= me.quartiers)


def teams(session: Session, me: Me, groups: Groups) -> tuple[Team, ...]:
    """Those that somebody plans for, by name; closed ones last."""
    found = select(Team).options(selectinload(Team.members).selectinload(TeamMember.user))
    return tuple(
        team
        for team in session.scalars(found.order_by(Team.is_active.desc(), Team.name))
        if may_plan(me, team.area, groups)
    )


def team_of(session: Session, me: Me, groups: Groups, team_id: str) -> Team:
    """Raises NotFound, also for a team that they do not plan for."""
    team = session.get(Team, team_id)
    if team is None or not may_plan(me, team.area, groups):
        raise NotFound
    return team


def visitors(session: Session) -> tuple[User, ...]:
    """Accounts that may belong to a team, by name."""
    return tuple(
        session.scalars(select(User).where(User.role == "visitor", User.is_active).order_by(User.name))
    )


def open_team(session: Session, seal: Seal, me: Me, groups: Groups, entered: Entered, now: datetime) -> Team:
    """A new team. Raises Incomplete for what cannot be."""
    _check(session, me, groups, entered, None)
    team = Team()
    session.add(team)
    _fill(team, entered, now)
    session.flush()
    _note(session, seal, me, team, "open team", now)
    return team


def change_team(
    session: Session,
    seal: Seal,
    me: Me,
    groups: Groups,
    team: Team,
    version: int,
    entered: Entered,
    now: datetime,
) -> None:
    """Rounds that are planned stay as they are. Raises Incomplete for what cannot be, Conflict when somebody was quicker."""
    if team.version != version:
        raise Conflict
    _check(session, me, groups, entered, team)
    _fill(team, entered, now)
    flag_modified(team, "changed_at")  # a change of members alone is one, too
    session.flush()
    _note(session, seal, me, team, "change team", now)


def _check(session: Session, me: Me, groups: Groups, entered: Entered, team: Team | None) -> None:
    if not entered.name.strip() or entered.role not in VISITORS:
        raise Incomplete("Something is missing", "A team needs a name and says who visits.", "Fill them in.")
    if not 1 <= entered.weekly <= MOST:
        raise Incomplete(
            "This number is not possible", "A team makes 1 to 25 visits a week.", "Give a number among them."
        )
    if (entered.area and entered.area not in groups) or not may_plan(me, entered.area, groups):
        raise Incomplete(
            "Not your neighbourhoods",
            "A team goes where you see the cases.",
            "Choose one of your neighbourhood groups.",
        )
    if set(entered.users) - {user.id for user in visitors(session)}:
        raise Incomplete(
            "No such visitor", "Only accounts of visitors belong to a team.", "Choose among them."
        )
    other = session.scalars(select(Team).where(Team.name == entered.name.strip())).first()
    if other is not None and other is not team:
        raise Incomplete("This name is taken", "Another team has this name.", "Choose another.")


def _fill(team: Team, entered: Entered, now: datetime) -> None:
    team.name, team.role, team.area = entered.name.strip(), entered.role, entered.area
    team.weekly, team.is_active, team.changed_at = entered.weekly, entered.is_active, now
    kept = {member.user_id: member for member in team.members}
    team.members = [kept.get(user) or TeamMember(user_id=user) for user in dict.fromkeys(entered.users)]


def _note(session: Session, seal: Seal, me: Me, team: Team, action: str, now: datetime) -> None:
    done = me.did(
        action,
        "team",
        team.id,
        role=team.role,
        area=team.area,
        weekly=team.weekly,
        members=len(team.members),
        is_active=team.is_active,
    )
    trail.add(session, seal, now, done)
