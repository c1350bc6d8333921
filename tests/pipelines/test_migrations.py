"""A warehouse of an older version becomes one of this version, with every row, or stays what it was."""

from datetime import date
from pathlib import Path

import duckdb
import pytest

from data_contracts.errors import ConfigurationError, IntegrityError
from pipelines import console, encrypted, migrations
from pipelines.migrations import STEPS, Step, structure, upgrade, version
from pipelines.settings import Paths
from pipelines.store import create_tables, open_store, read_store
from pipelines.warehouse_key import key_of

VERSION_1 = """
create schema meta; create schema raw; create schema quarantine;
create table meta.files (
  file_id varchar primary key, source varchar not null, delivered_on date not null, name varchar not null, sha256 varchar not null,
  bytes bigint not null, dialect varchar not null, rows_read bigint not null, rows_accepted bigint not null, rows_quarantined bigint not null,
  rejects varchar not null, inexact varchar not null, supersedes varchar, is_current boolean not null
);
create table raw.quartiers (quartier varchar, nom varchar, qpv boolean, population bigint,
  file_id varchar not null, line bigint not null, delivered_on date not null, known_on date not null);
create table quarantine.quartiers (file_id varchar not null, line bigint not null, raw_length bigint not null, rule varchar not null, reason varchar not null);
insert into meta.files values ('f1', 'quartiers', '2026-11-02', '2026-11-02/quartiers.csv', 'abc', 9, '{}', 3, 2, 1, '{}', '{}', null, true);
insert into raw.quartiers values ('01', 'Centre ancien', true, 1200, 'f1', 1, '2026-11-02', '2026-11-02'), ('02', null, false, null, 'f1', 2, '2026-11-02', '2026-11-02');
insert into quarantine.quartiers values ('f1', 3, 12, 'quartier', 'illisible');
create table meta.left_by_hand as select 'kept' as note;
"""
"""As the version before encryption wrote it; it never changes."""


@pytest.fixture(autouse=True)
def _in_english(monkeypatch: pytest.MonkeyPatch) -> None:
    """Steps that are made up here are in no catalogue."""
    monkeypatch.setattr(console, "_speaks", ["en"])


@pytest.fixture
def old(tmp_path: Path) -> Paths:
    """A drawn warehouse of version 1, its last rows still in the log."""
    path = tmp_path / "store.duckdb"
    with duckdb.connect(str(path)) as connection:
        connection.execute(VERSION_1)
    return Paths(database=path)


def test_version_1_is_upgraded_by_the_next_writer_with_every_row(
    old: Paths, capsys: pytest.CaptureFixture[str]
) -> None:
    with open_store(old) as connection:
        assert version(connection, "warehouse") == migrations.VERSION
        files = connection.execute(
            "select file_id, delivered_on, rows_read, is_current from meta.files"
        ).fetchall()
        assert files == [("f1", date(2026, 11, 2), 3, True)]
        named = connection.execute(
            "select quartier, nom, qpv, population, line from raw.quartiers order by line"
        )
        assert named.fetchall() == [("01", "Centre ancien", True, 1200, 1), ("02", None, False, None, 2)]
        assert connection.execute("select line, rule from quarantine.quartiers").fetchall() == [
            (3, "quartier")
        ]
        assert connection.execute("select note from meta.left_by_hand").fetchall() == [("kept",)]
        with pytest.raises(duckdb.ConstraintException):
            connection.execute("insert into meta.files select * from meta.files")
    said = capsys.readouterr().err
    assert "upgraded from schema 1 to" in said and "5 rows" in said and "unencrypted file was removed" in said


def test_after_the_upgrade_nobody_can_read_it_without_the_key(old: Paths) -> None:
    assert b"Centre ancien" in old.database.read_bytes()
    with open_store(old):
        pass
    folder = old.database.parent
    assert sorted(p.name for p in folder.iterdir()) == ["lanterne.key", "store.duckdb"]
    assert b"Centre ancien" not in old.database.read_bytes()
    assert not encrypted.is_plain(old.database)


def test_an_upgraded_warehouse_has_the_tables_of_a_new_one_column_by_column(
    old: Paths, tmp_path: Path
) -> None:
    """The law that a forgotten step breaks: order, names, types and what may be null."""
    new = Paths(database=tmp_path / "new.duckdb")
    found = []
    for paths in (old, new):
        with open_store(paths) as connection:
            found.append(structure(connection, "warehouse"))
    del found[0]["meta.left_by_hand"]
    assert found[0] == found[1]


def test_a_reader_does_not_upgrade_but_says_what_does(old: Paths) -> None:
    before = old.database.read_bytes()
    with pytest.raises(IntegrityError, match="lanterne upgrade"), read_store(old):
        raise AssertionError("read")
    assert old.database.read_bytes() == before
    assert not old.database.with_name("lanterne.key").exists()


def test_a_newer_warehouse_is_left_alone(tmp_path: Path) -> None:
    paths = Paths(database=tmp_path / "store.duckdb")
    with open_store(paths) as connection:
        connection.execute("insert into meta.schema values ($1, now()::timestamp)", [migrations.VERSION + 1])
    before = paths.database.read_bytes()
    for store in (open_store, read_store):
        with pytest.raises(IntegrityError, match="install the version that wrote it"), store(paths):
            raise AssertionError("opened")
    assert paths.database.read_bytes() == before


def test_an_older_encrypted_warehouse_is_not_read_as_it_is(tmp_path: Path) -> None:
    paths = Paths(database=tmp_path / "store.duckdb")
    with open_store(paths) as connection:
        connection.execute("drop table meta.schema")
    with pytest.raises(ConfigurationError, match="has schema 1"), read_store(paths):
        raise AssertionError("read")
    with open_store(paths) as connection:
        assert version(connection, "warehouse") == migrations.VERSION


