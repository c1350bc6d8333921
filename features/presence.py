"""Is the person still there? A first rule: each register that says otherwise gives a reason and the day it became known."""

from __future__ import annotations

PRESENCES = ("present", "deceased", "moved", "establishment", "unknown")

HOMES = ("EHPAD", "HOPITAL")
"""Establishments whose residents are no longer at home. A résidence autonomie or a foyer is a home that can be visited."""

DEPARTURES = f"""
create or replace temp table departures as
with deaths as (
  select p.person_id, 1 as priority, 'deceased' as presence, 'fichier public des décès' as reason, d.known_on as said_on
  from known_deces_publics d join people p on p.source = 'deces_publics' and p.record_id = d.cle_identite
),
found_at_the_door as (
  select p.person_id,
    case issue when 'DECEDE' then 1 when 'ETABLISSEMENT' then 2 else 3 end as priority,
    case issue when 'DECEDE' then 'deceased' when 'ETABLISSEMENT' then 'establishment' else 'moved' end as presence,
    'visite' as reason, v.known_on as said_on
  from known_visites v join people p on p.source = 'visites' and p.record_id = v.id_visite
  where v.issue in ('DECEDE', 'ETABLISSEMENT', 'DEMENAGE')
),
lives_in_establishment as (
  select r.person_id, 2 as priority, 'establishment' as presence, 'adresse d''un établissement' as reason, r.place_on as said_on
  from residences r join latest_etablissements e using (id_adresse)
  where e.type in {HOMES}
),
returned_mail as (
  select p.person_id, 3 as priority, 'moved' as presence, 'courrier revenu (NPAI)' as reason, l.date_retour_npai as said_on
  from latest_liste_electorale l join people p on p.source = 'liste_electorale' and p.record_id = l.id_electeur
    join residences r on r.person_id = p.person_id and r.id_adresse = l.id_adresse
  where l.date_retour_npai is not null
),
ended_leases as (
  select r.person_id, 3 as priority, 'moved' as presence, 'fin de bail' as reason, l.date_sortie as said_on
  from residences r join people p on p.person_id = r.person_id and p.source = 'parc_social'
    join latest_parc_social l on l.id_bail = p.record_id
  where l.date_sortie is not null and l.id_adresse = r.id_adresse
),
every as (
  from deaths union all by name from found_at_the_door union all by name from lives_in_establishment
  union all by name from returned_mail union all by name from ended_leases
)
select person_id, presence, reason, said_on from every
qualify row_number() over (partition by person_id order by priority, said_on desc, reason) = 1
"""
"""One row a person who is said to have left: ``person_id``, ``presence``, ``reason``, ``said_on``. Death outweighs an establishment, which outweighs a move."""

PRESENT = """
create or replace temp table residents as
select r.person_id, r.id_logement, r.id_adresse, r.quartier, r.sexe, r.annee_naissance, r.place_source, r.place_on,
  case
    when d.presence is null then 'present'
    when d.presence = 'moved' and r.place_on > d.said_on then 'present'
    else d.presence
  end as presence,
  case when d.presence is not null and not (d.presence = 'moved' and r.place_on > d.said_on) then d.reason else '' end as presence_reason,
  d.said_on as presence_known_on
from residences r left join departures d using (person_id)
"""
"""One row a person with a place. A newer place elsewhere outweighs an older sign of a move."""
