"""What visits found: entered, corrected with the reason, judged by the unit; every wording is kept."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from review import trail
from review.law import objecting
from review.me import Me
from review.refusals import Incomplete, NotAllowed, Refused
from review.routes.rounds import on_own_round
from review.services import Services
from review.tables.cases import Case, Member
from review.tables.visits import Visit, VisitRevision
from review.visits import outcome_moves
from review.visits.outcome_values import MET, Found, checked, columns, content, found_of
from review.visits.outcome_words import CORRECTED, JUDGEMENTS
from review.words import PARIS

AT_THE_DOOR = ("to_visit", "planned", "to_retry")
"""States of cases at whose door somebody is to ring."""


@dataclass(frozen=True, kw_only=True)
class Change:
    """One change to a visit: who makes it, when, with what services; ``today`` is the day in the city."""

    services: Services
    me: Me
    now: datetime
    today: date


def may_enter(session: Session, me: Me, case: Case, today: date) -> bool:
    """Whether somebody may enter a visit of a case that they may see. A visitor: of one of their own rounds that is to be visited, or a second person of a visit that they entered today."""
    if not me.may("record outcome") or case.state == "objected":
        return False
    if me.role != "visitor":
        return True
    mine = select(Case.id).where(Case.id == case.id, on_own_round(me, today))
    is_to_visit = case.state in AT_THE_DOOR or _entered_today(session, me, case, today)
    return is_to_visit and session.scalar(mine) is not None


def _entered_today(session: Session, me: Me, case: Case, today: date) -> bool:
    mine = select(Visit).where(Visit.case_id == case.id, Visit.entered_by == me.login)
    return any(visit.entered_at.astimezone(PARIS).date() == today for visit in session.scalars(mine))


def enter(
    session: Session, change: Change, case: Case, found: Found, *, row_token: str | None = None
) -> Visit:
    """A new visit; its case goes on. Raises Incomplete for what cannot be, NotAllowed, and Refused where the household has objected."""
    _check_open(case)
    if not may_enter(session, change.me, case, change.today):
        raise NotAllowed
    kept = checked(found, case, change.today)
    check_once(session, case, kept)
    visit = Visit(
        case_id=case.id,
        entered_by=change.me.login,
        entered_at=change.now,
        row_token=row_token,
        judgement=None,
    )
    _write(session, case, visit, kept)
    session.add(visit)
    session.flush()
    _keep_wording(session, change, case, visit, "ENTERED")
    _follow(session, change, case, visit)
    _note(session, change, "enter visit", visit, outcome=visit.outcome, objected=visit.objected)
    return visit


def _check_open(case: Case) -> None:
    if case.state == "objected":
        raise Refused(
            "The household has objected",
            "Of a household that objects nothing is entered or changed any more.",
            "An objection is taken back with `lanterne oppose --withdraw`.",
        )


def check_once(session: Session, case: Case, found: Found, but: str = "") -> None:
    """Raises Incomplete where the same visit of the same person stands there already; ``but``: the visit that is being written again."""
    person = _member(case, found.person)
    same = select(Visit.id).where(
        Visit.case_id == case.id,
        Visit.id != but,
        Visit.visited_on == found.visited_on,
        Visit.member_id == (person.id if person else None),
        Visit.time_of_day == found.time_of_day,
    )
    if session.scalar(same.limit(1)):
        raise Incomplete(
            "This visit is entered already",
            "There is a visit of this day, this time of day and this person.",
            "Correct that one, or give the time of day.",
        )


def _member(case: Case, number: int | None) -> Member | None:
    return next((member for member in case.members if number is not None and member.number == number), None)


def _write(session: Session, case: Case, visit: Visit, found: Found) -> None:
    if visit.visited_on != found.visited_on:
        _write_list(case, visit, found.visited_on)
    for name, value in columns(found).items():
        setattr(visit, name, value)
    member = _member(case, found.person)
    visit.member, visit.member_id = member, member.id if member else None


def _write_list(case: Case, visit: Visit, visited_on: date) -> None:
    """Of the newest list by then: a list that came later cannot have sent anybody."""
    listing = next((one for one in case.listings if one.as_of <= visited_on), None)
    visit.list_on = listing.as_of if listing else None
    visit.arm = listing.arm if listing else None
    visit.drawing_probability = listing.drawing_probability if listing else None


def _follow(session: Session, change: Change, case: Case, visit: Visit) -> bool:
    """Whether the case went where the visit says."""
    if visit.objected:
        objecting.enter(session, change.services, change.me, case, change.now)
        return True
    return outcome_moves.move(session, case, visit, change.now)


def _keep_wording(session: Session, change: Change, case: Case, visit: Visit, because: str) -> None:
    session.add(
        VisitRevision(
            visit_id=visit.id,
            revision=visit.revision,
            content=content(found_of(visit), visit.judgement, case.household_id),
            by=change.me.login,
            at=change.now,
            because=because,
        )
    )


def _note(
    session: Session, change: Change, action: str, visit: Visit, **facts: str | int | bool | None
) -> None:
    about = {"visit": visit.id, "revision": visit.revision, **facts}
    trail.add(
        session, change.services.seal, change.now, change.me.did(action, "case", visit.case_id, **about)
    )


def correct(session: Session, change: Change, visit: Visit, found: Found, because: str) -> None:
    """A new wording, with why. Where the outcome changes the case follows if nothing followed from the old one; else the visit is marked to be looked at.

    A visit that turns out to have met nobody is judged no more. Raises Incomplete and Refused as ``enter`` does.
    """
    case, before = visit.case, found_of(visit)
    _check_open(case)
    if because not in CORRECTED:
        raise Incomplete("Say why", "A correction needs its reason.", "Choose one.")
    kept = checked(found, case, change.today)
    if kept == before:
        raise Incomplete(
            "Nothing is changed", "The visit already stands as it was sent.", "Change what is wrong."
        )
    check_once(session, case, kept, but=visit.id)
    moves = _moves(before) != _moves(kept)
    is_back = moves and outcome_moves.take_back(session, case, visit, change.now)
    _write(session, case, visit, kept)
    if kept.outcome != MET and visit.judgement is not None:
        visit.judgement = None
        _judge_case(session, case)
    _revise(session, change, visit, because)
    if kept.objected:
        _follow(session, change, case, visit)
    elif is_back:
        visit.is_to_look_at = not _follow(session, change, case, visit)
    elif before.outcome != kept.outcome:
        visit.is_to_look_at = True
    _note(session, change, "correct visit", visit, because=because, outcome=visit.outcome)


def _moves(found: Found) -> tuple[object, ...]:
    """What of a visit its case depends on: of an absence also when it was."""
    return (found.outcome, *((found.visited_on, found.time_of_day) if found.outcome == "ABSENT" else ()))


def _revise(session: Session, change: Change, visit: Visit, because: str) -> None:
    visit.revision += 1
    session.flush()
    _keep_wording(session, change, visit.case, visit, because)


def judge(session: Session, change: Change, visit: Visit, judgement: int | None) -> None:
    """The unit's word on a visit that met somebody: 0 to 3. The case bears the gravest of the newest day that was judged."""
    _check_open(visit.case)
    if judgement not in JUDGEMENTS:
        raise Incomplete("How isolated?", "A judgement is one of the four.", "Choose one.")
    if visit.outcome != MET:
        raise Refused("Nobody was met", "Only a visit that met somebody can be judged.")
    if visit.judgement == judgement:
        return
    visit.judgement = judgement
    _revise(session, change, visit, "JUDGED")
    _judge_case(session, visit.case)
    _note(session, change, "judge", visit, judgement=judgement)


