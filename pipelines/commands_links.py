"""``lanterne explain-link``: why records are, or are not, one person."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict
from datetime import date
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated

import typer

from data_contracts.errors import ConfigurationError
from features import known, link_explained, people
from features.link_explained import NAMED_BY_A_KEY, Explained
from features.linkage import DOUBTFUL, LIKELY, SURE
from features.mentions import REGISTERS, RELATED
from pipelines import console, ledger, screens_links, settings
from pipelines.days import day
from pipelines.private_file import write_new
from pipelines.settings import City
from pipelines.sources import SOURCE_WORDS
from pipelines.store import read_store
from reports.contracts import Masthead
from reports.words import words

app = typer.Typer()
SOURCES = tuple(register.source for register in REGISTERS)


@app.command("explain-link")
def explain_link(
    source: Annotated[str, typer.Argument(help=f"Where the record is: {', '.join(SOURCES)}.")],
    record: Annotated[str, typer.Argument(help="The record's own number there, such as ID_ELECTEUR.")],
    config: Annotated[Path, typer.Option("--config", help="The city's city.toml.")],
    as_of: Annotated[
        str, typer.Option("--as-of", help="Day of the linkage, YYYY-MM-DD; only facts known before it count.")
    ],
    out: Annotated[
        Path | None,
        typer.Option("--out", help="A new HTML file with a chart per link, readable by its owner only."),
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="One JSON object on standard output.")] = False,
) -> None:
    """Why a record is one person with others, or is left apart from them: the weight of each comparison."""
    city = settings.load(config)
    on = day(as_of, "--as-of")
    with console.progress("explain-link", quiet=json) as progress:
        explained = _explained(city, config, on, source, record, progress)
        names = source_names(city)
        ledger.enter(
            city.paths, "explain link", "record", person=f"{source} {record}", facts={"as_of": as_of}
        )
        if out is not None:
            progress("drawing")
            write_new(out, _page(explained, city, names, on), "the page")
    if json:
        console.print_json(as_json(explained, on))
    elif out is not None:
        console.tell("Links: {links}, pairs left apart: {apart}. {file}", links=len(explained.links), apart=len(explained.apart), file=out)  # fmt: skip
    else:
        screens_links.links(explained, city.language, names)


def source_names(city: City) -> dict[str, str]:
    """What people call each source, in the city's language."""
    say = words(city.language)
    named = {source: say(SOURCE_WORDS[source]) for source in SOURCES if source != RELATED}
    return named | {RELATED: say("civil status, the other person named")}


def as_json(explained: Explained, as_of: date) -> dict[str, object]:
    """Every figure of the page; ``bits`` of the thresholds are Splink's."""
    thresholds = {"sure": SURE, "likely": LIKELY, "doubtful": DOUBTFUL}
    return {
        "as_of": as_of.isoformat(),
        "thresholds": {
            name: {"probability": p, "bits": link_explained.bits(p)} for name, p in thresholds.items()
        },
        **asdict(explained),
    }


def _explained(
    city: City, config: Path, as_of: date, source: str, record: str, progress: Callable[[str], None]
) -> Explained:
    _check_source(city, config, source)
    with read_store(city.paths) as connection:
        progress("linking")
        known.open_views(connection, as_of, settings.gates(city))
        people.link(connection)
        progress("weighing")
        found = link_explained.explain(connection, source, record)
    if found is None:
        raise ConfigurationError(
            f"no such record of {source} was known before {as_of}",
            where="RECORD",
            hint="give its number as the extract writes it, and a day after its delivery; of whoever did not consent, or objected, nothing is known.",
        )
    return found


def _check_source(city: City, config: Path, source: str) -> None:
    if source not in SOURCES:
        close = get_close_matches(source, SOURCES, n=1)
        hint = f"did you mean `{close[0]}`?" if close else f"persons are named by: {', '.join(SOURCES)}."
        raise ConfigurationError("no source of this name names persons", where="SOURCE", hint=hint)
    rows = {register.source: register.rows or register.source for register in REGISTERS}[source]
    if settings.gates(city)[rows] == "closed":
        raise ConfigurationError(
            f"no record of {source} is known: its gate is closed",
            where=f"{config}, [sources.{rows}]",
            hint="without a legal basis nothing of a source is kept, so that it links nobody.",
        )
    if source in NAMED_BY_A_KEY:
        raise ConfigurationError(
            f"records of {source} have no number of their own, only a match key",
            where="SOURCE",
            hint="ask for another record of the person; the entry is shown beside it. A match key belongs on no command line.",
        )


def _page(explained: Explained, city: City, names: Mapping[str, str], as_of: date) -> bytes:
    from reports.links import page

    masthead = Masthead(city=city.name, language=city.language, is_fictitious=city.fictitious)
    return page(explained, masthead, names, as_of)
