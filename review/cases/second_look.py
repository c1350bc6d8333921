"""Cases that two readers decided, blind to each other: how far they agree beyond chance, and what is to be debated."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from review.cases.agreement import Agreement, agreement
from review.me import Me
from review.tables.cases import Case, Vote
from review.visible import of_mine


@dataclass(frozen=True, kw_only=True)
class Differing:
    """A case in debate with the two opinions."""

    case: Case
    votes: tuple[Vote, ...]


@dataclass(frozen=True, kw_only=True)
class Looked:
    """``waiting``: cases with one opinion; ``drawn``: cases drawn for two readers. ``differing``: those that the reader of the page may see."""

    drawn: int
    waiting: int
    agreement: Agreement
    differing: tuple[Differing, ...]


def looked(session: Session, me: Me) -> Looked:
    """An opinion counts only once both are in."""
    both_in = pairs(session)
    return Looked(
        drawn=session.scalar(select(func.count(Case.id)).where(Case.needs_two)) or 0,
        waiting=session.scalar(select(func.count(Case.id)).where(Case.state == "second_look")) or 0,
        agreement=agreement([(a.choice, b.choice) for a, b in both_in.values()]),
        differing=differing(session, me),
    )


def differing(session: Session, me: Me) -> tuple[Differing, ...]:
    """Cases in debate because two readers differ, of those that somebody may see."""
    if not me.may("see case"):
        return ()
    cases = {
        case.id: case for case in session.scalars(of_mine(select(Case).where(Case.state == "to_debate"), me))
    }
    return tuple(
        Differing(case=cases[case_id], votes=both)
        for (case_id, revision), both in pairs(session).items()
        if case_id in cases and revision == cases[case_id].revision
    )


def pairs(session: Session) -> dict[tuple[str, int], tuple[Vote, Vote]]:
    """The two opinions by case and revision, in the order in which they were given."""
    found: dict[tuple[str, int], list[Vote]] = defaultdict(list)
    for vote in session.scalars(select(Vote).order_by(Vote.cast_at, Vote.id)):
        found[vote.case_id, vote.revision].append(vote)
    return {key: (both[0], both[1]) for key, both in found.items() if len(both) == 2}
