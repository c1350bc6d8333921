"""The words of the estimates: dimensions and groups as people call them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from reports.estimates_shown import Shown
from reports.model_card_said import Speech
from reports.words import WIDE

DIMENSIONS = {
    "age_band": "Age of the oldest",
    "sex": "Sex",
    "tenure": "Tenure",
    "qpv": "Priority neighbourhoods",
    "neighbourhood": "Neighbourhoods",
}
"""In the order in which they are read."""
GROUPS = {
    "age_band: under 25": "under 25",
    "age_band: 25-39": "25 to 39",
    "age_band: 40-59": "40 to 59",
    "age_band: 60-74": "60 to 74",
    "age_band: 75-79": "75 to 79",
    "age_band: 80 and over": "80 and over",
    "sex: women": "women",
    "sex: men": "men",
    "sex: both": "women and men",
    "age_band: unknown": "age not known",
    "sex: unknown": "sex not known",
    "tenure: social housing": "social tenants",
    "tenure: other": "not in social housing",
    "qpv: priority": "priority neighbourhoods (QPV)",
    "qpv: other": "outside priority neighbourhoods",
    "band: under_25": "oldest under 25",
    "band: 25_39": "oldest aged 25 to 39",
}
"""Audit groups, in the order in which they are read within their dimension, and bands of the draw; short enough for a chart."""
UNKNOWN = "not known"


def group_words(dimension: str, group: str, names: Mapping[str, str], speech: Speech) -> str:
    """As people call a group; a neighbourhood by its code and its name."""
    key = f"{dimension}: {group}"
    if group == "unknown":
        return speech.say(GROUPS.get(key, UNKNOWN))
    return speech.say(GROUPS[key]) if key in GROUPS else f"{group}{WIDE}{names.get(group, '')}".strip()


def known_dimensions(shown: Sequence[Shown]) -> tuple[str, ...]:
    """Those of which it is known of somebody to which group they belong."""
    return tuple(d for d in DIMENSIONS if any(o.dimension == d and o.group != "unknown" for o in shown))


def place(one: Shown) -> tuple[int, int, str]:
    """Where a group stands: by dimension, then in the order of ``GROUPS``, what is not named by its code, the unknown last."""
    keys = [*GROUPS, f"{one.dimension}: {one.group}"]
    rank = len(keys) if one.group == "unknown" else keys.index(keys[-1])
    return [*DIMENSIONS, one.dimension].index(one.dimension), rank, one.group
