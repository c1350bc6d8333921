"""Runs the flow from the command line: Prefect kept quiet, local and without telemetry; one run at a time."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

from data_contracts.errors import ConfigurationError
from pipelines import manifest, settings
from pipelines.store import made

QUIET = {
    "DO_NOT_TRACK": "1",
    "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
    "PREFECT_LOGGING_LEVEL": "CRITICAL",
    "PREFECT_LOGGING_SERVER_LEVEL": "CRITICAL",
    "PREFECT_LOGGING_TO_API_ENABLED": "false",
    "PREFECT_CLOUD_ENABLE_ORCHESTRATION_TELEMETRY": "false",
    "PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS": "120",
}


def run_cycle(config: Path, as_of: date, capacity: int | None, *, keep_working_tables: bool) -> Path:
    """One cycle under Prefect; gives the published run's folder. Nothing is published when a step refuses."""
    with _partial(config, f"cycle-{as_of.isoformat()}") as (city, folder):
        from pipelines.flows import cycle  # Prefect reads its settings when it is imported

        return cycle(config.resolve(), folder, as_of, capacity or city.capacity, keep_working_tables)


def run_train(config: Path, as_of: date, capacity: int | None) -> Path:
    """The duel under Prefect, and its champion frozen; gives the model's folder. Nothing is kept when a step refuses."""
    with _partial(config, f"train-{as_of.isoformat()}") as (city, folder):
        from pipelines.flows import train

        return train(config.resolve(), folder, as_of, capacity or city.capacity)


@contextmanager
def _partial(config: Path, name: str) -> Iterator[tuple[settings.City, Path]]:
    city = settings.load(config)
    with one_at_a_time(city.paths.runs):
        folder = manifest.partial_folder(city.paths.runs, name)
        _quiet(city.paths.runs)
        try:
            yield city, folder
        finally:
            # after a refusal the joined tables of a half-made run must not lie about; a published run has left this place
            shutil.rmtree(folder, ignore_errors=True)


def _quiet(runs: Path) -> None:
    for name, value in QUIET.items():
        os.environ.setdefault(name, value)
    os.environ.setdefault("PREFECT_HOME", str(runs / ".prefect"))


@contextmanager
def one_at_a_time(runs: Path) -> Iterator[None]:
    """Alone in the folder of runs: a run clears what an earlier one left half made."""
    import fcntl

    made(runs, "paths.runs")
    with (runs / ".lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise ConfigurationError(
                "another run is under way in this folder",
                where=str(runs),
                hint="wait until it ends, then run this again.",
            ) from error
        yield
