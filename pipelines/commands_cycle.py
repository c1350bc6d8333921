"""``lanterne ingest``, ``cycle`` and ``check``: what schedules call."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from data_contracts.errors import ConfigurationError
from features.factor import Language
from pipelines import console, drift_told, screens, screens_ingest, settings
from pipelines.checks import check as check_installation
from pipelines.checks import exit_code, of_packages
from pipelines.days import day
from pipelines.ingesting import take_in_deliveries
from pipelines.run import run_cycle

app = typer.Typer()
Config = Annotated[Path, typer.Option("--config", help="The city's city.toml.")]
Json = Annotated[bool, typer.Option("--json", help="One JSON object on standard output.")]
AsOf = Annotated[
    str, typer.Option("--as-of", help="Day of the list, YYYY-MM-DD; only facts known before it count.")
]


@app.command()
def ingest(
    config: Config, deliveries: Annotated[list[Path] | None, typer.Argument()] = None, json: Json = False
) -> None:
    """Ingests what is new; prints rows read, accepted and quarantined per file. Unless deliveries are named, what the desk hands over is among it."""
    with console.progress("ingest", quiet=json) as progress:
        report = take_in_deliveries(config, deliveries or [], progress)
    if json:
        console.print_json(report.as_json())
    else:
        screens_ingest.ingest(report, settings.load(config).language)


@app.command()
def cycle(
    config: Config,
    as_of: AsOf,
    capacity: Annotated[int | None, typer.Option("--capacity", min=1, help="Households on the list.")] = None,
    keep_working_tables: Annotated[bool, typer.Option("--keep-working-tables")] = False,
    json: Json = False,
) -> None:
    """Ingest what is new, frame, factors, duel, list, what has drifted, reports. Exit 7: the list stands, but look at drift.html."""
    listed_on = day(as_of, "--as-of")
    with console.progress("cycle", quiet=json) as progress:
        progress("starting Prefect")
        run = run_cycle(config, listed_on, capacity, keep_working_tables=keep_working_tables)
    by_rules = screens.by_rules(run)
    if json:
        console.print_json(screens.run_json(run))
    else:
        screens.run(run, settings.load(config).language)
    raise typer.Exit(5 if by_rules else drift_told.exit_code(run))


@app.command()
def check(
    config: Annotated[Path | None, typer.Option("--config", help="The city's city.toml.")] = None,
    advisories: Annotated[
        Path | None,
        typer.Option(
            "--advisories",
            help="Published weaknesses of packages, as osv.dev gives them: a JSON file, a folder or a zip. Alone it looks at the packages only.",
        ),
    ] = None,
    json: Json = False,
) -> None:
    """Is this installation sound: configuration, gates, contracts, deliveries, key, encryption, disk, versions; and does its newest list alarm of drift (exit 7)?"""
    if config is None and advisories is None:
        raise ConfigurationError(
            "nothing is named that could be looked at",
            where="lanterne check",
            hint="give --config city.toml, --advisories FILE, or both.",
        )
    language: Language = settings.load(config).language if config else "fr"
    findings = (
        *(check_installation(config) if config else ()),
        *([of_packages(advisories, language)] if advisories else []),
    )
    if json:
        console.print_json({"exit_code": exit_code(findings), "findings": [f.__dict__ for f in findings]})
    else:
        screens.findings(findings, language)
    raise typer.Exit(exit_code(findings))
