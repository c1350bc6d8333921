"""``lanterne check`` looks at the machine: what is wanted and not there is said, with a hint."""

import os
from pathlib import Path

import pytest

from data_contracts.errors import ConfigurationError, LanterneError, MachineFault
from pipelines import checks, checks_machine, settings
from pipelines.settings import City
from tests.pipelines.limited import give_up_capabilities
from tests.pipelines.little_city import without_data


@pytest.fixture
def config(tmp_path: Path) -> Path:
    return without_data(tmp_path)


@pytest.fixture
def city(config: Path) -> City:
    return settings.load(config)


def test_a_sound_machine_is_told_in_the_citys_language(config: Path, city: City) -> None:
    told = {one.what: one for one in checks.check(config)}
    assert all(told[what].is_sound for what, _ in checks_machine.LOOKS)
    assert told["disk"].detail.endswith("Gio libres, il en faut 2,0")
    assert told["last run"].detail == "aucune liste n’est encore publiée"
    english = city.model_copy(update={"language": "en"})
    assert checks_machine.rights(english) == "this account may write where a run writes"


def test_too_little_room_counts_a_second_copy(city: City, monkeypatch: pytest.MonkeyPatch) -> None:
    size = city.paths.database.stat().st_size
    free = checks_machine.MIN_FREE_BYTES + size
    for there, is_enough in ((free, True), (free - 1, False)):
        monkeypatch.setattr(checks_machine.shutil, "disk_usage", lambda _, n=there: _Usage(n))
        if is_enough:
            checks_machine.disk(city)
        else:
            with pytest.raises(MachineFault, match="are wanted"):
                checks_machine.disk(city)


class _Usage:
    def __init__(self, free: int) -> None:
        self.free = free


def test_a_container_has_what_it_may_take(
    city: City, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    limit = tmp_path / "memory.max"
    monkeypatch.setattr(checks_machine, "CGROUP", limit)
    limit.write_text("max\n", encoding="ascii")
    checks_machine.memory(city)
    limit.write_text(f"{checks_machine.MIN_MEMORY_BYTES - 1}\n", encoding="ascii")
    with pytest.raises(MachineFault, match="memory"):
        checks_machine.memory(city)


def _of_an_ordinary_account(city: City) -> int:
    """1 where ``rights`` refuses, in a process that has no other rights than the files' modes give."""
    child = os.fork()
    if child == 0:
        give_up_capabilities()
        try:
            checks_machine.rights(city)
        except LanterneError:
            os._exit(1)
        os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def test_where_nothing_may_be_written_is_said(city: City) -> None:
    home = city.paths.database.parent
    assert _of_an_ordinary_account(city) == 0
    home.chmod(0o500)
    try:
        assert _of_an_ordinary_account(city) == 1
    finally:
        home.chmod(0o700)


def test_spark_wants_java(city: City, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    assert checks_machine.engine(city) == "DuckDB"
    monkeypatch.setenv("JAVA_HOME", str(tmp_path))
    with pytest.raises(ConfigurationError, match="Java"):
        checks_machine.engine(city.model_copy(update={"engine": "spark"}))
