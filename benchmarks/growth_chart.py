"""What a cycle costs as a town grows, drawn: the whole process above, each step below, seconds on the left and the peak of memory on the right. One shade a size, everywhere."""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure
from matplotlib.layout_engine import ConstrainedLayoutEngine
from matplotlib.ticker import MaxNLocator

from benchmarks.growth_table import REST, Step, cycles_of, steps_of
from benchmarks.growth_town import BASE

INK, SOFT, RULE, LIMIT = "#1f2a30", "#51606a", "#d8dedf", "#9a5b13"
SHADES = LinearSegmentedColormap.from_list("growth", ("#bfd3d5", "#7a9ea3", "#123f45"))
"""From the smallest size to the largest."""
STYLE = {
    "svg.fonttype": "none",
    "font.family": "sans-serif",
    "font.size": 10,
    "svg.hashsalt": "growth",
    "text.color": INK,
}
WORDS = {
    "ingest": "new files taken in",
    "frame": "who lives where today",
    "labels": "past days that teach",
    "duel": "rankings compared",
    "keeping": "what stays of the list",
    "ranker": "who may rank",
    "list": "drawn and explained",
    "measure": "need estimated",
    "map": "neighbourhoods drawn",
    "fairness": "groups compared",
    "drift": "what has changed",
    "reports": "pages and workbook",
    "notice": "public notice",
    REST: "Python, Prefect",
}
THICK = 0.16
"""Of one bar of a step, where a step has 1."""


@dataclass(frozen=True, kw_only=True)
class Limits:
    """``seconds`` and ``mb``: of a town of ``persons``. ``per_person``: at the largest, how many times the seconds that a person of ``BASE`` costs."""

    persons: int
    seconds: float
    mb: float
    per_person: float


def drawn(entries: Mapping[str, Mapping[str, Any]], limits: Limits) -> str:
    """SVG on white; ``entries`` as in ``growth.json``. Sizes without a cycle are not drawn."""
    cycles = cycles_of(entries)
    with rc_context(STYLE):  # type: ignore[arg-type]
        figure = Figure(figsize=(9.6, 10.8), layout=ConstrainedLayoutEngine(h_pad=0.12, w_pad=0.08))
        above, below = figure.subfigures(2, 1, squeeze=False, height_ratios=(3.1, 7.7))[:, 0]
        if cycles:
            _wholes(above.subplots(1, 3), cycles, limits)
            _steps(below.subplots(1, 2, sharey=True), cycles, limits)
        written = io.StringIO()
        figure.savefig(written, format="svg", facecolor="white", metadata={"Date": None, "Creator": None})
    return written.getvalue()


def _wholes(panels: Sequence[Axes], cycles: list[Mapping[str, Any]], limits: Limits) -> None:
    minutes, each, peaks = panels
    _whole(minutes, cycles, "Whole cycle, minutes", [c["cycle"]["seconds"] / 60 for c in cycles])
    by_size = {c["persons"]: c["cycle"]["seconds"] / c["persons"] * 1000 for c in cycles}
    _whole(each, cycles, "Seconds for 1,000 persons", list(by_size.values()))
    _whole(peaks, cycles, "Peak of memory, GB", [c["cycle"]["peak_mb"] / 1024 for c in cycles])
    for place, size in enumerate(by_size):
        if size == limits.persons:
            _limit(minutes, place, limits.seconds / 60)
            _limit(peaks, place, limits.mb / 1024)
    if BASE in by_size:
        _limit(each, len(cycles) - 1, limits.per_person * by_size[BASE])


def _whole(axes: Axes, cycles: list[Mapping[str, Any]], title: str, heights: list[float]) -> None:
    axes.bar(range(len(cycles)), heights, 0.66, color=_shades(len(cycles)))
    for place, high in enumerate(heights):
        axes.annotate(
            f"{high:.2g}", (place, high), (0, 2), textcoords="offset points", ha="center", fontsize=9
        )
    axes.set_title(title, loc="left", fontsize=10)
    axes.set_xticks(range(len(cycles)), [_short(cycle["persons"]) for cycle in cycles])
    axes.yaxis.set_major_locator(MaxNLocator(5, steps=(1, 2, 5, 10)))
    axes.margins(y=0.18)
    _plain(axes, "y")


def _limit(axes: Axes, place: int, at: float) -> None:
    """Above the bar that it is for."""
    axes.hlines(at, place - 0.45, place + 0.45, color=LIMIT, linewidth=1.4)
    axes.annotate(
        f"at most {at:.2g}",
        (place + 0.45, at),
        (0, 3),
        textcoords="offset points",
        ha="right",
        fontsize=9,
        color=LIMIT,
        bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.5},
    )


def _steps(panels: Sequence[Axes], cycles: list[Mapping[str, Any]], limits: Limits) -> None:
    seconds, peaks = panels
    names = [name for name, _, _ in steps_of(cycles[0])]
    _by_step(seconds, cycles, "Seconds of each step", lambda step: step[1])
    _by_step(peaks, cycles, "Peak of memory during each step, GB", lambda step: step[2] and step[2] / 1024)
    seconds.set_yticks(range(len(names)), [f"{name}\n{WORDS.get(name, '')}" for name in names], fontsize=9)
    seconds.invert_yaxis()
    seconds.legend(framealpha=1, edgecolor="none", loc="lower right", fontsize=9, title="persons")
    most = limits.mb / 1024
    peaks.axvline(most, color=LIMIT, linewidth=1.4)
    told = f"at most {most:.2g}, for {_short(limits.persons)}"
    peaks.annotate(
        told, (most, len(names) - 1), (-5, 0), textcoords="offset points", ha="right", fontsize=9, color=LIMIT
    )


def _by_step(
    axes: Axes, cycles: list[Mapping[str, Any]], title: str, length: Callable[[Step], float | None]
) -> None:
    """Bars of each step side by side, the smallest size on top; the figure is told of the largest alone."""
    for number, (cycle, shade) in enumerate(zip(cycles, _shades(len(cycles)), strict=True)):
        found = [(place, length(step)) for place, step in enumerate(steps_of(cycle))]
        known = [
            (place + (number - (len(cycles) - 1) / 2) * THICK, long)
            for place, long in found
            if long is not None
        ]
        places, lengths = zip(*known, strict=True)
        bars = axes.barh(places, lengths, THICK, color=shade, label=_short(cycle["persons"]))
    axes.bar_label(bars, [f"{long:{_figures(long)}}" for long in lengths], padding=3, fontsize=9)
    axes.set_title(title, loc="left", fontsize=10)
    axes.margins(x=0.1, y=0.01)
    _plain(axes, "x")


def _shades(count: int) -> list[tuple[float, float, float, float]]:
    return [SHADES(place / max(count - 1, 1)) for place in range(count)]


def _figures(long: float) -> str:
    return ".0f" if long >= 10 else ".1f" if long >= 1 else ".2f"


def _short(persons: int) -> str:
    return f"{persons / 1e6:g} M" if persons >= 1_000_000 else f"{persons / 1000:,.0f} k"


def _plain(axes: Axes, along: Literal["x", "y"]) -> None:
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
    axes.tick_params(color=RULE, labelcolor=SOFT)
    axes.grid(axis=along, color=RULE, linewidth=0.6)
    axes.set_axisbelow(True)
