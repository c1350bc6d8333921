"""Who works at the desk, how they prove it, and where they have signed in."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from review.tables.base import Base, Json, Moment, opaque


class User(Base):
    """One account. ``login`` is the pseudonym by which decisions and the trail name its holder; ``name`` is shown to colleagues only.

    ``groups``: names of the neighbourhood groups whose cases the holder may see; ``sees_all``: every neighbourhood, and cases without one.
    ``profession``: of whoever decides, as the contract of decisions wants it. ``second_factor``: the secret of the one-time codes, encrypted;
    ``second_factor_step``: the last step at which a code was taken, so that none serves twice. ``subject``: identity in the city's directory, which only
    means somebody together with ``issuer``, the address of the directory that gave it; both are missing where people sign in with a password.
    """

    __tablename__ = "users"
    id: Mapped[str] = mapped_column(String(16), primary_key=True, default=opaque)
    login: Mapped[str] = mapped_column(String(32), unique=True)
    name: Mapped[str] = mapped_column(String(80))
    role: Mapped[str] = mapped_column(String(16))
    profession: Mapped[str | None] = mapped_column(String(24))
    language: Mapped[str] = mapped_column(String(2))
    groups: Mapped[list[str]] = mapped_column(Json, default=list)
    sees_all: Mapped[bool] = mapped_column(default=False)
    password: Mapped[str | None] = mapped_column(String(200))
    must_change_password: Mapped[bool] = mapped_column(default=True)
    second_factor: Mapped[str | None] = mapped_column(String(200))
    second_factor_since: Mapped[datetime | None] = mapped_column(Moment)
    second_factor_step: Mapped[int] = mapped_column(default=0)
    subject: Mapped[str | None] = mapped_column(String(255), unique=True)
    issuer: Mapped[str | None] = mapped_column(String(255))
    failures: Mapped[int] = mapped_column(default=0)
    locked_until: Mapped[datetime | None] = mapped_column(Moment)
    is_active: Mapped[bool] = mapped_column(default=True)
    made_at: Mapped[datetime] = mapped_column(Moment)
    version: Mapped[int] = mapped_column(default=1)
    sessions: Mapped[list[SignedIn]] = relationship(back_populates="user", cascade="all, delete-orphan")
    recovery: Mapped[list[RecoveryCode]] = relationship(cascade="all, delete-orphan")
    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - as SQLAlchemy wants it


class RecoveryCode(Base):
    """One code of those given out with the second factor, for a lost telephone: its digest; used once, then deleted."""

    __tablename__ = "recovery_codes"
    id: Mapped[str] = mapped_column(String(16), primary_key=True, default=opaque)
    user_id: Mapped[str] = mapped_column(ForeignKey("users.id"), index=True)
    digest: Mapped[str] = mapped_column(String(64))


class SignedIn(Base):
    """One sign-in. ``id``: SHA-256 of the cookie, so that whoever reads the database cannot take it over. ``stage``: ``password`` from the first
    proof until the second factor was shown, ``set up`` while it is being set up, ``full`` then. ``through``: the first proof, ``password`` or ``directory``."""

    __tablename__ = "sessions"
    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    user_id: Mapped[str] = mapped_column(ForeignKey("users.id"), index=True)
    stage: Mapped[str] = mapped_column(String(8))
    through: Mapped[str] = mapped_column(String(12), default="password")
    csrf: Mapped[str] = mapped_column(String(64))
    opened_at: Mapped[datetime] = mapped_column(Moment)
    seen_at: Mapped[datetime] = mapped_column(Moment)
    user: Mapped[User] = relationship(back_populates="sessions")


class Departure(Base):
    """Somebody has left for the city's directory and is not back yet. ``id``: SHA-256 of the cookie that binds the way back to the same browser;
    ``state``, ``nonce``: what the way back and the token must bear; ``verifier``: proves to the directory that the desk asked (PKCE, RFC 7636).
    ``language``: of the page that was left."""

    __tablename__ = "departures"
    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    state: Mapped[str] = mapped_column(String(64))
    nonce: Mapped[str] = mapped_column(String(64))
    verifier: Mapped[str] = mapped_column(String(128))
    language: Mapped[str] = mapped_column(String(2))
    left_at: Mapped[datetime] = mapped_column(Moment, index=True)
