"""What the review desk did with a listed household, as ``reports.trace_facts`` tells it: codes, days and professions; nobody's login, no note, no answer."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, kw_only=True)
class Opinion:
    """One reader's; who it was is told by profession alone."""

    revision: int
    profession: str
    choice: str
    reason: str
    given_on: date


@dataclass(frozen=True, kw_only=True)
class Decision:
    """What was decided. ``settled_by``: one reader, two who agree, or debate."""

    revision: int
    choice: str
    reason: str
    settled_by: str
    visitor_role: str | None
    postponed_to: date | None
    decided_on: date


@dataclass(frozen=True, kw_only=True)
class Visit:
    """Codes of the contract ``visites``; no answer, no need, no word of anybody's."""

    visit: str
    visited_on: date
    visitor_role: str
    outcome: str
    follow_up: str | None
    arm: str | None
    wordings: int


@dataclass(frozen=True, kw_only=True)
class Step:
    """One step of the follow-up."""

    made_on: date
    kind: str
    partner: str
    leads_to: str


@dataclass(frozen=True, kw_only=True)
class Act:
    """One line of the desk's signed trail about the case: role and action."""

    on: date
    role: str
    action: str


@dataclass(frozen=True, kw_only=True)
class Case:
    """What the desk keeps of the line. ``is_blind``: one of two opinions is in and shown to nobody yet. ``of_run``: whether this run's line led to it or joined it."""

    state: str
    state_since: date
    needs_two: bool
    is_blind: bool
    of_run: bool
    opinions: tuple[Opinion, ...]
    decisions: tuple[Decision, ...]
    visits: tuple[Visit, ...]
    steps: tuple[Step, ...]
    acts: tuple[Act, ...]
