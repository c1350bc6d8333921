"""The warehouse as a file: what a thief, a crash, a second process or a bad disk find."""

import os
import random
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import duckdb
import pytest

from data_contracts.errors import ConfigurationError, IntegrityError
from pipelines import copies, encrypted
from pipelines.settings import Paths
from pipelines.store import MEMORY, beside, open_store, read_store, staging_area, temporary_folders
from pipelines.warehouse_key import key_of

TEXT = "quartier_des_iles_flottantes"
ADD = "insert into raw.quartiers (quartier, nom, file_id, line, delivered_on, known_on) select '01', $1 || i, 'f', i, '2026-01-01', '2026-01-01' from range(1000) r(i)"
PRELUDE = f"""
import sys, time, pathlib
from pipelines.settings import Paths
from pipelines.store import beside, open_store, read_store
paths, ADD, TEXT = Paths(database=pathlib.Path(sys.argv[1])), {ADD!r}, {TEXT!r}
"""
WRITER = """
with open_store(paths) as connection:
    print("open", flush=True)
    for batch in range(10_000):
        connection.execute("begin")
        connection.execute(ADD, [TEXT])
        connection.execute("update meta.files set rows_read = rows_read + 1000")
        connection.execute("commit")
        print(batch, flush=True)
"""
ONE_FILE = """
insert into meta.files (file_id, source, delivered_on, name, sha256, bytes, dialect, rows_read, rows_accepted, rows_quarantined, rejects, inexact, is_current)
values ('f', 'quartiers', '2026-01-01', 'n', 's', 1, '{}', 0, 0, 0, '{}', '{}', true)
"""


def started(script: str, path: Path, *more: str) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-c", PRELUDE + script, str(path), *more],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def killed(process: "subprocess.Popen[str]") -> list[str]:
    """Lines that it had printed and nobody has read."""
    os.kill(process.pid, signal.SIGKILL)
    with process:  # not communicate(), which forgets what a readline() before it took from the pipe
        assert process.stdout is not None
        return process.stdout.read().splitlines()


@pytest.fixture
def paths(tmp_path: Path) -> Paths:
    """A warehouse with one row in ``meta.files`` and none elsewhere."""
    made = Paths(database=tmp_path / "store.duckdb")
    with open_store(made) as connection:
        connection.execute(ONE_FILE)
    return made


def rows(paths: Paths) -> tuple[int, int]:
    with read_store(paths) as connection:
        found = connection.execute(
            "select (select count(*) from raw.quartiers), (select sum(rows_read) from meta.files)"
        ).fetchone()
    assert found is not None
    return int(found[0]), int(found[1])


@pytest.mark.slow
def test_a_writer_killed_at_any_moment_leaves_whole_transactions(paths: Paths) -> None:
    """Both statements of a transaction or neither; and whatever was said to be committed is there."""
    moments = random.Random(3)
    before = 0
    for _ in range(4):
        process = started(WRITER, paths.database)
        assert process.stdout is not None and process.stdout.readline() == "open\n"
        time.sleep(moments.uniform(0, 0.4))
        committed = 1000 * len(killed(process))
        stored, counted = rows(paths)
        assert stored == counted and stored % 1000 == 0
        assert stored in (
            before + committed,
            before + committed + 1000,
        )  # one may be committed and not yet said
        before = stored
    assert before > 0


@pytest.mark.slow
def test_a_first_run_killed_at_any_moment_can_be_repeated(tmp_path: Path) -> None:
    """The file appears whole: every moment at which DuckDB or the file system is asked is a moment to be killed at."""
    script = """
import os, signal, duckdb
def first_run(mine, left):
    def dies(event, arguments):
        nonlocal left
        if event in ("open", "os.rename", "os.link", "os.remove", "os.mkdir") and str(mine.database.parent) in str(arguments):
            left -= 1
            if left < 0:
                os.kill(os.getpid(), signal.SIGKILL)
    sys.addaudithook(dies)
    with open_store(mine): print("made", flush=True)
    os._exit(0)
for moment in range(20):
    child = os.fork()  # everything is loaded, nothing is open: as a process that has just started
    if child == 0:
        first_run(Paths(database=paths.database / str(moment) / "store.duckdb"), moment)
    _, status = os.waitpid(child, 0)
    print(os.WTERMSIG(status) if os.WIFSIGNALED(status) else os.WEXITSTATUS(status), flush=True)
    if not os.WIFSIGNALED(status):
        break
"""
    said, complaints = started(script, tmp_path).communicate()
    *died, made, last = said.splitlines()
    assert died == [str(int(signal.SIGKILL))] * len(died) and len(died) >= 5, complaints
    assert (made, last) == ("made", "0"), complaints
    for moment in range(len(died) + 1):
        with open_store(Paths(database=tmp_path / str(moment) / "store.duckdb")) as connection:
            assert connection.execute("select count(*) from meta.canary").fetchone() == (1,)


