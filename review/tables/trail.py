"""The desk's audit trail: who saw, decided, exported and granted what. Lines that only grow, each tied to the one before."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from review.tables.base import Base, Json, Moment


class TrailLine(Base):
    """One thing that somebody did. ``who``: a login, ``system``, or empty where nobody was signed in; ``about``: kind and identifier of what it was done to;
    ``facts``: codes and counts, never a name, an address or a free text. ``digest``: of this line and the digest of the one before."""

    __tablename__ = "trail"
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    at: Mapped[datetime] = mapped_column(Moment, index=True)
    who: Mapped[str] = mapped_column(String(32), index=True)
    role: Mapped[str] = mapped_column(String(16))
    action: Mapped[str] = mapped_column(String(40), index=True)
    kind: Mapped[str] = mapped_column(String(24))
    about: Mapped[str] = mapped_column(String(64), index=True)
    facts: Mapped[dict[str, object]] = mapped_column(Json)
    previous: Mapped[str] = mapped_column(String(64))
    digest: Mapped[str] = mapped_column(String(64))


class TrailHead(Base):
    """The last line's number and digest, one row. It is locked while a line is added, so that two at once come one after the other."""

    __tablename__ = "trail_head"
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    number: Mapped[int]
    digest: Mapped[str] = mapped_column(String(64))


class TrailCut(Base):
    """Where the trail begins since its oldest lines were purged, at most one row: number and digest of the last line that is gone, signed (``review.trail``)."""

    __tablename__ = "trail_cut"
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    number: Mapped[int]
    digest: Mapped[str] = mapped_column(String(64))
    signature: Mapped[str] = mapped_column(String(64))
