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
WIDTH_IN, ROW_IN = 9.0, 0.46
LEFT = 0.37
"""Share of the width that the labels take."""


@dataclass(frozen=True, kw_only=True)
class Step:
    """A total, or what falls away (negative)."""

    label: str
    entries: int
    is_total: bool = False


def svg(steps: Sequence[Step], *, title: str, language: Language, name: str) -> str:
    """One inline SVG with its title and its description; empty when there is nothing to draw. Same steps, same text."""
    if not steps:
        return ""
    with mpl.rc_context({"svg.fonttype": "none", "svg.hashsalt": name, "font.family": "DejaVu Sans", "hatch.linewidth": 1.1}):  # fmt: skip
        figure = Figure(figsize=(WIDTH_IN, ROW_IN * len(steps) + 0.1))
        axes = figure.add_axes((LEFT, 0.0, 1.0 - LEFT, 1.0))
        _draw(axes, steps, language)
        buffer = io.StringIO()
        figure.savefig(buffer, format="svg", metadata={"Date": None, "Creator": None})
    return _inlined(buffer.getvalue(), name, title, described(steps, language))


def described(steps: Sequence[Step], language: Language) -> str:
    """The chart in a sentence a step, for whoever cannot see it."""
    colon = words(language)(":")
    return " ; ".join(f"{step.label}{colon} {_figure(step, language)}" for step in steps) + "."


def _draw(axes: Axes, steps: Sequence[Step], language: Language) -> None:
    largest = max(step.entries for step in steps)
    left = 0
    for row, step in enumerate(steps):
        low, high = (0, step.entries) if step.is_total else (left + step.entries, left)
        left = step.entries if step.is_total else low
        if step.is_total:
            axes.barh(row, high, height=0.62, color=FULL)
        else:
            axes.barh(row, low, height=0.62, color="none", edgecolor=LINE, linewidth=0.8)
            axes.barh(row, high - low, left=low, height=0.62, color="none", edgecolor=INK, hatch="////", linewidth=0.9)  # fmt: skip
        weight = "bold" if step.is_total else "normal"
        label = step.label if step.is_total else f"– {step.label}"
        axes.text(-0.02 * largest, row, label, ha="right", va="center", color=INK, fontsize=10.5, fontweight=weight)  # fmt: skip
        axes.text(high + 0.015 * largest, row, _figure(step, language), ha="left", va="center", color=INK, fontsize=10.5, fontweight=weight)  # fmt: skip
        if row + 1 < len(steps):
            axes.plot([left, left], [row + 0.31, row + 0.69], color=SOFT, linewidth=0.8)
    axes.set_xlim(0, 1.16 * largest)
    axes.set_ylim(len(steps) - 0.45, -0.55)
    axes.set_axis_off()


def _figure(step: Step, language: Language) -> str:
    return f"{'' if step.is_total else '– '}{number(abs(step.entries), language)}"


def _inlined(text: str, name: str, title: str, description: str) -> str:
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
        f'<svg class="flow" role="img" aria-labelledby="{name}-title {name}-desc" viewBox="0 0 {width} {height}" xmlns:xlink="http://www.w3.org/1999/xlink">'
        f'<title id="{name}-title">{escape(title)}</title><desc id="{name}-desc">{escape(description)}</desc>{rest}'
    )


def _size(head: str) -> tuple[str, str]:
    box = head.split('viewBox="')[1].split('"')[0].split()
    return box[2], box[3]
