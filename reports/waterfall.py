"""A waterfall chart as inline SVG: readable in black and white, by a screen reader, in the page's own colours."""

from __future__ import annotations

from dataclasses import dataclass
from io import StringIO
from itertools import accumulate, pairwise
from textwrap import wrap
from typing import Any

from reports.svg import AGAINST, CARD, FOR, INK, OF_THE_PAGE, RULE, SOFT, inline

WIDTH, ROW, HEAD_AND_FOOT = 7.4, 0.47, 0.95
LABELS, LETTERS = 0.43, 44
"""Inches; the share of the width that the words take, and how many letters of a detail stand in one line of it."""


@dataclass(frozen=True, kw_only=True)
class Bar:
    """One row: what it is, in two lines, and how far it goes; ``text`` is the figure as shown."""

    title: str
    detail: str
    value: float
    text: str


@dataclass(frozen=True, kw_only=True)
class Line:
    """A threshold."""

    at: float
    text: str


@dataclass(frozen=True, kw_only=True)
class Waterfall:
    """``start``, then ``steps`` one upon the other, down to ``end``, their sum. ``reach``: how far the axis goes, the same for all charts of a page.
    ``name`` keeps its identifiers apart from theirs."""

    name: str
    title: str
    description: str
    start: Bar
    steps: tuple[Bar, ...]
    end: Bar
    likely: Line
    sure: Line
    reach: tuple[float, float]
    axis: str

    @property
    def spans(self) -> list[tuple[float, float]]:
        """Where each row's bar begins and ends."""
        steps = pairwise(accumulate((self.start, *self.steps), lambda at, bar: at + bar.value, initial=0.0))
        return [*steps, (0.0, self.end.value)]

    def svg(self) -> str:
        """Without a date, so that the same chart gives the same bytes."""
        import matplotlib as mpl  # takes longer to import than most commands run
        from matplotlib.figure import Figure

        style: Any = {
            "svg.fonttype": "none",
            "svg.hashsalt": self.name,
            "hatch.linewidth": 1.1,
            "font.size": 9,
        }
        with mpl.rc_context(style):
            rows = len(self.steps) + 2
            figure = Figure(figsize=(WIDTH, rows * ROW + HEAD_AND_FOOT))
            height = figure.get_figheight()
            axes = figure.add_axes((LABELS, 0.52 / height, 0.985 - LABELS, (rows * ROW) / height))
            _frame(axes, self)
            _bars(axes, self)
            _thresholds(axes, self)
            text = StringIO()
            figure.savefig(text, format="svg", transparent=True, metadata={"Date": None, "Creator": None})
        return inline(text.getvalue(), self.name, self.title, self.description, OF_THE_PAGE)


def _frame(axes: Any, chart: Waterfall) -> None:
    low, high = chart.reach
    room = (high - low) * 0.15
    axes.set_xlim(low - room, high + room)
    axes.set_ylim(len(chart.spans) - 0.5, -0.5)
    axes.set_yticks([])
    axes.tick_params(axis="x", colors=SOFT, labelsize=8, length=3)
    axes.xaxis.set_major_formatter(lambda value, _: f"{value:.0f}".replace("-", "−"))
    axes.set_xlabel(chart.axis, color=SOFT, fontsize=8, x=1.0, ha="right")
    axes.grid(axis="x", color=RULE, linewidth=0.6)
    axes.set_axisbelow(True)
    for side in ("top", "right", "left"):
        axes.spines[side].set_visible(False)
    axes.spines["bottom"].set_color(SOFT)


def _bars(axes: Any, chart: Waterfall) -> None:
    """For one person: filled; against: hatched; start and total: outlined."""
    rows = (chart.start, *chart.steps, chart.end)
    for y, (bar, (begin, end)) in enumerate(zip(rows, chart.spans, strict=True)):
        is_sum = y in (0, len(rows) - 1)
        colour = INK if is_sum else FOR if bar.value > 0 else AGAINST if bar.value < 0 else SOFT
        fill = CARD if is_sum or bar.value <= 0 else colour
        hatch = None if is_sum or bar.value >= 0 else "/////"
        axes.barh(
            y, end - begin, left=begin, height=0.5, color=fill, edgecolor=colour, hatch=hatch, linewidth=1.4
        )
        _figure(axes, bar, y, begin, end)
        _words(axes, bar, y)
        if y < len(rows) - 1:
            axes.plot([end, end], [y + 0.25, y + 0.75], color=SOFT, linewidth=0.8)


def _words(axes: Any, bar: Bar, y: int) -> None:
    detail = wrap(bar.detail, LETTERS)
    beside: Any = {"transform": axes.get_yaxis_transform(), "ha": "right", "linespacing": 1.0}
    top = y - 0.17 - 0.12 * max(len(detail) - 1, 0)
    axes.text(-0.03, top, bar.title, va="center", color=INK, fontweight="bold", **beside)
    axes.text(-0.03, top + 0.2, "\n".join(detail), va="top", color=SOFT, fontsize=8.2, **beside)


def _figure(axes: Any, bar: Bar, y: int, begin: float, end: float) -> None:
    is_left = bar.value < 0
    place = min(begin, end) if is_left else max(begin, end)
    axes.annotate(
        bar.text, (place, y), (-5 if is_left else 5, 0), textcoords="offset points",
        ha="right" if is_left else "left", va="center", color=INK, fontweight="bold",
        bbox={"facecolor": CARD, "edgecolor": "none", "pad": 0.6}, zorder=5,
    )  # fmt: skip


def _thresholds(axes: Any, chart: Waterfall) -> None:
    for line, dashes, side in ((chart.likely, (0, (2, 2)), "right"), (chart.sure, (0, (6, 2)), "left")):
        axes.axvline(line.at, color=INK, linewidth=1.1, linestyle=dashes, zorder=0.8)
        axes.annotate(
            line.text, (line.at, -0.5), (-3 if side == "right" else 3, 3), textcoords="offset points",
            ha=side, va="bottom", color=INK, fontsize=8.2,
        )  # fmt: skip
