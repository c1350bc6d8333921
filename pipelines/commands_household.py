"""``lanterne explain-household``: who is in a household, what registers say of it and which of them counts, and its history."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from data_contracts.errors import ConfigurationError
from features import frame, household_explained
from pipelines import console, ledger, screens_household, settings
from pipelines.days import day
from pipelines.store import read_store

app = typer.Typer()


@app.command("explain-household")
def explain_household(
    household: Annotated[str, typer.Argument(help="The household, as a list names it: H and 16 characters.")],
    config: Annotated[Path, typer.Option("--config", help="The city's city.toml.")],
    as_of: Annotated[str, typer.Option("--as-of", help="Day, YYYY-MM-DD; only facts known before it count.")],
    json: Annotated[bool, typer.Option("--json", help="One JSON object on standard output.")] = False,
) -> None:
    """How a household came to be: members and presence, each source's word and which counts, and what happened to it."""
    city = settings.load(config)
    on = day(as_of, "--as-of")
    with console.progress("explain-household", quiet=json) as progress, read_store(city.paths) as connection:
        progress("who lives where")
        frame.build(connection, on, settings.gates(city), city.there_share)
        found = household_explained.explain(connection, household)
    if found is None:
        raise ConfigurationError(
            f"no such household was known before {on}",
            where="HOUSEHOLD",
            hint="copy the whole household_id of a list, and name the list's day; where somebody objected, nothing is told.",
        )
    ledger.enter(city.paths, "explain household", "household", person=household, facts={"as_of": as_of})
    if json:
        console.print_json({"as_of": on.isoformat(), **asdict(found)})
    else:
        screens_household.household(found, city.language, on)
