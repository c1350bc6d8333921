"""The first step of a run that is made again: what it was made from, taken in once more."""

from __future__ import annotations

import json
from pathlib import Path

from data_contracts import contract
from pipelines import cycle, retention, settings
from pipelines.store import open_store

LAID = "laid-out.json"
"""What the first step of a rebuild is told: ``objected`` and ``purged_before``."""


def take_in_again(config: Path, folder: Path) -> None:
    """The first step of a rebuild: the ingest without the desk, then what purges had taken out."""
    city = settings.load(config)
    laid = folder / "working" / LAID
    told = json.loads(laid.read_text(encoding="utf-8"))
    laid.unlink()
    cycle.take_in(city, folder, told["objected"])
    with open_store(city.paths) as connection:
        for source, day in told["purged_before"].items():
            connection.execute("insert into meta.purges values ($1, $2, 'rebuild', 0, $1)", [day, source])
            files = connection.execute(
                "select file_id from meta.files where source = $1", [source]
            ).fetchall()
            if files:
                retention.purge_again(connection, contract.load(source), [file_id for (file_id,) in files])
