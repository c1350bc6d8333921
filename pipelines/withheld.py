"""What a person is told of a list's line and its contributions: all of it, but of what somebody told the city, and of another adult, only about how much it weighs.

The rule and its reasons are those of the page, ``reports.crpa``. Nothing that is given depends on the exact weight of what is withheld: every sum is made of
the rounded figures.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from features.catalogue import FACTORS
from features.factor import Language, sentence
from pipelines.kept_lists import named_sources
from reports.crpa import ROUGH, is_told, rough
from reports.explanation_plots import NOTHING
from reports.risk_list import BETWEEN

TOLD, ANOTHER = "told_to_the_city", "known_of_another_adult"
"""Stand for all factors of that kind together."""
LANGUAGES: tuple[Language, ...] = ("fr", "en")
_BY_NAME = {f.name: f for f in FACTORS}
_TOLD = frozenset(f.name for f in FACTORS if is_told(f))
Row = Mapping[str, object]


@dataclass(frozen=True, kw_only=True)
class Shown:
    """``is_rounded``: something was withheld, so that the score is rounded with it and the probability, which would give it back, left out."""

    line: Mapping[str, str]
    contributions: Sequence[Row]
    is_rounded: bool


def shown(
    line: Mapping[str, str], rows: pd.DataFrame, is_of_another: Sequence[bool], own: Collection[str]
) -> Shown:
    """``line``: of ``list.csv``, as texts; ``rows``: all explanations of its household; ``is_of_another``: row for row, see ``kept_lists``; ``own``: the
    sources that hold a record of the asker."""
    if int(line["members"]) > 1:
        named = rows["source"].map(lambda joined: named_sources(joined, own), na_action="ignore")
        rows = rows.assign(source=named)
    is_hidden = rows["factor"].isin(_TOLD).to_numpy(dtype=bool)
    told = rows[is_hidden & rows["value"].fillna(0.0).ne(0.0).to_numpy(dtype=bool)]
    of_others = rows[np.asarray(is_of_another, dtype=bool) & ~is_hidden]
    kept = rows.drop(index=[*told.index, *of_others.index])
    given = kept[~kept["factor"].isin(_TOLD)]
    if not len(told) and not len(of_others):
        return Shown(line=line, contributions=_plain(given), is_rounded=False)
    instead = _instead(rows, told, of_others)
    total = _base(rows, line) + kept["contribution"].sum() + sum(weight for _, weight in instead)
    if len(of_others):  # the gaps in the list of what was not found would tell
        given = given[given["value"].notna() | (given["contribution"].abs() >= NOTHING)]
    said = {**line, "score": str(round(float(total), 2)), "probability": ""}
    if len(of_others):
        said |= {name: _own(line[name], given) for name in ("reasons", "counter_evidence")}
    blank = {**dict.fromkeys(map(str, rows.columns)), **_same(rows)}
    more = [{**blank, "factor": name, "contribution": weight} for name, weight in instead]
    if "is_weighed" in rows:
        more = [{**row, "is_weighed": row["contribution"] != 0.0} for row in more]
    hidden = frozenset(of_others["factor"])
    return Shown(line=said, contributions=[*_plain(_apart(given, hidden)), *more], is_rounded=True)


def _instead(rows: pd.DataFrame, told: pd.DataFrame, of_others: pd.DataFrame) -> Sequence[tuple[str, float]]:
    """What stands for the withheld, as on the page: half a point at least for a sign that weighs, as the exact figure would say which it is."""
    found = []
    if len(told):
        weighs = bool(told["is_weighed"].any()) if "is_weighed" in rows else True
        found.append((TOLD, max(ROUGH, rough(told["contribution"].sum())) if weighs else 0.0))
    if len(of_others):
        found.append((ANOTHER, rough(of_others["contribution"].sum())))
    return found


def _base(rows: pd.DataFrame, line: Mapping[str, str]) -> float:
    """Runs from before ``base`` was kept: what is left of the score."""
    if "base" in rows:
        return float(rows["base"].iloc[0])
    return float(line["score"]) - float(rows["contribution"].sum())


def _own(joined: str, given: pd.DataFrame) -> str:
    """Of a line's sentences those that a given fact makes, in whichever language the list is."""
    facts = given[given["value"].notna()]
    allowed = {
        sentence(_BY_NAME[name], float(value), detail if isinstance(detail, str) else None, language)
        for name, value, detail in zip(facts["factor"], facts["value"], facts["detail"], strict=True)
        if name in _BY_NAME
        for language in LANGUAGES
    }
    return BETWEEN.join(said for said in joined.split(BETWEEN) if said in allowed)


def _apart(given: pd.DataFrame, hidden: frozenset[str]) -> pd.DataFrame:
    """How far a fact holds may have been counted together with a coarser one that is withheld (``models.stability``): then it is not given either."""
    both = given["factor"].map(lambda name: name in _BY_NAME and _BY_NAME[name].refines in hidden)
    columns = [c for c in ("same_sign_share", "low", "high") if c in given]
    apart = given.copy()
    apart.loc[both.to_numpy(dtype=bool), columns] = np.nan
    return apart


def _same(rows: pd.DataFrame) -> Row:
    """What is equal in every row of one household."""
    return _plain(rows[[c for c in ("household_id", "base") if c in rows]].head(1))[0]


def _plain(rows: pd.DataFrame) -> list[Row]:
    found: list[Row] = json.loads(rows.to_json(orient="records", date_format="iso"))
    return found
