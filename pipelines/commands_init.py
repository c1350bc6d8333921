"""``lanterne init``: what a new city begins with."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from features.factor import Language
from pipelines import console, founding

app = typer.Typer()


@app.command()
def init(
    out: Annotated[Path, typer.Option("--out", help="The file that is written; none is replaced.")] = Path(
        "city.toml"
    ),
    name: Annotated[str | None, typer.Option("--name", help="Name of the city.")] = None,
    country: Annotated[str, typer.Option("--country", help="Two letters of ISO 3166.")] = "FR",
    code: Annotated[
        str, typer.Option("--code", help="INSEE code, or the municipality's in its country's statistics.")
    ] = founding.NO_CODE,
    language: Annotated[
        Language | None,
        typer.Option("--language", help="Of what people read, the file's remarks among it; by the country."),
    ] = None,
    time_zone: Annotated[
        str | None,
        typer.Option("--time-zone", help="Such as Europe/Paris; by the country where it has only one."),
    ] = None,
    capacity: Annotated[int, typer.Option("--capacity", help="Households that can be met per list.")] = 60,
    visits_per_week: Annotated[
        int, typer.Option("--visits-per-week", help="Visits that one team can make.")
    ] = 20,
    json: Annotated[bool, typer.Option("--json", help="One JSON object on standard output.")] = False,
) -> None:
    """Writes a city.toml with every key and what it means, and makes the folder of deliveries beside it."""
    zone = time_zone or founding.time_zone_of(country)
    spoken = language or founding.language_of(country)
    given = {
        "name": name or founding.NAMES[spoken],
        "country": country,
        "insee_code": code,
        "language": spoken,
        "capacity": capacity,
        "visits_per_week": visits_per_week,
        "schedule": {"time_zone": zone},
    }
    city = founding.found(out, given, spoken)
    if json:
        console.print_json({"config": str(out), "deliveries": str(city.paths.deliveries)})
        return
    console.tell(
        "{file} is written; every value in it counts, and each is explained there.",
        "Read at least name, code, capacity, contacts, authority and the legal gates of the sources.",
        "Then put the first delivery into {folder} and ask: lanterne check --config {file}",
        file=str(out),
        folder=str(city.paths.deliveries),
    )
