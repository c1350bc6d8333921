"""Does the fairness report find a planted bias, and is a fair city left in peace? ``python -m benchmarks.fairness WORK [--cities 100] [--towns 1] [--json]``.

Fair cities (``benchmarks.fairness_cities``): of each sort at most 5 % are accused by any line; the bar fails when the 95 % interval of that share lies wholly above 5 %, so that few cities prove little and say so.
Whole towns (``benchmarks.fairness_towns``), from deliveries to ``fairness.json``: the town as it is is not said to visit anybody less or to have broken links by sex; with
each bias planted its group is named, worse off, in a measure that is to show it. ``WORK`` keeps the towns; their runs are replaced. Exit 0 when the bars hold.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from benchmarks.fairness_cities import City, accused
from benchmarks.fairness_towns import (
    broken_links_of_women,
    fair_town,
    fewer_visits_to_women,
    most_walked,
    planted,
    report,
)
from benchmarks.town_truth import AS_OF
from features.intervals import wilson
from models.fairness import LEVEL

CAPACITY = 60
SILENT = ("visited", "reached", "refused", "helped", "double")
"""Measures in which the town as it is has no cause to differ beyond the band, save for those of whom one register alone knows: the walk goes by the roll, and who is not on it is not visited."""


@dataclass(frozen=True, kw_only=True)
class Bar:
    """``figure`` as people read it."""

    name: str
    figure: str
    holds: bool


def of_cities(cities: int, *, is_alike: bool) -> Bar:
    """How many of so many fair cities are accused of anything."""
    found = [accused(City(is_alike=is_alike, seed=seed)) for seed in range(1, cities + 1)]
    bad = sum(bool(one) for one in found)
    reach = wilson(bad, cities)
    sort = "alike" if is_alike else "by age"
    told = f"{bad} of {cities} accused, {reach.low:.1%} to {reach.high:.1%}"
    return Bar(
        name=f"fair cities, {sort}: at most {LEVEL:.0%} accused", figure=told, holds=reach.low <= LEVEL
    )


def of_towns(work: Path, towns: int) -> Iterator[Bar]:
    """Each town as it is, and with each bias."""
    for seed in range(1, towns + 1):
        fair = fair_town(work, seed)
        lines = _worse_off(report(fair, work / f"fairness-run-{seed}", AS_OF, CAPACITY))
        wrong = [line for line in lines if line[0] in SILENT and line[1] != "data_thin"]
        yield Bar(
            name=f"town {seed} as it is: nobody treated worse",
            figure=f"{len(wrong)} lines {wrong}",
            holds=not wrong,
        )
        for number, bias in enumerate((fewer_visits_to_women(most_walked(fair)), broken_links_of_women())):
            place = planted(fair, work / f"fairness-town-{seed}-{number}", bias)
            lines = _worse_off(report(place, work / f"fairness-run-{seed}-{number}", AS_OF, CAPACITY))
            named = [line for line in lines if line[0] in bias.measures and line[1:] == bias.group]
            yield Bar(name=f"town {seed}, {bias.name}: named", figure=f"{named}", holds=bool(named))


def _worse_off(told: dict[str, object]) -> list[tuple[str, str, str]]:
    """(measure, dimension, group) of every line that stands outside on the side that harms."""
    lines = told["lines"]
    assert isinstance(lines, list)
    return [(x["measure"], x["dimension"], x["group"]) for x in lines if x["is_worse"]]


def main() -> int:
    """Prints each figure beside its bar as it comes; 0 when all hold."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("work", type=Path)
    parser.add_argument("--cities", type=int, default=100)
    parser.add_argument("--towns", type=int, default=1)
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    found = []
    for bar in _bars(asked.work, asked.cities, asked.towns):
        found.append(bar)
        print(
            f"{'holds' if bar.holds else 'DOES NOT HOLD'}  {bar.name}: {bar.figure}",
            file=sys.stderr if asked.json else sys.stdout,
            flush=True,
        )
    holds = all(bar.holds for bar in found)
    if asked.json:
        print(json.dumps({"holds": holds, "bars": [asdict(bar) for bar in found]}, indent=2))
    return 0 if holds else 1


def _bars(work: Path, cities: int, towns: int) -> Iterator[Bar]:
    for is_alike in (True, False):
        yield of_cities(cities, is_alike=is_alike)
    yield from of_towns(work, towns)


if __name__ == "__main__":
    sys.exit(main())
