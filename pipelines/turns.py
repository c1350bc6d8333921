"""Whose turn it is in a folder of runs: one after the other, since a run clears what an earlier one left half made."""

from __future__ import annotations

import fcntl
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from data_contracts.errors import Busy
from pipelines.store import made


@contextmanager
def one_at_a_time(runs: Path, patience_seconds: float = 0.0) -> Iterator[None]:
    """Alone in the folder of runs: a run clears what an earlier one left half made. Waits for another run as long as ``patience_seconds``, then refuses."""
    given_up_at = time.monotonic() + patience_seconds
    made(runs, "paths.runs")
    with (runs / ".lock").open("w") as lock:
        while not _locked(lock):
            if time.monotonic() >= given_up_at:
                raise Busy(
                    "another run is under way in this folder",
                    where=str(runs),
                    hint="wait until it ends, then run this again.",
                )
            time.sleep(1)
        yield


def _locked(lock: IO[str]) -> bool:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
