"""What neighbours, building agents and others told the city: whom it is about, sealed; nothing of whoever told it."""

from __future__ import annotations

from datetime import date

from sqlalchemy import ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from review.tables.base import Base, Json, opaque


class Alert(Base):
    """One alert. There is no column for who reported it, none for a text, and no time of day anywhere: days only.

    ``reported_on``: its own day; ``since``: the earliest day of those merged into it, from which the time to answer counts. ``channel``: CANAL of the
    contract ``signalements``, None where a file does not say it; ``urgency``: 0 to 2, None likewise. ``quartier``: empty where unknown. ``signs``: codes of
    ``review.alerting.alert_choices``. ``sealed_identity``: name and address of the person whom it is about, None for one that came in a file. Keys and
    pseudonyms as in the contract; None where they are not known.

    ``state``: of ``review.alerting.alert_states``; ``because``: why nothing was to be done; ``first_step_on``: the day of the first answer. ``merged_into``: the alert
    that is kept in its place. ``foreign_id``: ID_SIGNALEMENT of one that came in a file, None for one that was entered here.
    ``entered_mark``: signed digest of the login and the day of entry: it finds somebody's own entries of today and tells nobody who they are.
    """

    __tablename__ = "alerts"
    id: Mapped[str] = mapped_column(String(16), primary_key=True, default=opaque)
    foreign_id: Mapped[str | None] = mapped_column(String(64), unique=True)
    entered_mark: Mapped[str | None] = mapped_column(String(64), index=True)
    reported_on: Mapped[date] = mapped_column(index=True)
    since: Mapped[date] = mapped_column(index=True)
    channel: Mapped[str | None] = mapped_column(String(16))
    urgency: Mapped[int | None]
    quartier: Mapped[str] = mapped_column(String(12), index=True)
    signs: Mapped[list[str]] = mapped_column(Json)
    sealed_identity: Mapped[str | None] = mapped_column(Text)
    sexe: Mapped[str | None] = mapped_column(String(1))
    annee_naissance: Mapped[int | None]
    cle_identite: Mapped[str | None] = mapped_column(String(32), index=True)
    cle_usage: Mapped[str | None] = mapped_column(String(32), index=True)
    cle_phonetique: Mapped[str | None] = mapped_column(String(32), index=True)
    cle_nom_adresse: Mapped[str | None] = mapped_column(String(32), index=True)
    id_adresse: Mapped[str | None] = mapped_column(String(64))
    id_logement: Mapped[str | None] = mapped_column(String(64), index=True)
    state: Mapped[str] = mapped_column(String(16), index=True)
    because: Mapped[str | None] = mapped_column(String(24))
    first_step_on: Mapped[date | None]
    case_id: Mapped[str | None] = mapped_column(ForeignKey("cases.id"), index=True)
    merged_into: Mapped[str | None] = mapped_column(ForeignKey("alerts.id"), index=True)
    version: Mapped[int] = mapped_column(default=1)
    merged: Mapped[list[Alert]] = relationship(order_by="Alert.reported_on")
    steps: Mapped[list[AlertStep]] = relationship(order_by="AlertStep.number", cascade="all, delete-orphan")
    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - as SQLAlchemy wants it

    @property
    def number(self) -> str:
        """How people call it, on paper and on the telephone."""
        return self.id[:8].upper()

    @property
    def all_signs(self) -> tuple[str, ...]:
        """Its own and those of the alerts that were merged into it, each once."""
        return tuple(dict.fromkeys(code for one in (self, *self.merged) for code in one.signs))


class AlertStep(Base):
    """What the unit did about an alert, in order. ``action``: of ``review.alerting.alert_states``; ``by``: the login of whoever did it."""

    __tablename__ = "alert_steps"
    id: Mapped[str] = mapped_column(String(16), primary_key=True, default=opaque)
    alert_id: Mapped[str] = mapped_column(ForeignKey("alerts.id"), index=True)
    number: Mapped[int]
    action: Mapped[str] = mapped_column(String(24))
    because: Mapped[str | None] = mapped_column(String(24))
    by: Mapped[str] = mapped_column(String(32))
    on: Mapped[date]
