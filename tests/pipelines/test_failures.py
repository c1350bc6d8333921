"""What the machine refuses: a sentence with a hint, the right exit code, nothing lost, and the next run succeeds."""

import errno
import hashlib
import json
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path

import duckdb
import pandas as pd
import pytest
from sqlalchemy import create_engine, text

from data_contracts.errors import GateClosed, LanterneError, MachineFault
from pipelines import chain, clock, ledger, machine, settings, turns, unforeseen
from pipelines.commands_review import desk_of
from pipelines.desk_objections import reach_desk
from pipelines.schedule import outcomes
from pipelines.store import open_store, read_store
from review import database
from tests.pipelines.calling import called
from tests.pipelines.limited import Ended, Machine
from tests.pipelines.little_city import ROLL, elector, key, write

PUBLISHED, NEXT = "2026-11-02", "2026-11-10"


def _raised(work: Callable[[], object]) -> Exception:
    with pytest.raises(Exception) as raised:
        work()
    return raised.value


def _full_file() -> None:
    with Path("/dev/full").open("w", encoding="utf-8") as stream:
        stream.write("x" * 100_000)


def _duckdb(*statements: str) -> None:
    with closing(duckdb.connect()) as connection:
        for statement in statements:
            connection.execute(statement)


def _full_sqlite() -> None:
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.execute("pragma max_page_count = 2")
        connection.execute("create table t as select randomblob(1000000) as b")


def _full_sqlalchemy() -> None:
    with create_engine("sqlite://").begin() as connection:
        connection.execute(text("pragma max_page_count = 2"))
        connection.execute(text("create table t as select randomblob(1000000) as b"))


def _wrapped() -> None:
    try:
        _full_file()
    except OSError as error:
        raise ValueError("DUPONT JEANNE") from error


BIG = "create table t as select range as a, md5(range::varchar) as b from range(3_000_000)"


@pytest.mark.parametrize(
    ("work", "said"),
    [
        (_full_file, machine.FULL),
        (_wrapped, machine.FULL),
        (lambda: pd.DataFrame({"a": range(100_000)}).to_parquet("/dev/full"), machine.FULL),
        (lambda: _duckdb("copy (from range(3_000_000)) to '/dev/full' (format parquet)"), machine.FULL),
        (_full_sqlite, machine.FULL),
        (_full_sqlalchemy, machine.FULL),
        (lambda: _duckdb("set memory_limit = '5MB'", "set temp_directory = ''", BIG), machine.MEMORY),
        (lambda: bytearray(1 << 60), machine.MEMORY),
    ],
)  # fmt: skip
def test_what_libraries_raise_on_a_true_limit_is_a_sentence(
    work: Callable[[], object], said: machine.Sentence
) -> None:
    told = unforeseen.taken(_raised(work))
    assert (type(told), told.what, told.hint) == (MachineFault, said.what, said.hint)
    assert told.exit_code == 2 and told.where and "DUPONT" not in told.text()
    assert outcomes.of(told).name == "Failed: machine"


def test_what_may_be_spilled_is_a_matter_of_the_disk(tmp_path: Path) -> None:
    spill = f"set temp_directory = '{tmp_path / 'spilled'}'"
    limits = ("set memory_limit = '20MB'", "set max_temp_directory_size = '1MB'")
    assert unforeseen.taken(_raised(lambda: _duckdb(spill, *limits, BIG))).what == machine.FULL.what


@pytest.mark.parametrize(
    ("error", "what", "where"),
    [
        (PermissionError(errno.EACCES, "denied", "runs/.lock"), machine.RIGHTS.what, "runs/.lock"),
        (OSError(errno.EROFS, "read-only", "runs/.lock"), machine.READ_ONLY.what, "runs/.lock"),
        (OSError(errno.EDQUOT, "quota"), machine.FULL.what, ""),
        (PermissionError(errno.EPERM, "of a process"), None, ""),
        (FileNotFoundError(errno.ENOENT, "no such file", "x"), None, ""),
        (ValueError("No space left on device"), None, ""),
    ],
)
def test_only_what_the_system_said_counts(error: Exception, what: str | None, where: str) -> None:
    told = machine.fault(error)
    assert (told and told.what, told.where if told else "") == (what, where)


def test_a_refusal_of_ours_stays_what_it_is() -> None:
    refused = GateClosed("closed")
    refused.__cause__ = OSError(errno.ENOSPC, "full")
    assert machine.fault(refused) is None


