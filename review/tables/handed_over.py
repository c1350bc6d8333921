"""What the desk has handed over to the city's deliveries, so that its files are told apart from the departments' and nothing goes twice or not at all."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from review.tables.base import Base, Moment


class HandedOver(Base):
    """One file that the desk wrote, or was about to write, into the delivery of ``day``: written down before the file is there, so that a file that the desk
    does not know is somebody else's. Of one day and source every content that it ever had."""

    __tablename__ = "handed_over"
    day: Mapped[date] = mapped_column(primary_key=True)
    source: Mapped[str] = mapped_column(String(32), primary_key=True)
    sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    rows: Mapped[int]
    written_at: Mapped[datetime] = mapped_column(Moment)


class HandedRow(Base):
    """One row of a source as it was last handed over. ``key``: its identifier in the contract; ``digest``: SHA-256 of its line; ``day``: of the delivery that
    holds it. Written once the file is in place."""

    __tablename__ = "handed_rows"
    source: Mapped[str] = mapped_column(String(32), primary_key=True)
    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    day: Mapped[date] = mapped_column(index=True)
    digest: Mapped[str] = mapped_column(String(64))
