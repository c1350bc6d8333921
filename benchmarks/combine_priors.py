"""Makes ``features/priors.json`` of ``features/prior_evidence.toml`` and a survey: ``python -m benchmarks.combine_priors [--survey CSV] [--check]``.

With ``--survey`` the survey is measured anew: one weighted logistic regression of ``isolated`` on the mapped factors together. Without it the
survey's figures are those already in priors.json, so that anybody can combine again without the survey's file. ``--check`` writes nothing and
ends with 1 when the file differs. To add a factor: its evidence, this script, its row in the catalogue, this script with ``--survey``.
"""

from __future__ import annotations

import argparse
import json
import sys
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from data_contracts.errors import ConfigurationError
from features.prior import Combined, Evidence, combined

HERE = Path(__file__).parent
EVIDENCE = HERE.parent / "features" / "prior_evidence.toml"
PRIORS = HERE.parent / "features" / "priors.json"
MAPPING = HERE / "survey_france.toml"
TARGET = "isolated"
LEAST = 8
"""Isolated, and others, that there must be among the respondents with a factor's signal before the survey says anything of it."""
RIDGE = 2.5
"""Standard deviation of the weak normal prior on each coefficient, against separation; the scale of Gelman and others 2008 (Annals of Applied
Statistics 2), who take a Cauchy."""
DIGITS = 4
UNNAMED = "a survey whose mapping has no in_priors"
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class Declared:
    """A factor of the evidence file, its rows resolved (``like``) and shrunk; ``sign`` -1: the evidence of ``survey_factor`` with its sign turned.

    ``survey_factor``: the factor whose survey figure stands for it, empty where a survey cannot speak."""

    name: str
    direction: int
    seen: float
    seen_because: str
    survey_factor: str
    sign: int
    rows: tuple[Evidence, ...]


@dataclass(frozen=True, kw_only=True)
class Figure:
    """A factor in the survey: log-odds adjusted for the other mapped factors, robust standard error, respondents with the signal."""

    log_odds: float
    standard_error: float
    isolated: int
    others: int


@dataclass(frozen=True, kw_only=True)
class Survey:
    """What a survey says. ``left_out``: factor → why it has no figure."""

    respondents: int
    isolated: int
    weighted_share: float
    figures: Mapping[str, Figure]
    left_out: Mapping[str, str]


def declared(text: str) -> tuple[Declared, ...]:
    """The factors of the evidence file, in its order. Raises ConfigurationError for a row that cites no declared source."""
    content = tomllib.loads(text)
    tables, shrink, sources = content["factors"], content["method"]["shrink_of_bare"], content["sources"]
    return tuple(_factor(name, tables, shrink, sources) for name in tables)


def _factor(name: str, tables: Mapping[str, Any], shrink: float, sources: Mapping[str, Any]) -> Declared:
    table, like = tables[name], tables[name].get("like", name)
    sign = -1 if table.get("reversed") else 1
    for row in tables[like]["evidence"]:
        if row["source"] not in sources:
            raise ConfigurationError(
                f"{name} cites {row['source']}", where=str(EVIDENCE), hint="add it to [sources]."
            )
    return Declared(
        name=name,
        direction=table["direction"],
        seen=table["seen"],
        seen_because=table["seen_because"],
        survey_factor="" if "no_survey" in table else like,
        sign=sign,
        rows=tuple(_evidence(row, sign, shrink) for row in tables[like]["evidence"]),
    )


def _evidence(row: Mapping[str, Any], sign: int, shrink_of_bare: float) -> Evidence:
    shrink = row.get("shrink", 1.0 if row["adjusted"] else shrink_of_bare)
    said = "" if shrink == 1 or not row["log_odds"] else f"; shrunk to {shrink:g} of it"
    return Evidence(
        source=row["source"],
        figure=row["figure"] + said + ("; sign turned" if sign < 0 else ""),
        published=sign * row["log_odds"],
        log_odds=sign * row["log_odds"] * shrink,
        standard_error=row["standard_error"],
        is_judgement=row.get("kind") == "judgement",
    )


def evidence_of(factor: Declared, surveys: Mapping[str, Survey]) -> tuple[Evidence, ...]:
    """The factor's rows and, last, what each survey says of it."""
    told = [(s, survey.figures.get(factor.survey_factor)) for s, survey in surveys.items()]
    return (*factor.rows, *(_of_survey(s, figure, factor.sign) for s, figure in told if figure))


