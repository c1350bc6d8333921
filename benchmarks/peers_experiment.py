"""Our side of the experiment that triage runs (``benchmarks.peers_triage``): ``python -m benchmarks.peers_experiment {matrix|whole} EVENTS OUT``.

35,000 entities with 700,000 events, 24 aggregates, six days a quarter apart, five splits (learn from every day before, test on the next), two models. ``matrix``: the six matrices with their
labels, as Parquet in ``OUT``, and how many seconds they took from the file of events on, Python's start and imports left out as they are of triage's; ``whole``: those, the models, and the
precision among the first 500 with its 95 % interval (percentiles of as many draws as the duel's). Prints JSON.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import date
from functools import partial
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd

from benchmarks.peers_aggregates import declared
from benchmarks.peers_events import DAYS, FIRST_CALLED, LABEL, label_end
from features import matrix
from models.boosting import Boosting
from models.candidate import Bools, Candidate, Floats, NotFitted, lots, ranking, score
from models.figures import estimated
from models.logistic import Logistic
from models.metrics import BOOTSTRAPS

SEED = 1


def matrices(events: Path, out: Path) -> None:
    """One file a day: ``household_id``, the aggregates, ``outcome``; two days at a time, as past campaigns are made."""
    with duckdb.connect(config={"threads": 2, "preserve_insertion_order": False}) as connection:
        connection.execute(f"create table events as from '{events}'")
        connection.execute(
            "create table households as select distinct household_id, '01' as quartier from events"
        )
        with ThreadPoolExecutor(2) as workers:
            own = [connection.cursor() for _ in DAYS]
            list(workers.map(partial(_matrix, out), own, DAYS))


def _matrix(out: Path, own: duckdb.DuckDBPyConnection, day: date) -> None:
    with closing(own) as connection:
        connection.execute("create temp macro as_of() as cast(getvariable('as_of') as date)")
        connection.execute("create temp view rows_events as from events where known_on < as_of()")
        connection.execute(f"set variable as_of = date '{day}'")
        found = matrix.valued(connection, day, declared())
        label = LABEL.format(start=day, end=label_end(day))
        found["outcome"] = connection.execute(
            f"select household_id in ({label}) as outcome from households order by household_id"
        ).df()["outcome"]
        found.to_parquet(out / f"{day}.parquet", index=False)


def splits(tables: dict[date, pd.DataFrame]) -> Iterator[tuple[pd.DataFrame, pd.DataFrame]]:
    """(every day before, the day)."""
    for place in range(1, len(DAYS)):
        yield pd.concat([tables[day] for day in DAYS[:place]], ignore_index=True), tables[DAYS[place]]


def whole(events: Path, out: Path) -> dict[str, object]:
    """Of each model, split by split, the precision among the first called, with its interval."""
    matrices(events, out)
    tables = {day: pd.read_parquet(out / f"{day}.parquet") for day in DAYS}
    factors = tuple(declared())
    candidates: tuple[Candidate, ...] = (Logistic(factors=factors), Boosting(factors=factors, seed=SEED))
    found: dict[str, list[dict[str, object]]] = {c.name: [] for c in candidates}  # type: ignore[attr-defined]
    for past, test in splits(tables):
        outcome = past["outcome"].to_numpy(bool)
        for candidate in candidates:
            scorer = candidate.fit(past, outcome, np.ones(len(past)))
            if isinstance(scorer, NotFitted):
                raise SystemExit(scorer.reason)
            found[candidate.name].append(_precision(score(scorer, test), test))
    return dict(found)


def _precision(marks: Floats, test: pd.DataFrame) -> dict[str, object]:
    first = ranking(marks, lots(test["household_id"], SEED))[:FIRST_CALLED]
    return dict(estimated(_resampled(test["outcome"].to_numpy(bool)[first], len(test))).rounded())  # type: ignore[arg-type]


def _resampled(outcome: Bools, tested: int) -> Floats:
    """Precision as observed and over draws of households with replacement. How often each of those called is drawn is all that it hangs on; the others are one lump."""
    share = np.append(np.full(len(outcome), 1 / tested), 1 - len(outcome) / tested)
    drawn = np.random.default_rng(SEED).multinomial(tested, share, size=BOOTSTRAPS)[:, :-1]
    weights = np.vstack([np.ones(len(outcome)), drawn])
    precision: Floats = weights @ outcome / weights.sum(axis=1)
    return precision


if __name__ == "__main__":
    target = Path(sys.argv[3])
    target.mkdir(parents=True, exist_ok=True)
    if sys.argv[1] == "matrix":
        started = time.perf_counter()
        matrices(Path(sys.argv[2]), target)
        print(json.dumps({"matrix_seconds": time.perf_counter() - started}))
    else:
        print(json.dumps(whole(Path(sys.argv[2]), target)))
