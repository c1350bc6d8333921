"""A run's list becomes cases: each household once, those drawn at random among the others, a random share of them for two readers."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from review import trail
from review.cases.recognising import OpenCases
from review.cases.taken import Taken, TakenLine, TakenMember
from review.follow_up import bereavement
from review.sealing import Seal
from review.states import CASE
from review.tables.cases import Case, Listing, Member, TakenList
from review.trail import Act, Fact

AGE_BANDS = ((25, "under_25"), (40, "25_39"), (60, "40_59"), (75, "60_74"), (80, "75_79"))
OLDEST_BAND, NO_BAND = "80_plus", "unknown"


@dataclass(frozen=True, kw_only=True)
class Counts:
    """What became of the lines; ``dropped``: cases nobody had looked at that are no longer listed."""

    new: int
    known: int
    dropped: int


def take_in(
    session: Session, seal: Seal, taken: Taken, *, second_look_share: float, now: datetime, by: Act
) -> Counts:
    """Nothing when the list is there already. A household whose case is open gets the new line beside the old one; its case goes on as it is."""
    if session.get(TakenList, taken.run_id) is not None:
        return Counts(new=0, known=0, dropped=0)
    session.add(_list(taken, now))
    session.flush()
    open_cases, places, known = OpenCases(session), _places(taken), 0
    for line in taken.lines:
        case = open_cases.of(line)
        known += case is not None
        if case is None:
            case = _case(line, taken, seal, second_look_share, now)
            session.add(case)
        else:
            _refresh(case, line, taken)
        case.listings.append(_listing(line, taken, places[line.household_id]))
    dropped = _drop(open_cases.cases, taken, now)
    session.flush()
    died_on = {line.household_id: line.bereaved_on for line in taken.lines if line.bereaved_on}
    bereavement.gather(session, seal, now, by, died_on)
    counts = Counts(new=len(taken.lines) - known, known=known, dropped=dropped)
    facts: dict[str, Fact] = {**counts.__dict__, "digest": taken.digest}
    done = Act(who=by.who, role=by.role, action="take in list", kind="list", about=taken.run_id, facts=facts)
    trail.add(session, seal, now, done)
    return counts


def _list(taken: Taken, now: datetime) -> TakenList:
    return TakenList(
        run_id=taken.run_id,
        as_of=taken.as_of,
        taken_at=now,
        capacity=taken.capacity,
        facts=dict(taken.facts),
        digest=taken.digest,
        drift={"part": taken.drift.part, "said": dict(taken.drift.said)} if taken.drift else None,
    )


def _drop(cases: Iterable[Case], taken: Taken, now: datetime) -> int:
    """A machine's proposal that nobody has read ends with the list on which it stood; what people began goes on."""
    listed = {line.household_id for line in taken.lines}
    dropped = 0
    for case in cases:
        if case.state == "to_review" and case.origin == "list" and case.household_id not in listed:
            case.state = CASE.after(case.state, "no_longer_listed")
            case.state_since, case.closed_because, case.due_on = now, "NO_LONGER_LISTED", None
            dropped += 1
    return dropped


def _places(taken: Taken) -> dict[str, int]:
    """Ranked lines keep their order; the others are strewn among them, by a digest of run and household, so that a place tells no arm."""
    ranked = [line for line in taken.lines if line.arm == "MODELE"]
    strewn = [line for line in taken.lines if line.arm == "EXPLORATION"]
    first = [line for line in taken.lines if line.arm not in ("MODELE", "EXPLORATION")]
    marks = {line.household_id: place / max(len(ranked), 1) for place, line in enumerate(ranked)}
    marks |= {line.household_id: _chance("place", taken.run_id, line.household_id) for line in strewn}
    order = [line.household_id for line in first] + sorted(marks, key=lambda name: (marks[name], name))
    return {household: place for place, household in enumerate(order, start=1)}


def _chance(purpose: str, run_id: str, household_id: str) -> float:
    """In [0, 1), the same whenever it is asked."""
    digest = hashlib.sha256(f"{purpose}\0{run_id}\0{household_id}".encode()).digest()
    return int.from_bytes(digest[:8]) / 2**64


def _case(line: TakenLine, taken: Taken, seal: Seal, second_look_share: float, now: datetime) -> Case:
    drawn = int(seal.sign("second look", f"{taken.run_id}\0{line.household_id}".encode())[:16], 16) / 2**64
    case = Case(
        household_id=line.household_id,
        origin="list",
        state=CASE.initial,
        state_since=now,
        opened_at=now,
        needs_two=drawn < second_look_share,
    )
    _refresh(case, line, taken)
    return case


def _refresh(case: Case, line: TakenLine, taken: Taken) -> None:
    """What the newest list says of the household. Nobody is taken out: a visit may have met them."""
    case.household_id = line.household_id
    case.id_logement, case.id_adresse = line.id_logement, line.id_adresse
    case.quartier, case.quartier_name = line.quartier, line.quartier_name
    case.member_count = line.member_count
    case.age_band = age_band(line.members, taken.as_of)
    by_person = {member.person_id: member for member in case.members}
    for told in line.members:
        member = by_person.get(told.person_id)
        if member is None:
            member = Member(number=len(case.members) + 1)
            case.members.append(member)
        for name, value in told.__dict__.items():
            setattr(member, name, value)


def age_band(members: Sequence[TakenMember], as_of: date) -> str:
    """Of the oldest member, by year of birth alone; ``unknown`` where no year is."""
    years = [m.annee_naissance for m in members if m.annee_naissance is not None]
    if not years:
        return NO_BAND
    oldest = as_of.year - min(years)
    return next((band for below, band in AGE_BANDS if oldest < below), OLDEST_BAND)


def _listing(line: TakenLine, taken: Taken, place: int) -> Listing:
    return Listing(
        run_id=taken.run_id,
        household_id=line.household_id,
        as_of=taken.as_of,
        place=place,
        rank=line.rank,
        arm=line.arm,
        score=line.score,
        base=line.base,
        drawing_probability=line.drawing_probability,
        is_data_thin=line.is_data_thin,
        told=dict(line.told),
        steps=[dict(step) for step in line.steps],
    )
