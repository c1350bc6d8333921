"""Visits → outcomes. Only a visit that met somebody is a label; everything else is a fact about the address list."""

from __future__ import annotations

from datetime import date

import pandas as pd

from features.engine import Engine
from features.people import ANY_KEY, persons_of

LSNS_ITEMS = tuple(f"lsns6_{i}" for i in range(1, 7))
UCLA_ITEMS = tuple(f"ucla3_{i}" for i in range(1, 4))
NETWORKS = tuple(f"reseau_{n}" for n in ("famille", "amis", "voisins", "collegues", "associations"))
LSNS_CUT, LSNS_MIN_AGE, LSNS_MIN_ITEMS = 12, 60, 5
UCLA_CUT, JUDGED_CUT = 6, 2

_ANSWERED = " + ".join(f"({i} is not null)::int" for i in LSNS_ITEMS)
_SUM = " + ".join(f"coalesce({i}, 0)" for i in LSNS_ITEMS)
_UCLA = " + ".join(UCLA_ITEMS)
_ALIVE = "greatest(" + ", ".join(NETWORKS) + ")"
_ALL_ASKED = " and ".join(f"{n} is not null" for n in NETWORKS)

NOTHING_MORE = "CLASSE"
"""The follow-up code of a case that was closed at the door."""
STATES = ("isolated", "not isolated", "undecided", "refused", "absent", "moved")
"""What a visit made of a household, the strongest first where several visits of one campaign say different things. ``undecided``: met, but the answers do not decide.
``moved``: not there any more (moved, died, in an establishment, not found). Only the first two are labels; *never visited* is the state of everybody else."""

OUTCOMES = f"""
with scored as (
  select *,
    case when {_ANSWERED} >= {LSNS_MIN_ITEMS} and year(date_visite) - annee_naissance >= {LSNS_MIN_AGE}
      then ({_SUM}) * 6.0 / ({_ANSWERED}) end as lsns6,
    case when {_ALIVE} = 1 then false when {_ALL_ASKED} then true end as has_no_network
  from visits
),
labelled as (
  select *, case
    when issue <> 'VU' then null
    when lsns6 < {LSNS_CUT} or has_no_network then true
    when lsns6 is not null or has_no_network is not null then false
  end as isolated
  from scored
)
select id_visite, person_key, date_liste, date_visite, bras, proba_tirage, lsns6, isolated,
  case when issue = 'VU' then ({_UCLA}) >= {UCLA_CUT} end as lonely,
  case when issue = 'VU' then jugement_unite >= {JUDGED_CUT} end as judged_isolated,
  issue = 'VU' and suite <> '' and suite <> '{NOTHING_MORE}' as is_followed,
  case when isolated then 'isolated' when not isolated then 'not isolated' when issue = 'VU' then 'undecided'
    when issue = 'REFUS' then 'refused' when issue = 'ABSENT' then 'absent' else 'moved' end as state
from labelled
"""
"""Rules: extracts.md, "The label". LSNS-6 is prorated from at least five items and counts from 60 on (Lubben et al. 2006); networks at any age.
Null = the answers do not decide it; ``has_no_network`` needs all five answers to be true, one living network to be false."""


def visits(connection: Engine) -> pd.DataFrame:
    """Visits known in the views that are open now, one row each, ordered by ``id_visite``; ``person_key`` holds every key of the person, the surest first."""
    return connection.execute(f"select *, {ANY_KEY} as person_key from known_visites order by id_visite").df()


def outcomes(connection: Engine, visited: pd.DataFrame) -> pd.DataFrame:
    """One row a visit: ``id_visite``, ``person_key``, ``date_liste``, ``date_visite``, ``bras``, ``proba_tirage``, ``lsns6``, ``isolated``, ``lonely``,
    ``judged_isolated`` (nullable booleans; null = nobody met, or not enough answers), ``is_followed`` (something was agreed that goes on after the visit; null: no
    code says), ``state`` (of ``STATES``)."""
    connection.register("visits", visited)
    try:
        return connection.execute(OUTCOMES + " order by id_visite").df()
    finally:
        connection.unregister("visits")


def of_households(connection: Engine, told: pd.DataFrame, as_of: date) -> pd.DataFrame:
    """The visits of one campaign, by household of the frame that is built on this connection (as of ``as_of``).

    A visit finds its person through the keys known *then*, so nothing learnt later leaks in. One row a household: ``household_id``, ``as_of``,
    ``visited_on``, ``state`` (of ``STATES``), ``isolated`` (true when one of its adults is, false when all who were met are not, else null), ``lonely``
    (the same), ``is_followed`` (any of its visits led to something), ``bras`` and ``proba_tirage`` (of the draw where one of its visits was drawn), ``visits``, ``id_visite`` (the first). Visits whose
    person was not in the frame then are left out; the caller counts them.
    """
    connection.register("told", told)
    try:
        return connection.execute(_OF_HOUSEHOLDS, [as_of]).df()
    finally:
        connection.unregister("told")


_OF_HOUSEHOLDS = f"""
with named as ({persons_of("(select id_visite, person_key as keys from told)", "id_visite")}),
placed as (
  select m.household_id, v.* from told v join named p using (id_visite) join members m on m.person_id = p.person_id
    join households h on h.household_id = m.household_id where m.presence = 'present'
)
select household_id, cast($1 as timestamp) as as_of, coalesce(min(date_visite) filter (where isolated), max(date_visite) filter (where isolated is not null), min(date_visite)) as visited_on,
  arg_min(state, list_position({list(STATES)}, state)) as state, bool_or(isolated::boolean) as isolated, bool_or(lonely::boolean) as lonely, bool_or(is_followed::boolean) as is_followed,
  arg_min(bras, (coalesce(bras::varchar, '') <> 'EXPLORATION', id_visite))::varchar as bras, max(proba_tirage) as proba_tirage, count(*) as visits, min(id_visite) as id_visite
from placed group by household_id order by household_id
"""
