"""Whether the groups are truly treated alike: ``python -m benchmarks.parity CITY [--as-of DATE]``. Reads the truth of a synthetic town.

Linkage: pairwise F1 over the records of every register, and of those of residents alone. A pair of records belongs to a group when one of them at least is, in truth, of
somebody of the group, so that a woman taken for a man counts against both. Intervals: 2.5–97.5 % of 200 Poisson bootstraps over true persons.
Wrongly together, apart: share of the frame's persons with a record of somebody else, or of whom another person holds one: what ``wrongly_*`` of the
parity report expects.
Presence: of those who are in truth present and of whom a register knows an address in town, the share whom the frame does not call present.
Statements: of present persons whose household is called alone (or not), the share of whom that is true; and of those who do live alone, the share called so.
"""

from __future__ import annotations

import argparse
import json
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd

from benchmarks.town_truth import AS_OF, framed
from features import parity_counts
from features.intervals import wilson
from features.mentions import OF_RESIDENTS, RECORD_OF

DRAWS, SEED = 200, 1
GAPS = {"sex": 0.01, "age": 0.015}
"""Bars: the widest difference in F1 between two groups."""
LINKAGE = {"linkage F1": list(RECORD_OF), "linkage F1, registers of residents": list(OF_RESIDENTS)}
MINORS = "0-17"


@dataclass(frozen=True, kw_only=True)
class Estimate:
    """With a 95 % interval; ``of``: pairs, or persons."""

    value: float
    low: float
    high: float
    of: int


Figures = dict[str, dict[str, dict[str, Estimate]]]
"""Measure → dimension → group."""


def measured(city_folder: Path, as_of: date) -> Figures:
    """All of them, by group of the true person (sex, age) or of the frame (tenure, QPV, neighbourhood)."""
    with framed(city_folder, as_of) as (connection, _):
        parity_counts.gather(connection)
        connection.execute(_TRULY)
        shares = {name: _shares(connection, sql) for name, sql in _SHARES.items()}
        return {**{name: linkage(connection, sources) for name, sources in LINKAGE.items()}, **shares}


def linkage(connection: duckdb.DuckDBPyConnection, sources: list[str]) -> dict[str, dict[str, Estimate]]:
    """F1 among the records of these sources, by sex and age band of the true person."""
    pairs = connection.execute(_PAIRS, [sources]).df()
    pairs.attrs["persons"] = int(pairs["person_l"].max()) + 1
    found: dict[str, dict[str, Estimate]] = {"all": {"all": _f1(pairs, np.ones(len(pairs), dtype=bool))}}
    for dimension in GAPS:
        left, right = pairs[f"{dimension}_l"], pairs[f"{dimension}_r"]
        groups = sorted(set(left) | set(right))
        found[dimension] = {g: _f1(pairs, ((left == g) | (right == g)).to_numpy()) for g in groups}
    return found


def gaps(found: Figures) -> dict[str, float]:
    """The widest difference in F1 between two groups of a dimension, minors left aside, by linkage and dimension."""
    return {
        f"{name}, {dimension}": max(values) - min(values)
        for name in LINKAGE
        for dimension in GAPS
        for values in [[e.value for group, e in found[name][dimension].items() if group != MINORS]]
    }


def _f1(pairs: pd.DataFrame, mine: np.ndarray) -> Estimate:
    """Each pair weighs as often as its first true person was drawn (a wrong link as both on average)."""
    one = pairs[mine]
    rng = np.random.default_rng(SEED)
    drawn = rng.poisson(1.0, (DRAWS, pairs.attrs["persons"]))
    weight = (drawn[:, one["person_l"]] + drawn[:, one["person_r"]]) / 2
    both = (one["is_linked"] & one["is_true"]).to_numpy()
    linked, true = one["is_linked"].to_numpy(), one["is_true"].to_numpy()
    values = 2 * weight[:, both].sum(1) / (weight[:, linked].sum(1) + weight[:, true].sum(1))
    low, high = np.quantile(values, (0.025, 0.975))
    value = 2 * both.sum() / (linked.sum() + true.sum())
    return Estimate(value=float(value), low=float(low), high=float(high), of=int(mine.sum()))


def _shares(connection: duckdb.DuckDBPyConnection, sql: str) -> dict[str, dict[str, Estimate]]:
    table = connection.execute(sql).df()
    return {
        dimension: {str(group): _share(part["is_so"]) for group, part in table.groupby(dimension)}
        for dimension in ("all", *parity_counts.DIMENSIONS)
    }


