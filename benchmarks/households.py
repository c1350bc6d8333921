"""Whether what is said of households is true: ``python -m benchmarks.households CITY [--as-of DATE]``.

The oracle for exactness knows where everybody lives, but may put somebody into a household only where a record of that person names the dwelling (or, for
somebody alone, the address): no judgement makes up for a flat that no register names. That oracle also knows who is still there. ``python -m benchmarks.who_lives_where`` adds
``exact_learnt``: our households, where a LightGBM trained on the truth judges that by the evidence.
"""

from __future__ import annotations

from pathlib import Path

import duckdb
import pandas as pd

from benchmarks import presence
from benchmarks.town_truth import row, show
from features.presence_model import EVEN

Figures = dict[str, float]

ALONE = """
with said as (
  select h.household_id, h.lives_alone, h.lives_alone_strength as strength,
    bool_or(n.presence = 'present' and n.id_adresse = m.id_adresse and n.lives_alone) as is_alone,
    bool_or(n.presence = 'present' and n.id_adresse = m.id_adresse) as is_there
  from households h join members m on m.household_id = h.household_id and m.presence = 'present'
    left join true_person p using (person_id) left join true_now n using (person)
  group by all
)
select count(*) filter (where lives_alone and strength = 'known') as alone_known,
  avg(is_alone::int) filter (where lives_alone and strength = 'known') as alone_known_true,
  count(*) filter (where lives_alone and strength = 'likely') as alone_likely,
  avg(is_alone::int) filter (where lives_alone and strength = 'likely') as alone_likely_true,
  count(*) filter (where not lives_alone and strength = 'known') as not_alone_known,
  1 - avg(is_alone::int) filter (where not lives_alone and strength = 'known') as not_alone_known_true,
  count(*) filter (where not lives_alone and strength = 'likely') as not_alone_likely,
  1 - avg(is_alone::int) filter (where not lives_alone and strength = 'likely') as not_alone_likely_true,
  avg((strength = 'cannot be known')::int) as alone_cannot_be_known, count(*) as households
from said
"""
"""A statement about somebody who is not there counts as false. A lone person with a child is not alone."""

EXACT = f"""
with named as (
  select t.person, m.id_adresse, m.id_logement from mentions m join true_records t using (source, record_id)
),
visible as (select distinct t.person from latest_records join true_records t using (source, record_id)),
true_members as (
  select n.household, n.person,
    exists (select 1 from named k where k.person = n.person and k.id_adresse = n.id_adresse) as has_address,
    exists (select 1 from named k where k.person = n.person and k.id_logement = n.id_logement) as has_dwelling
  from true_now n join visible using (person) where n.presence = 'present' and n.household >= 0
),
true_households as (
  select household, list(person order by person) as members,
    case when count(*) = 1 then bool_and(has_address) else bool_and(has_dwelling) end as is_possible
  from true_members group by 1
),
found as (
  select distinct list(distinct p.person order by p.person) as members
  from members m join true_person p using (person_id) join judged_there j using (person_id)
  where m.presence in ('present', 'unknown') and j.chance >= {EVEN} group by m.household_id
)
select avg((f.members is not null)::int) as exact, avg(is_possible::int) as oracle, count(*) as true_households
from true_households t left join found f using (members)
"""
"""Households of truth with somebody whom a register of today shows: are those of them who show one of ours? Asked of everybody who is more likely there than not: whether
they are surely there is another question (``benchmarks.presence``)."""

UNKNOWN = """
select avg((s.strength = 'cannot be known')::int) as persons_cannot_be_known, avg((m.id_logement is null)::int) as persons_without_flat,
  count(*) as persons
from members m join statements s on s.household_id = m.household_id and s.statement = 'members' and s.is_retained where m.presence = 'present'
"""


def measured(connection: duckdb.DuckDBPyConnection, town: Path | None = None) -> Figures:
    """Shares of statements that are true, exactness with the oracle's, and the share of persons of whom it cannot be known who they live with;
    with the ``town``'s folder also ``exact_learnt``."""
    connection.execute(
        "create or replace temp table judged_there as select person_id, there_probability as chance from members"
    )
    found = {name: value for sql in (ALONE, EXACT, UNKNOWN) for name, value in row(connection, sql).items()}
    return found if town is None else found | {"exact_learnt": _exact_learnt(connection, town)}


def _exact_learnt(connection: duckdb.DuckDBPyConnection, town: Path) -> float:
    rows, x = presence.seen(connection, town)
    chances = presence.oracle_chances(x[presence.SAME], rows["at_dwelling"].to_numpy(bool), rows["group"])
    judged = pd.DataFrame({"person_id": rows["person_id"], "chance": chances})
    connection.register("learnt_there", judged)
    connection.execute("create or replace temp table judged_there as from learnt_there")
    return row(connection, EXACT)["exact"]


if __name__ == "__main__":
    show(__doc__, measured)
