"""From many to few, as stepped bars: what remains in full, what falls away hatched, so that it is read without colours."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from features.factor import Language
from reports.words import number, words

INK, SOFT, FULL, LINE = "#010101", "#020202", "#030303", "#040404"
VARIABLES = {INK: "var(--ink)", SOFT: "var(--soft)", FULL: "var(--accent)", LINE: "var(--line)"}
"""Colours that stand for those of the page, so that the chart follows its light and dark schemes."""
FACE = "system-ui, 'Segoe UI', 'DejaVu Sans', sans-serif"


@dataclass(frozen=True, kw_only=True)
class Shape:
    """How wide, how high a step, how large the letters. ``left``: share of the width that the labels take; 0: they stand above the bars. ``room``: to where the axis runs beyond the longest bar, for its figure."""

    name: str
    width_in: float
    row_in: float
    size: float
    left: float
    room: float


WIDE = Shape(name="flow", width_in=9.0, row_in=0.46, size=10.5, left=0.37, room=1.16)
NARROW = Shape(name="flow narrow", width_in=4.3, row_in=0.58, size=12.5, left=0.0, room=1.27)
"""A page and a phone: drawn for one and made smaller for the other, nobody could read it. The style shows one of them."""


@dataclass(frozen=True, kw_only=True)
class Step:
    """A total, or what falls away (negative)."""

    label: str
    entries: int
    is_total: bool = False


def svg(steps: Sequence[Step], *, title: str, language: Language, name: str, shape: Shape = WIDE) -> str:
    """One inline SVG with its title and its description; empty when there is nothing to draw. Same steps, same text."""
    if not steps:
        return ""
    with mpl.rc_context({"svg.fonttype": "none", "svg.hashsalt": name, "font.family": "DejaVu Sans", "hatch.linewidth": 1.1}):  # fmt: skip
        figure = Figure(figsize=(shape.width_in, shape.row_in * len(steps) + 0.1))
        axes = figure.add_axes((shape.left, 0.0, 1.0 - shape.left, 1.0))
        _draw(axes, steps, language, shape)
        buffer = io.StringIO()
        figure.savefig(buffer, format="svg", metadata={"Date": None, "Creator": None})
    return _inlined(buffer.getvalue(), name, title, described(steps, language), shape)


def described(steps: Sequence[Step], language: Language) -> str:
    """The chart in a sentence a step, for whoever cannot see it."""
    colon = words(language)(":")
    return " ; ".join(f"{step.label}{colon} {_figure(step, language)}" for step in steps) + "."


def _draw(axes: Axes, steps: Sequence[Step], language: Language, shape: Shape) -> None:
    largest = max(step.entries for step in steps)
    left, height, is_beside = 0, 0.62 if shape.left else 0.4, shape.left > 0
    for row, step in enumerate(steps):
        low, high = (0, step.entries) if step.is_total else (left + step.entries, left)
        left = step.entries if step.is_total else low
        if step.is_total:
            axes.barh(row, high, height=height, color=FULL)
        else:
            axes.barh(row, low, height=height, color="none", edgecolor=LINE, linewidth=0.8)
            axes.barh(row, high - low, left=low, height=height, color="none", edgecolor=INK, hatch="////", linewidth=0.9)  # fmt: skip
        weight = "bold" if step.is_total else "normal"
        label = step.label if step.is_total else f"– {step.label}"
        x, y = (-0.02 * largest, row) if is_beside else (0.0, row - 0.27)
        across, along = ("right", "center") if is_beside else ("left", "bottom")
        axes.text(x, y, label, ha=across, va=along, color=INK, fontsize=shape.size, fontweight=weight)
        axes.text(high + 0.015 * largest, row, _figure(step, language), ha="left", va="center", color=INK, fontsize=shape.size, fontweight=weight)  # fmt: skip
        if is_beside and row + 1 < len(steps):
            axes.plot([left, left], [row + 0.31, row + 0.69], color=SOFT, linewidth=0.8)
    axes.set_xlim(0, shape.room * largest)
    axes.set_ylim(len(steps) - (0.45 if is_beside else 0.75), -(0.55 if is_beside else 0.75))
    axes.set_axis_off()


def _figure(step: Step, language: Language) -> str:
    return f"{'' if step.is_total else '– '}{number(abs(step.entries), language)}"


def _inlined(text: str, name: str, title: str, description: str, shape: Shape) -> str:
    body = text[text.index("<svg") :]
    head, rest = body.split(">", 1)
    width, height = _size(head)
    for colour, variable in VARIABLES.items():
        rest = rest.replace(colour, variable)
    rest = (
        rest.replace("'DejaVu Sans'", FACE).replace('id="', f'id="{name}-').replace("url(#", f"url(#{name}-")
    )
    rest = rest.replace('xlink:href="#', f'xlink:href="#{name}-')
    return (
        f'<svg class="{shape.name}" role="img" aria-labelledby="{name}-title {name}-desc" viewBox="0 0 {width} {height}" xmlns:xlink="http://www.w3.org/1999/xlink">'
        f'<title id="{name}-title">{escape(title)}</title><desc id="{name}-desc">{escape(description)}</desc>{rest}'
    )


def _size(head: str) -> tuple[str, str]:
    box = head.split('viewBox="')[1].split('"')[0].split()
    return box[2], box[3]
