"""Signs → facts: one row a question with the days that evidence compares. What a newer sign at the place outweighs is decided in the catalogue."""

from __future__ import annotations

from features.presence_named import named
from features.presence_signs import AT_HOME, SAYS_THERE

CLOSED = ("EHPAD", "HOPITAL")
"""Establishments whose residents are no longer at home. A résidence autonomie or a foyer is a home that can be visited."""

PLACED = f"""
create or replace temp table placed as
with first_days as (select source, record_id, id_adresse, min(first_known) as first_known from held group by all),
homes as (select id_adresse, min(known_on) as known_on from known_etablissements where type in {CLOSED} group by all)
select s.* exclude (since, placed_on, alive_on), coalesce(since, f.first_known) as since, coalesce(placed_on, f.first_known) as placed_on,
  coalesce(alive_on, f.first_known) as alive_on, coalesce(f.first_known, s.since) as first_known,
  case when was_known(h.known_on, q.asked_on) then greatest(h.known_on, f.first_known, s.since) end as home_known_on
from signs s join asked q on q.question = s.question
  left join first_days f on f.source = s.source and f.record_id = s.record_id and f.id_adresse = s.id_adresse
  left join homes h on h.id_adresse = s.id_adresse
"""
"""``signs`` with the day on which the city first knew the record at that place, and since when that place is known as an establishment."""

HERE = """
create or replace temp table here as
select q.question,
  max(placed_on) filter (where s.kind <> 'lease' or s.ended_on is null) as attested_on,
  max(placed_on) as placed_on, max(alive_on) as seen_on,
  max(placed_on) filter (where s.kind in ('alert', 'door')) as met_on,
  bool_or(s.kind = 'lease' and s.ended_on is null) as is_tenant,
  max(s.ended_on) filter (where s.kind = 'lease') as lease_ended_on,
  min(since) as first_on, bool_or(s.kind = 'roll') as is_on_roll,
  max(s.ended_on) filter (where s.kind = 'roll') as returned_on,
  max(alive_on) filter (where s.kind in ('at home', 'service')) as used_on,
  bool_or(s.kind in ('at home', 'service') and s.ended_on is null) as still_uses,
  bool_and(s.kind = 'service') as is_only_written,
  min(home_known_on) as home_known_on
from asked q join placed s on s.question = q.question and s.id_adresse = q.id_adresse group by all
"""

ELSEWHERE = """
create or replace temp table elsewhere as
select q.question,
  max(since) filter (where home_known_on is null) as away_on,
  arg_max(first_known, (since, first_known)) filter (where since is not null and home_known_on is null) as away_known_on,
  max(since) filter (where home_known_on is not null) as away_home_on,
  arg_max(home_known_on, (since, home_known_on)) filter (where since is not null) as away_home_known_on
from asked q join placed s on s.question = q.question and s.id_adresse <> q.id_adresse where s.ended_on is null group by all
"""
"""The newest sign at another address that has not ended."""

EVENTS = f"""
create or replace temp table events as
with deaths as (
  select q.question, min(d.known_on) as dead_known_on, min(d.date_deces) as died_on
  from asked q join ({named("deces_publics")}) n using (person_id) join known_deces_publics d on d.cle_identite = n.record_id
  where was_known(d.known_on, q.asked_on) group by all
),
acts as (
  select q.question, min(e.known_on) as act_known_on
  from asked q join ({named("etat_civil")}) n using (person_id) join known_etat_civil e on e.id_evenement = n.record_id
  where e.type_evenement = 'DECES' and was_known(e.known_on, q.asked_on) group by all
),
doors as (
  select q.question, v.issue, v.date_visite from asked q join visited v on v.person_id = q.person_id and was_known(v.known_on, q.asked_on)
  where v.id_adresse = q.id_adresse or v.id_adresse is null or v.issue = 'DECEDE'
),
told as (
  select question, max(date_visite) filter (where issue = 'DECEDE') as told_dead_on,
    max(date_visite) filter (where issue = 'ETABLISSEMENT') as told_home_on, max(date_visite) filter (where issue = 'DEMENAGE') as told_moved_on,
    max(date_visite) filter (where issue = 'INTROUVABLE') as not_found_on, max(date_visite) filter (where issue in {SAYS_THERE}) as door_on
  from doors group by all
),
returned as (
  select h.record_id, h.ended_on, min(h.first_known) as first_known from held h where h.source = 'liste_electorale' and h.ended_on is not null group by all
),
mail as (
  select s.question, max(r.first_known) as returned_known_on
  from here join signs s using (question) join returned r on r.record_id = s.record_id and r.ended_on = s.ended_on
  where s.kind = 'roll' and s.ended_on = here.returned_on group by all
),
ends as (
  select s.question, max(h.first_known) as lease_ended_known_on
  from here join signs s using (question) join held h on h.source = s.source and h.record_id = s.record_id and h.ended_on = s.ended_on
  where s.kind = 'lease' and s.ended_on = here.lease_ended_on group by all
)
select q.question, deaths.* exclude (question), acts.* exclude (question), told.* exclude (question), returned_known_on, lease_ended_known_on
from asked q left join deaths using (question) left join acts using (question) left join told using (question)
  left join mail using (question) left join ends using (question)
"""

