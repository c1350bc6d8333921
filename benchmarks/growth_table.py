"""What each step of a measured cycle took, by size, as the Markdown of ``docs/scale.md``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

REST = "start and rest"
Step = tuple[str, float, float | None]
"""Name, seconds, and the process's highest resident size in MB while the step ran (``pipelines.manifest.timed``)."""


def cycles_of(entries: Mapping[str, Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """``entries`` as in ``growth.json``, the smallest first; sizes without a cycle are left out."""
    return sorted((e for e in entries.values() if "cycle" in e), key=lambda e: int(e["persons"]))


def steps_of(cycle: Mapping[str, Any]) -> list[Step]:
    """In the order in which they ran; last what is left of the whole process's seconds, of which no peak is known."""
    steps: list[Step] = [(s["name"], s["seconds"], s["peak_memory_mb"]) for s in cycle["steps"]]
    return [*steps, (REST, cycle["cycle"]["seconds"] - sum(seconds for _, seconds, _ in steps), None)]


def table(entries: Mapping[str, Mapping[str, Any]]) -> str:
    """Seconds and MB in one cell, a row a step, a column a size; the last row is the whole process. Empty where no cycle was measured."""
    cycles = cycles_of(entries)
    if not cycles:
        return ""
    whole = [(c["cycle"]["seconds"], float(c["cycle"]["peak_mb"])) for c in cycles]
    rows = [
        "| step | " + " | ".join(f"{c['persons']:,}" for c in cycles) + " |",
        "|---|" + "---:|" * len(cycles),
    ]
    for of_sizes in zip(*map(steps_of, cycles), strict=True):
        rows.append(_row(of_sizes[0][0], [_cell(seconds, mb) for _, seconds, mb in of_sizes]))
    rows.append(_row("**whole process**", [f"**{seconds:.2f} s · {mb:,.0f} MB**" for seconds, mb in whole]))
    return "\n".join(rows)


def _row(name: str, cells: list[str]) -> str:
    return f"| {name} | " + " | ".join(cells) + " |"


def _cell(seconds: float, mb: float | None) -> str:
    return f"{seconds:.2f} s" if mb is None else f"{seconds:.2f} s · {mb:,.1f} MB"
