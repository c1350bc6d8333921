"""Are women and men, young and old, tenants and others reached alike? Doubt in linkage, presence and households by group, as of a day.

Counts are rounded and small ones hidden, so that none can be solved back; every share, interval and verdict follows from the counts shown.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from operator import attrgetter
from typing import Literal

from features.engine import Engine
from features.frame import published
from features.intervals import ratio, wilson
from features.parity_counts import (
    DIMENSIONS,
    MEASURES,
    UNKNOWN,
    Cell,
    Cells,
    Measure,
    Unit,
    cells,
    gather,
    has_leases,
    qpv_of,
)

Verdict = Literal["differs", "alike", "insufficient evidence", "hidden", "foretold"]
BAND = (0.8, 1.25)
"""A group whose share is between four fifths and five quarters of the rest's is treated alike."""
ROUNDED_TO = 5


@dataclass(frozen=True, kw_only=True)
class Share:
    """``count`` of ``of``, rounded, with the 95 % interval of the share."""

    count: int
    of: int
    share: float
    low: float
    high: float


@dataclass(frozen=True, kw_only=True)
class Against:
    """A group's share over that of the others of its dimension, those included whose own share is hidden: ``rest_count`` of ``rest_of``, rounded too.
    With the 95 % interval; None: no bound."""

    rest_count: int
    rest_of: int
    rest_share: float
    ratio: float | None
    low: float
    high: float | None


@dataclass(frozen=True, kw_only=True)
class Group:
    """One group of a dimension. ``share`` is None where it is hidden, ``against`` too where the group is not compared."""

    dimension: str
    group: str
    share: Share | None
    against: Against | None
    verdict: Verdict | None


@dataclass(frozen=True, kw_only=True)
class Measured:
    """One measure: the city's own share (None: too few to show) and every group's."""

    measure: str
    unit: Unit
    city: Share | None
    groups: tuple[Group, ...]


def measured(connection: Engine) -> tuple[Measured, ...]:
    """Every measure of ``MEASURES`` by every dimension of which anything is known; reads what ``frame.build`` left on the connection."""
    gather(connection)
    qpv = qpv_of(connection)
    unknown = {"tenure"} if not has_leases(connection) else set()
    unknown |= {"qpv"} if set(qpv.values()) <= {UNKNOWN} else set()
    dimensions = [d for d in DIMENSIONS if d not in unknown]
    return tuple(
        _measured(measure, {d: cells(connection, measure, d) for d in dimensions}, qpv)
        for measure in MEASURES
    )


def _measured(measure: Measure, by_dimension: Mapping[str, Cells], qpv: Mapping[str, str]) -> Measured:
    whole = _whole(next(iter(by_dimension.values())))
    groups = [g for d, c in by_dimension.items() for g in judged(d, c, qpv if d == "quartier" else {})]
    if whole.of == 0 or _hidden({"": whole}, {}):
        groups = [replace(g, share=None, against=None, verdict=g.verdict and "hidden") for g in groups]
        return Measured(measure=measure.name, unit=measure.unit, city=None, groups=tuple(groups))
    if measure.is_foretold:
        groups = [foretold(g) for g in groups]
    return Measured(measure=measure.name, unit=measure.unit, city=share_of(whole), groups=tuple(groups))


def foretold(group: Group) -> Group:
    """Not compared: whatever a model expects of a group, its chances may be less right there than elsewhere."""
    return group if group.verdict in (None, "hidden") else replace(group, verdict="foretold")


def judged(dimension: str, by_group: Cells, nests: Mapping[str, str]) -> list[Group]:
    """Each group against the others of which the dimension is known. ``nests``: the published group of which a group is a part."""
    compared = {group: cell for group, cell in by_group.items() if group != UNKNOWN}
    hidden = _hidden(compared, nests)
    hidden |= {UNKNOWN} if _hidden({g: c for g, c in by_group.items() if g == UNKNOWN}, {}) else set()
    return [
        _group(dimension, group, by_group, is_hidden=group in hidden, is_compared=group in compared)
        for group in by_group
    ]


def rounded(count: int) -> int:
    """To the nearest five, but nobody stays nobody and somebody stays somebody."""
    return 0 if count == 0 else max(ROUNDED_TO, ROUNDED_TO * round(count / ROUNDED_TO))


def shown(cell: Cell) -> Cell:
    """As people see it."""
    of = rounded(cell.of)
    return Cell(count=min(rounded(cell.count), of), of=of)


def as_json(found: tuple[Measured, ...]) -> list[dict[str, object]]:
    """As written to a file."""
    return [asdict(one) for one in found]


def _whole(by_group: Cells) -> Cell:
    return Cell(count=sum(c.count for c in by_group.values()), of=sum(c.of for c in by_group.values()))


def _hidden(by_group: Cells, nests: Mapping[str, str]) -> set[str]:
    """Groups with a small cell, and those that must be hidden with them since their sum is known: among those counted, among the others, and both
    together; exactly and as rounded, and in each nest."""
    hidden: set[str] = set()
    for nest in {nests.get(group, "") for group in by_group}:
        mine = {group: cell for group, cell in by_group.items() if nests.get(group, "") == nest}
        tables = [
            {group: part(cell) for group, cell in part_of.items()}
            for part_of in (mine, {group: shown(cell) for group, cell in mine.items()})
            for part in (attrgetter("count"), attrgetter("others"), attrgetter("of"))
        ]
        hidden |= {group for table in tables for group, n in published(table).items() if isinstance(n, str)}
    return hidden


def _group(dimension: str, group: str, by_group: Cells, *, is_hidden: bool, is_compared: bool) -> Group:
    if is_hidden:
        return Group(
            dimension=dimension,
            group=group,
            share=None,
            against=None,
            verdict="hidden" if is_compared else None,
        )
    others = {g: c for g, c in by_group.items() if g not in (group, UNKNOWN)}
    share, rest = share_of(by_group[group]), _whole(others)
    if not is_compared or not rest.of:
        return Group(dimension=dimension, group=group, share=share, against=None, verdict=None)
    against = _against(share, share_of(rest))
    return Group(dimension=dimension, group=group, share=share, against=against, verdict=verdict(against))


def share_of(cell: Cell) -> Share:
    """With its interval, as people see it."""
    seen = shown(cell)
    reach = wilson(seen.count, seen.of)
    return Share(count=seen.count, of=seen.of, share=seen.count / seen.of, low=reach.low, high=reach.high)


def _against(share: Share, rest: Share) -> Against:
    reach = ratio(share.count, share.of, rest.count, rest.of)
    return Against(
        rest_count=rest.count,
        rest_of=rest.of,
        rest_share=rest.share,
        ratio=share.share / rest.share if rest.count else None,
        low=reach.low,
        high=reach.high if math.isfinite(reach.high) else None,
    )


def verdict(against: Against) -> Verdict:
    """Only an interval that lies wholly in the band, or wholly outside, says something."""
    least, most = BAND
    high = math.inf if against.high is None else against.high
    if high < least or against.low > most:
        return "differs"
    return "alike" if least <= against.low and high <= most else "insufficient evidence"
