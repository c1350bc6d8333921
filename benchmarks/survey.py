"""The proof on real people: ``python -m benchmarks.survey [--splits 25] [--json]``. Two minutes on one core.

The French respondents of the EU Loneliness Survey 2022 (``../shared/data``; this machine only, never needed by the product) through the code of
``lanterne bench survey``: points, logistic, LightGBM and a champion chosen without a look at the test, at 0, 200 and 500 labels.
Exit 0 when the champion is nowhere more than 0.005 AUC below the best single candidate, 1 when it is, 6 when an AUC is too good to be true.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from models.survey import SPLITS
from pipelines import bench, screens_survey

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
    asked = parser.parse_args()
    if not DATA.is_file():
        print(f"Skipped: {DATA} is not on this machine (it is no part of the project).", file=sys.stderr)
        return 0
    found = bench.validated(DATA, MAPPING, asked.splits)
    if asked.json:
        print(json.dumps(screens_survey.as_json(found), indent=2))
    else:
        screens_survey.survey(found)
    return bench.exit_code(found)


if __name__ == "__main__":
    sys.exit(main())
