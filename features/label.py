"""Visits → outcomes. Only a visit that met somebody is a label; everything else is a fact about the address list."""

from __future__ import annotations

from datetime import date

import duckdb
import pandas as pd

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

OUTCOMES = f"""
with scored as (
  select *,
    case when {_ANSWERED} >= {LSNS_MIN_ITEMS} and year(date_visite) - annee_naissance >= {LSNS_MIN_AGE}
      then ({_SUM}) * 6.0 / ({_ANSWERED}) end as lsns6,
    case when {_ALIVE} = 1 then false when {_ALL_ASKED} then true end as has_no_network
  from visits where issue = 'VU'
)
select id_visite, person_key, date_liste, date_visite, bras, proba_tirage, lsns6,
  case
    when lsns6 < {LSNS_CUT} or has_no_network then true
    when lsns6 is not null or has_no_network is not null then false
  end as isolated,
  ({_UCLA}) >= {UCLA_CUT} as lonely,
  jugement_unite >= {JUDGED_CUT} as judged_isolated
from scored
"""
"""Rules: extracts.md, "The label". LSNS-6 is prorated from at least five items and counts from 60 on (Lubben et al. 2006); networks at any age.
Null = the answers do not decide it; ``has_no_network`` needs all five answers to be true, one living network to be false."""


def visits(connection: duckdb.DuckDBPyConnection) -> pd.DataFrame:
    """Visits known in the views that are open now, one row each, ordered by ``id_visite``; ``person_key`` holds every key of the person, the surest first."""
    return connection.execute(f"select *, {ANY_KEY} as person_key from known_visites order by id_visite").df()


def outcomes(connection: duckdb.DuckDBPyConnection, visited: pd.DataFrame) -> pd.DataFrame:
    """One row a visit that met somebody: ``id_visite``, ``person_key``, ``date_liste``, ``date_visite``, ``bras``, ``proba_tirage``, ``lsns6``,
    ``isolated``, ``lonely``, ``judged_isolated`` (nullable booleans; null = not enough answers)."""
    connection.register("visits", visited)
    try:
        return connection.execute(OUTCOMES + " order by id_visite").df()
    finally:
        connection.unregister("visits")


def of_households(connection: duckdb.DuckDBPyConnection, met: pd.DataFrame, as_of: date) -> pd.DataFrame:
    """Names the household of each visited person in the frame that is built on this connection (as of ``as_of``).

    The visit finds its person through the keys known *then*, so nothing learnt later leaks in. One row a household and visit:
    ``household_id``, ``as_of``, ``visited_on``, ``isolated``, ``lonely``, ``bras``, ``proba_tirage``, ``id_visite``. Visits whose person was
    not in the frame then are left out; the caller counts them.
    """
    connection.register("met", met)
    try:
        return connection.execute(
            f"with named as ({persons_of('(select id_visite, person_key as keys from met)', 'id_visite')})"
            " select m.household_id, cast($1 as timestamp) as as_of, v.date_visite as visited_on, v.isolated, v.lonely, v.bras, v.proba_tirage, v.id_visite"
            " from met v join named p using (id_visite) join members m on m.person_id = p.person_id"
            " join households h on h.household_id = m.household_id where m.presence = 'present' order by v.id_visite",
            [as_of],
        ).df()
    finally:
        connection.unregister("met")
