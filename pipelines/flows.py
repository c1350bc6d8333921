"""The only room that knows Prefect: names and order of the steps, no arithmetic. Tasks pass paths, dates and numbers."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from prefect import State, flow, task
from prefect.cache_policies import NO_CACHE
from prefect.states import Completed

from pipelines import cycle as steps
from pipelines import (
    drift,
    drift_told,
    fairness,
    freezing,
    judging,
    keeping,
    maps,
    measuring,
    papers,
    ranker,
    ranking,
    rebuilding,
    training,
)
from pipelines.publish import publish_step
from pipelines.reporting import reports_step

step = task(cache_policy=NO_CACHE)
ingest = step(steps.ingest_step)
take_in_again = step(rebuilding.take_in_again)
frame = step(steps.frame_step)
labels = step(training.labels_step)
duel = step(judging.duel_step)
keep = step(keeping.keeping_step)
who_ranks = step(ranker.ranker_step)
listing = step(ranking.list_step)
measure = step(measuring.measure_step)
draw_map = step(maps.map_step)
compare_groups = step(fairness.fairness_step)
watch = step(drift.drift_step)
notice = step(papers.notice_step)
reports = step(reports_step)
publish = step(publish_step)
freeze = step(freezing.freeze_step)


@flow(name="cycle", validate_parameters=False)
def cycle(
    config: Path, folder: Path, as_of: date, capacity: int, keep_working_tables: bool
) -> Path | State[Path]:
    """Ingest → frame → labels → duel → what stays of a month ago → who ranks → list → estimates → map → fairness → drift → reports → public notice → published run; gives
    the run's folder. Where it alarms of drift the flow is completed with what is said as its message: the list stands."""
    ingest(config, folder)
    _from_frame_to_reports(config, folder, as_of, capacity)
    published = publish(config, folder, as_of, capacity, keep_working_tables)
    alarm = drift_told.state_of(published)
    return Completed(name="Drift alarm", message=alarm, data=published) if alarm else published


@flow(name="rebuild", validate_parameters=False)
def rebuild(config: Path, folder: Path, as_of: date, capacity: int) -> None:
    """What ``cycle`` makes of the files that a run names, in a warehouse of its own, without the desk and without publishing anything."""
    take_in_again(config, folder)
    _from_frame_to_reports(config, folder, as_of, capacity)


def _from_frame_to_reports(config: Path, folder: Path, as_of: date, capacity: int) -> None:
    frame(config, folder, as_of)
    labels(config, folder, as_of)
    duel(config, folder, as_of, capacity)
    keep(config, folder, as_of, capacity)
    who_ranks(config, folder, as_of)
    listing(config, folder, as_of, capacity)
    measure(config, folder, as_of, capacity)
    draw_map(config, folder, as_of, capacity)
    compare_groups(config, folder, as_of, capacity)
    watch(config, folder, as_of, capacity)
    reports(config, folder, as_of, capacity)
    notice(config, folder, as_of, capacity)


@flow(name="train", validate_parameters=False)
def train(config: Path, folder: Path, as_of: date, capacity: int) -> Path:
    """Ingest → frame → labels → duel → frozen model; gives the model's folder."""
    ingest(config, folder)
    frame(config, folder, as_of)
    labels(config, folder, as_of)
    duel(config, folder, as_of, capacity)
    keep(config, folder, as_of, capacity)
    return freeze(config, folder, as_of, capacity)