REMOVED = """
create or replace temp table removed as
with ever as (
  select p.person_id, min(h.first_known) as first_known, max(h.last_known) as last_day
  from held h join people p using (source, record_id) where h.source = 'liste_electorale' group by all
),
days as (select day from history where source = 'liste_electorale' and record_id is null)
select q.question, min(d.day) as removed_on
from asked q join ever e on e.person_id = q.person_id and was_known(e.first_known, q.asked_on) left join days d on d.day > e.last_day
where q.question not in (select question from signs where kind = 'roll') group by all
"""
"""Who stood on the roll and does not in its newest snapshot; the day is that of the first snapshot without the person."""

BESIDE = """
create or replace temp table beside as
with at_dwelling as (
  select s.question, q.occasion, s.id_logement, s.id_adresse, min(since) as came_on, max(placed_on) as placed_on, max(alive_on) as seen_on,
    max(since) filter (where s.kind = 'lease' and s.ended_on is null) as lease_on,
    arg_max(first_known, (since, first_known)) filter (where since is not null and s.kind = 'lease' and s.ended_on is null) as lease_known_on,
    min(since) filter (where s.kind in ('roll', 'lease')) as settled_on,
    bool_or(s.kind = 'roll') as is_on_roll, max(s.ended_on) filter (where s.kind = 'roll') as returned_on
  from placed s join asked q on q.question = s.question where s.id_logement is not null group by all
),
gone as (
  select d.question, d.id_logement, max(s.since) as away_on from at_dwelling d join placed s on s.question = d.question and s.id_adresse <> d.id_adresse
  where s.ended_on is null group by all
),
others as (
  select d.*, coalesce(d.returned_on >= d.placed_on, false) as is_returned,
    case when g.away_on > d.placed_on then greatest(g.away_on, r.removed_on) else r.removed_on end as gone_on
  from at_dwelling d left join gone g using (question, id_logement) left join removed r using (question)
)
select q.question, bool_or(o.is_returned) as beside_returned, max(o.gone_on) as beside_gone_on,
  count(*) filter (where o.is_on_roll and o.returned_on is null) as beside_mail,
  max(o.settled_on) filter (where o.settled_on > h.attested_on) as newcomer_on,
  max(o.lease_on) filter (where o.lease_on > h.attested_on) as new_lease_on,
  arg_max(o.lease_known_on, (o.lease_on, o.lease_known_on)) filter (where o.lease_on > h.attested_on) as new_lease_known_on,
  bool_or(o.lease_on <= h.attested_on) as beside_tenant, max(o.seen_on) as beside_seen_on
from asked q join here h using (question)
  join others o on o.occasion = q.occasion and o.id_logement = q.id_logement and o.question <> q.question
group by all
"""
"""Who else is recorded at the same dwelling: a family leaves together, and somebody new comes after."""

FACTS = """
create or replace temp table facts as
select q.*, year(q.asked_on) - q.annee_naissance as age, here.* exclude (question), elsewhere.* exclude (question), events.* exclude (question),
  twice.known_on as twice_known_on, removed.removed_on, removed.question is not null as is_removed, beside.* exclude (question), life.alive_on, newest.snapshot_on
from asked q left join here using (question) left join elsewhere using (question) left join events using (question)
  left join removed using (question) left join beside using (question)
  left join (select question, max(alive_on) as alive_on from placed group by all) life using (question)
  left join (select asked_on, max(newest_on) as snapshot_on from moments group by all) newest using (asked_on)
  left join entered_twice twice on twice.person_id = q.person_id and was_known(twice.known_on, q.asked_on)
where q.question not like 'beside:%'
"""

TABLES = (PLACED, HERE, ELSEWHERE, EVENTS, REMOVED, BESIDE, FACTS)
"""In this order, after those of ``presence_signs``. ``AT_HOME`` services attest the place, others only that the person is alive."""
PASSING = ("placed", "here", "elsewhere", "events", "removed", "beside")
"""As ``presence_signs.PASSING``."""
__all__ = ["AT_HOME", "CLOSED", "TABLES"]
