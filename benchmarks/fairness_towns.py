"""Whole synthetic towns with a planted bias, run as a city would: deliveries in, ``fairness.json`` out. For evaluation only.

The bias is planted in the delivered files and nowhere else: lines of visits are left out, or match keys replaced by what joins with nothing. Which lines is decided by a hash of
their identifier, so that the same town has the same bias.
"""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pandas as pd

from benchmarks import oracle_town
from benchmarks.town_truth import town
from pipelines import settings
from pipelines.fairness import fairness_step
from pipelines.ingest import ingest
from pipelines.maps import map_step
from pipelines.measuring import measure_step
from pipelines.store import open_store

LEFT_OUT = 0.75
"""Of the visits to the women of one neighbourhood; and every key of the group whose links are broken."""
KEYS = ("CLE_IDENTITE", "CLE_USAGE", "CLE_PHONETIQUE", "CLE_NOM_ADRESSE")
Cells = dict[str, str]
Line = Callable[[Cells], Cells | None]
"""A delivered line as it is handed over instead; None: not at all."""


@dataclass(frozen=True, kw_only=True)
class Bias:
    """``line``: what becomes of each line of one source; ``separator`` and ``encoding`` of its file. ``group``: (dimension, group) that the report must name, in one of ``measures``."""

    name: str
    source: str
    separator: str
    encoding: str
    line: Line
    group: tuple[str, str]
    measures: tuple[str, ...]


def fewer_visits_to_women(neighbourhood: str) -> Bias:
    """Three in four visits to women of one neighbourhood were never made."""

    def line(cells: Cells) -> Cells | None:
        is_theirs = cells["SEXE"] == "F" and cells["QUARTIER"] == neighbourhood
        return None if is_theirs and _lot(cells["ID_VISITE"]) < LEFT_OUT else cells

    return Bias(
        name=f"fewer visits to women of {neighbourhood}",
        source="visites",
        separator=";",
        encoding="cp1252",
        line=line,
        group=("sex + neighbourhood", f"women + {neighbourhood}"),
        measures=("visited",),
    )


def broken_links_of_women() -> Bias:
    """Every match key of the women among the leaseholders joins with nothing: another secret was used, say."""

    def line(cells: Cells) -> Cells:
        if cells["SEXE"] != "F":
            return cells
        return cells | {key: _digest(f"{key}{cells['ID_BAIL']}") for key in KEYS}

    return Bias(
        name="broken links of the women among the leaseholders",
        source="parc_social",
        separator="\t",
        encoding="utf-8",
        line=line,
        group=("sex", "women"),
        measures=("double", "linkage_doubt"),
    )


def planted(fair: Path, folder: Path, bias: Bias) -> Path:
    """A copy of a town with the bias in every delivery, ingested; kept when it is there."""
    if not (folder / "planted.json").exists():
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        shutil.copytree(fair / "deliveries", folder / "deliveries")
        for name in ("city.toml", "lanterne.key"):
            shutil.copy2(fair / name, folder / name)
        changed = sum(_planted(path, bias) for path in sorted(folder.glob(f"deliveries/*/{bias.source}.csv")))
        city = settings.load(folder / "city.toml")
        with open_store(city.paths) as connection:
            ingest(connection, city.paths.deliveries, gates=settings.gates(city), objected=frozenset())
        (folder / "planted.json").write_text(json.dumps({"bias": bias.name, "lines": changed}))
    return folder


def report(place: Path, folder: Path, as_of: date, capacity: int) -> dict[str, object]:
    """``fairness.json`` of a run of that day."""
    oracle_town.run(place / "city.toml", folder, as_of, capacity)
    for step in (measure_step, map_step, fairness_step):
        step(place / "city.toml", folder, as_of, capacity)
    told: dict[str, object] = json.loads((folder / "fairness.json").read_text(encoding="utf-8"))
    return told


def fair_town(work: Path, seed: int) -> Path:
    """As ``lanterne city`` makes it: nobody chooses by sex, age or place but the walk, which goes street by street."""
    return town(work / f"town-{seed}", seed=seed)


def most_walked(place: Path) -> str:
    """The neighbourhood with the most visits to women: where there is most to see, and said to be so."""
    every = [
        pd.read_csv(path, sep=";", encoding="cp1252", dtype=str, usecols=["SEXE", "QUARTIER"])
        for path in sorted(place.glob("deliveries/*/visites.csv"))
    ]
    visits = pd.concat(every)
    return str(visits.loc[visits["SEXE"] == "F", "QUARTIER"].value_counts().index[0])


def _planted(path: Path, bias: Bias) -> int:
    """Rewrites one file; how many of its lines are not as they were."""
    head, *lines = path.read_bytes().decode(bias.encoding).splitlines(keepends=True)
    names = head.rstrip("\r\n").split(bias.separator)
    kept, changed = [head], 0
    for line in lines:
        text = line.rstrip("\r\n")
        cells = dict(zip(names, text.split(bias.separator), strict=True))
        told = bias.line(cells)
        changed += told != cells
        if told is not None:
            kept.append(bias.separator.join(told.values()) + line[len(text) :])
    path.write_bytes("".join(kept).encode(bias.encoding))
    return changed


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def _lot(text: str) -> float:
    return int(_digest(text)[:8], 16) / 2**32
