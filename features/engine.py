"""What the frame, the matrix and the labels ask of whatever runs their SQL. DuckDB's connection is such an engine; ``pipelines/spark`` is another.

SQL is written once, in DuckDB's dialect, in forms that ``spark_sql`` can translate. ``tests/pipelines/test_spark.py`` holds both to the same rows.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager
from typing import Any, Protocol, runtime_checkable

import pandas as pd
from splink.internals.database_api import DatabaseAPISubClass


class Rows(Protocol):
    """What a statement found."""

    def df(self) -> pd.DataFrame:
        """As DuckDB gives it: dates as datetime64, missing numbers as NaN."""
        ...

    def fetchall(self) -> list[tuple[Any, ...]]:
        """Every row, with Python's own types."""
        ...

    def fetchone(self) -> tuple[Any, ...] | None:
        """The first row, None where there is none."""
        ...


class Engine(Protocol):
    """Temporary tables, views, macros and variables live as long as the engine; ``raw`` and ``meta`` of the warehouse are read only."""

    def execute(self, query: str, parameters: object = None, /) -> Rows:
        """One statement in DuckDB's dialect; values are parameters (``$1`` of a list, ``$name`` of a mapping)."""
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
        """Over the engine's own temporary tables."""
        ...


Parameters = Sequence[object] | dict[str, object] | None
