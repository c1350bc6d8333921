"""The doors of everybody of an age, and the entries of the roll that lead to none: rows of the visiting list, from the tables of ``attrition``."""

from __future__ import annotations

from features.attrition import OBJECTION, REFUSED, VISITED
from features.presence_model import EVEN

DOORS = f"""
with visited as (
  select household_id, max(visited_on) as visited_on, arg_max(v.issue, (visited_on, v.known_on, v.issue)) as issue
  from ({VISITED}) v join households h using (household_id) where coalesce(v.id_adresse = h.id_adresse, true) group by 1
)
select household_id, id_logement, id_adresse, coalesce(quartier, '') as quartier, members, oldest_age, lives_alone, lives_alone_strength,
  occupants is not null as has_lease, visited_on, issue
from households left join visited using (household_id)
where oldest_age >= $1 and household_id not in (select household_id from ({REFUSED}))
order by quartier, id_adresse, id_logement nulls last, household_id
"""
"""One row a household with a present member of that age, neighbours side by side; whoever said no, or objected, is not there.
``visited_on`` and ``issue`` (as the contract of visits says it) are of the last visit there, null where nobody went: a visit to an
earlier address of the same people is none of this door."""

TO_CHECK = f"""
select household_id, any_value(id_logement) as id_logement, any_value(id_adresse) as id_adresse, coalesce(any_value(quartier), '') as quartier,
  max(age) as oldest_age, max(there_probability) as there_probability, arg_max(presence_reason, there_probability) as reason,
  arg_max(presence_known_on, there_probability) as known_on
from members
where presence = 'unknown' and age >= $1 and there_probability >= {EVEN}
  and household_id not in (select household_id from ({DOORS}))
  and household_id not in (select household_id from ({REFUSED}))
  and (id_logement is null or id_logement not in (select id_logement from objected_dwellings))
group by household_id
order by quartier, id_adresse, id_logement nulls last, household_id
"""
"""One row a household that is not on the list although somebody of that age is more likely there than not: too little shows it. ``reason`` and
``known_on`` are those of whoever of them is the surest to be there."""

REMOVED = f"""
select quartier, id_adresse, id_logement, removed, reason, removed_known_on
from roll_entries
where age >= $1 and removed is not null and reason <> '{OBJECTION}'
  and (id_logement is null or id_logement not in (select id_logement from objected_dwellings))
order by quartier, id_adresse, id_logement nulls last, id_electeur
"""
"""One row an entry of the roll of that age that leads to no door, at the place where the roll says. No dwelling where somebody objected."""

EVENTS = ("deces_publics", "etablissements", "etat_civil", "signalements", "visites")
"""Sources beside the registers of residents that tell who is there no more, who is, and whom to leave in peace."""
ORIGINS = (
    "select source, max(known_on) from (select source, known_on from latest_records"
    + "".join(f" union all select '{source}', known_on from known_{source}" for source in EVENTS)
    + ") group by 1 order by 1"
)
"""One row a source that says something, with the newest day of it."""
