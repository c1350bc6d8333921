"""``attrition.html`` of a cycle and of ``lanterne frame``: what it must know of the city beside the counts."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from data_contracts.errors import ConfigurationError
from features import attrition, visiting
from features.engine import Engine
from pipelines import settings
from pipelines.sources import SOURCE_WORDS, neighbourhoods
from reports import attrition as attrition_report
from reports.attrition import Place
from reports.words import words

ROLL = "liste_electorale"
USUAL_AGE = 80


def write_page(connection: Engine, city: settings.City, as_of: date, folder: Path) -> None:
    """``attrition.html`` of a cycle, from the tables of ``frame.build`` on this connection; none without a roll."""
    if ROLL in dict(connection.execute(visiting.ORIGINS).fetchall()):
        counted = attrition.count(connection, USUAL_AGE)
        page = attrition_report.page(counted, place_of(connection, city, as_of))
        (folder / "attrition.html").write_bytes(page)


def place_of(connection: Engine, city: settings.City, as_of: date) -> Place:
    """What the pages say of themselves. Raises ConfigurationError when no roll is known before the day."""
    say = words(city.language)
    known_on = dict(connection.execute(visiting.ORIGINS).fetchall())
    if ROLL not in known_on:
        raise ConfigurationError(
            "no electoral roll is known before this day",
            where=f"--as-of {as_of.isoformat()}",
            hint="choose a day after the first delivery of a roll, or ingest one.",
        )
    return Place(
        city=city.name,
        as_of=as_of,
        roll_on=known_on[ROLL],
        language=city.language,
        is_fictitious=city.fictitious,
        origins=tuple((say(SOURCE_WORDS[source]), on) for source, on in known_on.items()),
        names=neighbourhoods(connection),
    )
