"""What a cycle cannot do without, by the libraries alone: ``python -m benchmarks.floor_kernels SPECIFICATION``, written by ``benchmarks.floor``. Not a line of Lanterne runs here.

DuckDB reads the files into tables of the contracts' types and writes them to an encrypted database; Great Expectations holds each table, as one pandas frame, to the contract's
expectations; LightGBM is trained once for each test campaign and once on all answers; shap explains the households of the list.
"""

import json
import sys
from pathlib import Path
from typing import Any

import duckdb


def ingest(given: dict[str, Any]) -> duckdb.DuckDBPyConnection:
    """Every table of the files, in a database that is not there yet."""
    connection = duckdb.connect(config={"autoinstall_known_extensions": "false"})
    connection.execute(f"load '{given['extension']}'")
    connection.execute(f"attach '{given['database']}' as floor (encryption_key '{given['secret']}')")
    connection.execute("use floor")
    for setting in ("threads = 2", "preserve_insertion_order = false", "memory_limit = '6GB'"):
        connection.execute(f"set {setting}")
    for table in given["tables"]:
        connection.execute(table["create"])
        for sheet, statement in table["sheets"]:
            register_sheet(connection, sheet)
            connection.execute(statement)
        for statement in table["reads"]:
            connection.execute(statement)
    connection.execute("checkpoint")
    return connection


def register_sheet(connection: duckdb.DuckDBPyConnection, path: str) -> None:
    """Lays the first sheet under the name ``sheet``."""
    import pandas as pd
    from python_calamine import CalamineWorkbook

    header, *rows = CalamineWorkbook.from_path(path).get_sheet_by_index(0).to_python()
    texts = [[_as_text(cell) for cell in row] for row in rows]
    connection.register("sheet", pd.DataFrame(texts, columns=[str(c) for c in header], dtype="str"))


def _as_text(cell: object) -> str:
    """A whole number as it was typed: a workbook holds every number as a fraction."""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return "" if cell is None else str(cell)


def check(connection: duckdb.DuckDBPyConnection, tables: list[dict[str, Any]]) -> None:
    """One batch and one suite a table; whether each expectation holds, and nothing about rows."""
    import great_expectations as gx
    import pandas as pd
    from great_expectations.expectations.registry import get_expectation_impl

    context = gx.get_context(mode="ephemeral")
    context.enable_analytics(False)
    for table in tables:
        name = table["name"]
        frame = connection.execute(f"from {name}").to_arrow_table().to_pandas(date_as_object=False)
        expectations = [
            get_expectation_impl(kind)(
                **{k: pd.Timestamp(v["day"]) if isinstance(v, dict) else v for k, v in settings.items()}
            )
            for kind, settings in table["expectations"]
        ]
        asset = context.data_sources.add_pandas(name).add_dataframe_asset(name)
        batch = asset.add_batch_definition_whole_dataframe(name).get_batch({"dataframe": frame})
        batch.validate(
            gx.ExpectationSuite(name=name, expectations=expectations), result_format="BOOLEAN_ONLY"
        )


def train_and_explain(given: dict[str, Any]) -> None:
    """One training a campaign and one on everything; contributions of the listed by the last."""
    import lightgbm as lgb
    import numpy as np
    import shap

    held = np.load(given["arrays"])
    for fold in (*held["folds"], np.ones(len(held["outcome"]), dtype=bool)):
        data = lgb.Dataset(held["matrix"][fold], held["outcome"][fold], params=given["parameters"])
        trees = lgb.train(given["parameters"], data, given["rounds"])
    shap.TreeExplainer(trees).shap_values(held["listed"])


def main() -> None:
    """All of it, in this order."""
    given = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    with ingest(given) as connection:
        check(connection, given["tables"])
    train_and_explain(given)


if __name__ == "__main__":
    main()
