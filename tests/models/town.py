"""A small labelled matrix whose answer is known: old people who live alone are isolated more often."""

from datetime import date

import numpy as np
import pandas as pd

from features.catalogue import usable
from tests.features.drawn import OPEN

FACTORS = usable(OPEN, {})


def matrix(n: int, seed: int = 0) -> tuple[pd.DataFrame, np.ndarray]:
    """(matrix, isolated); factors missing as often as in a real frame."""
    rng = np.random.default_rng(seed)
    table = pd.DataFrame({f.name: np.where(rng.random(n) < 0.3, 1.0, np.nan) for f in FACTORS})
    table["oldest_age"] = rng.integers(20, 95, n).astype(float)
    table.insert(0, "household_id", [f"H{i:05d}" for i in range(n)])
    table.insert(1, "as_of", pd.Timestamp("2026-01-01"))
    table.insert(2, "quartier", np.where(np.arange(n) % 2, "01", "02"))
    logit = -2.2 + 1.6 * (table["lives_alone_known"] == 1) + 1.2 * (table["low_income"] == 1)
    return table, rng.random(n) < 1 / (1 + np.exp(-logit))


def labels(n: int, seed: int = 0) -> tuple[pd.DataFrame, pd.DataFrame]:
    """(matrix, labels) of visits spread evenly over two years."""
    table, outcome = matrix(n, seed)
    days = pd.date_range("2024-01-01", "2025-12-28", periods=n)
    frame = pd.DataFrame(
        {
            "household_id": table["household_id"],
            "visited_on": days,
            "isolated": outcome,
            "weight": 1.0,
            "as_of": days.to_period("Q").start_time,
        }
    )
    return table, frame


ORIGINS = [
    date(2024, 7, 1),
    date(2024, 10, 1),
    date(2025, 1, 1),
    date(2025, 4, 1),
    date(2025, 7, 1),
    date(2025, 10, 1),
]
