"""What the warehouse remembers of files that were ingested for real: counts, lines, corrections, checks."""

from datetime import date
from pathlib import Path

import duckdb
import pytest

from data_contracts import contract
from data_contracts.validation import Kept, Validation
from pipelines import kept
from pipelines.ingest import ingest
from pipelines.store import create_tables
from reports.quarantine import BrokenRule, RefusedLine
from tests.ingest.test_dialects import deliver, lines

BAD = ("B", "03/10/2026", "VOISIN", "pas un nombre")


def alerts(good: int, *bad: tuple[str, ...]) -> bytes:
    cells = [(f"A{i}", "03/10/2026", "VOISIN", "1") for i in range(good)]
    return lines(tuple(cells + list(bad))).encode()


@pytest.fixture
def warehouse() -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect()
    create_tables(connection)
    return connection


def test_a_file_is_remembered_with_the_numbers_of_its_refused_lines(
    tmp_path: Path, warehouse: duckdb.DuckDBPyConnection
) -> None:
    ingest(warehouse, deliver(tmp_path, alerts(600, *[BAD] * 25)))
    (file,) = kept.files(warehouse)
    assert (file.rows_read, file.rows_accepted, file.rows_quarantined) == (625, 600, 25)
    assert (file.source, file.delivered_on, file.is_current) == ("signalements", date(2026, 11, 2), True)
    unreadable = next(r for r in file.rules if r.reason == "illisible")
    assert unreadable.lines == 25
    assert [first.line for first in unreadable.first] == list(range(602, 622))
    assert {first.raw_length for first in unreadable.first} == {unreadable.first[0].raw_length}
    assert file.added is None and file.removed is None


def test_a_correction_says_what_it_changed(tmp_path: Path, warehouse: duckdb.DuckDBPyConnection) -> None:
    ingest(warehouse, deliver(tmp_path, alerts(3)))
    ingest(
        warehouse,
        deliver(
            tmp_path, alerts(2, ("Z1", "04/10/2026", "VOISIN", "2"), ("Z2", "04/10/2026", "VOISIN", "0"))
        ),
    )
    first, second = sorted(kept.files(warehouse), key=lambda f: f.is_current)
    assert (first.is_current, first.added, second.is_current) == (False, None, True)
    assert (second.added, second.removed) == (2, 1)


def test_counts_outlive_the_lines(tmp_path: Path, warehouse: duckdb.DuckDBPyConnection) -> None:
    ingest(warehouse, deliver(tmp_path, alerts(99) + b"C1;03/10/2026\n"))
    known = BrokenRule(
        rule="nombre de champs",
        reason="ligne mal formée",
        lines=1,
        first=(RefusedLine(line=101, raw_length=13),),
    )
    assert kept.files(warehouse)[0].rules == (known,)
    warehouse.execute("delete from quarantine.signalements")
    assert kept.files(warehouse)[0].rules == (
        BrokenRule(rule="nombre de champs", reason="", lines=1, first=()),
    )


def check(source: str, rows: int) -> Validation:
    one = Kept(
        rule="r",
        expectation="e",
        settings={},
        is_held=True,
        rows=rows,
        rows_broken=0,
        is_about_files=False,
        severity="critical",
    )
    version = contract.load(source).version
    return Validation(
        source=source, contract_version=version, suite=source, checker="c", rows=rows, promises=(one,)
    )


def test_stored_checks_come_back_oldest_delivery_first(
    tmp_path: Path, warehouse: duckdb.DuckDBPyConnection
) -> None:
    assert kept.validations(warehouse) == ()
    deliver(tmp_path, alerts(1), day="2026-10-05")
    ingest(warehouse, deliver(tmp_path, alerts(2)))
    old, new = (f.file_id for f in kept.files(warehouse))
    warehouse.execute("delete from meta.validations")
    for file_ids, rows in ((new, 2), (old, 1)):
        stored = ["signalements", file_ids, check("signalements", rows).as_json()]
        warehouse.execute("insert into meta.validations values (?, ?, ?)", stored)
    assert [v.rows for v in kept.validations(warehouse)] == [1, 2]
    assert kept.validations(warehouse)[0] == check("signalements", 1)
