"""The plan's own indicators, from what the desk holds: identified, met, truly isolated, needs, support, professionals, response times, and what people changed.

Counts of households. A number from 1 to 10 is told nowhere, nor one from which it could be worked out (``features.cells``).
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from statistics import median

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from features.cells import Key, Sum, shown
from features.frame import HIDDEN, SMALLEST_CELL
from features.intervals import wilson
from review.cases.queue import entry_of
from review.follow_up.waiting import SEVERE
from review.tables.cases import Case, Decision, Vote
from review.tables.following import Step
from review.tables.visits import Visit
from review.visits.outcome_values import scores
from review.visits.outcome_words import NEEDS
from review.words import PARIS

WAYS = {
    "MODELE": "ranked by the machine",
    "EXPLORATION": "drawn at random",
    "SIGNALEMENT": "alert received",
    "DEUIL": "bereavement",
    "added": "added by the unit",
}
"""How a household came to be visited, whose yields are compared."""
ISOLATED_FROM = 2
"""The unit's judgement from which a household is isolated."""
TOTAL = "all"
Number = int | str
"""A count, or ``HIDDEN``."""


@dataclass(frozen=True, kw_only=True)
class Yield:
    """Of those met by one way: how many were found isolated, with the 95% interval of the share; None where fewer than 11 were met or the count is hidden."""

    way: str
    met: Number
    isolated: Number
    share: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True, kw_only=True)
class Changes:
    """What the unit did with what the machine ranked, and beside it."""

    proposed: Number
    visited: Number
    set_aside: Number
    added: Number


@dataclass(frozen=True, kw_only=True)
class Indicators:
    """One period. ``days``: medians, in days, None where fewer than 11 count; ``needs``: neighbourhood → need → households, with ``TOTAL`` for the city."""

    since: date
    until: date
    identified: Mapping[str, Number]
    outcomes: Mapping[str, Number]
    met: Number
    truly_isolated: Number
    lonely: Number
    judged_isolated: Number
    severe: Number
    out_of_isolation: Number
    needs: Mapping[str, Mapping[str, Number]]
    quartiers: Mapping[str, str]
    support: Mapping[str, Number]
    partners: Mapping[str, Number]
    professionals: Mapping[str, int]
    days: Mapping[str, float | None]
    yields: tuple[Yield, ...]
    changes: Changes


@dataclass(frozen=True, kw_only=True)
class _Met:
    """What the visits of one household say together. ``way``: how the household came to be visited when somebody of it was met first."""

    case: Case
    way: str
    isolated: bool | None
    lonely: bool | None
    judgement: int | None
    needs: frozenset[str]


def indicators(session: Session, since: date, until: date) -> Indicators:
    """Of the whole city, both days included: cases by the day they began, visits and steps by their own."""
    begin, end = datetime.combine(since, time.min, PARIS), datetime.combine(until, time.max, PARIS)
    cases, visits = _cases(session, begin, end), _visits(session, since, until)
    steps = session.scalars(select(Step).where(Step.made_on >= since, Step.made_on <= until)).all()
    met = _met(visits)
    entries = Counter(entry_of(case, case.listings[0] if case.listings else None) for case in cases)
    return Indicators(
        since=since,
        until=until,
        identified=_protected(entries),
        outcomes=_protected(
            Counter(told for _, told in {(visit.case_id, visit.outcome) for visit in visits})
        ),
        met=_one(len(met)),
        truly_isolated=_part(sum(one.isolated is True for one in met), len(met)),
        lonely=_part(sum(one.lonely is True for one in met), len(met)),
        judged_isolated=_part(sum((one.judgement or 0) >= ISOLATED_FROM for one in met), len(met)),
        severe=_part(sum(one.judgement == SEVERE for one in met), len(met)),
        out_of_isolation=_one(len({step.case_id for step in steps if step.because == "SORTI_ISOLEMENT"})),
        needs=_needs(met),
        quartiers={one.case.quartier: one.case.quartier_name for one in met},
        support=_protected(Counter(kind for _, kind in {(step.case_id, step.kind) for step in steps})),
        partners=_protected(Counter(who for _, who in {(step.case_id, step.partner) for step in steps})),
        professionals=_professionals(session, begin, end),
        days=_days(cases, visits),
        yields=tuple(_yield(way, [one for one in met if one.way == way]) for way in WAYS),
        changes=_changes(cases),
    )


def _cases(session: Session, begin: datetime, end: datetime) -> Sequence[Case]:
    found = select(Case).where(Case.opened_at >= begin, Case.opened_at <= end)
    return session.scalars(found.options(selectinload(Case.listings), selectinload(Case.decisions))).all()


def _visits(session: Session, since: date, until: date) -> Sequence[Visit]:
    found = select(Visit).where(Visit.visited_on >= since, Visit.visited_on <= until)
    with_case = selectinload(Visit.case).selectinload(Case.listings)
    return session.scalars(
        found.options(selectinload(Visit.member), with_case).order_by(Visit.visited_on, Visit.id)
    ).all()


