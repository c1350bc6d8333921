"""A Spark session of this run and no other, and what of the warehouse it reads.

**What is encrypted.** What Spark spills, shuffles and sends from one process to another is (``spark.io.encryption``, ``spark.network.crypto``; on one
machine Spark makes the secret, a cluster has its own in ``spark-defaults.conf``, where no listing of processes shows it). The tables of the warehouse,
which is encrypted itself, and those that the run makes lie in the scratch as Parquet **and are not**: a folder beside the warehouse that its owner alone
can enter and that is gone when the session ends (of one that was killed: when the next writer of the warehouse comes). Whoever asks for Spark puts it
on an encrypted volume; on a cluster all machines must see that folder.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pyspark.sql import SparkSession

from data_contracts import contract
from data_contracts.errors import ConfigurationError
from pipelines import settings
from pipelines.encrypted import quoted
from pipelines.settings_spark import Spark
from pipelines.spark.connection import SparkConnection
from pipelines.store import read_store, temporary

READ = (*(f"raw.{source}" for source in contract.SOURCES), "meta.files", "meta.objected")
"""What the frame, the matrix and the labels read."""
OLDEST_JAVA = 17
SAFE = {
    "spark.authenticate": "true",
    "spark.network.crypto.enabled": "true",
    "spark.io.encryption.enabled": "true",
    "spark.driver.bindAddress": "127.0.0.1",
    "spark.driver.host": "127.0.0.1",
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
}
"""Nobody else reads, and nobody else is reached: a cluster sets its own address in ``[spark.options]``."""
AS_DUCKDB = {
    "spark.sql.ansi.enabled": "true",
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.timestampType": "TIMESTAMP_NTZ",
}
"""Errors and moments as DuckDB has them."""
SMALL = {
    "spark.sql.shuffle.partitions": "4",
    "spark.sql.autoBroadcastJoinThreshold": "64m",
    "spark.driver.maxResultSize": "0",
    "spark.log.level": "ERROR",
}
"""For a machine of two cores; a cluster sets more partitions."""


@contextmanager
def connected(city: settings.City) -> Iterator[SparkConnection]:
    """The tables of the warehouse on Spark. They are read once, at the beginning; the warehouse stays open, so that nobody writes meanwhile."""
    with read_store(city.paths) as warehouse, session(city) as (spark, scratch):
        for table in READ:
            file = scratch / f"{table}.parquet"
            warehouse.execute(f"copy {table} to {quoted(str(file))} (format parquet)")
            spark.read.parquet(str(file)).createOrReplaceTempView(table.replace(".", "__"))
        yield SparkConnection(spark, scratch)


@contextmanager
def session(city: settings.City) -> Iterator[tuple[SparkSession, Path]]:
    """A session and its scratch, which both end here. Raises ConfigurationError where Java is missing or too old."""
    check_java()
    # what is used of pyspark beside pandas 3 is held to DuckDB in tests/pipelines/test_spark.py
    warnings.filterwarnings("ignore", "PySpark does not yet fully support pandas", FutureWarning)
    scratch = temporary(city.paths.database, f"{os.getpid()}-spark")
    scratch.mkdir(mode=0o700)
    try:
        spark = _started(city.spark, scratch)
        try:
            spark.sparkContext.setCheckpointDir(str(scratch / "checkpoints"))
            yield spark, scratch
        finally:
            spark.stop()
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def _started(asked: Spark, scratch: Path) -> SparkSession:
    options = {
        **SAFE,
        **AS_DUCKDB,
        **SMALL,
        "spark.driver.memory": asked.memory,
        "spark.local.dir": str(scratch / "local"),
        "spark.sql.warehouse.dir": str(scratch / "warehouse"),
        "spark.pyspark.python": sys.executable,
        "spark.executorEnv.PYTHONPATH": os.pathsep.join(sys.path),
        **asked.options,
    }
    with _quiet():
        return (
            SparkSession.Builder()
            .master(asked.master)
            .appName("lanterne")
            .config(map=dict(options))
            .getOrCreate()
        )


@contextmanager
def _quiet() -> Iterator[None]:
    """A virtual machine that is started here says what it has to say to nobody: its errors come back as exceptions."""
    kept, nowhere = os.dup(2), os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, 2)
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        os.close(nowhere)


def check_java() -> None:
    """Raises ConfigurationError when there is none, or one that Spark cannot run on."""
    home = os.environ.get("JAVA_HOME")
    java = str(Path(home, "bin", "java")) if home else shutil.which("java")
    hint = f"install Java {OLDEST_JAVA} (Debian: openjdk-17-jre-headless) and set JAVA_HOME where it is not on the path, or set engine to duckdb."
    try:
        told = subprocess.run([java or "java", "-version"], capture_output=True, text=True, check=True).stderr
    except (OSError, subprocess.CalledProcessError) as error:
        raise ConfigurationError(
            "Spark needs Java, which is not there", where=java or "PATH", hint=hint
        ) from error
    version = told.partition('"')[2].partition(".")[0]
    if not version.isdigit() or int(version) < OLDEST_JAVA:
        raise ConfigurationError(
            f"Spark needs Java {OLDEST_JAVA} or newer", where=told.partition("\n")[0], hint=hint
        )
