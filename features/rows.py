"""What factors read: per source the rows of people who are there, as of a day. The only place where a factor meets records.

``gather`` makes, on a connection where the frame was built for the day, one temp view a source: ``rows_<source>``, one row a record of the last snapshot
(of events: of all of them) of somebody present: ``household_id``, ``person_id`` and the columns of ``latest_<source>``, which holds no protected column.
And ``framed``: one row a household, for factors of the frame.
"""

from __future__ import annotations

from collections.abc import Mapping

from data_contracts.contract import Gate
from features.engine import Engine

SOURCES = {
    "parc_social": "id_bail",
    "usages_services": "id_usager",
    "registre_vulnerables": "id_inscrit",
    "liste_electorale": "id_electeur",
    "etat_civil": "id_evenement",
}
"""Sources that factors may read, with what names a record. Visits and alerts are not among them."""
TRACE_DAYS = 730
LEFT_A_TRACE = f"coalesce(l.date_dernier_usage, l.date_debut) >= as_of() - {TRACE_DAYS}"
"""Of a row ``l`` of a service."""
_KEYS = "cle_identite, cle_usage, cle_phonetique, cle_nom_adresse"
"""What linked the records; a factor has no use for it."""

_THERE = (
    "create or replace temp table there as select m.household_id, m.person_id from members m join households h using (household_id)"
    " where m.presence = 'present'"
)

_LEASES = """
with counted as (
  select id_bail, date_arrete, nb_occupants, lag(nb_occupants) over (partition by id_bail order by date_arrete) as before from known_parc_social
),
shrunk as (select id_bail, max(date_arrete) as shrank_on from counted where nb_occupants < before group by 1)
select l.* exclude ({keys}), s.shrank_on from latest_parc_social l left join shrunk s using (id_bail)
"""
"""``shrank_on``: the last snapshot in which a lease declared fewer people than in the one before."""

A_YEAR_BEFORE = "date_arrete < as_of() - 335 and date_arrete >= as_of() - 425"
_USES = f"""
with earlier as (
  select id_usager, service, arg_max(nb_usages_12m, date_arrete) as uses_a_year_before from known_usages_services
  where {A_YEAR_BEFORE} group by 1, 2
)
select l.* exclude ({{keys}}), e.uses_a_year_before from own_uses l left join earlier e using (id_usager, service)
"""
"""``uses_a_year_before``: uses in twelve months as a snapshot of a year ago showed them, null without one."""

_OWN_USES = "create or replace temp view own_uses as select * from latest_usages_services where coalesce(origine, '') <> 'VISITE'"
"""A service that began because of a visit would leak the label: it is left out here, once for every factor."""

_ACTS = """
select e.* exclude ({keys}), n.person_id, n.is_related from latest_etat_civil e join (
  select id_evenement, person_id, true as is_related from related
  union all select record_id, person_id, false from people where source = 'etat_civil'
) n using (id_evenement)
"""
"""An act speaks of its subject and of a second person, the spouse whom a death leaves or the parent of a newborn (``is_related``)."""

_READ = {"parc_social": _LEASES, "usages_services": _USES}


def gather(connection: Engine, gates: Mapping[str, Gate]) -> None:
    """Makes ``rows_<source>`` and ``framed``."""
    for statement in (_THERE, _OWN_USES):
        connection.execute(statement)
    for source, record in SOURCES.items():
        connection.execute(f"create or replace temp view rows_{source} as {_rows(source, record)}")
    connection.execute(_framed(gates))


def _rows(source: str, record: str) -> str:
    if source == "etat_civil":
        return (
            f"select t.household_id, a.* from ({_ACTS.format(keys=_KEYS)}) a join there t using (person_id)"
        )
    read = _READ.get(source, f"select * exclude ({{keys}}) from latest_{source}").format(keys=_KEYS)
    return (
        f"select t.household_id, t.person_id, l.* from ({read}) l"
        f" join people p on p.source = '{source}' and p.record_id = l.{record} join there t on t.person_id = p.person_id"
    )


def _framed(gates: Mapping[str, Gate]) -> str:
    """Households with whether service use may be looked at and whether any member left a trace of it in 24 months."""
    is_open = "true" if gates["usages_services"] == "open" else "false"
    return (
        "create or replace temp table framed as with traces as ("
        " select distinct t.household_id from own_uses l join people p on p.source = 'usages_services' and p.record_id = l.id_usager"
        f" join there t on t.person_id = p.person_id where {LEFT_A_TRACE}),"
        " delivered as (select max(known_on) as services_known_on from latest_usages_services)"
        f" select h.*, ({is_open} and services_known_on is not null) as is_services_open, (t.household_id is not null) as has_trace,"
        " 'usages_services' as services_source, services_known_on"
        " from households h cross join delivered left join traces t using (household_id)"
    )
