"""Of those ranked first a month ago, how many are today: drawn towns, counted by hand."""

from dataclasses import dataclass
from datetime import date

import pandas as pd
import pytest

from pipelines.keeping import _kept

DAYS = (date(2026, 10, 2), date(2026, 11, 2))


@dataclass(frozen=True)
class ByValue:
    """Scores a household by one column."""

    base: float = 0.0

    def contributions(self, matrix: pd.DataFrame) -> pd.DataFrame:
        return matrix[["value"]]

    def as_text(self) -> str:
        return ""


def kept(towns: tuple[pd.DataFrame, pd.DataFrame], days: tuple[date, date], capacity: int) -> float:
    return _kept({"by value": ByValue()}, towns, days, capacity, seed=1)["by value"]


def town(**value: float) -> pd.DataFrame:
    return pd.DataFrame({"household_id": list(value), "value": list(value.values())})


@pytest.mark.parametrize(
    ("then", "now", "share"),
    [
        (town(a=3, b=2, c=1), town(c=1, b=2, a=3), 1.0),
        (town(a=3, b=2, c=1), town(a=3, b=1, c=2), 0.5),
        (town(a=3, b=2, c=1), town(c=3, d=2), 0.0),
        (town(a=3), town(a=1, b=0), 1.0),
    ],
)
def test_the_share_of_last_months_first_two_that_are_first_today(
    then: pd.DataFrame, now: pd.DataFrame, share: float
) -> None:
    assert kept((then, now), DAYS, 2) == share


def test_equals_are_parted_by_the_lot_of_each_list() -> None:
    same = pd.DataFrame({"household_id": [f"H{i}" for i in range(1000)], "value": 0.0})
    assert 0.05 < kept((same, same), DAYS, 100) < 0.2
    assert kept((same, same), (DAYS[0], DAYS[0]), 100) == 1.0
