"""A Spark session that answers as a DuckDB connection does: temporary tables, views, macros and variables, and SQL in DuckDB's dialect.

A temporary table is a folder of Parquet in the session's scratch: its lineage ends there, so that an executor that is lost costs the stage that
runs and no more. What is added to a table is another folder, what is deleted from it a new table. Rows come back through Arrow and DuckDB, so
that a frame has the types that DuckDB gives.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import duckdb
import pandas as pd
import pyarrow as pa
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as f
from pyspark.sql.types import IntegerType, NullType, StructType
from splink.backends.spark import SparkAPI
from splink.internals.database_api import DatabaseAPISubClass
from sqlglot import exp

from features import spark_sql
from features.engine import Parameters
from features.spark_sql import Macro, Tree


@dataclass(frozen=True, kw_only=True)
class Found:
    """Rows of a query, computed when they are asked for (see ``features.engine.Rows``)."""

    frame: DataFrame

    def df(self) -> pd.DataFrame:
        """As DuckDB gives it."""
        return self._read().df()

    def to_arrow_table(self) -> pa.Table:
        """As DuckDB gives it."""
        return self._read().to_arrow_table()

    def fetchall(self) -> list[tuple[Any, ...]]:
        """Every row."""
        return self._read().fetchall()

    def fetchone(self) -> tuple[Any, ...] | None:
        """The first row."""
        return self._read().fetchone()

    def _read(self) -> duckdb.DuckDBPyConnection:
        connection = duckdb.connect()
        connection.register("found", self.frame.toArrow())
        return connection.execute("from found")


@dataclass(frozen=True, kw_only=True)
class Table:
    """A temporary table as it is written."""

    schema: StructType
    folders: tuple[Path, ...]


@dataclass(frozen=True, kw_only=True)
class View:
    """A view as it was asked for, and as Spark was told it."""

    query: str
    parameters: Parameters
    said: str


class SparkConnection:
    """One session; an ``Engine`` and a ``Linking`` (see ``features.engine``)."""

    def __init__(self, session: SparkSession, scratch: Path) -> None:
        self._session = session
        self._scratch = scratch
        self._macros: dict[str, Macro] = {}
        self._variables: dict[str, Tree] = {}
        self._views: dict[str, View] = {}
        self._tables: dict[str, Table] = {}
        self._written = 0

    def execute(self, query: str, parameters: Parameters = None, /) -> Found:
        """One statement. What adds rows gives their number, what makes something the number of tables."""
        tree = self._parsed(query, parameters)
        match tree:
            case exp.Create(kind="VIEW"):
                self._view(tree, query, parameters)
            case exp.Create():
                self._create(tree)
            case exp.Insert():
                return self._insert(tree)
            case exp.Delete():
                self._delete(tree)
            case exp.Set():
                self._set(tree)
            case exp.Drop():
                self._drop(tree)
            case _:
                return self._found(tree)
        return Found(frame=self._session.range(0))

    def register(self, view_name: str, python_object: object, /) -> None:
        """A pandas frame as a table, with the types that DuckDB sees in it; a column of objects that says nothing is text."""
        given = cast(pd.DataFrame, python_object)
        silent = [name for name in given.columns if given[name].dtype == object and given[name].isna().all()]
        folder = self._folder(view_name)
        folder.mkdir()
        with duckdb.connect() as connection:
            connection.register("given", given.astype(dict.fromkeys(silent, "str")))
            connection.execute(f"copy given to '{folder}/part.parquet' (format parquet)")
        read = self._session.read.parquet(str(folder))
        self._put(view_name, Table(schema=read.schema, folders=(folder,)))

    def unregister(self, view_name: str, /) -> None:
        """Forgets it."""
        self._forget(view_name)

    @contextmanager
    def splink(self) -> Iterator[DatabaseAPISubClass]:
        """Splink on this session. The settings compare by plain SQL, so that its library of similarities is not needed."""
        yield SparkAPI(  # type: ignore[no-untyped-call]
            spark_session=self._session, break_lineage_method="parquet", register_udfs_automatically=False
        )

    def _found(self, tree: Tree) -> Found:
        return Found(frame=self._session.sql(spark_sql.spoken(tree)))

    def _parsed(self, query: str, parameters: Parameters) -> Tree:
        return spark_sql.parsed(query, parameters, self._macros, self._variables)

    def _view(self, tree: Tree, query: str, parameters: Parameters) -> None:
        name, said = tree.this.name, spark_sql.spoken(tree.expression)
        self._session.sql(f"create or replace temporary view {name} as {said}")
        self._views[name] = View(query=query, parameters=parameters, said=said)

    def _create(self, tree: exp.Create) -> None:
        if tree.kind == "MACRO":
            name, macro = spark_sql.macro_of(tree)
            self._macros[name] = macro
        elif isinstance(tree.this, exp.Schema):
            columns = [
                f.lit(None).cast(spark_sql.spoken(c.kind)).alias(c.name) for c in tree.this.expressions
            ]
            self._write(tree.this.this.name, self._session.range(0).select(columns))
        else:
            self._write(tree.this.name, self._found(tree.expression).frame)

    def _insert(self, tree: exp.Insert) -> Found:
        name = tree.this.name
        before = self._tables[name]
        columns = before.schema.fields
        added = self._found(tree.expression).frame.toDF(*(c.name for c in columns))
        folder = self._kept(name, added.select([f.col(c.name).cast(c.dataType) for c in columns]))
        self._put(name, Table(schema=before.schema, folders=(*before.folders, folder)))
        rows = self._session.read.schema(before.schema).parquet(str(folder))
        return Found(frame=rows.select(f.count(f.lit(1))))

    def _delete(self, tree: exp.Delete) -> None:
        name = tree.this.name
        goes = exp.func("coalesce", tree.args["where"].this, exp.false())
        self._write(name, self._found(exp.select("*").from_(name).where(exp.not_(goes))).frame)

    def _set(self, tree: exp.Set) -> None:
        for item in tree.expressions:
            value = self._found(exp.select(item.this.expression)).fetchall()[0][0]
            self._variables[item.this.this.name] = spark_sql.literal(value)
        for view in list(self._views.values()):  # DuckDB reads a variable whenever a view is read
            asked = self._parsed(view.query, view.parameters)
            if spark_sql.spoken(asked.expression) != view.said:
                self._view(asked, view.query, view.parameters)

    def _drop(self, tree: exp.Drop) -> None:
        for table in tree.args["tables"]:
            self._forget(table.name)

    def _write(self, name: str, rows: DataFrame) -> None:
        """A new table of that name, or another in its place."""
        typed = rows.select(
            [
                f.col(c.name).cast(IntegerType()) if isinstance(c.dataType, NullType) else f.col(c.name)
                for c in rows.schema
            ]
        )
        folder = self._kept(name, typed)
        self._put(name, Table(schema=typed.schema, folders=(folder,)))

    def _kept(self, name: str, rows: DataFrame) -> Path:
        folder = self._folder(name)
        rows.write.parquet(str(folder))
        return folder

    def _folder(self, name: str) -> Path:
        self._written += 1
        return self._scratch / f"{name}-{self._written}"

    def _put(self, name: str, table: Table) -> None:
        before = self._tables.get(name)
        self._views.pop(name, None)
        self._tables[name] = table
        read = self._session.read.schema(table.schema).parquet(*map(str, table.folders))
        read.createOrReplaceTempView(name)
        for folder in set(before.folders if before else ()) - set(table.folders):
            shutil.rmtree(folder)

    def _forget(self, name: str) -> None:
        self._session.catalog.dropTempView(name)
        self._views.pop(name, None)
        table = self._tables.pop(name, None)
        for folder in table.folders if table else ():
            shutil.rmtree(folder)
