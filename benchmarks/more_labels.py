"""How many answered visits does a town need before a model may rank? Simulated pasts of 150 to 3,000 answers on whole synthetic towns.

    python -m benchmarks.more_labels WORK [--seeds 1 2 3] [--labels 150 600 1500 3000] [--repeats 2] [--out FILE]

``WORK`` holds what ``benchmarks.oracle`` left: towns and their runs. A simulated past is a draw of households of the frame by equal lot, in six campaigns of
three months, each with its true answer: no choice by age or street, nobody absent and nothing that changed since the visit, so that a real past of the same
length teaches less. The duel of a cycle judges it; every candidate is then measured on the households that were not drawn, beside an oracle that saw the
truth of the town (``benchmarks.oracle_town``; never of the household it speaks for). This is evaluation: it reads the truth.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from benchmarks import oracle_town
from benchmarks.oracle import CAPACITIES, CAPACITY, placed
from features.factor import Factor
from models import figures
from models.campaigns import Past
from models.candidate import Bools, Floats
from models.duel import Duel, duel
from models.splits import folds, month_shifted
from pipelines import judging, settings
from pipelines.factors import factors_of

CAMPAIGNS, FIRST = 6, pd.Timestamp("2025-05-03")
ORACLE = "mean of both"
"""The steadiest; one oracle for all lengths of the past."""
MODELS = ("rule_80_plus_by_points", "points", "logistic", "lightgbm", "average")


@dataclass(frozen=True, kw_only=True)
class Learnt:
    """One simulated past: who won the duel, how many answers it tested, and precision by way of ranking and capacity on the households that were not drawn."""

    labels: int
    positives: int
    champion: str
    tested: int
    contests: dict[str, dict[str, object]]
    precision: dict[str, dict[int, float]]


def simulated(matrix: pd.DataFrame, isolated: Bools, drawn: np.ndarray) -> Past:
    """Answers of the drawn households, in the order of the draw; as many in each campaign."""
    campaign = np.arange(len(drawn)) * CAMPAIGNS // len(drawn)
    day = pd.DatetimeIndex([pd.Timestamp(month_shifted(FIRST.date(), 3 * int(c))) for c in campaign])
    rows = matrix.iloc[drawn].reset_index(drop=True)
    labels = pd.DataFrame(
        {
            "household_id": rows["household_id"],
            "as_of": day,
            "visited_on": day + pd.Timedelta(days=7),
            "isolated": pd.array(isolated[drawn], dtype="boolean"),
            "weight": 1.0,
            "bras": "EXPLORATION",
        }
    )
    return Past(matrix=rows, labels=labels)


def judged(past: Past, city: settings.City) -> Duel:
    """The duel of a cycle."""
    days = [pd.Timestamp(day).date() for day in sorted(past.labels["as_of"].unique())]
    among = judging.candidates(city)
    return duel(among, past, list(folds(past.labels, days)), capacity=CAPACITY, seed=city.seed)


def learnt(
    city: settings.City, matrix: pd.DataFrame, isolated: Bools, best: Floats, labels: int, seed: int
) -> Learnt:
    """One past of so many answers."""
    drawn = np.random.default_rng([seed, labels]).permutation(len(isolated))[:labels]
    rest = np.setdiff1d(np.arange(len(isolated)), drawn)
    past = simulated(matrix, isolated, drawn)
    found = judged(past, city)
    marks = oracle_town.marks(judging.candidates(city), past, matrix.iloc[rest])
    ranked = {"the list": marks[found.champion], **marks, "oracle": best[rest]}
    ones = np.ones((1, len(rest)))
    return Learnt(
        labels=labels,
        positives=int(isolated[drawn].sum()),
        champion=found.champion,
        tested=found.labels,
        contests={c.challenger: c.as_json() for c in found.contests if c.challenger in MODELS},
        precision={
            n: {k: float(figures.precision(placed(isolated[rest], m, k), ones)[0]) for k in CAPACITIES}
            for n, m in ranked.items()
        },
    )


def pasts(work: Path, seed: int, lengths: Sequence[int], repeats: int) -> list[Learnt]:
    """Every length, so many times, on one town."""
    town, run = work / f"town-{seed}", work / f"run-{seed}"
    city = settings.load(town / "city.toml")
    matrix = pd.read_parquet(run / "working" / "matrix.parquet")
    matrix = matrix.merge(oracle_town.truth(town, run), on="household_id", validate="one_to_one")
    isolated = matrix.pop("isolated").to_numpy(dtype=bool)
    factors: tuple[Factor, ...] = factors_of(city)
    best = oracle_town.oracles(matrix, isolated, factors, city.seed)[ORACLE]
    found = []
    for labels in lengths:
        for repeat in range(repeats):
            found.append(learnt(city, matrix, isolated, best, labels, 100 * seed + repeat))
            print(f"seed {seed}: {labels} labels, {found[-1].champion}", file=sys.stderr, flush=True)
    return found


def told(found: Sequence[Learnt]) -> list[dict[str, object]]:
    """One row a length: who won how often, and precision at each capacity over the pasts, as a share of the oracle's."""
    rows: list[dict[str, object]] = []
    for labels in sorted({one.labels for one in found}):
        mine = [one for one in found if one.labels == labels]
        names = [n for n in mine[0].precision if all(n in one.precision for one in mine)]
        means = {
            n: {k: float(np.mean([one.precision[n][k] for one in mine])) for k in CAPACITIES} for n in names
        }
        rows.append(
            {
                "labels": labels,
                "pasts": len(mine),
                "champions": {
                    c: [one.champion for one in mine].count(c) for c in sorted({one.champion for one in mine})
                },
                "precision": {n: {k: round(p, 4) for k, p in of.items()} for n, of in means.items()},
                "of_oracle": {
                    n: {k: round(p / means["oracle"][k], 3) for k, p in of.items()} for n, of in means.items()
                },
            }
        )
    return rows


def main() -> None:
    """Prints one row a length of the past."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("work", type=Path)
    parser.add_argument("--seeds", type=int, nargs="+", default=[1, 2, 3])
    parser.add_argument("--labels", type=int, nargs="+", default=[150, 600, 1500, 3000])
    parser.add_argument("--repeats", type=int, default=2)
    parser.add_argument("--out", type=Path)
    asked = parser.parse_args()
    found = [one for seed in asked.seeds for one in pasts(asked.work, seed, asked.labels, asked.repeats)]
    for row in told(found):
        print(f"{row['labels']} labels, {row['pasts']} pasts: champions {row['champions']}")
        print(f"  of the oracle's precision at {CAPACITIES}: {row['of_oracle']}")
    if asked.out:
        rows = {"lengths": told(found), "pasts": [asdict(one) for one in found]}
        asked.out.write_text(json.dumps(rows, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
