"""What the terminal shows of a synthetic town."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from features.factor import Language
from pipelines.console import out
from reports.words import words
from synthetic_city import calibration
from synthetic_city.figure import Figure


def city(folder: Path, figures: Sequence[Figure], language: Language) -> None:
    """How many published figures the town holds, in the language of its people."""
    say = words(language)
    out.print(
        f"\n[bold]{say('Synthetic town')}[/bold] · {calibration.summary(figures, language)}", highlight=False
    )
    out.print(f"  {folder / 'calibration.html'}", highlight=False, soft_wrap=True)


def figures_json(figures: Sequence[Figure]) -> dict[str, int]:
    """``figures`` and ``held`` of the published ones, then those of the targets that were derived or assumed."""
    counts: dict[str, int] = {}
    for kind, suffix in (("published", ""), ("derived", "_derived"), ("assumed", "_assumed")):
        mine = [f for f in figures if f.kind == kind]
        counts |= {f"figures{suffix}": len(mine), f"held{suffix}": sum(f.holds for f in mine)}
    return counts
