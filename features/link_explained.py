"""Why two records are, or are not, one person: the weights that Splink gives to each comparison, and what was made of their sum.

The pairs of one person are scored again by the same model, with what Splink computes on the way. Nothing is computed in its place, and no
value of a key, a place or a year leaves this module: only which level of a comparison held.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

import duckdb
import numpy as np
import pandas as pd
from splink.internals.misc import prob_to_match_weight

from features.clusters import DOUBTFUL, components_of
from features.comparisons import COMPARISONS, Comparison
from features.conflicts import GUARDS, conflicts
from features.linkage import AT_LEAST_DOUBTFUL, LIKELY, SURE, linker_over, model
from features.mentions import KEYS, RECORD_OF

State = Literal["sure", "likely", "through others", "left apart"]
NAMED_BY_A_KEY = tuple(source for source, record in RECORD_OF.items() if record in KEYS)
"""Sources whose records have no number of their own, only a match key: they are shown as #1, #2, …"""
MANY = 12
"""More pairs than these are shown by the strongest mentions of each two records only."""


@dataclass(frozen=True, kw_only=True)
class Record:
    """One record of a register, with the day on which it (of a link: this mention of it) was first known."""

    source: str
    record_id: str
    first_known: date


@dataclass(frozen=True, kw_only=True)
class Weighed:
    """What one comparison says: the ``label`` of the level that held (see ``comparisons``), its ``weight`` in bits, and the ``adjustment`` for
    the number of names at the place."""

    comparison: str
    label: str
    weight: float
    adjustment: float

    @property
    def bits(self) -> float:
        """What it adds to the weight of the pair."""
        return self.weight + self.adjustment


@dataclass(frozen=True, kw_only=True)
class Link:
    """Two mentions that were compared. ``prior`` and the ``bits`` of ``weighed`` add up to ``weight``.

    ``state``: ``sure``; ``likely``, and nobody else is in question; ``through others``: too weak alone, but other records join both;
    ``left apart``, with the ``doubt`` (of ``clusters.DOUBTS``) and the records ``beside`` the other one, of whose person they are.
    """

    one: Record
    other: Record
    prior: float
    weighed: tuple[Weighed, ...]
    weight: float
    probability: float
    state: State
    doubt: str
    beside: tuple[Record, ...]


@dataclass(frozen=True, kw_only=True)
class Explained:
    """The person of the record ``asked``: its ``records``, the ``links`` between them and the pairs left ``apart``, those of ``asked`` first,
    then the strongest. ``left_out``: pairs of other mentions of the same records, where there are more than ``MANY``."""

    person_id: str
    asked: Record
    records: tuple[Record, ...]
    links: tuple[Link, ...]
    apart: tuple[Link, ...]
    left_out: int
    model: str


def explain(connection: duckdb.DuckDBPyConnection, source: str, record_id: str) -> Explained | None:
    """Reads what ``people.link`` left on the connection. None: no such record was known."""
    found = connection.execute(
        "select person_id, record from linked where source = $1 and record_id = $2", [source, record_id]
    ).fetchone()
    if found is None:
        return None
    person, asked = str(found[0]), int(found[1])
    connection.execute(_PAIRS, [person, asked])
    connection.execute(_MENTIONS)
    connection.execute(_SHOWN, [person])
    pairs = _stated(connection, _scored(connection), person)
    shown = pairs.drop_duplicates(["record_l", "record_r"]) if len(pairs) > MANY else pairs
    names = _records(connection)
    persons = _persons(connection, names, asked)
    links = tuple(_link(row, names, persons) for row in shown.to_dict("records"))
    return Explained(
        person_id=person,
        asked=names[asked],
        records=tuple(names[n] for n in persons[person]),
        links=tuple(link for link in links if link.state != "left apart"),
        apart=tuple(link for link in links if link.state == "left apart"),
        left_out=len(pairs) - len(shown),
        model=model().cited,
    )


def bits(probability: float) -> float:
    """A probability as a weight, by Splink."""
    return float(prob_to_match_weight(probability))


def _scored(connection: duckdb.DuckDBPyConnection) -> pd.DataFrame:
    """The pairs in question, those of the record asked first, then the strongest, with what Splink computes: of each comparison the number of
    the level (``gamma_…``), the weight (``mw_…``) and the adjustment (``mw_tf_adj_…``)."""
    columns = [f"gamma_{c.name}, mw_{c.name}" for c in COMPARISONS]
    columns += [f"mw_tf_adj_{c.name}" for c in COMPARISONS if _is_adjusted(c)]
    settings = model().settings | {"retain_matching_columns": True}  # without it Splink drops the levels
    with linker_over(connection, settings, "mentions_in_question") as (linker, (mentions,)):
        scored = linker.inference.predict_within(mentions, **AT_LEAST_DOUBTFUL)
        return connection.execute(
            f"select p.*, match_weight, match_probability, {', '.join(columns)} from pairs_in_question p join {scored.physical_name}"
            " on least(mention_l, mention_r) = least(mention_id_l, mention_id_r) and greatest(mention_l, mention_r) = greatest(mention_id_l, mention_id_r)"
            " order by is_of_asked desc, weight desc, record_l, record_r, since_l, since_r, mention_l, mention_r"
        ).df()


