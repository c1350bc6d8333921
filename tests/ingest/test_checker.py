"""A checker that fails in the middle of an ingest: our error, and the warehouse as it was."""

from collections.abc import Iterator
from pathlib import Path

import duckdb
import great_expectations.expectations as gxe
import pytest

from data_contracts import expectations
from data_contracts.contract import Contract
from data_contracts.expectations import CheckerBroke
from data_contracts.promises import Promise
from pipelines.ingest import ingest
from pipelines.store import create_tables
from tests.ingest.test_dialects import deliver, lines


def breaking(contract: Contract) -> Iterator[Promise]:
    """Words cannot be compared with a number: Great Expectations raises while it computes."""
    yield Promise(
        rule="canal est un nombre",
        reason="x",
        expectation=gxe.ExpectColumnValuesToBeBetween(column="canal", min_value=1),
    )


def test_nothing_is_stored_and_nothing_is_blamed_on_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    connection = duckdb.connect()
    create_tables(connection)
    folder = deliver(tmp_path, lines((("A1", "03/10/2026", "VOISIN", "1"),)).encode())
    monkeypatch.setattr(expectations, "promises", breaking)
    with pytest.raises(CheckerBroke, match="canal est un nombre") as caught:
        ingest(connection, folder)
    assert caught.value.exit_code == 6 and "VOISIN" not in str(caught.value)
    counts = "select (select count(*) from meta.files), (select count(*) from quarantine.signalements)"
    assert connection.execute(counts).fetchone() == (0, 0)
    monkeypatch.undo()
    assert ingest(connection, folder).files[0].rows_accepted == 1
