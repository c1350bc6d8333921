"""Points with their intervals on one axis, as SVG that stands in a page: text stays text, colours are the page's, and none is needed to read it."""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from textwrap import wrap
from typing import Literal

from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Canvas
from matplotlib.ticker import FuncFormatter, MaxNLocator

from reports.model_card_facts import Figure
from reports.parity_chart import BLACK_AND_WHITE, GROUND, INK, SOFT, STYLE
from reports.svg import inline

WIDTH, FRAME_HEIGHT, LETTERS = 3.8, 0.66, 18
"""Inches, and how many letters of a label stand in one line."""
LEFT, RIGHT = 0.375, 0.87
"""Where the axis begins and ends, as a share of the width: words stand before it and the figure after it."""
Mark = Literal["first", "first weighted", "other", "other weighted", "rule", "place", "random"]
FACES: dict[Mark, tuple[str, str, float]] = {
    "first": ("D", INK, 6.0),
    "first weighted": ("D", GROUND, 5.0),
    "other": ("o", INK, 5.5),
    "other weighted": ("o", GROUND, 5.0),
    "rule": ("s", INK, 5.5),
    "place": ("^", GROUND, 6.0),
    "random": ("x", INK, 5.5),
}
"""Marker, filling and size: who ranks is a diamond, and what is weighted is hollow."""
BESIDE = 0.19
"""How far a second point of a row stands from its middle."""
EDGES = (-(LEFT - 0.012) / (RIGHT - LEFT), 1 + (1 - RIGHT - 0.012) / (RIGHT - LEFT))
"""The edges of the drawing, in widths of the axis."""


@dataclass(frozen=True, kw_only=True)
class Point:
    """A figure and how it is marked."""

    figure: Figure
    mark: Mark


@dataclass(frozen=True, kw_only=True)
class Line:
    """One row: its words, its points (one upon the other where there are two) and the figure as shown; without points it is a heading."""

    label: str
    points: tuple[Point, ...] = ()
    text: str = ""
    is_strong: bool = False


@dataclass(frozen=True, kw_only=True)
class Guide:
    """A vertical line across all rows; its ``text`` stands above."""

    at: float
    text: str = ""


@dataclass(frozen=True, kw_only=True)
class Chart:
    """``key`` names it in the page. ``guides``: the first is dashed, the second dotted. ``row``: inches a row. ``top``: where the axis ends."""

    key: str
    title: str
    description: str
    lines: Sequence[Line]
    guides: Sequence[Guide]
    row: float = 0.36

    @property
    def top(self) -> float:
        """A little beyond the furthest interval."""
        ends = [e for one in self.lines for p in one.points for e in (p.figure.value, p.figure.high) if e]
        return 1.04 * max([*ends, *(guide.at for guide in self.guides)], default=1.0)


@dataclass(frozen=True, kw_only=True)
class Between(Chart):
    """A chart whose axis goes from ``bottom`` to ``end``, whatever is drawn: for differences, and where nought means nothing."""

    bottom: float
    end: float

    @property
    def top(self) -> float:
        """As asked."""
        return self.end


def svg(chart: Chart, tick: Callable[[float], str]) -> str:
    """``<svg>`` with a title and a description for those who do not see it; same chart, same bytes. ``tick``: a value of the axis as written."""
    with rc_context({**STYLE, "svg.hashsalt": chart.key}):
        height = FRAME_HEIGHT + chart.row * len(chart.lines)
        canvas = Canvas(figsize=(WIDTH, height))
        axes = canvas.add_axes((LEFT, 0.34 / height, RIGHT - LEFT, 1 - FRAME_HEIGHT / height))
        _axis(axes, chart, tick)
        for place, line in enumerate(chart.lines):
            _line(axes, place, line)
        written = io.StringIO()
        canvas.savefig(written, format="svg", transparent=True, metadata={"Date": None, "Creator": None})
    return inline(written.getvalue(), chart.key, chart.title, chart.description, BLACK_AND_WHITE)


def _axis(axes: Axes, chart: Chart, tick: Callable[[float], str]) -> None:
    axes.set_xlim(chart.bottom if isinstance(chart, Between) else 0, chart.top)
    axes.set_ylim(len(chart.lines) - 0.45, -0.6)
    axes.set_yticks([])
    axes.xaxis.set_major_locator(MaxNLocator(4, steps=[1, 2, 2.5, 5, 10]))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: tick(value)))
    for side in ("left", "right", "top"):
        axes.spines[side].set_visible(False)
    for guide, dashes in zip(chart.guides, ((4, 3), (1, 2)), strict=False):
        axes.axvline(guide.at, color=INK, linewidth=1, linestyle=(0, dashes), zorder=1)
        axes.annotate(
            guide.text, (guide.at, 1), (0, 4), xycoords=("data", "axes fraction"), textcoords="offset points",
            ha="center", va="bottom", fontsize=9, color=INK,
        )  # fmt: skip


def _line(axes: Axes, place: int, line: Line) -> None:
    edge = axes.get_yaxis_transform()
    weight = "bold" if line.is_strong else "normal"
    if not line.points:
        axes.text(
            EDGES[0],
            place + 0.1,
            line.label,
            transform=edge,
            ha="left",
            va="center",
            weight="bold",
            color=INK,
        )
        return
    label = "\n".join(wrap(line.label, LETTERS, break_long_words=False))
    axes.text(
        -0.04,
        place,
        label,
        transform=edge,
        ha="right",
        va="center",
        weight=weight,
        color=INK,
        linespacing=1.08,
    )
    axes.text(EDGES[1], place, line.text, transform=edge, ha="right", va="center", weight=weight, color=INK)
    axes.plot([0, 1], [place, place], transform=edge, color=SOFT, linewidth=0.3, zorder=0)
    shifts = (0.0,) if len(line.points) == 1 else (-BESIDE, BESIDE)
    for point, shift in zip(line.points, shifts, strict=True):
        _point(axes, place + shift, point)


def _point(axes: Axes, y: float, point: Point) -> None:
    marker, face, size = FACES[point.mark]
    figure = point.figure
    if figure.low is not None and figure.high is not None:
        is_hollow = point.mark.endswith("weighted")
        axes.plot(
            [figure.low, figure.high], [y, y], color=INK, linewidth=0.9 if is_hollow else 1.5,
            linestyle=(0, (2, 1.5)) if is_hollow else "-", solid_capstyle="butt", zorder=2,
        )  # fmt: skip
    axes.plot(
        [figure.value], [y], marker=marker, markersize=size, markerfacecolor=face, markeredgecolor=INK, markeredgewidth=1.1, zorder=3, clip_on=False,
    )  # fmt: skip