def _judge_case(session: Session, case: Case) -> None:
    session.flush()
    judged = [one for one in outcome_moves.visits_of_case(session, case) if one.judgement is not None]
    newest = [one.judgement or 0 for one in judged if one.visited_on == judged[0].visited_on]
    case.severity = max(newest, default=None)


def looked_at(session: Session, change: Change, visit: Visit) -> None:
    """Somebody of the unit has seen to it that the case stands where a corrected visit says."""
    visit.is_to_look_at = False
    _note(session, change, "look at correction", visit)


def relocate(session: Session, change: Change, visit: Visit, case: Case, person: int | None) -> bool:
    """The visit was at another household: ``case``. Both cases follow; gives whether the old one did, which it does where nothing followed from the visit."""
    old, found = visit.case, found_of(visit)
    _check_open(old)
    _check_open(case)
    if case.id == old.id:
        raise Incomplete(
            "Nothing is changed", "The visit is this household's already.", "Give another household."
        )
    kept = checked(replace(found, person=person), case, change.today)
    check_once(session, case, kept)
    is_back = outcome_moves.take_back(session, old, visit, change.now)
    visit.state_before = visit.due_before = visit.moved_at = visit.judgement = None
    visit.case, visit.case_id, visit.is_to_look_at = case, case.id, False
    _write_list(case, visit, visit.visited_on)
    _write(session, case, visit, kept)
    _revise(session, change, visit, "HOUSEHOLD")
    _judge_case(session, old)
    _follow(session, change, case, visit)
    _note(session, change, "move visit", visit, was_at=old.id)
    return is_back
