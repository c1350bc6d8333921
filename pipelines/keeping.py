"""How much of a list stays from one month to the next: every candidate, as it ranks today, on the town of a month ago and of today."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd

from models import draw
from models.average import scores, together
from models.campaigns import taught
from models.candidate import Floats, NotFitted, Scorer, lots, ranking
from models.splits import month_shifted
from pipelines import judging, settings
from pipelines.manifest import timed, write_json


def keeping_step(config: Path, folder: Path, as_of: date, capacity: int) -> None:
    """Adds ``share_kept`` to ``duel.json``: by candidate, of the households that it ranks first as of a month ago, the share that it ranks first today; equals are parted by
    the lot of each list. Empty where nothing was known a month ago; who cannot be fitted is left out."""
    city = settings.load(config)
    with timed(folder, "keeping"):
        past, working = judging.past_of(folder), folder / "working"
        then, now = (pd.read_parquet(working / name) for name in ("month_before.parquet", "matrix.parquet"))
        days = (month_shifted(as_of, -1), as_of)
        everybody = np.ones(len(past.labels), dtype=bool)
        fitted = together(judging.candidates(city), *taught(past, everybody))
        kept = _kept(fitted, (then, now), days, capacity, city.seed) if len(then) else {}
        told = json.loads((folder / "duel.json").read_text(encoding="utf-8"))
        write_json(folder / "duel.json", told | {"share_kept": kept})


def _kept(
    fitted: Mapping[str, Scorer | NotFitted],
    towns: tuple[pd.DataFrame, pd.DataFrame],
    days: tuple[date, date],
    capacity: int,
    seed: int,
) -> dict[str, float]:
    """By candidate."""
    then, now = (
        _first(scores(fitted, town), town, capacity, draw.seed_of(seed, day))
        for town, day in zip(towns, days, strict=True)
    )
    return {name: round(len(mine & now[name]) / len(mine), 4) for name, mine in then.items()}


def _first(
    marks: Mapping[str, Floats], town: pd.DataFrame, capacity: int, seed: int
) -> dict[str, frozenset[str]]:
    """By candidate, whom it ranks first."""
    lot = lots(town["household_id"], seed)
    orders = {name: ranking(mine, lot)[:capacity] for name, mine in marks.items()}
    return {name: frozenset(town["household_id"].iloc[order]) for name, order in orders.items()}
