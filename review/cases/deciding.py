"""Opinions and decisions: one reader, or two who do not see each other's, and the unit where they differ."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from review import trail
from review.choices import BY_NAME, VISITORS, Choice
from review.me import Me
from review.refusals import Incomplete, NotAllowed, Refused
from review.sealing import Seal
from review.states import CASE, DECIDABLE
from review.tables.cases import Case, Decision, Vote

LONGEST_NOTE = 2000
FARTHEST_DAYS = 365


@dataclass(frozen=True, kw_only=True)
class Ballot:
    """What a reader chose. ``postponed_to`` and ``visitor_role`` only where the choice asks for them."""

    choice: str
    reason: str
    postponed_to: date | None = None
    visitor_role: str | None = None
    note: str = ""


def checked(ballot: Ballot, today: date) -> Choice:
    """Raises Incomplete for what cannot be, with what is missing."""
    choice = BY_NAME.get(ballot.choice)
    if choice is None:
        raise Incomplete("Choose a decision", "No decision was chosen.", "Choose one of the decisions.")
    if ballot.reason not in choice.reasons:
        raise Incomplete(
            "Choose a reason", "This decision needs one of its reasons.", "Choose one from the list."
        )
    if choice.needs_day and not _is_soon(ballot.postponed_to, today):
        raise Incomplete(
            "Give a day",
            "The case comes back on a day within a year from now.",
            "Give that day, after today.",
        )
    if choice.needs_visitor and ballot.visitor_role not in VISITORS:
        raise Incomplete("Say who comes", "A visit needs somebody who makes it.", "Choose who is to come.")
    if len(ballot.note) > LONGEST_NOTE:
        raise Incomplete("The note is too long", "A note has 2,000 characters at most.", "Shorten it.")
    return choice


def _is_soon(day: date | None, today: date) -> bool:
    return day is not None and today < day <= today + timedelta(days=FARTHEST_DAYS)


def cast(session: Session, seal: Seal, me: Me, case: Case, ballot: Ballot, now: datetime) -> None:
    """One reader's opinion. It decides, unless the case was drawn for a second look; an objection always holds at once.

    Raises Incomplete, and Refused where the case is not to be decided or the same reader comes twice.
    """
    choice = checked(ballot, now.date())
    _check_turn(case, me)
    if session.scalar(
        select(Decision.id).where(Decision.case_id == case.id, Decision.revision == case.revision)
    ):
        case.revision += 1  # it was decided before, and comes back
    earlier = _votes(session, case)
    if case.state == "second_look" and any(vote.reader == me.login for vote in earlier):
        raise Refused(
            "A second person decides",
            "You have given your opinion on this case; it waits for a colleague's.",
            "They decide without seeing yours.",
        )
    vote = _vote(case, me, choice, ballot, now)
    if not (
        case.state == "to_debate" and earlier
    ):  # the two opinions stay; what ends the debate is the unit's decision
        session.add(vote)
    trail.add(
        session,
        seal,
        now,
        me.did("decide", "case", case.id, choice=choice.name, reason=ballot.reason, revision=case.revision),
    )
    if choice.name == "objection" or not _waits(case, choice, earlier, now):
        _settle(session, case, vote, choice, _how(case, earlier), now)


def _check_turn(case: Case, me: Me) -> None:
    if case.state not in DECIDABLE:
        raise Refused(
            "This case is decided", "Nothing is to be decided here now.", "Open it again first if you must."
        )
    if case.state == "to_debate" and not me.may("settle"):
        raise NotAllowed


def _votes(session: Session, case: Case) -> list[Vote]:
    found = select(Vote).where(Vote.case_id == case.id, Vote.revision == case.revision)
    return list(session.scalars(found.order_by(Vote.cast_at)))


def _vote(case: Case, me: Me, choice: Choice, ballot: Ballot, now: datetime) -> Vote:
    return Vote(
        case_id=case.id,
        revision=case.revision,
        reader=me.login,
        profession=me.profession or "COORDINATION",
        choice=choice.name,
        reason=ballot.reason,
        postponed_to=ballot.postponed_to if choice.needs_day else None,
        visitor_role=ballot.visitor_role if choice.needs_visitor else None,
        note=ballot.note.strip(),
        cast_at=now,
    )


def _waits(case: Case, choice: Choice, earlier: list[Vote], now: datetime) -> bool:
    """Whether the opinion is not yet a decision; the case is moved to where it waits."""
    if case.state == "to_review" and case.needs_two:
        _move(case, "first_opinion", now)
        return True
    if case.state == "second_look" and earlier[0].choice != choice.name:
        _move(case, "opinions_differ", now)
        return True
    return False


def _how(case: Case, earlier: list[Vote]) -> str:
    if case.state == "to_debate":
        return "DEBAT"
    return "ACCORD" if case.state == "second_look" and earlier else "UNE_LECTURE"


def _settle(session: Session, case: Case, vote: Vote, choice: Choice, how: str, now: datetime) -> None:
    decision = Decision(
        case_id=case.id,
        run_id=case.listings[0].run_id if case.listings else None,
        revision=case.revision,
        choice=choice.name,
        reason=vote.reason,
        postponed_to=vote.postponed_to,
        visitor_role=vote.visitor_role,
        settled_by=how,
        settled_by_whom=vote.reader,
        decided_at=now,
    )
    session.add(decision)
    _move(case, choice.action, now)
    case.due_on = vote.postponed_to or (
        now.date() + timedelta(days=choice.due_days) if choice.due_days else None
    )
    if case.state in ("closed", "objected"):
        case.closed_because = vote.reason


def _move(case: Case, action: str, now: datetime) -> None:
    case.state = CASE.after(case.state, action)
    case.state_since = now


def review_again(session: Session, seal: Seal, me: Me, case: Case, now: datetime) -> None:
    """Opens a decision again: the next opinion is a new revision; the earlier one stays."""
    if "review_again" not in CASE.allowed(case.state):
        raise Refused("This case cannot be opened again", "Its state does not allow it.", "")
    _move(case, "review_again", now)
    case.revision += 1
    case.due_on = case.closed_because = None
    trail.add(session, seal, now, me.did("review again", "case", case.id, revision=case.revision))
