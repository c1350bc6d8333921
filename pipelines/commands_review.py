"""``lanterne review``: the desk where people decide."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from data_contracts.errors import ConfigurationError
from pipelines import console, register, settings, settings_desk
from pipelines.days import day_or_today
from pipelines.warehouse_key import key_of

if TYPE_CHECKING:
    from review.alerting.alert_identity import Pseudonyms
    from review.desk import Desk
    from review.services import DeskCity, Directory

app = typer.Typer()
Config = Annotated[Path, typer.Option("--config", help="The city's city.toml.")]
DATABASE, DIRECTORY_SECRET = "LANTERNE_DESK_DATABASE", "LANTERNE_DESK_DIRECTORY_SECRET"
DEFAULT_PORT = 8700


@app.command()
def review(
    config: Config,
    port: Annotated[int, typer.Option("--port", min=1, max=65535, help="Port of the desk.")] = DEFAULT_PORT,
    host: Annotated[str, typer.Option("--host", help="Address on which it listens.")] = "127.0.0.1",
    first_administrator: Annotated[
        str | None,
        typer.Option(
            "--first-administrator", help="Only opens the account of the first administrator: its login."
        ),
    ] = None,
) -> None:
    """The review desk: people read the list, decide, record what visits found."""
    desk = desk_of(config)
    try:
        if first_administrator is not None:
            _first_administrator(desk, first_administrator)
            return
        _serve(desk, host, port)
    finally:
        desk.database.close()


def desk_of(config: Path) -> Desk:
    """The desk of a city. Raises ConfigurationError for a database that cannot be opened, IntegrityError for a key that is not there."""
    from pipelines.desk_lists import PublishedLists
    from review.database import opened
    from review.desk import Desk
    from review.sealing import Seal
    from review.services import Services

    city = settings.load(config)
    services = Services(
        city=_desk_city(city, config),
        now=lambda: datetime.now(UTC),
        seal=Seal(secret=bytes.fromhex(key_of(city.paths).secret)),
        published=PublishedLists(city=city),
        objects=lambda entries, on: _object(city, entries, on),
        objected=lambda: register.objected(city.paths.objections),
        account=lambda key, run_id: _account(config, key, run_id),
        pseudonyms=_pseudonyms(city, config),
    )
    return Desk(database=opened(database_url(city, config)), services=services)


def _pseudonyms(city: settings.City, config: Path) -> Pseudonyms | None:
    if city.desk.match_key_file is None:
        return None
    from pipelines.desk_pseudonyms import pseudonyms
    from pipelines.keys import read_key

    return pseudonyms(read_key(config.resolve().parent / city.desk.match_key_file))


def database_url(city: settings.City, config: Path) -> str:
    """Of the environment, else of the settings; a file is beside ``city.toml``."""
    given = os.environ.get(DATABASE) or city.desk.database
    return given if "://" in given else f"sqlite:///{config.resolve().parent / given}"


def _desk_city(city: settings.City, config: Path) -> DeskCity:
    from review.services import DeskCity

    table = city.desk.correspondence
    return DeskCity(
        name=city.name,
        language=city.language,
        is_fictitious=city.fictitious,
        groups=city.desk.groups,
        public_url=city.desk.public_url,
        second_look_share=city.desk.second_look_share,
        idle_minutes=city.desk.idle_minutes,
        session_hours=city.desk.session_hours,
        team=city.contacts.team,
        data_protection_officer=city.contacts.data_protection_officer,
        directory=_directory(city.desk.directory),
        correspondence=table and config.resolve().parent / table,
        table_minutes=city.desk.table_minutes,
        country=city.country,
    )


def _directory(given: settings_desk.Directory | None) -> Directory | None:
    from review.services import Directory

    if given is None:
        return None
    return Directory(
        issuer=given.issuer,
        client_id=given.client_id,
        secret=_secret(),
        title=given.title or given.issuer,
        has_second_factor=given.second_factor,
    )


def _secret() -> str:
    found = os.environ.get(DIRECTORY_SECRET, "")
    if not found:
        raise ConfigurationError(
            "the directory's secret is not there",
            where=DIRECTORY_SECRET,
            hint="set it in the environment of the desk, or leave [desk.directory] out.",
        )
    return found


def _object(city: settings.City, entries: Mapping[str, str], on: date) -> Sequence[str]:
    return [
        column for column, value in entries.items() if register.add(city.paths.objections, column, value, on)
    ]


def _account(config: Path, key: str, run_id: str) -> bytes:
    from pipelines.individual import individual
    from reports.crpa import page

    return page(individual(config, key, run=run_id, as_of=None, written_on=day_or_today(None, "")))


def _first_administrator(desk: Desk, login: str) -> None:
    from review.access.first_account import open_first

    password = open_first(desk, login)
    console.tell(
        "The account of the first administrator was opened: {login}",
        "Its password, which is told this once and changed at the first sign-in: {password}",
        login=login,
        password=password,
    )


def _serve(desk: Desk, host: str, port: int) -> None:
    import uvicorn

    from review.access.first_account import has_accounts
    from review.app import application
    from review.law.objected import sweep
    from review.pages.lists import take_newest
    from review.trail import Act

    if not has_accounts(desk):
        raise ConfigurationError(
            "nobody has an account at the desk yet",
            where="lanterne review",
            hint="open the first one with `lanterne review --config … --first-administrator LOGIN`.",
        )
    with desk.database.writing() as session:
        sweep(session, desk.services.seal, desk.services.objected(), desk.now())
    take_newest(desk, Act(who="system", role="", action="take in list", kind="list"))
    console.notice("The desk is at {url}; Ctrl-C ends it.", url=f"http://{host}:{port}")
    uvicorn.run(
        application(desk),
        host=host,
        port=port,
        access_log=False,
        log_level="warning",
        server_header=False,
        timeout_graceful_shutdown=5,
    )
