"""Which cases somebody may see, and how one thing of those that somebody may see is found: the only place that decides it."""

from __future__ import annotations

from typing import Protocol, TypeVar

from sqlalchemy import Select, exists, select
from sqlalchemy.orm import Session

from review.me import Me
from review.refusals import Conflict, NotFound
from review.tables.cases import Case
from review.tables.law import LeftInPeace


class _Versioned(Protocol):
    @property
    def version(self) -> int: ...


_One = TypeVar("_One")
_Changing = TypeVar("_Changing", bound=_Versioned)


def the_one(session: Session, query: Select[tuple[_One]]) -> _One:
    """Of a query for one thing among those that somebody may see. Raises NotFound for one that is not there and for one that they may not see, alike."""
    found = session.scalars(query).one_or_none()
    if found is None:
        raise NotFound
    return found


def as_seen(session: Session, query: Select[tuple[_Changing]], version: int) -> _Changing:
    """To be changed, locked. Raises NotFound as ``the_one`` and Conflict when it is no longer as they saw it."""
    found = the_one(session, query.with_for_update())
    if found.version != version:
        raise Conflict
    return found


def of_mine(query: Select[tuple[Case]], me: Me) -> Select[tuple[Case]]:
    """Of the cases that a query finds, those of the neighbourhoods that they may see, without those that had ended when the household objected."""
    query = query.where(~exists().where(LeftInPeace.case_id == Case.id))
    return query if me.quartiers is None else query.where(Case.quartier.in_(sorted(me.quartiers)))


def case_of(session: Session, me: Me, case_id: str) -> Case:
    """Raises what ``the_one`` raises."""
    return the_one(session, of_mine(select(Case).where(Case.id == case_id), me))


def case_at(session: Session, me: Me, case_id: str, version: int) -> Case:
    """To be changed. Raises what ``as_seen`` raises."""
    return as_seen(session, of_mine(select(Case).where(Case.id == case_id), me), version)
