"""Who lives with whom, as of a day: dwellings, the statements about them and how strong each is."""

from __future__ import annotations

RESIDENCES = """
create or replace temp table residences as
with leases as (
  select p.person_id, l.id_adresse, l.id_logement, l.quartier, 'parc_social' as place_source,
    coalesce(l.date_entree, l.date_arrete) as place_on, (l.date_sortie is null) as is_lease_in_force
  from latest_parc_social l join people p on p.source = 'parc_social' and p.record_id = l.id_bail
),
roll as (
  select p.person_id, l.id_adresse, l.id_logement, l.quartier, 'liste_electorale' as place_source,
    coalesce(l.date_inscription, l.date_liste) as place_on, false as is_lease_in_force
  from latest_liste_electorale l join people p on p.source = 'liste_electorale' and p.record_id = l.id_electeur
),
services as (
  select p.person_id, s.id_adresse, s.id_logement, s.quartier, 'usages_services' as place_source,
    coalesce(s.date_dernier_usage, s.date_debut, s.date_arrete) as place_on, false as is_lease_in_force
  from latest_usages_services s join people p on p.source = 'usages_services' and p.record_id = s.id_usager
),
register as (
  select p.person_id, r.id_adresse, r.id_logement, r.quartier, 'registre_vulnerables' as place_source,
    coalesce(r.date_inscription, r.date_arrete) as place_on, false as is_lease_in_force
  from latest_registre_vulnerables r join people p on p.source = 'registre_vulnerables' and p.record_id = r.id_inscrit
),
places as (
  from leases union all by name from roll union all by name from services union all by name from register
),
chosen as (
  select * from places where id_adresse is not null
  qualify row_number() over (
    partition by person_id order by is_lease_in_force desc, place_on desc, place_source, id_adresse, id_logement nulls last) = 1
),
flats as (
  select person_id, id_adresse, id_logement from places where id_logement is not null
  qualify row_number() over (partition by person_id, id_adresse order by place_on desc, id_logement) = 1
),
records as (
  select person_id, sexe, annee_naissance, first_known from linked
),
civil as (
  select person_id, arg_min(sexe, first_known) filter (where sexe is not null) as sexe,
    arg_min(annee_naissance, first_known) filter (where annee_naissance is not null) as annee_naissance
  from (from records order by person_id, first_known, annee_naissance, sexe) group by person_id
)
select c.person_id, c.id_adresse, coalesce(c.id_logement, f.id_logement) as id_logement, c.quartier, c.place_source, c.place_on,
  civil.sexe, civil.annee_naissance
from chosen c left join flats f using (person_id, id_adresse) left join civil using (person_id)
"""
"""One row a person: the current place by a declared order (a lease in force, then the newest dated evidence). A flat number that any
register gives at the same address completes one that does not."""

STAYS = """
create or replace temp table stays as
with seen as (
  select p.person_id, k.id_logement, min(k.known_on) as first_seen, max(k.known_on) as last_seen
  from (
    select 'liste_electorale' as source, id_electeur as record_id, id_logement, known_on from known_liste_electorale
    union all select 'parc_social', id_bail, id_logement, known_on from known_parc_social where date_sortie is null
    union all select 'registre_vulnerables', id_inscrit, id_logement, known_on from known_registre_vulnerables
    union all select 'usages_services', id_usager, id_logement, known_on from known_usages_services
  ) k join people p using (source, record_id)
  where k.id_logement is not null
  group by all
),
chained as (
  select *, max(last_seen) over (
    partition by id_logement order by first_seen, person_id rows between unbounded preceding and 1 preceding) as seen_before
  from seen
),
numbered as (
  select *, count(*) filter (where seen_before is null or first_seen > seen_before) over (
    partition by id_logement order by first_seen, person_id) as chain
  from chained
)
select person_id, id_logement, chain, first_value(person_id) over (
  partition by id_logement, chain order by first_seen, person_id) as founder
from numbered
"""
"""One row a (person, dwelling): the unbroken chain of overlapping stays it belongs to and the chain's first person."""

HOUSEHOLDS = """
create or replace temp table members as
select r.*,
  case
    when r.id_logement is null then 'H' || left(md5('alone:' || r.person_id || ':' || r.id_adresse), 16)
    else 'H' || left(md5(r.id_logement || ':' || coalesce(s.founder, r.person_id)), 16)
  end as household_id,
  year(as_of()) - r.annee_naissance as age
from residents r left join stays s on s.person_id = r.person_id and s.id_logement = r.id_logement
"""
"""``residents`` with ``household_id``. Somebody whose flat is not known is a household of their own: strangers of one building are never merged."""

STATEMENTS = """
create or replace temp table households as
with leases as (
  select m.household_id, max(l.nb_occupants) as occupants, max(l.known_on) as lease_known_on
  from members m join people p on p.person_id = m.person_id and p.source = 'parc_social'
    join latest_parc_social l on l.id_bail = p.record_id
  where m.presence = 'present' and l.date_sortie is null and l.nb_occupants > 0 and l.id_adresse = m.id_adresse
  group by 1
),
sources as (
  select m.household_id, count(distinct p.source) as n_sources from members m join people p using (person_id)
  where m.presence = 'present' group by 1
),
supports as (
  select m.household_id, string_agg(distinct r.source, '+' order by r.source) as members_source, max(r.known_on) as members_known_on
  from members m join people p using (person_id) join latest_records r using (source, record_id)
  where m.presence = 'present' group by 1
),
present as (
  select household_id, any_value(id_logement) as id_logement, min(id_adresse) as id_adresse, min(quartier) as quartier,
    count(*) as members, count(*) filter (where age >= 18 or age is null) as adults, max(age) as oldest_age,
    bool_and(sexe = 'M') as is_men_only
  from members where presence = 'present' group by 1
)
select p.household_id, p.id_logement, p.id_adresse, p.quartier, p.members, p.oldest_age, p.is_men_only, l.occupants,
  case
    when l.occupants is not null then l.occupants = 1
    when p.id_logement is not null then p.adults = 1
  end as lives_alone,
  case
    when l.occupants is not null then 'known'
    when p.id_logement is not null then 'likely'
    else 'cannot be known'
  end as lives_alone_strength,
  case
    when l.occupants is not null then 'bail : ' || l.occupants || ' occupant(s) déclaré(s)'
    when p.id_logement is not null then p.adults || ' adulte(s) connu(s) au logement'
    else 'appartement inconnu'
  end as lives_alone_evidence,
  (s.n_sources = 1 and l.occupants is null) as is_data_thin,
  u.members_source, u.members_known_on, case when l.occupants is not null then 'parc_social' end as lease_source, l.lease_known_on
from present p left join leases l using (household_id) left join sources s using (household_id) left join supports u using (household_id)
where p.adults > 0 and (p.id_logement is null or p.id_logement not in (select id_logement from objected_dwellings))
"""
"""One row a household with a present adult, where nobody known at the dwelling objected (a partner left over would look alone, and a visit
would reach whoever objected): the statement about living alone, its strength and its evidence. ``members_source`` names the
registers of the last snapshots that hold its members, joined by ``+``, and ``members_known_on`` the newest day of them; ``lease_*`` likewise for the lease."""
