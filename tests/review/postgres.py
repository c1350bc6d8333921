"""A real PostgreSQL server in a folder of its own, on a socket alone; it is gone with the test run."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import Any

from sqlalchemy import create_engine, text

from review.database import opened

TRUSTED = {"initdb": ["-U", "desk", "-A", "trust", "-E", "UTF8", "--no-sync", "--locale=C.UTF-8"]}


def binaries() -> Path:
    """Where the server's programs are; the newest version. `make test` installs it."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb")) or [
        Path(path) for path in [shutil.which("initdb")] if path
    ]
    assert found, "PostgreSQL is not installed; `make test` installs it"
    return found[-1].parent


@contextmanager
def server() -> Iterator[str]:
    """The address of its database ``desk``, as SQLAlchemy writes it. The server refuses to run as root, who lends it to ``nobody``."""
    folder = Path(tempfile.mkdtemp(prefix="desk-pg-", dir="/tmp"))
    who: dict[str, Any] = {}
    if os.geteuid() == 0:
        nobody = pwd.getpwnam("nobody")
        os.chown(folder, nobody.pw_uid, nobody.pw_gid)
        who = {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}
    try:
        _run("initdb", ["-D", "data", *TRUSTED["initdb"]], folder, who)
        options = f"-c listen_addresses='' -k {folder} -c fsync=off -c max_connections=120"
        _run("pg_ctl", ["-D", "data", "-w", "-l", "log", "-o", options, "start"], folder, who)
        try:
            _run("createdb", ["-h", str(folder), "-U", "desk", "desk"], folder, who)
            yield f"postgresql+psycopg://desk@/desk?host={folder}"
        finally:
            _run("pg_ctl", ["-D", "data", "-m", "immediate", "stop"], folder, who)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def emptied(url: str) -> str:
    """Every table gone."""
    engine = create_engine(url)
    with engine.begin() as connection:
        connection.execute(text("drop schema public cascade"))
        connection.execute(text("create schema public"))
    engine.dispose()
    return url


def fresh(url: str) -> str:
    """A database of its own with the desk's tables, copied from one that is made once a process."""
    server = create_engine(url, isolation_level="AUTOCOMMIT")
    number = next(_NUMBERS)
    template = url.replace("/desk?", "/template_desk?")
    with server.connect() as connection:
        if number == 1:
            connection.execute(text("create database template_desk"))
            opened(template).close()
        connection.execute(text(f"create database desk_{number} template template_desk"))
    server.dispose()
    return url.replace("/desk?", f"/desk_{number}?")


_NUMBERS = count(1)


def _run(program: str, given: list[str], folder: Path, who: dict[str, Any]) -> None:
    """What the server says goes to a file: a pipe that it inherits would stay open as long as it runs."""
    said = folder / f"{program}.txt"
    with said.open("wb") as out:
        done = subprocess.run(
            [str(binaries() / program), *given],
            cwd=folder,
            env={"PATH": "/usr/bin:/bin", "HOME": str(folder)},
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=subprocess.STDOUT,
            check=False,
            **who,
        )
    assert done.returncode == 0, f"{program}: {said.read_text()}"
