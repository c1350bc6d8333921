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


_CARRIED = ", ".join(f"{{kind: '{key}', key: {key}}}" for key in KEYS)
MEMBERS = f"""
with there as (
  select m.household_id, m.person_id, m.id_adresse as home, m.sexe, m.annee_naissance
  from members m join households h using (household_id) where m.presence = 'present'
),
said as (
  select t.person_id, t.home, e.priority, e.record_id, e.id_adresse, {", ".join(f"e.{key}" for key in KEYS)}, max(e.known_on) as known_on
  from ({every_row()}) e join linked l using (source, record_id) join there t on t.person_id = l.person_id
  group by all
),
carried as (
  select person_id, home, priority, record_id, id_adresse, known_on, unnest([{_CARRIED}], recursive := true) from said
),
newest as (
  select c.person_id, c.kind, c.key from carried c join person_keys k on k.key = c.key and k.person_id = c.person_id
  where c.kind <> '{OF_THE_ADDRESS}' or c.id_adresse = c.home
  qualify row_number() over (partition by c.person_id, c.kind order by c.known_on desc, c.priority, c.record_id, c.key) = 1
)
select t.household_id, t.person_id, t.sexe, t.annee_naissance,
  {", ".join(f"any_value(n.key) filter (where n.kind = '{key}') as {key}" for key in KEYS)}
from there t left join newest n using (person_id)
group by all order by t.household_id, t.person_id
"""
"""One row a present member of a household that can be listed. Of each kind of key the one that was said last among those that name this person alone; of one
day by the first of ``mentions.REGISTERS``, then by the first record. A key of name and address counts at its own address only: in a row about another it would be untrue."""
