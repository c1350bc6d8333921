"""How much of a list stays from one month to the next: every candidate, as it ranks today, on the town of a month ago and of today."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd

from models import draw
from models.average import together
from models.campaigns import taught
from models.candidate import NotFitted, Scorer, lots, ranking, score
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
        kept = {
            name: round(_kept(scorer, (then, now), days, capacity, city.seed), 4)
            for name, scorer in fitted.items()
            if len(then) and not isinstance(scorer, NotFitted)
        }
        told = json.loads((folder / "duel.json").read_text(encoding="utf-8"))
        write_json(folder / "duel.json", told | {"share_kept": kept})


def _kept(
    scorer: Scorer,
    towns: tuple[pd.DataFrame, pd.DataFrame],
    days: tuple[date, date],
    capacity: int,
    seed: int,
) -> float:
    then, now = (
        _first(scorer, town, capacity, draw.seed_of(seed, day)) for town, day in zip(towns, days, strict=True)
    )
    return len(then & now) / len(then)


def _first(scorer: Scorer, town: pd.DataFrame, capacity: int, seed: int) -> frozenset[str]:
    order = ranking(score(scorer, town), lots(town["household_id"], seed))
    return frozenset(town["household_id"].iloc[order[:capacity]])
