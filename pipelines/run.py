"""Runs the flow from the command line: Prefect kept quiet, local and without telemetry; one run at a time."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

from data_contracts.errors import ConfigurationError
from pipelines import audit, audit_sign, ledger, manifest, settings, settings_kept
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
    with _partial(config, "cycle", as_of, capacity) as (folder, households):
        from pipelines.flows import cycle  # Prefect reads its settings when it is imported

        made = cycle(config.resolve(), folder, as_of, households, keep_working_tables)
        assert isinstance(made, Path)  # a state's own data: Prefect has taken it out
        return made


def run_train(config: Path, as_of: date, capacity: int | None) -> Path:
    """The duel under Prefect, and its champion frozen; gives the model's folder. Nothing is kept when a step refuses."""
    with _partial(config, "train", as_of, capacity) as (folder, households):
        from pipelines.flows import train

        return train(config.resolve(), folder, as_of, households)


@contextmanager
def _partial(config: Path, kind: str, as_of: date, capacity: int | None) -> Iterator[tuple[Path, int]]:
    """The folder of a run with the first line of its chain, and how many households its list has."""
    city = settings.load(config)
    households = capacity or city.capacity
    audit_sign.own_key(config, city)  # a key that cannot be read stops a run before its hours, not after them
    with one_at_a_time(city.paths.runs):
        folder = manifest.partial_folder(city.paths.runs, f"{kind}-{as_of.isoformat()}")
        quiet(city.paths.runs)
        try:
            begun(city, folder, kind, as_of, households)
            yield folder, households
        finally:
            # after a refusal the joined tables of a half-made run must not lie about; a published run has left this place
            shutil.rmtree(folder, ignore_errors=True)


def begun(city: settings.City, folder: Path, kind: str, as_of: date, capacity: int) -> None:
    """The first line: on what a run is begun, and where the installation's chain and the run published before it ended."""
    known = ledger.entries(city.paths)
    published = next((one for one in reversed(known) if one.act == "publish"), None)
    content = {
        "kind": kind,
        "as_of": as_of,
        "capacity": capacity,
        "installation": ledger.head(city.paths).as_json(),
        "before": published and {"run": published.about, **published.facts},
        "code": manifest.source_hash(),
        "commit": manifest.code_version(),
        "configuration": manifest.sha256(settings_kept.deciding(city)),
        "contracts": manifest.contract_hashes(),
        "versions": manifest.versions(),
    }
    audit.begin(folder, content)


def quiet(runs: Path) -> None:
    """Prefect's settings for this process, where the environment has none; read when it is imported."""
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
