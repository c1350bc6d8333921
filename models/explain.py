"""Why this household: contributions by factor, the strongest as sentences, what speaks against, and what is not known."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from features.factor import Factor, Language, sentence
from models.candidate import Scorer

MOST_REASONS = 4
SMALLEST = 0.02
"""Log-odds below which a contribution is not worth a sentence."""


@dataclass(frozen=True, kw_only=True)
class Reason:
    """One sentence and what it rests on."""

    sentence: str
    factor: str
    contribution: float
    known_on: str
    source: str


@dataclass(frozen=True, kw_only=True)
class Explained:
    """One household: reasons strongest first, the strongest counter-evidence first."""

    household_id: str
    reasons: tuple[Reason, ...]
    counter: tuple[Reason, ...]


def contributions(scorer: Scorer, matrix: pd.DataFrame, evidence: pd.DataFrame) -> pd.DataFrame:
    """Long form: ``household_id``, ``factor``, ``value``, ``contribution``, ``known_on``, ``source``, ``detail``; one row a
    household and factor of the scorer. Contributions + ``scorer.base`` = score. ``value`` is null where there is no trace."""
    wide = scorer.contributions(matrix)
    wide.insert(0, "household_id", matrix["household_id"])
    long = wide.melt(id_vars="household_id", var_name="factor", value_name="contribution")
    facts = evidence[["household_id", "factor", "value", "detail", "known_on", "source"]]
    joined = long.merge(facts, on=["household_id", "factor"], how="left")
    return joined.sort_values(["household_id", "factor"], ignore_index=True)[
        ["household_id", "factor", "value", "contribution", "known_on", "source", "detail"]
    ]


def explained(long: pd.DataFrame, factors: Sequence[Factor], language: Language) -> dict[str, Explained]:
    """Only factors with a value become sentences: the absence of a trace moves a score but is no reason to knock.

    A zero of a yes/no factor is no reason either: the sentence says yes.
    """
    by_name = {f.name: f for f in factors}
    said = long[long["value"].notna() & (long["contribution"].abs() >= SMALLEST)]
    said = said[[_is_said(by_name[n], v) for n, v in zip(said["factor"], said["value"], strict=True)]]
    result = {h: Explained(household_id=h, reasons=(), counter=()) for h in long["household_id"].unique()}
    for household, rows in said.groupby("household_id"):
        ordered = rows.sort_values(["contribution", "factor"], ascending=[False, True])
        reasons = [_reason(r, by_name[str(r.factor)], language) for r in ordered.itertuples()]
        result[str(household)] = Explained(
            household_id=str(household),
            reasons=tuple(r for r in reasons if r.contribution > 0)[:MOST_REASONS],
            counter=tuple(r for r in reversed(reasons) if r.contribution < 0)[:2],
        )
    return result


def _is_said(factor: Factor, value: float) -> bool:
    return factor.unit != "0/1" or value >= 1


def _reason(row: object, factor: Factor, language: Language) -> Reason:
    detail = row.detail if isinstance(row.detail, str) else None  # type: ignore[attr-defined]  # itertuples has no static type
    return Reason(
        sentence=sentence(factor, float(row.value), detail, language),  # type: ignore[attr-defined]
        factor=factor.name,
        contribution=float(row.contribution),  # type: ignore[attr-defined]
        known_on="" if pd.isna(row.known_on) else str(row.known_on)[:10],  # type: ignore[attr-defined]
        source=str(row.source),  # type: ignore[attr-defined]
    )
