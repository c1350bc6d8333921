"""The second key: somebody of another role grants or refuses with the key holder's table open in their session; what is found, and what alerts told, is shown to the asker, once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from review.alerting.alerts import opened_identity, with_identity
from review.me import Me
from review.names.correspondence import Correspondence
from review.names.identities import (
    IDENTITY,
    USED_WITHIN,
    cases_of,
    ended,
    is_open,
    may_answer,
    note,
    sees,
    whole,
)
from review.names.naming import door_of
from review.names.vault import Door, Doors, Vault
from review.refusals import Conflict, Incomplete, NotAllowed, NotFound, Refused
from review.roles import may
from review.sealing import Seal
from review.tables.accounts import User
from review.tables.cases import Case
from review.tables.identities import IdentityRequest


class Gone(Refused):
    """It was granted once."""

    status = 410

    def __init__(self) -> None:
        super().__init__(
            "This cannot be shown any more",
            "It was shown, its time is over, or the desk was started again since. Nothing of it was kept.",
            "Ask again if it is still needed.",
        )


def grant(
    session: Session,
    seal: Seal,
    vault: Vault,
    table: Correspondence | None,
    me: Me,
    request_id: str,
    version: int,
    now: datetime,
) -> str:
    """Looks up the few lines that are needed and lays them into the vault for the asker; gives the new state: where nothing is found the grant is used up.

    Raises what ``refuse`` raises, Incomplete without an open table where it ``needs_table``, and Refused for cases that have ended meanwhile.
    """
    request = _to_answer(session, me, request_id, version, now)
    if table is None and needs_table(session, request):
        raise Incomplete(
            "The key holder's table is not open",
            "Whoever grants opens it in their own session.",
            "Choose the file, type its passphrase, then grant.",
        )
    cases = cases_of(request)
    doors = _doors(session, seal, table, cases)
    _answer(request, me, "grant" if doors else "find_nothing", now)
    if doors:
        vault.put(request.id, doors, request.asked_by, now + USED_WITHIN)
    note(session, seal, me, "grant identity", request, now, asked=len(cases), found=len(doors))
    return request.state


def needs_table(session: Session, request: IdentityRequest) -> bool:
    """Unless alerts told name or address of every household that it is about."""
    return not all(with_identity(session, case) for case in cases_of(request))


def _doors(session: Session, seal: Seal, table: Correspondence | None, cases: Sequence[Case]) -> Doors:
    """By the table, as far as it is open, and by what was sealed with the alerts of each case."""
    found = {case.id: door for case in cases if table and (door := door_of(table, case))}
    for case in cases:
        told = tuple(dict.fromkeys(opened_identity(seal, one) for one in with_identity(session, case)))
        if told:
            found[case.id] = replace(found.get(case.id, Door()), told=told)
    return found


def refuse(session: Session, seal: Seal, me: Me, request_id: str, version: int, now: datetime) -> None:
    """Raises NotFound for what they may not see, NotAllowed for their own request or one of their own role, Conflict when it was answered meanwhile."""
    request = _to_answer(session, me, request_id, version, now)
    _answer(request, me, "refuse", now)
    note(session, seal, me, "refuse identity", request, now)


def _to_answer(session: Session, me: Me, request_id: str, version: int, now: datetime) -> IdentityRequest:
    request = _locked(session, request_id)
    if request is None or not sees(me, request):
        raise NotFound
    if not may_answer(me, request) or not _is_of_another_role(session, me, request):
        raise NotAllowed
    if request.version != version or request.state != "asked" or not is_open(request, now):
        raise Conflict
    if not cases_of(request):
        raise ended()
    return request


def _locked(session: Session, request_id: str) -> IdentityRequest | None:
    return session.scalars(whole().where(IdentityRequest.id == request_id).with_for_update()).one_or_none()


def _is_of_another_role(session: Session, me: Me, request: IdentityRequest) -> bool:
    """Of the role, too, that the asker has now, should it have changed; and whether they still may ask."""
    asker = session.scalars(select(User).where(User.login == request.asked_by, User.is_active)).one_or_none()
    return asker is not None and may(asker.role, "ask identity") and asker.role != me.role


def _answer(request: IdentityRequest, me: Me, action: str, now: datetime) -> None:
    request.state = IDENTITY.after(request.state, action)
    request.answered_by, request.answered_role, request.answered_at = me.login, me.role, now
    if request.state != "granted":
        request.ended_at = now


def see(
    session: Session, seal: Seal, vault: Vault, me: Me, request_id: str, now: datetime
) -> tuple[IdentityRequest, Doors]:
    """What was granted, for the last time. Raises NotFound for another's, Gone once it is gone, Refused for cases that have ended meanwhile."""
    request = _locked(session, request_id)
    if request is None or request.asked_by != me.login:
        raise NotFound
    if request.state != "granted" or not is_open(request, now):
        raise Gone
    if not cases_of(request):
        raise ended()
    if not sees(me, request):
        raise NotFound
    doors = vault.take(request.id, me.login, now)
    if doors is None:
        raise Gone
    request.state, request.ended_at = IDENTITY.after(request.state, "see"), now
    doors = {case.id: doors[case.id] for case in cases_of(request) if case.id in doors}
    note(session, seal, me, "see identity", request, now, households=len(doors))
    return request, doors


def lapse(session: Session, seal: Seal, vault: Vault, now: datetime) -> int:
    """Ends, by the desk itself, what nobody may answer or open any more: its time is over, its case has ended, or a start of the desk forgot what was found.
    Gives how many."""
    count = 0
    for request in session.scalars(whole().where(IdentityRequest.state.in_(("asked", "granted")))):
        because = _because(request, vault, now)
        if because:
            request.state, request.ended_at = IDENTITY.after(request.state, "lapse"), now
            vault.drop(request.id)
            note(session, seal, None, "identity lapsed", request, now, because=because)
            count += 1
    return count


def _because(request: IdentityRequest, vault: Vault, now: datetime) -> str:
    if not is_open(request, now):
        return "time"
    if not cases_of(request):
        return "case ended"
    return "forgotten" if request.state == "granted" and not vault.holds(request.id, now) else ""
