"""``lanterne init``: what a new city begins with."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from features.factor import Language
from pipelines import console, founding

app = typer.Typer()

Out = Annotated[Path, typer.Option("--out", help="The file that is written; none is replaced.")]
Name = Annotated[str | None, typer.Option("--name", help="Name of the city.")]
Country = Annotated[str, typer.Option("--country", help="Two letters of ISO 3166.")]
Code = Annotated[
    str, typer.Option("--code", help="INSEE code, or the municipality's in its country's statistics.")
]
Spoken = Annotated[
    Language | None,
    typer.Option("--language", help="Of what people read, the file's remarks among it; by the country."),
]
Zone = Annotated[
    str | None,
    typer.Option("--time-zone", help="Such as Europe/Paris; by the country where it has only one."),
]
Capacity = Annotated[int, typer.Option("--capacity", help="Households that can be met per list.")]
Visits = Annotated[int, typer.Option("--visits-per-week", help="Visits that one team can make.")]
Json = Annotated[bool, typer.Option("--json", help="One JSON object on standard output.")]


@app.command()
def init(
    out: Out = Path("city.toml"),
    name: Name = None,
    country: Country = "FR",
    code: Code = founding.NO_CODE,
    language: Spoken = None,
    time_zone: Zone = None,
    capacity: Capacity = 60,
    visits_per_week: Visits = 20,
    json: Json = False,
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
    else:
        _say_what_next(out, city.paths.deliveries)


def _say_what_next(out: Path, deliveries: Path) -> None:
    console.tell(
        "{file} is written; every value in it counts, and each is explained there.",
        "Read at least name, code, capacity, contacts, authority and the legal gates of the sources.",
        "Then put the first delivery into {folder} and ask: lanterne check --config {file}",
        file=str(out),
        folder=str(deliveries),
    )
