"""Whom presence asks about, and every sign that was known of them by then: a row a (question, record or event, place).

A question is a person at a place on a day: every resident as of the day, everybody whom a past visit looked for as of the visit's day,
and who else is known at that dwelling then. A question sees only what was known before its day; a visit does not see itself.
"""

from __future__ import annotations

from features.people import RECORDS
from features.presence_named import named

AT_HOME = ("PORTAGE_REPAS", "TELEASSISTANCE", "AIDE_DOMICILE")
"""Services that are given at the person's door: their use is seen at the place. Of others the place is what was written when the use began."""
SAYS_THERE, SAYS_GONE = ("VU", "REFUS"), ("DEMENAGE", "DECEDE", "ETABLISSEMENT", "INTROUVABLE")
"""Somebody who refuses is there. ABSENT says neither."""
_ENDS = {"liste_electorale": "date_retour_npai", "parc_social": "date_sortie"}

HELD = "create or replace temp table held as " + " union all ".join(
    f"select '{source}' as source, {record} as record_id, id_adresse, id_logement, {_ENDS.get(source, 'null::date')} as ended_on,"
    f" min(known_on) as first_known, max(known_on) as last_known from known_{source} where {record} is not null group by all"
    for source, record in RECORDS.items()
)
"""One row a (record, place, returned mail or end of lease): the first and the last snapshot that says it."""

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

MOMENTS = f"""
create or replace temp table moments as
with days as ({" union all ".join(f"select distinct '{s}' as source, known_on from known_{s}" for s in RECORDS)}),
occasions as (select distinct asked_on from asked)
select source, asked_on, max(known_on) as known_on from occasions join days on was_known(known_on, asked_on) group by all
"""
"""The snapshot of each register that was the newest known on each day asked about."""


def _then(source: str, columns: str) -> str:
    """The rows of a register that was the newest on the day of the question."""
    record = RECORDS[source]
    return (
        f"select q.question, '{source}' as source, p.record_id, l.id_adresse, l.id_logement, l.known_on, {columns} from asked q"
        f" join moments m on m.asked_on = q.asked_on and m.source = '{source}' join people p on p.person_id = q.person_id and p.source = '{source}'"
        f" join known_{source} l on l.{record} = p.record_id and l.known_on = m.known_on where l.id_adresse is not null"
    )


SIGNS = f"""
create or replace temp table signs as
with rolled as ({_then("liste_electorale", "l.date_inscription, l.date_retour_npai")}),
leased as ({_then("parc_social", "l.date_entree, l.date_sortie")}),
served as ({_then("usages_services", "l.date_debut, l.date_fin, l.date_dernier_usage, l.service")}),
registered as ({_then("registre_vulnerables", "l.date_inscription, l.date_fin")}),
alerts as (
  select q.question, s.* from asked q join ({named("signalements")}) n using (person_id)
    join known_signalements s on s.id_signalement = n.record_id and was_known(s.known_on, q.asked_on)
),
doors as (
  select q.question, v.* from asked q join visited v on v.person_id = q.person_id and was_known(v.known_on, q.asked_on)
  where v.issue in {SAYS_THERE}
)
select question, 'lease' as kind, source, record_id, id_adresse, id_logement, coalesce(date_entree, known_on) as since,
  coalesce(date_sortie, known_on) as placed_on, coalesce(date_sortie, known_on) as alive_on, date_sortie as ended_on from leased
union all
select question, 'roll', source, record_id, id_adresse, id_logement, date_inscription, date_inscription, date_inscription, date_retour_npai from rolled
union all
select question, case when service in {AT_HOME} then 'at home' else 'service' end, source, record_id, id_adresse, id_logement, date_debut,
  case when service in {AT_HOME} then coalesce(date_dernier_usage, date_debut) else date_debut end, coalesce(date_dernier_usage, date_debut), date_fin
from served
union all
select question, 'register', source, record_id, id_adresse, id_logement, date_inscription, date_inscription, date_inscription, date_fin from registered
union all
select question, 'alert', 'signalements', id_signalement, id_adresse, id_logement, date_signalement, date_signalement, date_signalement, null
from alerts where id_adresse is not null
union all
select question, 'door', 'visites', id_visite, id_adresse, id_logement, date_visite, date_visite, date_visite, null
from doors where id_adresse is not null
"""
"""One row a sign: ``since`` when it first placed the person there, ``placed_on`` when it last did, ``alive_on`` the last sign of life in it,
``ended_on``: end of lease or use, or returned mail. A lease in force is a sign of the snapshot's own day."""

TABLES = (HELD, VISITED, ASKED, MOMENTS, SIGNS)
"""In this order; ``residences`` and ``people`` stand before."""
