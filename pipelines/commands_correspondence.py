"""``lanterne correspondence``: what the city's key holder runs, so that two persons who agreed can read a name."""

from __future__ import annotations

import getpass
import os
import stat
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table as Drawn

from data_contracts.errors import ConfigurationError, IntegrityError
from pipelines import console
from pipelines.correspondence import Export, Table, check_named, gathered
from pipelines.days import day as read_day
from pipelines.keys import OTHERS, read_key
from pipelines.private_file import write_new
from pipelines.sources import SOURCE_WORDS
from reports.words import WIDE, number, words
from review.names.correspondence import check_passphrase, sealed

app = typer.Typer()
LONGEST = 1024
"""Bytes of a passphrase file."""


@app.command()
def correspondence(
    out: Annotated[Path, typer.Argument(help="The sealed table; never an existing file.")],
    exports: Annotated[
        list[str],
        typer.Option("--from", help="SOURCE=RAW: a department's export, with names; once for each."),
    ],
    key_file: Annotated[
        Path, typer.Option("--key-file", help="The key under which the extracts were pseudonymised.")
    ],
    passphrase_file: Annotated[
        Path | None,
        typer.Option("--passphrase-file", help="Mode 600; without it the passphrase is asked, twice."),
    ] = None,
    day: Annotated[
        str | None, typer.Option("--date", help="Day of the snapshots, YYYY-MM-DD, when no column says it.")
    ] = None,
    commune: Annotated[
        str,
        typer.Option(
            "--commune", help="INSEE code, as for `pseudonymise`: addresses elsewhere are left out."
        ),
    ] = "",
    json: Annotated[bool, typer.Option("--json", help="One JSON object on standard output.")] = False,
) -> None:
    """Makes the key holder's table: from match keys and pseudonyms back to names and addresses, sealed with a passphrase."""
    chosen = [_export(text) for text in exports]
    taken_on = read_day(day, "--date") if day else None
    _check_free(out)
    key = read_key(key_file)
    passphrase = _read(passphrase_file) if passphrase_file else _asked()
    with console.progress("correspondence", quiet=json) as progress:
        table = gathered(chosen, key, day=taken_on, town=commune, progress=progress)
    write_new(out, sealed(table.rows, passphrase), "the key holder's table")
    if json:
        console.print_json(_counts(table) | {"exports": [asdict(taken) for taken in table.taken]})
    else:
        _show(table, out)


def _export(text: str) -> Export:
    source, equals, raw = text.partition("=")
    if not equals or not raw:
        raise ConfigurationError(
            "an export is given as SOURCE=RAW",
            where="--from",
            hint="for example --from liste_electorale=roll.csv.",
        )
    export = Export(source=source, raw=Path(raw))
    check_named(export)
    return export


def _check_free(out: Path) -> None:
    """Before a passphrase is asked for nothing."""
    if os.path.lexists(out):
        raise ConfigurationError(
            "the key holder's table is never written over another file",
            where=str(out),
            hint="name a new file; the old one can be deleted when nobody needs it any more.",
        )


def _read(path: Path) -> str:
    """Raises IntegrityError when the file cannot be read or others may do anything with it."""
    try:
        with path.open("rb") as file:
            mode = os.fstat(file.fileno()).st_mode
            content = file.read(LONGEST) if stat.S_ISREG(mode) else b""
        passphrase = content.decode("utf-8").rstrip("\r\n")
    except (OSError, UnicodeDecodeError) as error:
        raise IntegrityError(
            "the passphrase file cannot be read",
            where=str(path),
            hint="name a file of your own with the passphrase as its only line, in UTF-8.",
        ) from error
    if mode & OTHERS:
        raise IntegrityError(
            "others than its owner may use the passphrase file", where=str(path), hint=f"chmod 600 {path}"
        )
    check_passphrase(passphrase)
    return passphrase


def _asked() -> str:
    say = words("fr")
    if not sys.stdin.isatty():
        raise ConfigurationError(
            "there is no terminal to ask for the passphrase",
            where="--passphrase-file",
            hint="name a file with mode 600 that holds it.",
        )
    first = _hidden(say("Passphrase, at least 16 characters, not shown"))
    check_passphrase(first)
    if _hidden(say("The same passphrase again")) != first:
        raise ConfigurationError(
            "the two passphrases differ", hint="call the command again; nothing was written."
        )
    return first


def _hidden(question: str) -> str:
    return getpass.getpass(f"{question}{WIDE}: ", stream=sys.stderr)


def _counts(table: Table) -> dict[str, int]:
    """Of the table: rows, persons by key, known dwellings, and rows with coordinates."""
    rows = table.rows
    return {
        "rows": len(rows),
        "persons": len({row.key for row in rows}),
        "dwellings": len({row.dwelling for row in rows} - {None}),
        "located": sum(row.longitude is not None for row in rows),
    }


def _show(table: Table, out: Path) -> None:
    say = words("fr")
    titles = ("rows of the table", "persons", "dwellings", "with coordinates")
    counts = zip(titles, _counts(table).values(), strict=True)
    told = " · ".join(f"{say(title)} {number(count, 'fr')}" for title, count in counts)
    title = say("The key holder's table")
    console.out.print(f"[bold]{title}[/bold] · {told}", highlight=False)
    console.out.print(_drawn(table))
    if any(taken.rows_withheld for taken in table.taken):
        console.out.print(
            "  " + say("Withheld: the row says an objection, or lacks the consent that its source asks for."),
            highlight=False,
        )
    console.out.print(f"  {out}", highlight=False, soft_wrap=True)
    console.out.print(
        "  " + say("Keep the passphrase apart from this file: who holds both reads every name."),
        highlight=False,
    )


def _drawn(table: Table) -> Drawn:
    say = words("fr")
    drawn = Drawn(box=None, pad_edge=False)
    for title in ("Source", "read", "set aside", "withheld", "persons without a key", "persons"):
        drawn.add_column(say(title), justify="left" if title == "Source" else "right")
    for taken in table.taken:
        counts = (
            taken.rows_read,
            taken.rows_set_aside,
            taken.rows_withheld,
            taken.without_key,
            taken.persons,
        )
        drawn.add_row(say(SOURCE_WORDS[taken.source]), *(number(count, "fr") for count in counts))
    return drawn
