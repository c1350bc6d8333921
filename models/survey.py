"""Real people: ranks survey respondents through the same candidates and metrics as a run. The mapping is data, not code."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches

import duckdb
import numpy as np
import pandas as pd

from data_contracts.errors import ConfigurationError
from features.factor import Factor
from models import metrics
from models.boosting import Boosting
from models.candidate import Bools, Candidate, Floats, NotFitted, lots, ranking, score
from models.points import Points
from models.rules import RANDOM, SEVENTY_FIVE_ALONE

SPLITS = 25
LABELS = (0, 200, 500)
TOP_SHARE = 0.05


@dataclass(frozen=True, kw_only=True)
class SurveyMapping:
    """From survey columns to factors that an administration could hold. Expressions are DuckDB SQL over the survey's columns,
    in which the missing codes are already null."""

    identifier: str
    weight: str
    missing: tuple[float, ...]
    where: str
    targets: Mapping[str, str]
    factors: Mapping[str, str]


@dataclass(frozen=True, kw_only=True)
class Cell:
    """One candidate, target and number of labels: means over the splits with the 2.5-97.5 % range of the splits."""

    target: str
    labels: int
    candidate: str
    splits: int
    respondents: int
    prevalence: float
    auc: metrics.Estimate
    top_precision: metrics.Estimate


def parsed(text: str, factors: Sequence[Factor], where: str) -> SurveyMapping:
    """Reads a mapping file. Raises ConfigurationError that names the missing table or the unknown factor."""
    try:
        content = tomllib.loads(text)
        survey, targets, mapped = content["survey"], content["targets"], content["factors"]
        identifier, weight = str(survey["id"]), str(survey.get("weight", "1"))
    except tomllib.TOMLDecodeError as error:
        raise ConfigurationError(
            f"the mapping is no readable TOML: {error}", where=where, hint="check quotes on that line."
        ) from error
    except KeyError as error:
        raise ConfigurationError(
            f"the mapping lacks {error}", where=where, hint="docs/survey.md shows a whole mapping."
        ) from error
    known = {f.name for f in factors}
    for name in mapped:
        if name not in known:
            close = get_close_matches(name, known, n=1)
            hint = f"did you mean {close[0]}?" if close else "docs/factors.md lists every factor."
            raise ConfigurationError(f"no factor is called {name}", where=where, hint=hint)
    return SurveyMapping(
        identifier=identifier,
        weight=weight,
        missing=tuple(survey.get("missing", ())),
        where=str(survey.get("where", "true")),
        targets=targets,
        factors=mapped,
    )


def respondents(survey: pd.DataFrame, mapping: SurveyMapping, where: str) -> pd.DataFrame:
    """One row a respondent: ``household_id`` (the survey's id), ``weight``, one column a factor, one a target (null = not answered)."""
    connection = duckdb.connect(config={"enable_external_access": "false"})
    try:
        connection.register("delivered", survey)
        codes = ", ".join(str(float(code)) for code in mapping.missing) or "null"
        cleaned = ", ".join(_cleaned(c, survey[c], mapping, codes) for c in survey.columns)
        columns = [f"({e})::double as {name}" for name, e in mapping.factors.items()]
        columns += [f"({e})::double as target_{name}" for name, e in mapping.targets.items()]
        return connection.execute(
            f"with survey as (select {cleaned} from delivered)"
            f" select cast({mapping.identifier} as varchar) as household_id, ({mapping.weight})::double as weight, {', '.join(columns)}"
            f" from survey where ({mapping.where}) order by 1"
        ).df()
    except duckdb.Error as error:
        raise ConfigurationError(
            f"an expression of the mapping cannot be computed: {str(error).splitlines()[0]}",
            where=where,
            hint="check the column names against the codebook.",
        ) from error
    finally:
        connection.close()


def _cleaned(name: str, column: pd.Series, mapping: SurveyMapping, codes: str) -> str:
    quoted = f'"{name}"'
    if name in (mapping.identifier, mapping.weight) or not pd.api.types.is_numeric_dtype(column):
        return quoted
    return f"case when {quoted} in ({codes}) then null else {quoted} end as {quoted}"


def run(
    table: pd.DataFrame, mapping: SurveyMapping, factors: Sequence[Factor], *, seed: int, splits: int = SPLITS
) -> tuple[Cell, ...]:
    """Every target × number of labels × candidate. Training and metrics are weighted by the survey weight; labels are drawn
    at random, the rest is the test. At 0 labels everybody is the test and only candidates that need none take part."""
    used = tuple(f for f in factors if f.name in mapping.factors)
    cells = []
    for target in mapping.targets:
        answered = table[table[f"target_{target}"].notna()].reset_index(drop=True)
        for labels in LABELS:
            if labels < len(answered):
                cells += _cells(answered, target, labels, _candidates(used, seed), seed, splits)
    return tuple(cells)


def _candidates(used: tuple[Factor, ...], seed: int) -> tuple[Candidate, ...]:
    ruled = (SEVENTY_FIVE_ALONE,) if any(f.name == "oldest_age" for f in used) else ()
    return (RANDOM, *ruled, Points(factors=used), Boosting(factors=used, seed=seed))


def _cells(
    table: pd.DataFrame, target: str, labels: int, candidates: Sequence[Candidate], seed: int, splits: int
) -> list[Cell]:
    outcome = table[f"target_{target}"].to_numpy(dtype=float) > 0
    weight = table["weight"].to_numpy(dtype=float)
    found: dict[str, list[tuple[float, float]]] = {}
    for split in range(splits):
        rng = np.random.default_rng((seed, split, labels))
        order = rng.permutation(len(table)) if labels else np.arange(len(table))
        train, test = order[:labels], order[labels:]
        for candidate in candidates:
            result = _one(candidate, table, outcome, weight, train, test, seed + split)
            if result is not None:
                found.setdefault(candidate.name, []).append(result)
    prevalence = float((weight * outcome).sum() / weight.sum())
    return [_summed(target, labels, name, results, len(table), prevalence) for name, results in found.items()]


def _one(
    candidate: Candidate,
    table: pd.DataFrame,
    outcome: Bools,
    weight: Floats,
    train: np.ndarray,
    test: np.ndarray,
    lot_seed: int,
) -> tuple[float, float] | None:
    scorer = candidate.fit(table.iloc[train], outcome[train], weight[train] / weight.mean())
    if isinstance(scorer, NotFitted):
        return None
    marks = score(scorer, table.iloc[test])
    order = ranking(marks, lots(table["household_id"].iloc[test], lot_seed))
    y, w = outcome[test], weight[test]
    auc = (
        metrics.auc(y, -np.argsort(order).astype(float), w)
        if candidate.name == "random"
        else metrics.auc(y, marks, w)
    )
    return auc, metrics.precision(y, metrics.top_share(order, w, TOP_SHARE), w)


def _summed(
    target: str, labels: int, name: str, results: list[tuple[float, float]], n: int, prevalence: float
) -> Cell:
    auc, top = (np.array([r[i] for r in results]) for i in (0, 1))
    return Cell(
        target=target,
        labels=labels,
        candidate=name,
        splits=len(results),
        respondents=n,
        prevalence=prevalence,
        auc=_range(auc),
        top_precision=_range(top),
    )


def _range(figures: Floats) -> metrics.Estimate:
    low, high = np.nanquantile(figures, (0.025, 0.975))
    return metrics.Estimate(value=float(np.nanmean(figures)), low=float(low), high=float(high))
