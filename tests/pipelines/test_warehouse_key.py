"""Which key opens the warehouse, what is said when none does, and that no message holds it."""

import json
import stat
from pathlib import Path

import pytest
from typer.testing import CliRunner

from data_contracts.errors import ConfigurationError, IntegrityError, LanterneError
from pipelines import cli, encrypted
from pipelines.keys import make_key
from pipelines.settings import Paths
from pipelines.store import open_store, read_store
from pipelines.warehouse_key import ENVIRONMENT, existing_key, key_of
from tests.pipelines.little_city import CITY

AWKWARD = 'it\'s "so" \\x41; drop -- $1 é {} %s [b]'
OTHER = "another passphrase altogether"


@pytest.fixture(autouse=True)
def _no_key_from_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(ENVIRONMENT, raising=False)


@pytest.fixture
def paths(tmp_path: Path) -> Paths:
    return Paths(database=tmp_path / "store.duckdb")


def opens(paths: Paths) -> bool:
    with read_store(paths) as connection:
        return connection.execute("select count(*) from meta.canary").fetchone() == (1,)


def chain(error: BaseException | None) -> str:
    """Everything that a traceback could print."""
    text = ""
    while error is not None:
        text += f"{error}\n{error!r}\n{error.args}\n"
        error = error.__cause__ or error.__context__
    return text


def test_a_first_run_makes_the_key_and_says_so_once(paths: Paths, capsys: pytest.CaptureFixture[str]) -> None:
    with open_store(paths):
        pass
    key = paths.database.with_name("lanterne.key")
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    said = capsys.readouterr()
    assert str(key) in said.err and "Gardez-en une copie" in said.err and said.out == ""
    assert key.read_text().strip() not in said.err
    assert opens(paths)
    assert capsys.readouterr().err == ""


def test_a_lost_key_is_not_made_again(paths: Paths) -> None:
    with open_store(paths):
        pass
    paths.database.with_name("lanterne.key").unlink()
    for store in (open_store, read_store):
        with pytest.raises(IntegrityError, match=r"key is not there.*\n.*\nHint: put the copy"), store(paths):
            raise AssertionError("opened without its key")
    assert not paths.database.with_name("lanterne.key").exists()


def test_a_named_key_file_must_be_there_even_on_the_first_run(tmp_path: Path) -> None:
    paths = Paths(database=tmp_path / "store.duckdb", key_file=tmp_path / "apart" / "city.key")
    with pytest.raises(IntegrityError, match="lanterne keygen"), open_store(paths):
        raise AssertionError("a named key was made up")
    assert list(tmp_path.iterdir()) == []


def test_a_key_that_others_may_read_is_refused(paths: Paths) -> None:
    with open_store(paths):
        pass
    paths.database.with_name("lanterne.key").chmod(0o640)
    with pytest.raises(IntegrityError, match="chmod 600"), read_store(paths):
        raise AssertionError("opened")


