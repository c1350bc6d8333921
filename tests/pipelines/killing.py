"""Runs a command of ``lanterne`` many times over, each killed after its own delay: a process of its own that has imported everything once and forks.

``python -m tests.pipelines.killing DELAY… -- CONFIG…``: the n-th command gets the n-th configuration; arguments before the first delay are
the command, with ``{config}`` for the configuration. A delay of ``-`` lets it end. Prints ``killed`` or the exit code, line by line.
"""

from __future__ import annotations

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
    command, jobs = sys.argv[1 : sys.argv.index("--")], sys.argv[sys.argv.index("--") + 1 :]
    for job in jobs:
        delay, config = job.split("@", 1)
        arguments = [part.replace("{config}", config) for part in command]
        started = time.perf_counter()
        said = run(arguments, None if delay == "-" else float(delay))
        print(said, round(time.perf_counter() - started, 3), flush=True)


if __name__ == "__main__":
    main()
