"""The only room that knows Prefect: names and order of the steps, no arithmetic. Tasks pass paths, dates and numbers."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from functools import wraps
from pathlib import Path
from typing import ParamSpec, TypeVar

from prefect import State, Task, flow, task
from prefect.cache_policies import NO_CACHE
from prefect.states import Completed

from data_contracts.errors import Busy
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
from pipelines.resuming import is_done
from pipelines.schedule.outcomes import DRIFT
from pipelines.unforeseen import foreseen

Given = ParamSpec("Given")
Result = TypeVar("Result")


def may_pass(_: object, __: object, state: State[object]) -> bool:
    """Whether a step is worth another try: somebody else was at work there. Everything else would refuse the second time too."""
    return isinstance(state.result(raise_on_failure=False), Busy)


def whole(work: Callable[Given, Result], name: str | None = None) -> Task[Given, Result]:
    """A step that is done in every run. How often and when it is tried again is Prefect's setting: never from the command line, see ``pipelines.schedule.server``."""
    return task(name=name, cache_policy=NO_CACHE, retry_condition_fn=may_pass)(foreseen(work))


def step(name: str) -> Callable[[Callable[..., object]], Task[..., object]]:
    """A step that is not done again in a run that was killed after it (``pipelines.resuming``); ``name``: as its line in the chain has it."""

    def wrapped(work: Callable[..., object]) -> Task[..., object]:
        @wraps(work)
        def once(config: Path, folder: Path, *given: object) -> State[None] | None:
            if is_done(folder, name):
                return Completed(name="Kept", message="had ended before the run was stopped")
            work(config, folder, *given)
            return None

        return whole(once, name)

    return wrapped


ingest = step("ingest")(steps.ingest_step)
take_in_again = step("ingest")(rebuilding.take_in_again)
frame = step("frame")(steps.frame_step)
labels = step("labels")(training.labels_step)
duel = step("duel")(judging.duel_step)
keep = step("keeping")(keeping.keeping_step)
who_ranks = step("ranker")(ranker.ranker_step)
listing = step("list")(ranking.list_step)
measure = step("measure")(measuring.measure_step)
draw_map = step("map")(maps.map_step)
compare_groups = step("fairness")(fairness.fairness_step)
watch = step("drift")(drift.drift_step)
reports = step("reports")(reports_step)
notice = step("notice")(papers.notice_step)
publish = whole(publish_step, "publish")
freeze = whole(freezing.freeze_step, "freeze")


@flow(name="cycle", validate_parameters=False)
def cycle(
    config: Path, folder: Path, as_of: date, capacity: int, keep_working_tables: bool
) -> Path | State[Path]:
    """Ingest → frame → labels → duel → what stays of a month ago → who ranks → list → estimates → map → fairness → drift → reports → public notice → published run; gives
    the run's folder. Where it alarms of drift the flow is completed with what is said as its message: the list stands."""
    published = publish_cycle(config, folder, as_of, capacity, keep_working_tables)
    alarm = drift_told.state_of(published)
    return Completed(name=DRIFT, message=alarm, data=published) if alarm else published


def publish_cycle(config: Path, folder: Path, as_of: date, capacity: int, keep_working_tables: bool) -> Path:
    """The steps of ``cycle``, inside whatever flow is under way."""
    ingest(config, folder)
    _from_frame_to_reports(config, folder, as_of, capacity)
    return publish(config, folder, as_of, capacity, keep_working_tables)


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
