"""A backup is what it says, or it is refused and nothing changes; and ``lanterne check`` sees what a thief would."""

import json
import os
from pathlib import Path

import pytest
from typer.testing import CliRunner

from data_contracts.errors import ConfigurationError, IntegrityError
from pipelines import cli, copies, encrypted, plaintext
from pipelines.backups import backup, description, restore
from pipelines.migrations import CANARY
from pipelines.settings import Paths
from pipelines.store import open_store, read_store
from pipelines.warehouse_key import ENVIRONMENT, key_of
from tests.pipelines.little_city import CITY
from tests.pipelines.test_migrations import VERSION_1

ADD = "insert into raw.quartiers (quartier, nom, file_id, line, delivered_on, known_on) values ('01', $1, 'f', 1, '2026-01-01', '2026-01-01')"


@pytest.fixture(autouse=True)
def _no_key_from_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(ENVIRONMENT, raising=False)


@pytest.fixture
def paths(tmp_path: Path) -> Paths:
    made = Paths(database=tmp_path / "here" / "lanterne.duckdb")
    add(made, "before")
    return made


def add(paths: Paths, name: str) -> None:
    with open_store(paths) as connection:
        connection.execute(ADD, [name])


def names(paths: Paths) -> list[str]:
    with read_store(paths) as connection:
        return [
            name for (name,) in connection.execute("select nom from raw.quartiers order by nom").fetchall()
        ]


def state(paths: Paths) -> dict[str, bytes]:
    return {p.name: p.read_bytes() for p in paths.database.parent.iterdir()}


def test_what_is_restored_is_what_was_backed_up(paths: Paths, tmp_path: Path) -> None:
    file = tmp_path / "saved"
    done = backup(paths, file)
    add(paths, "after")
    assert names(paths) == ["after", "before"]
    assert restore(paths, file, replace=True) == done
    assert names(paths) == ["before"]
    assert done.tables["raw.quartiers"].rows == 1 and done.rows >= 3
    add(paths, "later")  # it is a warehouse like any other
    assert names(paths) == ["before", "later"]
    assert sorted(p.name for p in tmp_path.iterdir()) == ["here", "saved", "saved.json"]
    assert sorted(state(paths)) == ["lanterne.duckdb", "lanterne.key"]


def test_a_backup_is_encrypted_and_its_description_names_nobody(paths: Paths, tmp_path: Path) -> None:
    file = tmp_path / "saved"
    backup(paths, file)
    assert not encrypted.is_plain(file)
    assert plaintext.scan(file, plaintext.known_text(paths)).seen == ()
    described = description(file).read_text()
    assert "before" not in described and set(json.loads(described)) == {"schema", "code", "made_at", "tables"}


def test_a_lost_warehouse_comes_back_with_its_key(paths: Paths, tmp_path: Path) -> None:
    file = tmp_path / "saved"
    backup(paths, file)
    elsewhere = Paths(
        database=tmp_path / "new machine" / "lanterne.duckdb",
        key_file=paths.database.with_name("lanterne.key"),
    )
    restore(elsewhere, file, replace=False)
    assert names(elsewhere) == ["before"]


def test_without_its_key_nothing_is_restored_and_no_key_is_made(paths: Paths, tmp_path: Path) -> None:
    file = tmp_path / "saved"
    backup(paths, file)
    elsewhere = Paths(database=tmp_path / "new machine" / "lanterne.duckdb")
    with pytest.raises(IntegrityError, match="key is not there"):
        restore(elsewhere, file, replace=False)
    assert list(elsewhere.database.parent.iterdir()) == []


def test_it_asks_before_it_replaces(paths: Paths, tmp_path: Path) -> None:
    file = tmp_path / "saved"
    backup(paths, file)
    before = state(paths)
    with pytest.raises(ConfigurationError, match="--replace"):
        restore(paths, file, replace=False)
    with pytest.raises(ConfigurationError, match="never overwrites"):
        backup(paths, file)
    assert state(paths) == before


