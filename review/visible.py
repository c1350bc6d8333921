"""Which cases somebody may see: the only place that decides it."""

from __future__ import annotations

from sqlalchemy import Select, exists, select
from sqlalchemy.orm import Session

from review.me import Me
from review.refusals import Conflict, NotFound
from review.tables.cases import Case
from review.tables.law import LeftInPeace


def of_mine(query: Select[tuple[Case]], me: Me) -> Select[tuple[Case]]:
    """Of the cases that a query finds, those of the neighbourhoods that they may see, without those that had ended when the household objected."""
    query = query.where(~exists().where(LeftInPeace.case_id == Case.id))
    return query if me.quartiers is None else query.where(Case.quartier.in_(sorted(me.quartiers)))


def case_of(session: Session, me: Me, case_id: str) -> Case:
    """Raises NotFound for one that is not there and for one that they may not see, alike."""
    case = session.scalars(of_mine(select(Case).where(Case.id == case_id), me)).one_or_none()
    if case is None:
        raise NotFound
    return case


def case_at(session: Session, me: Me, case_id: str, version: int) -> Case:
    """To be changed. Raises NotFound as above and Conflict when it is no longer as they saw it."""
    case = session.scalars(
        of_mine(select(Case).where(Case.id == case_id), me).with_for_update()
    ).one_or_none()
    if case is None:
        raise NotFound
    if case.version != version:
        raise Conflict
    return case
