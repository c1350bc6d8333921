"""The run that a notebook looks at: the newest of the city that ``LANTERNE_CITY`` names (its city.toml), or of a small synthetic town that is made beside the notebooks once."""

from __future__ import annotations

import fcntl
import json
import os
import subprocess
import sys
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pandas as pd
from IPython.display import HTML

from pipelines import kept_lists, settings

HERE = Path(__file__).resolve().parent
PERSONS = 8_000
COLOURS = "--ink:#1f2a30;--soft:#51606a;--line:#d8dedf;--card:#fffffe;--accent:#1d5c63;--against:#6b4e16"
"""Of the pages, in their light scheme: drawings name them, and a notebook has no style sheet."""


@dataclass(frozen=True, kw_only=True)
class Run:
    """A published run and the city whose it is."""

    config: Path
    city: settings.City
    folder: Path
    run_id: str
    as_of: date

    def told(self, name: str) -> dict[str, object]:
        """One of its JSON files."""
        content: dict[str, object] = json.loads((self.folder / name).read_text(encoding="utf-8"))
        return content

    def table(self, name: str) -> pd.DataFrame:
        """One of its Parquet files."""
        return pd.read_parquet(self.folder / name)


def newest_run() -> Run:
    """Raises FileNotFoundError where the city has no run whose list is still kept."""
    config = Path(os.environ.get("LANTERNE_CITY") or _made() / "city.toml")
    city = settings.load(config)
    runs = kept_lists.published(city.paths.runs)
    if not runs:
        raise FileNotFoundError(f"no list is kept in {city.paths.runs}: `lanterne cycle` makes one")
    newest = runs[0]
    return Run(config=config, city=city, folder=newest.folder, run_id=newest.run_id, as_of=newest.as_of)


def drawing(svg: str) -> HTML:
    """A drawing of the reports, in their colours."""
    return HTML(f'<div style="{COLOURS};max-width:32rem;background:#fffffe;padding:.5rem">{svg}</div>')


def _made() -> Path:
    """The synthetic town, made by one of those who ask at once. A build that was stopped leaves no run, and is done again."""
    town = HERE / ".town"
    command = [sys.executable, "-m", "pipelines.cli", "demo", "--out", str(town), "--persons", str(PERSONS)]
    with (HERE / ".town.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not list((town / "runs").glob("*/manifest.json")):
            subprocess.run([*command, "--json"], check=True, capture_output=True)
    return town
