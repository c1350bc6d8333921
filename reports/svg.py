"""A drawing of matplotlib as part of a page: readable by a screen reader, in the page's own colours and letters, the same bytes for the same drawing."""

from __future__ import annotations

import re
from collections.abc import Mapping
from html import escape

INK, SOFT, RULE, CARD, FOR, AGAINST = "#1f2a30", "#51606a", "#d8dedf", "#fffffe", "#1d5c63", "#6b4e16"
OF_THE_PAGE = {
    INK: "var(--ink)",
    SOFT: "var(--soft)",
    RULE: "var(--line)",
    CARD: "var(--card)",
    FOR: "var(--accent)",
    AGAINST: "var(--against)",
}
"""Colours as drawn → the style's variables."""


def inline(written: str, name: str, title: str, description: str, colours: Mapping[str, str]) -> str:
    """``written``: what ``savefig`` wrote as SVG. ``name`` keeps its identifiers apart from those of other drawings of the page; ``colours``: as drawn → as the
    page's style says it, so that the drawing follows dark mode and print."""
    drawing = re.sub(r"\s*<metadata>.*?</metadata>", "", written[written.index("<svg") :], flags=re.DOTALL)
    drawing = re.sub(r'\bid="([^"]+)"', rf'id="{name}-\1"', drawing)
    drawing = re.sub(r'(?:xlink:)?href="#([^"]+)"', rf'href="#{name}-\1"', drawing)
    drawing = re.sub(r"url\(#([^)]+)\)", rf"url(#{name}-\1)", drawing)
    for drawn, shown in colours.items():
        drawing = drawing.replace(drawn, shown)
    drawing = re.sub(r"'DejaVu Sans'[^;\"]*", "system-ui, 'DejaVu Sans', sans-serif", drawing)
    opening = drawing[: drawing.index(">") + 1]
    size = re.search(r'viewBox="[^"]+"', opening)
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" {size[0] if size else ""}'
        f' role="img" aria-labelledby="{name}-title {name}-desc">'
    )
    said = (
        f'<title id="{name}-title">{escape(title)}</title><desc id="{name}-desc">{escape(description)}</desc>'
    )
    return head + said + drawing[len(opening) :]


def alone(drawing: str, colours: Mapping[str, str]) -> str:
    """A drawing of a page as a picture of its own: in the colours in which it was drawn, on white."""
    for drawn, shown in colours.items():
        drawing = drawing.replace(shown, drawn)
    end = drawing.index(">") + 1
    return drawing[:end] + '<rect width="100%" height="100%" fill="#ffffff"/>' + drawing[end:]