def _met(visits: Iterable[Visit]) -> tuple[_Met, ...]:
    found: dict[str, list[Visit]] = defaultdict(list)
    for visit in visits:
        if visit.outcome == "VU":
            found[visit.case_id].append(visit)
    return tuple(_together(mine) for mine in found.values())


def _together(visits: Sequence[Visit]) -> _Met:
    """A household is isolated when one of its adults is; the last judgement counts."""
    results = [scores(visit) for visit in visits]
    judged = [visit.judgement for visit in visits if visit.judgement is not None]
    return _Met(
        case=visits[0].case,
        way=_way(visits[0].case, visits[0].arm),
        isolated=_any([one.isolated for one in results]),
        lonely=_any([one.lonely for one in results]),
        judgement=judged[-1] if judged else None,
        needs=frozenset(need for visit in visits for need in NEEDS if getattr(visit, need)),
    )


def _any(said: Sequence[bool | None]) -> bool | None:
    if any(one is True for one in said):
        return True
    return False if any(one is False for one in said) else None


def _protected(counts: Mapping[str, int]) -> dict[str, Number]:
    """Counts that add up to a total that is shown elsewhere, or could be."""
    numbers: dict[Key, int] = {(name,): n for name, n in counts.items()}
    numbers[(TOTAL,)] = sum(counts.values())
    told = shown(numbers, [Sum(total=(TOTAL,), parts=tuple((name,) for name in counts))], ())
    return {name: told[(name,)] for name in (*counts, TOTAL)}


def _one(n: int) -> Number:
    return HIDDEN if 0 < n < SMALLEST_CELL else n


def _part(n: int, of: int) -> Number:
    """A count of those met: hidden when it or its complement is small."""
    return HIDDEN if HIDDEN in (_one(n), _one(of - n), _one(of)) else n


def _needs(met: Sequence[_Met]) -> dict[str, dict[str, Number]]:
    places = sorted({one.case.quartier for one in met})
    numbers: dict[Key, int] = {
        (place, need): sum(need in one.needs for one in met if place in (TOTAL, one.case.quartier))
        for place in (*places, TOTAL)
        for need in NEEDS
    }
    sums = [Sum(total=(TOTAL, need), parts=tuple((place, need) for place in places)) for need in NEEDS]
    told = shown(numbers, sums, ())
    return {place: {need: told[place, need] for need in NEEDS} for place in (*places, TOTAL)}


def _professionals(session: Session, begin: datetime, end: datetime) -> dict[str, int]:
    """People who gave an opinion, by profession: colleagues, not households, so that their numbers are told."""
    rows = session.execute(
        select(Vote.profession, Vote.reader).where(Vote.cast_at >= begin, Vote.cast_at <= end).distinct()
    )
    return dict(sorted(Counter(profession for profession, _ in rows).items()))


def _days(cases: Sequence[Case], visits: Sequence[Visit]) -> dict[str, float | None]:
    decided = [
        (case.decisions[0].decided_at - case.opened_at).total_seconds() / 86400
        for case in cases
        if case.decisions
    ]
    first: dict[str, date] = {}
    for visit in visits:
        first.setdefault(visit.case_id, visit.visited_on)
    waited = [
        (first[case.id] - case.decisions[0].decided_at.date()).days
        for case in cases
        if case.decisions and case.id in first
    ]
    return {"to_decision": _median(decided), "to_visit": _median(waited)}


def _median(values: Sequence[float]) -> float | None:
    return None if len(values) < SMALLEST_CELL else round(float(median(values)), 1)


def _way(case: Case, arm: str | None) -> str:
    return "added" if case.origin == "added" else arm or ""


def _yield(way: str, met: Sequence[_Met]) -> Yield:
    """Undecided answers count neither way."""
    told = [one for one in met if one.isolated is not None]
    isolated = sum(one.isolated is True for one in told)
    count = _part(isolated, len(told))
    if not isinstance(count, int) or not told:
        return Yield(way=way, met=_one(len(told)), isolated=count, share=None, low=None, high=None)
    between = wilson(isolated, len(told))
    return Yield(
        way=way, met=len(told), isolated=count, share=isolated / len(told), low=between.low, high=between.high
    )


def _changes(cases: Sequence[Case]) -> Changes:
    ranked = [case for case in cases if case.listings and _way(case, case.listings[0].arm) == "MODELE"]
    last: list[Decision] = [case.decisions[-1] for case in ranked if case.decisions]
    visited = sum(one.choice == "visit" for one in last)
    aside = sum(one.choice in ("none", "followed", "objection") for one in last)
    return Changes(
        proposed=_one(len(ranked)),
        visited=_part(visited, len(ranked)),
        set_aside=_part(aside, len(ranked)),
        added=_one(sum(case.origin == "added" for case in cases)),
    )
