"""What the law asks of the operator: ``oppose``, ``export-person``, ``explain-person``, ``purge``."""

from __future__ import annotations

import json as json_format
from collections.abc import Collection
from pathlib import Path
from typing import Annotated

import typer

from data_contracts.errors import ConfigurationError
from pipelines import access, console, law, ledger, purging, register, screens_law, settings
from pipelines.days import day, day_or_today
from pipelines.desk_database import where_there_is_one
from pipelines.desk_objections import reach_desk
from pipelines.private_file import write_new
from pipelines.store import open_store

app = typer.Typer()
Config = Annotated[Path, typer.Option("--config", help="The city's city.toml.")]
Json = Annotated[bool, typer.Option("--json", help="One JSON object on standard output.")]


@app.command()
def oppose(
    config: Config,
    key: Annotated[str | None, typer.Option("--key", help="A match key, 32 hexadecimal characters.")] = None,
    kind: Annotated[
        str, typer.Option("--kind", help=f"Which key it is: {', '.join(register.KEY_COLUMNS)}.")
    ] = register.KEY_COLUMNS[0],
    dwelling: Annotated[
        str | None, typer.Option("--dwelling", help="An ID_LOGEMENT instead of a key.")
    ] = None,
    on: Annotated[str | None, typer.Option("--on", help="Day of the objection; today when left out.")] = None,
    withdraw: Annotated[
        bool,
        typer.Option("--withdraw", help="Takes the objection back; their rows return with the next ingest."),
    ] = False,
    json: Json = False,
) -> None:
    """Enters an objection, takes the person's rows out of the warehouse and ends their case at the desk, at once; or takes it back."""
    city = settings.load(config)
    column, value = _stated(key, kind, dwelling)
    if withdraw:
        _withdraw(city, column, value, json=json)
        _enter(city, "withdraw objection", "objection", value)
        return
    is_new = register.add(city.paths.objections, column, value, day_or_today(on, "--on"))
    removed: dict[str, int] = {}
    objected = frozenset(register.objected(city.paths.objections))
    if city.paths.database.exists():
        with open_store(city.paths) as connection:
            removed = law.apply_objections_whole(connection, objected)
            objected |= law.remembered(connection)
    ended = _at_the_desk(config, city, objected)
    _enter(city, "oppose", "objection", value)
    outcome = {"is_new": is_new, "rows_removed": removed, "desk_cases": ended}
    if json:
        console.print_json(outcome | {"register": str(city.paths.objections)})
    else:
        screens_law.objection(is_new, removed, ended, city.paths.objections, city.language)


def _enter(city: settings.City, act: str, kind: str, value: str) -> None:
    """Into the installation's chain, for which a key or dwelling has a pseudonym."""
    ledger.enter(city.paths, act, kind, person=ledger.pseudonym(city.paths, value))


def _at_the_desk(config: Path, city: settings.City, objected: Collection[str]) -> int | None:
    """Cases that ended, None where there is no desk or it cannot be reached: then it is told, for the objection holds everywhere else."""
    try:
        return reach_desk(config, city, objected)
    except ConfigurationError as error:
        console.notice(
            "The objection is entered. The review desk could not be reached ({why}): it holds there from the desk's next start or the next ingest.",
            why=error.what,
        )
        return None


def _withdraw(city: settings.City, column: str, value: str, *, json: bool) -> None:
    register.check_holds(city.paths.objections, column, value)
    is_still_out, files = False, 0
    if city.paths.database.exists():
        with open_store(city.paths) as connection:
            is_still_out, files = law.withdraw(connection, value)
    register.remove(city.paths.objections, column, value)  # last: until then the next ingest would keep it
    outcome = {"is_still_out": is_still_out, "files_to_read_again": files}
    if json:
        console.print_json(outcome | {"register": str(city.paths.objections)})
    else:
        screens_law.withdrawal(is_still_out, files, city.paths.objections, city.language)


def _stated(key: str | None, kind: str, dwelling: str | None) -> tuple[str, str]:
    if (key is None) == (dwelling is None):
        raise ConfigurationError(
            "name one key or one dwelling", where="lanterne oppose", hint="give --key KEY or --dwelling ID."
        )
    if dwelling is not None:
        return register.PLACE, dwelling.strip()
    if kind not in register.KEY_COLUMNS:
        raise ConfigurationError(
            "no key has this name", where="--kind", hint=f"kinds are {', '.join(register.KEY_COLUMNS)}."
        )
    value = str(key).strip().lower()
    if not register.KEY_FORM.fullmatch(value):
        raise ConfigurationError(
            "this is no match key",
            where="--key",
            hint="a match key has 32 hexadecimal characters; the key holder makes it from the person's name and date of birth.",
        )
    return kind, value


@app.command()
def purge(
    config: Config,
    as_of: Annotated[
        str | None, typer.Option("--as-of", help="Day of the purge; today when left out.")
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what is past its term.")] = False,
    delivery_files: Annotated[
        bool,
        typer.Option("--delivery-files", help="Delete delivered files of which no row is kept any more."),
    ] = False,
    json: Json = False,
) -> None:
    """Deletes what is past its retention, at the review desk too, and writes a certificate."""
    city = settings.load(config)
    on = day_or_today(as_of, "--as-of")
    with where_there_is_one(config, city) as desk:
        certificate, path = purging.purge(
            city, on, desk=desk, is_rehearsal=dry_run, with_delivery_files=delivery_files
        )
    if json:
        console.print_json(certificate.as_json() | {"certificate": str(path) if path else None})
    else:
        screens_law.certificate(certificate, path, city.language)


@app.command("export-person")
def export_person(
    key: Annotated[str, typer.Argument(help="A match key of the person who asks.")],
    config: Config,
    as_of: Annotated[
        str | None, typer.Option("--as-of", help="Day of the linkage; today when left out.")
    ] = None,
    out: Annotated[
        Path | None, typer.Option("--out", help="A new file for the answer, readable by its owner only.")
    ] = None,
) -> None:
    """The right of access: everything kept about one person, as one JSON object."""
    asked = key.strip().lower()
    answer = access.export_person(config, asked, day_or_today(as_of, "--as-of"))
    _enter(settings.load(config), "export person", "person", asked)
    if out is None:
        console.print_json(answer)
        return
    text = json_format.dumps(answer, ensure_ascii=False, indent=2) + "\n"
    write_new(out, text.encode("utf-8"), "the answer")


@app.command("explain-person")
def explain_person(
    key: Annotated[str, typer.Argument(help="A match key of the person who asks.")],
    config: Config,
    run: Annotated[
        str | None,
        typer.Option(
            "--run",
            help="Folder or id of a run; the newest whose list holds their household when left out.",
        ),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option("--out", help="A new file for the page; named for household and day when left out."),
    ] = None,
    as_of: Annotated[
        str | None, typer.Option("--as-of", help="Day of the linkage; the run's own day when left out.")
    ] = None,
) -> None:
    """The page that a person may ask for: what the calculation did for their household, what it read, what it weighed, what was done."""
    from pipelines.individual import (
        individual,
    )  # with its models it takes a second, which the other commands need not wait for
    from reports.crpa import page

    linked_on = day(as_of, "--as-of") if as_of else None
    today = day_or_today(None, "")
    with console.progress("explain-person") as progress:
        progress("who lives where")
        one = individual(config, key.strip().lower(), run=run, as_of=linked_on, written_on=today)
    _enter(settings.load(config), "explain person", "person", key.strip().lower())
    path = out or Path(f"{one.household_id}-{one.as_of.isoformat()}.html")
    write_new(path, page(one), "the page")
    typer.echo(path)
