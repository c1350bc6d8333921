"""Spark gives what DuckDB gives: the little city's tables and scores; a town of 33,000 on two workers of which one is killed; a whole cycle."""

from __future__ import annotations

import hashlib
import os
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from importlib.resources import files
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from data_contracts.errors import ConfigurationError
from features import frame, matrix
from models.candidate import Scorer
from pipelines import cycle, engines, judging, settings
from pipelines.factors import factors_of
from tests.pipelines.calling import called, lanterne
from tests.pipelines.little_city import write
from tests.pipelines.test_cycle import CYCLE, ELSEWHERE

AS_OF, BEFORE = date(2026, 11, 2), date(2026, 10, 2)
TABLES = (
    "people",
    "members",
    "households",
    "statements",
    "household_history",
    "places",
    "link_doubts",
    "evidence",
)
SMALLEST_STEP = 1e-12
"""Relative. Splink's logarithms are C's on DuckDB and Java's on Spark, which differ in the last bit; everything else is held bit for bit."""


pytestmark = pytest.mark.filterwarnings(
    # pyspark leaves a socket to the collector of garbage
    "ignore::pytest.PytestUnraisableExceptionWarning"
)


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> settings.City:
    """33,000 persons, a year of deliveries."""
    folder = tmp_path_factory.mktemp("town")
    made = lanterne("city", folder, "--persons", 33_000, "--months", 12)
    assert made.returncode == 0, made.stderr
    city = settings.load(folder / "city.toml")
    (folder / "run").mkdir()
    cycle.take_in(city, folder / "run", frozenset())
    return city


