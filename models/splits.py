"""Rolling origin: train on what was known before a day, test on the campaign after it, move the day."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from models.candidate import Bools

TEST_MONTHS = 3
MIN_TEST = 20
MIN_TRAIN, MIN_TRAIN_POSITIVES = 100, 20
"""A campaign is a test only once there is a past that every candidate can learn from, so that all are judged on the same campaigns."""


@dataclass(frozen=True, kw_only=True)
class Fold:
    """``train``: visited before ``origin``; ``test``: visited in [origin, origin + three months)."""

    origin: date
    train: Bools
    test: Bools


def month_shifted(day: date, months: int) -> date:
    """``months`` later (negative: earlier), on the same day of the month or on the month's last where it is shorter."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def origins(as_of: date, first_visit: date) -> list[date]:
    """The first days of quarters, oldest first, from the one of the first visit to the last before ``as_of``.

    They are the calendar's and not the list's: every list of a city, weekly or monthly, is judged on the same campaigns (the newest of them is still under way), and what a
    past day teaches need not be worked out again for the next list.
    """
    days = [date(first_visit.year, (first_visit.month - 1) // TEST_MONTHS * TEST_MONTHS + 1, 1)]
    while (day := month_shifted(days[-1], TEST_MONTHS)) < as_of:
        days.append(day)
    return days if days[0] < as_of else []


def folds(labels: pd.DataFrame, days: list[date]) -> Iterator[Fold]:
    """``labels``: one row a visited household with ``visited_on`` and ``isolated`` (null: no answer; such rows are in a campaign, and do not make one);
    ``days``: possible origins."""
    told = labels["isolated"].notna().to_numpy(dtype=bool)
    outcome = labels["isolated"].fillna(False).to_numpy(dtype=bool)
    visited = labels["visited_on"].to_numpy(dtype="datetime64[D]")
    for day in days:
        start, end = np.datetime64(day), np.datetime64(month_shifted(day, TEST_MONTHS))
        test = (visited >= start) & (visited < end)
        train = visited < start
        if (
            (test & told).sum() >= MIN_TEST
            and (train & told).sum() >= MIN_TRAIN
            and outcome[train].sum() >= MIN_TRAIN_POSITIVES
        ):
            yield Fold(origin=day, train=train, test=test)
