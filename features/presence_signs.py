"""Whom presence asks about, and every sign that was known of them by then: a row a (question, record or event, place).

A question is a person at a place on a day: every resident as of the day, everybody whom a past visit looked for as of the visit's day,
and who else is known at that dwelling then. A question sees only what was known before its day; a visit does not see itself.
"""

from __future__ import annotations

from features.mentions import OF_RESIDENTS
from features.presence_named import named

AT_HOME = ("PORTAGE_REPAS", "TELEASSISTANCE", "AIDE_DOMICILE")
"""Services that are given at the person's door: their use is seen at the place. Of others the place is what was written when the use began."""
SAYS_THERE, SAYS_GONE = ("VU", "REFUS"), ("DEMENAGE", "DECEDE", "ETABLISSEMENT", "INTROUVABLE")
"""Somebody who refuses is there. ABSENT says neither."""
_DATED = {
    "liste_electorale": ("date_inscription", "date_retour_npai"),
    "parc_social": ("date_entree", "date_sortie"),
    "usages_services": ("null::date", "null::date"),
    "registre_vulnerables": ("date_inscription", "date_fin"),
}
"""Since when a register places somebody and what ends it (returned mail, end of lease or entry). Use of services changes with every snapshot and is read row by row."""


def _history(source: str) -> str:
    """One pass: its records by place with the first and the last snapshot that says it, and (where ``record_id`` is null) its snapshots."""
    since, ended = _DATED[source]
    columns = (
        f"{OF_RESIDENTS[source]} as record_id, id_adresse, id_logement, {since} as since, {ended} as ended_on"
    )
    return (
        f"select '{source}' as source, record_id, id_adresse, id_logement, since, ended_on, known_on as day, min(known_on) as first_known, max(known_on) as last_known"
        f" from (select {columns}, known_on from known_{source} where {OF_RESIDENTS[source]} is not null)"
        " group by grouping sets ((record_id, id_adresse, id_logement, since, ended_on), (known_on))"
    )


HISTORY = f"create or replace temp table history as {' union all '.join(_history(source) for source in OF_RESIDENTS)}"
HELD = "create or replace temp table held as select * exclude (day) from history where record_id is not null"
"""One row a (record, place, since, end). A record that is missing from a snapshot and comes back unchanged is taken to have stayed."""

VISITED = f"create or replace temp table visited as select n.person_id, v.* from known_visites v join ({named('visites')}) n on n.record_id = v.id_visite"

_INFORMATIVE = ", ".join(f"'{issue}'" for issue in (*SAYS_THERE, *SAYS_GONE))
ASKED = f"""
create or replace temp table asked as
with dwellers as (
  select distinct p.person_id, h.id_logement from held h join people p using (source, record_id) where h.id_logement is not null
),
looked_for as (
  select id_visite, person_id, id_adresse, id_logement, sexe, annee_naissance, date_visite, issue, bras, proba_tirage from visited
  where issue in ({_INFORMATIVE}) and id_adresse is not null
),
beside as (
  select distinct v.id_visite, d.person_id, v.id_adresse, v.id_logement, v.date_visite
  from looked_for v join dwellers d using (id_logement) where d.person_id <> v.person_id
)
select person_id as question, 'now' as occasion, person_id, id_adresse, id_logement, sexe, annee_naissance, as_of() as asked_on,
  null::varchar as issue, null::varchar as bras, null::double as proba_tirage
from residences
union all
select 'visit:' || v.id_visite, v.id_visite, v.person_id, v.id_adresse, v.id_logement, coalesce(v.sexe, r.sexe),
  coalesce(v.annee_naissance, r.annee_naissance), v.date_visite, v.issue, v.bras, v.proba_tirage
from looked_for v left join residences r using (person_id)
union all
select 'beside:' || id_visite || ':' || person_id, id_visite, person_id, id_adresse, id_logement, null, null, date_visite, null, null, null from beside
"""

