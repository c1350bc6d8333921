"""``lanterne``: the commands that schedules and other cities call by name."""

from __future__ import annotations

import sys
from datetime import date
from pathlib import Path
from typing import Annotated

import typer
from typer.exceptions import Abort, TyperException

from data_contracts.errors import ConfigurationError, LanterneError
from pipelines import (
    bench,
    commands_contract,
    commands_frame,
    commands_keys,
    commands_law,
    commands_links,
    commands_store,
    console,
    register,
    screens,
    screens_ingest,
    settings,
)
from pipelines.checks import check as check_installation
from pipelines.city import write_city
from pipelines.days import day
from pipelines.ingest import ingest as ingest_deliveries
from pipelines.run import run_cycle
from pipelines.store import open_store
from synthetic_city.rates import MOST_ERRORS

app = typer.Typer(
    name="lanterne",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Finds the households that nobody sees.",
)
app.add_typer(bench.app, name="bench")
app.add_typer(commands_law.app)
app.add_typer(commands_frame.app)
app.add_typer(commands_contract.app, name="contract")
app.add_typer(commands_store.app)
app.add_typer(commands_keys.app)
app.add_typer(commands_links.app)

Config = Annotated[Path, typer.Option("--config", help="The city's city.toml.")]
Json = Annotated[bool, typer.Option("--json", help="One JSON object on standard output.")]
Persons = Annotated[int, typer.Option("--persons", help="Inhabitants, from 2,000 to 1,000,000.")]
Months = Annotated[int, typer.Option("--months", help="Months observed after burn-in.")]
Seed = Annotated[int, typer.Option("--seed", help="Same seed, same bytes.")]
AsOf = Annotated[
    str, typer.Option("--as-of", help="Day of the list, YYYY-MM-DD; only facts known before it count.")
]


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
            progress=progress,
        )
    if json:
        console.print_json({"out": str(out)} | screens.figures_json(figures))
    else:
        screens.city(out, figures)


@app.command()
def ingest(
    config: Config, deliveries: Annotated[list[Path] | None, typer.Argument()] = None, json: Json = False
) -> None:
    """Ingests what is new; prints rows read, accepted and quarantined per file."""
    chosen = settings.load(config)
    with console.progress("ingest", quiet=json) as progress, open_store(chosen.paths) as connection:
        report = ingest_deliveries(
            connection,
            chosen.paths.deliveries,
            deliveries or [],
            gates=settings.gates(chosen),
            objected=register.objected(chosen.paths.objections),
            progress=progress,
        )
    if json:
        console.print_json(report.as_json())
    else:
        screens_ingest.ingest(report, chosen.language)


@app.command()
def cycle(
    config: Config,
    as_of: AsOf,
    capacity: Annotated[int | None, typer.Option("--capacity", min=1, help="Households on the list.")] = None,
    keep_working_tables: Annotated[bool, typer.Option("--keep-working-tables")] = False,
    json: Json = False,
) -> None:
    """Ingest what is new, frame, factors, duel, list, reports."""
    listed_on = day(as_of, "--as-of")
    with console.progress("cycle", quiet=json) as progress:
        progress("starting Prefect")
        run = run_cycle(config, listed_on, capacity, keep_working_tables=keep_working_tables)
    by_rules = screens.by_rules(run)
    if json:
        console.print_json(screens.run_json(run))
    else:
        screens.run(run)
    raise typer.Exit(5 if by_rules else 0)


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
        screens.city(out, figures)
        screens.run(run)


@app.command()
def check(config: Config, json: Json = False) -> None:
    """Is this installation sound: configuration, gates, contracts, deliveries, key, encryption, disk, versions."""
    findings = check_installation(config)
    if json:
        console.print_json([f.__dict__ for f in findings])
    else:
        screens.findings(findings)
    at_stake = any(f.is_at_stake for f in findings)
    raise typer.Exit(6 if at_stake else 0 if all(f.is_sound for f in findings) else 2)


def main() -> None:
    """The entry point: every refusal is a sentence and an exit code, never a traceback."""
    try:
        sys.exit(app(standalone_mode=False))
    except LanterneError as error:
        sys.exit(console.refuse(error))
    except TyperException as error:
        sys.exit(console.refuse(_wrong_use(error)))
    except Abort:
        sys.exit(130)


def _wrong_use(error: TyperException) -> ConfigurationError:
    context = getattr(error, "ctx", None)
    command = context.command_path if context else "lanterne"
    return ConfigurationError(error.format_message(), where=command, hint=f"see `{command} --help`.")


if __name__ == "__main__":
    main()
