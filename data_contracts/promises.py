"""What a contract promises about rows, as Great Expectations' own expectations. Generated from the contract; none is written twice."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import pandas as pd

from data_contracts.contract import Column, Contract, PairRule

if TYPE_CHECKING:
    from great_expectations.expectations.expectation import Expectation

Severity = Literal["error", "warning"]


@dataclass(frozen=True, kw_only=True)
class Promise:
    """One promise in words (``rule``), what is wrong with a row that breaks it (``reason``), and what checks it.

    ``severity``: an ``error`` sets the row aside; a ``warning`` is told and stops nothing.
    """

    rule: str
    reason: str
    expectation: Expectation
    severity: Severity = "error"

    @property
    def compares_rows(self) -> bool:
        """Whether a row breaks it because of another row of the same file, so that it can only be judged on all of them."""
        import great_expectations.expectations as gxe

        return isinstance(self.expectation, gxe.ExpectCompoundColumnsToBeUnique)


def promises(contract: Contract) -> Iterator[Promise]:
    """Every promise about single rows, in the order of the contract."""
    import great_expectations.expectations as gxe

    if contract.key:
        yield Promise(
            rule=f"{', '.join(contract.key)} {'identifient' if len(contract.key) > 1 else 'identifie'} une seule ligne",
            reason="clé en double",
            expectation=gxe.ExpectCompoundColumnsToBeUnique(
                column_list=[*contract.key, "file_id"], ignore_row_if="never"
            ),
        )
    for column in contract.columns:
        yield from _column_promises(column)
    dates = {"known_on", "delivered_on", *(c.name for c in contract.columns if c.kind == "date")}
    for pair in (*contract.pair_rules, KNOWN_BEFORE_DELIVERY):
        yield Promise(
            rule=pair.name,
            reason="ordre des dates" if pair.earlier in dates else "valeurs incompatibles",
            expectation=gxe.ExpectColumnPairValuesAToBeGreaterThanB(
                column_A=pair.later,
                column_B=pair.earlier,
                or_equal=True,
                ignore_row_if="either_value_is_missing",
            ),
        )


KNOWN_BEFORE_DELIVERY = PairRule(
    name="le fait est connu au plus tard à la livraison", earlier="known_on", later="delivered_on"
)


def _column_promises(column: Column) -> Iterator[Promise]:
    import great_expectations.expectations as gxe

    name = column.name
    if column.is_required:
        yield Promise(
            rule=f"{name} est renseigné",
            reason="valeur absente",
            expectation=gxe.ExpectColumnValuesToNotBeNull(column=name),
        )
    if column.is_unique:
        yield Promise(
            rule=f"{name} n'est porté que par une ligne",
            reason="valeur en double",
            expectation=gxe.ExpectCompoundColumnsToBeUnique(
                column_list=[name, "file_id"], ignore_row_if="any_value_is_missing"
            ),
        )
    if column.allowed:
        yield Promise(
            rule=f"{name} est une valeur prévue",
            reason="valeur hors liste",
            expectation=gxe.ExpectColumnValuesToBeInSet(column=name, value_set=list(column.allowed)),
        )
    if column.pattern:
        yield Promise(
            rule=f"{name} a la forme prévue",
            reason="forme inattendue",
            expectation=gxe.ExpectColumnValuesToMatchRegex(column=name, regex=column.pattern),
        )
    low, high = _bounds(column)
    if low is not None or high is not None:
        yield Promise(
            rule=f"{name} est dans les bornes",
            reason="hors bornes",
            expectation=gxe.ExpectColumnValuesToBeBetween(column=name, min_value=low, max_value=high),
        )


def _bounds(column: Column) -> tuple[Any, Any]:
    """A date before 1900 is a typing error or an empty field of some system, never a fact of this town."""
    if column.kind == "date":
        return pd.Timestamp(1900, 1, 1), None
    return column.minimum, column.maximum