MOMENTS = """
create or replace temp table moments as
with occasions as (select distinct asked_on from asked)
select h.source, o.asked_on, max(h.day) as newest_on from occasions o join history h on was_known(h.day, o.asked_on) where h.record_id is null group by all
"""
"""The newest snapshot of each register that was known on each day asked about."""


def _then(source: str) -> str:
    """The records that stood in the newest snapshot of the day of the question."""
    return (
        "select q.question, p.source, p.record_id, h.id_adresse, h.id_logement, h.since, h.ended_on, m.newest_on from asked q"
        f" join moments m on m.asked_on = q.asked_on and m.source = '{source}' join people p on p.person_id = q.person_id and p.source = m.source"
        " join held h on h.source = p.source and h.record_id = p.record_id and was_known(h.first_known, q.asked_on) and h.last_known >= m.newest_on"
        " where h.id_adresse is not null"
    )


def _served(occasions: str, day: str) -> str:
    """Uses of services in the newest snapshot of the day of the question; those of today apart, so that only today's snapshot is read for them."""
    return (
        "select q.question, p.source, p.record_id, l.id_adresse, l.id_logement, l.date_debut, l.date_fin, l.date_dernier_usage, l.service from asked q"
        " join people p on p.person_id = q.person_id and p.source = 'usages_services' join moments m on m.asked_on = q.asked_on and m.source = p.source"
        f" join known_usages_services l on l.id_usager = p.record_id and l.known_on = {day} where {occasions} and l.id_adresse is not null"
    )


NEWEST = "set variable newest_service_on = (select max(day) from history where source = 'usages_services')"
SERVED = f"""
create or replace temp table served as
{_served("q.occasion = 'now'", "getvariable('newest_service_on')")} union all {_served("q.occasion <> 'now'", "m.newest_on")}
"""

SIGNS = f"""
create or replace temp table signs as
with alerts as (
  select q.question, s.* from asked q join ({named("signalements")}) n using (person_id)
    join known_signalements s on s.id_signalement = n.record_id and was_known(s.known_on, q.asked_on)
),
doors as (
  select q.question, v.* from asked q join visited v on v.person_id = q.person_id and was_known(v.known_on, q.asked_on)
  where v.issue in {SAYS_THERE}
)
select question, 'lease' as kind, source, record_id, id_adresse, id_logement, coalesce(since, newest_on) as since,
  coalesce(ended_on, newest_on) as placed_on, coalesce(ended_on, newest_on) as alive_on, ended_on from ({_then("parc_social")})
union all
select question, 'roll', source, record_id, id_adresse, id_logement, since, since, since, ended_on from ({_then("liste_electorale")})
union all
select question, case when service in {AT_HOME} then 'at home' else 'service' end, source, record_id, id_adresse, id_logement, date_debut,
  case when service in {AT_HOME} then coalesce(date_dernier_usage, date_debut) else date_debut end, coalesce(date_dernier_usage, date_debut), date_fin
from served
union all
select question, 'register', source, record_id, id_adresse, id_logement, since, since, since, ended_on from ({_then("registre_vulnerables")})
union all
select question, 'alert', 'signalements', id_signalement, id_adresse, id_logement, date_signalement, date_signalement, date_signalement, null
from alerts where id_adresse is not null
union all
select question, 'door', 'visites', id_visite, id_adresse, id_logement, date_visite, date_visite, date_visite, null
from doors where id_adresse is not null
"""
"""One row a sign: ``since`` when it first placed the person there, ``placed_on`` when it last did, ``alive_on`` the last sign of life in it,
``ended_on``: end of lease or use, or returned mail. A lease in force is a sign of the snapshot's own day."""

TABLES = (HISTORY, HELD, VISITED, ASKED, MOMENTS, NEWEST, SERVED, SIGNS)
"""In this order; ``residences`` and ``people`` stand before."""
PASSING = ("history", "asked", "moments", "served", "signs")
"""Tables that nothing needs once facts are there: of a million persons they are gigabytes."""
