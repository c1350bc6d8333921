"""The flows that deployments start. Each belongs to the day on which it was due in the city's time, and ends in a state that says what became of it."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Callable
from datetime import UTC, date, datetime
from functools import wraps
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

from prefect import State, flow
from prefect.context import FlowRunContext
from prefect.runtime import deployment
from prefect.states import Completed
from pydantic import Field

from data_contracts.errors import LanterneError
from pipelines import (
    approving,
    drift_told,
    evaluation,
    flows,
    metrics,
    purging,
    run,
    screens,
    settings,
    turns,
)
from pipelines.desk_database import where_there_is_one
from pipelines.ingesting import take_in_deliveries
from pipelines.schedule import artifacts, outcomes
from pipelines.schedule.jobs import JOBS, cron_of, is_superseded
from pipelines.unforeseen import foreseen

Capacity = Annotated[int, Field(ge=1, le=100_000)]
Year = Annotated[int, Field(ge=2000, le=2100)]
HOUR = 3600
COMMANDS = {"reports": "report"}
"""Where a flow has another name than the command that does the same."""


def _on_its_day(work: Callable[..., State[object]]) -> Callable[..., State[object]]:
    """A run for which the server was not there, and whose successor is due by now, is skipped; a refusal, and what nobody foresaw, becomes the state that names it."""

    @wraps(work)
    def flow_body(config: Path, **given: object) -> State[object]:
        os.umask(0o077)  # as on the command line, whoever's worker this is
        if deployment.id:
            _end_with_parent()
        try:
            if late := _skipped(config):
                return late
            with metrics.of_run(COMMANDS.get(work.__name__, work.__name__)) as codes:
                return _with_its_code(lambda: foreseen(work)(config, **given), codes)
        except LanterneError as error:
            return outcomes.of(error)

    return flow_body


def _end_with_parent() -> None:
    """Whoever started this run alone takes it up again: were it to live on, two would be at work, and one of them with nobody to tell."""
    parent = os.getppid()

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(1)
        os.kill(os.getpid(), signal.SIGKILL)

    threading.Thread(target=watch, daemon=True).start()


def _with_its_code(work: Callable[[], State[object]], codes: list[int]) -> State[object]:
    """``codes``: gets the exit code that the command line has for what became of it."""
    try:
        ended = work()
    except LanterneError as error:
        codes.append(error.exit_code)
        raise
    codes.append(outcomes.CODES.get(ended.name or "", 0))
    return ended


def _skipped(config: Path) -> State[object] | None:
    context = FlowRunContext.get()
    run_of = context.flow_run if context else None
    if run_of is None or not run_of.auto_scheduled or run_of.expected_start_time is None:
        return None  # begun by hand
    chosen = settings.load(config).schedule
    crons = [cron_of(job, chosen) for job in JOBS if job.name == deployment.name]
    now = datetime.now(UTC)
    if any(is_superseded(cron, chosen.time_zone, run_of.expected_start_time, now) for cron in crons):
        return Completed(name=outcomes.LATE, message="the next one is due already")
    return None


@flow(name="ingest", timeout_seconds=2 * HOUR)
@_on_its_day
def ingest(config: Path) -> State[object]:
    """Takes in what is new. A file that its contract stops is a failure that says so; nothing of the delivery is stored then."""
    city = settings.load(config)
    with turns.one_at_a_time(city.paths.runs, 60 * city.schedule.patience_minutes):
        report = flows.whole(take_in_deliveries, "ingest")(config)
    artifacts.of_ingest(report, city)
    new = sum(file.status != "unchanged" for file in report.files)
    return Completed(message=f"{new} new of {len(report.files)} files")


@flow(name="cycle", timeout_seconds=6 * HOUR)
@_on_its_day
def cycle(config: Path, as_of: date | None = None, capacity: Capacity | None = None) -> State[object]:
    """Ingest what is new, frame, factors, duel, list, reports; a run of this day that was killed is taken up where it was."""
    city = settings.load(config)
    day, patience = as_of or _day(city), 60 * city.schedule.patience_minutes
    with run.partial(config, "cycle", day, capacity, patience_seconds=patience) as (folder, households):
        published = flows.publish_cycle(config.resolve(), folder, day, households, False)
    artifacts.of_cycle(published, city)
    return outcomes.listed(
        by_rule=screens.by_rules(published), alarm=drift_told.state_of(published), run=published.name
    )


@flow(name="train", timeout_seconds=6 * HOUR)
@_on_its_day
def train(config: Path, as_of: date | None = None, capacity: Capacity | None = None) -> State[object]:
    """The duel, and its champion frozen; it ranks no list before somebody has approved it."""
    city = settings.load(config)
    day, patience = as_of or _day(city), 60 * city.schedule.patience_minutes
    with run.partial(config, "train", day, capacity, patience_seconds=patience) as (folder, households):
        model = flows.train.fn(config.resolve(), folder, day, households)
    artifacts.of_duel(model, city)
    told = approving.figures(model)
    if told["beats_rules"] is False:
        return Completed(
            name=outcomes.BY_RULE, message=f"{model.name} does not beat the rules\n(exit code 5)"
        )
    return Completed(message=f"{model.name} waits for `lanterne approve {model.name}`")


@flow(name="reports", timeout_seconds=2 * HOUR)
@_on_its_day
def reports(config: Path, year: Year | None = None) -> State[object]:
    """The yearly evaluation and the papers; without ``year`` of the year of the month that has ended. A city where nobody has knocked yet has none, and that is no failure."""
    city = settings.load(config)
    day = _day(city)
    told = year or (day.year - 1 if day.month == 1 else day.year)
    try:
        folder = flows.whole(evaluation.report, "report")(config, told, None)
    except evaluation.NothingKnown as error:
        if year is not None:
            raise
        return Completed(name=outcomes.NOTHING, message=error.what)
    artifacts.of_report(folder, city)
    return Completed(message=folder.name)


@flow(name="purge", timeout_seconds=2 * HOUR)
@_on_its_day
def purge(config: Path, as_of: date | None = None) -> State[object]:
    """What is past its retention goes, at the review desk too; a certificate says what."""
    city = settings.load(config)
    rows, desk_rows = flows.whole(_purged, "purge")(config, as_of or _day(city))
    return Completed(message=f"{rows} rows of the warehouse, {desk_rows} of the desk")


def _purged(config: Path, on: date) -> tuple[int, int]:
    city = settings.load(config)
    with where_there_is_one(config, city) as desk:
        done, _ = purging.purge(city, on, desk=desk, is_rehearsal=False, with_delivery_files=False)
    return done.rows, done.desk_rows


def _day(city: settings.City) -> date:
    """The day on which the run was due, there where the city is: what begins after midnight because another run was in the way still belongs to it."""
    context = FlowRunContext.get()
    scheduled = context.flow_run.expected_start_time if context and context.flow_run else None
    due = scheduled or datetime.now(UTC)
    return due.astimezone(ZoneInfo(city.schedule.time_zone)).date()
