"""What the checker says of a batch: the same as a slow loop over its rows, and nothing when it is the checker that fails."""

import re
from datetime import date
from typing import Any

import great_expectations.expectations as gxe
import pandas as pd
import pytest
from great_expectations.core import ExpectationValidationResult
from hypothesis import given, settings
from hypothesis import strategies as st

from data_contracts import contract, expectations
from data_contracts.expectations import CheckerBroke, check, check_in_parts, held, together
from data_contracts.promises import Promise
from data_contracts.validation import MASKED, Kept, Validation, validation
from tests.contracts import planted

ALERTS = contract.load("signalements")
DAYS = [None, date(1899, 12, 31), date(1900, 1, 1), date(1600, 2, 1), date(2026, 11, 2), date(2026, 11, 3)]
KEY = "0123456789abcdef" * 2
CELLS: dict[str, list[Any]] = {
    "date": DAYS,
    "year": [None, 1899, 1900, 2100, 2101, 2**60],
    "integer": [None, -1, 0, 2, 3],
    "string": [None, KEY, KEY + "0", "VOISIN", "Voisin", "01", "M", "é\n"],
    "boolean": [None, True, False],
}


def promise(expectation: Any, rule: str = "la règle") -> Promise:
    return Promise(rule=rule, reason="la raison", expectation=expectation)


def frame(rows: list[dict[str, Any]]) -> pd.DataFrame:
    """The batch as the ingest hands it over: dates to the millisecond, whole numbers with pandas' own null."""
    table = pd.DataFrame(rows, dtype="object").assign(row=range(10, 10 + len(rows)))
    for c in ALERTS.columns:
        if c.kind in ("integer", "year"):
            table[c.name] = table[c.name].astype("Int64")
        elif c.kind == "string":
            table[c.name] = table[c.name].astype("str")
    days = [c.name for c in ALERTS.columns if c.kind == "date"] + ["known_on", "delivered_on"]
    return table.astype(dict.fromkeys(days, "datetime64[ms]"))


row = st.fixed_dictionaries(
    {c.name: st.sampled_from(CELLS[c.kind]) for c in ALERTS.columns}
    | {"known_on": st.sampled_from(DAYS[1:]), "delivered_on": st.sampled_from(DAYS[1:])}
    | {"file_id": st.sampled_from(["f", "g"])}
)


def breaks(expectation: Any, cells: dict[str, Any], rows: list[dict[str, Any]]) -> bool:
    """One row against one promise, said in plain Python."""
    e = expectation
    match e.expectation_type:
        case "expect_compound_columns_to_be_unique":
            mine = [cells[c] for c in e.column_list]
            return sum([r[c] for c in e.column_list] == mine for r in rows) > 1
        case "expect_column_pair_values_a_to_be_greater_than_b":
            a, b = cells[e.column_A], cells[e.column_B]
            return a is not None and b is not None and a < b
        case "expect_column_values_to_not_be_null":
            return cells[e.column] is None
    value = cells[e.column]
    if value is None:
        return False
    match e.expectation_type:
        case "expect_column_values_to_be_in_set":
            return value not in e.value_set
        case "expect_column_values_to_match_regex":
            return re.match(e.regex, value) is None
        case "expect_column_values_to_be_between":
            value = pd.Timestamp(value) if isinstance(value, date) else value
            return (e.min_value is not None and value < e.min_value) or (
                e.max_value is not None and value > e.max_value
            )
    raise AssertionError(e.expectation_type)


def names_what_a_slow_loop_names(rows: list[dict[str, Any]]) -> None:
    for verdict in check(ALERTS, frame(rows)):
        slow = [10 + i for i, cells in enumerate(rows) if breaks(verdict.promise.expectation, cells, rows)]
        assert list(verdict.broken_by) == slow, verdict.rule
        assert verdict.is_held == (not slow)