@pytest.mark.slow
def test_first_runs_at_once_make_one_key_and_one_file(tmp_path: Path) -> None:
    """Each writes or is told to wait, whoever is first; all of them find one key and the same file."""
    script = """
from data_contracts.errors import ConfigurationError
for turn in range(15):
    mine = Paths(database=paths.database / str(turn) / "store.duckdb")
    print("ready", flush=True)
    sys.stdin.readline()
    try:
        with open_store(mine): print("wrote", flush=True)
    except ConfigurationError as error:
        print(error.what, flush=True)
"""
    processes = [started(script, tmp_path) for _ in range(3)]
    for turn in range(15):
        assert [line_of(p) for p in processes] == ["ready"] * 3
        for process in processes:
            assert process.stdin is not None
            process.stdin.write("go\n")
            process.stdin.flush()
        ended = {line_of(p) for p in processes}
        assert "wrote" in ended and ended <= {"wrote", "another run is using the warehouse"}
        assert {p.name for p in (tmp_path / str(turn)).iterdir()} == {"store.duckdb", "lanterne.key"}
    assert [(p.communicate()[1].count("Traceback"), p.returncode) for p in processes] == [(0, 0)] * 3


def line_of(process: "subprocess.Popen[str]") -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()


def test_the_log_of_a_killed_writer_shows_nothing_and_is_replayed(paths: Paths) -> None:
    process = started(
        'with open_store(paths) as connection:\n    connection.execute(ADD, [TEXT]); print("in", flush=True); time.sleep(60)',
        paths.database,
    )
    assert process.stdout is not None and process.stdout.readline() == "in\n"
    killed(process)
    log = copies.wal(paths.database).read_bytes()
    assert len(log) > 1000 * len(TEXT) and TEXT.encode() not in log and b"quartiers" not in log
    assert rows(paths)[0] == 1000


def test_a_plain_log_would_show_it(tmp_path: Path) -> None:
    """Without this the test above could pass because logs show nothing anyway."""
    connection = duckdb.connect(str(tmp_path / "plain.duckdb"))
    connection.execute("create table quartiers (nom varchar)")
    connection.execute("insert into quartiers values ($1)", [TEXT])
    assert TEXT.encode() in (tmp_path / "plain.duckdb.wal").read_bytes()
    connection.close()


