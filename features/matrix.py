"""Factors × households, as of a day: the matrix that candidates rank and the long form that explanations cite."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

import duckdb
import pandas as pd

from data_contracts.contract import Gate
from features.factor import Factor


def matrix(
    connection: duckdb.DuckDBPyConnection, as_of: date, factors: Sequence[Factor], gates: Mapping[str, Gate]
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The frame must have been built for ``as_of`` on this connection.

    Gives (wide, long). ``wide``: one row a household, ordered by ``household_id``: ``household_id``, ``as_of``, one float column a factor; NaN = no trace.
    ``long``: one row a (household, factor) with a value: ``household_id``, ``factor``, ``person_id`` (null for the household as a whole),
    ``value``, ``detail``, ``known_on`` (newest day of the records that say it), ``source`` (several joined by ``+``).
    """
    connection.execute(_traces(gates))
    connection.execute(_FACTS_OF_SURVIVORS)
    parts = " union all by name ".join(_one(f) for f in factors)
    connection.execute(f"create or replace temp table evidence as {parts}")
    columns = ", ".join(f"max(value) filter (where factor = '{f.name}') as {f.name}" for f in factors)
    wide = connection.execute(
        f"with valued as (select household_id, {columns} from evidence group by 1)"
        " select h.household_id, cast($1 as timestamp) as as_of, v.* exclude (household_id)"
        " from households h left join valued v using (household_id) order by h.household_id",
        [as_of],
    ).df()
    long = connection.execute("from evidence order by household_id, factor").df()
    return wide.astype({f.name: "float64" for f in factors}), long


def _traces(gates: Mapping[str, Gate]) -> str:
    """``framed``: households with whether service use may be looked at and whether any member left a trace of it in 24 months."""
    is_open = "true" if gates["usages_services"] == "open" else "false"
    return (
        "create or replace temp table framed as with traces as ("
        " select distinct m.household_id from members m join people p on p.person_id = m.person_id and p.source = 'usages_services'"
        " join latest_usages_services s on s.id_usager = p.record_id"
        " where m.presence = 'present' and coalesce(s.origine, '') <> 'VISITE' and coalesce(s.date_dernier_usage, s.date_debut) >= as_of() - 730)"
        f" select h.*, {is_open} as is_services_open, (t.household_id is not null) as has_trace, 'usages_services' as services_source,"
        " (select max(known_on) from latest_usages_services) as services_known_on"
        " from households h left join traces t using (household_id)"
    )


_FACTS_OF_SURVIVORS = """
create or replace temp table survivors as
select n.person_id, e.* from latest_etat_civil e join related n using (id_evenement)
"""
"""A death act names the spouse, by either key: the fact is the survivor's."""

_RECORD_OF = {
    "parc_social": "id_bail",
    "usages_services": "id_usager",
    "registre_vulnerables": "id_inscrit",
    "liste_electorale": "id_electeur",
}


def _one(factor: Factor) -> str:
    return f"({_of_household(factor) if factor.source == 'frame' else _of_members(factor)})"


def _of_household(factor: Factor) -> str:
    return (
        f"select household_id, '{factor.name}' as factor, null::varchar as person_id, cast({factor.value} as double) as value,"
        f" null::varchar as detail, {factor.known_by}_known_on as known_on, {factor.known_by}_source as source"
        f" from framed where {factor.where} and ({factor.value}) is not null"
    )


def _of_members(factor: Factor) -> str:
    """Per person the declared aggregate, then per household the member who says the most, ties by person."""
    order = "desc" if factor.combine == "max" else "asc"
    rows = "survivors" if factor.source == "etat_civil" else _rows(factor.source)
    return (
        f"select m.household_id, '{factor.name}' as factor, f.person_id, f.value, f.detail, f.known_on, '{factor.source}' as source from ("
        f"select person_id, cast({factor.value} as double) as value, {factor.detail or 'null::varchar'} as detail, max(known_on) as known_on"
        f" from {rows} where ({factor.where}) and {_window(factor)} group by person_id) f"
        " join members m on m.person_id = f.person_id and m.presence = 'present' join households h on h.household_id = m.household_id"
        f" where f.value is not null qualify row_number() over (partition by m.household_id order by f.value {order}, f.person_id) = 1"
    )


def _rows(source: str) -> str:
    return f"(select p.person_id, l.* from latest_{source} l join people p on p.source = '{source}' and p.record_id = l.{_RECORD_OF[source]})"


def _window(factor: Factor) -> str:
    """A window holds [as_of - days, as_of): a fact of the day itself is not yet part of the past."""
    if factor.dated is None:
        return "true"
    return f"({factor.dated}) >= as_of() - {factor.window_days} and ({factor.dated}) < as_of()"
