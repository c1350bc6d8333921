"""The bereavement register: who lost a spouse and agreed to be contacted. Kept apart from scoring: nothing of it leaves the desk."""

from __future__ import annotations

from datetime import date

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from review.tables.base import Base, Json, opaque
from review.tables.cases import Case


class Bereaved(Base):
    """One household that agreed.

    ``origin``: ``list`` (a run listed it, which lists nobody without ACCORD_CONTACT = O) or ``hand``. ``case_id``: of the former; ``form_number``: of the
    latter, the number of the signed form, which stays on paper and says who it is. ``mark``: signed digest of the household's identifier, None of the
    latter: it makes an entry once, and never again after the consent was withdrawn. ``died_on``: as the list says it; None where it does not, until somebody enters it;
    ``consented_on``: None where the registrar took the consent. ``state``: of ``review.follow_up.bereavement``, since ``state_on``. ``tries``: contacts tried in vain.
    ``needs``: codes. ``because``: why it ended without contact.
    Withdrawn: everything but ``id``, ``mark``, ``state`` and ``state_on`` is empty, and its steps are gone.
    """

    __tablename__ = "bereaved"
    id: Mapped[str] = mapped_column(String(16), primary_key=True, default=opaque)
    origin: Mapped[str | None] = mapped_column(String(8))
    mark: Mapped[str | None] = mapped_column(String(64), unique=True)
    case_id: Mapped[str | None] = mapped_column(ForeignKey("cases.id"), index=True)
    form_number: Mapped[str | None] = mapped_column(String(16), unique=True)
    quartier: Mapped[str | None] = mapped_column(String(12), index=True)
    died_on: Mapped[date | None] = mapped_column(index=True)
    consented_on: Mapped[date | None]
    state: Mapped[str] = mapped_column(String(20), index=True)
    state_on: Mapped[date]
    because: Mapped[str | None] = mapped_column(String(24))
    tries: Mapped[int] = mapped_column(default=0)
    needs: Mapped[list[str]] = mapped_column(Json)
    version: Mapped[int] = mapped_column(default=1)
    case: Mapped[Case | None] = relationship(lazy="selectin")
    steps: Mapped[list[BereavedStep]] = relationship(
        order_by="BereavedStep.number", cascade="all, delete-orphan"
    )
    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - as SQLAlchemy wants it

    @property
    def name(self) -> str:
        """How people call it: by its form, or by the household as the queue calls it."""
        return self.form_number or (self.case.household_id[:9] if self.case else self.id[:8])


class BereavedStep(Base):
    """What was done, in order. ``action``: of ``review.follow_up.bereavement``, or ``enter``; ``by``: a login, or ``system``."""

    __tablename__ = "bereaved_steps"
    id: Mapped[str] = mapped_column(String(16), primary_key=True, default=opaque)
    entry_id: Mapped[str] = mapped_column(ForeignKey("bereaved.id"), index=True)
    number: Mapped[int]
    action: Mapped[str] = mapped_column(String(24))
    by: Mapped[str] = mapped_column(String(32))
    on: Mapped[date]
