"""Batches in which every column of a contract holds a value that would be recognised anywhere."""

from datetime import date

import pandas as pd

from data_contracts.contract import Column, Contract

WORD, NUMBER, DAY, YEAR = "zqxplante", 73190551, date(1873, 5, 19), 1319
TRACES = (WORD, str(NUMBER), DAY.isoformat(), "19/05/1873", "19 mai 1873", str(YEAR))
"""What may never be found again."""


def batch(contract: Contract, rows: int = 3) -> pd.DataFrame:
    """Rows that are the same in every column, so that even a key that holds once is broken; every value is out of its list, form and bounds."""
    columns: dict[str, object] = {"row": range(rows), "file_id": "f" * 16}
    columns |= {c.name: _planted(c, rows) for c in contract.columns}
    columns |= {"delivered_on": pd.Timestamp(2026, 11, 2), "known_on": pd.Timestamp(2026, 11, 3)}
    return pd.DataFrame(columns)


def _planted(column: Column, rows: int) -> object:
    match column.kind:
        case "date":
            return pd.Series([pd.Timestamp(DAY)] * rows)
        case "year":
            return pd.Series([YEAR] * rows, dtype="Int64")
        case "integer":
            return pd.Series([NUMBER] * rows, dtype="Int64")
        case "number":
            return pd.Series([float(NUMBER)] * rows)
        case "boolean":
            return pd.Series([None] * rows, dtype="object")
        case _:
            return pd.Series([WORD] * rows)
