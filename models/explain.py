"""Why this household: contributions by factor, the strongest as sentences, what speaks against, and what is not known."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from features.factor import Factor, Language, sentence
from models.candidate import Scorer

MOST_REASONS, MOST_COUNTER = 4, 2
COLUMNS = (
    "household_id",
    "factor",
    "person_id",
    "value",
    "contribution",
    "is_weighed",
    "known_on",
    "source",
    "detail",
)
SMALLEST = 0.02
"""Log-odds below which a contribution is not worth a sentence."""


@dataclass(frozen=True, kw_only=True)
class Reason:
    """One sentence and what it rests on. ``is_stable``: its sign holds when the visits are drawn again."""

    sentence: str
    factor: str
    contribution: float
    known_on: str
    source: str
    is_stable: bool = True


@dataclass(frozen=True, kw_only=True)
class Explained:
    """One household: reasons strongest first, the strongest counter-evidence first; ``beside`` is what else the extracts say,
    in the order of the catalogue: it moved nothing here and is shown so that a reviewer decides on all that is known."""

    household_id: str
    reasons: tuple[Reason, ...]
    counter: tuple[Reason, ...]
    beside: tuple[Reason, ...]


def contributions(
    scorer: Scorer, matrix: pd.DataFrame, evidence: pd.DataFrame, factors: Sequence[Factor] = ()
) -> pd.DataFrame:
    """Long form: ``household_id``, ``factor``, ``person_id``, ``value``, ``contribution``, ``is_weighed``, ``known_on``, ``source``, ``detail``; one row a
    household and factor of the scorer, or of ``factors``. Contributions + ``scorer.base`` = score, summed by factor, by member or at once. ``person_id``: the
    member whose record says it; null: the household as a whole, or no trace. ``value`` is null where there is no trace; ``is_weighed``: whether the
    scorer uses the factor at all; where not, its contribution is 0."""
    weighed = scorer.contributions(matrix)
    beside = [f.name for f in factors if f.name not in weighed]
    wide = weighed.assign(**dict.fromkeys(beside, 0.0))
    wide.insert(0, "household_id", matrix["household_id"])
    long = wide.melt(id_vars="household_id", var_name="factor", value_name="contribution")
    long["is_weighed"] = ~long["factor"].isin(beside)
    facts = evidence[["household_id", "factor", "person_id", "value", "detail", "known_on", "source"]]
    joined = long.merge(facts, on=["household_id", "factor"], how="left")
    return joined.sort_values(["household_id", "factor"], ignore_index=True)[list(COLUMNS)]


def explained(
    long: pd.DataFrame,
    evidence: pd.DataFrame,
    factors: Sequence[Factor],
    language: Language,
    *,
    stable_from: float = 0.0,
) -> dict[str, Explained]:
    """One entry a household of ``long`` (see ``contributions``); ``evidence`` holds every factor's value, whether the scorer uses it or not.
    Where ``long`` has ``same_sign_share`` (see ``models.stability``), a reason with less than ``stable_from`` flips: it is told beside, as a fact.

    Only factors with a value become sentences: the absence of a trace moves a score but is no reason to knock.
    A zero of a yes/no factor is no reason either: the sentence says yes. What may not be shown is never said.
    """
    by_name = {f.name: f for f in factors}
    households = [str(h) for h in long["household_id"].unique()]
    facts = evidence[evidence["household_id"].isin(households)]
    kept = [
        by_name[n].is_shown and by_name[n].is_said(v)
        for n, v in zip(facts["factor"], facts["value"], strict=True)
    ]
    facts = facts[kept]
    if "same_sign_share" not in long:
        long = long.assign(same_sign_share=1.0)
    given = long[["household_id", "factor", "contribution", "same_sign_share"]]
    weighed = facts.merge(given, on=["household_id", "factor"], how="left")
    weighed["contribution"] = weighed["contribution"].fillna(0.0)
    weighed["is_stable"] = weighed["same_sign_share"].fillna(1.0) >= stable_from
    weighed = _without_repetition(weighed, factors)
    weighed = weighed.sort_values(["contribution", "factor"], ascending=[False, True])
    said: dict[str, list[Reason]] = {h: [] for h in households}
    for row in weighed.itertuples():
        said[str(row.household_id)].append(_reason(row, by_name[str(row.factor)], language))
    protective = frozenset(f.name for f in factors if f.direction < 0)
    order = [f.name for f in factors]
    return {h: _explained(h, reasons, protective, order) for h, reasons in said.items()}


def _without_repetition(weighed: pd.DataFrame, factors: Sequence[Factor]) -> pd.DataFrame:
    """Of two sentences of which one says it all, that one, with what both weigh together."""
    refined = {f.name: f.refines for f in factors if f.refines is not None}
    finer = weighed[weighed["factor"].isin(refined)]
    pairs = finer.assign(coarse=finer["factor"].map(refined))[["household_id", "factor", "coarse"]]
    coarse = weighed[["household_id", "factor", "contribution"]].rename(
        columns={"factor": "coarse", "contribution": "also"}
    )
    moved = pairs.merge(coarse, on=["household_id", "coarse"])
    joined = weighed.merge(
        moved[["household_id", "factor", "also"]], on=["household_id", "factor"], how="left"
    )
    joined["contribution"] += joined.pop("also").fillna(0.0)
    superfluous = pd.MultiIndex.from_frame(moved[["household_id", "coarse"]])
    return joined[~pd.MultiIndex.from_frame(joined[["household_id", "factor"]]).isin(superfluous)]


def _explained(
    household: str, said: Sequence[Reason], protective: frozenset[str], order: Sequence[str]
) -> Explained:
    """``said``: everything that the extracts say of one household, the largest contribution first.

    A protective fact speaks against even where the champion, a rule say, gives it no weight.
    """
    reasons = [r for r in said if r.contribution >= SMALLEST and r.is_stable][:MOST_REASONS]
    against = [
        r
        for r in reversed(said)
        if (r.contribution <= -SMALLEST and r.is_stable)
        or (r.factor in protective and r.contribution < SMALLEST)
    ]
    counter = against[:MOST_COUNTER]
    beside = [r for r in said if r not in reasons and r not in counter]
    return Explained(
        household_id=household,
        reasons=tuple(reasons),
        counter=tuple(counter),
        beside=tuple(sorted(beside, key=lambda r: order.index(r.factor))),
    )


def _reason(row: object, factor: Factor, language: Language) -> Reason:
    detail = row.detail if isinstance(row.detail, str) else None  # type: ignore[attr-defined]  # itertuples has no static type
    return Reason(
        sentence=sentence(factor, float(row.value), detail, language),  # type: ignore[attr-defined]
        factor=factor.name,
        contribution=float(row.contribution),  # type: ignore[attr-defined]
        known_on="" if pd.isna(row.known_on) else str(row.known_on)[:10],  # type: ignore[attr-defined]
        source=str(row.source),  # type: ignore[attr-defined]
        is_stable=bool(row.is_stable),  # type: ignore[attr-defined]
    )
