"""One component that holds records which cannot be one person, laid again pair by pair, the strongest first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from features.conflicts import GUARDS

MARGIN = 3.0
"""Bits by which a pair must be stronger than its rival: eight to one."""
AMBIGUOUS = "as likely one as the other"
Pair = tuple[int, int]
Person = frozenset[int]


@dataclass(frozen=True, kw_only=True)
class Edge:
    """Two records, the lower number first, that speak for one person; ``weight`` in bits."""

    pair: Pair
    weight: float


@dataclass(frozen=True, kw_only=True)
class Refused:
    """A pair that was left apart, and why: the name of a guard, or ``AMBIGUOUS``."""

    edge: Edge
    doubt: str


@dataclass(frozen=True, kw_only=True)
class Against:
    """``guards``: by pair of records that cannot be one person, the number of the guard. ``twice``: those of them that are one person entered
    twice on the roll (same name and birth date), kept apart all the same. ``since``: by record, the day it was entered."""

    guards: Mapping[Pair, int]
    twice: frozenset[Pair]
    since: Mapping[int, date]

    def between(self, one: Person, other: Person) -> list[Pair]:
        """Pairs that keep two sets of records apart, in order."""
        return sorted(
            pair
            for pair in self.guards
            if (pair[0] in one and pair[1] in other) or (pair[0] in other and pair[1] in one)
        )


def laid(edges: Sequence[Edge], against: Against) -> tuple[list[Person], list[Refused]]:
    """Persons as sets of records, and the pairs that were refused.

    A pair that would join records that cannot be one person is refused. So are all pairs of somebody who may as well be the one as the other
    (``MARGIN``); of somebody entered twice the newer entry is taken, since the older will be of an address left behind.
    """
    person = {record: frozenset({record}) for edge in edges for record in edge.pair}
    pending = sorted(edges, key=lambda e: (-e.weight, e.pair))
    refused: list[Refused] = []
    while pending:
        edge = pending.pop(0)
        one, other = (person[record] for record in edge.pair)
        rivals = _rivals(edge, person, pending, against)
        kept_apart = against.between(one, other) or _older(one | other, rivals, person, against)
        if one == other:
            continue
        if kept_apart:
            refused.append(Refused(edge=edge, doubt=GUARDS[min(against.guards[p] for p in kept_apart)].name))
        elif rivals and not _are_one_twice(one | other, rivals, person, against):
            refused += [Refused(edge=e, doubt=AMBIGUOUS) for e in (edge, *rivals)]
            pending = [e for e in pending if e not in rivals]
        else:
            person |= dict.fromkeys(one | other, one | other)
    return sorted(set(person.values()), key=min), refused


def _rivals(
    edge: Edge, person: Mapping[int, Person], pending: Sequence[Edge], against: Against
) -> list[Edge]:
    """Pairs nearly as strong that would join one end of ``edge`` to somebody whom its other end cannot be."""
    one, other = (person[record] for record in edge.pair)
    found = []
    for rival in pending:
        if rival.weight < edge.weight - MARGIN:
            break
        ends = {person[record] for record in rival.pair}
        for mine, theirs in ((one, other), (other, one)):
            if mine in ends and theirs not in ends and len(ends) == 2:
                (third,) = ends - {mine}
                if against.between(third, theirs) and not against.between(third, mine):
                    found.append(rival)
    return found


def _clashes(
    joined: Person, rivals: Sequence[Edge], person: Mapping[int, Person], against: Against
) -> list[Pair]:
    """Pairs that keep what would be ``joined`` apart from whomever the rivals name."""
    thirds = {person[record] for rival in rivals for record in rival.pair}
    return sorted(
        {pair for third in thirds if not third <= joined for pair in against.between(joined, third)}
    )


def _are_one_twice(
    joined: Person, rivals: Sequence[Edge], person: Mapping[int, Person], against: Against
) -> bool:
    return against.twice.issuperset(_clashes(joined, rivals, person, against))


def _older(
    joined: Person, rivals: Sequence[Edge], person: Mapping[int, Person], against: Against
) -> list[Pair]:
    """Of somebody entered twice, the pairs by which ``joined`` would take the older entry."""
    if not _are_one_twice(joined, rivals, person, against):
        return []
    return [
        pair
        for pair in _clashes(joined, rivals, person, against)
        if max(pair, key=lambda record: (against.since[record], record)) not in joined
    ]
