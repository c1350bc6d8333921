"""Dots with their intervals, as SVG that stands in a page: text stays text, colours are the page's, and none is needed to read it."""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import accumulate
from textwrap import wrap

from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator
from matplotlib.typing import RcKeyType

from reports.svg import inline

WIDTH, ROW_HEIGHT, FRAME_HEIGHT = 4.4, 0.22, 0.62
"""Inches."""
LEFT_SHARE, LETTERS = 0.47, 26
"""Where the axis begins, and how many letters of a label stand before it in one line."""
MORE_LINE = 0.7
"""What a further line of a label adds to the height of its row."""
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
        rows = [1 + MORE_LINE * (len(_wrapped(dot.label)) - 1) for dot in chart.dots]
        height = FRAME_HEIGHT + ROW_HEIGHT * sum(rows)
        figure = Figure(figsize=(WIDTH, height))
        under, over = 0.30 / height, 0.28 / height
        axes = figure.add_axes((LEFT_SHARE, under, 0.97 - LEFT_SHARE, 1 - under - over))
        _axis(axes, chart, percent, bottom=sum(rows))
        for above, row, dot in zip(accumulate(rows, initial=0.0), rows, chart.dots, strict=False):
            _line(axes, above + (row - 1) / 2, dot)
        written = io.StringIO()
        figure.savefig(written, format="svg", transparent=True, metadata={"Date": None, "Creator": None})
    return inline(written.getvalue(), chart.key, chart.title, chart.description, BLACK_AND_WHITE)


def _wrapped(label: str) -> list[str]:
    return wrap(label, LETTERS, break_long_words=False)


def _axis(axes: Axes, chart: Chart, percent: Callable[[float], str], *, bottom: float) -> None:
    axes.set_xlim(-0.03 * chart.top, chart.top)
    axes.set_ylim(bottom - 0.4, -0.6)
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


def _line(axes: Axes, place: float, dot: Dot) -> None:
    edge, weight = axes.get_yaxis_transform(), "bold" if dot.share is None else "normal"
    label = "\n".join(_wrapped(dot.label))
    axes.text(
        -0.03, place, label, transform=edge, ha="right", va="center", weight=weight, color=INK, linespacing=1.05,
    )  # fmt: skip
    if dot.share is None:
        return
    marker, face = FACES[dot.verdict]
    axes.plot([0, 1], [place, place], transform=edge, color=SOFT, linewidth=0.3, zorder=0)
    axes.plot([dot.low, dot.high], [place, place], color=INK, linewidth=1.3, solid_capstyle="butt", zorder=2)
    axes.plot(
        [dot.share], [place], marker=marker, markersize=6, markerfacecolor=face, markeredgecolor=INK, markeredgewidth=1, zorder=3, clip_on=False,
    )  # fmt: skip
