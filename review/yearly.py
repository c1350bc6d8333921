"""What the desk knows of its years, for the yearly evaluation: days and codes, nobody. Whoever has objected is not in it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from review.cases.queue import OBJECTED, entry_of
from review.tables.alerts import Alert
from review.tables.cases import Case, Vote
from review.tables.following import Step
from review.tables.rounds import Round
from review.tables.visits import Visit
from review.words import local_day

Dated = tuple[date, str]
SATISFIED_FROM = 3
"""Of 1 to 4: rather satisfied."""


@dataclass(frozen=True, kw_only=True)
class DeskYears:
    """All years that are kept, each row with its day. ``entries``: cases by how they came (``review.cases.queue.ENTRIES``). A row a household and year: ``supported`` (its
    first step), ``kinds`` (of step, each once), ``taking_part`` and ``satisfied`` (``yes`` or ``no``, its last word). ``ended``: follow-ups that ended, and why;
    ``ends``: the same of each visit of the case (ID_VISITE, day, why). ``to_decision``, ``to_visit``, ``to_answer``: days from case to decision, from decision to first visit, from alert to first
    step. ``opinions``: (day, profession, login); ``rounds``: (week, role, team) of rounds that were confirmed."""

    entries: tuple[Dated, ...]
    supported: tuple[Dated, ...]
    kinds: tuple[Dated, ...]
    taking_part: tuple[Dated, ...]
    satisfied: tuple[Dated, ...]
    ended: tuple[Dated, ...]
    ends: tuple[tuple[str, date, str], ...]
    to_decision: tuple[tuple[date, float], ...]
    to_visit: tuple[tuple[date, float], ...]
    to_answer: tuple[tuple[date, float], ...]
    opinions: tuple[tuple[date, str, str], ...]
    rounds: tuple[tuple[date, str, str], ...]


def desk_years(session: Session) -> DeskYears:
    """Reads; writes nothing."""
    with_all = (selectinload(Case.listings), selectinload(Case.decisions))
    cases = session.scalars(select(Case).where(Case.state != OBJECTED).options(*with_all)).all()
    own = {case.id for case in cases}
    steps = [
        one for one in session.scalars(select(Step).order_by(Step.made_on, Step.id)) if one.case_id in own
    ]
    visits = [
        one
        for one in session.scalars(select(Visit).order_by(Visit.visited_on, Visit.id))
        if one.case_id in own
    ]
    ended = {one.case_id: (one.made_on, one.because) for one in steps if one.because is not None}
    return DeskYears(
        entries=tuple((local_day(case.opened_at), _entry(case)) for case in cases),
        supported=_first(steps, ["household"] * len(steps)),
        kinds=_first(steps, [one.kind for one in steps]),
        taking_part=_last(steps, [one.takes_part for one in steps]),
        satisfied=_last(
            steps, [None if one.satisfaction is None else one.satisfaction >= SATISFIED_FROM for one in steps]
        ),
        ended=tuple((one.made_on, one.because) for one in steps if one.because is not None),
        ends=tuple((one.id, *ended[one.case_id]) for one in visits if one.case_id in ended),
        to_decision=tuple(_to_decision(cases)),
        to_visit=tuple(_to_visit(cases, visits)),
        to_answer=_to_answer(session),
        opinions=tuple(
            (local_day(at), profession, reader)
            for at, profession, reader in session.execute(select(Vote.cast_at, Vote.profession, Vote.reader))
        ),
        rounds=tuple(
            (one.week, one.team.role, one.team_id)
            for one in session.scalars(select(Round).where(Round.confirmed_at.is_not(None)))
        ),
    )


def _entry(case: Case) -> str:
    return entry_of(case, case.listings[0] if case.listings else None)


def _first(steps: Sequence[Step], told: Sequence[str]) -> tuple[Dated, ...]:
    """Each word of a household once a year, on the day it was first told."""
    found: dict[tuple[str, int, str], date] = {}
    for step, word in zip(steps, told, strict=True):
        found.setdefault((step.case_id, step.made_on.year, word), step.made_on)
    return tuple((day, word) for (_, _, word), day in found.items())


def _last(steps: Sequence[Step], told: Sequence[bool | None]) -> tuple[Dated, ...]:
    """The last answer of a household in a year, on the day of it."""
    found = {
        (step.case_id, step.made_on.year): (step.made_on, "yes" if answer else "no")
        for step, answer in zip(steps, told, strict=True)
        if answer is not None
    }
    return tuple(found.values())


def _to_decision(cases: Iterable[Case]) -> Iterable[tuple[date, float]]:
    for case in cases:
        if case.decisions:
            decided = case.decisions[0].decided_at
            yield local_day(decided), (decided - case.opened_at).total_seconds() / 86400


def _to_visit(cases: Iterable[Case], visits: Iterable[Visit]) -> Iterable[tuple[date, float]]:
    first: dict[str, date] = {}
    for visit in visits:
        first.setdefault(visit.case_id, visit.visited_on)
    for case in cases:
        if case.decisions and case.id in first:
            waited = (first[case.id] - local_day(case.decisions[0].decided_at)).days
            if waited >= 0:  # a visit that made the unit add the household came before
                yield first[case.id], float(waited)


def _to_answer(session: Session) -> tuple[tuple[date, float], ...]:
    """Of alerts that stand for themselves; on the day itself: 0."""
    query = select(Alert.since, Alert.first_step_on).where(
        Alert.merged_into.is_(None), Alert.first_step_on.is_not(None)
    )
    return tuple(
        (first, float((first - since).days)) for since, first in session.execute(query) if first is not None
    )
