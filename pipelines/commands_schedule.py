"""``lanterne schedule``: everything that runs by itself."""

from __future__ import annotations

import os
import signal
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from data_contracts.errors import ConfigurationError
from pipelines import arrivals, console, settings
from pipelines.schedule import jobs, server
from pipelines.turns import one_at_a_time
from reports.words import words

app = typer.Typer()


@app.command()
def schedule(
    config: Annotated[Path, typer.Option("--config", help="The city's city.toml.")],
    show: Annotated[
        bool, typer.Option("--show", help="Only says what is due when, and starts nothing.")
    ] = False,
    json: Annotated[
        bool, typer.Option("--json", help="One JSON object on standard output; with --show.")
    ] = False,
) -> None:
    """Serves Prefect's deployments with their schedules, its page, and letters on failure, until it is stopped. A run that went down with it is taken up again."""
    city = settings.load(config)
    if json and not show:
        raise ConfigurationError(
            "what is served has no result to print", where="--json", hint="add --show, or leave --json out."
        )
    if json:
        console.print_json(_due(city))
        return
    _table(city)
    if not show:
        _serve(config, city)


def _serve(config: Path, city: settings.City) -> None:
    import asyncio

    # while it starts, in the middle of an import too: the server ends by itself when this process does
    signal.signal(signal.SIGTERM, lambda *_: os._exit(0))
    with one_at_a_time(server.home(city)), server.running(city) as process:
        from pipelines.schedule.serving import serve  # Prefect reads its settings when it is imported

        console.tell(
            "Prefect’s page: {address} (user {user}, password in {file})",
            address=server.address(city),
            user=server.USER,
            file=str(server.home(city) / server.PASSWORD),
        )
        asyncio.run(serve(config, city, process, lambda: arrivals.lying(city.paths.deliveries)))


def _due(city: settings.City) -> list[dict[str, object]]:
    """One a job; ``due``: null where it never runs by itself, or when something arrives (``cron`` null)."""
    now, zone = datetime.now(UTC), city.schedule.time_zone
    found: list[dict[str, object]] = []
    for job in jobs.JOBS:
        moment = next(iter(jobs.due(jobs.cron_of(job, city.schedule), zone, now)), None)
        cron = job.cron and jobs.cron_of(job, city.schedule)
        found.append({"job": job.name, "cron": cron, "due": moment and moment.isoformat(), "does": job.does})
    return found


def _table(city: settings.City) -> None:
    say = words(city.language)
    table = Table(box=None, pad_edge=False)
    for title in ("Job", "next", "what it does"):
        table.add_column(say(title))
    for one in _due(city):
        never = say("when something arrives" if one["cron"] is None else "never by itself")
        due = str(one["due"])[:16].replace("T", " ") if one["due"] else never
        table.add_row(str(one["job"]), due, say(str(one["does"])))
    console.out.print(table)
