"""Objections reach the desk: whoever is in the city's register, wherever they said it, is left in peace from then on."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from review import trail
from review.follow_up import bereavement
from review.me import Me
from review.sealing import Seal
from review.states import CASE
from review.tables.cases import Case, Member
from review.tables.law import LeftInPeace

REGISTER = Me(
    user_id="",
    login="system",
    name="",
    role="",
    profession=None,
    language="fr",
    quartiers=None,
    session_id="",
    csrf="",
)
"""In whose name the desk acts when nobody sits at it."""
KEYS = (Member.cle_identite, Member.cle_usage, Member.cle_phonetique, Member.cle_nom_adresse)


def sweep(session: Session, seal: Seal, objected: Collection[str], now: datetime) -> int:
    """Ends every open case of which a member's key or the dwelling is among ``objected`` (match keys and dwellings); gives how many.

    A case that had ended keeps what it has and is shown no more (``review.visible``), whatever becomes of the objection: to take one back opens nothing. Nobody of
    such a household is contacted from the register of bereavement either.
    """
    found = select(Case).where(Case.id.in_(_concerned(session, frozenset(objected)))).order_by(Case.id)
    ended = 0
    for case in session.scalars(found.with_for_update()):
        if "object" in CASE.allowed(case.state):
            _end(session, seal, case, now)
            ended += 1
        elif case.state != "objected":
            session.add(LeftInPeace(case_id=case.id, since=now))
            trail.add(session, seal, now, REGISTER.did("leave in peace", "case", case.id))
        bereavement.household_objects(session, seal, REGISTER, case, now)
    return ended


def _concerned(session: Session, objected: frozenset[str]) -> list[str]:
    """Of the cases that are not left in peace yet."""
    if not objected:
        return []
    known = select(Case.id, Case.id_logement, *KEYS).outerjoin(Member, Member.case_id == Case.id)
    known = known.where(Case.state != "objected", ~exists().where(LeftInPeace.case_id == Case.id))
    return sorted({row[0] for row in session.execute(known) if not objected.isdisjoint(row[1:])})


def _end(session: Session, seal: Seal, case: Case, now: datetime) -> None:
    case.state, case.state_since = CASE.after(case.state, "object"), now
    case.closed_because, case.due_on = "OPPOSITION", None
    trail.add(session, seal, now, REGISTER.did("object", "case", case.id, by="register"))
