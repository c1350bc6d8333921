"""Which counts of a neighbourhood may be shown, beside those of its priority group, of the city, and of the other reports of the same run."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from features.cells import Key, Sum, shown

COLUMNS = ("households", "listed", "visited", "answered", "found")
"""Households of today's frame; those of them on today's list; visits so far, each household once a list; of these with an answer; isolated by that answer."""
SPLITS = {
    "households": ("listed", "unlisted"),
    "visited": ("answered", "unmet"),
    "answered": ("found", "others"),
}
"""What is not in a column is never shown, but anybody can take one number from another."""
IN_ESTIMATES = {
    kind: (f"random_{kind}", f"listed_{kind}", f"else_{kind}") for kind in ("found", "others", "unmet")
}
"""What ``estimates.json`` tells of the visits of those lists and arms that count there, and the rest of the visits."""
Group = tuple[str, str]
"""A neighbourhood (``in``, code), a group of them (``qpv``: ``yes``, ``no`` or ``unknown``), or the city (``all``, '')."""
CITY: Group = ("all", "")


@dataclass(frozen=True, kw_only=True)
class Counts:
    """By column and neighbourhood, exact, with every neighbourhood in each; ``priority``: its group of ``qpv``. ``elsewhere``: between which ends the other
    reports of the run tell a number, by column (those of ``IN_ESTIMATES`` too) and group."""

    numbers: Mapping[tuple[str, str], int]
    priority: Mapping[str, str]
    elsewhere: Mapping[tuple[str, Group], tuple[float, float]]

    @property
    def groups(self) -> dict[Group, tuple[str, ...]]:
        """Every group with its neighbourhoods; those of ``qpv`` only where there are two or more."""
        classes = sorted(set(self.priority.values()))
        parts = {("qpv", c): tuple(q for q, own in self.priority.items() if own == c) for c in classes}
        return {("in", q): (q,) for q in self.priority} | (parts if len(parts) > 1 else {}) | {CITY: tuple(self.priority)}  # fmt: skip


def shown_counts(counts: Counts) -> dict[tuple[str, Group], int | str]:
    """A number, or ``hidden``, for each of ``COLUMNS`` and each group."""
    told, sums, never = tables(counts)
    elsewhere = {_key(column, group): ends for (column, group), ends in counts.elsewhere.items()}
    cells = shown(told, sums, never, elsewhere)
    return {(column, group): cells[_key(column, group)] for column in COLUMNS for group in counts.groups}


def tables(counts: Counts) -> tuple[dict[Key, int], tuple[Sum, ...], set[Key]]:
    """Every number of all groups, how they hang together, and which of them this report never shows."""
    kinds = sorted({column for column, _ in counts.numbers})
    numbers = {
        _key(column, group): sum(counts.numbers[column, q] for q in parts)
        for column in kinds
        for group, parts in counts.groups.items()
    }
    never = {key for key in numbers if key[0] not in COLUMNS}
    return numbers, tuple(_sums(counts, kinds)), never


def _sums(counts: Counts, kinds: Sequence[str]) -> Iterator[Sum]:
    for group, parts in counts.groups.items():
        for whole, split in (SPLITS | IN_ESTIMATES).items():
            yield Sum(total=_key(whole, group), parts=tuple(_key(part, group) for part in split))
        for column in kinds if group[0] != "in" else ():
            yield Sum(total=_key(column, group), parts=tuple(_key(column, ("in", q)) for q in parts))
    classes = [group for group in counts.groups if group[0] == "qpv"]
    for column in kinds if classes else ():
        yield Sum(total=_key(column, CITY), parts=tuple(_key(column, group) for group in classes))


def _key(column: str, group: Group) -> Key:
    return (column, *group)
