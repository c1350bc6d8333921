"""What the law left its mark on: cases that are shown no more, and what was deleted at the end of its term."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from review.tables.base import Base, Moment, opaque


class LeftInPeace(Base):
    """A case that had ended when its household objected. Nothing of it is lost, and nothing of it is shown again."""

    __tablename__ = "left_in_peace"
    case_id: Mapped[str] = mapped_column(ForeignKey("cases.id"), primary_key=True)
    since: Mapped[datetime] = mapped_column(Moment)


class Purge(Base):
    """What one purge took out of one table, so that its rows add up for ever: those that are there and those that are gone. ``what``, ``rule``: of
    ``review.law.retention``; ``are_emptied``: the rows stay without what is named. Counts and rules, nobody."""

    __tablename__ = "purges"
    id: Mapped[str] = mapped_column(String(16), primary_key=True, default=opaque)
    purged_on: Mapped[date] = mapped_column(index=True)
    what: Mapped[str] = mapped_column(String(24))
    table_name: Mapped[str] = mapped_column(String(32))
    rows: Mapped[int]
    are_emptied: Mapped[bool]
    rule: Mapped[str] = mapped_column(String(160))
