"""Visits that somebody may see, and the cases of which they may enter one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session, selectinload

from review.cases.queue import ENDED, OBJECTED, PAGE, neighbourhoods
from review.me import Me
from review.refusals import Conflict, NotFound
from review.routes.rounds import on_own_round
from review.tables.cases import Case
from review.tables.visits import Visit
from review.visible import of_mine, the_one
from review.visits import outcome_moves
from review.visits.outcome_values import MET, scores
from review.visits.outcome_words import FOLLOW_UPS, JUDGEMENTS, NEEDS, NETWORKS, NONE_BECAUSE, OUTCOMES
from review.visits.outcomes import AT_THE_DOOR
from review.visits.retries import TIMES, NextTry, TimeOfDay
from review.visits.scales import Scored

Which = Literal["all", "mine", "to_judge", "to_look_at"]
WHICH = {
    "all": "all visits",
    "mine": "entered by me",
    "to_judge": "to be judged",
    "to_look_at": "corrected, to be looked at",
}

SHORTEST_NAME = 5
"""Signs of a pseudonym by which a household may be called."""


@dataclass(frozen=True, kw_only=True)
class Shown:
    """One visit with what its answers add up to, and its codes as msgids."""

    visit: Visit
    scored: Scored

    @property
    def is_met(self) -> bool:
        """Whether there is something to judge."""
        return self.visit.outcome == MET

    @property
    def outcome(self) -> str:
        """How it ended."""
        return OUTCOMES[self.visit.outcome]

    @property
    def networks(self) -> tuple[str, ...]:
        """Those that are alive."""
        return tuple(title for name, title in NETWORKS.items() if getattr(self.visit, name))

    @property
    def needs(self) -> tuple[str, ...]:
        """Those that were said."""
        return tuple(title for name, title in NEEDS.items() if getattr(self.visit, name))

    @property
    def needs_nothing(self) -> bool:
        """Asked, and nothing is needed."""
        answers = [getattr(self.visit, name) for name in NEEDS]
        return False in answers and True not in answers

    @property
    def none_because(self) -> str:
        """Why nothing is needed; empty where that was not said."""
        return NONE_BECAUSE.get(self.visit.none_because or "", "")

    @property
    def follow_up(self) -> str:
        """What is to follow; empty where that was not said."""
        return FOLLOW_UPS.get(self.visit.follow_up or "", "")

    @property
    def judgement(self) -> str:
        """The unit's; empty before."""
        return "" if self.visit.judgement is None else JUDGEMENTS[self.visit.judgement]


@dataclass(frozen=True, kw_only=True)
class Visits:
    """Of one case, the newest first. ``advice``: when to ring again, None where nobody was absent, or somebody was met since, or nobody is to ring."""

    shown: tuple[Shown, ...]
    advice: NextTry | None
    judgements: Mapping[int, str] = field(default_factory=lambda: JUDGEMENTS)
    times: Mapping[TimeOfDay, str] = field(default_factory=lambda: TIMES)


def visits_of(session: Session, case: Case) -> Visits:
    """For the page of a case."""
    found = outcome_moves.visits_of_case(session, case)
    advice = outcome_moves.advice(session, case) if case.state in (*AT_THE_DOOR, "to_debate") else None
    return Visits(shown=tuple(shown(one) for one in found), advice=advice)


def shown(visit: Visit) -> Shown:
    """With what it adds up to."""
    return Shown(visit=visit, scored=scores(visit))


def visit_of(session: Session, me: Me, visit_id: str) -> Visit:
    """Raises what ``visible.the_one`` raises."""
    return the_one(session, _mine(me).where(Visit.id == visit_id))


def visit_at(session: Session, me: Me, visit_id: str, version: int) -> Visit:
    """To be changed, with its case locked. Raises NotFound as above and Conflict when it is no longer as they saw it."""
    visit = visit_of(session, me, visit_id)
    session.refresh(visit.case, with_for_update=True)
    session.refresh(visit)
    if visit.version != version:
        raise Conflict
    return visit


def _mine(me: Me) -> Select[tuple[Visit]]:
    """A visitor sees what they entered; everybody else what was found in their neighbourhoods; nobody what was found at a household that has objected."""
    cases = of_mine(select(Case).where(Case.state != OBJECTED), me)
    query = cases.join(Visit, Visit.case_id == Case.id).with_only_columns(Visit)
    return query.where(Visit.entered_by == me.login) if me.role == "visitor" else query


@dataclass(frozen=True, kw_only=True)
class Found:
    """One page. ``quartiers``: code → name of those that somebody may choose."""

    visits: tuple[Visit, ...]
    count: int
    pages: int
    quartiers: dict[str, str]


def listed(session: Session, me: Me, which: Which, quartier: str, page: int) -> Found:
    """The newest first; an unknown neighbourhood finds nothing."""
    query = _mine(me)
    if which == "mine":
        query = query.where(Visit.entered_by == me.login)
    if which == "to_judge":
        query = query.where(Visit.outcome == MET, Visit.judgement.is_(None))
    if which == "to_look_at":
        query = query.where(Visit.is_to_look_at)
    if quartier:
        query = query.where(Case.quartier == quartier)
    count = session.scalar(select(func.count()).select_from(query.subquery())) or 0
    order = (Visit.visited_on.desc(), Visit.entered_at.desc(), Visit.id)
    rows = query.options(selectinload(Visit.case), selectinload(Visit.member)).order_by(*order)
    return Found(
        visits=tuple(session.scalars(rows.limit(PAGE).offset(PAGE * (page - 1)))),
        count=count,
        pages=max(1, -(-count // PAGE)),
        quartiers=neighbourhoods(session, me),
    )


def to_visit(session: Session, me: Me, most: int, today: date) -> list[Case]:
    """Cases at whose door somebody is to ring, by neighbourhood and by the day until which; ``most`` of them. A visitor's are those of their own rounds."""
    query = of_mine(select(Case).where(Case.state.in_(AT_THE_DOOR)), me).options(selectinload(Case.members))
    query = query.where(on_own_round(me, today)) if me.role == "visitor" else query
    return list(session.scalars(query.order_by(Case.quartier, Case.due_on, Case.household_id).limit(most)))


def case_called(session: Session, me: Me, household: str) -> Case:
    """By the beginning of its pseudonym, as paper bears it: the open one, else the newest. Raises NotFound, also where several households begin so."""
    wanted = "H" + household.strip().upper().removeprefix("H").lower()
    begins = Case.household_id.startswith(wanted, autoescape=True)
    if len(wanted) < SHORTEST_NAME:
        raise NotFound
    newest = (Case.state.in_(ENDED), Case.opened_at.desc())
    cases = list(session.scalars(of_mine(select(Case).where(begins), me).order_by(*newest)))
    if len({case.household_id for case in cases}) != 1:
        raise NotFound
    return cases[0]
