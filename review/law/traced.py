"""What the desk did with one listed household, for the auditor: codes, days and professions. Nobody's login, no note, no answer given at a door."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from reports import trace_desk_facts as facts
from review.tables.cases import Case, Decision, Vote
from review.tables.following import Step
from review.tables.law import LeftInPeace
from review.tables.trail import TrailLine
from review.tables.visits import Visit
from review.words import local_day


def has_objected(session: Session, household_id: str) -> bool:
    """Whether any case of it ended by an objection, or is left in peace since."""
    is_over = (Case.state == "objected") | exists().where(LeftInPeace.case_id == Case.id)
    found = select(Case.id).where(Case.household_id == household_id, is_over)
    return session.scalar(found.limit(1)) is not None


def cases(session: Session, household_id: str, run_id: str) -> tuple[facts.Case, ...]:
    """Every case of the household, the oldest first."""
    found = select(Case).where(Case.household_id == household_id).order_by(Case.opened_at, Case.id)
    return tuple(_case(session, case, run_id) for case in session.scalars(found))


def _case(session: Session, case: Case, run_id: str) -> facts.Case:
    is_blind = case.state == "second_look"
    shown = [vote for vote in case.votes if not (is_blind and vote.revision == case.revision)]
    visits = session.scalars(
        select(Visit).where(Visit.case_id == case.id).order_by(Visit.visited_on, Visit.id)
    )
    return facts.Case(
        state=case.state,
        state_since=local_day(case.state_since),
        needs_two=case.needs_two,
        is_blind=is_blind,
        of_run=any(listing.run_id == run_id for listing in case.listings),
        opinions=tuple(map(_opinion, shown)),
        decisions=tuple(map(_decision, case.decisions)),
        visits=tuple(map(_visit, visits)),
        steps=tuple(map(_step, case.steps)),
        acts=tuple(_acts(session, case)),
    )


def _opinion(vote: Vote) -> facts.Opinion:
    return facts.Opinion(
        revision=vote.revision,
        profession=vote.profession,
        choice=vote.choice,
        reason=vote.reason,
        given_on=local_day(vote.cast_at),
    )


def _decision(decision: Decision) -> facts.Decision:
    return facts.Decision(
        revision=decision.revision,
        choice=decision.choice,
        reason=decision.reason,
        settled_by=decision.settled_by,
        visitor_role=decision.visitor_role,
        postponed_to=decision.postponed_to,
        decided_on=local_day(decision.decided_at),
    )


def _visit(visit: Visit) -> facts.Visit:
    return facts.Visit(
        visit=visit.id,
        visited_on=visit.visited_on,
        visitor_role=visit.visitor_role,
        outcome=visit.outcome,
        follow_up=visit.follow_up,
        arm=visit.arm,
        wordings=visit.revision,
    )


def _step(step: Step) -> facts.Step:
    return facts.Step(made_on=step.made_on, kind=step.kind, partner=step.partner, leads_to=step.leads_to)


def _acts(session: Session, case: Case) -> Iterator[facts.Act]:
    found = select(TrailLine).where(TrailLine.kind == "case", TrailLine.about == case.id)
    for line in session.scalars(found.order_by(TrailLine.number)):
        yield facts.Act(on=local_day(line.at), role=line.role or line.who, action=line.action)