@pytest.mark.parametrize("where", ["warehouse", "staging area"])
def test_what_is_spilled_is_encrypted_and_goes(
    paths: Paths, where: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(MEMORY, "30MB")
    spill = (
        f"create temp table big as select '{TEXT}' || i as s, md5(i::varchar) as m from range(600_000) r(i)"
    )
    seen = {}
    for is_encrypted in ("true", "false"):  # the second shows that a plain spill would be found
        with open_store(paths, threads=1) as warehouse, staging_area(warehouse) as area:
            connection = warehouse if where == "warehouse" else area
            if is_encrypted == "false":
                connection.execute("set temp_file_encryption = false")
            connection.execute(spill)
            folders = temporary_folders(paths.database)
            spilled = b"".join(p.read_bytes() for folder in folders for p in folder.rglob("*.tmp"))
            seen[is_encrypted] = (len(spilled) > 1_000_000, TEXT.encode() in spilled)
    assert seen["true"] == (True, False)
    assert seen["false"] == (True, True)
    assert not [p for folder in temporary_folders(paths.database) for p in folder.rglob("*")]


def test_the_next_writer_clears_what_a_killed_one_spilled(paths: Paths) -> None:
    left = paths.database.with_name("store.tmp-123")
    left.mkdir()
    (left / "duckdb_temp_storage_DEFAULT-0.tmp").touch()
    other = paths.database.with_name("other.tmp-123")
    other.mkdir()
    with open_store(paths):
        assert (left.exists(), other.exists()) == (False, True)


@pytest.mark.parametrize("other", ["open_store", "read_store"])
def test_while_somebody_writes_others_are_told_to_wait(paths: Paths, other: str) -> None:
    with open_store(paths):
        process = started(f"with {other}(paths): pass", paths.database)
        _, said = process.communicate()
    assert process.returncode != 0
    assert "another run is using the warehouse" in said
    with (
        read_store(paths),
        pytest.raises(ConfigurationError, match="another run is using"),
        open_store(paths),
    ):
        raise AssertionError("opened twice in one process")


def test_two_processes_may_read_at_once(paths: Paths) -> None:
    with read_store(paths):
        process = started('with read_store(paths): print("read")', paths.database)
        assert process.communicate()[0] == "read\n"


def test_one_altered_byte_is_noticed_wherever_it_is(paths: Paths) -> None:
    """A refusal, or the right answer where the byte means nothing; never another answer and never DuckDB's words."""
    with open_store(paths) as connection:
        connection.execute(ADD, [TEXT])
    content = paths.database.read_bytes()
    right, refused = rows(paths), 0
    for at in (0, 8, 12, 20, 30, 5000, *random.Random(1).choices(range(len(content)), k=15)):
        paths.database.write_bytes(content[:at] + bytes([content[at] ^ 0x41]) + content[at + 1 :])
        try:
            assert rows(paths) == right
        except IntegrityError as error:
            refused += 1
            assert "damaged" in error.what
    assert refused > 5


def test_what_was_deleted_is_nowhere_in_the_bytes_after_rewriting(tmp_path: Path) -> None:
    """On a plain file, since only there can bytes be looked at: the deleted text stays in free blocks until the copy."""
    path = tmp_path / "plain.duckdb"
    connection = encrypted.opened(path, None, read_only=False)
    connection.execute("set force_compression = 'uncompressed'")
    connection.execute(
        "create table people as select i, case when i < 130_000 then $1 else 'who stays' end || i as name from range(200_000) r(i)",
        [TEXT],
    )  # who stays comes last: blocks at the end of the file would be cut off with what is deleted
    connection.execute("checkpoint")
    connection.execute("delete from people where i < 130_000")
    connection.execute("checkpoint")
    assert TEXT.encode() in path.read_bytes()
    counts = copies.replaced(connection, path, None)  # type: ignore[arg-type]
    connection.close()
    assert TEXT.encode() not in path.read_bytes() and b"who stays" in path.read_bytes()
    assert counts == {"main.people": 70_000}
    assert [p.name for p in tmp_path.iterdir()] == ["plain.duckdb"]


def test_rewriting_keeps_every_row_and_the_key(paths: Paths) -> None:
    with open_store(paths) as connection:
        connection.execute(ADD, [TEXT])
        before = copies.contents(connection, "warehouse", key_of(paths))
        tables = connection.execute(
            "select * exclude (database_oid, table_oid, schema_oid, database_name) from duckdb_constraints() order by all"
        ).fetchall()
    counts = copies.rewrite(paths)
    assert counts["raw.quartiers"] == 1000
    with read_store(paths) as connection:
        assert copies.contents(connection, "warehouse", key_of(paths)) == before
        assert (
            connection.execute(
                "select * exclude (database_oid, table_oid, schema_oid, database_name) from duckdb_constraints() order by all"
            ).fetchall()
            == tables
        )
    assert not encrypted.is_plain(paths.database)


@pytest.mark.slow
def test_a_rewriting_killed_at_any_moment_leaves_the_warehouse_whole(paths: Paths) -> None:
    with open_store(paths) as connection:
        connection.execute(ADD, [TEXT])
    moments = random.Random(5)
    script = "from pipelines.copies import rewrite\nprint('open', flush=True)\nwhile True: rewrite(paths); print('done', flush=True)"
    done = 0
    for _ in range(4):
        process = started(script, paths.database)
        assert process.stdout is not None and process.stdout.readline() == "open\n"
        time.sleep(moments.uniform(0, 1.5))
        done += len(killed(process))
        assert rows(paths) == (1000, 0)
    with open_store(paths):
        left = {p.name for p in paths.database.parent.iterdir()} - {"store.duckdb.wal"}
    assert left == {"store.duckdb", "lanterne.key"}
    assert done > 0


def test_a_digest_tells_rows_columns_and_keys_apart_and_no_order(paths: Paths) -> None:
    key = key_of(paths)
    other = encrypted.Key(origin="test", secret="0" * 64)
    tables = {
        "a": "select * from (values (1, 'x'), (2, 'y')) t(n, s)",
        "reversed": "select * from (values (2, 'y'), (1, 'x')) t(n, s)",
        "value": "select * from (values (1, 'x'), (2, 'z')) t(n, s)",
        "twice": "select * from (values (1, 'x'), (2, 'y'), (2, 'y')) t(n, s)",
        "null": "select * from (values (1, 'x'), (2, null)) t(n, s)",
        "null_text": "select * from (values (1, 'x'), (2, 'null')) t(n, s)",
        "name": "select * from (values (1, 'x'), (2, 'y')) t(n, other)",
    }
    found = {}
    for name, sql in tables.items():
        connection = duckdb.connect()
        connection.execute(f"create table t as {sql}")
        found[name] = copies.contents(connection, "memory", key)["main.t"].digest
        if name == "a":
            assert copies.contents(connection, "memory", other)["main.t"].digest != found[name]
        connection.close()
    assert found["a"] == found.pop("reversed")
    assert len(set(found.values())) == len(found)


def test_the_loaded_extension_reaches_no_network(paths: Paths) -> None:
    with read_store(paths) as connection, pytest.raises(duckdb.PermissionException, match="disabled"):
        connection.execute("from read_csv('http://192.0.2.1/x.csv')")


def test_threads_that_begin_together_all_find_the_warehouse() -> None:
    """They ask one connection at the same moment: unguarded, one in a hundred got another's answer or none."""
    with duckdb.connect() as connection, ThreadPoolExecutor(8) as workers:
        connection.execute("attach ':memory:' as warehouse; use warehouse")

        def home(_: int) -> str:
            with closing(beside(connection)) as own:
                return str((own.execute("select current_database()").fetchone() or ("",))[0])

        assert {*workers.map(home, range(400))} == {"warehouse"}
