"""The calibration of the town: published figures beside simulated ones, as data and as a page."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from importlib.resources import files
from typing import Literal

from jinja2 import Environment, StrictUndefined, Template

from data_contracts.errors import ConfigurationError
from synthetic_city import calibration_people, calibration_ties
from synthetic_city.calibration_words import WORDS, Words
from synthetic_city.figure import KINDS, Figure, Kind
from synthetic_city.history import History, Ties
from synthetic_city.place import AGEN, Place

Language = Literal["fr", "en"]

PLOT_WIDTH, NAME_WIDTH, ROW_HEIGHT, HEAD_HEIGHT = 260, 520, 24, 34
NAME_GAP = 16
TOLERANCES_SHOWN = 2.0
"""The chart reaches this many tolerances on each side; a dot beyond is drawn at the edge, as an arrow."""
JSON_DECIMALS = 6


@dataclass(frozen=True, kw_only=True)
class Line:
    """One figure as the page shows it; ``x`` and ``y`` place its dot, ``is_beyond`` says that the dot is at the chart's edge."""

    figure: Figure
    name: str
    published: str
    target: str
    simulated: str
    gap: str
    tolerance: str
    x: float
    y: float
    is_beyond: bool


@dataclass(frozen=True, kw_only=True)
class Group:
    """One kind of figures as the page shows it, with its chart; ``is_judged`` is False where definitions differ."""

    kind: Kind
    title: str
    note: str
    lines: tuple[Line, ...]
    chart: Chart
    is_judged: bool


@dataclass(frozen=True, kw_only=True)
class Chart:
    """The chart's measures in SVG units: the plot on the left, so that a narrow screen shows it, the names from ``names`` on."""

    width: int
    height: int
    names: int
    low: float
    middle: float
    high: float
    right: float


def collect(history: History, ties: Ties, extra: Sequence[Figure] = ()) -> tuple[Figure, ...]:
    """Every figure: people, then ties, then ``extra`` (those of the registers, which need the deliveries)."""
    return (*calibration_people.figures(history), *calibration_ties.figures(history, ties), *extra)


def as_json(figures: Sequence[Figure]) -> bytes:
    """``held`` and ``total`` of the published figures, listed as ``figures``; then the other kinds, each on its own: ``derived``, ``assumed``,
    ``other``. One object a figure: ``published`` (as its source prints it), ``target``, ``simulated``, ``distance`` and whether it ``holds``."""
    by_kind = {kind: [figure for figure in figures if figure.kind == kind] for kind in KINDS}
    published = by_kind.pop("published")
    content: dict[str, object] = {"held": sum(f.holds for f in published), "total": len(published)}
    for kind in ("derived", "assumed"):
        content |= {f"held_{kind}": sum(f.holds for f in by_kind[kind]), f"total_{kind}": len(by_kind[kind])}
    content["figures"] = [_rounded(figure) for figure in published]
    content |= {kind: [_rounded(figure) for figure in listed] for kind, listed in by_kind.items()}
    return (json.dumps(content, ensure_ascii=False, indent=2) + "\n").encode()


def as_html(figures: Sequence[Figure], place: Place = AGEN) -> bytes:
    """One page that needs nothing else, in the language of the place: summary, dot chart, table. Raises ``ConfigurationError`` without figures."""
    if not figures:
        raise ConfigurationError(
            "there is no figure to show", where="calibration page", hint="collect the figures of a town first"
        )
    words = WORDS[place.language]
    groups = [_group(kind, figures, words) for kind in KINDS if any(f.kind == kind for f in figures)]
    page = _template().render(
        groups=groups, words=words, language=place.language, place=place.name, elsewhere="" if place is AGEN else words.elsewhere,
        summary=summary(figures, place.language), ticks=_ticks(words, _chart(1)),
        reasons=_reasons([line for group in groups for line in group.lines], words),
    )  # fmt: skip
    return page.encode()


def _group(kind: Kind, figures: Sequence[Figure], words: Words) -> Group:
    mine = [figure for figure in figures if figure.kind == kind]
    chart = _chart(len(mine))
    title, note = words.kinds[kind]
    lines = tuple(_line(figure, place, words, chart) for place, figure in enumerate(mine))
    return Group(kind=kind, title=title, note=note, lines=lines, chart=chart, is_judged=kind != "other")


def summary(figures: Sequence[Figure], language: Language = "fr") -> str:
    """How many figures hold, kind by kind: a target that the town was built to is not a published figure."""
    words = WORDS[language]
    parts = []
    for kind, said in words.counted.items():
        mine = [figure for figure in figures if figure.kind == kind]
        if mine:
            parts.append(said.format(held=sum(f.holds for f in mine), total=len(mine)))
    return words.summary.format(parts=", ".join(parts))


def _rounded(figure: Figure) -> dict[str, str | float | bool | None]:
    fields = asdict(figure) | {"distance": figure.distance, "holds": figure.holds}
    fields["published"] = figure.published
    del fields["printed"]
    return {
        name: round(value, JSON_DECIMALS) if isinstance(value, float) else value
        for name, value in fields.items()
    }


def _template() -> Template:
    source = files("synthetic_city").joinpath("templates", "calibration.html.j2").read_text(encoding="utf-8")
    environment = Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    return environment.from_string(source)


def _chart(rows: int) -> Chart:
    middle, step = PLOT_WIDTH / 2, PLOT_WIDTH / 2 / (TOLERANCES_SHOWN + 0.2)
    return Chart(
        width=PLOT_WIDTH + NAME_WIDTH, height=HEAD_HEIGHT + rows * ROW_HEIGHT + 6, names=PLOT_WIDTH + NAME_GAP,
        low=middle - step, middle=middle, high=middle + step, right=float(PLOT_WIDTH),
    )  # fmt: skip


def _ticks(words: Words, chart: Chart) -> list[tuple[float, str]]:
    return [(chart.low, words.tick_low), (chart.middle, words.tick_middle), (chart.high, words.tick_high)]


def _reasons(lines: Sequence[Line], words: Words) -> list[tuple[str, str]]:
    """Each reason for a wider tolerance once, with the figures it is given for."""
    named: dict[str, list[str]] = {}
    for line in lines:
        if line.figure.wider_because:
            reason = words.reason_of(line.figure.wider_because)
            named.setdefault(reason, []).append(f"{line.name} ({line.tolerance})")
    return [(reason, " · ".join(names)) for reason, names in named.items()]


def _line(figure: Figure, place: int, words: Words, chart: Chart) -> Line:
    allowed = figure.tolerance * (abs(figure.target) if figure.unit == "count" else 1.0)
    tolerances = (figure.simulated - figure.target) / allowed if allowed else 0.0
    shown = max(-TOLERANCES_SHOWN, min(TOLERANCES_SHOWN, tolerances))
    return Line(
        figure=figure,
        name=words.name_of(figure.name),
        published="–" if figure.published is None else words.value(figure.published, figure.unit),
        target=words.value(figure.target, figure.unit),
        simulated=words.value(figure.simulated, figure.unit),
        gap=words.gap(figure),
        tolerance=words.tolerance(figure),
        x=round(chart.middle + shown * (chart.high - chart.middle), 1),
        y=HEAD_HEIGHT + place * ROW_HEIGHT + ROW_HEIGHT / 2,
        is_beyond=abs(tolerances) > TOLERANCES_SHOWN,
    )
