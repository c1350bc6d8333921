"""The list that is written keeps the contract that Lanterne signs for it, and a list that does not is found out."""

import io
from dataclasses import replace
from datetime import date

import pandas as pd
import pytest

from data_contracts import expectations
from data_contracts.contract import load
from reports import risk_list
from tests.reports.sample import sample

LIST = load("liste")
BEYOND = date(2026, 11, 2)


def as_read(content: bytes) -> pd.DataFrame:
    """``list.csv`` as a program reads it, typed by the contract, with what the checker needs beside it."""
    texts = {c.name: str for c in LIST.columns if c.kind == "string"}
    table = pd.read_csv(io.BytesIO(content), dtype=texts)
    for column in LIST.columns:
        if column.kind == "integer":
            table[column.name] = table[column.name].astype("Int64")
    day = pd.Timestamp(BEYOND)
    return table.assign(row=range(len(table)), file_id="list", known_on=day, delivered_on=day)


def broken(table: pd.DataFrame) -> dict[str, tuple[int, ...]]:
    return {v.rule: v.broken_by for v in expectations.check(LIST, table) if v.broken_by}


def test_the_list_has_exactly_the_promised_columns_in_their_order() -> None:
    header = risk_list.to_csv(sample()).decode().splitlines()[0]
    assert header.split(",") == [c.header for c in LIST.columns]


def test_the_list_keeps_every_promise() -> None:
    assert broken(as_read(risk_list.to_csv(sample()))) == {}


@pytest.mark.parametrize(
    ("changed", "rule"),
    [
        ({"rank": 1}, "rank n'est porté que par une ligne"),
        ({"rank": 0}, "rank est dans les bornes"),
        ({"household_id": "Dupont"}, "household_id a la forme prévue"),
        ({"arm": "VOISIN"}, "arm est une valeur prévue"),
        ({"probability": 1.2}, "probability est dans les bornes"),
        ({"drawing_probability": 0.0}, "drawing_probability est dans les bornes"),
        ({"members": 0}, "members est dans les bornes"),
        ({"id_adresse": ""}, "id_adresse est renseigné"),
    ],
)
def test_a_line_that_breaks_a_promise_is_named(changed: dict[str, object], rule: str) -> None:
    good = sample()
    bad = replace(good, lines=(*good.lines[:2], replace(good.lines[2], **changed), good.lines[3]))  # type: ignore[arg-type]
    found = broken(as_read(risk_list.to_csv(bad)))
    assert set(found) == {rule}
    assert 2 in found[rule]


def test_a_household_is_listed_once() -> None:
    good = sample()
    twice = replace(good, lines=(*good.lines, replace(good.lines[0], rank=5)))
    assert broken(as_read(risk_list.to_csv(twice))) == {
        "household_id identifie une seule ligne": (0, 4),
    }
