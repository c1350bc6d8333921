"""``lanterne pseudonymise`` and ``lanterne keygen``: what a department and the city's key holder run."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from data_contracts.errors import ConfigurationError
from pipelines import console
from pipelines.keys import make_key, read_key
from pipelines.pseudonymise import Report, report_path
from pipelines.pseudonymise import pseudonymise as make_extract
from reports.words import number, words

app = typer.Typer()

COLLISIONS = {
    "sex": "another sex",
    "names": "other names",
    "addresses": "another address",
    "spellings": "another spelling",
}
"""What the terminal calls each of ``Seen.counted``."""

Json = Annotated[bool, typer.Option("--json", help="One JSON object on standard output.")]


@app.command()
def pseudonymise(
    source: Annotated[str, typer.Argument(help="Name of the source, such as liste_electorale.")],
    raw: Annotated[
        Path, typer.Argument(help="The department's export, with names: CSV, .csv.gz, Parquet or XLSX.")
    ],
    out: Annotated[
        Path, typer.Argument(help="The extract: .csv, .csv.gz or .parquet; the report is written beside it.")
    ],
    key_file: Annotated[
        Path, typer.Option("--key-file", help="The campaign's key, made by `lanterne keygen`.")
    ],
    day: Annotated[
        str | None, typer.Option("--date", help="Day of the snapshot, YYYY-MM-DD, when no column says it.")
    ] = None,
    commune: Annotated[
        str,
        typer.Option(
            "--commune", help="INSEE code: addresses of rows with another COMMUNE_DOMICILE are left out."
        ),
    ] = "",
    json: Json = False,
) -> None:
    """Runs in the department: names become match keys, every direct identifier stays behind."""
    key = read_key(key_file)
    if out.exists() and out.samefile(key_file):
        raise ConfigurationError(
            "the extract would replace the key", where=out.name, hint="name another file."
        )
    with console.progress("pseudonymise", quiet=json) as progress:
        report = make_extract(source, raw, out, key, day=_day(day), town=commune, progress=progress)
    if json:
        console.print_json(report.as_json())
    else:
        _show(report, out)


@app.command()
def keygen(
    path: Annotated[Path, typer.Argument(help="Where the key goes; never an existing file.")],
    json: Json = False,
) -> None:
    """Makes a key file that nobody but its owner can read."""
    make_key(path)
    say = words("fr")
    if json:
        console.print_json({"key_file": str(path)})
        return
    console.out.print(f"{say('Key file made')} : {path}", highlight=False, soft_wrap=True)
    console.out.print(
        f"  {say('Keep it apart from the extracts: who holds both can try names.')}", highlight=False
    )


def _show(report: Report, out: Path) -> None:
    say = words("fr")
    counts = (
        ("read", report.rows_read),
        ("written", report.rows_written),
        ("set aside", report.rows_set_aside),
    )
    console.out.print(
        f"[bold]{say('Rows')}[/bold] · " + " · ".join(f"{say(what)} {number(n, 'fr')}" for what, n in counts)
    )
    console.out.print(_table(report))
    differing = " · ".join(
        f"{say(title)} {number(report.collisions[what], 'fr')}" for what, title in COLLISIONS.items()
    )
    console.out.print(
        f"{say('Shared identity keys')} : {number(report.collisions['shared'], 'fr')} ({differing})",
        highlight=False,
    )
    console.out.print(
        f"{say('Birth dates without a day')} : {number(report.year_only, 'fr')}", highlight=False
    )
    console.out.print(f"{say('Columns left behind')} : {', '.join(report.dropped) or '–'}", highlight=False)
    console.out.print(f"{say('Columns left empty')} : {', '.join(report.absent) or '–'}", highlight=False)
    for path in (out, report_path(out)):
        console.out.print(f"  {path}", highlight=False, soft_wrap=True)


def _table(report: Report) -> Table:
    say = words("fr")
    table = Table(box=None, pad_edge=False)
    for title in ("Key", "rows without it"):
        table.add_column(say(title), justify="left" if title == "Key" else "right")
    for name, rows in report.empty.items():
        table.add_row(name, number(rows, "fr"))
    return table


def _day(text: str | None) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError as error:
        raise ConfigurationError(
            "this is not a day", where="--date", hint="write it as YYYY-MM-DD, such as 2026-11-02."
        ) from error
