"""Parts are stored while later ones are judged: nothing of them is left when a later one is refused."""

from collections.abc import Sequence
from pathlib import Path

import duckdb
import pandas as pd
import pytest

from data_contracts import expectations
from data_contracts.expectations import CheckerBroke, Verdict
from data_contracts.promises import Promise
from pipelines import staging, storing
from pipelines.ingest import ingest
from pipelines.scan import NamesPeople
from pipelines.store import create_tables
from tests.ingest.test_dialects import deliver, lines

ROWS = tuple((f"A{n}", "03/10/2026", "VOISIN", "1") for n in range(30))
REFUSED_LATE = (*ROWS, ("A30", "03/10/2026", "NUL_NE_SAIT", "1"))
NAMED_LATE = {
    "in a column that may hold anything": ("Mme Jeanne Dupont", "03/10/2026", "VOISIN", "1"),
    "in a column of dates": ("A30", "chez Mme Jeanne Dupont", "VOISIN", "1"),
    "in a column of listed values": ("A30", "03/10/2026", "Mme Jeanne Dupont", "1"),
}


@pytest.fixture
def connection(monkeypatch: pytest.MonkeyPatch) -> duckdb.DuckDBPyConnection:
    """An empty warehouse, and parts of a few rows."""
    monkeypatch.setattr(staging, "ROW_GROUP", 3)
    monkeypatch.setattr(staging, "PART_ROWS", 7)
    connection = duckdb.connect()
    create_tables(connection)
    return connection


@pytest.fixture
def stored(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Tables into which something was handed over, in order."""
    tables: list[str] = []
    hand_over = storing._hand_over

    def noted(area: duckdb.DuckDBPyConnection, to: duckdb.DuckDBPyConnection, rows: str, table: str) -> None:
        hand_over(area, to, rows, table)
        tables.append(table)

    monkeypatch.setattr(storing, "_hand_over", noted)
    return tables


def held(connection: duckdb.DuckDBPyConnection) -> tuple[int, int, int]:
    counts = "select (select count(*) from meta.files), (select count(*) from raw.signalements), (select count(*) from quarantine.signalements)"
    files, accepted, refused = connection.execute(counts).fetchone() or (-1, -1, -1)
    return files, accepted, refused


def test_every_part_is_stored_once_and_a_refused_row_is_not(
    tmp_path: Path, connection: duckdb.DuckDBPyConnection, stored: list[str]
) -> None:
    ingest(connection, deliver(tmp_path, lines(REFUSED_LATE).encode()))
    assert stored == ["raw.signalements"] * 5 + ["quarantine.signalements"]  # 7, 7, 7, 7, 3 rows
    assert held(connection) == (1, 30, 1)
    found = connection.execute("select line from raw.signalements order by 1").fetchall()
    assert [line for (line,) in found] == list(range(2, 32))


@pytest.mark.slow
def test_a_checker_that_breaks_late_leaves_nothing_of_what_was_stored(
    tmp_path: Path,
    connection: duckdb.DuckDBPyConnection,
    stored: list[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    judge, calls = expectations.held, 0

    def breaks(
        given: Sequence[Promise], batch: pd.DataFrame, *, suite: str = "contract"
    ) -> tuple[Verdict, ...]:
        nonlocal calls
        calls += 1
        if calls == 5:
            raise CheckerBroke("the checker stopped", where=suite, hint="none")
        return judge(given, batch, suite=suite)

    folder = deliver(tmp_path, lines(ROWS).encode())
    with monkeypatch.context() as patch:
        patch.setattr(expectations, "held", breaks)
        with pytest.raises(CheckerBroke):
            ingest(connection, folder)
    assert stored and held(connection) == (0, 0, 0)
    ingest(connection, folder)
    assert held(connection) == (1, 30, 0)


@pytest.mark.parametrize("last", NAMED_LATE.values(), ids=NAMED_LATE)
def test_nothing_is_handed_over_of_a_file_that_names_somebody_in_its_last_row(
    tmp_path: Path, connection: duckdb.DuckDBPyConnection, stored: list[str], last: tuple[str, ...]
) -> None:
    with pytest.raises(NamesPeople):
        ingest(connection, deliver(tmp_path, lines((*ROWS, last)).encode()))
    assert (stored, held(connection)) == ([], (0, 0, 0))


def test_a_warehouse_that_cannot_be_written_stops_the_ingest(
    tmp_path: Path, connection: duckdb.DuckDBPyConnection, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = deliver(tmp_path, lines(ROWS).encode())

    def full(*_: object) -> None:
        raise duckdb.IOException("No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(storing, "_hand_over", full)
        with pytest.raises(duckdb.IOException):
            ingest(connection, folder)
    assert held(connection) == (0, 0, 0)
    ingest(connection, folder)
    assert held(connection) == (1, 30, 0)