def _of_survey(source: str, figure: Figure, sign: int) -> Evidence:
    there = f"{figure.isolated} isolated and {figure.others} others with it"
    return Evidence(
        source=source,
        figure=f"adjusted for the other mapped factors; {there}" + ("; sign turned" if sign < 0 else ""),
        published=sign * figure.log_odds,
        log_odds=sign * figure.log_odds,
        standard_error=figure.standard_error,
    )


def held(factor: Declared, rows: Sequence[Evidence]) -> tuple[Combined, str]:
    """The combination; at 0, with the reason, where the sources together point against the declared direction."""
    found = combined(rows, seen=factor.seen)
    if found.log_odds * factor.direction >= 0:
        return found, ""
    why = f"the sources together point the other way ({found.log_odds:+.2f}): held at 0, never turned round"
    return replace(found, log_odds=0.0), why


def document(text: str, surveys: Mapping[str, Survey]) -> str:
    """priors.json as text: the same for the same evidence and survey figures."""
    content = tomllib.loads(text)
    names = {source: row["short"] for source, row in content["sources"].items()}
    for name in surveys.keys() - names.keys():
        raise ConfigurationError(f"{name} is no source", where=str(EVIDENCE), hint="add it to [sources].")
    made = {
        "made_by": "python -m benchmarks.combine_priors",
        "method": content["method"],
        "sources": content["sources"],
        "surveys": {name: asdict(survey) for name, survey in surveys.items()},
        "factors": {factor.name: _entry(factor, surveys, names) for factor in declared(text)},
    }
    return json.dumps(_rounded(made), indent=1, ensure_ascii=False) + "\n"


def _entry(factor: Declared, surveys: Mapping[str, Survey], names: Mapping[str, str]) -> dict[str, object]:
    rows = evidence_of(factor, surveys)
    found, why = held(factor, rows)
    without = {s: held(factor, [r for r in rows if r.source != s])[0] for s in surveys}
    told = ", ".join(dict.fromkeys(names[r.source] for r in rows))
    seen = "" if factor.seen == 1 else f"; the extract shows it at {factor.seen:.0%}"
    return {
        "direction": factor.direction,
        **asdict(found),
        "source": f"{told}{seen}" + (f"; {why}" if why else ""),
        "seen": factor.seen,
        "seen_because": factor.seen_because,
        "held_at_zero": why or None,
        "sources": [
            {
                "id": row.source,
                "figure": row.figure,
                "log_odds": row.published,
                "standard_error": row.standard_error,
                "used": row.log_odds,
            }
            for row in rows
        ],
        "without": {
            s: {"log_odds": c.log_odds, "standard_error": c.standard_error} for s, c in without.items()
        },
    }


def _rounded(value: Any) -> Any:
    if isinstance(value, dict):
        return {k: _rounded(v) for k, v in value.items()}
    if isinstance(value, list):
        return [_rounded(v) for v in value]
    return (round(value, DIGITS) or 0.0) if isinstance(value, float) else value


def recorded(text: str) -> dict[str, Survey]:
    """The survey figures of a priors.json."""
    surveys = json.loads(text).get("surveys", {})
    return {
        name: Survey(**row | {"figures": {f: Figure(**v) for f, v in row["figures"].items()}})
        for name, row in surveys.items()
    }


def measured(survey: pd.DataFrame, text: str, where: str) -> dict[str, Survey]:
    """The survey's figures under its id as a source. Mapped factors that the catalogue does not know are skipped and said in ``left_out``."""
    # imported here: the catalogue reads priors.json, which this script must be able to make before a new factor has its row
    from features.catalogue import FACTORS
    from models.survey_mapping import parsed, respondents

    asked, known = tomllib.loads(text), {f.name: f for f in FACTORS}
    unknown = [name for name in asked["factors"] if name not in known]
    mapping = parsed(text, (*FACTORS, *(replace(FACTORS[0], name=name) for name in unknown)), where)
    expressions = {name: e for name, e in mapping.factors.items() if name in known}
    table = respondents(survey, replace(mapping, factors=expressions), where)
    table = table[table[f"target_{TARGET}"].notna()]
    signals = {name: known[name].signal(table[name].to_numpy(dtype=float)) for name in expressions}
    outcome, weight = (table[c].to_numpy(dtype=float) for c in (f"target_{TARGET}", "weight"))
    found = of_respondents(pd.DataFrame(signals), outcome, weight)
    skipped = {**found.left_out, **dict.fromkeys(unknown, "not in the catalogue")}
    return {mapping.in_priors or UNNAMED: replace(found, left_out=skipped)}


