"""What one visit found, as it is typed from paper or read from a spreadsheet, and what cannot be."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, fields, replace
from datetime import date, timedelta

from features.label import LSNS_ITEMS, NETWORKS, UCLA_ITEMS
from review.choices import VISITORS
from review.refusals import Incomplete
from review.tables.cases import Case
from review.tables.visits import Visit
from review.visits.outcome_words import FOLLOW_UPS, NEEDS, NONE_BECAUSE, OUTCOMES, RANGES
from review.visits.retries import TIMES
from review.visits.scales import LSNS6, NETWORKS5, UCLA3, Answers, Instrument, Items, Scored, scored

MET = "VU"
CAN_OBJECT = (MET, "REFUS")
"""Outcomes at which somebody was there to say so."""
ADDED_BEFORE_DAYS = 31
"""A visit may be what made the unit add a household: it may lie so long before. Our own judgement."""
Needs = tuple[bool | None, ...]


@dataclass(frozen=True, kw_only=True)
class Found:
    """``person``: number of the member who was met or looked for, None for somebody else and for whoever is not known. Codes as in ``review.visits.outcome_words``;
    items in the order of the columns, None = not answered; ``needs``: None = not asked."""

    visited_on: date
    visitor_role: str
    outcome: str
    person: int | None = None
    time_of_day: str | None = None
    lsns6: Items = (None,) * LSNS6.items
    ucla3: Items = (None,) * UCLA3.items
    networks: Items = (None,) * NETWORKS5.items
    needs: Needs = (None,) * len(NEEDS)
    none_because: str | None = None
    follow_up: str | None = None
    objected: bool = False

    @property
    def has_answers(self) -> bool:
        """Whether anything was asked and answered."""
        answers = (*self.lsns6, *self.ucla3, *self.networks, *self.needs, self.none_because)
        return any(one is not None for one in answers)


GROUPS: Mapping[str, tuple[str, ...]] = {
    "lsns6": LSNS_ITEMS,
    "ucla3": UCLA_ITEMS,
    "networks": NETWORKS,
    "needs": tuple(NEEDS),
}
"""Field of ``Found`` → columns of ``Visit``, one an item."""
INSTRUMENTS: Mapping[str, Instrument] = {"lsns6": LSNS6, "ucla3": UCLA3, "networks": NETWORKS5}


def columns(found: Found) -> dict[str, object]:
    """Column of ``Visit`` → value; the person apart."""
    plain = {f.name: getattr(found, f.name) for f in fields(Found) if f.name not in (*GROUPS, "person")}
    items = [pair for name, group in GROUPS.items() for pair in zip(group, getattr(found, name), strict=True)]
    return {**plain, **dict(items)}


def found_of(visit: Visit) -> Found:
    """As a visit stands now."""
    items = {name: tuple(getattr(visit, column) for column in group) for name, group in GROUPS.items()}
    return Found(
        visited_on=visit.visited_on,
        visitor_role=visit.visitor_role,
        outcome=visit.outcome,
        person=visit.member.number if visit.member else None,
        time_of_day=visit.time_of_day,
        lsns6=items["lsns6"],
        ucla3=items["ucla3"],
        networks=items["networks"],
        needs=items["needs"],
        none_because=visit.none_because,
        follow_up=visit.follow_up,
        objected=visit.objected,
    )


def content(found: Found, judgement: int | None, household_id: str) -> dict[str, object]:
    """As ``VisitRevision`` keeps it."""
    said = {**columns(found), "visited_on": found.visited_on.isoformat(), "person": found.person}
    return {**said, "judgement": judgement, "household_id": household_id}


def scores(visit: Visit) -> Scored:
    """What the answers add up to; the age as the label counts it."""
    born = visit.member.annee_naissance if visit.member else None
    age = None if born is None else visit.visited_on.year - born
    found = found_of(visit)
    return scored(Answers(lsns6=found.lsns6, ucla3=found.ucla3, networks=found.networks, age=age))


def checked(found: Found, case: Case, today: date) -> Found:
    """As it is to be kept: where one need was answered or nothing is needed, whatever else was not ticked is not needed. Raises Incomplete."""
    _check_codes(found)
    _check_day(found, case, today)
    if found.person is not None and found.person not in {member.number for member in case.members}:
        raise Incomplete(
            "Who was it?",
            "The household has no person of this number.",
            "Choose one of its people, or somebody else.",
        )
    _check_items(found)
    _check_contradictions(found)
    return found if found.none_because is None else replace(found, needs=tuple(False for _ in found.needs))


def _check_codes(found: Found) -> None:
    if found.outcome not in OUTCOMES:
        raise Incomplete("How did it end?", "A visit needs its outcome.", "Choose one of the outcomes.")
    if found.visitor_role not in VISITORS:
        raise Incomplete("Say who came", "A visit needs whoever made it.", "Choose who came.")
    known: tuple[tuple[str | None, Collection[str]], ...] = (
        (found.time_of_day, TIMES),
        (found.none_because, NONE_BECAUSE),
        (found.follow_up, FOLLOW_UPS),
    )
    if any(code is not None and code not in codes for code, codes in known):
        raise Incomplete(
            "This is no choice", "One of the codes is not among those of the form.", "Choose one of them."
        )


def _check_day(found: Found, case: Case, today: date) -> None:
    if found.visited_on > today:
        raise Incomplete(
            "The day lies ahead", "A visit cannot be entered before it was made.", "Check the day."
        )
    if found.visited_on < earliest(case):
        raise Incomplete(
            "The day lies too far back",
            "On this day the household was neither on a list nor known to the unit.",
            "Check the day and the household.",
        )


def earliest(case: Case) -> date:
    """The first day on which this case can have been visited."""
    opened_on = case.opened_at.date()
    if case.origin == "added":
        opened_on -= timedelta(days=ADDED_BEFORE_DAYS)
    return min([opened_on, *(listing.as_of for listing in case.listings)])


def _check_items(found: Found) -> None:
    for name, instrument in INSTRUMENTS.items():
        try:
            instrument.check(getattr(found, name))
        except ValueError as error:
            raise impossible(name) from error


def impossible(group: str) -> Incomplete:
    """``group``: of ``RANGES``."""
    return Incomplete("This answer is not possible", RANGES[group], "Leave empty what was not answered.")


def _check_contradictions(found: Found) -> None:
    if found.outcome != MET and found.has_answers:
        raise Incomplete(
            "Nobody was met, yet there are answers",
            "Only a visit that met somebody has answers.",
            "Change the outcome, or empty the answers.",
        )
    if found.none_because is not None and any(found.needs):
        raise Incomplete(
            "A need, and no need",
            "A need is ticked, and a reason why nothing is needed.",
            "Leave one of the two.",
        )
    if found.objected and found.has_answers:
        raise Incomplete(
            "Whoever objects is left out",
            "Of a household that objects no answers are kept.",
            "Empty the answers, or take the objection away if there was none.",
        )
    if found.objected and found.outcome not in CAN_OBJECT:
        raise Incomplete(
            "Nobody was there to object",
            "An objection is said by somebody who was met or who refused the visit.",
            "Change the outcome, or enter the objection at the case.",
        )


def digit(text: str, group: str) -> int | None:
    """An answer as it is typed; None where nothing is. Raises Incomplete that says what it may be."""
    plain = text.strip()
    if not plain:
        return None
    if not (plain.isascii() and plain.isdigit() and len(plain) == 1):
        raise impossible(group)
    return int(plain)
