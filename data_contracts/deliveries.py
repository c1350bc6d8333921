"""What a contract promises about whole files, against the delivery before: fresh, as many, alike, and naming only what exists.

Generated from the contract and held by Great Expectations on a table with one row per file. A broken promise of this kind is told, never more:
a small city's month may well be unlike the one before.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

import pandas as pd

from data_contracts.contract import Contract
from data_contracts.contract_terms import Shift
from data_contracts.expectations import Verdict, held
from data_contracts.promises import Promise, Severity

Shares = Mapping[str, float]
"""Value → share of the file's rows in [0, 1]; nothing is the value ``""``."""


@dataclass(frozen=True, kw_only=True)
class Profile:
    """One file as its delivery shows it. ``newest_known_on``: None when it has no row; ``previous_rows``: None when nothing was delivered before.

    ``shares`` and ``previous_shares``: per column. ``unmatched``: per referring column, the rows whose value the other source lacks; a
    column is left out while that source has not been delivered.
    """

    file_id: str
    delivered_on: date
    rows: int
    newest_known_on: date | None
    previous_rows: int | None
    shares: Mapping[str, Shares] = field(default_factory=dict)
    previous_shares: Mapping[str, Shares] = field(default_factory=dict)
    unmatched: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Remark:
    """One file that broke one promise about deliveries. ``measured``: what the promise bounds, in its own unit (days, ratio, distance, rows)."""

    file_id: str
    rule: str
    reason: str
    measured: float
    severity: Severity = "warning"


@dataclass(frozen=True, kw_only=True)
class _Bound:
    """A promise as a column of the table of files and the interval its values lie in."""

    column: str
    rule: str
    reason: str
    minimum: float | None = None
    maximum: float | None = None


def promises(contract: Contract) -> tuple[Promise, ...]:
    """Every promise about whole files, as expectations on the columns of ``table``."""
    import great_expectations.expectations as gxe
    from great_expectations.expectations.metadata_types import FailureSeverity

    return tuple(
        Promise(
            rule=bound.rule,
            reason=bound.reason,
            severity="warning",
            expectation=gxe.ExpectColumnValuesToBeBetween(
                column=bound.column,
                min_value=bound.minimum,
                max_value=bound.maximum,
                severity=FailureSeverity.WARNING,
            ),
        )
        for bound in _bounds(contract)
    )


def table(contract: Contract, profiles: Sequence[Profile]) -> pd.DataFrame:
    """One row per file: ``row`` (0..n-1), ``file_id``, and one number per promise; nothing where the file is too small or the first, so cannot be judged."""
    rows = [{"row": row, "file_id": p.file_id, **_measures(contract, p)} for row, p in enumerate(profiles)]
    names = [b.column for b in _bounds(contract)]
    return pd.DataFrame(rows, columns=["row", "file_id", *names]).astype(dict.fromkeys(names, "float64"))


def verdicts(contract: Contract, profiles: Sequence[Profile]) -> tuple[Verdict, ...]:
    """One verdict per promise; ``broken_by`` are positions in ``profiles``. Raises CheckerBroke when Great Expectations itself failed."""
    return held(promises(contract), table(contract, profiles))


def remarks(contract: Contract, profiles: Sequence[Profile]) -> tuple[Remark, ...]:
    """The broken promises, file by file."""
    return remarked(contract, profiles, verdicts(contract, profiles))


def remarked(
    contract: Contract, profiles: Sequence[Profile], judged: Sequence[Verdict]
) -> tuple[Remark, ...]:
    """As ``remarks``, from the ``verdicts`` on the same profiles."""
    measured = table(contract, profiles)
    return tuple(
        Remark(
            file_id=profiles[row].file_id,
            rule=verdict.rule,
            reason=verdict.reason,
            measured=float(measured[bound.column].iloc[row]),
        )
        for bound, verdict in zip(_bounds(contract), judged, strict=False)  # no verdict without a profile
        for row in verdict.broken_by
    )


def total_variation(now: Shares, before: Shares) -> float:
    """Half the sum of the absolute differences of the shares: 0 for the same distribution, 1 for two that have no value in common."""
    return sum(abs(now.get(v, 0.0) - before.get(v, 0.0)) for v in {*now, *before}) / 2


def _bounds(contract: Contract) -> Iterator[_Bound]:
    if contract.freshness_days is not None:
        yield _Bound(
            column="age_days",
            rule=f"le dernier fait connu a au plus {contract.freshness_days} jours à la livraison",
            reason="données anciennes",
            maximum=contract.freshness_days,
        )
    if contract.volume is not None:
        volume = contract.volume
        yield _Bound(
            column="rows_ratio",
            rule=volume.name,
            reason="nombre de lignes inhabituel",
            minimum=volume.minimum,
            maximum=volume.maximum,
        )
    for shift in contract.shifts:
        yield _Bound(
            column=f"shift_{shift.column}",
            rule=shift.name,
            reason="répartition inhabituelle",
            maximum=shift.at_most,
        )
    for reference in contract.references:
        yield _Bound(
            column=f"unmatched_{reference.column}",
            rule=f"{reference.column} existe dans {reference.source}",
            reason=f"valeur inconnue de {reference.source}",
            maximum=0,
        )


def _measures(contract: Contract, p: Profile) -> dict[str, float | None]:
    age = None if p.newest_known_on is None else (p.delivered_on - p.newest_known_on).days
    shifts = {f"shift_{s.column}": _distance(s, p) for s in contract.shifts}
    unmatched = {f"unmatched_{r.column}": p.unmatched.get(r.column) for r in contract.references}
    return {"age_days": age, "rows_ratio": _ratio(contract, p), **shifts, **unmatched}


def _ratio(contract: Contract, p: Profile) -> float | None:
    if contract.volume is None or not _is_judged(p, contract.volume.from_rows):
        return None
    return p.rows / (p.previous_rows or 1)


def _distance(shift: Shift, p: Profile) -> float | None:
    if p.rows < shift.from_rows or not _is_judged(p, shift.from_rows):
        return None
    return total_variation(p.shares[shift.column], p.previous_shares[shift.column])


def _is_judged(p: Profile, from_rows: int) -> bool:
    """A file that shrank to nothing is judged by what was there before: that is the news."""
    return p.previous_rows is not None and p.previous_rows >= max(from_rows, 1)
