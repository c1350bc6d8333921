"""What was known by a day of doors, alerts, services and loneliness, row by row: what the yearly figures count."""

from __future__ import annotations

from datetime import date

import duckdb
import pandas as pd

from features import label
from features.label import STATES, UCLA_ITEMS

NEEDS = tuple(f"besoin_{n}" for n in ("mobilite", "repas", "loisirs", "visite", "numerique", "menage"))
SIX_MONTHS_DAYS, NEWS_DAYS = 183, 30
"""Somebody found isolated is looked at again six months later; news of the month after still tells it. Our own choice."""
AGAIN_DAYS = 90
"""The same questions asked sooner tell of the day, not of a change. Our own choice."""
ANSWERED_DAYS = 180
"""A visit so long after an alert is its answer; a later one is another story. Our own choice."""


def open_visits(connection: duckdb.DuckDBPyConnection) -> None:
    """On a connection whose views are open (``features.known``): temp table ``told``, one row a visit, with its outcome (``features.label``) and ``home``: the
    dwelling, or where the flat is not known the person, or where nobody is known the visit itself."""
    connection.register("outcomes", label.outcomes(connection, label.visits(connection)))
    try:
        connection.execute(_TOLD)
    finally:
        connection.unregister("outcomes")


_TOLD = f"""
create or replace temp table told as
select v.*, coalesce(v.id_logement, nullif(split_part(o.person_key::varchar, '|', 1), ''), v.id_visite) as home, nullif(split_part(o.person_key::varchar, '|', 1), '') as person,
  o.isolated::boolean as isolated, o.lonely::boolean as lonely, o.state::varchar as state, {" + ".join(f"v.{i}" for i in UCLA_ITEMS)} as ucla3
from known_visites v join outcomes o using (id_visite)
"""


def doors(connection: duckdb.DuckDBPyConnection) -> pd.DataFrame:
    """One row a household visited for one list (``home``, ``campaign``: the day of the list, or of the visit where none sent it): ``began_on`` (its first visit), ``is_listed``,
    ``arm``, ``state`` (of ``label.STATES``, the strongest), ``lonely``, ``judgement`` (0–3) and a column a need; null = nobody answered that."""
    return connection.execute(_DOORS).df()


_DOORS = f"""
select home, coalesce(date_liste, date_visite) as campaign, min(date_visite) as began_on, bool_or(date_liste is not null) as is_listed,
  arg_min(coalesce(bras, 'OTHER'), (coalesce(bras, '') <> 'EXPLORATION', date_visite, id_visite)) as arm,
  arg_min(state, list_position({list(STATES)}, state)) as state, bool_or(lonely) as lonely, max(jugement_unite) as judgement,
  {", ".join(f"bool_or({n}) filter (issue = 'VU') as {n}" for n in NEEDS)}
from told group by all order by campaign, home
"""


def visits(connection: duckdb.DuckDBPyConnection) -> pd.DataFrame:
    """One row a visit: ``role`` of whoever came, ``visited_on``."""
    return connection.execute(
        "select role_visiteur as role, date_visite as visited_on from told order by date_visite, id_visite"
    ).df()


def alerts(connection: duckdb.DuckDBPyConnection) -> pd.DataFrame:
    """One row an alert: ``channel``, ``alerted_on``, ``visited_on`` (the first visit of that dwelling or person from that day on, within ``ANSWERED_DAYS``; null:
    none), ``state`` (the strongest of those visits)."""
    return connection.execute(_ALERTS).df()