def test_half_a_line_is_taken_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As much of a line as goes onto a full disk would break the chain for good."""
    log = tmp_path / "audit.jsonl"
    chain.append(log, {"step": "begin"})
    before = log.read_bytes()

    def torn(stream: object, line: bytes) -> None:
        stream.write(line[:20])  # type: ignore[attr-defined]
        raise OSError(errno.ENOSPC, "full")

    with monkeypatch.context() as patch:
        patch.setattr(chain, "_write_whole", torn)
        with pytest.raises(OSError, match="full"):
            chain.append(log, {"step": "frame"})
    assert log.read_bytes() == before
    assert chain.append(log, {"step": "frame"}).number == 2


def test_the_installations_chain_bears_a_disk_that_stays_full(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its line is written, what says where it ends is not, three times over."""
    city = settings.load(write(tmp_path))
    ledger.enter(city.paths, "ingest", "deliveries")

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "full")

    for _ in range(3):
        with monkeypatch.context() as patch, pytest.raises(OSError, match="full"):
            patch.setattr(ledger, "_keep", full)
            ledger.enter(city.paths, "ingest", "deliveries")
    ledger.enter(city.paths, "ingest", "deliveries")
    assert [entry.number for entry in ledger.entries(city.paths)] == [1, 2, 3]


def said(done: Ended | LanterneError | object, what: str, code: int = 2) -> None:
    """One sentence that names ``what``, a hint, the exit code, no traceback."""
    told = " ".join(getattr(done, "said", "").split() or getattr(done, "stderr", "").split())
    assert getattr(done, "returncode", None) == code, told
    assert what in told and "Hint:" in told and "Traceback" not in told, told


def test_a_warehouse_in_use_is_said(tmp_path: Path) -> None:
    config = write(tmp_path)
    paths = settings.load(config).paths
    with open_store(paths):  # another process would be refused as this one is
        said(called("backup", "--config", config, tmp_path / "copy"), machine.WAREHOUSE.what)
    with turns.one_at_a_time(paths.runs):
        said(called("cycle", "--config", config, "--as-of", PUBLISHED), "another run is under way")


def test_a_desk_in_use_is_said_and_the_next_run_reaches_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = write(tmp_path)
    desk_of(config).database.close()
    monkeypatch.setattr(database, "SQLITE_WAITS_MS", 50)
    with closing(sqlite3.connect(tmp_path / "desk.sqlite", isolation_level=None)) as other:
        other.execute("begin immediate")
        said(called("ingest", "--config", config), machine.DATABASE.what)
        other.execute("rollback")
    assert reach_desk(config, settings.load(config), {key(1)}) == 0, "the desk holds no case, and is reached"


def test_a_clock_that_was_set_back_stops_what_would_write(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = write(tmp_path)
    paths = settings.load(config).paths
    ledger.enter(paths, "ingest", "deliveries")
    kept = (paths.runs / ledger.LOG).read_bytes()

    class Yesterday(datetime):
        @classmethod
        def now(cls, tz=None):  # type: ignore[no-untyped-def, override]
            return datetime.now(tz) - timedelta(days=1)  # noqa: TID251 - this is the clock

    with monkeypatch.context() as patch:
        patch.setattr(clock, "datetime", Yesterday)
        for command in (("ingest",), ("cycle", "--as-of", PUBLISHED)):
            said(called(*command, "--config", config), "this machine's clock says")
    assert (paths.runs / ledger.LOG).read_bytes() == kept and not paths.database.exists()
    assert ledger.check_clock(paths) == ledger.entries(paths)[0].at, "the clock is right again"


@pytest.fixture(scope="module")
def computer() -> Iterator[Machine]:
    one = Machine()
    yield one
    assert one.end() == 0


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory, computer: Machine) -> Path:
    """One list is published; another delivery has come since."""
    folder = tmp_path_factory.mktemp("town")
    config = write(folder)
    assert computer.run("cycle", "--config", config, "--as-of", PUBLISHED).returncode == 0
    (folder / "deliveries" / "2026-11-09").mkdir()
    roll = ROLL + "".join(elector(i).replace("01/11/2026", "08/11/2026") for i in range(2, 40))
    (folder / "deliveries" / "2026-11-09" / "liste_electorale.csv").write_text(roll, encoding="cp1252")
    return folder


@pytest.fixture(scope="module")
def undisturbed(town: Path, tmp_path_factory: pytest.TempPathFactory, computer: Machine) -> dict[str, str]:
    """The next run, in UTC and in French."""
    folder = tmp_path_factory.mktemp("undisturbed") / "town"
    shutil.copytree(town, folder)
    return next_run(computer, folder, TZ="UTC", LC_ALL="C.UTF-8")


