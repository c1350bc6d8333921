"""Who knocks on doors, and in which week on which."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from review.tables.accounts import User
from review.tables.base import Base, Moment, opaque
from review.tables.cases import Case


class Team(Base):
    """Two people, or one professional, who visit. ``name``: what colleagues call it, no person's name: visitors without an account are kept nowhere.

    ``role``: as ``ROLE_VISITEUR`` of the visits; ``area``: name of the neighbourhood group of the city's settings in which it goes, empty: the whole city;
    ``weekly``: visits that it can make in a week.
    """

    __tablename__ = "teams"
    id: Mapped[str] = mapped_column(String(16), primary_key=True, default=opaque)
    name: Mapped[str] = mapped_column(String(40), unique=True)
    role: Mapped[str] = mapped_column(String(16))
    area: Mapped[str] = mapped_column(String(80))
    weekly: Mapped[int]
    is_active: Mapped[bool] = mapped_column(default=True)
    changed_at: Mapped[datetime] = mapped_column(Moment)
    version: Mapped[int] = mapped_column(default=1)
    members: Mapped[list[TeamMember]] = relationship(cascade="all, delete-orphan")
    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - as SQLAlchemy wants it


class TeamMember(Base):
    """An account that belongs to a team, and sees its rounds."""

    __tablename__ = "team_members"
    __table_args__ = (UniqueConstraint("team_id", "user_id"),)
    id: Mapped[str] = mapped_column(String(16), primary_key=True, default=opaque)
    team_id: Mapped[str] = mapped_column(ForeignKey("teams.id"), index=True)
    user_id: Mapped[str] = mapped_column(ForeignKey("users.id"), index=True)
    user: Mapped[User] = relationship()


class Round(Base):
    """One team's visits of one week. ``week``: its Monday; ``confirmed_at`` None: a draft, which nobody but who plans sees."""

    __tablename__ = "rounds"
    __table_args__ = (UniqueConstraint("team_id", "week"),)
    id: Mapped[str] = mapped_column(String(16), primary_key=True, default=opaque)
    team_id: Mapped[str] = mapped_column(ForeignKey("teams.id"), index=True)
    week: Mapped[date] = mapped_column(index=True)
    confirmed_at: Mapped[datetime | None] = mapped_column(Moment)
    changed_at: Mapped[datetime] = mapped_column(Moment)
    version: Mapped[int] = mapped_column(default=1)
    team: Mapped[Team] = relationship()
    stops: Mapped[list[Stop]] = relationship(
        back_populates="round", cascade="all, delete-orphan", order_by="Stop.place"
    )
    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - as SQLAlchemy wants it


class Stop(Base):
    """One case of a round. ``place``: 1, 2, … in the order in which it is planned; ``planned_at``: when its visit was planned by this stop, None in a draft.
    As long as the case is planned since that very moment it is this round's; later it may be another's."""

    __tablename__ = "stops"
    __table_args__ = (UniqueConstraint("round_id", "case_id"),)
    id: Mapped[str] = mapped_column(String(16), primary_key=True, default=opaque)
    round_id: Mapped[str] = mapped_column(ForeignKey("rounds.id"), index=True)
    case_id: Mapped[str] = mapped_column(ForeignKey("cases.id"), index=True)
    place: Mapped[int]
    planned_at: Mapped[datetime | None] = mapped_column(Moment)
    round: Mapped[Round] = relationship(back_populates="stops")
    case: Mapped[Case] = relationship()
