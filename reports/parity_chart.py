"""Dots with their intervals, as SVG that stands in a page: text stays text, colours are the page's, and none is needed to read it."""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator
from matplotlib.typing import RcKeyType

from reports.svg import inline

WIDTH, ROW_HEIGHT, FRAME_HEIGHT = 4.4, 0.22, 0.62
"""Inches."""
LEFT_SHARE = 0.47
INK, GROUND, SOFT = "#000000", "#ffffff", "#808080"
BLACK_AND_WHITE = {INK: "currentColor", GROUND: "var(--card)", SOFT: "var(--soft)"}
FACES = {
    "differs": ("D", INK),
    "alike": ("o", GROUND),
    "insufficient evidence": ("o", SOFT),
    "foretold": ("o", SOFT),
}
"""Marker and filling by verdict: a black diamond, a white circle, a grey one."""
STYLE: dict[RcKeyType, str | float] = {
    "svg.fonttype": "none",
    "font.family": "sans-serif",
    "font.size": 9.5,
    "axes.edgecolor": SOFT,
    "xtick.color": SOFT,
    "xtick.labelcolor": INK,
}


@dataclass(frozen=True, kw_only=True)
class Dot:
    """One line of a chart; without ``share`` it is a heading. ``told``: the line in words, for those who do not see it."""

    label: str
    share: float | None = None
    low: float = 0.0
    high: float = 0.0
    verdict: str = ""
    told: str = ""


@dataclass(frozen=True, kw_only=True)
class Chart:
    """``city`` is drawn as a line; ``top`` is where the axis ends, so that two charts of one measure compare; ``key`` names it in the page; ``band``: ends of a stretch
    that is drawn behind the dots."""

    key: str
    dots: Sequence[Dot]
    city: float
    top: float
    title: str
    description: str
    of_city: str
    band: tuple[float, float] | None = None


def svg(chart: Chart, percent: Callable[[float], str]) -> str:
    """``<svg>`` with a title and a description for those who do not see it; same chart, same bytes."""
    with rc_context({**STYLE, "svg.hashsalt": chart.key}):
        height = FRAME_HEIGHT + ROW_HEIGHT * len(chart.dots)
        figure = Figure(figsize=(WIDTH, height))
        bottom, above = 0.30 / height, 0.28 / height
        axes = figure.add_axes((LEFT_SHARE, bottom, 0.97 - LEFT_SHARE, 1 - bottom - above))
        _axis(axes, chart, percent)
        for place, dot in enumerate(chart.dots):
            _line(axes, place, dot)
        written = io.StringIO()
        figure.savefig(written, format="svg", transparent=True, metadata={"Date": None, "Creator": None})
    return inline(written.getvalue(), chart.key, chart.title, chart.description, BLACK_AND_WHITE)


def _axis(axes: Axes, chart: Chart, percent: Callable[[float], str]) -> None:
    axes.set_xlim(-0.03 * chart.top, chart.top)
    axes.set_ylim(len(chart.dots) - 0.4, -0.6)
    axes.set_yticks([])
    axes.xaxis.set_major_locator(MaxNLocator(4, steps=[1, 2, 2.5, 5, 10]))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda share, _: percent(share)))
    for side in ("left", "right", "top"):
        axes.spines[side].set_visible(False)
    if chart.band:
        axes.axvspan(*chart.band, color=SOFT, alpha=0.16, linewidth=0, zorder=0)
    axes.axvline(chart.city, color=INK, linewidth=1, linestyle=(0, (4, 3)), zorder=1)
    side = "left" if chart.city < 0.6 * chart.top else "right"
    axes.annotate(
        chart.of_city, (chart.city, 1), (0, 4), xycoords=("data", "axes fraction"), textcoords="offset points",
        ha=side, va="bottom", fontsize=9, color=INK,
    )  # fmt: skip


def _line(axes: Axes, place: int, dot: Dot) -> None:
    edge = axes.get_yaxis_transform()
    if dot.share is None:
        axes.text(-0.03, place, dot.label, transform=edge, ha="right", va="center", weight="bold", color=INK)
        return
    marker, face = FACES[dot.verdict]
    axes.text(-0.03, place, dot.label, transform=edge, ha="right", va="center", color=INK)
    axes.plot([0, 1], [place, place], transform=edge, color=SOFT, linewidth=0.3, zorder=0)
    axes.plot([dot.low, dot.high], [place, place], color=INK, linewidth=1.3, solid_capstyle="butt", zorder=2)
    axes.plot(
        [dot.share], [place], marker=marker, markersize=6, markerfacecolor=face, markeredgecolor=INK, markeredgewidth=1, zorder=3, clip_on=False,
    )  # fmt: skip
