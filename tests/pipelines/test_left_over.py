"""What is kept of a run, for whom, and what a kill leaves."""

import os
import stat
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from pipelines import manifest
from tests.pipelines.calling import lanterne
from tests.pipelines.little_city import write


def test_what_a_command_writes_is_its_accounts_own_whatever_the_shell_allows(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        config = write(tmp_path)
        given = set(tmp_path.rglob("*"))
        assert lanterne("ingest", "--config", config).returncode == 0
    finally:
        os.umask(before)
    made = [path for path in tmp_path.rglob("*") if path not in given]
    assert made and not [path for path in made if stat.S_IMODE(path.stat().st_mode) & 0o077]


def runs(folder: Path, *names: str) -> Path:
    for name in names:
        (folder / name).mkdir(parents=True)
        (folder / name / "list.csv").touch()
    return folder


def test_of_a_run_that_was_being_replaced_one_stays(tmp_path: Path) -> None:
    """Killed before the new one came the old one stands again; killed afterwards it goes."""
    folder = runs(tmp_path, ".2026-11-02-a.replaced", "2026-11-09-b", ".2026-11-09-b.replaced", ".x.partial")
    manifest.clear_half_made(folder)
    assert {path.name for path in folder.iterdir()} == {"2026-11-02-a", "2026-11-09-b"}


def test_a_folder_goes_to_another_disk_too(tmp_path: Path) -> None:
    memory = Path("/dev/shm")
    if not memory.is_dir() or memory.stat().st_dev == tmp_path.stat().st_dev:
        pytest.skip("this machine has one disk")
    with TemporaryDirectory(dir=memory) as elsewhere:
        final = Path(elsewhere) / "out"
        manifest.publish(runs(tmp_path, "made") / "made", final)
        assert [path.name for path in final.iterdir()] == ["list.csv"]
        assert [path.name for path in Path(elsewhere).iterdir()] == ["out"]


def test_ctrl_c_is_an_interruption_whatever_a_library_makes_of_it(tmp_path: Path) -> None:
    """DuckDB tells it as an error of its own. What had ended is kept."""
    program = (
        "import signal, sys, duckdb\n"
        "from pipelines import cli, unforeseen\n"
        "from unittest.mock import patch\n"
        "def query(*a, **k):\n"
        "    signal.setitimer(signal.ITIMER_REAL, 0.5)\n"
        "    duckdb.sql('select count(*) from range(100000000) a, range(100000) b where a.range * b.range = 3').fetchall()\n"
        "signal.signal(signal.SIGALRM, lambda *_: signal.raise_signal(signal.SIGINT))\n"
        "sys.argv = ['lanterne', 'ingest']\n"
        "with patch.object(cli, 'app', unforeseen.foreseen(query)):\n"
        "    cli.main()\n"
    )
    ended = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=120, check=False
    )
    assert (ended.returncode, ended.stdout, ended.stderr) == (130, "", "")
