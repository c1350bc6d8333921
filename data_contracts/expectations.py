"""Great Expectations generated from a contract and run on one pandas batch. Results hold row numbers and never a value."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

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
    """One promise held against one batch: the row numbers (positions in the batch) that break it."""

    rule: str
    reason: str
    broken_by: tuple[int, ...]


def check(contract: Contract, batch: pd.DataFrame) -> tuple[Verdict, ...]:
    """Holds every promise of the contract against ``batch``.

    ``batch``: canonical columns of the contract plus ``file_id`` (key uniqueness is within one file), ``known_on``
    and ``delivered_on``; index 0..n-1. Raises CheckerBroke when an expectation raised instead of judging.
    """
    return held(tuple(promises(contract)), batch)


def held(promises: Sequence[Promise], batch: pd.DataFrame) -> tuple[Verdict, ...]:
    """One verdict per promise, in their order; none for an empty batch. ``batch`` has the columns that the promises name and an index 0..n-1."""
    if batch.empty or not promises:
        return ()
    results = _validated(batch, [p.expectation for p in promises])
    return tuple(_verdict(p.rule, p.reason, r) for p, r in zip(promises, results, strict=True))


def _validated(batch: pd.DataFrame, expectations: list[Expectation]) -> list[ExpectationValidationResult]:
    import great_expectations as gx  # two seconds that a run without new files need not spend
    from great_expectations.data_context.types.base import ProgressBarsConfig

    for talkative in ("great_expectations", "great_expectations.data_context.types.base"):
        logging.getLogger(talkative).setLevel(logging.WARNING)
    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = ProgressBarsConfig(globally=False, metric_calculations=False)
    context.enable_analytics(False)
    definition = (
        context.data_sources.add_pandas("extract")
        .add_dataframe_asset("batch")
        .add_batch_definition_whole_dataframe("whole")
    )
    suite = context.suites.add(gx.ExpectationSuite(name="contract", expectations=expectations))
    validation = gx.ValidationDefinition(name="contract", data=definition, suite=suite)
    context.validation_definitions.add(validation)
    outcome = validation.run(
        batch_parameters={"dataframe": batch},
        result_format={
            "result_format": "COMPLETE",
            "unexpected_index_column_names": ["row"],
            "include_unexpected_rows": False,
        },
    )
    by_id = {r.expectation_config.id: r for r in outcome.results if r.expectation_config is not None}
    return [by_id[e.id] for e in suite.expectations]


def _verdict(rule: str, reason: str, result: ExpectationValidationResult) -> Verdict:
    raised = _raised(result.exception_info)
    if raised:
        raise CheckerBroke(
            f"the check « {rule} » could not be computed",
            hint="this is a fault of Lanterne, not of the extract; please report it.",
        )
    rows = {int(hit["row"]) for hit in result.result.get("unexpected_index_list") or []}
    if not result.success and not rows:
        raise CheckerBroke(
            f"the check « {rule} » failed without naming a row",
            hint="please report it with the version of Lanterne.",
        )
    return Verdict(rule=rule, reason=reason, broken_by=tuple(sorted(rows)))


def _raised(info: Any) -> bool:
    """GX gives either one flag or one per metric."""
    if not info:
        return False
    return bool(
        info.get(
            "raised_exception", any(isinstance(v, dict) and v.get("raised_exception") for v in info.values())
        )
    )
