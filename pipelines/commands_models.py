"""``lanterne train`` and ``approve``: a frozen model, and who answers for it."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from data_contracts.errors import ConfigurationError
from pipelines import (
    approvals,
    approving,
    audit,
    console,
    ledger,
    screens_audit,
    screens_models,
    settings,
    who_ranks,
)
from pipelines.days import day, day_or_today
from pipelines.run import run_train
from pipelines.warehouse_key import existing_key

app = typer.Typer()
Config = Annotated[Path, typer.Option("--config", help="The city's city.toml.")]
Json = Annotated[bool, typer.Option("--json", help="One JSON object on standard output.")]


@app.command()
def train(
    config: Config,
    as_of: Annotated[
        str,
        typer.Option("--as-of", help="Day of the duel, YYYY-MM-DD; only visits known before it teach."),
    ],
    capacity: Annotated[
        int | None,
        typer.Option("--capacity", min=1, help="Households of a list: what candidates are judged at."),
    ] = None,
    json: Json = False,
) -> None:
    """The duel, and its champion frozen in the folder of models, where it waits for `lanterne approve`."""
    judged_on = day(as_of, "--as-of")
    with console.progress("train", quiet=json) as progress:
        progress("starting Prefect")
        model = run_train(config, judged_on, capacity)
    told = approving.figures(model)
    if json:
        console.print_json(
            {"model": model.name, "folder": str(model), "head": audit.head(model).as_json()} | told
        )
    else:
        screens_models.trained(model, told, settings.load(config).language)
        screens_audit.head(audit.head(model))
    raise typer.Exit(5 if told["beats_rules"] is False else 0)


@app.command()
def approve(
    model: Annotated[str, typer.Argument(help="The model's name, as `lanterne train` gave it.")],
    config: Config = Path("city.toml"),
    who: Annotated[
        str | None, typer.Option("--by", help="Name of whoever approves; asked for when left out.")
    ] = None,
    role: Annotated[str | None, typer.Option("--role", help="Their role; asked for when left out.")] = None,
    withdraw: Annotated[
        bool, typer.Option("--withdraw", help="Takes the approval back: the model ranks no list any more.")
    ] = False,
    yes: Annotated[
        bool, typer.Option("--yes", help="Approves without asking again; for those who read the card before.")
    ] = False,
    json: Json = False,
) -> None:
    """Shows the figures of a frozen model and signs it: who, in which role, when, on which figures."""
    city = settings.load(config)
    folder = approving.folder_of(city, model)
    told = approving.approvable(city, folder)
    if not json:
        screens_models.to_sign(folder, told, city.language, is_withdrawal=withdraw)
    name, as_what = _given(who, "--by", city), _given(role, "--role", city)
    if not yes and not _agreed(city):
        raise typer.Exit(1)
    line = _signed(city, folder, "withdraw" if withdraw else "approve", name, as_what)
    if json:
        console.print_json(line.as_json())
    else:
        screens_models.signed(line, city.language)


def _signed(
    city: settings.City, folder: Path, action: approvals.Action, who: str, role: str
) -> approvals.Approval:
    """The next line, in the log and in the installation's chain."""
    with approvals.alone(city.paths.models):
        line = approving.signed_line(
            city,
            folder,
            existing_key(city.paths),
            action=action,
            who=who,
            role=role,
            on=day_or_today(None, ""),
        )
        approvals.append(city.paths.models, line)
        facts = {"signature": line.signature}
        ledger.enter(city.paths, who_ranks.ACTS[action], "model", about=folder.name, facts=facts)
    return line


def _agreed(city: settings.City) -> bool:
    if not sys.stdin.isatty():
        raise ConfigurationError(
            "nobody is there to be asked", where="lanterne approve", hint="read the card, then add --yes."
        )
    return screens_models.agreed(city.language)


def _given(value: str | None, option: str, city: settings.City) -> str:
    """What was given, or is asked for where somebody sits there. An approval without a name is none."""
    said = (
        value if value is not None or not sys.stdin.isatty() else screens_models.asked(option, city.language)
    )
    if said is None or not said.strip():
        raise ConfigurationError(
            "an approval needs a name and a role",
            where=option,
            hint='such as --by "Jeanne Martin" --role "head of the unit".',
        )
    return said.strip()
