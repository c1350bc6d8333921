"""A figure lent to the shap library's plots, and what they draw as SVG that stands in a page."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from io import StringIO
from typing import Any

import numpy as np

from features.factor import Language
from reports.svg import AGAINST, CARD, FOR, OF_THE_PAGE, RULE, SOFT, inline
from reports.words import number

TICK_DIGITS = 4
"""So that steps of a fortieth, and finer ones, are told as they are."""
Rect = tuple[float, float, float, float]


@contextmanager
def figure_for_shap(
    width: float, height: float, name: str, seed: int, rect: Rect = (0.1, 0.1, 0.8, 0.8)
) -> Iterator[tuple[Any, Any]]:
    """A figure and its axes for shap to draw on. shap draws its jitter from numpy's global chance, which is lent a seed and given back, and takes its
    colours from a style of its own, likewise. It sets figures to eight inches; this one keeps its size, which the page decides."""
    import matplotlib.pyplot as plt
    from matplotlib import rc_context
    from matplotlib.figure import Figure
    from shap.plots import _style as style

    class OfOneSize(Figure):
        def set_size_inches(self, *_: object, **__: object) -> None:
            """Nothing."""

    plt.switch_backend("agg")
    chance, look = np.random.get_state(), style.get_style()
    drawing: Any = {"svg.fonttype": "none", "svg.hashsalt": name, "font.size": 9}
    with rc_context(drawing):
        figure = plt.figure(FigureClass=OfOneSize, figsize=(width, height))
        try:
            np.random.set_state(np.random.RandomState(seed).get_state())
            style.set_style(
                primary_color_positive=FOR, primary_color_negative=AGAINST, text_color=CARD,
                hlines_color=RULE, vlines_color=SOFT, tick_labels_color=SOFT,
            )  # fmt: skip
            yield figure, figure.add_axes(rect)
        finally:
            style.set_style(look)
            np.random.set_state(chance)
            plt.close(figure)


def plain(axes: Any, language: Language, xlabel: str) -> None:
    """The page's colours, sizes and decimal mark."""
    axes.xaxis.set_major_formatter(lambda value, _: decimal(value, language, TICK_DIGITS))
    axes.set_xlabel(xlabel, color=SOFT, fontsize=8.5)
    axes.tick_params(colors=SOFT, labelsize=8.5, length=3)
    for spine in axes.spines.values():
        spine.set_edgecolor(SOFT)


def decimal(value: float, language: Language, digits: int = 2) -> str:
    """At most so many decimals, none that says nothing."""
    text = f"{round(value, digits) + 0.0:.{digits}f}".rstrip("0").rstrip(".").replace("-", "\u2212")
    return text.replace(".", ",") if language == "fr" else text


def svg(figure: Any, name: str, title: str, description: str) -> str:
    """As part of a page: identifiers of its own, the page's colours and letters, a title and a description."""
    written = StringIO()
    figure.savefig(written, format="svg", transparent=True, dpi=160, metadata={"Date": None, "Creator": None})
    return inline(written.getvalue(), name, title, description, OF_THE_PAGE)


def signed(value: float, language: Language, digits: int = 2) -> str:
    """With its sign, unless it is shown as nothing."""
    sign = "" if round(abs(value), digits) == 0 else "+" if value > 0 else "\u2212"
    return sign + number(abs(value), language, digits)
