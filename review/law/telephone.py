"""An objection by telephone: whoever takes the call enters it and sees nothing of any case."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from review import trail
from review.alerting.alert_identity import Told, checked
from review.cases.adding import KEY
from review.law import objected, objecting
from review.me import Me
from review.refusals import Incomplete
from review.services import Services
from review.tables.cases import Case

SHORTEST_CODE = 9
"""Signs of a household's pseudonym as paper and pages show it."""
OF_THE_PERSON = ("CLE_IDENTITE", "CLE_USAGE", "CLE_NOM_ADRESSE")


@dataclass(frozen=True, kw_only=True)
class Call:
    """What the caller says: the code of a letter or a visiting card, or a match key, or who they are. ``told`` None: no name was given."""

    code: str
    key: str
    told: Told | None


def enter(session: Session, services: Services, me: Me, call: Call, now: datetime) -> None:
    """Into the city's register; open cases end at once. What was typed is forgotten: only keys are kept. Raises Incomplete when it names nobody."""
    entries = _entries(session, services, call, now)
    for entry in entries:
        services.objects(entry, now.date())
    values = [value for entry in entries for value in entry.values()]
    ended = objected.sweep(session, services.seal, values, now)
    facts = {"entries": len(entries), "cases": ended}
    trail.add(session, services.seal, now, me.did("object by telephone", "objection", "", **facts))


def _entries(session: Session, services: Services, call: Call, now: datetime) -> tuple[dict[str, str], ...]:
    if call.key:
        if not KEY.fullmatch(call.key):
            raise Incomplete(
                "This is no match key",
                "A match key has 32 hexadecimal characters.",
                "The key holder makes it; without it, leave the field empty.",
            )
        return ({"CLE_IDENTITE": call.key},)
    if call.code:
        return _of_household(session, call.code)
    return _of_person(services, call.told, now)


def _of_household(session: Session, code: str) -> tuple[dict[str, str], ...]:
    """By every case that bears the code; of two households with the same beginning neither is taken."""
    found = (
        select(Case)
        .where(Case.household_id.startswith(code, autoescape=True))
        .order_by(Case.opened_at.desc())
    )
    cases = session.scalars(found).all() if len(code) >= SHORTEST_CODE else ()
    entries = objecting.stated(cases[0]) if len({case.household_id for case in cases}) == 1 else ()
    if not entries:
        raise Incomplete(
            "This code leads to no household",
            "It has nine signs or more and begins with H, as on the paper that the caller holds.",
            "Read it again with the caller, or enter who they are.",
        )
    return entries


def _of_person(services: Services, told: Told | None, now: datetime) -> tuple[dict[str, str], ...]:
    if told is None or services.pseudonyms is None:
        raise Incomplete(
            "Who objects?",
            "Without a code or a match key the desk knows nobody.",
            "Ask for the code of the letter.",
        )
    made = services.pseudonyms(checked(told, now.date()))
    entries = tuple({name: made[name]} for name in OF_THE_PERSON if made.get(name))
    if not entries:
        raise Incomplete(
            "Who objects?",
            "Name and first name with the birth date, or with the address, make a key; this does not.",
            "Ask for what is missing.",
        )
    return entries
