"""The only room that knows Prefect: names and order of the steps, no arithmetic. Tasks pass paths, dates and numbers."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from prefect import flow, task
from prefect.cache_policies import NO_CACHE

from pipelines import cycle as steps
from pipelines import freezing, judging, keeping, measuring, ranker, ranking, training
from pipelines.publish import publish_step
from pipelines.reporting import reports_step

step = task(cache_policy=NO_CACHE)
ingest = step(steps.ingest_step)
frame = step(steps.frame_step)
labels = step(training.labels_step)
duel = step(judging.duel_step)
keep = step(keeping.keeping_step)
who_ranks = step(ranker.ranker_step)
listing = step(ranking.list_step)
measure = step(measuring.measure_step)
reports = step(reports_step)
publish = step(publish_step)
freeze = step(freezing.freeze_step)


@flow(name="cycle", validate_parameters=False)
def cycle(config: Path, folder: Path, as_of: date, capacity: int, keep_working_tables: bool) -> Path:
    """Ingest → frame → labels → duel → what stays of a month ago → who ranks → list → estimates → reports → published run; gives the run's folder."""
    ingest(config, folder)
    frame(config, folder, as_of)
    labels(config, folder, as_of)
    duel(config, folder, as_of, capacity)
    keep(config, folder, as_of, capacity)
    who_ranks(config, folder, as_of)
    listing(config, folder, as_of, capacity)
    measure(config, folder, as_of, capacity)
    reports(config, folder, as_of, capacity)
    return publish(config, folder, as_of, capacity, keep_working_tables)


@flow(name="train", validate_parameters=False)
def train(config: Path, folder: Path, as_of: date, capacity: int) -> Path:
    """Ingest → frame → labels → duel → frozen model; gives the model's folder."""
    ingest(config, folder)
    frame(config, folder, as_of)
    labels(config, folder, as_of)
    duel(config, folder, as_of, capacity)
    keep(config, folder, as_of, capacity)
    return freeze(config, folder, as_of, capacity)
