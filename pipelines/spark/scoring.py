"""The frozen model, mapped over the partitions of the matrix: every household is scored by itself, so that the parts make the whole."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import pandas as pd

from features.factor import Factor
from models.frozen import thaw
from pipelines import settings
from pipelines.spark.session import session
from pipelines.store import read_store

KEY = "household_id"


def contributions(city: settings.City, text: str, factors: Sequence[Factor], matrix: Path) -> pd.DataFrame:
    """See ``engines.contributions``; ``text`` is what ``models.frozen.thaw`` reads."""

    def weighed(parts: Iterator[pd.DataFrame]) -> Iterator[pd.DataFrame]:
        scorer = thaw(text, factors)
        for part in parts:
            yield scorer.contributions(part).assign(household_id=part[KEY])

    wide = pd.read_parquet(matrix)
    columns = list(thaw(text, factors).contributions(wide.head(0)).columns)
    schema = ", ".join((f"{KEY} string", *(f"{name} double" for name in columns)))
    with read_store(city.paths), session(city) as (spark, _):  # open, so that no writer clears the scratch
        rows = spark.read.parquet(str(matrix))
        parts = rows.repartition(spark.sparkContext.defaultParallelism, KEY)
        found = parts.mapInPandas(weighed, schema).toArrow().to_pandas()
    return wide[[KEY]].merge(found, on=KEY, validate="one_to_one")[columns]
