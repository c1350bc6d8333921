"""``lanterne audit trace``: how one line of a list came to be."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from data_contracts.errors import ConfigurationError
from features.factor import Language
from pipelines import console, ledger, settings
from pipelines.days import day_or_today
from pipelines.private_file import write_new

if TYPE_CHECKING:
    from reports.trace_facts import Trace


def trace(
    run: Annotated[str, typer.Argument(help="The run: its id, or its folder.")],
    household: Annotated[
        str, typer.Argument(help="The household, as the list names it: H and 16 characters.")
    ],
    config: Annotated[Path, typer.Option("--config", help="The city's city.toml.")],
    out: Annotated[
        Path | None,
        typer.Option(
            "--out",
            help="A new HTML file for the page, readable by its owner only; `trace-HOUSEHOLD.html` when left out.",
        ),
    ] = None,
    json: Annotated[
        bool,
        typer.Option("--json", help="One JSON object on standard output; a page only with --out."),
    ] = False,
) -> None:
    """How a line of a list came to be: the draw, the model, every factor with its SQL and the delivered lines it read, links, decision, visit, and whether it comes out the same today."""
    city = settings.load(config)
    path = out or (None if json else Path(f"trace-{household}.html"))
    if path is not None:
        _check_outside(path, city.paths.runs)
    with console.progress("trace", quiet=json) as progress:
        from pipelines.trace import trace as traced  # with its models it takes a second

        found = traced(config, run, household, written_on=day_or_today(None, ""), progress=progress)
    ledger.enter(city.paths, "trace household", "household", about=found.run.run_id, person=household)
    if path is not None:
        _write(found, path, city.language)
    if json:
        told = asdict(found)
        console.print_json(told | {"again": told["again"] | {"is_same": found.again.is_same}})
    else:
        from reports.trace_words import verdict

        typer.echo(verdict(found))
        typer.echo(path)


def _write(found: Trace, path: Path, language: Language) -> None:
    from pipelines.trace_words import spoken
    from reports.trace import page

    write_new(path, page(found, spoken(language)), "the page")


def _check_outside(path: Path, runs: Path) -> None:
    """A run's folder holds what its manifest says, and nothing that was asked about it later."""
    if runs.resolve() in path.resolve().parents:
        raise ConfigurationError(
            "a trace is not part of a run", where=str(path), hint="name a file outside the folder of runs."
        )
