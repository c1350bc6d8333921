"""Who the members of a household are, and by which match keys a visit, or an objection, finds each of them again.

A run keeps this of the households of its list and of nobody else: it leaves with the list (``pipelines/retention.py``).
"""

from __future__ import annotations

import pandas as pd

from features.engine import Engine
from features.mentions import KEYS, every_row

FILE = "members.parquet"
"""Its name in a run's folder."""
COLUMNS = ("household_id", "person_id", "sexe", "annee_naissance", *KEYS)
OF_THE_ADDRESS = "cle_nom_adresse"
"""The key that says where somebody lives: it is true of one address only."""


def collect(connection: Engine) -> pd.DataFrame:
    """After ``frame.build``: one row a present member of a household that can be listed, ordered by household and person, with ``COLUMNS``.

    ``sexe`` (M, F) and ``annee_naissance`` as the frame decides them; the keys as ``MEMBERS`` chooses them. Missing: no register says it
    through its gate or, of a key, it is another person's too.
    """
    types = dict.fromkeys(COLUMNS, "str") | {"annee_naissance": "Int64"}
    return connection.execute(MEMBERS).df().astype(types)


_CARRIED = "unnest([" + ", ".join(f"{{kind: '{key}', key: {key}}}" for key in KEYS) + "], recursive := true)"
_OF_THE_PERSON = f"c.kind <> '{OF_THE_ADDRESS}' or c.id_adresse = c.home"
MEMBERS = f"""
with there as (
  select m.household_id, m.person_id, m.id_adresse as home, m.sexe, m.annee_naissance
  from members m join households h using (household_id) where m.presence = 'present'
),
mentioned as (
  select t.person_id, t.home, m.id_adresse, {_CARRIED}
  from mentions m join linked l using (source, record_id) join there t on t.person_id = l.person_id
),
named as (
  select distinct c.person_id, c.kind, c.key from mentioned c join person_keys k on k.key = c.key and k.person_id = c.person_id where {_OF_THE_PERSON}
),
counted as (select person_id, kind, min(key) as key, count(*) as keys from named group by 1, 2),
of_several as (
  select person_id, home, source, record_id from there t join linked l using (person_id)
  where person_id in (select person_id from counted where keys > 1)
),
said as (
  select s.person_id, s.home, e.priority, e.record_id, e.id_adresse, e.known_on, {_CARRIED}
  from ({every_row()}) e join of_several s using (source, record_id)
),
newest as (
  select person_id, kind, key from counted where keys = 1
  union all select c.person_id, c.kind, c.key from said c join named n using (person_id, kind, key) where {_OF_THE_PERSON}
  qualify row_number() over (partition by c.person_id, c.kind order by c.known_on desc, c.priority, c.record_id, c.key) = 1
)
select t.household_id, t.person_id, t.sexe, t.annee_naissance,
  {", ".join(f"any_value(n.key) filter (where n.kind = '{key}') as {key}" for key in KEYS)}
from there t left join newest n using (person_id)
group by all order by t.household_id, t.person_id
"""
"""One row a present member of a household that can be listed. Of each kind of key the one that was said last among those that name this person alone; of one
day by the first of ``mentions.REGISTERS``, then by the first record. A key of name and address counts at its own address only: in a row about another it would be untrue."""
