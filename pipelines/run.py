"""Runs the flow from the command line: Prefect kept quiet, local and without telemetry; one run at a time."""

from __future__ import annotations

import logging
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

from data_contracts.errors import LanterneError
from pipelines import approvals, audit, audit_sign, ledger, manifest, resuming, settings, settings_kept
from pipelines.chain import Line
from pipelines.turns import one_at_a_time

log = logging.getLogger("lanterne")

QUIET = {
    "DO_NOT_TRACK": "1",
    "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
    "PREFECT_LOGGING_LEVEL": "CRITICAL",
    "PREFECT_LOGGING_SERVER_LEVEL": "CRITICAL",
    "PREFECT_LOGGING_TO_API_ENABLED": "false",
    "PREFECT_CLOUD_ENABLE_ORCHESTRATION_TELEMETRY": "false",
    "PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS": "300",
}


def run_cycle(config: Path, as_of: date, capacity: int | None, *, keep_working_tables: bool) -> Path:
    """One cycle under Prefect; gives the published run's folder. Nothing is published when a step refuses."""
    with partial(config, "cycle", as_of, capacity) as (folder, households):
        from pipelines.flows import cycle  # Prefect reads its settings when it is imported

        made = cycle(config.resolve(), folder, as_of, households, keep_working_tables)
        assert isinstance(made, Path)  # a state's own data: Prefect has taken it out
        return made


def run_train(config: Path, as_of: date, capacity: int | None) -> Path:
    """The duel under Prefect, and its champion frozen; gives the model's folder. Nothing is kept when a step refuses."""
    with partial(config, "train", as_of, capacity) as (folder, households):
        from pipelines.flows import train

        return train(config.resolve(), folder, as_of, households)


@contextmanager
def partial(
    config: Path, kind: str, as_of: date, capacity: int | None, *, patience_seconds: float = 0.0
) -> Iterator[tuple[Path, int]]:
    """The folder of a run with the first line of its chain, and how many households its list has. A run of this day that was killed is taken up where it was.

    After a refusal, and after a training, the joined tables do not lie about. After anything else that stops it (a kill, a timeout, no memory) they lie there until the run is taken
    up, another one begins, or the next purge. ``patience_seconds``: how long to wait for another run in this folder."""
    city = settings.load(config)
    households = capacity or city.capacity
    audit_sign.own_key(config, city)  # a key that cannot be read stops a run before its hours, not after them
    ledger.check_clock(city.paths)
    with one_at_a_time(city.paths.runs, patience_seconds):
        quiet(city.paths.runs)
        folder = manifest.partial_path(city.paths.runs, f"{kind}-{as_of.isoformat()}")
        try:
            _begin_or_take_up(config, city, folder, begin_line(config, city, kind, as_of, households))
            yield folder, households
        except LanterneError:
            shutil.rmtree(folder, ignore_errors=True)
            raise
        else:
            if folder.exists():  # a model was frozen from it; a published run has left this place
                shutil.rmtree(folder)


def _begin_or_take_up(config: Path, city: settings.City, folder: Path, content: Line) -> None:
    from pipelines.cycle import (
        ingest_step,
    )  # the models that it brings take a second, which `lanterne ingest` need not wait for

    manifest.clear_half_made(city.paths.runs, but=folder)
    if folder.exists() and resuming.taken_up(folder, content, lambda scratch: ingest_step(config, scratch)):
        log.info("taken up where it was stopped")
    else:
        (folder / "working").mkdir(parents=True)
        audit.begin(folder, content)


def begin_line(config: Path, city: settings.City, kind: str, as_of: date, capacity: int) -> dict[str, object]:
    """On what a run is begun: code, libraries, contracts, settings, approvals, and where the installation's chain and the run published before it ended."""
    known = ledger.entries(city.paths)
    published = next((one for one in reversed(known) if one.act == "publish"), None)
    return {
        "kind": kind,
        "as_of": as_of,
        "capacity": capacity,
        "installation": ledger.head(city.paths).as_json(),
        "before": published and {"run": published.about, **published.facts},
        "code": manifest.source_hash(),
        "commit": manifest.code_version(),
        "configuration": manifest.sha256(settings_kept.deciding(city)),
        "settings": manifest.sha256(city.model_dump_json().encode()),
        "shapes": _digest(config.resolve().parent / city.map.geojson) if city.map.geojson else None,
        "approvals": _digest(city.paths.models / approvals.LOG),
        "contracts": manifest.contract_hashes(),
        "versions": manifest.versions(),
    }


def _digest(file: Path) -> str | None:
    return audit.digest_of(file) if file.is_file() else None


def quiet(runs: Path) -> None:
    """Prefect's settings for this process, where the environment has none; read when it is imported."""
    for name, value in QUIET.items():
        os.environ.setdefault(name, value)
    os.environ.setdefault("PREFECT_HOME", str(runs / ".prefect"))
