"""Visits from a filled spreadsheet: every row is taken or refused with its line and the reason, and the same file twice changes nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from sqlalchemy import select
from sqlalchemy.orm import Session

from data_contracts.conversions import NO, YES
from review.law import objecting
from review.refusals import Incomplete, NotFound, Refused
from review.states import CASE
from review.tables.cases import Case
from review.tables.visits import Visit, VisitRevision
from review.typed import typed_day
from review.visible import case_of
from review.visits import outcomes
from review.visits.outcome_reading import Line
from review.visits.outcome_sheet import GIVEN, case_of_token
from review.visits.outcome_values import GROUPS, Found, checked, content, digit, impossible
from review.visits.outcomes import Change, check_once, may_enter

Status = Literal["new", "known", "empty", "refused"]


@dataclass(frozen=True, kw_only=True)
class Planned:
    """What becomes of a row. ``because``: of one that is refused; ``case`` and ``found``: of one that is new."""

    line: Line
    status: Status
    because: Refused | None = None
    case: Case | None = None
    found: Found | None = None

    @property
    def household(self) -> str:
        """As the row names it, for whoever looks for the line."""
        return self.line.cells.get("household", "")[:9]


def plan(session: Session, change: Change, lines: Sequence[Line]) -> tuple[Planned, ...]:
    """What would become of every row, in the order of the file; nothing is written."""
    planned: list[Planned] = []
    for line in lines:
        try:
            planned.append(_planned(session, change, line, planned))
        except Refused as because:
            planned.append(Planned(line=line, status="refused", because=because))
    return _with_objections(planned)


def _planned(session: Session, change: Change, line: Line, before: Sequence[Planned]) -> Planned:
    if all(not text for name, text in line.cells.items() if name not in GIVEN):
        return Planned(line=line, status="empty")
    case = _case(session, change, line)
    found = _found(line.cells)
    kept = checked(found, case, change.today)
    if (known := _known(session, line)) is not None:
        if known.content != content(kept, None, case.household_id):
            raise Incomplete(
                "This row was taken in before",
                "It was taken in with other values.",
                "Correct the visit at the desk.",
            )
        return Planned(line=line, status="known")
    if not may_enter(session, change.me, case, change.today):
        raise Incomplete(
            "Not to be visited", "The household is not to be visited, or has objected.", "Ask the unit."
        )
    check_once(session, case, kept)
    _check_once_here(case, kept, line, before)
    if kept.objected and ("object" not in CASE.allowed(case.state) or not objecting.stated(case)):
        raise Incomplete(
            "The objection cannot be entered from here",
            "The case has ended, or nothing is known to object by.",
            "Enter the objection at the case.",
        )
    return Planned(line=line, status="new", case=case, found=kept)


def _case(session: Session, change: Change, line: Line) -> Case:
    case_id = case_of_token(line.cells["token"], change.services.seal)
    if case_id is None:
        raise Incomplete(
            "The row is not of the template",
            "Its last column is not as the desk wrote it.",
            "Take the row from a new template, or enter the visit at the desk.",
        )
    try:
        case = case_of(session, change.me, case_id)
    except NotFound as error:
        raise _another_household() from error
    if case.household_id != line.cells["household"]:
        raise _another_household()
    return case


def _another_household() -> Incomplete:
    return Incomplete(
        "Household and last column do not belong together",
        "Cells of the row were moved or changed, or the household is not yours.",
        "Take the row from a new template.",
    )


def _known(session: Session, line: Line) -> VisitRevision | None:
    """The first wording of the visit that came by this row."""
    found = select(VisitRevision).join(Visit).where(Visit.row_token == line.cells["token"])
    return session.scalars(found.where(VisitRevision.revision == 1)).one_or_none()


def _check_once_here(case: Case, found: Found, line: Line, before: Sequence[Planned]) -> None:
    for one in before:
        if one.line.cells["token"] == line.cells["token"] and one.status != "empty":
            raise Incomplete("The row stands twice", "Another line has the same last column.", "Keep one.")
        if one.case is case and one.found is not None and _door(one.found) == _door(found):
            raise Incomplete(
                "The visit stands twice",
                "Another line has the same day, time of day and person.",
                "Keep one.",
            )


def _door(found: Found) -> tuple[object, ...]:
    return found.visited_on, found.time_of_day, found.person


def _found(cells: Mapping[str, str]) -> Found:
    visited_on = typed_day(cells["visited_on"])
    if visited_on is None:
        raise Incomplete("When was it?", "The day is missing or cannot be read.", "Write it as 02/11/2026.")
    items = {
        group: tuple(digit(cells[name], group) for name in names)
        for group, names in GROUPS.items()
        if group != "needs"
    }
    return Found(
        visited_on=visited_on,
        visitor_role=_code(cells["visitor_role"]) or "",
        outcome=_code(cells["outcome"]) or "",
        person=_person(cells["person"]),
        time_of_day=_code(cells["time_of_day"]),
        needs=tuple(_flag(cells[name]) for name in GROUPS["needs"]),
        none_because=_code(cells["none_because"]),
        follow_up=_code(cells["follow_up"]),
        objected=_flag(cells["objected"]) or False,
        **items,
    )


def _code(text: str) -> str | None:
    return text.upper() or None


def _person(text: str) -> int | None:
    if text and not (text.isascii() and text.isdigit()):
        raise Incomplete(
            "Who was it?", "The person is given by a number.", "Write the number, or leave it empty."
        )
    return int(text or 0) or None


def _flag(text: str) -> bool | None:
    if not text:
        return None
    if text.upper() not in (*YES, *NO):
        raise impossible("needs")
    return text.upper() in YES


def _with_objections(planned: Sequence[Planned]) -> tuple[Planned, ...]:
    """Of a household that objects in one row nothing else is taken."""
    new = [one for one in planned if one.case is not None]
    objects = Counter(one.case.id for one in new if one.case and one.found and one.found.objected)
    rows = Counter(one.case.id for one in new if one.case)
    alone = {case_id for case_id in objects if rows[case_id] > 1}
    return tuple(
        Planned(line=one.line, status="refused", because=_objects())
        if one.case is not None and one.case.id in alone
        else one
        for one in planned
    )


def _objects() -> Incomplete:
    return Incomplete(
        "The household objects in one of its rows",
        "Of a household that objects nothing else is kept.",
        "Empty its other rows, or enter the objection at the case.",
    )


def take(session: Session, change: Change, planned: Sequence[Planned]) -> int:
    """Enters the new rows in the order in which the visits were made; gives how many. All of them or none."""
    new = [one for one in planned if one.case is not None and one.found is not None]
    for one in sorted(new, key=_when):
        assert one.case is not None and one.found is not None
        outcomes.enter(session, change, one.case, one.found, row_token=one.line.cells["token"])
    return len(new)


def _when(one: Planned) -> tuple[object, ...]:
    assert one.found is not None
    return one.found.visited_on, TIMES_IN_ORDER.index(one.found.time_of_day or ""), one.line.number


TIMES_IN_ORDER = ("", "MATIN", "APRES_MIDI", "SOIREE")
