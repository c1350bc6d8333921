"""Runs commands of ``lanterne``, each in a fork of a process that has loaded everything, under what a machine may refuse: room, memory, rights, a locale, a time zone.

``python -m tests.pipelines.limited`` reads a job a line from standard input, JSON of ``Job``, and answers each with a line: JSON of ``Ended``. The cycle's steps are plain functions
there: Prefect's server would take longer than all of them.
"""

from __future__ import annotations

import ctypes
import json
import locale
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, nullcontext
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from prefect import Task

from data_contracts import expectations
from pipelines import cli, flows
from tests.offline import alone
from tests.pipelines.killing import warm_up


@dataclass(frozen=True, kw_only=True)
class Job:
    """``file_bytes``: how large a file may grow (EFBIG beyond); ``room_bytes``: how much is left on the disk of ``folder``, which then is a file system of its own (ENOSPC beyond);
    ``is_ordinary``: whoever tests gives up root's right to write everywhere; ``environment``: set before the command is called."""

    arguments: list[str]
    file_bytes: int | None = None
    room_bytes: int | None = None
    folder: str = ""
    is_ordinary: bool = False
    environment: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Ended:
    """How it ended: negative where a signal ended it."""

    returncode: int
    said: str
    seconds: float


def run(job: Job) -> Ended:
    """One command; both streams together."""
    started = time.perf_counter()
    said, says = os.pipe()
    child = os.fork()
    if child == 0:
        os.dup2(says, 1)
        os.dup2(says, 2)
        os.close(says)
        os._exit(_called(job))
    os.close(says)
    with os.fdopen(said, "rb") as stream:
        text = stream.read().decode("utf-8", errors="backslashreplace")
    _, status = os.waitpid(child, 0)
    return Ended(
        returncode=os.waitstatus_to_exitcode(status), said=text, seconds=time.perf_counter() - started
    )


def _called(job: Job) -> int:
    os.environ.update(job.environment)
    time.tzset()
    locale.setlocale(locale.LC_ALL, job.environment.get("LC_ALL", "C.UTF-8"))
    sys.argv = ["lanterne", *job.arguments]
    if job.file_bytes is not None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (job.file_bytes, job.file_bytes))
    if job.is_ordinary:
        give_up_capabilities()
    try:
        with _small_disk(Path(job.folder), job.room_bytes) if job.room_bytes is not None else nullcontext():
            cli.main()
    except SystemExit as end:
        sys.stdout.flush()
        return int(end.code or 0)
    return 99


@contextmanager
def _small_disk(folder: Path, room_bytes: int) -> Iterator[None]:
    """What lies in the folder, on a file system in memory with so much room left; afterwards it lies where it was, as it is then. In a mount namespace alone."""
    aside = folder.with_name(f"{folder.name}.aside")
    folder.rename(aside)
    folder.mkdir()
    _mount("-t", "tmpfs", "none", str(folder))
    shutil.copytree(aside, folder, dirs_exist_ok=True)
    disk = os.statvfs(folder)
    taken = (disk.f_blocks - disk.f_bfree) * disk.f_frsize
    _mount("-o", f"remount,size={taken + room_bytes}", str(folder))
    try:
        yield
    finally:
        shutil.rmtree(aside)
        shutil.copytree(folder, aside)
        subprocess.run(["umount", "--lazy", str(folder)], check=True)
        folder.rmdir()
        aside.rename(folder)


def _mount(*words: str) -> None:
    subprocess.run(["mount", *words], check=True)


def give_up_capabilities() -> None:
    """capset(2), version 3 of its header, with none: root then has the rights that a file's mode gives its owner, and no others."""
    libc = ctypes.CDLL(None, use_errno=True)
    header, none = (ctypes.c_uint32 * 2)(0x20080522, 0), (ctypes.c_uint32 * 6)()
    if libc.capset(header, none) != 0:
        raise OSError(ctypes.get_errno(), "capset")


class Machine:
    """The process of this module, one for all tests of a file; in a mount namespace of its own where this machine gives one (``has_disks``)."""

    def __init__(self) -> None:
        apart = alone.namespace("--mount", ("mount", "-t", "tmpfs", "none", tempfile.gettempdir()))
        self.has_disks = bool(apart)
        command = [*apart, sys.executable, "-m", __name__]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def run(self, *arguments: object, **limits: Any) -> Ended:
        """See ``Job``."""
        assert self.process.stdin is not None and self.process.stdout is not None
        job = Job(arguments=[str(word) for word in arguments], **limits)
        print(json.dumps(asdict(job)), file=self.process.stdin, flush=True)
        return Ended(**json.loads(self.process.stdout.readline()))

    def end(self) -> int:
        assert self.process.stdin is not None and self.process.stdout is not None
        self.process.stdin.close()
        self.process.stdout.close()
        return self.process.wait(timeout=60)


def _without_a_server() -> None:
    for name, value in list(vars(flows).items()):
        if isinstance(value, Task):
            setattr(flows, name, value.fn)
    flows.cycle = flows.cycle.fn  # type: ignore[assignment]


def main() -> None:
    """See the module."""
    warm_up()
    expectations.get_ready()
    _without_a_server()
    for line in sys.stdin:
        print(json.dumps(asdict(run(Job(**json.loads(line))))), flush=True)


if __name__ == "__main__":
    main()
