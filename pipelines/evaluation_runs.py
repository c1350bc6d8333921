"""What the runs of a year left behind: their lists, their duels, and the estimates of the last."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import cast, get_args

import pandas as pd

from data_contracts.errors import IntegrityError
from features.intervals import Interval
from pipelines.kept_lists import KeptRun
from reports.estimates_shown import Figure, Measure, Outcome, Verdict
from reports.evaluation_facts import Ranked, Town, TownGroup
from reports.model_card_json import figure

Told = Mapping[str, object]


def of_year(published: Sequence[KeptRun], year: int, until: date) -> tuple[KeptRun, ...]:
    """Oldest first; of one day the one that was written last."""
    newest: dict[date, KeptRun] = {}
    for run in published:
        if run.as_of.year == year and run.as_of <= until:
            newest.setdefault(run.as_of, run)
    return tuple(newest[day] for day in sorted(newest))


def identified(runs: Sequence[KeptRun]) -> int:
    """Households that their lists name, each once."""
    named = [pd.read_parquet(run.folder / "list.parquet", columns=["household_id"]) for run in runs]
    return int(pd.concat(named)["household_id"].nunique()) if named else 0


def ranked(run: KeptRun) -> Ranked:
    """Who ranked a run's list, and what its duel says of them and of the rule to beat."""
    told, made = (_read(run.folder / name) for name in ("duel.json", "manifest.json"))
    candidates = _table(told["candidates"])
    listed_by, rule = _table(told.get("listed_by")), str(told["best_rule"])
    who = str(listed_by.get("name", told["champion"]))
    own, its = _table(candidates.get(who)), _table(candidates.get(rule))
    return Ranked(
        run_id=run.run_id,
        as_of=run.as_of,
        listed=len(pd.read_parquet(run.folder / "list.parquet", columns=["household_id"])),
        capacity=int(str(made["capacity"])),
        who=who,
        is_rule=listed_by.get("is_rule") is True,
        rule=rule,
        precision=figure(own.get("precision")),
        rule_precision=figure(its.get("precision")),
        gap=figure(own.get("difference_to_best_rule")),
    )


def town(runs: Sequence[KeptRun], names: Mapping[str, str]) -> Town | None:
    """The estimates of the last run that made some; they are written as anybody may see them. None where no run did."""
    last = next((run for run in reversed(runs) if (run.folder / "estimates.json").is_file()), None)
    if last is None:
        return None
    told = _read(last.folder / "estimates.json")
    return Town(
        as_of=last.as_of,
        lists=tuple(date.fromisoformat(str(day)) for day in cast(Sequence[object], told["lists"])),
        groups=tuple(_group(_table(one)) for one in cast(Sequence[object], told["groups"])),
        names=names,
    )


def _group(told: Told) -> TownGroup:
    figures = [_figure(_table(one)) for one in cast(Sequence[object], told["figures"])]
    return TownGroup(
        outcome=cast(Outcome, told["outcome"]),
        dimension=str(told["dimension"]),
        group=str(told["group"]),
        figures={one.measure: one for one in figures},
    )


def _figure(told: Told) -> Figure:
    measure, verdict = told["measure"], told["verdict"]
    if measure not in get_args(Measure) or verdict not in get_args(Verdict):
        raise _broken("estimates.json")
    more = told["more_met"]
    return Figure(
        measure=cast(Measure, measure),
        value=_maybe(told["value"]),
        interval=_ends(told["interval"]),
        bounds=_ends(told["bounds"]),
        verdict=cast(Verdict, verdict),
        more_met=None if more is None else int(str(more)),
    )


def _ends(told: object) -> Interval:
    ends = _table(told)
    return Interval(low=float(str(ends["low"])), high=float(str(ends["high"])))


def _maybe(told: object) -> float | None:
    return None if told is None else float(str(told))


def _read(path: Path) -> Told:
    try:
        return _table(json.loads(path.read_text(encoding="utf-8")))
    except (OSError, json.JSONDecodeError) as error:
        raise _broken(str(path)) from error


def _table(told: object) -> Told:
    if told is None:
        return {}
    if not isinstance(told, dict):
        raise _broken("a table is missing")
    return told


def _broken(where: str) -> IntegrityError:
    return IntegrityError(
        "a file of a published run is not what the run wrote",
        where=where,
        hint="run the cycle of that day again; the files of a run are not meant to be edited.",
    )
