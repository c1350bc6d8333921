"""Records of every register → persons. Uncertain links are not made; they are counted."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from features import linkage
from features.clusters import DOUBTS, cluster
from features.conflicts import GUARDS
from features.engine import Engine
from features.mentions import KEYS, OF_RESIDENTS, RELATED

ANY_KEY = "concat_ws('|', cle_identite, cle_usage, cle_nom_adresse, cle_phonetique)"
"""Every key of a row in one text, the surest first."""


@dataclass(frozen=True, kw_only=True)
class Linkage:
    """Counts for ``frame.json``. ``persons``: of whom a register of residents holds a record (``records`` of them, ``clusters_by_size``: persons by
    number of such records); ``elsewhere``: named by an act, a visit, an alert or the death file only. ``pairs``: linked pairs of records;
    ``doubts``: pairs left apart, by reason. ``merged``, ``split``: persons of the earlier day that became one, or several, since then."""

    model: str
    records: int
    persons: int
    elsewhere: int
    pairs: int
    doubts: dict[str, int]
    clusters_by_size: dict[int, int]
    merged: int = 0
    split: int = 0


def link(connection: Engine) -> Linkage:
    """``name``, and counts it."""
    name(connection)
    return counted(connection)


def name(connection: Engine) -> None:
    """Reads the ``known_`` views; makes temp tables ``people`` (source, record_id, person_id: one row a record), ``related`` (id_evenement,
    person_id: the second person whom an act names), ``person_keys`` (key, person_id: keys that belong to one person only) and ``link_doubts``."""
    linkage.score(connection)
    _name_persons(connection)


def name_further(connection: Engine) -> None:
    """As ``name``, from what ``name`` left on the connection on an earlier day: only what is new is compared. The result is the same;
    ``people_before`` holds the persons of that day."""
    connection.execute("create or replace temp table people_before as from people")
    linkage.score_further(connection)
    _name_persons(connection)


def persons_of(rows: str, identifier: str) -> str:
    """SQL of (``identifier``, ``person_id``): who of the linked persons rows with ``keys`` (as ``ANY_KEY`` makes them) name, by the surest key that is known.

    For rows that were not known when persons were linked; those that were stand in ``people``.
    """
    return (
        f"with keyed as (select {identifier}, string_split(cast(keys as varchar), '|') as keys from {rows}),"
        f" said as (select {identifier}, keys, unnest(keys) as key from keyed)"
        f" select {identifier}, person_id from said join person_keys using (key)"
        f" qualify row_number() over (partition by {identifier} order by list_position(keys, key)) = 1"
    )


def _name_persons(connection: Engine) -> None:
    connection.execute(_RECORDS)
    pairs = connection.execute(_RECORD_PAIRS).df()
    since = connection.execute("select record, entered_on from records order by record").df()
    found = cluster(connection, pairs, since.set_index("record")["entered_on"])
    named = pd.DataFrame({"record": since["record"], "cluster": found.cluster})
    for name, table in (("clustered", named), ("doubted", found.doubts)):
        connection.register(name, table)
        connection.execute(f"create or replace temp table link_{name} as from {name}")
        connection.unregister(name)
    for statement in (_LINKED, _PEOPLE, _RELATED, _PERSON_KEYS, _DOUBTS, _ENTERED_TWICE):
        connection.execute(statement)


def counted(connection: Engine, *, is_further: bool = False) -> Linkage:
    """Counts of the persons on the connection; ``is_further``: they were named by ``name_further``, and who merged or split since is counted."""
    merged, split = (connection.execute(_CHANGES).fetchone() if is_further else None) or (0, 0)
    sizes = dict(connection.execute(_SIZES, [list(OF_RESIDENTS)]).fetchall())
    of_residents = {n: persons for n, persons in sizes.items() if n}
    pairs = connection.execute(_PAIRS_MADE).fetchone()
    doubts = dict(connection.execute("select doubt, count(*) from link_doubts group by 1").fetchall())
    return Linkage(
        model=linkage.model().cited,
        records=sum(n * persons for n, persons in of_residents.items()),
        persons=sum(of_residents.values()),
        elsewhere=sizes.get(0, 0),
        pairs=int(pairs[0]) if pairs else 0,
        doubts={doubt: doubts.get(doubt, 0) for doubt in DOUBTS},
        clusters_by_size=of_residents,
        merged=merged,
        split=split,
    )


_RECORDS = """
create or replace temp table records as
with entered as (
  select 'liste_electorale' as source, id_electeur as record_id, max(date_inscription) as entered_on from latest_liste_electorale group by 2
  union all select 'parc_social', id_bail, max(date_entree) from latest_parc_social group by 2
),
known as (
  select source, any_value(priority) as priority, record_id, min(first_known) as first_known,
    arg_min(annee_naissance, (first_known, annee_naissance)) as annee_naissance, arg_min(sexe, (first_known, sexe)) as sexe
  from mentions group by source, record_id
)
select row_number() over (order by source, record_id) - 1 as record, k.*, coalesce(e.entered_on, k.first_known) as entered_on
from known k left join entered e using (source, record_id)
"""
"""One row a record. What it said first counts, unless it said nothing. ``entered_on``: of an entry or lease the day of entry, else when it was first known."""
_IDENTITY = " or ".join(f"l.{a} = r.{b}" for a in KEYS[:2] for b in KEYS[:2])
_RECORD_PAIRS = f"""
with named as (select m.*, n.record from mentions m join records n using (source, record_id))
select least(l.record, r.record) as record_l, greatest(l.record, r.record) as record_r, max(p.weight) as weight,
  max(p.probability) as probability, coalesce(bool_or({_IDENTITY}), false) as is_same_identity
