"""Which engine computes frame, matrix, labels and scores: DuckDB, or Spark where ``city.toml`` says so. What comes out is the same."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path

import pandas as pd

from data_contracts.errors import ConfigurationError
from features.engine import Engine
from models.candidate import Scorer
from pipelines import settings
from pipelines.factors import factors_of
from pipelines.store import read_store


@contextmanager
def reading(city: settings.City) -> Iterator[Engine]:
    """The warehouse, read by the city's engine. Raises ConfigurationError where Spark or its Java is missing."""
    if city.engine == "duckdb":
        with read_store(city.paths) as connection:
            yield connection
        return
    _check_there()
    from pipelines.spark.session import connected

    with connected(city) as spark:
        yield spark


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
