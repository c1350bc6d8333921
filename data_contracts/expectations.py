"""Great Expectations run on one pandas batch: suite, validation definition, checkpoint. Verdicts hold row numbers and never a value."""

from __future__ import annotations

import gc
import json
import logging
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import pandas as pd

from data_contracts.contract import Contract
from data_contracts.errors import LanterneError
from data_contracts.promises import Promise, promises

if TYPE_CHECKING:
    from great_expectations.core import ExpectationValidationResult
    from great_expectations.expectations.expectation import Expectation


class CheckerBroke(LanterneError):
    """Great Expectations itself failed; this says nothing about the data."""

    exit_code = 6


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """One promise held against one batch: ``broken_by`` are the numbers (column ``row``) of the rows that break it.

    A promise about the whole batch (its size, its shares) is broken by no row in particular: ``is_held`` alone says so.
    """

    promise: Promise
    is_held: bool
    broken_by: tuple[int, ...]

    @property
    def rule(self) -> str:
        """The promise in words."""
        return self.promise.rule

    @property
    def reason(self) -> str:
        """Why a row that breaks it is set aside."""
        return self.promise.reason


def get_ready() -> None:
    """Imports the checker, which takes two seconds: a caller that has something to do meanwhile asks for it in a thread."""
    import great_expectations.expectations  # noqa: F401


def check(contract: Contract, batch: pd.DataFrame) -> tuple[Verdict, ...]:
    """Holds every promise of the contract about single rows against ``batch``; see ``held``. No verdict on an empty batch.

    ``batch``: ``row``, ``needed`` columns, ``file_id`` (key uniqueness is within one file), ``known_on`` and ``delivered_on``.
    """
    return held(tuple(promises(contract)), batch, suite=contract.source)


def check_in_parts(
    contract: Contract, keys: pd.DataFrame, parts: Iterable[pd.DataFrame]
) -> Iterator[tuple[Verdict, ...]]:
    """As ``check`` on all ``parts`` together, of which only one is in memory at a time: verdicts across all rows first, then those on each part.

    ``keys``: ``row`` and the columns that ``needed`` names for promises across rows, since a row is only unique among all.
    """
    given = tuple(promises(contract))
    within = [p for p in given if not p.compares_rows]
    gc.freeze()  # what is there now, all of the checker's code, need not be gone through after every part
    try:
        yield held([p for p in given if p.compares_rows], keys, suite=contract.source)
        for part in parts:
            verdicts = held(within, part, suite=contract.source)
            del part
            gc.collect()  # the checker's objects hold one another, and with them the part
            yield verdicts
    finally:
        gc.unfreeze()


def together(found: Iterable[tuple[Verdict, ...]]) -> tuple[Verdict, ...]:
    """One verdict per promise, in their order, from those that ``check_in_parts`` gave."""
    by_promise: dict[int, list[Verdict]] = {}
    for verdict in chain.from_iterable(found):
        by_promise.setdefault(id(verdict.promise), []).append(verdict)
    return tuple(
        Verdict(
            promise=same[0].promise,
            is_held=all(v.is_held for v in same),
            broken_by=tuple(chain.from_iterable(v.broken_by for v in same)),
        )
        for same in by_promise.values()
    )


def needed(contract: Contract, names: Iterable[str], *, across_rows: bool | None = None) -> list[str]:
    """Of ``names``, the columns that the promises speak of: all of them, or only those that (do not) compare rows with one another."""
    asked = [p for p in promises(contract) if across_rows is None or p.compares_rows is across_rows]
    return _named([p.expectation for p in asked], names)


def held(given: Sequence[Promise], batch: pd.DataFrame, *, suite: str = "contract") -> tuple[Verdict, ...]:
    """One verdict per promise, in their order. ``batch`` has a column ``row``, whole numbers that name its rows.

    A first pass asks only whether each promise holds; a second one looks for the rows of those that do not. Raises
    CheckerBroke when Great Expectations raised instead of judging, or cannot say which rows break a promise about rows.
    """
    if batch.empty or not given:
        return ()
    expectations = [described(p) for p in given]
    frame = _light(batch, expectations)
    first = _checkpoint(frame, expectations, suite, "BOOLEAN_ONLY")
    is_held = [_success(p, r) for p, r in zip(given, first, strict=True)]
    asked = [i for i, e in enumerate(expectations) if _names_rows(e) and not (is_held[i] and _is_strict(e))]
    rows = dict(zip(asked, _rows_that_break([given[i] for i in asked], batch, suite), strict=True))
    return tuple(
        Verdict(promise=p, is_held=is_held[i], broken_by=rows.get(i, ())) for i, p in enumerate(given)
    )


def _rows_that_break(given: list[Promise], batch: pd.DataFrame, suite: str) -> list[tuple[int, ...]]:
    if not given:
        return []
    expectations = [described(p) for p in given]
    frame = _light(batch, expectations)
    frame.index = pd.Index(batch["row"].to_numpy())
    results = _checkpoint(frame, expectations, suite, "COMPLETE")
    return [_rows(p, r) for p, r in zip(given, results, strict=True)]