def test_the_environment_comes_before_the_file(paths: Paths, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(ENVIRONMENT, AWKWARD)
    with open_store(paths):
        pass
    assert not paths.database.with_name("lanterne.key").exists()
    assert opens(paths)
    make_key(paths.database.with_name("lanterne.key"))
    assert opens(paths)
    monkeypatch.delenv(ENVIRONMENT)
    with pytest.raises(IntegrityError, match="does not open"), read_store(paths):
        raise AssertionError("the file's key opened what the environment's had made")


def test_the_digits_of_a_key_file_are_the_same_key_in_the_environment(
    paths: Paths, monkeypatch: pytest.MonkeyPatch
) -> None:
    with open_store(paths):
        pass
    file = paths.database.with_name("lanterne.key")
    monkeypatch.setenv(ENVIRONMENT, file.read_text())
    file.unlink()
    assert opens(paths)


@pytest.mark.parametrize("text", ["", "fifteen bytes..", " " * 40, "abcdef0123"])
def test_a_short_key_in_the_environment_is_refused(
    paths: Paths, monkeypatch: pytest.MonkeyPatch, text: str
) -> None:
    monkeypatch.setenv(ENVIRONMENT, text)
    with pytest.raises(IntegrityError, match="shorter than 16 bytes"), open_store(paths):
        raise AssertionError("opened")
    assert not paths.database.exists()


@pytest.mark.parametrize(("text", "is_long"), [("é" * 7 + ".", False), ("é" * 8, True)])
def test_length_is_counted_in_bytes(
    paths: Paths, monkeypatch: pytest.MonkeyPatch, text: str, is_long: bool
) -> None:
    monkeypatch.setenv(ENVIRONMENT, text)
    if is_long:
        assert len(existing_key(paths).secret) == 64
    else:
        with pytest.raises(IntegrityError):
            existing_key(paths)


def test_bytes_that_are_no_text_are_a_key_as_well(paths: Paths, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(ENVIRONMENT, b"\xff\xfe not utf-8 at all".decode(errors="surrogateescape"))
    assert len(existing_key(paths).secret) == 64


def test_no_message_listing_or_repr_holds_the_key(paths: Paths, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(ENVIRONMENT, AWKWARD)
    key = key_of(paths)
    secrets = (AWKWARD, repr(AWKWARD)[1:-1], key.secret, key.secret.upper())
    with open_store(paths) as connection:
        listed = "".join(
            str(connection.execute(f"from {name}").fetchall())
            for name in (
                "duckdb_databases()",
                "duckdb_settings()",
                "duckdb_variables()",
                "duckdb_logs",
                "duckdb_secrets()",
            )
        )
    said = [repr(key), str(key), f"{key}", listed]
    damaged = paths.database.with_name("damaged.duckdb")
    damaged.write_bytes(paths.database.read_bytes()[:9000])
    for path, opener in ((damaged, AWKWARD), (paths.database, OTHER), (paths.database.parent, AWKWARD)):
        monkeypatch.setenv(ENVIRONMENT, opener)
        with pytest.raises(LanterneError) as caught:
            encrypted.opened(path, existing_key(paths), read_only=True)
        said.append(chain(caught.value))
        secrets += (OTHER, existing_key(paths).secret)
    assert all(secret not in text for secret in secrets for text in said)


@pytest.mark.parametrize("name", ["a'b.duckdb", "a b;--.duckdb", 'a"b$1.duckdb', "é[*].duckdb"])
def test_a_path_with_signs_of_sql_is_a_path(tmp_path: Path, name: str) -> None:
    paths = Paths(database=tmp_path / name)
    with open_store(paths):
        pass
    assert opens(paths)
    with open_store(paths):
        pass


def test_a_wrong_key_exits_with_6_and_a_hint_from_every_command(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = tmp_path / "city.toml"
    config.write_text(CITY, encoding="utf-8")
    (tmp_path / "deliveries").mkdir()
    with open_store(Paths(database=tmp_path / "lanterne.duckdb")):
        pass
    monkeypatch.setenv(ENVIRONMENT, AWKWARD)
    for arguments in (["ingest"], ["upgrade"], ["backup", str(tmp_path / "b")]):
        done = CliRunner().invoke(cli.app, [arguments[0], "--config", str(config), *arguments[1:]])
        assert isinstance(done.exception, IntegrityError) and done.exception.exit_code == 6
        assert "does not open the file" in str(done.exception) and "LANTERNE_KEY" in done.exception.hint
    found = CliRunner().invoke(cli.app, ["check", "--config", str(config), "--json"])
    assert found.exit_code == 6
    unsound = [f["what"] for f in json.loads(found.stdout)["findings"] if not f["is_sound"]]
    assert unsound == ["warehouse", "counts", "retention"]


def test_a_missing_extension_is_a_sentence(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(encrypted, "files", lambda package: tmp_path)
    with pytest.raises(ConfigurationError, match="extension that encrypts"):
        encrypted.connect()
