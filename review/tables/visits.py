"""What visitors found at the doors, as it was written down, and every earlier wording of it."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import Float, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from review.tables.base import Base, Json, Moment, opaque
from review.tables.cases import Case, Member


def visit_id() -> str:
    """``D`` and 16 hexadecimal digits: no other register of the city names its visits so."""
    return f"D{opaque()}"


class Visit(Base):
    """One visit of one case; of two people who were both asked, one each. ``id``: ID_VISITE of the contract ``visites``.

    ``member_id``: who was met or looked for, None for somebody else and for whoever is not known. ``time_of_day``: of ``review.visits.retries``; ``outcome``: ISSUE.
    ``lsns6_…`` (0–5), ``ucla3_…`` (1–3), ``reseau_…`` (0/1), ``besoin_…``: None = not answered. ``none_because``: AUCUN_BESOIN_MOTIF; ``follow_up``: SUITE;
    ``judgement``: the unit's, 0 to 3, None before. ``list_on``, ``arm``, ``drawing_probability``: of the newest list that named the household by the day of
    the visit, as it was when the visit was entered; None where none did.

    ``moved_at``: when the visit moved its case on from ``state_before`` and ``due_before``; None where the case stayed. ``is_to_look_at``: a correction of the
    outcome that the case could not follow. ``row_token``: of the row of a spreadsheet by which it came. ``revision``: which wording stands here.
    """

    __tablename__ = "visits"
    id: Mapped[str] = mapped_column(String(17), primary_key=True, default=visit_id)
    case_id: Mapped[str] = mapped_column(ForeignKey("cases.id"), index=True)
    member_id: Mapped[str | None] = mapped_column(ForeignKey("members.id"))
    visited_on: Mapped[date] = mapped_column(index=True)
    time_of_day: Mapped[str | None] = mapped_column(String(12))
    visitor_role: Mapped[str] = mapped_column(String(16))
    outcome: Mapped[str] = mapped_column(String(16), index=True)
    lsns6_1: Mapped[int | None]
    lsns6_2: Mapped[int | None]
    lsns6_3: Mapped[int | None]
    lsns6_4: Mapped[int | None]
    lsns6_5: Mapped[int | None]
    lsns6_6: Mapped[int | None]
    ucla3_1: Mapped[int | None]
    ucla3_2: Mapped[int | None]
    ucla3_3: Mapped[int | None]
    reseau_famille: Mapped[int | None]
    reseau_amis: Mapped[int | None]
    reseau_voisins: Mapped[int | None]
    reseau_collegues: Mapped[int | None]
    reseau_associations: Mapped[int | None]
    besoin_mobilite: Mapped[bool | None]
    besoin_repas: Mapped[bool | None]
    besoin_loisirs: Mapped[bool | None]
    besoin_visite: Mapped[bool | None]
    besoin_numerique: Mapped[bool | None]
    besoin_menage: Mapped[bool | None]
    none_because: Mapped[str | None] = mapped_column(String(24))
    follow_up: Mapped[str | None] = mapped_column(String(24))
    objected: Mapped[bool]
    judgement: Mapped[int | None]
    list_on: Mapped[date | None]
    arm: Mapped[str | None] = mapped_column(String(16))
    drawing_probability: Mapped[float | None] = mapped_column(Float)
    entered_by: Mapped[str] = mapped_column(String(32), index=True)
    entered_at: Mapped[datetime] = mapped_column(Moment)
    state_before: Mapped[str | None] = mapped_column(String(16))
    due_before: Mapped[date | None]
    moved_at: Mapped[datetime | None] = mapped_column(Moment)
    is_to_look_at: Mapped[bool] = mapped_column(default=False, index=True)
    row_token: Mapped[str | None] = mapped_column(String(64), unique=True)
    revision: Mapped[int] = mapped_column(default=1)
    version: Mapped[int] = mapped_column(default=1)
    case: Mapped[Case] = relationship()
    member: Mapped[Member | None] = relationship()
    revisions: Mapped[list[VisitRevision]] = relationship(order_by="VisitRevision.revision")
    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - as SQLAlchemy wants it


class VisitRevision(Base):
    """One wording of a visit, the first among them. ``content``: see ``review.visits.outcome_values``; ``because``: code of why it was written."""

    __tablename__ = "visit_revisions"
    __table_args__ = (UniqueConstraint("visit_id", "revision"),)
    id: Mapped[str] = mapped_column(String(16), primary_key=True, default=opaque)
    visit_id: Mapped[str] = mapped_column(ForeignKey("visits.id"), index=True)
    revision: Mapped[int]
    content: Mapped[dict[str, object]] = mapped_column(Json)
    by: Mapped[str] = mapped_column(String(32))
    at: Mapped[datetime] = mapped_column(Moment)
    because: Mapped[str] = mapped_column(String(24))
