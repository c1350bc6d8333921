"""Writes ``model/explanation.html`` of a run: what moves the ranking, for analyst and auditor."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path

import pandas as pd

from features.catalogue import FACTORS
from models.candidate import Scorer
from models.explain import explained
from models.logistic import LogisticScorer
from models.nested import NestedScorer
from models.stability import STABLE
from pipelines import ranker, settings, who_ranks
from reports import explanation_page
from reports.contracts import Masthead
from reports.explanation_page import Ranking
from reports.explanation_plots import Weighed


def write(city: settings.City, folder: Path, as_of: date) -> None:
    """Every household of the frame, explained by who ranks."""
    working, who = folder / "working", who_ranks.read(folder)
    scorer = ranker.scorer_of(city, folder)
    matrix = pd.read_parquet(working / "matrix.parquet")
    moved = scorer.contributions(matrix).reset_index(drop=True)
    values = matrix.reindex(columns=moved.columns).reset_index(drop=True)
    listed = pd.read_parquet(working / "drawn.parquet", columns=["household_id"])
    ranking = Ranking(
        masthead=Masthead(city=city.name, language=city.language, is_fictitious=city.fictitious),
        as_of=as_of,
        champion=who.name,
        is_by_rules=who.is_rule,
        is_unapproved=who.is_unapproved,
        base=scorer.base,
        weighed=Weighed(contributions=moved, values=values),
        is_listed=matrix["household_id"].isin(listed["household_id"]).to_numpy(dtype=bool),
        learnt=_learnt(scorer),
        stable=_stable(folder, city),
        seed=city.seed,
    )
    (folder / "model" / "explanation.html").write_bytes(explanation_page.page(ranking))


def _learnt(scorer: Scorer) -> Mapping[str, float] | None:
    """Coefficients of a line; None for trees, rules and what is joined of several."""
    inner = scorer.scorer if isinstance(scorer, NestedScorer) else scorer
    if not isinstance(inner, LogisticScorer):
        return None
    return {f.name: b for f, b in zip(inner.factors, inner.coefficients, strict=True)}


def _stable(folder: Path, city: settings.City) -> Mapping[str, float]:
    """By factor, the share of the listed households with a reason of it in which it holds."""
    long = pd.read_parquet(folder / "explanations.parquet")
    evidence = pd.read_parquet(folder / "working" / "evidence.parquet")
    said = explained(long, evidence, FACTORS, city.language)
    reasons = [(e.household_id, r.factor) for e in said.values() for r in e.reasons]
    shares = long.set_index(["household_id", "factor"])["same_sign_share"].reindex(reasons)
    holds = (shares.fillna(1.0) >= STABLE).groupby(level="factor").mean()
    return {str(name): float(share) for name, share in holds.items()}
