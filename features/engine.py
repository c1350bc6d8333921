"""What frame, matrix and labels ask of whatever runs their SQL. DuckDB's connection is such an engine as it is; ``pipelines/spark`` is another.

Statements are written once, in DuckDB's dialect, in forms that ``spark_sql`` can say in Spark's. ``tests/pipelines/test_spark.py`` holds both to the same rows.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

import pandas as pd

if TYPE_CHECKING:
    import pyarrow as pa
    from splink.internals.database_api import DatabaseAPISubClass
Parameters = Sequence[object] | Mapping[str, object] | None
"""Values: ``$1`` of a list, ``$name`` of a mapping."""


class Rows(Protocol):
    """What a statement found."""

    def df(self) -> pd.DataFrame:
        """As DuckDB gives it: dates as datetime64, missing numbers as NaN."""
        ...

    def to_arrow_table(self) -> pa.Table:
        """As Arrow: of texts it takes a tenth of the memory that ``df`` needs meanwhile."""
        ...

    def fetchall(self) -> list[tuple[Any, ...]]:
        """Every row, in Python's own types."""
        ...

    def fetchone(self) -> tuple[Any, ...] | None:
        """The first row, None where there is none."""
        ...


class Engine(Protocol):
    """Its temporary tables, views, macros and variables live as long as itself; ``raw`` and ``meta`` of the warehouse are read only."""

    def execute(self, query: str, parameters: Parameters = None, /) -> Rows:
        """One statement in DuckDB's dialect."""
        ...

    def register(self, view_name: str, python_object: object, /) -> object:
        """A pandas frame under a name, until ``unregister``."""
        ...

    def unregister(self, view_name: str, /) -> object:
        """Forgets the name."""
        ...


@runtime_checkable
class Linking(Protocol):
    """An engine that brings Splink's backend with it."""

    def splink(self) -> AbstractContextManager[DatabaseAPISubClass]:
        """Splink over the engine's own temporary tables."""
        ...
