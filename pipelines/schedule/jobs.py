"""What is scheduled, as data: one row a deployment. The cron expressions are the city's (``[schedule]``)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from cronsim import CronSim

from pipelines.settings_schedule import Schedule

ARRIVED = "lanterne.delivery.arrived"
"""The event that starts an ingest."""


@dataclass(frozen=True, kw_only=True)
class Job:
    """``name``: of the deployment; ``flow``: which flow it starts; ``cron``: the key of ``[schedule]``, None where an event starts it; ``does``: a msgid."""

    name: str
    flow: str
    cron: str | None
    does: str


JOBS = (
    Job(name="ingest-nightly", flow="ingest", cron="ingest", does="takes in what was delivered"),
    Job(name="ingest-on-arrival", flow="ingest", cron=None, does="takes in a delivery that has just arrived"),
    Job(name="cycle-weekly", flow="cycle", cron="cycle", does="makes a new list"),
    Job(name="train-quarterly", flow="train", cron="train", does="holds a new duel and freezes its champion"),
    Job(name="reports-monthly", flow="reports", cron="reports", does="evaluates the year so far"),
    Job(
        name="reports-december",
        flow="reports",
        cron="december",
        does="evaluates the year for the committee of December",
    ),
    Job(name="purge-daily", flow="purge", cron="purge", does="deletes what is past its retention"),
)


def cron_of(job: Job, schedule: Schedule) -> str:
    """Its expression; empty: it never runs by itself."""
    return str(getattr(schedule, job.cron)) if job.cron else ""


def due(cron: str, zone: str, after: datetime) -> Iterator[datetime]:
    """The moments after ``after`` at which it is due, in the city's time; none for an empty expression. An hour that summer time skips is due right after it."""
    return CronSim(cron, after.astimezone(ZoneInfo(zone))) if cron else iter(())


def is_superseded(cron: str, zone: str, scheduled: datetime, now: datetime) -> bool:
    """Whether the next one is due already: after days without the server only the newest of the missed runs is worth its work."""
    following = next(iter(due(cron, zone, scheduled)), None)
    return following is not None and following <= now