def altered(text: str, *keys: str) -> str:
    """The description with one more row, another digest or another schema."""
    found = json.loads(text)
    place = found
    for key in keys[:-1]:
        place = place[key]
    place[keys[-1]] = place[keys[-1]] + 1 if isinstance(place[keys[-1]], int) else "0" * 64
    return json.dumps(found)


SPOILT = {
    "a byte": lambda file: file.write_bytes(file.read_bytes()[:20_000] + b"?" + file.read_bytes()[20_001:]),
    "cut": lambda file: file.write_bytes(file.read_bytes()[: file.stat().st_size // 2]),
    "empty": lambda file: file.write_bytes(b""),
    "another file": lambda file: file.write_bytes(b"NOM;PRENOM\n" * 9000),
    "no description": lambda file: description(file).unlink(),
    "broken description": lambda file: description(file).write_text("{"),
    "another description": lambda file: description(file).write_text('{"schema": 1}'),
    "a row more": lambda file: description(file).write_text(
        altered(description(file).read_text(), "tables", "raw.quartiers", "rows")
    ),
    "another digest": lambda file: description(file).write_text(
        altered(description(file).read_text(), "tables", "meta.files", "digest")
    ),
    "another schema": lambda file: description(file).write_text(
        altered(description(file).read_text(), "schema")
    ),
}


@pytest.mark.parametrize("how", SPOILT)
def test_a_spoilt_backup_is_refused_and_nothing_is_changed(paths: Paths, tmp_path: Path, how: str) -> None:
    file = tmp_path / "saved"
    backup(paths, file)
    SPOILT[how](file)
    before = state(paths)
    with pytest.raises(IntegrityError, match="nothing was changed") as caught:
        restore(paths, file, replace=True)
    assert caught.value.exit_code == 6 and caught.value.hint
    assert state(paths) == before


def test_another_keys_backup_is_refused(
    paths: Paths, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "saved"
    backup(paths, file)
    before = state(paths)
    monkeypatch.setenv(ENVIRONMENT, "another passphrase altogether")
    with pytest.raises(IntegrityError, match="does not open the file"):
        restore(paths, file, replace=True)
    assert state(paths) == before


def test_rows_that_differ_in_content_alone_are_noticed(paths: Paths, tmp_path: Path) -> None:
    """Same key, same counts, another name in one row: only the digest can tell."""
    file = tmp_path / "saved"
    backup(paths, file)
    with encrypted.guarded(encrypted.opened(file, key_of(paths), read_only=False), file) as connection:
        connection.execute("update raw.quartiers set nom = 'somebody else'")
    with pytest.raises(IntegrityError, match=r"raw\.quartiers does not hold the described rows"):
        restore(paths, file, replace=True)
    assert names(paths) == ["before"]


def test_a_damaged_warehouse_and_its_log_are_replaced(paths: Paths, tmp_path: Path) -> None:
    file = tmp_path / "saved"
    backup(paths, file)
    paths.database.write_bytes(b"x" * 50_000)
    copies.wal(paths.database).write_bytes(b"a log of what is no more")
    restore(paths, file, replace=True)
    assert names(paths) == ["before"]


def test_nobody_may_be_at_work(paths: Paths, tmp_path: Path) -> None:
    file = tmp_path / "saved"
    backup(paths, file)
    with open_store(paths):
        for work in (lambda: restore(paths, file, replace=True), lambda: backup(paths, tmp_path / "other")):
            with pytest.raises(ConfigurationError, match="another run is using"):
                work()
    assert names(paths) == ["before"]
    assert not (tmp_path / "other").exists()


def configured(folder: Path) -> Path:
    (folder / "deliveries").mkdir(parents=True)
    (folder / "city.toml").write_text(CITY, encoding="utf-8")
    return folder / "city.toml"


def test_the_commands_say_what_they_did_and_what_else_to_keep(tmp_path: Path) -> None:
    config, file = configured(tmp_path / "city"), tmp_path / "saved"
    add(Paths(database=tmp_path / "city" / "lanterne.duckdb"), "before")
    run = CliRunner().invoke
    said = run(cli.app, ["backup", "--config", str(config), str(file)])
    assert said.exit_code == 0
    assert all(
        word in said.output for word in ("lanterne.key", "city.toml", "oppositions", "runs", "deliveries")
    )
    again = run(cli.app, ["restore", "--config", str(config), str(file), "--replace", "--json"])
    kept = json.loads(description(file).read_text())["tables"].values()
    assert json.loads(again.stdout)["rows"] == sum(table["rows"] for table in kept) == 3
    assert json.loads(run(cli.app, ["upgrade", "--config", str(config), "--json"]).stdout)["before"] is None


def checked(config: Path) -> tuple[int, dict[str, str]]:
    """(exit code, what is unsound → why)."""
    done = CliRunner().invoke(cli.app, ["check", "--config", str(config), "--json"])
    return done.exit_code, {
        f["what"]: f["detail"] for f in json.loads(done.stdout)["findings"] if not f["is_sound"]
    }


def test_a_sound_warehouse_is_found_sound_and_looked_through(tmp_path: Path) -> None:
    config = configured(tmp_path)
    assert checked(config) == (0, {})
    paths = Paths(database=tmp_path / "lanterne.duckdb")
    add(paths, "before")
    assert checked(config) == (0, {})
    assert {CANARY, "liste_electorale", "cle_identite"} <= plaintext.known_text(paths)


def test_check_catches_a_plain_warehouse(tmp_path: Path) -> None:
    import duckdb

    config = configured(tmp_path)
    with duckdb.connect(str(tmp_path / "lanterne.duckdb")) as connection:
        connection.execute(VERSION_1)
    code, unsound = checked(config)
    assert code == 6 and {"warehouse", "encryption"} <= set(unsound)
    assert "textes connus se lisent dans les octets du fichier" in unsound["encryption"]
    assert "retirez le fichier de tout endroit où d’autres peuvent le lire" in unsound["encryption"]
    assert "Centre ancien" not in str(unsound)


@pytest.mark.parametrize(
    "place",
    ["lanterne.duckdb.wal", "lanterne.tmp-77/duckdb_temp_storage_DEFAULT-0.tmp"],
)
def test_check_catches_plain_text_beside_the_file(tmp_path: Path, place: str) -> None:
    config = configured(tmp_path)
    add(Paths(database=tmp_path / "lanterne.duckdb"), "before")
    (tmp_path / place).parent.mkdir(exist_ok=True)
    (tmp_path / place).write_bytes(os.urandom(3000) + b"..cle_identite.." + os.urandom(3000))
    code, unsound = checked(config)
    assert code == 6 and place in unsound["encryption"]


@pytest.mark.parametrize("at", [0, plaintext.BLOCK - 9, plaintext.BLOCK, plaintext.BLOCK + 5])
def test_a_text_is_found_wherever_the_blocks_are_cut(tmp_path: Path, at: int) -> None:
    path = tmp_path / "x.duckdb"
    path.write_bytes(b"\xff" * at + b"liste_electorale" + b"\xff" * 100)
    seen = plaintext.scan(path, frozenset({"liste_electorale", "cle_identite"}))
    assert (seen.seen, seen.bytes) == (("liste_electorale",), path.stat().st_size)


def test_check_tells_a_wrong_configuration_from_a_broken_trust(tmp_path: Path) -> None:
    config = configured(tmp_path)
    (tmp_path / "deliveries" / "yesterday").mkdir()
    assert checked(config)[0] == 2
    add(Paths(database=tmp_path / "lanterne.duckdb"), "before")
    (tmp_path / "lanterne.key").chmod(0o644)
    code, unsound = checked(config)
    assert code == 6 and "chmod 600" in unsound["key"]
