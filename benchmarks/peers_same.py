"""Whether what was timed is the same work: results of one tool held against another's, a RuntimeError where they differ."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import duckdb

from benchmarks.peers_events import AGGREGATES, DAYS, name_of

CLOSE = 1e-6
"""By how much two aggregates may differ, in their own units: times, or the sum of amounts."""


def aggregates(ours: Path, theirs: Path) -> None:
    """Nothing and none are one here: where a sum is null elsewhere it is null or 0 with us."""
    with duckdb.connect() as connection:
        columns = [
            name
            for name, *_ in connection.execute(f"describe from '{ours}'").fetchall()
            if name != "household_id"
        ]
        both = " or ".join(f"coalesce(o.{c}, 0) <> coalesce(t.{c}, 0)" for c in columns)
        (differ,) = connection.execute(
            f"select count(*) from '{ours}' o full join '{theirs}' t using (household_id) where o.household_id is null or t.household_id is null or {both}"
        ).fetchone() or (None,)
    if differ != 0:
        raise RuntimeError(f"{differ} households differ between {ours.name} and {theirs.name}")


def experiment(ours: Path, theirs: Path, made: Sequence[str]) -> int:
    """How many values of triage's matrices were held against ours: every entity on every day of every matrix that it made, 24 aggregates and the label.

    ``ours``: one Parquet file a day (``benchmarks.peers_experiment``); ``theirs``: triage's folder of matrices; ``made``: their names. triage writes whole numbers into its CSV files and 0 where nothing
    happened, where ours is null: null is read as 0. Its three further columns, how often the kind is null, are 0 here and have no counterpart.
    """
    with duckdb.connect() as connection:
        _read(connection, ours, theirs, made)
        _the_same_days(connection)
        told = ", ".join(
            [f"count(*) filter (where {_differs(*one)})" for one in AGGREGATES]
            + ["count(*) filter (where (o.outcome::integer = t.large_d) is not true)", "count(*)"]
        )
        *differ, rows = connection.execute(
            f"select {told} from asked o full join theirs t using (made, day, entity_id)"
        ).fetchone() or (None,)
        counts = connection.execute(
            "select (select count(*) from theirs), (select count(*) from asked)"
        ).fetchone()
    names = [*(name_of(*one) for one in AGGREGATES), "label"]
    wrong = {name: count for name, count in zip(names, differ, strict=True) if count}
    if wrong or not rows or counts != (rows, rows):
        raise RuntimeError(f"of {rows} rows (triage's and ours: {counts}) there differ by column: {wrong}")
    return int(rows) * len(names)


def _read(connection: duckdb.DuckDBPyConnection, ours: Path, theirs: Path, made: Sequence[str]) -> None:
    """``theirs``, and ``asked``: what each of triage's matrices should hold by our files."""
    connection.execute("set threads = 2")
    csv = [str(theirs / f"{name}.csv.gz") for name in made]
    connection.execute(
        "create table theirs as select *, filename as made, as_of_date::date as day"
        f" from read_csv({csv}, filename => true)"
    )
    parquet = [str(ours / f"{day}.parquet") for day in DAYS]
    connection.execute(
        "create table asked as with o as (select *, substr(household_id, 2)::integer as entity_id, as_of::date as day"
        f" from read_parquet({parquet})) select o.*, made from o join (select distinct made, day from theirs) using (day)"
    )


def _the_same_days(connection: duckdb.DuckDBPyConnection) -> None:
    """Of each split, the days that teach in one matrix, the day that is tested in another."""
    of_theirs = connection.execute(
        "select list(distinct day order by day) from theirs group by made"
    ).fetchall()
    of_ours = [days for place in range(1, len(DAYS)) for days in (list(DAYS[:place]), [DAYS[place]])]
    if sorted(days for (days,) in of_theirs) != sorted(of_ours):
        raise RuntimeError(f"the days of triage's matrices are {sorted(days for (days,) in of_theirs)}")


def _differs(kind: str, days: int, measure: str) -> str:
    """``times`` is the sum of triage's indicator of the kind, ``sum`` that of its amounts."""
    quantity = f"kind_{kind}" if measure == "times" else f"sum_{kind}"
    theirs = f't."events_entity_id_{days} days_{quantity}_sum"'
    return f"(abs(coalesce(o.{name_of(kind, days, measure)}, 0) - {theirs}) <= {CLOSE}) is not true"
