"""The way of the data, drawn from the contracts and the gates of a run: source, gate, warehouse, frame, matrix, list, desk, visits."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape

from reports.papers import files
from reports.papers.facts import Facts, Source

FAMILY = "system-ui, 'DejaVu Sans', sans-serif"
"""The letters of a drawing, as ``reports.svg`` writes them."""
ROW, TOP, WIDTH = 46, 34, 760
LEFT, GATE, STORE, STAGE = 0, 258, 372, 560
"""Where the sources, their gates, the warehouse and the stages begin."""
GATES = {**files.GATES, "consent": "with consent"}
"""Short enough for the drawing."""
STAGES: tuple[tuple[str, str], ...] = (
    ("Frame", "who lives where, as of the day"),
    ("Matrix", "the factors, known before the day"),
    ("List", "ranked, drawn by lot, alerts"),
    ("Review desk", "people decide"),
    ("Visits", "somebody knocks at the door"),
)


def drawn(f: Facts) -> str:
    """Inline SVG in the page's colours; a closed gate stops its line. Same facts, same text."""
    height = TOP + ROW * len(f.sources) + 8
    title, told = f.say("The way of the data"), described(f)
    parts = "".join((*_heads(f), *_sources(f), *_store(f, height), *_stages(f, height)))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="flow" role="img" font-family="{FAMILY}" aria-labelledby="way-title way-desc" viewBox="0 0 {WIDTH} {height}">'
        f'<title id="way-title">{escape(title)}</title><desc id="way-desc">{escape(told)}</desc>{parts}</svg>'
    )


def described(f: Facts) -> str:
    """The drawing in a sentence a source, for whoever cannot see it."""
    return f.speech.listed(
        [f"{s.title}{f.say(':')} {f.say(files.GATES[s.gate])}, {_reaches(f, s)}" for s in f.sources]
    )


def _heads(f: Facts) -> Iterator[str]:
    for x, text in (
        (LEFT, f.say("Sources")),
        (GATE, f.say("Gate")),
        (STORE, f.say("Warehouse")),
        (STAGE, f.say("From the run to the door")),
    ):
        yield _text(x, 16, text, size=12, colour="soft")


def _sources(f: Facts) -> Iterator[str]:
    for place, source in enumerate(f.sources):
        y = TOP + ROW * place
        dash = "" if source.is_used else ' stroke-dasharray="4 3"'
        yield f'<rect x="{LEFT + 1}" y="{y}" width="246" height="{ROW - 8}" rx="5" fill="var(--card)" stroke="var(--line)"{dash}/>'
        yield _text(LEFT + 10, y + 16, source.title[0].upper() + source.title[1:], size=11.5, is_bold=True)
        yield _text(LEFT + 10, y + 31, _reaches(f, source), size=10.5, colour="soft")
        yield from _gate(f, source, y + (ROW - 8) / 2)


def _gate(f: Facts, source: Source, y: float) -> Iterator[str]:
    """A line through the gate, or up to it."""
    is_open = source.gate != "closed"
    end = STORE - 4 if source.is_used else GATE
    yield f'<path d="M248 {y}H{end}" stroke="var(--ink)" stroke-width="{1.6 if source.is_used else 1}" fill="none"/>'
    if source.is_used:
        yield f'<path d="M{STORE - 10} {y - 4}L{STORE - 3} {y}L{STORE - 10} {y + 4}" fill="none" stroke="var(--ink)" stroke-width="1.6"/>'
    colour = "accent" if is_open else "mark"
    yield f'<rect x="{GATE + 1}" y="{y - 11}" width="92" height="22" rx="11" fill="var(--{colour}-soft)" stroke="var(--{colour})"/>'
    yield _text(GATE + 47, y + 4, f.say(GATES[source.gate]), size=9.5, colour=colour, anchor="middle")


def _reaches(f: Facts, source: Source) -> str:
    if source.gate == "closed":
        return f.say("stopped: nothing is stored")
    if source.delivered_on is None:
        return f.say("not delivered")
    return files.service(f, source)


def _store(f: Facts, height: int) -> Iterator[str]:
    yield f'<rect x="{STORE}" y="{TOP}" width="130" height="{height - TOP - 16}" rx="6" fill="var(--accent-soft)" stroke="var(--accent)"/>'
    lines = (
        f.say("one encrypted file"),
        f.say("append-only"),
        f.say("objections out"),
        f.say("purged by term"),
    )
    middle = (height + TOP) / 2 - 40
    for place, text in enumerate(lines):
        yield _text(STORE + 65, middle + 22 * place, text, size=10.5, colour="accent", anchor="middle")


def _stages(f: Facts, height: int) -> Iterator[str]:
    step = (height - TOP - 16) / len(STAGES)
    box = min(step - 26, 66)
    for place, (name, what) in enumerate(STAGES):
        y = TOP + step * place
        yield f'<rect x="{STAGE}" y="{y}" width="198" height="{box}" rx="6" fill="var(--card)" stroke="var(--ink)"/>'
        yield _text(STAGE + 12, y + box / 2 - 3, f.say(name), size=13, is_bold=True)
        yield _text(STAGE + 12, y + box / 2 + 14, f.say(what), size=10.5, colour="soft")
        if place < 2:
            yield _arrow(STORE + 132, y + box / 2, STAGE - 4)
        if place + 1 < len(STAGES):
            yield f'<path d="M{STAGE + 99} {y + box + 2}V{y + step - 4}" stroke="var(--ink)" stroke-width="1.4"/><path d="M{STAGE + 95} {y + step - 9}L{STAGE + 99} {y + step - 3}L{STAGE + 103} {y + step - 9}" fill="none" stroke="var(--ink)" stroke-width="1.4"/>'
        else:
            yield _back(y + box / 2)


def _arrow(x: float, y: float, end: float) -> str:
    return (
        f'<path d="M{x} {y}H{end}" stroke="var(--ink)" stroke-width="1.4"/>'
        f'<path d="M{end - 6} {y - 4}L{end} {y}L{end - 6} {y + 4}" fill="none" stroke="var(--ink)" stroke-width="1.4"/>'
    )


def _back(y: float) -> str:
    """What was found returns as a delivery, and counts from the day on which it was known."""
    x = STORE + 132
    return (
        f'<path d="M{STAGE - 2} {y}H{x + 4}" stroke="var(--ink)" stroke-width="1.4" stroke-dasharray="5 3"/>'
        f'<path d="M{x + 8} {y - 4}L{x + 2} {y}L{x + 8} {y + 4}" fill="none" stroke="var(--ink)" stroke-width="1.4"/>'
    )


def _text(x: float, y: float, text: str, *, size: float, colour: str = "ink", is_bold: bool = False, anchor: str = "start") -> str:  # fmt: skip
    weight = ' font-weight="700"' if is_bold else ""
    return f'<text x="{x}" y="{y:g}" font-size="{size}" text-anchor="{anchor}" fill="var(--{colour})"{weight}>{escape(text)}</text>'
