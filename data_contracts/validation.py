"""What a check of one source found, without a value of any row: it can be stored, shown and published to auditors."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from importlib.metadata import version

from data_contracts.contract import Contract
from data_contracts.expectations import Verdict

Setting = str | float | bool | None | list[str]
MASKED = "***"
"""Stands for a setting that the contract does not spell out, as it may hold what rows hold (a list of known keys, say)."""

_NAMES = ("column", "column_A", "column_B", "column_list", "ignore_row_if")
"""Settings that name columns, or hold one of Great Expectations' own words."""


@dataclass(frozen=True, kw_only=True)
class Kept:
    """One promise: ``rows_broken`` of the ``rows`` that were held against it break it.

    ``is_about_files``: its rows are whole files. ``severity``: ``warning`` is told and sets nothing aside.
    ``settings``: what checks it, with ``MASKED`` for what the contract does not spell out.
    """

    rule: str
    expectation: str
    settings: Mapping[str, Setting]
    is_held: bool
    rows: int
    rows_broken: int
    is_about_files: bool
    severity: str

    @property
    def column(self) -> str:
        """The column that it is about; empty for several columns or the whole file."""
        found = self.settings.get("column")
        return found if isinstance(found, str) else ""


@dataclass(frozen=True, kw_only=True)
class Validation:
    """One check of the new rows of one source (``rows`` of them), the promises in the order of the contract."""

    source: str
    contract_version: str
    suite: str
    checker: str
    rows: int
    promises: tuple[Kept, ...]

    def as_json(self) -> str:
        """One line that ``from_json`` reads back."""
        return json.dumps(asdict(self), ensure_ascii=False, sort_keys=True)

    @staticmethod
    def from_json(text: str) -> Validation:
        """The record that ``as_json`` wrote. Raises ValueError, KeyError or TypeError for any other text."""
        read = json.loads(text)
        return Validation(**{**read, "promises": tuple(Kept(**kept) for kept in read["promises"])})


def validation(
    contract: Contract,
    rows: int,
    verdicts: Sequence[Verdict],
    *,
    files: int = 0,
    of_files: Sequence[Verdict] = (),
) -> Validation:
    """The record of a check: ``verdicts`` on the ``rows`` of the batch, ``of_files`` on its ``files``, one row per file."""
    return Validation(
        source=contract.source,
        contract_version=contract.version,
        suite=contract.source,
        checker=f"great-expectations {version('great-expectations')}",
        rows=rows,
        promises=(
            *(_kept(contract, v, rows, is_about_files=False) for v in verdicts),
            *(_kept(contract, v, files, is_about_files=True) for v in of_files),
        ),
    )


def _kept(contract: Contract, verdict: Verdict, rows: int, *, is_about_files: bool) -> Kept:
    configuration = verdict.promise.expectation.configuration
    return Kept(
        rule=verdict.rule,
        expectation=str(configuration.type),
        settings={name: setting(contract, name, value) for name, value in configuration.kwargs.items()},
        is_held=verdict.is_held,
        rows=rows,
        rows_broken=len(verdict.broken_by),
        is_about_files=is_about_files,
        severity=str(getattr(configuration.severity, "value", configuration.severity)),
    )


def setting(contract: Contract, name: str, value: object) -> Setting:
    """Numbers, days and what the contract itself spells out; nothing else."""
    if value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(value, date):  # and pandas' timestamps
        return value.isoformat()[:10]
    known = _spelled_out(contract)
    if name in _NAMES:
        return (
            value
            if isinstance(value, str)
            else [str(v) for v in value]
            if isinstance(value, list)
            else MASKED
        )
    if isinstance(value, str):
        return value if value in known else MASKED
    if isinstance(value, list | tuple) and all(isinstance(v, str) and v in known for v in value):
        return [str(v) for v in value]
    return MASKED


def _spelled_out(contract: Contract) -> frozenset[str]:
    columns = contract.columns
    values = {v for c in columns for v in c.allowed} | {c.pattern for c in columns if c.pattern}
    return frozenset(values | {c.name for c in columns})
