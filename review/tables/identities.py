"""Requests to learn who stands behind a case. What is found is never kept here: it is in memory only, and shown once."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from review.tables.base import Base, Moment, opaque
from review.tables.cases import Case
from review.tables.rounds import Round


class IdentityRequest(Base):
    """One person asks with a motive, another of another role answers. Grain: a request about one case, or about all stops of one round; the other is None.

    ``state``: of ``review.names.identities``; ``asked_role``: of the asker when they asked; ``answered_…`` None until somebody grants or refuses; ``ended_at``: when it
    was seen, refused, found nothing or lapsed.
    """

    __tablename__ = "identity_requests"
    id: Mapped[str] = mapped_column(String(16), primary_key=True, default=opaque)
    case_id: Mapped[str | None] = mapped_column(ForeignKey("cases.id"), index=True)
    round_id: Mapped[str | None] = mapped_column(ForeignKey("rounds.id"), index=True)
    motive: Mapped[str] = mapped_column(String(16))
    state: Mapped[str] = mapped_column(String(12), index=True)
    asked_by: Mapped[str] = mapped_column(String(32), index=True)
    asked_role: Mapped[str] = mapped_column(String(16))
    asked_at: Mapped[datetime] = mapped_column(Moment)
    answered_by: Mapped[str | None] = mapped_column(String(32))
    answered_role: Mapped[str | None] = mapped_column(String(16))
    answered_at: Mapped[datetime | None] = mapped_column(Moment)
    ended_at: Mapped[datetime | None] = mapped_column(Moment)
    version: Mapped[int] = mapped_column(default=1)
    case: Mapped[Case | None] = relationship()
    round: Mapped[Round | None] = relationship()
    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - as SQLAlchemy wants it
