"""Persons with events, and 24 windowed aggregates of them as of a day, the same in every tool: four kinds, three windows, how often and how much."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import product
from pathlib import Path

KINDS, WINDOWS, MEASURES = ("a", "b", "c", "d"), (91, 182, 365), {"times": "count(*)", "sum": "sum(amount)"}
AGGREGATES = tuple(product(KINDS, WINDOWS, MEASURES))
AS_OF = date(2026, 1, 1)
FIRST = date(2023, 1, 1)
DAYS = tuple(date(y, m, 2) for y, m in ((2024, 7), (2024, 10), (2025, 1), (2025, 4), (2025, 7), (2025, 10)))
"""Of the experiment; a label looks three months ahead. The second of a month: triage counts back by quarters from the day before which its labels end."""
LABELS_END = date(2026, 1, 2)
FIRST_CALLED = 500
LABEL = "select distinct household_id from events where kind = 'd' and amount > 60 and known_on >= date '{start}' and known_on < date '{end}'"


def name_of(kind: str, days: int, measure: str) -> str:
    """Of one aggregate's column."""
    return f"{kind}_{days}_{measure}"


def write(path: Path, persons: int, events: int) -> None:
    """``household_id``, ``person_id``, ``known_on``, ``kind``, ``amount`` (1 to 100): so many events a person on average, over three years; nothing about them is real."""
    import duckdb  # tools of other environments read this file too

    days = (AS_OF - FIRST).days
    with duckdb.connect() as connection:
        connection.execute("set threads = 2")
        connection.execute("select setseed(0.5)")
        connection.execute(
            f"copy (select 'h' || who as household_id, 'p' || who as person_id, date '{FIRST}' + (random() * {days})::integer as known_on,"
            f" ['a', 'b', 'c', 'd'][1 + (random() * 4)::integer % 4] as kind, 1 + (random() * 99)::integer as amount"
            f" from (select (random() * {persons})::integer as who from range({persons * events}))) to '{path}'"
        )


def label_end(day: date) -> date:
    """Three months later."""
    return (*DAYS, LABELS_END)[DAYS.index(day) + 1]


def window(days: int) -> tuple[date, date]:
    """[first day, day after the last)."""
    return AS_OF - timedelta(days=days), AS_OF
