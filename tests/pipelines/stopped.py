"""A cycle, or a training, whose process kills itself, without warning, before or after the line of a step is written."""

from __future__ import annotations

import os
import signal
from datetime import date
from pathlib import Path

from prefect import Task

from data_contracts import expectations
from pipelines import audit, flows, manifest, run

expectations.get_ready()


def cycle(town: Path, day: date, moment: str) -> None:
    """As the command runs it, the steps as plain functions; ``moment``: ``before duel``, ``after duel``, ``before publish`` or never."""
    _get_ready(moment)
    with run.partial(town / "city.toml", "cycle", day, None) as (folder, households):
        flows.cycle.fn(town / "city.toml", folder, day, households, False)


def train(town: Path, day: date, moment: str) -> None:
    """Likewise; what is published is a model."""
    _get_ready(moment)
    with run.partial(town / "city.toml", "train", day, None) as (folder, households):
        flows.train.fn(town / "city.toml", folder, day, households)


def _get_ready(moment: str) -> None:

    def die(now: str) -> None:
        if now == moment:
            os.kill(os.getpid(), signal.SIGKILL)

    for name, value in list(vars(flows).items()):
        if isinstance(value, Task):
            setattr(flows, name, value.fn)
    _around(die)


def _around(die) -> None:  # type: ignore[no-untyped-def]
    written, moved = audit.step, manifest.publish

    def step(folder: Path, name: str, *given: object, **named: object) -> None:
        is_of_the_run = (folder / "working").exists()  # the ingest that looks for news writes elsewhere
        if is_of_the_run:
            die(f"before {name}")
        written(folder, name, *given, **named)  # type: ignore[arg-type]
        if is_of_the_run:
            die(f"after {name}")

    def publish(folder: Path, final: Path) -> None:
        die("before publish")
        moved(folder, final)

    audit.step, manifest.publish = step, publish
