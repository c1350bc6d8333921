"""Rolling origin: train on what was known before a day, test on the campaign after it, move the day."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import zip_longest

import numpy as np
import pandas as pd

from models.candidate import Bools

MONTHS = 3
MIN_TEST = 20
MIN_TRAIN, MIN_TRAIN_POSITIVES = 100, 20
"""A campaign is a test only once there is a past that every candidate can learn from, so that all are judged on the same campaigns."""


@dataclass(frozen=True, kw_only=True)
class Fold:
    """``train``: visited before ``origin``; ``test``: visited from then until the next origin."""

    origin: date
    train: Bools
    test: Bools


def month_shifted(day: date, months: int) -> date:
    """``months`` later (negative: earlier), on the same day of the month or on the month's last where it is shorter."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def origins(listed: Iterable[date]) -> list[date]:
    """Of every quarter of the calendar the day of its first list, oldest first; ``listed``: the days of all lists.

    They follow from the lists that were made and not from the one that is: every later list of a city, weekly or monthly, is judged on the same campaigns (the newest is still under
    way), and what was known on a past day need not be worked out again for it.
    """
    first: dict[tuple[int, int], date] = {}
    for day in sorted(set(listed)):
        first.setdefault((day.year, (day.month - 1) // MONTHS), day)
    return list(first.values())


def folds(labels: pd.DataFrame, days: Sequence[date]) -> Iterator[Fold]:
    """``labels``: one row a visited household with ``visited_on`` and ``isolated`` (null: no answer; such rows are in a campaign, and do not make one);
    ``days``: possible origins, in order."""
    told = labels["isolated"].notna().to_numpy(dtype=bool)
    outcome = labels["isolated"].fillna(False).to_numpy(dtype=bool)
    visited = labels["visited_on"].to_numpy(dtype="datetime64[D]")
    for day, end in zip_longest(days, days[1:]):
        train = visited < np.datetime64(day)
        test = ~train if end is None else ~train & (visited < np.datetime64(end))
        if (
            (test & told).sum() >= MIN_TEST
            and (train & told).sum() >= MIN_TRAIN
            and outcome[train].sum() >= MIN_TRAIN_POSITIVES
        ):
            yield Fold(origin=day, train=train, test=test)