_KEYS = "list_filter([{0}.cle_identite, {0}.cle_usage, {0}.cle_phonetique, {0}.cle_nom_adresse], k -> k is not null)"
_ALERTS = f"""
with reported as (
  select id_signalement, coalesce(canal, 'OTHER') as channel, date_signalement as alerted_on, id_logement, {_KEYS.format("s")} as keys from known_signalements s
),
answered as (
  select r.id_signalement, min(v.date_visite) as visited_on, arg_min(v.state, list_position({list(STATES)}, v.state)) as state
  from reported r join told v on v.date_visite between r.alerted_on and r.alerted_on + {ANSWERED_DAYS}
    and (v.id_logement = r.id_logement or list_has_any({_KEYS.format("v")}, r.keys))
  group by 1
)
select channel, alerted_on, visited_on, state from reported left join answered using (id_signalement) order by alerted_on, id_signalement
"""


def services_begun(connection: duckdb.DuckDBPyConnection) -> pd.DataFrame:
    """One row a service that one person began to use because of a visit: ``service``, ``begun_on``. Empty where the gate of the source is not open."""
    return connection.execute(
        "select service, date_debut as begun_on from known_usages_services where origine = 'VISITE' and date_debut is not null"
        " group by id_usager, service, date_debut order by date_debut, service, id_usager"
    ).df()


def loneliness(connection: duckdb.DuckDBPyConnection, since: date, until: date) -> pd.DataFrame:
    """One row a person who answered all of UCLA-3 at least ``AGAIN_DAYS`` before ``until``: ``before`` (3–9, the first time), ``after`` (the last time in the period, so long after the first; null: not asked again)."""
    return connection.execute(_LONELINESS, [since, until]).df()


_LONELINESS = f"""
with first_told as (
  select person, min(date_visite) as first_on, arg_min(ucla3, (date_visite, id_visite)) as before
  from told where ucla3 is not null and issue = 'VU' and person is not null group by 1
),
last_told as (
  select t.person, arg_max(t.ucla3, (t.date_visite, t.id_visite)) as after from told t join first_told using (person)
  where t.ucla3 is not null and t.issue = 'VU' and t.date_visite between $1 and $2 and t.date_visite >= first_on + {AGAIN_DAYS} group by 1
)
select before, after from first_told left join last_told using (person) where first_on <= cast($2 as date) - {AGAIN_DAYS} order by first_on, person
"""


def six_months_later(
    connection: duckdb.DuckDBPyConnection, ends: pd.DataFrame, since: date, until: date
) -> pd.DataFrame:
    """One row a home found isolated of which six months, and a month for news, ended in the period: ``news``: ``out`` (a later visit says not isolated, or the unit
    closed the case for it), ``still`` (a later visit says isolated), ``gone`` (moved, died), ``none``. The last news counts; of one day the worse.

    ``ends``: one row a visit whose case the desk has closed: ``id_visite``, ``ended_on``, ``because`` (codes of the desk)."""
    connection.register("ends", ends)
    try:
        return connection.execute(_SIX_MONTHS, [since, until]).df()
    finally:
        connection.unregister("ends")


_SIX_MONTHS = f"""
with findings as (select home, date_visite as found_on from told where isolated),
cohort as (
  select home, min(found_on) as found_on from findings where found_on + {SIX_MONTHS_DAYS + NEWS_DAYS} between $1 and $2 group by 1
),
events as (
  select home, date_visite as happened_on, case state when 'isolated' then 'still' when 'not isolated' then 'out' when 'moved' then 'gone' end as news from told
  union all
  select t.home, e.ended_on::date, case e.because when 'SORTI_ISOLEMENT' then 'out' when 'DEPART' then 'gone' when 'DECES' then 'gone' end
  from ends e join told t using (id_visite)
),
later as (
  select c.home, e.news, row_number() over (partition by c.home order by happened_on desc, list_position(['still', 'out', 'gone'], news)) as place
  from cohort c join events e on e.home = c.home and e.news is not null and e.happened_on > c.found_on and e.happened_on <= c.found_on + {SIX_MONTHS_DAYS + NEWS_DAYS}
)
select c.found_on, coalesce(l.news, 'none') as news from cohort c left join later l on l.home = c.home and l.place = 1 order by c.found_on, c.home
"""