def _share(is_so: pd.Series) -> Estimate:
    reach = wilson(int(is_so.sum()), len(is_so))
    return Estimate(value=float(is_so.mean()), low=reach.low, high=reach.high, of=len(is_so))


def _band(age: str) -> str:
    bands = " ".join(f"when {age} >= {first} then '{band}'" for first, band in parity_counts.BANDS)
    return f"case {bands} else '{MINORS}' end"


_TRULY = f"""
create or replace temp table truly as
select p.person, p.sex, {_band("year(as_of()) - year(p.born_on)")} as age, n.presence, n.id_adresse, n.lives_alone
from true_people p left join true_now n using (person)
"""
"""One row a person of the truth, with the groups and what is true of the month."""
_PAIRS = """
with named as (
  select p.source || ':' || p.record_id as record, p.person_id, t.person, w.sex, w.age
  from people p join true_records t using (source, record_id) join truly w using (person)
  where p.source in (select unnest($1))
),
together as (
  select l.record as record_l, r.record as record_r from named l join named r using (person_id) where l.record < r.record
  union select l.record, r.record from named l join named r using (person) where l.record < r.record
)
select l.person as person_l, r.person as person_r, l.sex as sex_l, r.sex as sex_r, l.age as age_l, r.age as age_r,
  l.person_id = r.person_id as is_linked, l.person = r.person as is_true
from together t join named l on l.record = t.record_l join named r on r.record = t.record_r
"""
"""One row a pair of records that is linked or should be."""
_GROUPED = """
select 'all' as "all", w.sex, w.age, g.tenure, g.qpv, g.quartier, m.household_id, g.presence as said, w.presence, w.lives_alone,
  m.id_adresse = w.id_adresse as is_at_address, h.lives_alone as is_called_alone, h.lives_alone_strength as strength
from parity_persons g join true_person t using (person_id) join truly w using (person) left join members m using (person_id)
  left join households h on h.household_id = m.household_id
where g.presence is not null
"""
_SPREAD = """
with named as (select p.person_id, t.person from people p join true_records t using (source, record_id)),
mixed as (select person_id, count(distinct person) > 1 as is_mixed from named group by 1),
torn as (select person, count(distinct person_id) > 1 as is_torn from named group by 1),
both_ways as (
  select n.person_id, bool_or(m.is_mixed) as is_mixed, bool_or(t.is_torn) as is_torn
  from named n join mixed m using (person_id) join torn t using (person) group by 1
)
select 'all' as "all", w.sex, w.age, g.tenure, g.qpv, g.quartier, b.is_mixed, b.is_torn
from parity_persons g join both_ways b using (person_id) join true_person using (person_id) join truly w using (person)
"""
_SHARES = {
    "wrongly together": f"select *, is_mixed as is_so from ({_SPREAD})",
    "wrongly apart": f"select *, is_torn as is_so from ({_SPREAD})",
    "present but lost": f"select *, said <> 'present' as is_so from ({_GROUPED}) where presence = 'present' and is_at_address",
    "called present and there": f"select *, coalesce(presence = 'present' and is_at_address, false) as is_so from ({_GROUPED}) where said = 'present'",
    "called alone and alone": f"""
select *, coalesce(presence = 'present' and is_at_address and lives_alone, false) as is_so from ({_GROUPED})
where said = 'present' and is_called_alone""",
    "called not alone and not alone": f"""
select *, coalesce(presence = 'present' and is_at_address and not lives_alone, false) as is_so from ({_GROUPED})
where said = 'present' and not is_called_alone""",
    "alone and called alone": f"""
select *, coalesce(said = 'present' and is_called_alone, false) as is_so from ({_GROUPED})
where presence = 'present' and is_at_address and lives_alone""",
}


def main() -> None:
    """Prints one JSON object; the gaps in F1 last, with their bars."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("city", type=Path)
    parser.add_argument("--as-of", type=date.fromisoformat, default=AS_OF)
    asked = parser.parse_args()
    found = measured(asked.city, asked.as_of)
    told = {
        m: {d: {g: asdict(e) for g, e in by.items()} for d, by in dims.items()} for m, dims in found.items()
    }
    widest = {
        name: {"gap": round(gap, 4), "bar": GAPS[name.rsplit(", ", 1)[1]]}
        for name, gap in gaps(found).items()
    }
    print(json.dumps({**told, "gaps in linkage F1": widest}, indent=1))


if __name__ == "__main__":
    main()
