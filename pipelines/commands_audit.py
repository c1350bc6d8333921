"""``lanterne audit``: the chain holds, same inputs give the same bytes, who did what; and the keys with which runs are signed."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from data_contracts.errors import ConfigurationError
from pipelines import audit_log, audit_sign, audit_verify, console, ledger, minisign, screens_audit, settings
from pipelines.audit_log import Asked
from pipelines.commands_trace import trace
from pipelines.days import day
from pipelines.settings import City

app = typer.Typer(
    name="audit",
    add_completion=False,
    no_args_is_help=True,
    help="What was done, and whether it still is what it was.",
)
app.command()(trace)

Run = Annotated[str, typer.Argument(help="Folder of a run or model; with --config also its id.")]
Config = Annotated[Path, typer.Option("--config", help="The city's city.toml.")]
MaybeConfig = Annotated[
    Path | None,
    typer.Option(
        "--config", help="The city's city.toml: its chain and the signature that it demands are checked too."
    ),
]
Json = Annotated[bool, typer.Option("--json", help="One JSON object on standard output.")]


@app.callback()
def group() -> None:
    """What was done, and whether it still is what it was."""


@app.command()
def verify(
    run: Run,
    config: MaybeConfig = None,
    public_key: Annotated[
        Path | None, typer.Option("--public-key", help="The run is to be signed with this key (minisign).")
    ] = None,
    head: Annotated[
        str | None, typer.Option("--head", help="The hash that was printed when the run was published.")
    ] = None,
    json: Json = False,
) -> None:
    """Whether a run is what was published: every line of its chain, every file; exit 6 with what is not, and where."""
    city = settings.load(config) if config else None
    folder, key = folder_of(run, city), minisign.public_key(public_key) if public_key else None
    if config and city:
        found = audit_verify.at_home(config, city, folder, public_key=key, head=head)
    else:
        found = audit_verify.verify(folder, runs=folder.resolve().parent, public_key=key, head=head)
    if json:
        console.print_json({"holds": True, **found.as_json()})
    else:
        screens_audit.verified(found)


@app.command()
def sign(
    run: Run,
    key: Annotated[Path, typer.Option("--key", help="Secret key of minisign, without a password.")],
    config: MaybeConfig = None,
    json: Json = False,
) -> None:
    """Signs a run that holds: `audit.jsonl.minisig`, which minisign verifies too."""
    city = settings.load(config) if config else None
    folder, secret = folder_of(run, city), minisign.secret_key(key)
    runs = city.paths.runs if city else folder.resolve().parent
    found = audit_verify.verify(folder, runs=runs)
    file = audit_sign.sign(folder, found.name, secret)
    if city:
        ledger.enter(city.paths, "sign", "run", about=found.name, facts={"key": secret.public.name})
    if json:
        console.print_json({"run": found.name, "signature": str(file), "key": secret.public.name})
    else:
        console.tell("Signed with the key {key}: {file}", key=secret.public.name, file=file)


@app.command()
def keygen(
    path: Annotated[
        Path, typer.Argument(help="Where the secret key goes; the public one goes beside it, as PATH.pub.")
    ],
    json: Json = False,
) -> None:
    """Makes a pair of keys for signing runs, in the files of minisign; the secret one has no password."""
    public = path.with_name(path.name + ".pub")
    made = minisign.make(path, public)
    if json:
        console.print_json({"secret_key": str(path), "public_key": str(public), "key": made.name})
    else:
        console.tell(
            "Key {key}: {secret} signs and is for its owner alone; {public} verifies and is for everybody.",
            key=made.name,
            secret=path,
            public=public,
        )


@app.command()
def reproduce(
    run: Run,
    config: Config = Path("city.toml"),
    deliveries: Annotated[
        list[Path] | None,
        typer.Option(
            "--deliveries",
            help="A further folder of deliveries, where files are kept as they were before a correction or a clearing; may be given again.",
        ),
    ] = None,
    json: Json = False,
) -> None:
    """Makes a run again from the delivered files and compares: exit 0 for the same bytes, 6 where they differ, 2 where it cannot be made."""
    from pipelines.reproducing import reproduce as make_again

    city = settings.load(config)
    folder = folder_of(run, city)
    with console.progress("reproduce", quiet=json) as progress:
        progress("starting Prefect")
        found = make_again(config, folder, deliveries or ())
    ledger.enter(city.paths, "reproduce", "run", about=found.run, facts={"is_same": found.files.is_same})
    if json:
        console.print_json(found.as_json())
    else:
        screens_audit.reproduced(found)
    raise typer.Exit(0 if found.files.is_same else 6)


@app.command()
def log(
    config: Config,
    who: Annotated[
        str | None, typer.Option("--who", help="A login of the desk, or an account of the machine.")
    ] = None,
    role: Annotated[str | None, typer.Option("--role", help="A role of the desk, or operator.")] = None,
    action: Annotated[str | None, typer.Option("--action", help="Its code, such as 'export person'.")] = None,
    kind: Annotated[str | None, typer.Option("--kind", help="Of what: case, identity, run …")] = None,
    about: Annotated[
        str | None, typer.Option("--about", help="A case, a run, a household; or a match key.")
    ] = None,
    since: Annotated[str | None, typer.Option("--since", help="First day, YYYY-MM-DD (UTC).")] = None,
    until: Annotated[str | None, typer.Option("--until", help="Last day, YYYY-MM-DD (UTC).")] = None,
    csv: Annotated[bool, typer.Option("--csv", help="One line each, with codes, for a spreadsheet.")] = False,
    json: Json = False,
) -> None:
    """Who saw, exported, decided, granted what, at the desk and by commands; exit 6 where a line was altered or is missing."""
    city = settings.load(config)
    asked = Asked(
        who=who,
        role=role,
        action=action,
        kind=kind,
        about=about,
        since=day(since, "--since") if since else None,
        until=day(until, "--until") if until else None,
    )
    rows = audit_log.rows(config, city, asked)
    if json:
        console.print_json({"lines": [row.as_json() for row in rows]})
    elif csv:
        screens_audit.log_csv(rows)
    else:
        screens_audit.log(rows, city.language)


def folder_of(run: str, city: City | None) -> Path:
    """Of a run or a frozen model. Raises ConfigurationError for a name that is none."""
    places = [Path(run)] + ([city.paths.runs / run, city.paths.models / run] if city else [])
    found = next((place for place in places if place.is_dir()), None)
    if found is None:
        raise ConfigurationError(
            "there is no such run", where=run, hint="name the folder of a run, or its id and --config."
        )
    return found
