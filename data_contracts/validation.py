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

_WORDS = ("ignore_row_if",)
"""Settings of Great Expectations whose values are words of its own."""


@dataclass(frozen=True, kw_only=True)
class Kept:
    """One promise: ``rows_broken`` counts the rows that break it; ``settings`` is what checks it, with ``MASKED`` for what is not the contract's."""

    rule: str
    expectation: str
    settings: Mapping[str, Setting]
    is_held: bool
    rows_broken: int
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


def validation(contract: Contract, rows: int, verdicts: Sequence[Verdict]) -> Validation:
    """The record of a check: ``verdicts`` of ``expectations.check``, and of promises about the whole delivery if there are any."""
    return Validation(
        source=contract.source,
        contract_version=contract.version,
        suite=contract.source,
        checker=f"great-expectations {version('great-expectations')}",
        rows=rows,
        promises=tuple(_kept(contract, v) for v in verdicts),
    )


def _kept(contract: Contract, verdict: Verdict) -> Kept:
    configuration = verdict.promise.expectation.configuration
    return Kept(
        rule=verdict.rule,
        expectation=str(configuration.type),
        settings={name: setting(contract, name, value) for name, value in configuration.kwargs.items()},
        is_held=verdict.is_held,
        rows_broken=len(verdict.broken_by),
        severity=str(getattr(configuration.severity, "value", configuration.severity)),
    )


def setting(contract: Contract, name: str, value: object) -> Setting:
    """Numbers, days and what the contract itself spells out; nothing else."""
    if value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(value, date):  # and pandas' timestamps
        return value.isoformat()[:10]
    if isinstance(value, str) and name in _WORDS:
        return value
    known = _spelled_out(contract)
    if isinstance(value, str):
        return value if value in known else MASKED
    if isinstance(value, list | tuple) and all(isinstance(v, str) and v in known for v in value):
        return [str(v) for v in value]
    return MASKED


def _spelled_out(contract: Contract) -> frozenset[str]:
    columns = contract.columns
    names = {c.name for c in columns} | {"file_id", "known_on", "delivered_on", "row"}
    values = {v for c in columns for v in c.allowed} | {c.pattern for c in columns if c.pattern}
    return frozenset(names | values)
