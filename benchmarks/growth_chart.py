"""What a cycle costs as a town grows, drawn: seconds a thousand persons, by step, and the peak of memory, by size."""

from __future__ import annotations

import io
from collections.abc import Mapping
from typing import Any

from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import NullLocator

INK, SOFT, RULE = "#1f2a30", "#51606a", "#d8dedf"
SHADES = ("#1d5c63", "#6b4e16", "#7a9ea3", "#c4a35a", "#41506b", "#b5c4c6")
"""Of the five steps that cost most at the largest size, in that order; the last of all others."""
STYLE = {
    "svg.fonttype": "none",
    "font.family": "sans-serif",
    "font.size": 10,
    "svg.hashsalt": "growth",
    "text.color": INK,
}


def drawn(entries: Mapping[str, Mapping[str, Any]]) -> str:
    """SVG on white; ``entries`` as in ``growth.json``. Sizes without a cycle are not drawn."""
    cycles = sorted((e for e in entries.values() if "cycle" in e), key=lambda e: int(e["persons"]))
    with rc_context(STYLE):  # type: ignore[arg-type]
        figure = Figure(figsize=(9.6, 4.0))
        left, right = figure.subplots(1, 2, width_ratios=(3, 2))
        if cycles:
            _costs(left, cycles)
            _peaks(right, cycles)
        figure.tight_layout(w_pad=3)
        written = io.StringIO()
        figure.savefig(written, format="svg", facecolor="white", metadata={"Date": None, "Creator": None})
    return written.getvalue()


def _costs(axes: Axes, cycles: list[Mapping[str, Any]]) -> None:
    dearest = sorted(cycles[-1]["steps"], key=lambda s: -s["seconds"])
    named = [s["name"] for s in dearest[: len(SHADES) - 1]]
    foot = [0.0] * len(cycles)
    for name, shade in zip([*named, "everything else"], SHADES, strict=True):
        heights = [_seconds(cycle, name, named) / cycle["persons"] * 1000 for cycle in cycles]
        axes.bar(range(len(cycles)), heights, 0.62, bottom=foot, color=shade, label=name)
        foot = [low + height for low, height in zip(foot, heights, strict=True)]
    for place, total in enumerate(foot):
        axes.annotate(f"{total:.2g}", (place, total), (0, 3), textcoords="offset points", ha="center")
    axes.set_ylim(0, max(foot) * 1.12)
    axes.set_title("Seconds of a monthly cycle per 1,000 inhabitants", loc="left", fontsize=10)
    axes.set_xticks(range(len(cycles)), [_short(cycle["persons"]) for cycle in cycles])
    axes.legend(frameon=False, reverse=True, loc="upper right", fontsize=9)
    _plain(axes)


def _seconds(cycle: Mapping[str, Any], name: str, named: list[str]) -> float:
    """Of a step; of ``everything else`` what is left of the whole process, Python's and Prefect's start too."""
    by_step = {step["name"]: step["seconds"] for step in cycle["steps"]}
    if name in named:
        return float(by_step[name])
    return float(cycle["cycle"]["seconds"] - sum(by_step[n] for n in named))


def _peaks(axes: Axes, cycles: list[Mapping[str, Any]]) -> None:
    peaks = [cycle["cycle"]["peak_mb"] / 1024 for cycle in cycles]
    axes.plot([c["persons"] for c in cycles], peaks, marker="o", color=SHADES[0])
    for cycle, peak in zip(cycles, peaks, strict=True):
        axes.annotate(
            f"{peak:.1f}", (cycle["persons"], peak), (0, 7), textcoords="offset points", ha="center"
        )
    axes.set_xscale("log")
    axes.set_ylim(0, max(peaks) * 1.2)
    axes.set_title("Peak of memory, GB", loc="left", fontsize=10)
    axes.set_xticks([c["persons"] for c in cycles], [_short(c["persons"]) for c in cycles])
    axes.xaxis.set_minor_locator(NullLocator())
    axes.margins(x=0.12)
    _plain(axes)


def _short(persons: int) -> str:
    return f"{persons / 1e6:g} M" if persons >= 1_000_000 else f"{persons / 1000:,.0f} k"


def _plain(axes: Axes) -> None:
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
    axes.tick_params(color=RULE, labelcolor=SOFT)
    axes.grid(axis="y", color=RULE, linewidth=0.6)
    axes.set_axisbelow(True)
