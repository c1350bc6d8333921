"""Adds lines to the audit trail and checks it: each is signed and tied to the one before, so that none can be edited, moved or taken out unseen."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import Select, delete, func, select, update
from sqlalchemy.orm import Session

from data_contracts.errors import IntegrityError
from review.sealing import Seal
from review.tables.trail import TrailCut, TrailHead, TrailLine

FIRST = "0" * 64
Fact = str | int | bool | None


@dataclass(frozen=True, kw_only=True)
class Act:
    """What somebody did: ``action`` to the thing of ``kind`` that ``about`` names."""

    who: str
    role: str
    action: str
    kind: str
    about: str = ""
    facts: Mapping[str, Fact] | None = None


def add(session: Session, seal: Seal, at: datetime, act: Act) -> TrailLine:
    """In the transaction of what was done: both are kept or neither is. Raises IntegrityError, and nothing is done, where the trail ends under another key: a desk that
    was left running while the key was changed must not go on with the old one."""
    head = session.execute(select(TrailHead).with_for_update()).scalar_one()
    if not _ends_under(session, seal, head):
        raise _another_key(head.number)
    line = TrailLine(
        number=head.number + 1,
        at=at,
        who=act.who,
        role=act.role,
        action=act.action,
        kind=act.kind,
        about=act.about,
        facts=dict(act.facts or {}),
        previous=head.digest,
    )
    line.digest = _digest(line, seal)
    head.number, head.digest = line.number, line.digest
    session.add(line)
    return line


def take_turn(session: Session) -> None:
    """Until the transaction ends nobody else adds a line: what is looked for now cannot come about beside it. In SQLite one writes at a time anyhow."""
    session.execute(select(TrailHead).with_for_update())


def as_json(line: TrailLine) -> dict[str, object]:
    """As written to ``audit.jsonl``."""
    return {**_content(line), "digest": line.digest}


def lines(session: Session, seal: Seal) -> Iterator[TrailLine]:
    """Every line in order. Raises IntegrityError at the first that is not as it was written, and when lines are missing at the end, or at the beginning but for
    those that ``cut`` took."""
    number, previous = _begin(session, seal)
    found = select(TrailLine).order_by(TrailLine.number).execution_options(yield_per=1000)
    with session.scalars(found) as rows:
        for line in rows:
            number += 1
            if (line.number, line.previous, line.digest) != (number, previous, _digest(line, seal)):
                raise _broken(number)
            previous = line.digest
            yield line
    head = session.scalars(select(TrailHead)).one()
    if (head.number, head.digest) != (number, previous):
        raise _broken(number + 1)


def verified(session: Session, seal: Seal) -> int:
    """The number of lines, when the whole trail holds."""
    return sum(1 for _ in lines(session, seal))


def is_under(session: Session, seal: Seal) -> bool:
    """Whether the trail ends under this key, as far as there is a line or a cut; the head is locked: no line is added meanwhile."""
    return _ends_under(session, seal, session.execute(select(TrailHead).with_for_update()).scalar_one())


def sign_again(session: Session, old: Seal, new: Seal) -> int:
    """Every line and the cut, with another key; gives how many lines. What the lines say stays. Raises IntegrityError, and nothing is signed, where the trail does not hold."""
    head = session.execute(select(TrailHead).with_for_update()).scalar_one()
    verified(session, old)
    number, previous = _begin(session, old)
    made = session.get(TrailCut, 1)
    if made is not None:
        made.signature = _signed(new, made.number, made.digest)
    first = number
    while rows := session.scalars(_after(number)).all():
        for line in rows:
            line.previous = previous
            line.digest = previous = _digest(line, new)
            number = line.number
        session.flush()
        session.expunge_all()
    session.execute(update(TrailHead).values(digest=previous))
    session.expire_all()
    assert head.number == number  # it was verified above, and is locked
    return number - first


def _after(number: int) -> Select[tuple[TrailLine]]:
    return select(TrailLine).where(TrailLine.number > number).order_by(TrailLine.number).limit(1000)


def _ends_under(session: Session, seal: Seal, head: TrailHead) -> bool:
    last = session.get(TrailLine, head.number, populate_existing=True)
    if last is not None:
        return last.digest == _digest(last, seal)
    made = session.get(TrailCut, 1)
    return made is None or made.signature == _signed(seal, made.number, made.digest)


def cut(session: Session, seal: Seal, before: datetime) -> int:
    """Takes out the oldest lines up to the first of ``before`` or later, and signs where the trail begins now; gives how many. Whoever altered one of them
    would be rid of the proof: raises IntegrityError, and takes nothing, where the trail does not hold."""
    last = _last_before(session, before)
    begin, _ = _begin(session, seal)
    if last <= begin:
        return 0
    verified(session, seal)
    digest = session.scalars(select(TrailLine.digest).where(TrailLine.number == last)).one()
    session.execute(delete(TrailLine).where(TrailLine.number <= last))
    session.merge(TrailCut(id=1, number=last, digest=digest, signature=_signed(seal, last, digest)))
    return last - begin


def _last_before(session: Session, before: datetime) -> int:
    """The line before the first that stays, the last of all where none does. The head is locked: no line is added meanwhile."""
    head = session.execute(select(TrailHead).with_for_update()).scalar_one()
    first = session.scalar(select(func.min(TrailLine.number)).where(TrailLine.at >= before))
    return head.number if first is None else first - 1


def _begin(session: Session, seal: Seal) -> tuple[int, str]:
    """Number and digest of the line before the first. Raises IntegrityError for a cut that nobody signed."""
    made = session.get(TrailCut, 1)
    if made is None:
        return 0, FIRST
    if made.signature != _signed(seal, made.number, made.digest):
        raise _broken(made.number + 1)
    return made.number, made.digest


def _signed(seal: Seal, number: int, digest: str) -> str:
    return seal.sign("trail cut", f"{number} {digest}".encode())


def _content(line: TrailLine) -> dict[str, object]:
    return {
        "number": line.number,
        "at": line.at.astimezone(UTC).isoformat(),  # as it is read back, whatever the clock it was taken from
        "who": line.who,
        "role": line.role,
        "action": line.action,
        "kind": line.kind,
        "about": line.about,
        "facts": line.facts,
        "previous": line.previous,
    }


def _digest(line: TrailLine, seal: Seal) -> str:
    plain = json.dumps(_content(line), sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return seal.sign("trail", plain.encode())


def _another_key(number: int) -> IntegrityError:
    return IntegrityError(
        "the audit trail ends under another key, or its last line was altered: nothing was done",
        where=f"line {number}",
        hint="after `lanterne rekey` start the desk again; else keep the database as it is, and compare it with a copy.",
    )


def _broken(number: int) -> IntegrityError:
    return IntegrityError(
        "the audit trail does not hold: a line was altered, moved or taken out, or the key is another",
        where=f"line {number}",
        hint="keep the database as it is, restore a copy of it apart, and compare the two.",
    )
