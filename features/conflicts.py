"""Which records cannot be one person, whatever their keys say: the guards of linkage, each a query."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from features.engine import Engine
from features.mentions import RELATED

A_GENERATION = 12
"""Years between a parent and a child at the least; a typing error in a year rarely makes as many."""


@dataclass(frozen=True, kw_only=True)
class Guard:
    """``pairs``: SQL of (group_id, record_l, record_r) from ``grouped`` (group_id, record): two records of one group that cannot be one person.
    ``is_of_entries``: it keeps apart even two entries with one name and birth date (somebody entered twice)."""

    name: str
    promise: str
    pairs: str
    is_of_entries: bool = False


GUARDS = (
    Guard(
        name="two entries of the roll",
        promise="one person never holds two entries of the same roll",
        is_of_entries=True,
        pairs="""
with entries as (
  select distinct g.group_id, g.record, r.type_liste, r.date_liste from grouped g join records n using (record)
    join known_liste_electorale r on n.source = 'liste_electorale' and r.id_electeur = n.record_id
  where g.group_id in (select group_id from grouped join records using (record) where source = 'liste_electorale' group by 1 having count(*) > 1)
)
select distinct l.group_id, l.record as record_l, r.record as record_r
from entries l join entries r on l.group_id = r.group_id and l.date_liste = r.date_liste
  and l.type_liste is not distinct from r.type_liste and l.record < r.record
""",
    ),
    Guard(
        name="two leases in force",
        promise="one person never holds two leases in force at two addresses",
        is_of_entries=True,
        pairs="""
with leases as (
  select distinct g.group_id, g.record, p.date_arrete, p.id_adresse from grouped g join records n using (record)
    join known_parc_social p on n.source = 'parc_social' and p.id_bail = n.record_id
  where (p.date_sortie is null or p.date_sortie > p.date_arrete) and p.id_adresse is not null
    and g.group_id in (select group_id from grouped join records using (record) where source = 'parc_social' group by 1 having count(*) > 1)
)
select distinct l.group_id, l.record as record_l, r.record as record_r
from leases l join leases r on l.group_id = r.group_id and l.date_arrete = r.date_arrete and l.id_adresse <> r.id_adresse and l.record < r.record
""",
    ),
    Guard(
        name="both sides of an act",
        promise="one person is never both sides of a marriage, nor the deceased and the survivor",
        pairs=f"""
select l.group_id, least(l.record, r.record) as record_l, greatest(l.record, r.record) as record_r
from grouped l join records a on a.record = l.record and a.source = 'etat_civil'
  join records b on b.source = '{RELATED}' and b.record_id = a.record_id
  join grouped r on r.record = b.record and r.group_id = l.group_id
""",
    ),
    Guard(
        name="a generation apart",
        promise="a parent and a namesake child are two people: their birth years are far apart",
        pairs=f"""
with aged as (
  select g.group_id, g.record, n.annee_naissance as year from grouped g join records n using (record)
  where n.annee_naissance is not null
  qualify max(year) over (partition by g.group_id) - min(year) over (partition by g.group_id) >= {A_GENERATION}
)
select l.group_id, l.record as record_l, r.record as record_r
from aged l join aged r on l.group_id = r.group_id and l.record < r.record and abs(l.year - r.year) >= {A_GENERATION}
""",
    ),
)


def conflicts(connection: Engine, groups: pd.DataFrame) -> pd.DataFrame:
    """``groups`` (group_id, record; a record may be in several) → one row a (group_id, record_l, record_r, guard), in a fixed order.

    Reads ``records`` (record, source, record_id, annee_naissance, …) and the ``known_`` views.
    """
    if groups.empty:
        return pd.DataFrame(
            {name: pd.Series(dtype="int64") for name in ("group_id", "record_l", "record_r", "guard")}
        )
    connection.register("groups_given", groups)
    connection.execute("create or replace temp table grouped as select group_id, record from groups_given")
    connection.unregister("groups_given")
    every = " union all ".join(
        f"select *, {place} as guard from ({g.pairs})" for place, g in enumerate(GUARDS)
    )
    return connection.execute(
        f"select group_id, record_l, record_r, min(guard) as guard from ({every}) group by all order by all"
    ).df()
