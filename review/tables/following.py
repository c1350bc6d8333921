"""What was done for a household after the unit took it on."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from review.tables.base import Base, Moment, opaque


class Step(Base):
    """One step of a follow-up. ``kind`` and ``partner``: of ``review.follow_up.following``; ``next_on``: when somebody is to look again, None where it ended;
    ``leads_to``: the action of ``review.states`` that it was. ``takes_part``: whether somebody of the household now takes part in an activity with others;
    ``satisfaction``: their own word on the help, 1 (not at all) to 4 (very); None = not asked."""

    __tablename__ = "steps"
    id: Mapped[str] = mapped_column(String(16), primary_key=True, default=opaque)
    case_id: Mapped[str] = mapped_column(ForeignKey("cases.id"), index=True)
    made_on: Mapped[date] = mapped_column(index=True)
    kind: Mapped[str] = mapped_column(String(24))
    partner: Mapped[str] = mapped_column(String(24))
    leads_to: Mapped[str] = mapped_column(String(16))
    because: Mapped[str | None] = mapped_column(String(24))
    next_on: Mapped[date | None]
    takes_part: Mapped[bool | None]
    satisfaction: Mapped[int | None]
    made_by: Mapped[str] = mapped_column(String(32))
    entered_at: Mapped[datetime] = mapped_column(Moment)
