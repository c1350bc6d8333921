"""``lanterne city`` and ``demo``: a synthetic town, and everything that follows on it."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Annotated, Literal

import typer

from pipelines import console, screens, screens_city
from pipelines.city import write_city
from pipelines.run import run_cycle
from synthetic_city.place import AGEN
from synthetic_city.rates import MOST_ERRORS
from synthetic_city.villasol import VILLASOL

app = typer.Typer()
Json = Annotated[bool, typer.Option("--json", help="One JSON object on standard output.")]
Persons = Annotated[int, typer.Option("--persons", help="Inhabitants, from 2,000 to 1,000,000.")]
Months = Annotated[int, typer.Option("--months", help="Months observed after burn-in.")]
Seed = Annotated[int, typer.Option("--seed", help="Same seed, same bytes.")]


PLACES = {"agen": AGEN, "villasol": VILLASOL}


@app.command()
def city(
    out: Path,
    persons: Persons = 33_012,
    months: Months = 36,
    seed: Seed = 1,
    with_raw: Annotated[
        bool,
        typer.Option("--with-raw", help="Also the latest raw exports, with fictitious names, and their key."),
    ] = False,
    errors: Annotated[
        float,
        typer.Option("--errors", help=f"Factor on the registers' identity mistakes, up to {MOST_ERRORS:g}."),
    ] = 1.0,
    place: Annotated[
        Literal["agen", "villasol"],
        typer.Option("--place", help="Agen, or a town in Spain with other codes, headers and fewer sources."),
    ] = "agen",
    json: Json = False,
) -> None:
    """Writes a synthetic town: deliveries, city.toml, calibration and, apart from them, the truth."""
    with console.progress("city", quiet=json) as progress:
        figures = write_city(
            out,
            persons=persons,
            months=months,
            seed=seed,
            replace=False,
            with_raw=with_raw,
            errors=errors,
            place=PLACES[place],
            progress=progress,
        )
    if json:
        console.print_json({"out": str(out)} | screens_city.figures_json(figures))
    else:
        screens_city.city(out, figures, PLACES[place].language)


@app.command()
def demo(
    out: Annotated[
        Path, typer.Option("--out", help="Folder of the demonstration; an earlier one is replaced.")
    ] = Path("demo"),
    persons: Persons = 33_012,
    seed: Seed = 1,
    json: Json = False,
) -> None:
    """Synthetic city → deliveries → cycle → the top of the list, the duel, where to look."""
    with console.progress("demo", quiet=json) as progress:
        figures = write_city(out, persons=persons, months=36, seed=seed, replace=True, progress=progress)
        progress("starting Prefect")
        last = max(p.name for p in (out / "deliveries").iterdir())
        run = run_cycle(out / "city.toml", date.fromisoformat(last), None, keep_working_tables=False)
    if json:
        console.print_json(screens.run_json(run))
    else:
        screens_city.city(out, figures, AGEN.language)
        screens.run(run, AGEN.language)