from pairs p join named l on l.mention_id = p.mention_l join named r on r.mention_id = p.mention_r
where l.record <> r.record group by 1, 2 order by 1, 2
"""
_LINKED = """
create or replace temp table linked as
with founders as (
  select cluster, arg_min(source || ':' || record_id, (first_known, priority, record_id)) as founder
  from records join link_clustered using (record) group by cluster
)
select r.*, 'P' || left(md5(f.founder), 16) as person_id
from records r join link_clustered c using (record) join founders f using (cluster)
"""
"""``person_id`` is made of the record by which the person was first known, so later records do not change it."""
CIVIL = """civil as (
  select person_id, arg_min(sexe, (first_known, coalesce(annee_naissance, 9999), sexe)) as sexe,
    arg_min(annee_naissance, (first_known, annee_naissance)) as annee_naissance
  from linked group by person_id
)"""
"""A person's sex and year of birth: what was said first counts."""
_PEOPLE = f"create or replace temp table people as select source, record_id, person_id from linked where source <> '{RELATED}'"
_RELATED = f"create or replace temp table related as select record_id as id_evenement, person_id from linked where source = '{RELATED}'"
_PERSON_KEYS = f"""
create or replace temp table person_keys as
with every as (
  select l.person_id, unnest([{", ".join(f"m.{key}" for key in KEYS)}]) as key from mentions m join linked l using (source, record_id)
)
select key, min(person_id) as person_id from every where key is not null group by key having min(person_id) = max(person_id)
"""
_DOUBTS = """
create or replace temp table link_doubts as
select l.source as source_l, l.record_id as record_id_l, r.source as source_r, r.record_id as record_id_r, d.weight, d.doubt
from link_doubted d join linked l on l.record = d.record_l join linked r on r.record = d.record_r
"""
"""One row a pair that was left apart although much speaks for one person: both records, ``weight`` in bits, ``doubt`` (see ``clusters.DOUBTS``)."""

_ENTERED_TWICE = f"""
create or replace temp table entered_twice as
with named as (select m.*, l.record, l.person_id, l.first_known as since, l.entered_on from mentions m join linked l using (source, record_id)),
twice as (
  select l.person_id as one, l.entered_on as one_on, l.record as one_record, l.since as one_known_on, r.person_id as other, r.entered_on as other_on, r.record as other_record, r.since as other_known_on
  from link_doubted d join named l on l.record = d.record_l join named r on r.record = d.record_r
  where l.source = r.source and list_contains({[guard.name for guard in GUARDS if guard.is_of_entries]}, d.doubt) and ({_IDENTITY})
),
older as (
  select case when (one_on, one_record) < (other_on, other_record) then one else other end as person_id, greatest(one_known_on, other_known_on) as known_on
  from twice
)
select person_id, min(known_on) as known_on from older group by 1
"""
"""One row a person who holds the older of two entries, or leases, with one name and birth date: the address is one that was left (see decision 10)."""

_SIZES = """
with sizes as (select person_id, count(*) filter (where list_contains($1, source)) as n from people group by 1)
select n, count(*) from sizes group by 1 order by 1
"""
_PAIRS_MADE = "select coalesce(sum(n * (n - 1) // 2), 0)::bigint from (select count(*) as n from people group by person_id)"
_CHANGES = """
with both_days as (
  select b.person_id as earlier, p.person_id as later from people_before b join people p using (source, record_id)
)
select
  (select count(*) from (select later from both_days group by 1 having count(distinct earlier) > 1)) as merged,
  (select count(*) from (select earlier from both_days group by 1 having count(distinct later) > 1)) as split
"""
