"""The proof on real people: ``python -m benchmarks.survey [--splits 25] [--json]``. Two minutes on one core.

The French respondents of the EU Loneliness Survey 2022 (``../shared/data``; this machine only, never needed by the product) through the code of
``lanterne bench survey``: points, logistic, LightGBM and a champion chosen without a look at the test, at 0, 200 and 500 labels.
``--from-age 60``: only how well the points, which learn nothing here, rank the isolated and the lonely among those of that age and over.
Exit 0 when the champion is nowhere more than 0.005 AUC below the best single candidate, 1 when it is, 6 when an AUC is too good to be true.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd

from features.catalogue import FACTORS
from models import metrics, survey_mapping
from models.candidate import Floats, score
from models.points import Points
from models.survey import SPLITS
from pipelines import bench, screens_survey

Places = npt.NDArray[np.intp]
ROOT = Path(__file__).resolve().parents[1]
DATA = ROOT.parent / "shared" / "data" / "loneliness_survey_france" / "eu_ls_2022_france.csv.gz"
MAPPING = ROOT / "benchmarks" / "survey_france.toml"


def main() -> int:
    """Runs the proof, or says that the data are not there."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--splits", type=int, default=SPLITS)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--from-age", type=int)
    asked = parser.parse_args()
    if not DATA.is_file():
        print(f"Skipped: {DATA} is not on this machine (it is no part of the project).", file=sys.stderr)
        return 0
    if asked.from_age is not None:
        return from_age(asked.from_age)
    found = bench.validated(DATA, MAPPING, asked.splits)
    if asked.json:
        print(json.dumps(screens_survey.as_json(found), indent=2))
    else:
        screens_survey.survey(found)
    return bench.exit_code(found)


def from_age(age: int) -> int:
    """Prints the AUC of the points with the 2.5–97.5 % range of 1,000 draws of the respondents."""
    chosen = survey_mapping.parsed(MAPPING.read_text(encoding="utf-8"), FACTORS, str(MAPPING))
    table = survey_mapping.respondents(pd.read_csv(DATA, low_memory=False), chosen, str(MAPPING))
    points = Points(factors=survey_mapping.used(FACTORS, chosen))
    nobody = np.array([])
    marks = score(points.fit(table, nobody.astype(bool), nobody), table)
    rng = np.random.default_rng(1)
    for target in chosen.targets:
        rows = np.flatnonzero((table["oldest_age"] >= age) & table[f"target_{target}"].notna())
        draws = [rows, *(rng.choice(rows, len(rows)) for _ in range(1000))]
        areas = [_area(table, target, marks, drawn) for drawn in draws]
        low, high = np.nanpercentile(areas[1:], (2.5, 97.5))
        positives = int((table[f"target_{target}"].iloc[rows] > 0).sum())
        print(
            f"{target}, {age} and over: AUC {areas[0]:.3f} ({low:.3f} to {high:.3f}), {len(rows)} respondents, {positives} in the target"
        )
    return 0


def _area(table: pd.DataFrame, target: str, marks: Floats, rows: Places) -> float:
    outcome = table[f"target_{target}"].to_numpy(dtype=float)[rows] > 0
    if outcome.all() or not outcome.any():
        return float("nan")
    return metrics.auc(outcome, marks[rows], table["weight"].to_numpy(dtype=float)[rows])


if __name__ == "__main__":
    sys.exit(main())
