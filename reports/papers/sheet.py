"""A paper as a page of the browser and as a tagged PDF with page numbers: one body, two styles."""

from __future__ import annotations

import re

from markupsafe import Markup, escape

from reports.html import environment
from reports.papers.facts import Stamp
from reports.papers.flow import FAMILY
from reports.papers.parts import Paper, gaps
from reports.words import WIDE, day, words

ON_PAPER = {
    "ink": "#111111",
    "soft": "#444444",
    "line": "#999999",
    "card": "#ffffff",
    "paper": "#ffffff",
    "accent": "#1d5c63",
    "accent-soft": "#e3eeee",
    "against": "#6b4e16",
    "against-soft": "#f6eedc",
    "note": "#4a4467",
    "note-soft": "#eceaf4",
    "mark": "#7a2e12",
    "mark-soft": "#fbeae3",
}
"""The style's variables in a drawing, of which a PDF knows nothing."""
BESIDE = 12
"""Units to the left of a drawing: the letters of the paper are wider than those of a browser, and nothing is drawn beyond the edge."""
_BOX = re.compile(r'viewBox="0 0 ([\d.]+) ([\d.]+)"')
_COMMAND = re.compile("`([^`]+)`")
_APOSTROPHE = re.compile(r"(?<=\w)'(?=\w)")
_TIGHT = re.compile(r"(?<=\S) (?=[;:!?»])|(?<=«) ")
_VARIABLE = re.compile(r"var\(--([a-z-]+)\)")


def page(paper: Paper, stamp: Stamp) -> bytes:
    """One HTML file. Same paper, same bytes."""
    return _rendered("paper.html.j2", paper, stamp, is_printed=False, faces={}).encode("utf-8")


def pdf(paper: Paper, stamp: Stamp) -> bytes:
    """A4. Same paper, same bytes."""
    from reports import paper as press  # loads Pango, which nothing else needs

    return press.pdf(printed(paper, stamp, press.font_faces()))


def printed(paper: Paper, stamp: Stamp, faces: dict[str, str]) -> str:
    """What the PDF is made from. ``faces``: weight → address of a font."""
    return _rendered("paper_print.html.j2", paper, stamp, is_printed=True, faces=faces)


def _rendered(template: str, paper: Paper, stamp: Stamp, *, is_printed: bool, faces: dict[str, str]) -> str:
    language = stamp.language
    return (
        environment()
        .get_template(template)
        .render(
            paper=paper,
            stamp=stamp,
            language=language,
            say=words(language),
            day=lambda d: day(d, language),
            gaps=gaps(paper),
            faces=faces,
            told=told,
            drawing=on_paper if is_printed else str,
        )
    )


def told(text: str) -> Markup:
    """Escaped and typeset; what stands between backticks is a command."""
    return Markup(_COMMAND.sub(r"<code>\1</code>", str(escape(typeset(text)))))


def typeset(text: str) -> str:
    """With the apostrophes and the spaces that do not break: contracts and settings are typed on a keyboard."""
    return _TIGHT.sub(WIDE, _APOSTROPHE.sub("’", text))


def on_paper(svg: str) -> str:
    """With colours instead of variables, and a face that the document brings."""
    drawn = _VARIABLE.sub(lambda found: ON_PAPER[found[1]], svg).replace(FAMILY, "Lanterne")
    return _BOX.sub(lambda box: f'viewBox="-{BESIDE} 0 {float(box[1]) + BESIDE:g} {box[2]}"', drawn)
