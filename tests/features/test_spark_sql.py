"""Whatever ``features`` asks of DuckDB can be said to Spark: the statements of a frame, a matrix and labels, and each rule by a picture."""

from __future__ import annotations

from contextlib import AbstractContextManager
from datetime import date

import duckdb
import pytest
from splink.internals.database_api import DatabaseAPISubClass
from sqlglot import ErrorLevel, exp, parse_one

from features import attrition, audit_groups, frame, label, linkage, listed_members, matrix, parity, spark_sql
from features.catalogue import usable
from features.engine import Parameters
from tests.features.drawn import AS_OF, OPEN, elector, lease, service, warehouse

ONLY_DUCKDB = {"hash", "getvariable", "list_position", "list_contains", "list_has_any", "as_of", "was_known"}


class Heard:
    """DuckDB, and everything that it was asked."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self.connection = connection
        self.asked: list[tuple[str, Parameters]] = []
        self.register, self.unregister = connection.register, connection.unregister

    def execute(self, query: str, parameters: Parameters = None, /) -> duckdb.DuckDBPyConnection:
        self.asked.append((query, parameters))
        return self.connection.execute(query, parameters)

    def splink(self) -> AbstractContextManager[DatabaseAPISubClass]:
        return linkage._splink_of_duckdb(self.connection)


@pytest.fixture(scope="module")
def asked() -> list[tuple[str, Parameters]]:
    """A town of two people, its month before, its matrix, what a run keeps of it and what a visit taught."""
    town = warehouse(
        liste_electorale=[elector("a"), elector("b", id_logement="other")],
        parc_social=[lease("b1", "a")],
        usages_services=[service("a", "BIBLIOTHEQUE")],
    )
    heard = Heard(town)
    frame.build(heard, date(2026, 10, 2), OPEN)
    frame.build(heard, AS_OF, OPEN, linked_on=date(2026, 10, 2))
    matrix.matrix(heard, AS_OF, usable(OPEN, {}), OPEN)
    attrition.count(heard, 80)
    listed_members.collect(heard)
    parity.measured(heard)
    for sql in (audit_groups.OF_HOUSEHOLDS, attrition.VISITED):
        heard.execute(sql).df()
    label.of_households(heard, label.outcomes(heard, label.visits(heard)), AS_OF)
    return heard.asked


def test_every_statement_can_be_said(asked: list[tuple[str, Parameters]]) -> None:
    macros: dict[str, spark_sql.Macro] = {}
    variables: dict[str, spark_sql.Tree] = {"newest_service_on": spark_sql.literal(AS_OF)}
    said = 0
    for query, parameters in asked:
        tree = spark_sql.parsed(query, parameters, macros, variables)
        if isinstance(tree, exp.Create) and tree.kind == "MACRO":
            name, macros[name] = spark_sql.macro_of(tree)
        elif isinstance(tree, exp.Set):
            variables.setdefault("as_of", spark_sql.literal(AS_OF))
        else:
            spoken = spark_sql.spoken(tree)
            read = parse_one(spoken, read="spark", error_level=ErrorLevel.RAISE)
            left = {node.name.lower() for node in read.find_all(exp.Anonymous)} & ONLY_DUCKDB
            assert not left and not list(read.find_all(exp.Placeholder)), query
            said += 1
    assert said > 200, "the frame, the matrix and the labels are there"


@pytest.mark.parametrize(
    ("asks", "says"),
    [
        ("select n * 0.5 from t", "SELECT n * CAST('0.5' AS DOUBLE) FROM t"),
        ("select * from raw.t r", "SELECT * FROM raw__t AS r"),
        ("select arg_max(a, b) from t", "SELECT MAX_BY(a, b) FILTER(WHERE NOT a IS NULL) FROM t"),
        ("select arg_min(a, b) filter (where c) from t", "SELECT MIN_BY(a, b) FILTER(WHERE c AND NOT a IS NULL) FROM t"),
        ("select count(*) filter (where c) over (order by a) from t", "SELECT COUNT(CASE WHEN c THEN 1 END) OVER (ORDER BY a NULLS LAST) FROM t"),
        ("select hash(a, b) from t", "SELECT XXHASH64(NOT a IS NULL, a, NOT b IS NULL, b) FROM t"),
        ("select unnest([{a: 1}, {a: 2}], recursive := true)", "SELECT INLINE(ARRAY(STRUCT(1 AS a), STRUCT(2 AS a)))"),
        ("select a from t where a not in (select b from s)", "SELECT a FROM t WHERE (NOT a IS NULL AND NOT COALESCE(a IN (SELECT b FROM s), FALSE))"),
        ("select list_position([1], a) from t", "SELECT NULLIF(ARRAY_POSITION(ARRAY(1), a), 0) FROM t"),
        ("select list_has_any(a, b) from t", "SELECT ARRAYS_OVERLAP(a, b) FROM t"),
        ("select string_agg(distinct a, '+' order by a) from t", "SELECT ARRAY_JOIN(ARRAY_SORT(COLLECT_SET(a)), '+') FROM t"),
        ("select year(a) from t", "SELECT CAST(YEAR(a) AS BIGINT) FROM t"),
        ("select any_value(a) from t", "SELECT ANY_VALUE(a, TRUE) FROM t"),
    ],
)  # fmt: skip
def test_what_is_said_otherwise(asks: str, says: str) -> None:
    assert spark_sql.spoken(spark_sql.parsed(asks, None, {}, {})) == says


def test_values_are_typed_and_macros_take_what_they_are_given() -> None:
    known = spark_sql.macro_of(
        parse_one("create macro was_known(known_on, on_day) as known_on < on_day", read="duckdb")
    )
    tree = spark_sql.parsed(
        "select was_known(d, $1) and a = $2 and n in (select unnest($3)) and v = getvariable('v')",
        [date(2026, 1, 2), "it's; drop", [1, 2]],
        dict([known]),
        {"v": spark_sql.literal(None)},
    )
    assert spark_sql.spoken(tree) == (
        "SELECT ((d) < (CAST('2026-01-02' AS DATE))) AND a = 'it\\'s; drop' AND n IN (SELECT EXPLODE(ARRAY(1, 2))) AND v = NULL"
    )


def test_a_macro_reads_its_variables_where_it_is_used() -> None:
    first, then = ({"as_of": spark_sql.literal(date(2026, month, 2))} for month in (10, 11))
    made = spark_sql.parsed("create macro as_of() as cast(getvariable('as_of') as date)", None, {}, first)
    tree = spark_sql.parsed("select as_of()", None, dict([spark_sql.macro_of(made)]), then)
    assert "2026-11-02" in spark_sql.spoken(tree)
