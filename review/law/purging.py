"""What each rule of ``review.law.retention`` deletes. A row that hangs on another goes before it, and what only points at it lets go."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any, cast

from sqlalchemy import (
    ColumnElement,
    CursorResult,
    Delete,
    Select,
    Update,
    delete,
    exists,
    func,
    or_,
    select,
    update,
)
from sqlalchemy.orm import InstrumentedAttribute, Session, aliased

from review import trail
from review.cases.queue import ENDED
from review.sealing import Seal
from review.tables.accounts import Departure, SignedIn
from review.tables.alerts import Alert, AlertStep
from review.tables.base import Base
from review.tables.bereaved import Bereaved, BereavedStep
from review.tables.cases import Case, Decision, Listing, Member, Vote
from review.tables.following import Step
from review.tables.handed_over import HandedRow
from review.tables.identities import IdentityRequest
from review.tables.law import LeftInPeace
from review.tables.rounds import Round, Stop
from review.tables.trail import TrailLine
from review.tables.visits import Visit, VisitRevision
from review.words import PARIS

Taken = Mapping[str, int]
"""Name of a table → rows."""
KEYS = ("cle_identite", "cle_usage", "cle_phonetique", "cle_nom_adresse")
_OF_ENDED = select(Case.id).where(Case.state.in_(ENDED))


@dataclass(frozen=True, kw_only=True)
class Past:
    """Everything that lies before a day in the city."""

    session: Session
    seal: Seal
    before: date

    @property
    def start(self) -> datetime:
        """The first moment of the day."""
        return datetime.combine(self.before, time(), PARIS)

    def take(self, *which: tuple[type[Base], ColumnElement[bool]]) -> Taken:
        """Deletes the rows of one table after the other."""
        return {table.__tablename__: self._run(delete(table).where(condition)) for table, condition in which}

    def let_go(self, pointer: InstrumentedAttribute[str | None], ids: Select[tuple[str]]) -> None:
        """What stays points no more at what goes."""
        self._run(update(pointer.class_).where(pointer.in_(ids)).values({pointer.key: None}))

    def empty(self, table: type[Base], names: tuple[str, ...], condition: ColumnElement[bool]) -> Taken:
        """The rows stay; counted are those that held something."""
        held = or_(*(getattr(table, name).is_not(None) for name in names))
        return {
            table.__tablename__: self._run(update(table).where(condition, held).values(dict.fromkeys(names)))
        }

    def _run(self, statement: Delete | Update) -> int:
        done = self.session.execute(statement, execution_options={"synchronize_session": False})
        return cast("CursorResult[Any]", done).rowcount


def alerts(past: Past) -> Taken:
    """Those that stand behind others first: one for which another still stands waits for it."""
    behind, taken = aliased(Alert), Counter[str]()
    for is_next in (Alert.merged_into.is_not(None), ~exists().where(behind.merged_into == Alert.id)):
        old = select(Alert.id).where(Alert.reported_on < past.before, is_next)
        told = old.with_only_columns(func.coalesce(Alert.foreign_id, Alert.id))
        taken += Counter(
            past.take(
                (AlertStep, AlertStep.alert_id.in_(old)),
                (HandedRow, (HandedRow.source == "signalements") & HandedRow.key.in_(told)),
                (Alert, Alert.id.in_(old)),
            )
        )
    return taken


def bereaved(past: Past) -> Taken:
    """Whatever became of them, the withdrawn too: no list names a household for the same death any more."""
    old = select(Bereaved.id).where(Bereaved.state_on < past.before)
    return past.take((BereavedStep, BereavedStep.entry_id.in_(old)), (Bereaved, Bereaved.id.in_(old)))


def identity_requests(past: Past) -> Taken:
    """Answered or lapsed."""
    return past.take((IdentityRequest, IdentityRequest.asked_at < past.start))


def rounds(past: Past) -> Taken:
    """Without those that still plan a visit: only there it can be taken off the plan."""
    planned = exists().where(
        Stop.round_id == Round.id,
        Stop.case_id == Case.id,
        Case.state == "planned",
        Stop.planned_at == Case.state_since,
    )
    old = select(Round.id).where(Round.week < past.before, ~planned)
    return past.take(
        (IdentityRequest, IdentityRequest.round_id.in_(old)),
        (Stop, Stop.round_id.in_(old)),
        (Round, Round.id.in_(old)),
    )


def sign_ins(past: Past) -> Taken:
    """And departures for the directory from which nobody came back."""
    return past.take((SignedIn, SignedIn.opened_at < past.start), (Departure, Departure.left_at < past.start))


def visits(past: Past) -> Taken:
    """With every wording, and what was kept of their hand-over."""
    old = select(Visit.id).where(Visit.visited_on < past.before, Visit.case_id.in_(_OF_ENDED))
    return past.take(
        (HandedRow, (HandedRow.source == "visites") & HandedRow.key.in_(old)),
        (VisitRevision, VisitRevision.visit_id.in_(old)),
        (Visit, Visit.id.in_(old)),
    )


def listings(past: Past) -> Taken:
    """Lines of lists; that there was a list stays."""
    return past.take((Listing, (Listing.as_of < past.before) & Listing.case_id.in_(_OF_ENDED)))


def decisions(past: Past) -> Taken:
    """An opinion goes with the decision to which it led."""
    led = exists().where(Decision.case_id == Vote.case_id, Decision.revision == Vote.revision)
    return past.take(
        (Decision, (Decision.decided_at < past.start) & Decision.case_id.in_(_OF_ENDED)),
        (Vote, (Vote.cast_at < past.start) & Vote.case_id.in_(_OF_ENDED) & ~led),
        (Step, (Step.made_on < past.before) & Step.case_id.in_(_OF_ENDED)),
    )


def cases(past: Past) -> Taken:
    """Of which nothing is left; alerts and entries of the register of bereavement that are kept for longer forget them."""
    parts = (Listing, Visit, Vote, Decision, Step)
    old = _OF_ENDED.where(
        Case.state_since < past.start, *(~exists().where(part.case_id == Case.id) for part in parts)
    )
    past.let_go(Alert.case_id, old)
    past.let_go(Bereaved.case_id, old)
    return past.take(
        (IdentityRequest, IdentityRequest.case_id.in_(old)),
        (Stop, Stop.case_id.in_(old)),
        (LeftInPeace, LeftInPeace.case_id.in_(old)),
        (Member, Member.case_id.in_(old)),
        (Case, Case.id.in_(old)),
    )


def member_keys(past: Past) -> Taken:
    """Of people whom no visit names: a visit is handed over with the keys of its person."""
    old = _OF_ENDED.where(Case.state_since < past.start)
    is_named = exists().where(Visit.member_id == Member.id)
    return past.empty(Member, KEYS, Member.case_id.in_(old) & ~is_named)


def trail_lines(past: Past) -> Taken:
    """Raises IntegrityError where the trail does not hold."""
    return {TrailLine.__tablename__: trail.cut(past.session, past.seal, past.start)}
