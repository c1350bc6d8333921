"""Which engine computes frame, matrix, labels and scores: DuckDB, or Spark where ``city.toml`` says so. What comes out is the same."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from importlib.util import find_spec
from pathlib import Path

import duckdb
import pandas as pd

from data_contracts.errors import ConfigurationError
from features.engine import Engine
from models.candidate import Scorer
from pipelines import settings, store
from pipelines.factors import factors_of
from pipelines.store import read_store


@contextmanager
def reading(city: settings.City, *, threads: int = 2) -> Iterator[Engine]:
    """The warehouse, read by the city's engine; ``threads``: of DuckDB. Raises ConfigurationError where Spark or its Java is missing."""
    if city.engine == "duckdb":
        with read_store(city.paths, threads=threads) as connection:
            yield connection
        return
    _check_there()
    from pipelines.spark.session import connected

    with connected(city) as spark:
        yield spark


@contextmanager
def beside(connection: Engine) -> Iterator[Engine]:
    """For another thread, with temporary tables and views of its own; of Spark, which has one session, the same again: nobody is beside it there."""
    if isinstance(connection, duckdb.DuckDBPyConnection):
        with closing(store.beside(connection)) as own:
            yield own
    else:
        yield connection


def contributions(city: settings.City, scorer: Scorer, matrix: Path) -> pd.DataFrame:
    """One row a household of ``matrix``, in its order, one column a factor (see ``models.candidate.Scorer``). Raises as ``reading`` does."""
    if city.engine == "duckdb":
        return scorer.contributions(pd.read_parquet(matrix))
    _check_there()
    from pipelines.spark.scoring import contributions

    return contributions(city, scorer.as_text(), factors_of(city), matrix)


def _check_there() -> None:
    if find_spec("pyspark") is None:
        raise ConfigurationError(
            "engine is spark, and pyspark is not installed",
            where="city.toml, engine",
            hint="`pip install lanterne[spark]`, or set engine to duckdb.",
        )