def of_respondents(signals: pd.DataFrame, outcome: Floats, weight: Floats) -> Survey:
    """One regression on all signals (one column a factor, in [0, 1]); a factor with too few isolated or others gets no figure, and still adjusts."""
    coefficients, errors = weighted_logistic(signals.to_numpy(dtype=float), outcome, weight)
    figures, left_out = {}, {}
    for i, name in enumerate(signals.columns):
        has = signals[name].to_numpy() >= 0.5
        isolated, others = int((has & (outcome > 0)).sum()), int((has & (outcome == 0)).sum())
        if min(isolated, others) < LEAST:
            left_out[name] = f"{isolated} isolated and {others} others with it, one of them under {LEAST}"
            continue
        log_odds, error = round(float(coefficients[i]), DIGITS), round(float(errors[i]), DIGITS)
        figures[name] = Figure(log_odds=log_odds, standard_error=error, isolated=isolated, others=others)
    return Survey(
        respondents=len(outcome),
        isolated=int((outcome > 0).sum()),
        weighted_share=round(float(weight @ outcome / weight.sum()), DIGITS),
        figures=figures,
        left_out=left_out,
    )


def weighted_logistic(x: Floats, y: Floats, weight: Floats) -> tuple[Floats, Floats]:
    """Coefficients without the intercept, and their standard errors: survey weights scaled to a mean of 1, a ridge of N(0, ``RIDGE``²) on all but
    the intercept, errors by the sandwich H⁻¹ (Σ s sᵀ) H⁻¹ of weighted scores s (Binder 1983, International Statistical Review 51)."""
    x, w = np.column_stack([np.ones(len(x)), x]), weight / weight.mean()
    ridge = np.diag([0.0, *[1 / RIDGE**2] * (x.shape[1] - 1)])
    at, step = np.zeros(x.shape[1]), np.ones(x.shape[1])
    while np.abs(step).max() > 1e-10:
        p = 1 / (1 + np.exp(-x @ at))
        bread = (x * (w * p * (1 - p))[:, None]).T @ x + ridge
        step = np.linalg.solve(bread, x.T @ (w * (y - p)) - ridge @ at)
        at = at + step
    scores, inverse = x * (w * (y - p))[:, None], np.linalg.inv(bread)
    return at[1:], np.sqrt(np.diag(inverse @ (scores.T @ scores) @ inverse))[1:]


def _printed(text: str) -> None:
    for name, row in json.loads(text)["factors"].items():
        figures = f"{row['log_odds']:+.2f} ± {row['standard_error']:.2f}  tau {row['tau']:.2f}  seen {row['seen']:.1f}"
        held_at_zero = "  held at 0" if row["held_at_zero"] else ""
        print(f"{name:32} {figures}  {', '.join(s['id'] for s in row['sources'])}{held_at_zero}")


def main() -> None:
    """Writes the file, or checks it, and prints the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--survey", type=Path, help="CSV of the respondents")
    parser.add_argument("--mapping", type=Path, default=MAPPING)
    parser.add_argument("--check", action="store_true", help="write nothing; 1 when the file differs")
    asked = parser.parse_args()
    old = PRIORS.read_text("utf-8") if PRIORS.exists() else "{}"
    surveys = recorded(old)
    if asked.survey:
        found = measured(pd.read_csv(asked.survey), asked.mapping.read_text("utf-8"), str(asked.mapping))
        reasons = {name: why for survey in found.values() for name, why in survey.left_out.items()}
        sys.stderr.writelines(f"no survey figure for {name}: {why}\n" for name, why in reasons.items())
        surveys |= found
    new = document(EVIDENCE.read_text("utf-8"), surveys)
    _printed(new)
    if asked.check and new != old:
        raise SystemExit("features/priors.json is not what its evidence makes; run without --check.")
    if not asked.check:
        PRIORS.write_text(new, "utf-8")


if __name__ == "__main__":
    main()
