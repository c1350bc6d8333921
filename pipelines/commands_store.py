"""``lanterne backup``, ``restore`` and ``upgrade``: the warehouse as a file to be kept."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from data_contracts.errors import ConfigurationError
from pipelines import backups, console, copies, desk_backup, ledger, migrations, settings
from pipelines.backups import Backup
from pipelines.commands_review import database_url
from pipelines.desk_database import sqlite_file
from pipelines.store import create_tables
from pipelines.warehouse_key import existing_key, key_in, key_of

app = typer.Typer()

Config = Annotated[Path, typer.Option("--config", help="The city's city.toml.")]
Json = Annotated[bool, typer.Option("--json", help="One JSON object on standard output.")]
File = Annotated[Path, typer.Argument(help="The backup; its description stands beside it as FILE.json.")]

ALONE = "A backup holds the warehouse alone. Keep as well:"
WITH_DESK = "This backup holds the warehouse and, in {desk}, the review desk's database. Keep as well:"
ON_A_SERVER = "The review desk's database is on a server and not in it: back it up with pg_dump."
BESIDE = (
    "  · the key, apart from the backup: without it nobody can read it, with it anybody who has the backup can ({key});",
    "  · city.toml, with its gates and signatures ({config});",
    "  · the register of objections ({objections}) and the deliveries ({deliveries});",
    "  · the runs, with their manifests and audit trails ({runs}), and the models, with their approvals ({models}).",
    "Facts whose retention has ended must go from old backups too: delete backups when the retention of what they hold ends.",
)
SINCE = (
    "What came after the backup is not in it: objections and purges above all.",
    "Run `lanterne ingest`, then repeat them, before any list.",
)


@app.command()
def backup(config: Config, file: File, json: Json = False) -> None:
    """Writes an encrypted copy of the warehouse and, beside it, its row counts and digests, and the review desk's database."""
    city = settings.load(config)
    url = database_url(city, config)
    desk = sqlite_file(url)
    desk = desk if desk is not None and desk.is_file() else None
    done = backups.backup(city.paths, file, desk)
    ledger.enter(city.paths, "backup", "warehouse", facts={"rows": done.rows, "with_desk": desk is not None})
    _say(done, file, json=json)
    if not json:
        console.tell(
            WITH_DESK if desk else ALONE,
            *([ON_A_SERVER] if sqlite_file(url) is None else []),
            *BESIDE,
            desk=desk_backup.file_of(file),
            key=existing_key(city.paths).origin,
            config=config,
            deliveries=city.paths.deliveries,
            objections=city.paths.objections,
            runs=city.paths.runs,
            models=city.paths.models,
        )


@app.command()
def restore(
    config: Config,
    file: File,
    replace: Annotated[bool, typer.Option("--replace", help="Replaces the warehouse that is there.")] = False,
    desk: Annotated[
        bool,
        typer.Option("--desk", help="The review desk too: what people did there since the backup is lost."),
    ] = False,
    key_file: Annotated[
        Path | None,
        typer.Option(
            "--key-file", help="The key with which the backup was made, where it was changed since."
        ),
    ] = None,
    json: Json = False,
) -> None:
    """Puts a backup in the warehouse's place once key, schema, counts and digests are found right."""
    city = settings.load(config)
    done = backups.restore(
        city.paths,
        file,
        replace=replace,
        desk=_desk(city, config) if desk else None,
        made_with=key_in(key_file) if key_file else None,
    )
    ledger.enter(city.paths, "restore", "warehouse", facts={"rows": done.rows, "with_desk": desk})
    _say(done, city.paths.database, json=json)
    if not json:
        console.tell(*SINCE)


@app.command()
def upgrade(config: Config, json: Json = False) -> None:
    """Brings the warehouse to this version's schema and encrypts it; every ingest does the same by itself."""
    city = settings.load(config)
    copies.check_there(city.paths.database)
    done = migrations.upgrade(city.paths.database, key_of(city.paths), create_tables)
    if done is not None:
        ledger.enter(
            city.paths, "upgrade", "warehouse", facts={"schema": migrations.VERSION, "before": done.before}
        )
    if json:
        rows = sum(done.rows.values()) if done else None
        console.print_json(
            {"schema": migrations.VERSION, "before": done.before if done else None, "rows": rows}
        )
    elif done is None:
        console.tell("The warehouse is up to date: schema {schema}.", schema=migrations.VERSION)


def _desk(city: settings.City, config: Path) -> Path:
    """Raises ConfigurationError for a desk whose database is on a server."""
    file = sqlite_file(database_url(city, config))
    if file is None:
        raise ConfigurationError(
            "the review desk's database is on a server; nothing was changed",
            where="--desk",
            hint="leave --desk out, and put the server's own backup back (pg_restore).",
        )
    return file


def _say(done: Backup, path: Path, *, json: bool) -> None:
    figures = {"file": str(path), "schema": done.schema, "tables": len(done.tables), "rows": done.rows}
    if json:
        console.print_json(figures | {"made_at": done.made_at, "code": done.code})
        return
    made_at = datetime.fromisoformat(done.made_at)
    console.tell(
        "{file}: schema {schema}, {tables} tables, {rows} rows, backup of {day}, {time} UTC",
        **figures,
        day=made_at.date(),
        time=f"{made_at:%H:%M}",
    )
