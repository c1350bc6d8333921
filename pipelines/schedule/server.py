"""Prefect's own server, on this machine alone and behind a password, for as long as the schedule is served."""

from __future__ import annotations

import os
import secrets
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from data_contracts.errors import ConfigurationError
from pipelines.private_file import write_new
from pipelines.settings import City
from pipelines.store import made

USER = "lanterne"
PASSWORD = "password"
LOG = "server.log"
SECONDS = 120
"""How long the server may take to answer; the first time it makes its tables."""
TRIES = {"PREFECT_TASKS_DEFAULT_RETRIES": "3", "PREFECT_TASKS_DEFAULT_RETRY_DELAY_SECONDS": "300"}
"""Of a step that found somebody else at work (``pipelines.flows.may_pass``). One delay: Prefect takes several for a set and waits in any order."""


def home(city: City) -> Path:
    """Where Prefect keeps its database, readable by its owner alone: apart from that of single commands, which bring a server of their own."""
    folder = made(city.paths.runs / ".schedule", "paths.runs")
    folder.chmod(0o700)
    return folder


def address(city: City) -> str:
    """Of Prefect's page."""
    return f"http://127.0.0.1:{city.schedule.port}"


def environment(city: City) -> dict[str, str]:
    """What the server, the runner and the runs need to find one another; nothing of it goes out of this machine."""
    account = f"{USER}:{_password(home(city))}"
    return {
        "PREFECT_HOME": str(home(city)),
        "PREFECT_API_URL": f"{address(city)}/api",
        "PREFECT_SERVER_UI_API_URL": f"{address(city)}/api",
        "PREFECT_API_AUTH_STRING": account,
        "PREFECT_SERVER_API_AUTH_STRING": account,
        "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
        "PREFECT_SERVER_UI_SHOW_PROMOTIONAL_CONTENT": "false",
        "PREFECT_SERVER_UI_V2_ENABLED": "false",
        "PREFECT_CLOUD_ENABLE_ORCHESTRATION_TELEMETRY": "false",
        "DO_NOT_TRACK": "1",
        "PREFECT_LOGGING_EXTRA_LOGGERS": "lanterne",
        **TRIES,
    }


def _password(folder: Path) -> str:
    file = folder / PASSWORD
    if not file.exists():
        write_new(file, secrets.token_urlsafe(24).encode(), "the password of Prefect's page")
    return file.read_text(encoding="utf-8")


@contextmanager
def running(city: City) -> Iterator[subprocess.Popen[bytes]]:
    """The server, answering; ended afterwards. Raises ConfigurationError where it does not come up, such as on a port that is taken."""
    _check_free(city)
    os.environ.update(environment(city))
    host = ["--host", "127.0.0.1", "--port", str(city.schedule.port)]
    with (home(city) / LOG).open("wb") as log:
        command = [sys.executable, "-m", "uvicorn", "--factory", "pipelines.schedule.page:app", *host]
        process = subprocess.Popen(command, stdout=log, stderr=subprocess.STDOUT, stdin=subprocess.PIPE)
    try:
        _wait(process, city)
        yield process
    finally:
        process.terminate()
        try:
            process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _check_free(city: City) -> None:
    """Somebody else's server would answer in place of ours."""
    with socket.socket() as tried:
        tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            tried.bind(("127.0.0.1", city.schedule.port))
        except OSError as error:
            raise ConfigurationError(
                f"this port cannot be had: {error.strerror}",
                where=address(city),
                hint="another program has it, or another `lanterne schedule`; end that, or choose a port: [schedule] port in city.toml.",
            ) from error


def _wait(process: subprocess.Popen[bytes], city: City) -> None:
    from prefect.client.orchestration import get_client  # Prefect reads its settings when it is imported

    given_up_at = time.monotonic() + SECONDS
    with get_client(sync_client=True) as client:
        while process.poll() is None and time.monotonic() < given_up_at:
            if client.api_healthcheck() is None:
                return
            time.sleep(0.5)
    raise ConfigurationError(
        "Prefect's server does not answer",
        where=f"{address(city)}, {home(city) / LOG}",
        hint="that file says why.",
    )
