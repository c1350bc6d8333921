"""Whatever arrives: the counts add up, or the file is refused with a sentence and the warehouse is what it was. Never another exception, never a hang."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path
from types import FrameType

import duckdb
import pytest

from data_contracts import contract, plain_csv
from data_contracts.contract import SOURCES, Gate
from data_contracts.errors import LanterneError
from pipelines import filing, staging
from pipelines.ingest import ingest
from pipelines.store import create_tables
from tests.ingest.nasty import PLANTED, Case, as_csv, case, valid
from tests.pipelines.little_city import write

OPEN: dict[str, Gate] = dict.fromkeys(contract.SOURCES, "open")
FIRST = date(2026, 1, 1)
SECONDS = 60
PROMISED_CODES = (2, 3, 6)


class Hung(Exception):
    """A file that was still being read when its time was up."""


@contextmanager
def deadline(seconds: int) -> Iterator[None]:
    def stop(number: int, frame: FrameType | None) -> None:
        raise Hung

    before = signal.signal(signal.SIGALRM, stop)
    signal.alarm(seconds)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


def state(connection: duckdb.DuckDBPyConnection) -> list[tuple[str, int]]:
    """Rows of every table: nothing may be added or taken by a refusal."""
    tables = connection.execute(
        "select schema_name || '.' || table_name from duckdb_tables() where not internal order by 1"
    ).fetchall()
    return [(t, (connection.execute(f"select count(*) from {t}").fetchone() or (0,))[0]) for (t,) in tables]


def deliver(folder: Path, cases: list[Case]) -> dict[str, Case]:
    """Each case as a delivery of its own; by the name that messages give it."""
    named = {}
    for day, one in enumerate(cases):
        path = folder / (FIRST + timedelta(days=day)).isoformat() / one.name
        path.parent.mkdir(parents=True)
        path.write_bytes(one.content)
        named[f"{path.parent.name}/{one.name}"] = one
    return named


def outcome(folder: Path, cases: list[Case]) -> Counter[str]:
    """Ingests all; every refusal must name its file, which is then left out, until what remains is accepted. Holds the laws on the way."""
    named, told = deliver(folder, cases), Counter[str]()
    with duckdb.connect() as connection:
        create_tables(connection)
        empty = state(connection)
        while True:
            about = "; ".join(one.how for one in named.values())
            try:
                with deadline(SECONDS):
                    report = ingest(connection, folder, gates=OPEN)
            except LanterneError as error:
                assert error.exit_code in PROMISED_CODES and error.what and error.hint, (error, about)
                assert error.where in named, (error.text(), about)
                refused = named.pop(error.where)
                assert PLANTED not in error.text() and "0612345678" not in error.text(), refused.how
                assert state(connection) == empty, refused.how
                told[f"refused {error.exit_code}"] += 1
                (folder / error.where).unlink()
                continue
            except Hung:
                raise AssertionError(f"hung: {about}") from None
            except Exception as error:
                raise AssertionError(f"{type(error).__name__}: {about}") from error
            assert filing.miscounted(connection) == (), about
            assert {f.name for f in report.files} == set(named), about
            for file in report.files:
                assert file.rows_read == file.rows_accepted + file.rows_quarantined, named[file.name].how
            told["accepted"] += len(report.files)
            return told


def hold(folder: Path, seeds: range, batch: int) -> Counter[str]:
    """``batch`` files of a source, then of the next."""
    told = Counter[str]()
    for start in range(seeds.start, seeds.stop, batch):
        source = SOURCES[(start // batch) % len(SOURCES)]
        cases = [case(seed, source) for seed in range(start, min(start + batch, seeds.stop))]
        told += outcome(folder / str(start), cases)
    return told


@pytest.mark.slow
def test_the_files_from_which_all_others_come_are_accepted_whole(tmp_path: Path) -> None:
    for source in SOURCES:
        one = Case(source=source, name=f"{source}.csv", content=as_csv(valid(source)), how="valid")
        deliver(tmp_path / source, [one])
        with duckdb.connect() as connection:
            create_tables(connection)
            (file,) = ingest(connection, tmp_path / source, gates=OPEN).files
        assert (file.rows_read, file.rows_quarantined) == (40, 0), file


@pytest.mark.slow
def test_four_mutated_files_of_every_source(tmp_path: Path) -> None:
    told = hold(tmp_path, range(0, 4 * len(SOURCES)), batch=4)
    assert told.total() == 4 * len(SOURCES) and told["accepted"] > 10 and told["refused 3"] > 10


def told_and_stored(folder: Path, source: str) -> tuple[str, list[list[tuple[object, ...]]]]:
    """What one ingest says, and what raw and quarantine then hold."""
    with duckdb.connect() as connection:
        create_tables(connection)
        try:
            ingest(connection, folder, gates=OPEN)
            said = ""
        except LanterneError as error:
            said = error.text()
        held = [
            connection.execute(f"from {s}.{source} order by all").fetchall() for s in ("raw", "quarantine")
        ]
    return said, held


@pytest.mark.slow
def test_in_small_portions_the_same_is_said_and_stored(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    accepted = 0
    for seed in range(200, 222):
        source = SOURCES[seed % len(SOURCES)]
        one = case(seed, source)
        deliver(tmp_path / str(seed), [one])
        at_once = told_and_stored(tmp_path / str(seed), source)
        with monkeypatch.context() as patch:
            patch.setattr(staging, "PART_ROWS", 7)
            patch.setattr(staging, "ROW_GROUP", 3)
            patch.setattr(plain_csv, "BLOCK_BYTES", 1024)
            assert told_and_stored(tmp_path / str(seed), source) == at_once, one.how
        accepted += not at_once[0] and bool(at_once[1][0])
    assert accepted > 5


def five_hundred(folder: Path, part: int) -> Counter[str]:
    return hold(folder, range(500 * (part + 1), 500 * (part + 2)), batch=8)


@pytest.mark.slow
@pytest.mark.parametrize("part", range(2))
def test_a_thousand_mutated_files(tmp_path: Path, part: int) -> None:
    assert five_hundred(tmp_path, part).total() == 500


@pytest.mark.exhaustive
@pytest.mark.parametrize("part", range(2, 20))
def test_ten_thousand_mutated_files(tmp_path: Path, part: int) -> None:
    assert five_hundred(tmp_path, part).total() == 500


@pytest.mark.slow
def test_the_command_line_refuses_with_a_sentence_and_a_promised_code(tmp_path: Path) -> None:
    for seed in range(90_000, 90_008):
        one = case(seed, SOURCES[seed % len(SOURCES)])
        config = write(tmp_path / str(seed))
        path = tmp_path / str(seed) / "deliveries" / "2026-11-03" / one.name
        path.parent.mkdir()
        path.write_bytes(one.content)
        done = subprocess.run(
            [sys.executable, "-m", "pipelines.cli", "ingest", "--config", str(config)],
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )
        assert done.returncode in (0, *PROMISED_CODES), (one.how, done.stderr)
        assert "Traceback" not in done.stderr and PLANTED not in done.stderr, one.how
        assert done.returncode == 0 or "Hint:" in done.stderr, one.how
