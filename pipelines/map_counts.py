"""What a run knows of each neighbourhood, counted: households, list, visits; and what the other reports of the run already tell of the same numbers."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path

import pandas as pd

from features.frame import HIDDEN
from features.parity import ROUNDED_TO
from models.estimates import RANDOM
from pipelines.parity import KEPT
from reports.maps_shown import CITY, IN_ESTIMATES, Counts, Group

NOWHERE = ""
"""The neighbourhood of those of whom none is known."""
UNKNOWN = "unknown"


def counts(folder: Path, visits: pd.DataFrame, priority: Mapping[str, str]) -> Counts:
    """``visits``: one row a household that was visited for a list: ``neighbourhood``, ``bras``, ``isolated`` (missing: no answer), ``is_in_estimates``.
    ``priority``: see ``reports.maps_shown.Counts``; whether another neighbourhood, where somebody lives or was visited, is one is unknown."""
    frame = pd.read_parquet(folder / "working" / "frame.parquet", columns=["household_id", "quartier"])
    drawn = pd.read_parquet(folder / "working" / "drawn.parquet", columns=["household_id"])
    is_listed = frame["household_id"].isin(drawn["household_id"])
    kind = visits["isolated"].astype(object).map({True: "found", False: "others"}).fillna("unmet")
    parts = {
        "households": frame["quartier"],
        "listed": frame.loc[is_listed, "quartier"],
        "unlisted": frame.loc[~is_listed, "quartier"],
        "visited": visits["neighbourhood"],
        "answered": visits.loc[kind != "unmet", "neighbourhood"],
        **{one: visits.loc[kind == one, "neighbourhood"] for one in IN_ESTIMATES},
        **dict(_as_in_estimates(visits, kind)),
    }
    tables = {column: part.fillna(NOWHERE).value_counts() for column, part in parts.items()}
    seen = {str(q) for table in tables.values() for q in table.index}
    places = dict(priority) | dict.fromkeys(sorted(seen - set(priority)), UNKNOWN)
    return Counts(
        numbers={(c, q): int(table.get(q, 0)) for c, table in tables.items() for q in places},
        priority=places,
        elsewhere=dict(_elsewhere(folder, len(frame))),
    )


def _as_in_estimates(visits: pd.DataFrame, kind: pd.Series) -> Iterator[tuple[str, pd.Series]]:
    arm = visits["bras"].map({RANDOM: "random"}).fillna("listed").where(visits["is_in_estimates"], "else")
    for one, columns in IN_ESTIMATES.items():
        for column in columns:
            yield column, visits.loc[(kind == one) & (arm == column.split("_")[0]), "neighbourhood"]


def _elsewhere(folder: Path, households: int) -> Iterator[tuple[tuple[str, Group], tuple[float, float]]]:
    """Exact counts of ``estimates.json`` and ``frame.json``; households of ``frame_parity.json``, rounded."""
    yield ("households", CITY), (households, households)
    for told in json.loads((folder / "estimates.json").read_text(encoding="utf-8"))["groups"]:
        if told["outcome"] == "isolated" and told["dimension"] in ("", "neighbourhood") and told["counts"] != HIDDEN:  # fmt: skip
            place = _place(told["group"]) if told["dimension"] else CITY
            yield from (((kind, place), (n, n)) for kind, n in told["counts"].items())
    measures = json.loads((folder / "working" / KEPT).read_text(encoding="utf-8"))
    for told in next(one for one in measures if one["unit"] == "households")["groups"]:
        if told["dimension"] == "quartier" and told["share"]:
            yield ("households", _place(told["group"])), _rounded(told["share"]["of"])


def _place(group: str) -> Group:
    return "in", NOWHERE if group == UNKNOWN else group


def _rounded(of: int) -> tuple[float, float]:
    """All that are rounded to it; see ``features.parity.rounded``."""
    return (1 if of == ROUNDED_TO else of - ROUNDED_TO // 2), of + ROUNDED_TO // 2
