"""The cases that somebody may see, filtered, in order, a page at a time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import ColumnElement, Select, and_, false, func, select
from sqlalchemy.orm import InstrumentedAttribute, Session, defer

from review.me import Me
from review.states import CASE
from review.tables.cases import Case, Listing, TakenList
from review.visible import of_mine

PAGE = 50
Scope = Literal["list", "open", "all"]
ORDERS = {
    "place": "order of the list",
    "quartier": "neighbourhood",
    "age": "age band",
    "state": "state",
    "due": "day by which something is to be done",
}
ENTRIES = {"list": "list", "SIGNALEMENT": "alert", "DEUIL": "bereavement", "added": "added by the unit"}
"""Why a case is there, as far as it may be told before the decision: a household drawn at random is on the list like any other."""
_Column = ColumnElement[Any] | InstrumentedAttribute[Any]
ENDED = tuple(name for name, state in CASE.states.items() if state.is_final)
OBJECTED = "objected"
"""Cases in this state stand in the queue only where somebody asks for them, as for their letters, and say nothing of the household."""


class Wanted(BaseModel):
    """What somebody looks for, as an address says it. ``scope``: this list, every open case, or all; the others empty: anything."""

    model_config = ConfigDict(frozen=True, extra="ignore", str_max_length=40)
    scope: Scope = "list"
    state: str = ""
    quartier: str = ""
    age_band: str = ""
    entry: str = ""
    household: str = ""
    order: str = "place"
    page: int = Field(1, ge=1, le=100_000)


@dataclass(frozen=True, kw_only=True)
class Row:
    """One case with its line on the newest list, if it is there and may be told."""

    case: Case
    listing: Listing | None


@dataclass(frozen=True, kw_only=True)
class Found:
    """One page. ``quartiers``: code → name of those that somebody may choose."""

    rows: tuple[Row, ...]
    count: int
    pages: int
    newest: TakenList | None
    quartiers: dict[str, str]


def found(session: Session, me: Me, wanted: Wanted) -> Found:
    """``state``, ``quartier`` and the others narrow; an unknown value finds nothing."""
    newest = session.scalars(
        select(TakenList).order_by(TakenList.as_of.desc(), TakenList.taken_at.desc()).limit(1)
    ).first()
    run_id = newest.run_id if newest else ""
    query = of_mine(_scoped(select(Case), wanted, run_id), me)
    query = _narrowed(query, wanted)
    all_of_it = query.with_only_columns(Case.id, Listing.id, func.count().over()).order_by(
        *_order(wanted.order)
    )
    page = session.execute(all_of_it.limit(PAGE).offset(PAGE * (wanted.page - 1))).all()
    beyond = () if page else session.execute(all_of_it.limit(1)).all()
    count = next((n for _, _, n in (*page, *beyond)), 0)
    rows = _rows(session, [(case_id, listing_id) for case_id, listing_id, _ in page])
    return Found(
        rows=rows,
        count=count,
        pages=max(1, -(-count // PAGE)),
        newest=newest,
        quartiers=neighbourhoods(session, me),
    )


def _rows(session: Session, wanted: Sequence[tuple[str, str | None]]) -> tuple[Row, ...]:
    """The page is found by identifiers first: what is told of a household is long, and to sort thousands of it takes longer than everything else."""
    cases = session.scalars(select(Case).where(Case.id.in_([case_id for case_id, _ in wanted])))
    listings = session.scalars(
        select(Listing).where(Listing.id.in_([one for _, one in wanted if one])).options(defer(Listing.steps))
    )
    by_case, by_listing = {one.id: one for one in cases}, {one.id: one for one in listings}
    return tuple(_row(by_case[case_id], by_listing.get(listing_id or "")) for case_id, listing_id in wanted)


def _row(case: Case, listing: Listing | None) -> Row:
    return Row(case=case, listing=None if case.state == OBJECTED else listing)


def neighbourhoods(session: Session, me: Me) -> dict[str, str]:
    """Code → name of those in which there are cases that somebody may see."""
    named = of_mine(select(Case), me).with_only_columns(Case.quartier, func.max(Case.quartier_name))
    return dict(sorted((code, name) for code, name in session.execute(named.group_by(Case.quartier))))


def _scoped(query: Select[tuple[Case]], wanted: Wanted, run_id: str) -> Select[tuple[Case]]:
    """Of this list are its lines, and what the unit added and has not ended."""
    query = query.outerjoin(Listing, and_(Listing.case_id == Case.id, Listing.run_id == run_id))
    if wanted.scope == "list":
        return query.where((Listing.id.is_not(None)) | ((Case.origin == "added") & Case.state.not_in(ENDED)))
    return query.where(Case.state.not_in(ENDED)) if wanted.scope == "open" else query


def _narrowed(query: Select[tuple[Case]], wanted: Wanted) -> Select[tuple[Case]]:
    for column, value in (
        (Case.state, wanted.state),
        (Case.quartier, wanted.quartier),
        (Case.age_band, wanted.age_band),
    ):
        query = query.where(column == value) if value else query
    if not wanted.state:
        query = query.where(Case.state != OBJECTED)
    if wanted.household:
        query = query.where(Case.household_id.startswith(wanted.household.strip(), autoescape=True))
    if wanted.entry == "added":
        return query.where(Case.origin == "added")
    if wanted.entry == "list":
        return query.where(Listing.arm.in_(("MODELE", "EXPLORATION")))
    if (
        wanted.entry
    ):  # any other arm finds nothing: whoever could ask for one would know who was drawn at random
        return query.where(Listing.arm == wanted.entry if wanted.entry in ENTRIES else false())
    return query


def _order(name: str) -> Sequence[_Column]:
    last: tuple[_Column, ...] = (Listing.place.is_(None), Listing.place, Case.opened_at, Case.id)
    first: dict[str, tuple[_Column, ...]] = {
        "quartier": (Case.quartier,),
        "age": (Case.age_band,),
        "state": (Case.state,),
        "due": (Case.due_on.is_(None), Case.due_on),
    }
    return (*first.get(name, ()), *last)


def entry_of(case: Case, listing: Listing | None) -> str:
    """Of ``ENTRIES``."""
    if case.origin == "added" or listing is None:
        return "added" if case.origin == "added" else "list"
    return listing.arm if listing.arm in ENTRIES else "list"