@pytest.mark.slow
@given(rows=st.lists(row, min_size=1, max_size=25))
@settings(max_examples=6, deadline=None)
def test_the_checker_names_the_rows_that_a_slow_loop_names(rows: list[dict[str, Any]]) -> None:
    """A check takes as long for twenty rows as for one: few batches, but of some size."""
    names_what_a_slow_loop_names(rows)


@pytest.mark.slow
@given(rows=st.lists(row, min_size=1, max_size=6))
@settings(max_examples=15, deadline=None)
def test_it_names_them_in_many_small_batches(rows: list[dict[str, Any]]) -> None:
    names_what_a_slow_loop_names(rows)


def says_the_same_in_parts(rows: list[dict[str, Any]], size: int) -> None:
    batch = frame(rows)
    parts = (batch.iloc[first : first + size] for first in range(0, len(batch), size))
    assert together(check_in_parts(ALERTS, batch, parts)) == check(ALERTS, batch)


@pytest.mark.slow
@given(rows=st.lists(row, min_size=3, max_size=9), size=st.integers(2, 4))
@settings(max_examples=5, deadline=None)
def test_in_parts_the_checker_says_the_same_as_at_once(rows: list[dict[str, Any]], size: int) -> None:
    says_the_same_in_parts(rows, size)


@pytest.mark.slow
@given(rows=st.lists(row, min_size=1, max_size=9), size=st.integers(1, 4))
@settings(max_examples=10, deadline=None)
def test_it_says_the_same_in_parts_of_a_single_row(rows: list[dict[str, Any]], size: int) -> None:
    says_the_same_in_parts(rows, size)


def test_rows_are_named_by_their_number_and_not_by_their_place() -> None:
    table = pd.DataFrame({"row": [7, 5, 9], "x": ["a", "b", "b"]})
    (verdict,) = held([promise(gxe.ExpectColumnValuesToBeInSet(column="x", value_set=["a"]))], table)
    assert verdict.broken_by == (5, 9)


def test_with_a_tolerance_a_promise_that_holds_still_names_its_rows() -> None:
    table = pd.DataFrame({"row": range(10), "x": ["a"] * 9 + ["b"]})
    tolerant = gxe.ExpectColumnValuesToBeInSet(column="x", value_set=["a"], mostly=0.9)
    (verdict,) = held([promise(tolerant)], table)
    assert verdict.is_held and verdict.broken_by == (9,)


@pytest.mark.parametrize(("most", "is_held"), [(2, False), (3, True)])
def test_a_promise_about_the_whole_batch_is_broken_by_no_row(most: int, is_held: bool) -> None:
    table = pd.DataFrame({"row": range(3), "x": ["a", "b", "b"]})
    size = promise(gxe.ExpectTableRowCountToBeBetween(max_value=most))
    columns = promise(gxe.ExpectTableColumnsToMatchSet(column_set=["row", "x"]))
    found = held([size, columns], table)
    assert [(v.is_held, v.broken_by) for v in found] == [(is_held, ()), (True, ())]


def test_nothing_is_said_of_no_rows_and_of_no_promises() -> None:
    assert check(ALERTS, pd.DataFrame()) == ()
    assert held([], pd.DataFrame({"row": [0]})) == ()