def _stated(connection: duckdb.DuckDBPyConnection, pairs: pd.DataFrame, person: str) -> pd.DataFrame:
    """With ``state`` and ``doubt``."""
    is_within = pairs["person_r"] == person
    is_sure = is_within & (pairs["match_probability"] >= SURE) & ~pairs["is_refused"]
    group = components_of(int(pairs[["record_l", "record_r"]].to_numpy().max(initial=0)) + 1, pairs[is_sure])
    is_between = group[pairs["record_l"]] != group[pairs["record_r"]]
    doubts = dict(connection.execute(_REASONS, [person]).fetchall())
    doubts |= {other: _guard(connection, person, other) for other in {*pairs["person_r"]} - {*doubts, person}}
    state = np.select(
        [~is_within, is_sure, is_between & (pairs["match_probability"] >= LIKELY)],
        ["left apart", "sure", "likely"],
        "through others",
    )
    return pairs.assign(state=state, doubt=pairs["person_r"].map({**doubts, person: ""}))


def _guard(connection: duckdb.DuckDBPyConnection, person: str, other: str) -> str:
    """Why a pair that was not even counted as a doubt was left apart: the guard between its two persons, or a stronger pair between them."""
    both = connection.execute(
        "select 0 as group_id, record from linked where person_id in ($1, $2)", [person, other]
    ).df()
    clash = conflicts(connection, both)
    return GUARDS[int(clash["guard"].min())].name if len(clash) else DOUBTFUL


def _records(connection: duckdb.DuckDBPyConnection) -> dict[int, Record]:
    rows = connection.execute("select record, source, shown, first_known from shown_records").fetchall()
    return {n: Record(source=source, record_id=shown, first_known=day) for n, source, shown, day in rows}


def _persons(
    connection: duckdb.DuckDBPyConnection, names: dict[int, Record], asked: int
) -> dict[str, list[int]]:
    """The records of each person concerned, by name; that asked about first."""
    persons: dict[str, list[int]] = {}
    rows = connection.execute("select person_id, record from shown_records").fetchall()
    for person, record in sorted(rows, key=lambda row: (row[1] != asked, names[row[1]].first_known, row[1])):
        persons.setdefault(person, []).append(record)
    return persons


def _link(row: dict[Any, Any], names: dict[int, Record], persons: dict[str, list[int]]) -> Link:
    one, other = (
        Record(source=names[n].source, record_id=names[n].record_id, first_known=since.date())
        for n, since in ((row["record_l"], row["since_l"]), (row["record_r"], row["since_r"]))
    )
    return Link(
        one=one,
        other=other,
        prior=bits(1.0 / model().people),
        weighed=tuple(_weighed(comparison, row) for comparison in COMPARISONS),
        weight=row["match_weight"],
        probability=row["match_probability"],
        state=row["state"],
        doubt=row["doubt"],
        beside=tuple(names[n] for n in persons[row["person_r"]] if n != row["record_r"])
        if row["state"] == "left apart"
        else (),
    )


def _weighed(comparison: Comparison, row: dict[Any, Any]) -> Weighed:
    return Weighed(
        comparison=comparison.name,
        label=labels(comparison)[row[f"gamma_{comparison.name}"]],
        weight=row[f"mw_{comparison.name}"],
        adjustment=row[f"mw_tf_adj_{comparison.name}"] if _is_adjusted(comparison) else 0.0,
    )


def labels(comparison: Comparison) -> dict[int, str]:
    """By Splink's number of a level: -1 of the silent one, the others down to 0."""
    said = [level.label for level in comparison.levels if not level.is_silent]
    (silent,) = (level.label for level in comparison.levels if level.is_silent)
    return dict(enumerate((silent, *reversed(said)), start=-1))


def _is_adjusted(comparison: Comparison) -> bool:
    return any(level.place for level in comparison.levels)


_PAIRS = """
create or replace temp table pairs_in_question as
with named as (
  select m.mention_id as mention, m.first_known as since, l.record, l.person_id as person, l.source, l.record_id
  from mentions m join linked l using (source, record_id)
),
both_ways as (
  select mention_l, mention_r, weight from pairs union all select mention_r, mention_l, weight from pairs
),
refused as (
  select source_l, record_id_l, source_r, record_id_r from link_doubts union all select source_r, record_id_r, source_l, record_id_l from link_doubts
)
select p.*, l.record as record_l, r.record as record_r, r.person as person_r, l.since as since_l, r.since as since_r, l.record = $2 as is_of_asked,
  (l.source, l.record_id, r.source, r.record_id) in (from refused) as is_refused
from both_ways p join named l on l.mention = p.mention_l join named r on r.mention = p.mention_r
where l.person = $1 and l.record <> r.record and (r.person <> $1 or (l.record <> $2, l.record) < (r.record <> $2, r.record))
"""
"""One row a pair of mentions of two records, the first of the person, and the record asked first."""
_MENTIONS = """
create or replace temp table mentions_in_question as
from mentions where mention_id in (select mention_l from pairs_in_question union select mention_r from pairs_in_question)
"""
_SHOWN = f"""
create or replace temp table shown_records as
with concerned as (select * from linked where person_id = $1 or person_id in (select person_r from pairs_in_question))
select record, person_id, source, first_known,
  case when source in ({", ".join(f"'{s}'" for s in NAMED_BY_A_KEY)}) then '#' || row_number() over (partition by source order by person_id <> $1, first_known, record) else record_id end as shown
from concerned
"""
_REASONS = """
with both_ways as (
  select source_l, record_id_l, source_r, record_id_r, weight, doubt from link_doubts
  union all select source_r, record_id_r, source_l, record_id_l, weight, doubt from link_doubts
)
select r.person_id, arg_max(doubt, (weight, doubt)) from both_ways
  join linked l on l.source = source_l and l.record_id = record_id_l join linked r on r.source = source_r and r.record_id = record_id_r
where l.person_id = $1 and r.person_id <> $1 group by 1
"""
"""By person with whom something is in doubt: why both are two persons, by the strongest pair between them."""
