"""The review desk in a backup: taken while people work, readable with the key alone, put back whole or not at all, and only where that was asked."""

import shutil
import stat
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import select
from typer.testing import CliRunner

from data_contracts.errors import ConfigurationError, IntegrityError, LanterneError
from pipelines import cli, settings
from pipelines.commands_review import desk_of
from pipelines.desk_backup import file_of
from pipelines.store import open_store
from review import trail
from review.database import opened
from review.desk import Desk
from review.sealing import Seal
from review.tables.cases import Case
from tests.pipelines.little_city import without_data
from tests.pipelines.test_backups import ADD
from tests.review.desk_sample import take


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """An empty warehouse, no desk."""
    return without_data(tmp_path / "city")


@pytest.fixture
def desk(config: Path) -> Iterator[Desk]:
    """At work, with eight cases."""
    found = desk_of(config)
    take(found)
    yield found
    found.database.close()


def run(*arguments: str | Path) -> str:
    """What a command says, or its refusal raised."""
    answer = CliRunner().invoke(cli.app, [str(one) for one in arguments])
    if isinstance(answer.exception, LanterneError):
        raise answer.exception
    assert answer.exit_code == 0, answer.output
    return answer.output


def states(desk: Desk) -> set[str]:
    """Of the cases; the trail holds."""
    with desk.database.reading() as session:
        trail.verified(session, desk.services.seal)
        return set(session.scalars(select(Case.state)))


def close_all(desk: Desk) -> None:
    """What comes after a backup."""
    with desk.database.writing() as session:
        for case in session.scalars(select(Case)):
            case.state = "closed"


def test_what_is_put_back_is_what_was_backed_up(config: Path, desk: Desk, tmp_path: Path) -> None:
    file = tmp_path / "saved"
    said = run("backup", "--config", config, file)
    assert "saved.desk" in said.replace("\n", "")
    assert sorted(p.name for p in tmp_path.iterdir()) == ["city", "saved", "saved.desk", "saved.json"]
    close_all(desk)
    run("restore", "--config", config, file, "--replace")
    assert states(desk) == {"closed"}  # nobody asked for the desk
    run("restore", "--config", config, file, "--replace", "--desk")
    assert states(desk) == {"to_review"}  # the desk that is at work goes on with it
    close_all(desk)
    assert states(desk) == {"closed"}


def test_it_is_encrypted_and_for_its_owner(config: Path, desk: Desk, tmp_path: Path) -> None:
    run("backup", "--config", config, tmp_path / "saved")
    part = file_of(tmp_path / "saved")
    content = part.read_bytes()
    assert stat.S_IMODE(part.stat().st_mode) == 0o600
    assert not [
        text for text in (b"SQLite", b"seul titulaire", f"{1:016x}{1:016x}".encode()) if text in content
    ]


def test_a_desk_that_is_lost_comes_back_on_another_machine(config: Path, desk: Desk, tmp_path: Path) -> None:
    run("backup", "--config", config, tmp_path / "saved")
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    for name in ("city.toml", "lanterne.key"):
        shutil.copy(config.with_name(name), elsewhere)
    run("restore", "--config", elsewhere / "city.toml", tmp_path / "saved", "--desk")
    again = opened(f"sqlite:///{elsewhere / 'desk.sqlite'}")
    with again.reading() as session:
        assert len(session.scalars(select(Case)).all()) == 8
        assert trail.verified(session, Seal(secret=desk.services.seal.secret)) > 0
    again.close()
    assert stat.S_IMODE((elsewhere / "desk.sqlite").stat().st_mode) == 0o600


SPOILT: dict[str, Callable[[Path, Path], object]] = {
    "a byte": lambda part, other: part.write_bytes(
        part.read_bytes()[:5000] + b"?" + part.read_bytes()[5001:]
    ),
    "cut": lambda part, other: part.write_bytes(part.read_bytes()[:3000]),
    "empty": lambda part, other: part.write_bytes(b""),
    "of another backup": lambda part, other: shutil.copy(file_of(other), part),
    "gone": lambda part, other: part.unlink(),
}


@pytest.mark.parametrize("how", SPOILT)
def test_a_spoilt_part_is_refused_and_nothing_is_changed(
    config: Path, desk: Desk, tmp_path: Path, how: str
) -> None:
    file, other = tmp_path / "saved", tmp_path / "other"
    run("backup", "--config", config, file)
    close_all(desk)
    with open_store(settings.load(config).paths) as connection:
        connection.execute(ADD, ["since"])
    run("backup", "--config", config, other)
    SPOILT[how](file_of(file), other)
    before = config.with_name("lanterne.duckdb").read_bytes()
    kind = ConfigurationError if how == "gone" else IntegrityError
    with pytest.raises(kind, match="nothing was changed"):
        run("restore", "--config", config, file, "--replace", "--desk")
    assert config.with_name("lanterne.duckdb").read_bytes() == before and states(desk) == {"closed"}


def test_another_keys_desk_is_refused(
    config: Path, desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run("backup", "--config", config, tmp_path / "saved")
    monkeypatch.setenv("LANTERNE_KEY", "another passphrase altogether")
    with pytest.raises(IntegrityError):
        run("restore", "--config", config, tmp_path / "saved", "--replace", "--desk")


def test_it_asks_before_it_replaces_a_desk(config: Path, desk: Desk, tmp_path: Path) -> None:
    run("backup", "--config", config, tmp_path / "saved")
    config.with_name("lanterne.duckdb").unlink()
    with pytest.raises(ConfigurationError, match="a review desk is there already"):
        run("restore", "--config", config, tmp_path / "saved", "--desk")
    assert not config.with_name("lanterne.duckdb").exists()


def test_without_a_desk_there_is_no_part_and_an_old_one_goes(config: Path, tmp_path: Path) -> None:
    file_of(tmp_path / "saved").write_bytes(b"of a backup of this name that is gone")
    run("backup", "--config", config, tmp_path / "saved")
    assert sorted(p.name for p in tmp_path.iterdir()) == ["city", "saved", "saved.json"]


def test_of_a_desk_on_a_server_it_says_how(
    config: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LANTERNE_DESK_DATABASE", "postgresql+psycopg://desk:s3cret@127.0.0.1:1/desk")
    said = run("backup", "--config", config, tmp_path / "saved")
    assert "pg_dump" in said and "s3cret" not in said and not file_of(tmp_path / "saved").exists()
    with pytest.raises(ConfigurationError, match="on a server"):
        run("restore", "--config", config, tmp_path / "saved", "--replace", "--desk")
