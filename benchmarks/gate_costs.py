"""What each closed gate costs: the list without a source beside the list with all of them, on whole synthetic towns.

    python -m benchmarks.gate_costs [--seeds 1 2] [--persons 33012] [--write]

For each town one ingest, then frame and the list by points with every gate open, and again with one gate shut. Prints the share of the open list
that stays and the truly isolated households found; ``--write`` puts the means into ``pipelines/gate_costs.json``, which every run prints from.
This is evaluation: it reads the truth.
"""

from __future__ import annotations

import argparse
import json
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd

from benchmarks.oracle import truth_of_households
from data_contracts.contract import SOURCES, Gate
from models import calibration
from models.points import Points
from pipelines import cycle, ranking, settings, who_ranks
from pipelines.city import write_city
from pipelines.factors import factors_of

SHUT: tuple[tuple[str, Gate], ...] = (
    ("liste_electorale", "frame"),
    ("etat_civil", "consent"),
    ("etat_civil", "closed"),
    ("parc_social", "closed"),
    ("parc_social", "frame"),
    ("usages_services", "closed"),
    ("usages_services", "frame"),
    ("registre_vulnerables", "closed"),
)
OUTPUT = Path(__file__).resolve().parent.parent / "pipelines" / "gate_costs.json"


@dataclass(frozen=True, kw_only=True)
class Listed:
    """The model's lines of one list: the records of each household, and whether it is truly isolated."""

    records: dict[str, frozenset[tuple[str, str]]]
    found: int


def gated(town: Path, shut: tuple[str, Gate] | None) -> Path:
    """A ``city.toml`` of the town with every gate open but one."""
    text = (town / "city.toml").read_text(encoding="utf-8").split("[sources.")[0]
    signed = 'basis = "fictitious"\nsigned_by = "benchmark"\nsigned_on = 2026-01-01\n'
    tables = "".join(
        f'\n[sources.{s}]\ngate = "{shut[1] if shut and s == shut[0] else "open"}"\n{signed}' for s in SOURCES
    )
    path = town / "gated.toml"
    path.write_text(text + tables, encoding="utf-8")
    return path


def ranked(town: Path, shut: tuple[str, Gate] | None, as_of: date) -> Listed:
    """Frame and list with one gate shut; what was ingested stays, the views are what shuts.

    The points rank every list: the duel's champion changes from one list to the next by luck, which would drown the cost of a source.
    """
    config = gated(town, shut)
    run = town / "bench_run"
    shutil.rmtree(run, ignore_errors=True)
    (run / "working").mkdir(parents=True)
    capacity = settings.load(config).capacity
    cycle.frame_step(config, run, as_of)
    points = Points(factors=factors_of(settings.load(config)))
    text = points.fit(pd.DataFrame(), np.array([]), np.array([])).as_text()
    (run / "model").mkdir()
    (run / "model" / "points.json").write_text(text, encoding="utf-8")
    unknown = json.dumps(calibration.none_learnt().as_json())
    (run / "model" / "calibration.json").write_text(unknown, encoding="utf-8")
    who = who_ranks.Ranker(name="points", why="champion").as_json()
    (run / "duel.json").write_text(json.dumps({"champion": "points", "listed_by": who}), encoding="utf-8")
    # the points learn from nobody
    nobody = pd.DataFrame({"household_id": [], "isolated": [], "visited_on": [], "weight": []})
    for name in ("training", "labels"):
        nobody.to_parquet(run / "working" / f"{name}.parquet", index=False)
    ranking.list_step(config, run, as_of, capacity)
    drawn = pd.read_parquet(run / "working" / "drawn.parquet")
    households = list(drawn.loc[drawn["arm"] == "MODELE", "household_id"])
    people = pd.read_parquet(run / "working" / "people.parquet")
    members = pd.read_parquet(run / "working" / "households.parquet")
    named = members[members["household_id"].isin(households)].merge(people, on="person_id")
    records = {
        household: frozenset(zip(rows["source"], rows["record_id"], strict=True))
        for household, rows in named.groupby("household_id")
    }
    truth = truth_of_households(town, run)
    return Listed(
        records=records, found=int(truth.loc[truth["household_id"].isin(households), "isolated"].sum())
    )


def overlap(opened: Listed, other: Listed) -> float:
    """Share of the open list's households of which any record is on the other list: ids may change with the records that are seen."""
    there = frozenset[tuple[str, str]]().union(*other.records.values())
    return sum(bool(records & there) for records in opened.records.values()) / len(opened.records)


def measured(seeds: list[int], persons: int) -> Iterator[dict[str, object]]:
    """One row a (town, gate)."""
    for seed in seeds:
        with tempfile.TemporaryDirectory() as folder:
            town = Path(folder) / "town"
            write_city(
                town, persons=persons, months=36, seed=seed, replace=False, progress=lambda message: None
            )
            (town / "bench_run" / "working").mkdir(parents=True)
            cycle.ingest_step(gated(town, None), town / "bench_run")
            as_of = date.fromisoformat(max(p.name for p in (town / "deliveries").iterdir()))
            opened = ranked(town, None, as_of)
            for source, gate in SHUT:
                other = ranked(town, (source, gate), as_of)
                row = {
                    "source": source,
                    "gate": gate,
                    "overlap": overlap(opened, other),
                    "found": other.found,
                    "found_open": opened.found,
                    "listed": len(opened.records),
                }
                print(seed, json.dumps(row), flush=True)
                yield row


def main() -> None:
    """Prints, and writes when asked."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, nargs="+", default=[1, 2])
    parser.add_argument("--persons", type=int, default=33_012)
    parser.add_argument("--write", action="store_true")
    given = parser.parse_args()
    rows = pd.DataFrame(list(measured(given.seeds, given.persons)))
    means = rows.groupby(["source", "gate"], sort=False).mean().round(3).reset_index()
    content = [row | {"towns": len(given.seeds)} for row in means.to_dict("records")]
    print(means.to_string(index=False))
    if given.write:
        OUTPUT.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
