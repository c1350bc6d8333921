"""``lanterne`` as schedules call it, in a process of its own, and within this one, which spares the seconds that a process takes to start."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import asdict, dataclass
from io import StringIO
from unittest.mock import patch

from pipelines import cli, unforeseen


@dataclass(frozen=True, kw_only=True)
class Said:
    """What a command left behind when it ended."""

    returncode: int
    stdout: str
    stderr: str


def lanterne(*arguments: object, **more: str) -> subprocess.CompletedProcess[str]:
    """A true process; ``more``: its environment beside ours."""
    command = [sys.executable, "-m", "pipelines.cli", *map(str, arguments)]
    return subprocess.run(
        command, capture_output=True, text=True, check=False, env=os.environ | more, timeout=900
    )


def called(*arguments: object) -> Said:
    """The same entry point in this process. An exception that is no refusal comes through, and the test fails by it."""
    out, err, code = StringIO(), StringIO(), 0
    with (
        redirect_stdout(out),
        redirect_stderr(err),
        patch.object(sys, "argv", ["lanterne", *map(str, arguments)]),
        patch.dict(os.environ, {unforeseen.SHOW: "1"}),
    ):
        try:
            cli.main()
        except SystemExit as ended:
            code = int(ended.code or 0)
    return Said(returncode=code, stdout=out.getvalue(), stderr=err.getvalue())


def each(*commands: Sequence[object]) -> list[Said]:
    """One after the other in one process of their own: only the first waits for what a run loads and starts."""
    asked = json.dumps([[str(word) for word in command] for command in commands])
    done = subprocess.run(
        [sys.executable, "-m", __name__],
        input=asked,
        capture_output=True,
        text=True,
        check=False,
        timeout=600,
    )
    assert done.returncode == 0, done.stderr
    return [Said(**one) for one in json.loads(done.stdout)]


if __name__ == "__main__":
    print(json.dumps([asdict(called(*command)) for command in json.loads(sys.stdin.read())]))
