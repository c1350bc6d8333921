"""Every promise about rows, of every contract, on three rows: one that keeps it, one at its edge, one that breaks it."""

from datetime import date

import pandas as pd
import pytest

from data_contracts.contract import EMITTED, SOURCES, Column, Contract, load
from data_contracts.expectations import held
from data_contracts.promises import promises

DELIVERED = pd.Timestamp(2026, 11, 2)
DTYPES = {"date": "datetime64[us]", "year": "Int64", "integer": "Int64", "number": "float64", "boolean": "object", "string": "object"}  # fmt: skip


def blank(promise: Contract, rows: int) -> pd.DataFrame:
    """All columns of the contract with nothing in them, delivered and known on the same day."""
    columns = {c.name: pd.Series([None] * rows, dtype=DTYPES[c.kind]) for c in promise.columns}
    fixed = {
        "row": range(rows),
        "file_id": "f",
        "known_on": DELIVERED - pd.Timedelta(days=30),
        "delivered_on": DELIVERED,
    }
    return pd.DataFrame(columns, index=range(rows)).assign(**fixed)


def broken(promise: Contract, batch: pd.DataFrame) -> dict[str, tuple[int, ...]]:
    return {v.rule: v.broken_by for v in held(list(promises(promise)), batch)}


def fill(batch: pd.DataFrame, name: str, values: list[object]) -> None:
    batch[name] = pd.Series(values, dtype=batch[name].dtype)


@pytest.mark.parametrize("source", [*SOURCES, *EMITTED])
def test_what_may_not_come_after_may_come_before_or_together(source: str) -> None:
    promise = load(source)
    dates: list[object] = [date(2026, 9, 1), date(2026, 9, 2), date(2026, 9, 3), None]
    for rule in promise.pair_rules:
        is_date = next(c for c in promise.columns if c.name == rule.earlier).kind == "date"
        low, edge, high, nothing = dates if is_date else [1, 2, 3, None]
        batch = blank(promise, 5)
        fill(batch, rule.earlier, [low, edge, high, nothing, high])
        fill(batch, rule.later, [edge, edge, edge, edge, nothing])
        (verdict,) = held([p for p in promises(promise) if p.rule == rule.name], batch)
        assert verdict.broken_by == (2,)
        assert verdict.reason == ("ordre des dates" if is_date else "valeurs incompatibles")


@pytest.mark.parametrize("source", [*SOURCES, *EMITTED])
def test_values_ranges_and_presence(source: str) -> None:
    promise = load(source)
    batch = blank(promise, 4)
    wanted: dict[str, tuple[int, ...]] = {}
    for column in promise.columns:
        values, rules = _drawn(column)
        fill(batch, column.name, values)
        wanted |= rules
    found = broken(promise, batch)
    assert {rule: found[rule] for rule in wanted} == wanted


def _drawn(column: Column) -> tuple[list[object], dict[str, tuple[int, ...]]]:
    """Four values (first, last, wrong, nothing) and the rows that break each rule."""
    name = column.name
    rules: dict[str, tuple[int, ...]] = {f"{name} est renseigné": (3,)} if column.is_required else {}
    if column.allowed:
        values: list[object] = [column.allowed[0], column.allowed[-1], "hors liste", None]
        return values, rules | {f"{name} est une valeur prévue": (2,)}
    if column.maximum is not None:
        assert column.minimum is not None
        whole = column.kind in ("integer", "year")
        low, high = (int(x) if whole else x for x in (column.minimum, column.maximum))
        return [low, high, high + 1, None], rules | {f"{name} est dans les bornes": (2,)}
    if column.kind == "date":
        first, day = date(1900, 1, 1), date(2026, 10, 1)
        return [first, day, date(1899, 12, 31), None], rules | {f"{name} est dans les bornes": (2,)}
    return [None, None, None, None], {}


@pytest.mark.parametrize("source", [*SOURCES, *EMITTED])
def test_a_key_stands_for_one_row_of_its_file(source: str) -> None:
    promise = load(source)
    if not promise.key:
        return
    batch = blank(promise, 4)
    for name in promise.key:
        is_date = str(batch[name].dtype).startswith("datetime")
        one, other = (date(2026, 9, 1), date(2026, 9, 2)) if is_date else (1, 2)
        fill(batch, name, [one, one, other, one])
    batch["file_id"] = ["f", "f", "f", "g"]
    says = "identifie" if len(promise.key) == 1 else "identifient"
    assert broken(promise, batch)[f"{', '.join(promise.key)} {says} une seule ligne"] == (0, 1)


def test_an_agreement_dated_after_the_delivery_is_none() -> None:
    promise = load("etat_civil")
    batch = blank(promise, 3)
    fill(batch, "date_accord", [date(2026, 11, 1), date(2026, 11, 2), date(2026, 11, 3)])
    assert broken(promise, batch)["DATE_ACCORD n'est pas après la livraison"] == (2,)


def test_a_household_has_no_more_minors_than_occupants() -> None:
    promise = load("parc_social")
    batch = blank(promise, 4)
    fill(batch, "nb_occupants", [3, 1, 1, None])
    fill(batch, "nb_mineurs", [2, 1, 2, 2])
    assert broken(promise, batch)["NB_MINEURS n'est pas au-dessus de NB_OCCUPANTS"] == (2,)