def described(promise: Promise) -> Expectation:
    """A copy that the suite may number, with the promise in words as what the documentation shows."""
    return promise.expectation.copy(update={"description": promise.rule, "id": None})


def _light(batch: pd.DataFrame, expectations: Iterable[Expectation]) -> pd.DataFrame:
    """The columns that the expectations name, in the types that Great Expectations compares whole and not value by value."""
    return pd.DataFrame({name: _numpy(batch[name]) for name in _named(expectations, batch.columns)})


def _named(expectations: Iterable[Expectation], names: Iterable[str]) -> list[str]:
    named = json.dumps([e.configuration.kwargs for e in expectations], default=str)
    is_about_columns = all(_names_rows(e) or hasattr(e, "column") for e in expectations)
    return [name for name in names if f'"{name}"' in named or not is_about_columns]


def _numpy(values: pd.Series) -> pd.Series:
    """Dates to the nanosecond and numbers without pandas' own null; left alone where that would change a value."""
    if isinstance(values.dtype, pd.Int64Dtype):
        if not values.isna().any():
            return values.astype("int64")
        exact = values.abs().max() is pd.NA or values.abs().max() < 2**53
        return values.astype("float64") if exact else values
    if values.dtype.kind == "M":
        fits = values.isna() | values.between(pd.Timestamp.min.ceil("s"), pd.Timestamp.max.floor("s"))
        return values.astype("datetime64[ns]") if fits.all() else values
    return values


def _checkpoint(
    frame: pd.DataFrame,
    expectations: list[Expectation],
    name: str,
    result_format: Literal["BOOLEAN_ONLY", "COMPLETE"],
) -> list[ExpectationValidationResult]:
    """The result of each expectation, in their order, from a checkpoint in a context of its own that leaves nothing behind."""
    import great_expectations as gx  # two seconds that a run without new files need not spend

    context = quiet_context()
    data = context.data_sources.add_pandas(name).add_dataframe_asset(name)
    suite = context.suites.add(gx.ExpectationSuite(name=name, expectations=expectations))
    definition = gx.ValidationDefinition(
        name=name, data=data.add_batch_definition_whole_dataframe(name), suite=suite
    )
    context.validation_definitions.add(definition)
    checkpoint = gx.Checkpoint(name=name, validation_definitions=[definition], result_format=result_format)
    context.checkpoints.add(checkpoint)
    try:
        outcome = checkpoint.run(batch_parameters={"dataframe": frame})
    except Exception as error:  # noqa: BLE001 (what it says may quote the data, so that only its kind is passed on)
        raise _broke(f"the checker stopped ({type(error).__name__})", name) from None
    (results,) = outcome.run_results.values()
    by_id = {r.expectation_config.id: r for r in results.results if r.expectation_config is not None}
    if len(by_id) != len(expectations):
        raise _broke("the checker did not judge every promise", name)
    return [by_id[e.id] for e in suite.expectations]


def quiet_context() -> Any:
    """A context of Great Expectations in memory: nothing on disk, nothing reported, no progress bars."""
    import great_expectations as gx
    from great_expectations.data_context.types.base import ProgressBarsConfig

    for talkative in ("great_expectations", "great_expectations.data_context.types.base"):
        logging.getLogger(talkative).setLevel(logging.WARNING)
    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = ProgressBarsConfig(globally=False, metric_calculations=False)
    context.enable_analytics(False)
    return context


def _names_rows(expectation: Expectation) -> bool:
    from great_expectations.expectations import expectation as kinds

    return isinstance(
        expectation,
        kinds.ColumnMapExpectation | kinds.ColumnPairMapExpectation | kinds.MulticolumnMapExpectation,
    )


def _is_strict(expectation: Expectation) -> bool:
    """Whether one row is enough to break it; with a tolerance (``mostly``) rows may break a promise that holds."""
    return bool(getattr(expectation, "mostly", 1) == 1)


def _success(promise: Promise, result: ExpectationValidationResult) -> bool:
    if _raised(result.exception_info):
        raise _broke(
            f"the check « {promise.rule} » could not be computed", promise.expectation.expectation_type
        )
    return bool(result.success)


def _rows(promise: Promise, result: ExpectationValidationResult) -> tuple[int, ...]:
    is_held = _success(promise, result)
    rows = result.result.get("unexpected_index_list")
    if rows is None or (not is_held and not rows):
        raise _broke(
            f"the check « {promise.rule} » failed without naming a row", promise.expectation.expectation_type
        )
    return tuple(int(row) for row in np.unique(rows))


def _broke(what: str, where: str) -> CheckerBroke:
    return CheckerBroke(
        what, where=where, hint="this is a fault of Lanterne, not of the extract; please report it."
    )


def _raised(info: Any) -> bool:
    """GX gives either one flag or one per metric."""
    if not info:
        return False
    return bool(
        info.get(
            "raised_exception", any(isinstance(v, dict) and v.get("raised_exception") for v in info.values())
        )
    )