def test_objections_of_schema_2_stay_and_cannot_be_withdrawn(tmp_path: Path) -> None:
    paths = Paths(database=tmp_path / "store.duckdb")
    with open_store(paths) as connection:
        connection.execute("drop table meta.objected; delete from meta.schema where version > 2")
        connection.execute(
            "create table meta.objected (key varchar not null, kind varchar not null, primary key (key, kind))"
        )
        connection.execute("insert into meta.objected values ('k', 'key'), ('d', 'home')")
        connection.execute(
            "insert into meta.schema select 2, now()::timestamp where not exists (from meta.schema)"
        )
    with open_store(paths) as connection:
        found = connection.execute("from meta.objected order by key").fetchall()
    assert found == [("d", "home", ""), ("k", "key", "")]


def later(connection: duckdb.DuckDBPyConnection) -> None:
    """The tables of a later version: ``meta.files`` with columns in between, one more table."""
    for schema in ("meta", "raw", "quarantine"):
        connection.execute(f"create schema if not exists {schema}")
    connection.execute(
        "create table if not exists meta.files (file_id varchar primary key, is_conformed boolean not null, note varchar, place varchar not null)"
    )
    connection.execute("create table if not exists meta.notes (rule varchar not null)")
    connection.execute(
        "create table if not exists raw.quartiers (quartier varchar, file_id varchar not null)"
    )


def conformed(table: str, sql: str) -> str:
    return f"select *, rows_quarantined = 0 as is_conformed from ({sql})" if table == "meta.files" else sql


def placed(table: str, sql: str) -> str:
    """Sees what the step before made, and lets go of what the later tables have no more."""
    kept = {
        "meta.files": f"select file_id, is_conformed, name || ' ' || is_conformed as place from ({sql})",
        "raw.quartiers": f"select quartier, file_id from ({sql})",
    }
    return kept.get(table, sql)


LATER = (
    *STEPS,
    Step(version=90, what="files are conformed", rows=conformed),
    Step(version=91, what="files have a place", rows=placed),
)


def test_steps_follow_each_other_and_fill_new_columns(old: Paths) -> None:
    key = key_of(old)
    done = upgrade(old.database, key, later, LATER)
    assert done is not None and (done.before, done.was_plain) == (1, True)
    with encrypted.guarded(encrypted.opened(old.database, key, read_only=True), old.database) as connection:
        files = connection.execute("select * from meta.files").fetchall()
        assert files == [("f1", False, None, "2026-11-02/quartiers.csv false")]
        assert connection.execute("select count(*) from raw.quartiers").fetchone() == (2,)
        assert connection.execute("select count(*) from meta.notes").fetchone() == (0,)
        assert version(connection, "warehouse") == 91
    assert upgrade(old.database, key, later, LATER) is None


def test_only_the_steps_after_its_version_are_taken(old: Paths) -> None:
    key = key_of(old)
    upgrade(old.database, key, create_tables)
    never = Step(version=2, what="never again", rows=lambda table, sql: "select nonsense")
    done = upgrade(old.database, key, later, (never, *LATER[1:]))
    assert done is not None and (done.before, done.was_plain) == (migrations.VERSION, False)


@pytest.mark.parametrize("steps", [STEPS, LATER[:2]])
def test_rows_that_do_not_fit_leave_the_old_warehouse_as_it_was(old: Paths, steps: tuple[Step, ...]) -> None:
    key = key_of(old)
    before = old.database.read_bytes()
    with pytest.raises(IntegrityError, match="nothing was changed") as caught:
        upgrade(old.database, key, later, steps)
    assert "Centre ancien" not in str(caught.value) and caught.value.__cause__ is None
    assert old.database.read_bytes() == before
    assert sorted(p.name for p in old.database.parent.iterdir()) == ["lanterne.key", "store.duckdb"]


def test_a_contract_that_gains_a_column_needs_no_step(tmp_path: Path) -> None:
    paths = Paths(database=tmp_path / "store.duckdb")
    with open_store(paths) as connection:
        connection.execute(
            "insert into raw.quartiers (quartier, file_id, line, delivered_on, known_on) values ('01', 'f', 1, '2026-01-01', '2026-01-01')"
        )

    def wider(connection: duckdb.DuckDBPyConnection) -> None:
        connection.execute("create schema if not exists raw")
        connection.execute(
            "create table if not exists raw.quartiers (quartier varchar, communal_name varchar, nom varchar, qpv boolean, population bigint,"
            " file_id varchar not null, line bigint not null, delivered_on date not null, known_on date not null)"
        )
        create_tables(connection)

    done = upgrade(paths.database, key_of(paths), wider)
    assert done is not None and done.rows["raw.quartiers"] == 1
    with encrypted.guarded(
        encrypted.opened(paths.database, key_of(paths), read_only=True), paths.database
    ) as connection:
        names = [name for name, *_ in structure(connection, "warehouse")["raw.quartiers"]]
        assert names[:3] == ["quartier", "communal_name", "nom"]
        assert connection.execute("select quartier, communal_name, line from raw.quartiers").fetchall() == [
            ("01", None, 1)
        ]


def test_an_upgrade_waits_for_who_reads(old: Paths) -> None:
    key = key_of(old)
    with (
        encrypted.guarded(encrypted.opened(old.database, None, read_only=True), old.database),
        pytest.raises(ConfigurationError, match="another run is using"),
    ):
        upgrade(old.database, key, create_tables)