SAME = (
    "list.csv",
    "list.parquet",
    "list.xlsx",
    "list.html",
    "explanations.parquet",
    "frame.json",
    "map.html",
)


def next_run(computer: Machine, town: Path, **environment: str) -> dict[str, str]:
    """Digests of what it publishes; it succeeds."""
    asked = ("cycle", "--config", town / "city.toml", "--as-of", NEXT, "--json")
    done = computer.run(*asked, environment=environment)
    assert done.returncode == 0, done.said
    folder = Path(json.loads(done.said)["run"])
    return {"run": folder.name} | {
        name: hashlib.sha256((folder / name).read_bytes()).hexdigest() for name in SAME
    }


def kept(town: Path) -> dict[str, object]:
    """What may not be lost: every byte of the published run, and every row of the warehouse that it was made from."""
    published = {
        path.relative_to(town).as_posix(): path.read_bytes()
        for folder in town.glob(f"runs/{PUBLISHED}-*")
        for path in folder.rglob("*")
        if path.is_file()
    }
    with read_store(settings.load(town / "city.toml").paths) as connection:
        rows = connection.execute(
            f"select * from raw.liste_electorale where delivered_on = '{PUBLISHED}' order by all"
        ).fetchall()
    assert published and rows
    return published | {"rows": rows}


@pytest.mark.slow
@pytest.mark.parametrize(
    ("command", "limits", "what"),
    [
        ("ingest", {"file_bytes": 10_000}, machine.FULL.what),
        ("cycle", {"file_bytes": 200_000}, machine.FULL.what),
        ("ingest", {"room_bytes": 100_000}, machine.FULL.what),
        ("cycle", {"room_bytes": 200_000}, machine.FULL.what),
        ("ingest", {"environment": {"LANTERNE_MEMORY": "2MB"}}, machine.MEMORY.what),
    ],
    ids=[
        "a file that may not grow at the warehouse",
        "a file that may not grow at the end of a run",
        "a full disk at the warehouse",
        "a full disk in the middle of a run",
        "too little memory",
    ],
)
def test_nothing_is_lost_and_the_next_run_succeeds(
    computer: Machine,
    town: Path,
    undisturbed: dict[str, str],
    tmp_path: Path,
    command: str,
    limits: dict[str, object],
    what: str,
) -> None:
    if "room_bytes" in limits and not computer.has_disks:
        pytest.skip("this machine gives nobody a mount namespace")
    limits = limits | {"folder": str(tmp_path / "town")}
    shutil.copytree(town, tmp_path / "town")
    before = kept(tmp_path / "town")
    arguments = ("--as-of", NEXT) if command == "cycle" else ()
    done = computer.run(command, "--config", tmp_path / "town" / "city.toml", *arguments, **limits)
    said(done, what)
    assert key(1) not in done.said
    assert kept(tmp_path / "town") == before
    assert not list((tmp_path / "town" / "runs").glob(".*.partial")), "no joined table lies about"
    assert next_run(computer, tmp_path / "town") == undisturbed


@pytest.mark.slow
def test_a_folder_that_may_only_be_read_is_said(computer: Machine, town: Path, tmp_path: Path) -> None:
    """Of an account that owns it and has no rights beyond; ``check`` says so too, and changes nothing."""
    shutil.copytree(town, tmp_path / "town")
    config, before = tmp_path / "town" / "city.toml", kept(tmp_path / "town")
    places = [tmp_path / "town", *(p for p in (tmp_path / "town").rglob("*") if p.name != "lanterne.key")]
    modes = {place: place.stat().st_mode for place in places}
    for place in places:
        place.chmod(modes[place] & ~0o222)
    try:
        for command in (("ingest",), ("cycle", "--as-of", NEXT)):
            done = computer.run(*command, "--config", config, is_ordinary=True)
            said(done, machine.RIGHTS.what)
            assert str(tmp_path / "town") in done.said.replace("\n", "")
    finally:
        for place, mode in modes.items():
            place.chmod(mode)
    assert kept(tmp_path / "town") == before
    assert computer.run("ingest", "--config", config, is_ordinary=True).returncode == 0


@pytest.mark.slow
@pytest.mark.parametrize("zone", ["Pacific/Kiritimati", "America/Los_Angeles"])
def test_neither_locale_nor_time_zone_changes_a_byte(
    computer: Machine, town: Path, undisturbed: dict[str, str], tmp_path: Path, zone: str
) -> None:
    shutil.copytree(town, tmp_path / "town")
    assert next_run(computer, tmp_path / "town", TZ=zone, LC_ALL="C") == undisturbed
