"""A household that the unit adds: whom the lists do not name, because no register shows them or the ranking passed them over."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from review import trail
from review.cases.queue import ENDED
from review.labels import AGE_WORDS
from review.me import Me
from review.refusals import Incomplete
from review.sealing import Seal
from review.states import CASE
from review.tables.base import opaque
from review.tables.cases import Case, Member

KEY = re.compile(r"[0-9a-f]{32}")
PLACE = re.compile(r"[0-9A-Za-z_-]{0,64}")


@dataclass(frozen=True, kw_only=True)
class Added:
    """What the unit knows. ``dwelling``, ``address`` (pseudonyms) and ``key`` (a match key of one adult) may be empty: then only people find the door."""

    quartier: str
    quartier_name: str
    dwelling: str
    address: str
    key: str
    age_band: str
    members: int


def add(session: Session, seal: Seal, me: Me, added: Added, now: datetime) -> Case:
    """A new case, or the open one of this dwelling. Raises Incomplete for what cannot be."""
    _check(added, me)
    known = _open_case_at(session, added)
    if known is not None:
        return known
    case = Case(
        household_id=f"H{opaque()}",
        id_logement=added.dwelling or None,
        id_adresse=added.address,
        quartier=added.quartier,
        quartier_name=added.quartier_name,
        origin="added",
        added_by=me.login,
        age_band=added.age_band,
        member_count=added.members,
        state=CASE.initial,
        state_since=now,
        opened_at=now,
        needs_two=False,
    )
    if added.key:
        case.members = [Member(number=1, cle_identite=added.key)]
    session.add(case)
    session.flush()
    trail.add(session, seal, now, me.did("add household", "case", case.id, quartier=added.quartier))
    return case


def _check(added: Added, me: Me) -> None:
    if not added.quartier or added.age_band not in AGE_WORDS or not 1 <= added.members <= 20:
        raise Incomplete(
            "Something is missing",
            "Neighbourhood, age band and number of members are needed.",
            "Fill them in.",
        )
    if me.quartiers is not None and added.quartier not in me.quartiers:
        raise Incomplete(
            "Not your neighbourhood",
            "You may add households of your own neighbourhoods.",
            "Tell a colleague who is there.",
        )
    if added.key and not KEY.fullmatch(added.key):
        raise Incomplete(
            "This is no match key",
            "A match key has 32 hexadecimal characters.",
            "The key holder makes it; without it, leave the field empty.",
        )
    if not PLACE.fullmatch(added.dwelling) or not PLACE.fullmatch(added.address):
        raise Incomplete(
            "This is no pseudonym",
            "A dwelling or address is given by its pseudonym.",
            "Without it, leave the field empty.",
        )


def _open_case_at(session: Session, added: Added) -> Case | None:
    if not added.dwelling:
        return None
    trail.take_turn(session)
    return session.scalars(
        select(Case).where(Case.id_logement == added.dwelling, Case.state.not_in(ENDED)).limit(1)
    ).first()
