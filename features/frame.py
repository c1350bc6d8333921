"""The frame: who lives where, as of a day, with the evidence for each statement and the counts of what fell away."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import TypeVar

from data_contracts.contract import Gate
from features import households, known, people, presence, residences, statements
from features.engine import Engine
from features.mentions import OF_RESIDENTS
from features.people import Linkage

Key = TypeVar("Key")
SMALLEST_CELL = 11
HIDDEN = "hidden"
"""A cell below 11, or one that is left out so that none can be worked out from what is shown."""
MARGIN = SMALLEST_CELL - 1
"""So much higher than it is each hidden small cell might be, for all that anybody can compute (see ``features.cells``)."""


@dataclass(frozen=True, kw_only=True)
class Frame:
    """Counts of the frame as of ``as_of``; the tables themselves are temporary tables of the connection (see docs/architecture.md)."""

    as_of: date
    linked_on: date | None
    linkage: Linkage
    judged: presence.Presence
    persons: int
    persons_with_place: int
    households: int
    households_left_in_peace: int
    by_presence: dict[tuple[str, str], int]
    by_quartier: dict[tuple[str, str], int]
    by_alone: dict[tuple[str, str], int]
    by_company: dict[str, int]

    def as_json(self) -> dict[str, object]:
        """As written to ``frame.json``; no cell below 11."""
        return {
            "as_of": self.as_of.isoformat(),
            "persons": self.persons,
            "households": self.households,
            "households_left_in_peace": protected(self.households_left_in_peace),
            "linkage": self._linkage(),
            "presence": [
                {"presence": p, "reason": r, "persons": n} for (p, r), n in self._presences().items()
            ],
            "there": self.judged.as_json() | {"visits": protected(self.judged.visits)},
            "lives_alone": [
                {"lives_alone": a or None, "strength": s, "households": n}
                for (a, s), n in published(self.by_alone).items()
            ],
            "lives_with_whom": published(self.by_company),
            "by_neighbourhood": [
                {"quartier": q, "presence": p, "persons": n} for (q, p), n in self._quartiers().items()
            ],
        }

    def _linkage(self) -> dict[str, object]:
        counted = self.linkage
        return {
            # to the last one it would tell, beside the persons, how many the largest clusters are
            "records": round(counted.records, -2),
            "persons": counted.persons,
            "model": counted.model,
            "pairs": counted.pairs,
            "named_elsewhere_only": protected(counted.elsewhere),
            "doubts": published(counted.doubts),
            "since": {
                "day": self.linked_on.isoformat() if self.linked_on else None,
                "merged": protected(counted.merged),
                "split": protected(counted.split),
            },
            "clusters_by_size": published(pooled(counted.clusters_by_size)),
        }

    def _presences(self) -> dict[tuple[str, str], int | str]:
        """With those whom no last snapshot shows at an address, of whom nothing can be said, so that the cells add up to all persons."""
        without_place = {
            ("unknown", "absent des derniers extraits, ou sans adresse"): self.persons
            - self.persons_with_place
        }
        return published(self.by_presence | without_place)

    def _quartiers(self) -> dict[tuple[str, str], int | str]:
        """Each presence on its own: its total stands in the other table."""
        cells: dict[tuple[str, str], int | str] = {}
        for one in {p for _, p in self.by_quartier}:
            cells |= published({key: n for key, n in self.by_quartier.items() if key[1] == one})
        return {key: cells[key] for key in self.by_quartier}


def protected(count: int) -> int | str:
    """A count, or ``<11`` where so few people would be recognisable."""
    return count if count == 0 or count >= SMALLEST_CELL else f"<{SMALLEST_CELL}"


def published(cells: Mapping[Key, int]) -> dict[Key, int | str]:
    """Cells whose sum is known: small ones are hidden, and then the next larger too, until the others that are hidden could be ``MARGIN`` fewer in all
    without one of them being nobody. One word for both: "below 11" beside the sum would narrow them down."""
    hidden = {key for key, n in cells.items() if 0 < n < SMALLEST_CELL}
    for key in sorted(cells, key=lambda k: cells[k]):
        spare = [cells[k] - 1 for k in hidden]
        if not hidden or sum(spare) - max(n for n in spare if n < MARGIN) >= MARGIN:
            break
        if cells[key] > 0:
            hidden.add(key)
    return {key: HIDDEN if key in hidden else n for key, n in cells.items()}


def pooled(by_size: Mapping[int, int]) -> dict[str, int]:
    """Size → how many, the largest together as ``3+`` where there are fewer than 11 of one."""
    sizes = sorted(by_size)
    small = [size for size in sizes if 0 < by_size[size] < SMALLEST_CELL]
    tail, pool = (small[0] if small else None), 0
    if tail is not None:
        pool = sum(n for size, n in by_size.items() if size >= tail)
        while pool < SMALLEST_CELL and tail > sizes[0]:
            tail = max(size for size in sizes if size < tail)
            pool += by_size[tail]
    whole = {str(size): by_size[size] for size in sizes if tail is None or size < tail}
    return whole if tail is None else whole | {f"{tail}+": pool}


def build(
    connection: Engine,
    as_of: date,
    gates: Mapping[str, Gate],
    there_share: float = presence.THERE_SHARE,
    *,
    at_least: int = 0,
    linked_on: date | None = None,
) -> Frame:
    """``lay``, then ``household_history`` and the counts; of ``linked_on`` who merged or split since."""
    judged = lay(connection, as_of, gates, there_share, at_least=at_least, linked_on=linked_on)
    connection.execute(households.HISTORY)
    linkage = people.counted(connection, is_further=linked_on is not None)
    return Frame(
        as_of=as_of,
        linked_on=linked_on,
        linkage=linkage,
        judged=judged,
        persons=linkage.persons,
        persons_with_place=_count(connection, "residents"),
        households=_count(connection, "households"),
        households_left_in_peace=_count(connection, _LEFT_IN_PEACE),
        by_presence=_pairs(connection, "presence, presence_reason"),
        by_quartier=_pairs(connection, "coalesce(quartier, ''), presence"),
        by_alone=_pairs(connection, "coalesce(lives_alone::varchar, ''), lives_alone_strength", "households"),
        by_company=dict(connection.execute(_COMPANY).fetchall()),
    )


def lay(
    connection: Engine,
    as_of: date,
    gates: Mapping[str, Gate],
    there_share: float = presence.THERE_SHARE,
    *,
    at_least: int = 0,
    linked_on: date | None = None,
) -> presence.Presence:
    """Makes the temp tables of the frame as of a day that a matrix needs (docs/architecture.md). ``linked_on``: an earlier day of which the persons are
    on this connection (the last ``lay``): then only what is new is compared.
    ``there_share``: of the households called present so many shall be there; ``at_least``: households that are called present all the same, where the
    registers are too few to be that sure (see ``presence_model.threshold``)."""
    if linked_on is None:
        known.open_views(connection, as_of, gates)
        people.name(connection)
    else:
        known.turn_to(connection, as_of)
        people.name_further(connection)
    for statement in (_LATEST_RECORDS, residences.PLACES, residences.RESIDENCES):
        connection.execute(statement)
    judged = presence.build(connection, there_share, at_least)
    for statement in _AFTER_PRESENCE:
        connection.execute(statement)
    return judged


_AFTER_PRESENCE = (
    households.STAYS,
    households.HOUSEHOLDS,
    statements.LEASES,
    statements.COUNTED,
    statements.STATEMENTS,
    statements.HOUSEHOLDS,
)
_COMPANY = """
select s.strength, count(*) from members m join statements s on s.household_id = m.household_id and s.statement = 'members' and s.is_retained
where m.presence = 'present' group by 1 order by 1
"""
"""Persons by how sure it is who lives with them: it cannot be known where the flat is not."""
_LEFT_IN_PEACE = "(select distinct household_id from members m join objected_dwellings using (id_logement) where m.presence = 'present')"
_LATEST_RECORDS = "create or replace temp table latest_records as " + " union all ".join(
    f"select '{source}' as source, {record} as record_id, max(known_on) as known_on from latest_{source}"
    f" where {record} is not null group by all"
    for source, record in OF_RESIDENTS.items()
)
"""One row a record of the last snapshots: what a statement of today can rest on."""


def _count(connection: Engine, table: str) -> int:
    row = connection.execute(f"select count(*) from {table}").fetchone()
    return int(row[0]) if row else 0


def _pairs(connection: Engine, columns: str, table: str = "residents") -> dict[tuple[str, str], int]:
    rows = connection.execute(
        f"select {columns}, count(*) from {table} group by 1, 2 order by 1, 2"
    ).fetchall()
    return {(a, b): n for a, b, n in rows}
