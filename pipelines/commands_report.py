"""``lanterne report``: the yearly evaluation."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from pipelines import console
from pipelines.evaluation import report as evaluate

app = typer.Typer()


@app.command()
def report(
    config: Annotated[Path, typer.Option("--config", help="The city's city.toml.")],
    year: Annotated[int, typer.Option("--year", min=2000, max=2100, help="The year that is told.")],
    out: Annotated[
        Path | None,
        typer.Option("--out", help="A folder that does not exist yet, or is empty; else one in paths.runs."),
    ] = None,
    json_: Annotated[bool, typer.Option("--json", help="One JSON object on standard output.")] = False,
) -> None:
    """The yearly evaluation: a page, a document for the council, the packs of the steering committees, and the figures as data."""
    with console.progress("report", quiet=json_):
        folder = evaluate(config, year, out)
    if json_:
        told = json.loads((folder / "evaluation.json").read_text(encoding="utf-8"))
        console.print_json({"folder": str(folder), **told})
        return
    console.tell("The evaluation of the year is in {folder}", folder=str(folder))
