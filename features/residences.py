"""Where each person lives as far as registers know: every place that one gives, and the one that counts."""

from __future__ import annotations

from features.people import CIVIL

PLACES = """
create or replace temp table places as
with leases as (
  select p.person_id, p.source, p.record_id, l.id_adresse, l.id_logement, l.quartier, coalesce(l.date_entree, l.date_arrete) as written_on,
    l.date_sortie is null or l.date_sortie >= as_of() as is_lease_in_force
  from latest_parc_social l join people p on p.source = 'parc_social' and p.record_id = l.id_bail
),
roll as (
  select p.person_id, p.source, p.record_id, l.id_adresse, l.id_logement, l.quartier, coalesce(l.date_inscription, l.date_liste) as written_on,
    false as is_lease_in_force
  from latest_liste_electorale l join people p on p.source = 'liste_electorale' and p.record_id = l.id_electeur
),
services as (
  select p.person_id, p.source, p.record_id, s.id_adresse, s.id_logement, s.quartier, coalesce(s.date_debut, s.date_arrete) as written_on,
    false as is_lease_in_force
  from latest_usages_services s join people p on p.source = 'usages_services' and p.record_id = s.id_usager
),
register as (
  select p.person_id, p.source, p.record_id, r.id_adresse, r.id_logement, r.quartier, coalesce(r.date_inscription, r.date_arrete) as written_on,
    false as is_lease_in_force
  from latest_registre_vulnerables r join people p on p.source = 'registre_vulnerables' and p.record_id = r.id_inscrit
),
every as (
  from leases union all from roll union all from services union all from register
),
said as (
  select source, record_id, id_adresse, min(first_known) as rewritten_on from mentions where id_adresse is not null group by 1, 2, 3
),
rewritten as (
  from said qualify rewritten_on > min(rewritten_on) over (partition by source, record_id)
)
select e.person_id, e.source as place_source, e.id_adresse, e.id_logement, e.quartier, e.is_lease_in_force,
  greatest(e.written_on, coalesce(w.rewritten_on, e.written_on)) as place_on
from every e left join rewritten w using (source, record_id, id_adresse)
where e.id_adresse is not null
"""
"""One row a record of the last snapshots with an address. ``place_on``: the day on which the address was written: when the entry, lease or
use began, or when a later snapshot first gave it. A use that goes on says that somebody lives, not where: a card keeps an old address."""

RESIDENCES = f"""
create or replace temp table residences as
with chosen as (
  select * from places
  qualify row_number() over (
    partition by person_id order by is_lease_in_force desc, place_on desc, place_source, id_adresse, id_logement nulls last) = 1
),
given as (
  select person_id, id_adresse, id_logement, is_lease_in_force, place_on, true as is_of_today from places where id_logement is not null
  union all select l.person_id, m.id_adresse, m.id_logement, false, m.first_known, false
    from mentions m join linked l using (source, record_id) where m.id_logement is not null
),
flats as (
  from given qualify row_number() over (
    partition by person_id, id_adresse order by is_lease_in_force desc, is_of_today desc, place_on desc, id_logement) = 1
),
{CIVIL}
select c.person_id, c.id_adresse, coalesce(f.id_logement, c.id_logement) as id_logement, c.quartier, c.place_source, c.place_on,
  civil.sexe, civil.annee_naissance
from chosen c left join flats f using (person_id, id_adresse) left join civil using (person_id)
"""
"""One row a person: the current place by a declared order (a lease in force, then the newest written address). A flat number that any
register gives, or once gave, at the same address completes one that does not."""
