"""Files against the delivery before, worked by hand: volume, freshness, shares, neighbourhoods that do not exist."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date

import duckdb
import pytest

from data_contracts import deliveries
from data_contracts.contract import Contract, load
from data_contracts.contract_terms import Reference, Shift, Volume
from data_contracts.deliveries import Profile, total_variation
from pipelines import profiles as measured
from pipelines.store import create_tables

ALERTS = replace(
    load("signalements"),
    freshness_days=30,
    volume=Volume(name="autant de lignes", minimum=0.5, maximum=2, from_rows=4),
    shifts=(Shift(name="mêmes canaux", column="canal", at_most=0.25, from_rows=4),),
    references=(Reference(column="quartier", source="quartiers", target="quartier"),),
)
OCTOBER, NOVEMBER, DECEMBER = date(2026, 10, 1), date(2026, 11, 1), date(2026, 12, 1)


@pytest.fixture
def connection() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as opened:
        create_tables(opened)
        yield opened


def store(
    connection: duckdb.DuckDBPyConnection,
    file_id: str,
    delivered_on: date,
    rows: list[tuple[str | None, str | None, date]],
    *,
    is_current: bool = True,
) -> None:
    """Alerts: (canal, quartier, known on)."""
    _file(connection, file_id, "signalements", delivered_on, len(rows), is_current)
    for line, (canal, quartier, known_on) in enumerate(rows, start=2):
        connection.execute(
            "insert into raw.signalements by name select $1 as canal, $2 as quartier, $3 as file_id, $4 as line, $5 as delivered_on, $6 as known_on",
            [canal, quartier, file_id, line, delivered_on, known_on],
        )


def neighbourhoods(
    connection: duckdb.DuckDBPyConnection, file_id: str, delivered_on: date, *codes: str
) -> None:
    _file(connection, file_id, "quartiers", delivered_on, len(codes), True)
    for line, code in enumerate(codes, start=2):
        connection.execute(
            "insert into raw.quartiers by name select $1 as quartier, $2 as file_id, $3 as line, $4 as delivered_on, $4 as known_on",
            [code, file_id, line, delivered_on],
        )


def _file(
    connection: duckdb.DuckDBPyConnection, file_id: str, source: str, day: date, rows: int, is_current: bool
) -> None:
    connection.execute(
        "insert into meta.files by name select $1 as file_id, $2 as source, $3 as delivered_on, '' as name, '' as sha256, 0 as bytes,"
        " '' as dialect, $4 as rows_read, $4 as rows_accepted, 0 as rows_quarantined, '' as rejects, '' as inexact, $5 as is_current",
        [file_id, source, day, rows, is_current],
    )


def told(
    connection: duckdb.DuckDBPyConnection, contract: Contract, *file_ids: str
) -> set[tuple[str, str, float]]:
    remarks = measured.remarks(connection, contract, file_ids)
    assert all(r.severity == "warning" for r in remarks)
    return {(r.file_id, r.rule, round(r.measured, 6)) for r in remarks}


def test_shares_volume_freshness_and_neighbourhoods_worked_by_hand(
    connection: duckdb.DuckDBPyConnection,
) -> None:
    #            TELEPHONE  VOISIN  (nothing)            rows   ratio
    # October        2        2        0                  4
    # November       2        6        2     → 10/10     10     2.5
    # shares      .5/.2     .5/.6    0/.2    → (.3+.1+.2)/2 = 0.3
    neighbourhoods(connection, "q1", OCTOBER, "01", "02")
    store(
        connection,
        "oct",
        OCTOBER,
        [("TELEPHONE", "01", date(2026, 9, 20))] * 2 + [("VOISIN", "02", date(2026, 9, 2))] * 2,
    )
    store(
        connection,
        "nov",
        NOVEMBER,
        [("TELEPHONE", "01", date(2026, 10, 1))] * 2
        + [("VOISIN", "03", date(2026, 10, 1))] * 3
        + [("VOISIN", None, date(2026, 9, 1))] * 3
        + [(None, "02", date(2026, 10, 1))] * 2,
    )
    assert told(connection, ALERTS, "nov") == {
        ("nov", "le dernier fait connu a au plus 30 jours à la livraison", 31.0),
        ("nov", "autant de lignes", 2.5),
        ("nov", "mêmes canaux", 0.3),
        ("nov", "quartier existe dans quartiers", 3.0),
    }
    assert told(connection, ALERTS, "oct") == set()


def test_a_promise_that_is_just_kept_is_kept(connection: duckdb.DuckDBPyConnection) -> None:
    # 4 → 8 rows: ratio 2. shares .5/.25 and .5/.75 → 0.25. newest fact 30 days old.
    store(connection, "oct", OCTOBER, [("TELEPHONE", None, OCTOBER)] * 2 + [("VOISIN", None, OCTOBER)] * 2)
    on = date(2026, 10, 2)
    store(connection, "nov", NOVEMBER, [("TELEPHONE", None, on)] * 2 + [("VOISIN", None, on)] * 6)
    assert told(connection, ALERTS, "oct", "nov") == set()


def test_small_files_and_first_ones_are_not_judged_against_another(
    connection: duckdb.DuckDBPyConnection,
) -> None:
    store(connection, "oct", OCTOBER, [("TELEPHONE", "01", OCTOBER)] * 3)
    store(connection, "nov", NOVEMBER, [("VOISIN", "09", NOVEMBER)] * 50)
    assert told(connection, ALERTS, "oct", "nov") == set()
    october, november = measured.profiles(connection, ALERTS, ["oct", "nov"])
    assert (october.previous_rows, november.previous_rows) == (None, 3)
    assert november.unmatched == {}  # no file of neighbourhoods yet: nothing can be said


def test_a_small_file_after_a_large_one_is_told_by_its_size_alone(
    connection: duckdb.DuckDBPyConnection,
) -> None:
    store(connection, "oct", OCTOBER, [("TELEPHONE", "01", OCTOBER)] * 8)
    store(connection, "nov", NOVEMBER, [("VOISIN", "01", date(2026, 10, 31))] * 3)
    assert told(connection, ALERTS, "nov") == {("nov", "autant de lignes", 0.375)}


def test_a_file_that_shrank_to_nothing_is_told(connection: duckdb.DuckDBPyConnection) -> None:
    store(connection, "oct", OCTOBER, [("TELEPHONE", "01", OCTOBER)] * 4)
    store(connection, "nov", NOVEMBER, [])
    assert told(connection, ALERTS, "nov") == {("nov", "autant de lignes", 0.0)}


def test_the_delivery_before_is_the_last_earlier_one_that_counts(
    connection: duckdb.DuckDBPyConnection,
) -> None:
    row = ("TELEPHONE", "01", OCTOBER)
    store(connection, "oct", OCTOBER, [row] * 4)
    store(connection, "nov, wrong", NOVEMBER, [row] * 99, is_current=False)
    store(connection, "nov", NOVEMBER, [row] * 5)
    store(connection, "dec", DECEMBER, [row] * 6)
    chosen = measured.profiles(connection, ALERTS, ["dec", "nov", "oct"])
    assert [(p.file_id, p.previous_rows) for p in chosen] == [("dec", 5), ("nov", 4), ("oct", None)]


def test_neighbourhoods_are_looked_up_as_they_were(connection: duckdb.DuckDBPyConnection) -> None:
    neighbourhoods(connection, "q1", OCTOBER, "01")
    neighbourhoods(connection, "q2", DECEMBER, "01", "02")
    for file_id, day in (("oct", OCTOBER), ("nov", NOVEMBER), ("dec", DECEMBER)):
        store(connection, file_id, day, [("VOISIN", "02", day), ("VOISIN", "01", day)])
    found = measured.profiles(connection, ALERTS, ["oct", "nov", "dec"])
    assert [p.unmatched for p in found] == [{"quartier": 1}, {"quartier": 1}, {"quartier": 0}]


def test_verdicts_come_one_per_promise_with_positions(connection: duckdb.DuckDBPyConnection) -> None:
    store(connection, "oct", OCTOBER, [("VOISIN", "01", OCTOBER)] * 4)
    store(connection, "nov", NOVEMBER, [("VOISIN", "01", NOVEMBER)] * 40)
    found = measured.verdicts(connection, ALERTS, ["oct", "nov"])
    assert [(v.rule, v.broken_by) for v in found] == [
        ("le dernier fait connu a au plus 30 jours à la livraison", ()),
        ("autant de lignes", (1,)),
        ("mêmes canaux", ()),
        ("quartier existe dans quartiers", ()),
    ]
    assert measured.verdicts(connection, ALERTS, []) == ()


@pytest.mark.parametrize(
    ("now", "before", "distance"),
    [
        ({"A": 1.0}, {"A": 1.0}, 0.0),
        ({"A": 1.0}, {"B": 1.0}, 1.0),
        ({"A": 0.5, "B": 0.5}, {"A": 0.2, "B": 0.5, "": 0.3}, 0.3),
        ({}, {"A": 1.0}, 0.5),
    ],
)
def test_total_variation(now: dict[str, float], before: dict[str, float], distance: float) -> None:
    assert total_variation(now, before) == pytest.approx(distance)
    assert total_variation(before, now) == pytest.approx(distance)


def test_every_promise_about_deliveries_is_a_warning() -> None:
    found = deliveries.promises(load("liste_electorale"))
    assert {p.severity for p in found} == {"warning"}
    assert [p.rule for p in found][:2] == [
        "le dernier fait connu a au plus 45 jours à la livraison",
        "le nombre de lignes reste proche de la livraison précédente",
    ]
    assert len(found) == 7  # freshness, volume, four shares, neighbourhoods


def test_an_empty_profile_is_judged_on_nothing() -> None:
    empty = Profile(file_id="x", delivered_on=OCTOBER, rows=0, newest_known_on=None, previous_rows=None)
    assert deliveries.remarks(ALERTS, [empty]) == ()