@pytest.fixture
def on_a_cluster(town: settings.City, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> settings.City:
    """Two workers of one core. They lay their logs into Spark's own folder: here it is one of links."""
    home = tmp_path / "spark"
    home.mkdir()
    for part in Path(str(files("pyspark"))).iterdir():
        (home / part.name).symlink_to(part)
    monkeypatch.setenv("SPARK_HOME", str(home))
    asked = town.spark.model_copy(
        update={
            "master": "local-cluster[2,1,1024]",
            "memory": "4g",
            "options": {"spark.authenticate.secret": "a" * 64},
        }
    )
    return town.model_copy(update={"engine": "spark", "spark": asked})


def tables(city: settings.City) -> dict[str, pd.DataFrame]:
    """Every table of the frame, from the one of a month before, in an order, and both forms of the matrix."""
    with engines.reading(city) as connection:
        frame.build(connection, BEFORE, settings.gates(city), city.there_share)
        frame.build(connection, AS_OF, settings.gates(city), city.there_share, linked_on=BEFORE)
        wide, _ = matrix.matrix(connection, AS_OF, factors_of(city), settings.gates(city))
        found = {name: connection.execute(f"from {name} order by all").df() for name in TABLES}
    return found | {"matrix": wide}


def executors() -> list[int]:
    """The processes in which Spark computes, of the virtual machine that this process drives and of no other."""
    from pyspark import SparkContext

    driver = SparkContext._gateway.proc.pid
    return [
        p
        for p in children(driver)
        if b"CoarseGrainedExecutorBackend" in Path(f"/proc/{p}/cmdline").read_bytes()
    ]


def children(parent: int) -> list[int]:
    """Of a process, through any of its threads."""
    threads = Path(f"/proc/{parent}/task").iterdir()
    return [int(p) for t in threads for p in (t / "children").read_text().split()]


@contextmanager
def one_is_killed() -> Iterator[list[int]]:
    """Kills an executor while a stage runs in the middle of the run; gives whom."""
    killed: list[int] = []
    is_over = threading.Event()

    def kill() -> None:
        from pyspark.sql import SparkSession

        seen = 0
        while not is_over.is_set() and not killed:
            time.sleep(0.05)
            spark = SparkSession._instantiatedSession
            if spark is None or spark.sparkContext._jsc is None:
                continue
            active = spark.sparkContext.statusTracker().getActiveStageIds()
            seen = max([seen, *active])
            if active and seen > 100 and len(executors()) == 2:
                killed.append(executors()[0])
                os.kill(killed[0], signal.SIGKILL)

    killer = threading.Thread(target=kill)
    killer.start()
    try:
        yield killed
    finally:
        is_over.set()
        killer.join()


def scorer(city: settings.City, wide: pd.DataFrame) -> Scorer:
    """Trees, which are most sensitive to rounding, of outcomes that were drawn by lot."""
    drawn = np.random.default_rng(1).random(len(wide)) < 0.2
    fitted = judging.named("lightgbm", city).fit(wide, drawn, np.ones(len(wide)))
    assert not hasattr(fitted, "reason")
    return fitted  # type: ignore[return-value]


@pytest.mark.exhaustive
def test_two_workers_give_the_rows_of_duckdb_though_one_is_killed(
    on_a_cluster: settings.City, town: settings.City, tmp_path: Path
) -> None:
    with one_is_killed() as killed:
        found = tables(on_a_cluster)
    wanted = tables(town)
    assert len(killed) == 1, "an executor was killed while a stage ran"
    assert len(wanted["people"]) > 33_000 and len(wanted["matrix"]) > 5_000
    held(found, wanted)
    path = tmp_path / "matrix.parquet"
    wanted["matrix"].to_parquet(path, index=False)
    model = scorer(town, wanted["matrix"])
    weighed = engines.contributions(on_a_cluster, model, path)
    pd.testing.assert_frame_equal(weighed, engines.contributions(town, model, path), check_exact=True)
    assert not list(town.paths.database.parent.glob("*spark*")), "what lay open is gone"


def held(found: dict[str, pd.DataFrame], wanted: dict[str, pd.DataFrame]) -> None:
    """Row for row."""
    for name, rows in wanted.items():
        if name == "link_doubts":
            pd.testing.assert_frame_equal(found[name], rows, check_exact=False, rtol=SMALLEST_STEP, atol=0)
        else:
            pd.testing.assert_frame_equal(found[name], rows, check_exact=True)


@pytest.mark.slow
def test_the_little_city_has_the_same_rows_on_spark(tmp_path: Path) -> None:
    town = settings.load(write(tmp_path))
    (tmp_path / "run").mkdir()
    cycle.take_in(town, tmp_path / "run", frozenset())
    found, wanted = tables(town.model_copy(update={"engine": "spark"})), tables(town)
    assert len(wanted["people"]) == 50 and len(wanted["matrix"]) == 40, "nothing was known a month before"
    held(found, wanted)


@pytest.mark.exhaustive
def test_a_cycle_on_spark_makes_the_list_of_duckdb(tmp_path: Path) -> None:
    config = write(tmp_path)
    said = config.read_text(encoding="utf-8")
    config.write_text(f'engine = "spark"\n{said}', encoding="utf-8")
    done = called("cycle", "--config", config, *CYCLE)
    assert done.returncode == 0, done.stderr
    (run,) = (tmp_path / "runs").glob("2026-*")
    assert hashlib.sha256((run / "list.csv").read_bytes()).hexdigest() == ELSEWHERE


def test_without_java_it_is_said_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    city = settings.load(write(tmp_path)).model_copy(update={"engine": "spark"})
    (tmp_path / "i").mkdir()
    cycle.take_in(city, tmp_path / "i", frozenset())
    monkeypatch.setenv("JAVA_HOME", str(tmp_path))
    with pytest.raises(ConfigurationError, match="Java"), engines.reading(city):
        pass


def test_without_pyspark_it_is_said_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    city = settings.load(write(tmp_path)).model_copy(update={"engine": "spark"})
    monkeypatch.setattr(engines, "find_spec", lambda name: None)
    with pytest.raises(ConfigurationError, match=r"pip install lanterne\[spark\]"), engines.reading(city):
        pass
