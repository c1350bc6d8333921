"""From the JSON texts of a run to what the papers say of it: each value is looked at before it is believed, and what is absent stays absent."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import cast, get_args

from data_contracts.contract import Gate
from data_contracts.errors import ConfigurationError
from features.intervals import Interval
from reports.estimates_shown import Figure, Measure
from reports.papers.facts import Difference, Equality, Measured, Weights

Content = Mapping[str, object]
MEASURES: tuple[Measure, ...] = ("prevalence", "found_share", "false_omission")


def weights(text: str) -> Weights:
    """Of a frozen model: log-odds of each factor; of what is joined of several, their mean; of a rule, none."""
    content = _table(json.loads(text), "a frozen model")
    found = _weights(content)
    by_factor = {name: sum(one.get(name, 0.0) for one in found) / len(found) for one in found for name in one}
    return Weights(by_factor=by_factor, has_trees='"trees"' in text)


def _weights(content: Content) -> list[dict[str, float]]:
    if "members" in content:
        return [one for member in _list(content["members"]) for one in _weights(_table(member, "members"))]
    for key in ("points", "factors"):
        table = content.get(key)
        if isinstance(table, dict) and "candidate" not in table:
            return [{name: _weight(_table(row, name)) for name, row in table.items()}]
    for key in ("scorer", "logistic", "points"):
        if isinstance(content.get(key), dict):
            return _weights(_table(content[key], key))
    return []


def _weight(row: Content) -> float:
    return _number(row["log_odds"] if "log_odds" in row else row["coefficient"])


def gate(told: object) -> Gate:
    """ValueError for anything that is no gate."""
    if told not in get_args(Gate):
        raise ValueError(f"{told} is no gate")
    return cast(Gate, told)


def measured(text: str) -> Measured:
    """``estimates.json``: of all households, about isolation. ConfigurationError where it is not what it should be."""
    try:
        content = _table(json.loads(text), "estimates.json")
        groups = [_table(one, "groups") for one in _list(content["groups"])]
        of_all = next(one for one in groups if one["outcome"] == "isolated" and not one["dimension"])
        figures = [_figure(_table(one, "figures")) for one in _list(of_all["figures"])]
        by_name = {figure.measure: figure for figure in figures}
        return Measured(lists=len(_list(content["lists"])), figures={m: by_name[m] for m in MEASURES})
    except (KeyError, TypeError, ValueError, StopIteration) as error:
        raise _not("estimates.json", error) from error


def _figure(told: Content) -> Figure:
    value, more = told["value"], told["more_met"]
    return Figure(
        measure=next(m for m in MEASURES if m == told["measure"]),
        value=None if value is None else _number(value),
        interval=_interval(told["interval"]),
        bounds=_interval(told["bounds"]),
        verdict="measured" if told["verdict"] == "measured" else "insufficient evidence",
        more_met=None if more is None else int(_number(more)),
    )


def _interval(told: object) -> Interval:
    ends = _table(told, "interval")
    return Interval(low=_number(ends["low"]), high=_number(ends["high"]))


def equality(text: str) -> Equality | None:
    """``fairness.json``: its sentences and findings; None where it has none."""
    try:
        content = _table(json.loads(text), "fairness.json")
        if "summary" not in content:
            return None
        return Equality(
            summary=tuple(str(one) for one in _list(content["summary"])),
            findings=tuple(
                _found(_table(one, "findings"), "sentence", "todo") for one in _list(content["findings"])
            ),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise _not("fairness.json", error) from error


def differences(text: str) -> tuple[Difference, ...]:
    """``frame_parity.json``: its sentences."""
    try:
        told = _list(_table(json.loads(text), "frame_parity.json")["sentences"])
        return tuple(_found(_table(one, "sentences"), "lead", "effect") for one in told)
    except (KeyError, TypeError, ValueError) as error:
        raise _not("frame_parity.json", error) from error


def _found(told: Content, lead: str, effect: str) -> Difference:
    groups = tuple(str(one) for one in _list(told["groups"]))
    return Difference(lead=str(told[lead]), groups=groups, effect=str(told[effect]))


def _list(value: object) -> list[object]:
    if not isinstance(value, list):
        raise TypeError("list")
    return value


def _table(value: object, what: str) -> Content:
    if not isinstance(value, dict):
        raise TypeError(what)
    return value


def _number(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise TypeError("number")
    return float(value)


def _not(file: str, error: Exception) -> ConfigurationError:
    return ConfigurationError(
        f"not what a run writes: {type(error).__name__} {error}",
        where=file,
        hint="run the cycle again; the file is written by it and not meant to be edited.",
    )
