"""Which doors a round goes to. Pure: the same cases give the same round, in whatever order they come."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, kw_only=True)
class Waiting:
    """One case that waits for a visit. ``due_on`` None: nobody said by when; ``place``: on the newest list, None when it is not on it."""

    case_id: str
    quartier: str
    due_on: date | None
    place: int | None


def proposed(
    waiting: Sequence[Waiting], room: int, by: date, near: Sequence[str] = ()
) -> tuple[Waiting, ...]:
    """At most ``room`` of them, in order.

    What is due until ``by`` (the round's Sunday) comes first, wherever it is: the earliest day, then the place on the list. What room is left is filled one
    neighbourhood after another, so that the round stays close: those of ``near`` and of what is due, then the one whose most urgent case comes first.
    """
    urgent = sorted(waiting, key=_urgency)
    due = [one for one in urgent if one.due_on is not None and one.due_on <= by][:room]
    nearest = dict.fromkeys((*near, *(one.quartier for one in due), *(one.quartier for one in urgent)))
    rank = {quartier: place for place, quartier in enumerate(nearest)}
    others = sorted((one for one in urgent if one not in due), key=lambda one: rank[one.quartier])
    return tuple(sorted([*due, *others][:room], key=lambda one: (rank[one.quartier], _urgency(one))))


def _urgency(one: Waiting) -> tuple[date, bool, int, str]:
    return (one.due_on or date.max, one.place is None, one.place or 0, one.case_id)
