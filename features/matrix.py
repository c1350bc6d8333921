"""Factors × households, as of a day: the matrix that candidates rank and the long form that explanations cite."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from itertools import groupby

import pandas as pd
import pyarrow as pa

from data_contracts.contract import Gate
from features import rows
from features.engine import Engine
from features.factor import Factor


def matrix(
    connection: Engine, as_of: date, factors: Sequence[Factor], gates: Mapping[str, Gate]
) -> tuple[pd.DataFrame, pa.Table]:
    """The frame must have been built for ``as_of`` on this connection.

    Gives (wide, long). ``wide``: one row a household, ordered by ``household_id``: ``household_id``, ``as_of``, ``quartier``, one float column a factor;
    NaN = no trace. ``long``, the larger by far, an Arrow table: one row a (household, factor) with a value: ``household_id``, ``factor``, ``person_id`` (null for the household as a whole),
    ``value``, ``detail``, ``known_on`` (newest day of the records that say it), ``source`` (several joined by ``+``).
    """
    compute(connection, factors, gates)
    return valued(connection, as_of, factors), connection.execute(_LONG).to_arrow_table()


def wide(
    connection: Engine, as_of: date, factors: Sequence[Factor], gates: Mapping[str, Gate]
) -> pd.DataFrame:
    """The wide form alone: who says a value, and since when, is not asked."""
    rows.gather(connection, gates)
    return valued(connection, as_of, factors)


def valued(connection: Engine, as_of: date, factors: Sequence[Factor]) -> pd.DataFrame:
    """``wide``, once ``rows_<source>`` of every factor is there."""
    parts, columns = "", dict[str, str]()
    for source, of_source in _by_source(factors):
        mine = list(of_source)
        parts += f" left join ({_values(source, mine)}) of_{source} using (household_id)"
        columns |= {f.name: f"of_{source}.{f.name}" for f in mine}
    said = "".join(f", {columns[f.name]}" for f in factors)
    found: pd.DataFrame = (
        connection.execute(
            f"select household_id, cast($1 as timestamp) as as_of, h.quartier{said} from households h{parts} order by household_id",
            [as_of],
        )
        .to_arrow_table()
        .to_pandas()  # in half the time of ``df``
    )
    return found.astype({f.name: "float64" for f in factors})


def compute(connection: Engine, factors: Sequence[Factor], gates: Mapping[str, Gate]) -> None:
    """Makes the temp table ``evidence``: the long form of ``matrix``."""
    rows.gather(connection, gates)
    connection.execute(_EMPTY)
    for source, of_source in _by_source(factors):
        listed = list(of_source)
        connection.execute(
            f"insert into evidence {_of_frame(listed) if source == 'frame' else _of_members(source, listed)}"
        )


def statement(factor: Factor) -> str:
    """The SQL of one factor, as ``compute`` runs it in one pass with the others of its source: one row a household with a value."""
    return _of_frame([factor]) if factor.source == "frame" else _of_members(factor.source, [factor])


def enters(factor: Factor) -> str:
    """Which rows of ``rows_<source>`` a factor looks at, as a condition."""
    return f"({factor.where}) and {_window(factor)}"


_LONG = (
    "select household_id, factor, person_id, value, detail, cast(known_on as timestamp) as known_on, source from evidence"
    " order by household_id, factor"
)
_EMPTY = """
create or replace temp table evidence (
  household_id varchar, factor varchar, person_id varchar, value double, detail varchar, known_on date, source varchar
)
"""


def _by_source(factors: Sequence[Factor]) -> Iterator[tuple[str, Iterator[Factor]]]:
    return groupby(sorted(factors, key=lambda f: f.source), key=lambda f: f.source)


def _values(source: str, factors: Sequence[Factor]) -> str:
    """One row a household of a source, one column a factor: what ``_of_frame`` and ``_of_members`` give, without who says it."""
    if source == "frame":
        said = ", ".join(
            f"case when {f.where} then cast({f.value} as double) end as {f.name}" for f in factors
        )
        return f"select household_id, {said} from framed"
    of_members = ", ".join(
        f"cast({f.value} filter (where {enters(f)}) as double) as {f.name}" for f in factors
    )
    of_households = ", ".join(f"{f.combine}({f.name}) as {f.name}" for f in factors)
    return f"select household_id, {of_households} from (select household_id, person_id, {of_members} from rows_{source} group by 1, 2) group by 1"


def _of_frame(factors: Sequence[Factor]) -> str:
    """Per household every factor of the frame that has a value."""
    said = ", ".join(
        f"{{factor: '{f.name}', value: case when {f.where} then cast({f.value} as double) end, known_on: {f.known_by}_known_on, source: {f.known_by}_source}}"
        for f in factors
    )
    return (
        f"with said as (select household_id, unnest([{said}], recursive := true) from framed)"
        " select household_id, factor, null::varchar as person_id, value, null::varchar as detail, known_on, source from said where value is not null"
    )


def _of_members(source: str, factors: Sequence[Factor]) -> str:
    """Per person the declared aggregates of one source in one pass, then per household and factor the member who says the most, ties by person."""
    said = ", ".join(_aggregated(f) for f in factors)
    smallest = ", ".join(f"'{f.name}'" for f in factors if f.combine == "min") or "''"
    return (
        f"with said as (select household_id, person_id, unnest([{said}], recursive := true) from rows_{source} group by household_id, person_id)"
        f" select household_id, factor, person_id, value, detail, known_on, '{source}' as source from said where value is not null"
        " qualify row_number() over (partition by household_id, factor"
        f" order by case when factor in ({smallest}) then -value else value end desc, person_id) = 1"
    )


def _aggregated(factor: Factor) -> str:
    """A factor's aggregate over its own rows. ``detail`` may hold a filter of its own."""
    kept = f"filter (where {enters(factor)})"
    detail = "null::varchar" if factor.detail is None else _also(factor.detail, enters(factor))
    return f"{{factor: '{factor.name}', value: cast({factor.value} {kept} as double), detail: {detail}, known_on: max(known_on) {kept}}}"


def _also(aggregate: str, condition: str) -> str:
    """The aggregate over the rows that satisfy the condition as well."""
    call, has_filter, own = aggregate.partition(" filter (where ")
    return (
        f"{call} filter (where ({own.removesuffix(')')}) and {condition})"
        if has_filter
        else f"{call} filter (where {condition})"
    )


def _window(factor: Factor) -> str:
    """A window holds [as_of - days, as_of): a fact of the day itself is not yet part of the past."""
    if factor.dated is None:
        return "true"
    return f"({factor.dated}) >= as_of() - {factor.window_days} and ({factor.dated}) < as_of()"
