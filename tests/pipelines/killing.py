"""Runs commands of ``lanterne``, each killed after its own delay: a process of its own that has imported everything once and forks.

``python -m tests.pipelines.killing`` reads jobs from standard input, one a line: JSON of (arguments, seconds until it is killed or null to let
it end). Answers each with a line: ``killed`` or ``ended`` with the exit code, and the seconds that it took.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import time

import pandas as pd

from data_contracts import contract, expectations
from pipelines import cli


def run(arguments: list[str], delay: float | None) -> str:
    """Forks, lets the command run for ``delay`` seconds, kills it without warning; ``ended N`` when it was faster."""
    child = os.fork()
    if child == 0:
        silent = os.open(os.devnull, os.O_WRONLY)
        os.dup2(silent, 1)
        os.dup2(silent, 2)
        sys.argv = ["lanterne", *arguments]
        try:
            cli.main()
        except SystemExit as end:
            os._exit(0 if end.code is None else int(end.code))
        os._exit(99)
    if delay is not None:
        time.sleep(delay)
        os.kill(child, signal.SIGKILL)
    _, status = os.waitpid(child, 0)
    return "killed" if os.WIFSIGNALED(status) else f"ended {os.WEXITSTATUS(status)}"


def warm_up() -> None:
    """Great Expectations loads and compiles half of itself at its first check: here, so that every fork has it."""
    batch = pd.DataFrame(
        {
            "row": [0],
            "quartier": ["01"],
            "nom": ["Centre"],
            "qpv": [True],
            "population": [100],
            "file_id": ["f"],
        }
    )
    days = pd.to_datetime(["2026-11-02"])
    expectations.check(contract.load("quartiers"), batch.assign(known_on=days, delivered_on=days))


def main() -> None:
    """See the module."""
    warm_up()
    for line in sys.stdin:
        arguments, delay = json.loads(line)
        started = time.perf_counter()
        said = run(arguments, delay)
        print(said, round(time.perf_counter() - started, 3), flush=True)


if __name__ == "__main__":
    main()
