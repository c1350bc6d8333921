"""The cost model behind docs/scale.md: ``python -m benchmarks.scale_model GROWTH.JSON [--euros-per-hour P]``, ``GROWTH.JSON`` as ``benchmarks.growth`` keeps it.

Seconds, memory and storage of a monthly cycle as a fixed part and a part for each person, by least squares on relative errors over the measured sizes; how far the model misses each of them; and what it
gives for the ten cities of the network, a metropolis and a country that is worked département by département. Computed figures are called so. The price of an hour is an assumption, and printed.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

COUNTRY, DEPARTEMENTS = 68_000_000, 101
PLANS = (
    ("ten cities of 33,000", 33_000, 10),
    ("a metropolis of a million", 1_000_000, 1),
    ("France, by département", COUNTRY // DEPARTEMENTS, DEPARTEMENTS),
)


@dataclass(frozen=True, kw_only=True)
class Line:
    """``fixed`` + ``each`` × persons; ``worst``: the largest relative miss at a measured size."""

    fixed: float
    each: float
    worst: float

    def at(self, persons: float) -> float:
        """The figure for so many persons."""
        return self.fixed + self.each * persons


def fitted(persons: Sequence[float], figures: Sequence[float]) -> Line:
    """Each size counts the same, however large its figure. Raises ValueError with fewer than two sizes."""
    if len(persons) < 2:
        raise ValueError("at least two sizes are needed")
    x, y = np.asarray(persons, dtype=float), np.asarray(figures, dtype=float)
    (fixed, each), *_ = np.linalg.lstsq(np.column_stack([1 / y, x / y]), np.ones(len(x)), rcond=None)
    worst = float(np.max(np.abs((fixed + each * x) / y - 1)))
    return Line(fixed=float(fixed), each=float(each), worst=worst)


def _rows(seconds: Line, memory: Line, storage: Line, price: float) -> list[str]:
    rows = [
        "| computed for | runs | hours a month, one after the other | GB at the peak of one | GB of warehouses | euros a month |",
        "|---|---|---|---|---|---|",
    ]
    for name, persons, runs in PLANS:
        hours = seconds.at(persons) * runs / 3600
        rows.append(
            f"| {name} | {runs} | {hours:.1f} | {memory.at(persons) / 1024:.1f} | {storage.at(persons) * runs / 1024:.1f} | {hours * price:.2f} |"
        )
    return rows


def main() -> None:
    """Prints Markdown."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("growth", type=Path)
    parser.add_argument(
        "--euros-per-hour", type=float, default=0.15, help="of a machine of 2 cores and 24 GB: an assumption"
    )
    asked = parser.parse_args()
    entries = [e for e in json.loads(asked.growth.read_text(encoding="utf-8")).values() if "cycle" in e]
    persons = [e["persons"] for e in entries]
    lines = {
        "seconds": fitted(persons, [e["cycle"]["seconds"] for e in entries]),
        "MB of memory": fitted(persons, [e["cycle"]["peak_mb"] for e in entries]),
        "MB of warehouse": fitted(persons, [e["warehouse_mb"] for e in entries]),
    }
    print(
        "| of a monthly cycle | fixed | for 100,000 persons | largest miss at a measured size |\n|---|---|---|---|"
    )
    for name, line in lines.items():
        print(f"| {name} | {line.fixed:.0f} | {line.each * 1e5:.0f} | {line.worst:.0%} |")
    print()
    print("\n".join(_rows(*lines.values(), asked.euros_per_hour)))


if __name__ == "__main__":
    main()
