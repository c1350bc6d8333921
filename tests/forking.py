"""``lanterne`` for a shell, without the seconds that each process takes to import: a process that has imported everything forks for each call.

``python -m tests.forking SOCKET`` serves; ``python -S tests/forking.py SOCKET WORD…`` calls, in its own folder, with its own environment, standard output and error.
"""

import json
import os
import socket
import sys
from pathlib import Path

LOADED = ("ingest", "check", "schedule", "review", "backup", "rekey", "purge", "audit", "keygen")


def call(where: str, words: list[str]) -> int:
    """Gives the exit code."""
    with socket.socket(socket.AF_UNIX) as server:
        server.connect(where)
        told = json.dumps({"words": words, "cwd": str(Path.cwd()), "environment": dict(os.environ)})
        socket.send_fds(server, [told.encode()], [1, 2])
        return int(server.recv(16))


def serve(where: str) -> None:
    """Until it is killed."""
    from pipelines import cli
    from pipelines.schedule import serving
    from review import app
    from tests.pipelines import killing

    assert serving and app
    for name in LOADED:
        cli.Loading(cli.MODULES)[name]
    killing.warm_up()
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(where)
        listening.listen()
        while True:
            caller, _ = listening.accept()
            with caller:
                content, streams, *_ = socket.recv_fds(caller, 1 << 20, 2)
                caller.sendall(str(_forked(json.loads(content), streams)).encode())


def _forked(told: dict[str, object], streams: list[int]) -> int:
    child = os.fork()
    if child == 0:
        _become(told, streams)
    for stream in streams:
        os.close(stream)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def _become(told: dict[str, object], streams: list[int]) -> None:
    from pipelines import cli

    os.dup2(streams[0], 1)
    os.dup2(streams[1], 2)
    os.chdir(str(told["cwd"]))
    os.environ.clear()
    os.environ.update(told["environment"])  # type: ignore[call-overload]
    sys.argv = ["lanterne", *told["words"]]  # type: ignore[misc]
    code = 0
    try:
        cli.main()
    except SystemExit as end:
        code = int(end.code or 0)
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


if __name__ == "__main__":
    if len(sys.argv) == 2:
        serve(sys.argv[1])
    sys.exit(call(sys.argv[1], sys.argv[2:]))
