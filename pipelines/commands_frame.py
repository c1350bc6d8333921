"""``lanterne frame``: who lives where, from the roll to the doors, and the visiting list."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated

import typer

from data_contracts.errors import ConfigurationError
from pipelines import console, framing, ledger, screens_frame, settings
from pipelines.days import day

app = typer.Typer()
AGES = re.compile(r"([1-9][0-9]{1,2})\+")
OLDEST = 110


@app.command()
def frame(
    config: Annotated[Path, typer.Option("--config", help="The city's city.toml.")],
    as_of: Annotated[str, typer.Option("--as-of", help="Day, YYYY-MM-DD; only facts known before it count.")],
    visiting_list: Annotated[
        str | None,
        typer.Option("--visiting-list", help="Also the list of doors of everybody of an age, such as 80+."),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option("--out", help="A new folder; else runs/frame-DATE. An earlier result is replaced."),
    ] = None,
    visits_per_week: Annotated[
        int | None,
        typer.Option(
            "--visits-per-week", min=1, help="What one team can do; else visits_per_week of city.toml."
        ),
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="One JSON object on standard output.")] = False,
) -> None:
    """Only who lives where: the way from the raw roll to real doors, by reason; on request the visiting list."""
    on, minimum_age = day(as_of, "--as-of"), _age(visiting_list)
    with console.progress("frame", quiet=json) as progress:
        progress("who lives where")
        done = framing.make(config, on, minimum_age=minimum_age, out=out, visits_per_week=visits_per_week)
    if minimum_age is not None:
        ledger.enter(settings.load(config).paths, "export visiting list", "list", facts={"as_of": as_of, "minimum_age": minimum_age})  # fmt: skip
    if json:
        console.print_json(screens_frame.as_json(done))
    else:
        screens_frame.show(done, settings.load(config).language)


def _age(text: str | None) -> int | None:
    if text is None:
        return None
    found = AGES.fullmatch(text.strip())
    if not found or int(found[1]) > OLDEST:
        raise ConfigurationError(
            f"`{text}` is not an age",
            where="--visiting-list",
            hint="write a number and a plus sign, such as 80+ or 75+.",
        )
    return int(found[1])
