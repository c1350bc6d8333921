"""``lanterne check`` looks and changes nothing."""

from pathlib import Path

import pytest

from data_contracts.errors import IntegrityError
from pipelines import chain, ledger, metrics, settings
from tests.pipelines.calling import called
from tests.pipelines.little_city import without_data


def everything(folder: Path) -> dict[str, bytes | None]:
    """Of every file below its bytes, of every folder nothing."""
    return {
        str(path.relative_to(folder)): path.read_bytes() if path.is_file() else None
        for path in sorted(folder.rglob("*"))
    }


@pytest.fixture
def empty(tmp_path: Path) -> Path:
    """The ``city.toml`` of a city that has just begun."""
    config = tmp_path / "city" / "city.toml"
    assert called("init", "--out", config, "--name", "Agen", "--code", "47001").returncode == 0
    return config


@pytest.mark.parametrize("more", [(), ("--json",)])
def test_a_look_at_an_empty_city_makes_nothing(empty: Path, more: tuple[str, ...]) -> None:
    before = everything(empty.parent)
    assert sorted(before) == ["city.toml", "deliveries"]
    done = called("check", "--config", empty, *more)
    assert (done.returncode, done.stderr) == (0, "")
    assert everything(empty.parent) == before


def test_nothing_was_entered_yet_where_there_is_no_chain_and_a_lost_one_is_told(empty: Path) -> None:
    paths = settings.load(empty).paths
    assert (ledger.entries(paths), ledger.head(paths), ledger.check_clock(paths)) == ((), chain.NOTHING, None)
    assert not paths.runs.exists()
    ledger.enter(paths, "ingest", "deliveries")
    (paths.runs / ledger.LOG).unlink()
    for look in (ledger.entries, ledger.head, ledger.check_clock):
        with pytest.raises(IntegrityError, match="missing at the end"):
            look(paths)


def test_a_look_makes_no_key_in_the_place_of_a_lost_one(empty: Path) -> None:
    paths = settings.load(empty).paths
    ledger.enter(paths, "ingest", "deliveries")
    key = paths.database.with_name("lanterne.key")
    key.unlink()
    assert called("check", "--config", empty).returncode == IntegrityError.exit_code
    assert not key.exists()


def test_where_there_is_a_warehouse_a_look_is_told_of_in_the_metrics(tmp_path: Path) -> None:
    (tmp_path / "deliveries").mkdir()
    assert called("check", "--config", without_data(tmp_path)).returncode == 0
    told = metrics.read(tmp_path / metrics.FILE)
    assert told["lanterne_run_exit_code", (("flow", "check"),)] == 0
