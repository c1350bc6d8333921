"""Who lives with whom, as of a day: households named so that they stay the same, and what became of them."""

from __future__ import annotations

STAYS = """
create or replace temp table stays as
with seen as (
  select p.person_id, h.id_logement, min(h.first_known) as first_seen, max(h.last_known) as last_seen
  from held h join people p using (source, record_id)
  where h.id_logement is not null and (h.source <> 'parc_social' or h.ended_on is null)
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
select person_id, id_logement, chain, first_seen, last_seen, first_value(person_id) over (
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

HISTORY = """
create or replace temp table household_history as
with now_there as (
  select person_id, id_logement from places where id_logement is not null union select person_id, id_logement from residences where id_logement is not null
),
stays_named as (
  select 'H' || left(md5(s.id_logement || ':' || s.founder), 16) as household_id, s.person_id, s.id_logement, s.first_seen, s.last_seen,
    (n.person_id is not null and coalesce(r.presence, 'present') in ('present', 'unknown')) as is_there,
    case when r.id_logement = s.id_logement then r.presence_known_on end as left_known_on
  from stays s left join now_there n using (person_id, id_logement) left join residents r using (person_id)
),
spans as (
  select *, min(first_seen) over w as formed_on, bool_or(is_there) over w as is_alive,
    max(coalesce(left_known_on, last_seen)) over w as last_on from stays_named window w as (partition by household_id)
)
select distinct household_id, null::varchar as person_id, 'formed' as event, formed_on as known_on from spans
union all select household_id, person_id, 'joined', first_seen from spans where first_seen > formed_on
union all select household_id, person_id, 'left', coalesce(left_known_on, last_seen) from spans where not is_there
union all select distinct household_id, null::varchar, 'dissolved', last_on from spans where not is_alive
"""
"""One row an event of a household at a known dwelling, as far as registers saw it: ``formed`` and ``dissolved`` (``person_id`` null), ``joined``, ``left``.
``known_on``: the day it was known; of a leaving that no register tells, the last day on which one still showed the person there."""
