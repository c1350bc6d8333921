"""Lists taken in, households under review, what was decided about each and by whom."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import Float, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from review.tables.base import Base, Json, Moment, opaque
from review.tables.following import Step


class TakenList(Base):
    """One run's list as it was taken in. ``facts``: how it was ranked, in both languages, what its readers must know, and the city's neighbourhoods (code → name); ``digest``: SHA-256 of ``list.parquet``.
    ``drift``: what the run's alarm says, see ``review.cases.taken``; None where there was none."""

    __tablename__ = "lists"
    run_id: Mapped[str] = mapped_column(String(64), primary_key=True)
    as_of: Mapped[date] = mapped_column(index=True)
    taken_at: Mapped[datetime] = mapped_column(Moment)
    capacity: Mapped[int]
    facts: Mapped[dict[str, object]] = mapped_column(Json)
    digest: Mapped[str] = mapped_column(String(64))
    drift: Mapped[dict[str, object] | None] = mapped_column(Json)


class Case(Base):
    """One household from the day it is listed, or added by the unit, until its case is closed.

    At most one open case a household. ``origin``: ``list`` or ``added``; ``state``: of ``review.states``; ``due_on``: the day by which the next step is
    to be done, None where nobody waits. ``severity``: the unit's judgement, 0 to 3, None before. ``needs_two``: drawn for a second look.
    ``revision``: which decision is being made; a case that is opened again begins the next. ``version`` grows with every change: whoever writes on an older
    one is told so.
    """

    __tablename__ = "cases"
    id: Mapped[str] = mapped_column(String(16), primary_key=True, default=opaque)
    household_id: Mapped[str] = mapped_column(String(20), index=True)
    id_logement: Mapped[str | None] = mapped_column(String(64))
    id_adresse: Mapped[str] = mapped_column(String(64))
    quartier: Mapped[str] = mapped_column(String(12), index=True)
    quartier_name: Mapped[str] = mapped_column(String(80))
    origin: Mapped[str] = mapped_column(String(8))
    added_by: Mapped[str | None] = mapped_column(String(32))
    age_band: Mapped[str] = mapped_column(String(12), index=True)
    member_count: Mapped[int]
    state: Mapped[str] = mapped_column(String(16), index=True)
    state_since: Mapped[datetime] = mapped_column(Moment)
    due_on: Mapped[date | None] = mapped_column(index=True)
    severity: Mapped[int | None]
    closed_because: Mapped[str | None] = mapped_column(String(24))
    needs_two: Mapped[bool]
    revision: Mapped[int] = mapped_column(default=1)
    opened_at: Mapped[datetime] = mapped_column(Moment)
    version: Mapped[int] = mapped_column(default=1)
    listings: Mapped[list[Listing]] = relationship(back_populates="case", order_by="Listing.as_of.desc()")
    members: Mapped[list[Member]] = relationship(cascade="all, delete-orphan", order_by="Member.number")
    votes: Mapped[list[Vote]] = relationship(order_by="Vote.cast_at")
    decisions: Mapped[list[Decision]] = relationship(order_by="Decision.revision")
    steps: Mapped[list[Step]] = relationship(order_by="Step.entered_at")
    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - as SQLAlchemy wants it


class Listing(Base):
    """One line of one run's list. ``place``: where reviewers meet it, a mixed order in which the households drawn at random do not stand apart;
    ``told``: reasons, what speaks against, what else is known and what is not, by language; ``steps``: each factor with its contribution."""

    __tablename__ = "listings"
    __table_args__ = (
        UniqueConstraint("run_id", "household_id"),
        # all that the queue filters and sorts by: it need not read what is told of thousands of households to show fifty
        Index("ix_listings_queue", "case_id", "run_id", "place", "arm", "id"),
    )
    id: Mapped[str] = mapped_column(String(16), primary_key=True, default=opaque)
    run_id: Mapped[str] = mapped_column(ForeignKey("lists.run_id"), index=True)
    case_id: Mapped[str] = mapped_column(ForeignKey("cases.id"), index=True)
    household_id: Mapped[str] = mapped_column(String(20))
    as_of: Mapped[date]
    place: Mapped[int] = mapped_column(index=True)
    rank: Mapped[int]
    arm: Mapped[str] = mapped_column(String(16))
    score: Mapped[float] = mapped_column(Float)
    base: Mapped[float] = mapped_column(Float)
    drawing_probability: Mapped[float | None] = mapped_column(Float)
    is_data_thin: Mapped[bool]
    told: Mapped[dict[str, object]] = mapped_column(Json)
    steps: Mapped[list[dict[str, object]]] = mapped_column(Json)
    case: Mapped[Case] = relationship(back_populates="listings")


class Member(Base):
    """One person of a household, by the keys with which a visit's outcome or an objection finds them again. ``number``: how pages name them (1, 2, …)."""

    __tablename__ = "members"
    id: Mapped[str] = mapped_column(String(16), primary_key=True, default=opaque)
    case_id: Mapped[str] = mapped_column(ForeignKey("cases.id"), index=True)
    number: Mapped[int]
    person_id: Mapped[str | None] = mapped_column(String(20))
    sexe: Mapped[str | None] = mapped_column(String(1))
    annee_naissance: Mapped[int | None]
    cle_identite: Mapped[str | None] = mapped_column(String(32))
    cle_usage: Mapped[str | None] = mapped_column(String(32))
    cle_phonetique: Mapped[str | None] = mapped_column(String(32))
    cle_nom_adresse: Mapped[str | None] = mapped_column(String(32))


class Vote(Base):
    """What one reader said of one case. Of a case that two decide it is shown to nobody else until both are in. ``note`` is for colleagues and enters no model."""

    __tablename__ = "votes"
    __table_args__ = (UniqueConstraint("case_id", "revision", "reader"),)
    id: Mapped[str] = mapped_column(String(16), primary_key=True, default=opaque)
    case_id: Mapped[str] = mapped_column(ForeignKey("cases.id"), index=True)
    revision: Mapped[int]
    reader: Mapped[str] = mapped_column(String(32), index=True)
    profession: Mapped[str] = mapped_column(String(24))
    choice: Mapped[str] = mapped_column(String(16))
    reason: Mapped[str] = mapped_column(String(24))
    postponed_to: Mapped[date | None]
    visitor_role: Mapped[str | None] = mapped_column(String(16))
    note: Mapped[str] = mapped_column(Text, default="")
    cast_at: Mapped[datetime] = mapped_column(Moment)


class Decision(Base):
    """What was decided of one case, once a revision. ``settled_by``: ``UNE_LECTURE``, ``ACCORD`` or ``DEBAT``, as the contract of decisions names them."""

    __tablename__ = "decisions"
    __table_args__ = (UniqueConstraint("case_id", "revision"),)
    id: Mapped[str] = mapped_column(String(16), primary_key=True, default=opaque)
    case_id: Mapped[str] = mapped_column(ForeignKey("cases.id"), index=True)
    run_id: Mapped[str | None] = mapped_column(String(64), index=True)
    revision: Mapped[int]
    choice: Mapped[str] = mapped_column(String(16), index=True)
    reason: Mapped[str] = mapped_column(String(24))
    postponed_to: Mapped[date | None]
    visitor_role: Mapped[str | None] = mapped_column(String(16))
    settled_by: Mapped[str] = mapped_column(String(12))
    settled_by_whom: Mapped[str] = mapped_column(String(32))
    decided_at: Mapped[datetime] = mapped_column(Moment)
