"""A survey becomes respondents with the factors of the catalogue. The mapping is data, not code: a TOML file."""

from __future__ import annotations

import tomllib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from difflib import get_close_matches

import duckdb
import pandas as pd

from data_contracts.errors import ConfigurationError
from features import prior
from features.factor import Factor

TABLES = ("survey", "targets", "factors")
KEYS = ("id", "weight", "missing", "where", "in_priors")
WHOLE = "docs/survey.md shows a whole mapping."


@dataclass(frozen=True, kw_only=True)
class SurveyMapping:
    """From survey columns to factors that an administration could hold. Expressions are DuckDB SQL over the survey's columns,
    in which the missing codes are already null. ``in_priors``: the name under which the priors rest on this very survey; they are then
    taken without it."""

    identifier: str
    weight: str
    missing: tuple[float, ...]
    where: str
    in_priors: str | None
    targets: Mapping[str, str]
    factors: Mapping[str, str]


def parsed(text: str, factors: Sequence[Factor], where: str) -> SurveyMapping:
    """Reads a mapping file. Raises ConfigurationError that names the table, key or factor that is missing or unknown."""
    try:
        content = tomllib.loads(text)
        survey, targets, mapped = (content[table] for table in TABLES)
        _known("table", content, TABLES, where, WHOLE)
        _known("key of [survey]", survey, KEYS, where, WHOLE)
        for table in ("targets", "factors"):
            if not content[table]:
                raise ConfigurationError(f"the mapping has no {table}", where=where, hint=WHOLE)
        _known("factor", mapped, [f.name for f in factors], where, "docs/factors.md lists every factor.")
        return SurveyMapping(
            identifier=str(survey["id"]),
            weight=str(survey.get("weight", "1")),
            missing=tuple(float(code) for code in survey.get("missing", ())),
            where=str(survey.get("where", "true")),
            in_priors=survey.get("in_priors"),
            targets={name: str(expression) for name, expression in targets.items()},
            factors={name: str(expression) for name, expression in mapped.items()},
        )
    except tomllib.TOMLDecodeError as error:
        raise ConfigurationError(
            f"the mapping is no readable TOML: {error}", where=where, hint="check quotes on that line."
        ) from error
    except KeyError as error:
        raise ConfigurationError(f"the mapping lacks {error}", where=where, hint=WHOLE) from error
    except (TypeError, ValueError, AttributeError) as error:
        raise ConfigurationError(
            f"the mapping is not of the right form: {error}", where=where, hint=WHOLE
        ) from error


def _known(kind: str, named: Collection[str], known: Collection[str], where: str, else_hint: str) -> None:
    for name in named:
        if name not in known:
            close = get_close_matches(name, known, n=1)
            hint = f"did you mean {close[0]}?" if close else else_hint
            raise ConfigurationError(f"no {kind} is called {name}", where=where, hint=hint)


def used(factors: Sequence[Factor], mapping: SurveyMapping) -> tuple[Factor, ...]:
    """The factors that the survey can show, in the order of the catalogue; where the priors rest on this survey, with the priors that leave it out.

    Raises ConfigurationError when the priors rest on no survey of that name.
    """
    mapped = (f for f in factors if f.name in mapping.factors)
    if mapping.in_priors is None:
        return tuple(mapped)
    return tuple(replace(f, prior=prior.of(f.name, without=mapping.in_priors)) for f in mapped)


def respondents(survey: pd.DataFrame, mapping: SurveyMapping, where: str) -> pd.DataFrame:
    """One row a respondent: ``household_id`` (the survey's id), ``weight``, one column a factor, one a target (null = not answered).

    A respondent without a weight above 0 stands for nobody and is left out.
    """
    connection = duckdb.connect(config={"enable_external_access": "false"})
    try:
        connection.register("delivered", survey)
        codes = ", ".join(str(code) for code in mapping.missing) or "null"
        cleaned = ", ".join(_cleaned(c, survey[c], mapping, codes) for c in survey.columns)
        columns = [f"({e})::double as {name}" for name, e in mapping.factors.items()]
        columns += [f'({e})::double as "target_{name}"' for name, e in mapping.targets.items()]
        return connection.execute(
            f"with survey as (select {cleaned} from delivered), chosen as (select cast({mapping.identifier} as varchar) as household_id,"
            f" ({mapping.weight})::double as weight, {', '.join(columns)} from survey where ({mapping.where}))"
            " from chosen where weight > 0 order by 1"
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