@pytest.mark.parametrize(
    "broken",
    [
        gxe.ExpectColumnValuesToBeBetween(column="x", min_value=1, max_value=2),
        gxe.ExpectColumnValuesToMatchRegex(column="x", regex="("),
        gxe.ExpectColumnValuesToNotBeNull(column="is_not_there"),
        gxe.ExpectColumnMeanToBeBetween(column="x", min_value=0),
    ],
    ids=lambda e: str(e.expectation_type),
)
def test_an_exception_inside_the_checker_is_no_verdict_and_quotes_nothing(
    broken: Any, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    table = pd.DataFrame({"row": range(2), "x": [planted.WORD, planted.WORD]})
    fine = promise(gxe.ExpectColumnValuesToNotBeNull(column="x"))
    with pytest.raises(CheckerBroke) as caught:
        held([fine, promise(broken, "la règle qui casse")], table)
    assert caught.value.exit_code == 6 and "la règle qui casse" in str(caught.value)
    shown = str(caught.value) + caplog.text + "".join(capfd.readouterr())
    assert planted.WORD not in shown
    assert caught.value.__cause__ is None and caught.value.__context__ is None


def test_a_checkpoint_that_stops_is_our_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    import great_expectations as gx

    def stops(*given: object, **more: object) -> None:
        raise IndexError(planted.WORD)

    monkeypatch.setattr(gx.Checkpoint, "run", stops)
    with pytest.raises(CheckerBroke, match="IndexError") as caught:
        held([promise(gxe.ExpectColumnValuesToNotBeNull(column="x"))], pd.DataFrame({"row": [0], "x": [1]}))
    assert planted.WORD not in str(caught.value) and caught.value.__suppress_context__


@pytest.mark.parametrize("found", [{}, {"unexpected_index_list": []}, {"unexpected_index_list": None}])
def test_a_failure_without_rows_is_our_fault(found: dict[str, Any]) -> None:
    one = promise(gxe.ExpectColumnValuesToNotBeNull(column="x"))
    result = ExpectationValidationResult(success=False, result=found, exception_info={})
    with pytest.raises(CheckerBroke, match="without naming a row"):
        expectations._rows(one, result)


@pytest.mark.parametrize("source", contract.SOURCES)
def test_no_value_of_a_row_is_in_what_is_stored(source: str) -> None:
    promised = contract.load(source)
    table = planted.batch(promised)
    verdicts = check(promised, table)
    assert sum(not v.is_held for v in verdicts) >= 0.5 * len(verdicts)
    text = validation(promised, len(table), verdicts).as_json()
    assert [trace for trace in planted.TRACES if trace in text] == []


def test_a_list_that_the_contract_does_not_spell_out_is_masked() -> None:
    table = pd.DataFrame({"row": [0], "quartier": [planted.WORD]})
    known = promise(gxe.ExpectColumnValuesToBeInSet(column="quartier", value_set=[planted.WORD]))
    (kept,) = validation(ALERTS, 1, held([known], table)).promises
    assert kept.settings["value_set"] == MASKED and kept.column == "quartier" and kept.rows_broken == 0
    (allowed,) = [v for v in check(ALERTS, planted.batch(ALERTS)) if v.rule == "canal est une valeur prévue"]
    (kept,) = validation(ALERTS, 1, [allowed]).promises
    assert kept.settings["value_set"] == list(next(c for c in ALERTS.columns if c.name == "canal").allowed)


def test_promises_about_files_are_held_on_a_table_of_files() -> None:
    files = pd.DataFrame({"row": [0, 1], "rows_ratio": [1.0, 0.2]})
    volume = gxe.ExpectColumnValuesToBeBetween(column="rows_ratio", min_value=0.5, severity="warning")
    found = held([promise(volume)], files)
    (kept,) = validation(ALERTS, 10, [], files=2, of_files=found).promises
    assert (kept.rows, kept.rows_broken, kept.is_about_files, kept.severity) == (2, 1, True, "warning")
    assert kept.settings["column"] == "rows_ratio" and kept.settings["min_value"] == 0.5


text = st.text(max_size=8)
kept = st.builds(
    Kept,
    rule=text,
    expectation=text,
    settings=st.dictionaries(
        text, st.none() | st.booleans() | st.integers() | text | st.lists(text, max_size=3), max_size=3
    ),
    is_held=st.booleans(),
    rows=st.integers(0, 10**9),
    rows_broken=st.integers(0, 10**9),
    is_about_files=st.booleans(),
    severity=text,
)


@given(
    record=st.builds(
        Validation,
        source=text,
        contract_version=text,
        suite=text,
        checker=text,
        rows=st.integers(0, 10**9),
        promises=st.lists(kept, max_size=3).map(tuple),
    )
)
def test_what_is_stored_reads_back_the_same(record: Validation) -> None:
    assert Validation.from_json(record.as_json()) == record
    assert "\n" not in record.as_json()
