"""``lanterne rekey``: another key for what the installation encrypts, seals and signs."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from pipelines import console, settings
from pipelines.days import day_or_today
from pipelines.rekeying import Rekeyed
from pipelines.rekeying import rekey as change_key
from pipelines.warehouse_key import key_file

app = typer.Typer()

KEPT = (
    "The key was changed: {key} holds the new one. Copy it to where the old one was kept, apart from the backups: no backup holds a key.",
    "The old one stays as {kept}: the backups made until now open with it alone. Keep it with them, and destroy it with the last of them.",
)
GIVEN = (
    "The key was changed. Put what LANTERNE_NEXT_KEY holds into LANTERNE_KEY wherever that is set, then take LANTERNE_NEXT_KEY away.",
    "Keep the old key with the backups made until now, which open with it alone, and destroy it with the last of them. No backup holds a key.",
)
NEXT = (
    "Then make a backup: none is there yet that opens with the new key.",
    "Start the review desk and the schedule again: what was running still has the old key, and is refused.",
    "Visit sheets handed out before are not read back any more: hand out new ones.",
    "Not changed, for they are not the installation’s: the departments’ pseudonym key, the key holder’s table, the pair of keys that signs runs.",
)
NO_DESK = "No review desk was found: one whose address stands in LANTERNE_DESK_DATABASE is only seen where that is set."
UNKNOWN = "{unknown} entries of the bereavement register are of households that nobody knows any more: should one be listed again, it is entered again."


@app.command()
def rekey(
    config: Annotated[Path, typer.Option("--config", help="The city's city.toml.")],
    json: Annotated[bool, typer.Option("--json", help="One JSON object on standard output.")] = False,
) -> None:
    """Makes a new key and puts everything under it that the old one opened or sealed; stopped half way, it goes on where it was."""
    city = settings.load(config)
    with console.progress("rekey", quiet=json) as progress:
        done = change_key(config, city, day_or_today(None, ""), progress)
    if json:
        console.print_json(done.as_json())
    else:
        _show(done, key_file(city.paths))


def _show(done: Rekeyed, key: Path) -> None:
    unknown = done.desk["unknown"] if done.desk else 0
    console.tell(
        *(KEPT if done.kept else GIVEN),
        *NEXT,
        *([UNKNOWN] if unknown else []),
        *([NO_DESK] if done.desk is None else []),
        key=key,
        kept=done.kept,
        unknown=unknown,
    )
