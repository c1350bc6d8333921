"""``lanterne contract``: what a changed contract breaks, before anybody signs it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer
import yaml
from pydantic import ValidationError

from data_contracts import contract
from data_contracts.contract import Contract
from data_contracts.contract_diff import GRADES, Change, Grade
from data_contracts.contract_diff import diff as differences
from data_contracts.errors import ConfigurationError
from features.readers import Readers, readers
from pipelines import console
from reports.words import Words, words

app = typer.Typer(
    name="contract",
    add_completion=False,
    no_args_is_help=True,
    help="What a contract promises, and what a changed one breaks.",
)

COLOURS: dict[Grade, str] = {"breaking": "red", "tightening": "yellow", "compatible": "green"}
BREAKS_SOMETHING = 3


@app.callback()
def group() -> None:
    """What a contract promises, and what a changed one breaks."""


@app.command()
def diff(
    before: Annotated[
        str, typer.Argument(metavar="A", help="A source's name, or the path of an *.odcs.yaml.")
    ],
    after: Annotated[str, typer.Argument(metavar="B", help="Likewise; A is read as before, B as after.")],
    json: Annotated[bool, typer.Option("--json", help="One JSON object on standard output.")] = False,
) -> None:
    """Says what a changed contract breaks; exit 0 when nothing, 3 when something."""
    old, new = _contract(before), _contract(after)
    if old.source != new.source:
        raise ConfigurationError(
            f"these are contracts of two sources: {old.source} and {new.source}",
            where=f"{before} {after}",
            hint="compare two versions of one contract.",
        )
    found = [(change, readers(old.source, change.column)) for change in differences(old, new)]
    if json:
        console.print_json(_as_json(old, found))
    else:
        _show(old, found, words("fr"))
    broken = any(change.grade == "breaking" for change, _ in found)
    raise typer.Exit(BREAKS_SOMETHING if broken else 0)


def _contract(named: str) -> Contract:
    if named in (*contract.SOURCES, *contract.EMITTED) and not Path(named).exists():
        return contract.load(named)
    try:
        return contract.parsed(Path(named).read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        known = ", ".join((*contract.SOURCES, *contract.EMITTED))
        raise ConfigurationError(
            "there is no such contract", where=named, hint=f"give a file, or one of: {known}."
        ) from error
    except (yaml.YAMLError, ValidationError, KeyError, ValueError, TypeError, IndexError) as error:
        raise ConfigurationError(
            "this contract cannot be read",
            where=named,
            hint="`datacontract lint` says what is wrong with it.",
        ) from error


def _as_json(old: Contract, found: Sequence[tuple[Change, Readers]]) -> dict[str, object]:
    counts = Counter(change.grade for change, _ in found)
    return {
        "source": old.source,
        "counts": {grade: counts[grade] for grade in GRADES},
        "changes": [_change_json(change, who) for change, who in found],
    }


def _change_json(change: Change, who: Readers) -> dict[str, object]:
    said = {"grade": change.grade, "change": change.kind, "column": change.column}
    sides = {"before": change.before, "after": change.after, "breaks": change.breaks}
    return {**said, **sides, "factors": who.factors, "modules": who.modules, "emitted": who.emitted}


def _show(old: Contract, found: Sequence[tuple[Change, Readers]], say: Words) -> None:
    if not found:
        console.out.print(say("The two contracts promise the same."))
    for grade in GRADES:
        mine = [(change, who) for change, who in found if change.grade == grade]
        if mine:
            console.out.print(f"\n[bold {COLOURS[grade]}]{say(grade)}[/] · {old.title} · {len(mine)}")
        for change, who in mine:
            _show_change(change, who, say)


def _show_change(change: Change, who: Readers, say: Words) -> None:
    where = f"{change.column} : " if change.column else ""
    console.out.print(f"  [bold]{where}{say(change.kind)}[/bold]{_sides(change)}", highlight=False)
    console.out.print(f"    → {say(change.breaks)}", highlight=False)
    if change.grade == "compatible":
        return
    for title, names in (
        ("Factors", who.factors),
        ("Modules", who.modules),
        ("Columns of the list and the decisions", who.emitted),
    ):
        if names:
            console.out.print(f"    {say(title)} : {', '.join(names)}", highlight=False)


def _sides(change: Change) -> str:
    before, after = (_plain(side) for side in (change.before, change.after))
    if before and after:
        return f" · {before} → {after}"
    return f" · {before or after}" if before or after else ""


def _plain(text: str) -> str:
    return text.replace("[", r"\[")
