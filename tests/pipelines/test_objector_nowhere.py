"""Whoever objected is in no table, no file and no byte of a run and its warehouse, but for the register that keeps the objection."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from pipelines import cycle, judging, ranker, ranking, register, settings, training
from pipelines.publish import publish_step
from pipelines.reporting import reports_step
from pipelines.store import read_store
from tests.pipelines.little_city import key, write

AS_OF = date(2026, 11, 2)
OBJECTOR, NEIGHBOUR = 7, 8


def traces(person: int) -> tuple[str, ...]:
    """Every text of the little city that is about one person and nobody else: keys, dwelling, records as a table's cell."""
    return (key(person), key(900 + person), key(5000 + person), f"\tE{person}\t", f"\tB{person}\t")


def ran(folder: Path, objects: bool) -> tuple[settings.City, Path]:
    config = write(folder)
    city = settings.load(config)
    if objects:
        register.add(city.paths.objections, "CLE_NOM_ADRESSE", key(900 + OBJECTOR), AS_OF)
    run = city.paths.runs / "partial"
    (run / "working").mkdir(parents=True)
    cycle.ingest_step(config, run)
    cycle.frame_step(config, run, AS_OF)
    training.labels_step(config, run, AS_OF)
    judging.duel_step(config, run, AS_OF, city.capacity)
    ranker.ranker_step(config, run, AS_OF)
    ranking.list_step(config, run, AS_OF, city.capacity)
    reports_step(config, run, AS_OF, city.capacity)
    return city, publish_step(config, run, AS_OF, city.capacity, keep_working_tables=True)


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


def test_whoever_objected_is_nowhere_and_the_neighbour_is_still_there(tmp_path: Path) -> None:
    city, run = ran(tmp_path, objects=True)
    assert found(city, run, OBJECTOR) == {"meta.objected"}
    assert {"raw.liste_electorale", "working/people.parquet (rows)"} <= found(city, run, NEIGHBOUR)
    households = pd.read_parquet(run / "working" / "frame.parquet")
    assert len(households) == 39
