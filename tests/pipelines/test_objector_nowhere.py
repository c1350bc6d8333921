"""Whoever objected is in no table, no file and no byte of a run and its warehouse, but for the register that keeps the objection.

And what a run keeps of everybody else whose household it lists."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from pipelines import cycle, judging, ranker, ranking, register, settings, training
from pipelines.manifest import sha256
from pipelines.publish import publish_step
from pipelines.reporting import reports_step
from pipelines.store import read_store
from tests.pipelines.little_city import elector, key, write

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("objector nowhere")]
AS_OF = date(2026, 11, 2)
OBJECTOR, NEIGHBOUR, PARTNER = 7, 8, 61
CAPACITY = 20
"""Half of the households, among them those of the two."""


def traces(person: int) -> tuple[str, ...]:
    """Every text of the little city that is about one person and nobody else: keys, dwelling, records as a table's cell."""
    return (key(person), key(900 + person), key(5000 + person), f"\tE{person}\t", f"\tB{person}\t")


def together() -> str:
    """The partner in the flat of the neighbour."""
    moves = {3000 + PARTNER // 4: 3000 + NEIGHBOUR // 4, 5000 + PARTNER: 5000 + NEIGHBOUR}
    line = elector(PARTNER)
    for former, here in moves.items():
        line = line.replace(key(former), key(here))
    return line


def ran(folder: Path, objects: bool) -> tuple[settings.City, Path]:
    config = write(folder)
    with (folder / "deliveries" / "2026-11-02" / "liste_electorale.csv").open("a", encoding="cp1252") as roll:
        roll.write(together())
    city = settings.load(config)
    if objects:
        register.add(city.paths.objections, "CLE_NOM_ADRESSE", key(900 + OBJECTOR), AS_OF)
    run = city.paths.runs / "partial"
    (run / "working").mkdir(parents=True)
    cycle.ingest_step(config, run)
    cycle.frame_step(config, run, AS_OF)
    training.labels_step(config, run, AS_OF)
    judging.duel_step(config, run, AS_OF, CAPACITY)
    ranker.ranker_step(config, run, AS_OF)
    ranking.list_step(config, run, AS_OF, CAPACITY)
    reports_step(config, run, AS_OF, CAPACITY)
    return city, publish_step(config, run, AS_OF, CAPACITY, keep_working_tables=True)


def texts(run: Path) -> Iterator[tuple[str, str]]:
    """Every file as people and programs read it: bytes as they are, tables row by row, archives unpacked."""
    for path in sorted(p for p in run.rglob("*") if p.is_file()):
        name = str(path.relative_to(run))
        yield name, path.read_bytes().decode("latin-1")
        if path.suffix == ".parquet":
            yield f"{name} (rows)", pd.read_parquet(path).to_csv(sep="\t")
        if path.suffix == ".xlsx":
            with zipfile.ZipFile(path) as archive:
                for inner in archive.namelist():
                    yield f"{name}/{inner}", archive.read(inner).decode("latin-1")


def tables(city: settings.City) -> Iterator[tuple[str, str]]:
    with read_store(city.paths) as connection:
        names = connection.execute(
            "select schema_name || '.' || table_name from duckdb_tables() where not internal and not temporary"
        ).fetchall()
        for (name,) in names:
            yield name, connection.execute(f"from {name}").df().to_csv(sep="\t")
    yield "the warehouse's bytes", city.paths.database.read_bytes().decode("latin-1")


def found(city: settings.City, run: Path, person: int) -> set[str]:
    return {
        where
        for where, text in (*texts(run), *tables(city))
        if any(trace in text for trace in traces(person))
    }


@pytest.fixture(scope="module")
def run_without_objection(tmp_path_factory: pytest.TempPathFactory) -> tuple[settings.City, Path]:
    return ran(tmp_path_factory.mktemp("open"), objects=False)


def test_the_search_does_find_people(run_without_objection: tuple[settings.City, Path]) -> None:
    there = found(*run_without_objection, OBJECTOR)
    assert {"raw.liste_electorale", "raw.parc_social", "working/people.parquet (rows)"} <= there
    assert {"list.parquet (rows)", "members.parquet (rows)"} <= there


def test_whoever_objected_is_nowhere_and_the_neighbour_is_still_there(tmp_path: Path) -> None:
    city, run = ran(tmp_path, objects=True)
    assert found(city, run, OBJECTOR) == {"meta.objected"}
    there = found(city, run, NEIGHBOUR)
    assert {"raw.liste_electorale", "working/people.parquet (rows)", "members.parquet (rows)"} <= there
    households = pd.read_parquet(run / "working" / "frame.parquet")
    assert len(households) == 39


def test_a_run_keeps_the_members_of_the_listed_households_and_of_no_other(
    run_without_objection: tuple[settings.City, Path],
) -> None:
    _, run = run_without_objection
    members = pd.read_parquet(run / "members.parquet")
    said = pd.read_parquet(run / "list.parquet").set_index("household_id")["members"]
    assert members.groupby("household_id").size().to_dict() == said.to_dict() and len(said) == 24
    pair = members[members["cle_identite"].isin([key(NEIGHBOUR), key(PARTNER)])]
    assert pair["household_id"].nunique() == 1 and said[pair["household_id"].iloc[0]] == 2
    assert pair.set_index("cle_identite")["annee_naissance"].to_dict() == {
        key(NEIGHBOUR): 1938,
        key(PARTNER): 1991,
    }
    made = json.loads((run / "manifest.json").read_text(encoding="utf-8"))
    assert made["files"]["members.parquet"] == sha256((run / "members.parquet").read_bytes())
    assert not (run / "working" / "members.parquet").exists(), "of the others no key stays"
