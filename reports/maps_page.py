"""``map.html``: a map for each measure, chosen without a script, with its table beside it; then everything in one table, and how to read it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from features.frame import HIDDEN
from reports.contracts import common
from reports.html import environment
from reports.map_shapes import Drawn, sheet
from reports.map_words import MEASURES, ends_words, figure, place_words, span, value_words
from reports.maps import MEASURES as ORDER
from reports.maps import Estimate, Measure, Report, Row, ordered
from reports.model_card_said import Speech
from reports.words import number

CLASSES = 5
LEAST_LETTER, MOST_LETTER = 8.5, 17.0
"""Sizes of letters on a drawn map; what is too small for the least has its figure in the table alone."""


@dataclass(frozen=True, kw_only=True)
class Tile:
    """A neighbourhood on the map of a measure. ``face``: its class (``k0`` … ``k4``, ``hid``, ``unk``); ``value``: as shown in it; ``told``: in a sentence."""

    row: Row
    name: str
    face: str
    value: str
    ends: str
    told: str


@dataclass(frozen=True, kw_only=True)
class Legend:
    """A class that some neighbourhood has, and between which figures it lies."""

    face: str
    text: str


@dataclass(frozen=True, kw_only=True)
class Panel:
    """One measure: ``tiles`` in the order of the codes, ``ranked`` the highest first."""

    measure: Measure
    title: str
    said: str
    tiles: tuple[Tile, ...]
    ranked: tuple[Tile, ...]
    legend: tuple[Legend, ...]


def page(report: Report) -> bytes:
    """Same report, same bytes."""
    speech = Speech(language=report.masthead.language)
    return (
        environment()
        .get_template("map.html.j2")
        .render(
            **common(report.masthead),
            report=report,
            speech=speech,
            headline=headline(report, speech),
            details=tuple(details(report, speech)),
            panels=tuple(panel(report, measure, speech) for measure in ORDER),
            ranked=ordered(report.places, "need"),
            is_by_need=any(isinstance(row.value("need"), float | int) for row in report.places),
            drawing=sheet(report.shapes) if report.shapes else None,
            on_map={("in", shape.code) for shape in report.shapes},
            letters=letters,
            hidden=HIDDEN,
            place_words=lambda row: place_words(row, report, speech),
            value_words=lambda row, measure: value_words(row, measure, speech),
            ends_words=lambda row, measure: ends_words(row, measure, speech),
            measure_words=MEASURES,
        )
        .encode("utf-8")
    )


def panel(report: Report, measure: Measure, speech: Speech) -> Panel:
    """Classes hold about as many neighbourhoods each; equal figures are in one class."""
    rows = ordered(report.places, measure)
    shown = {row.group: value for row in rows if isinstance(value := row.value(measure), float | int)}
    faces = dict(zip(shown, _classes(list(shown.values())), strict=True))

    def tile(row: Row) -> Tile:
        name, value = place_words(row, report, speech), value_words(row, measure, speech)
        ends = ends_words(row, measure, speech)
        is_known = row.group in shown
        return Tile(
            row=row,
            name=name,
            face=faces[row.group] if is_known else "hid" if row.value(measure) == HIDDEN else "unk",
            value=value if is_known else "•" if row.value(measure) == HIDDEN else "?",
            ends=ends,
            told=f"{name}{speech.say(':')} {value}{f' ({ends})' if ends else ''}",
        )

    return Panel(
        measure=measure,
        title=speech.say(MEASURES[measure].title),
        said=speech.say(MEASURES[measure].told),
        tiles=tuple(tile(row) for row in report.places),
        ranked=tuple(tile(row) for row in rows),
        legend=tuple(_legend(report.places, faces, measure, speech)),
    )


def _classes(values: Sequence[float]) -> list[str]:
    """``k0``, the lowest, to ``k4``."""
    if not values:
        return []
    breaks = np.unique(np.quantile(values, np.arange(1, CLASSES) / CLASSES, method="higher"))
    at = np.searchsorted(breaks, values, side="right")
    kept = {int(old): new for new, old in enumerate(np.unique(at))}
    widest = max(1, len(kept) - 1)
    return [f"k{round(kept[int(one)] * (CLASSES - 1) / widest)}" for one in at]


def _legend(
    rows: Sequence[Row], faces: dict[tuple[str, str], str], measure: Measure, speech: Speech
) -> Iterator[Legend]:
    for face in sorted(set(faces.values())):
        mine = [row.value(measure) for row in rows if faces.get(row.group) == face]
        values = [value for value in mine if isinstance(value, float | int)]
        low, high = (figure(end, measure, speech) for end in (min(values), max(values)))
        yield Legend(face=face, text=low if low == high else speech.say("{low} to {high}").format(low=low, high=high))  # fmt: skip
    others = [row.value(measure) for row in rows if row.group not in faces]
    if HIDDEN in others:
        yield Legend(face="hid", text=speech.say("hidden: below 11, or so that a number below 11 cannot be worked out"))  # fmt: skip
    if None in others:
        yield Legend(face="unk", text=speech.say("not known yet"))


def letters(drawn: Drawn, value: str) -> float:
    """The size of letters with which code and figure stand in a shape; 0 where they have no room."""
    wide = max(len(value), len(drawn.code), 2)
    size = min(MOST_LETTER, 0.72 * drawn.room, 2.9 * drawn.room / wide)
    return round(size, 1) if size >= LEAST_LETTER else 0.0


def headline(report: Report, speech: Speech) -> str:
    """How many households in all."""
    need = report.city.need
    if need is None:
        return speech.say("How many households hold somebody isolated is not known yet, and neither is where: too few visits drawn at random have come back.")  # fmt: skip
    said = speech.say("At about {n} households of the city a visit would find somebody isolated: between {low} and {high}.")  # fmt: skip
    return said.format(**_numbers(need, speech))


def details(report: Report, speech: Speech) -> Iterator[str]:
    """Where need is highest and how sure that is; where more visits would find most."""
    if report.city.need is not None:
        yield _most(report, "need", speech.say("The most are estimated in {places}."), speech)
        said = speech.say("The figures of neighbourhoods are unsure: in {n} of {of}, the visits there tell less than those of the whole city.")  # fmt: skip
        yield said.format(n=number(report.leaning, speech.language), of=len(report.places))
    if report.basis == "none":
        yield speech.say("What more visits would find cannot be told yet: neither is the ranking’s probability checked, nor have enough visits drawn at random come back.")  # fmt: skip
        return
    said = speech.say("{visits} more visits in one neighbourhood would find the most in {{places}}.")
    yield _most(report, "more", said.format(visits=number(report.more_visits, speech.language)), speech)  # fmt: skip
    found = [row.more for row in report.places if row.more]
    if found and max(one.low for one in found) <= min(one.high for one in found):
        yield speech.say("But the intervals of all neighbourhoods overlap: that one is better than another is not proven.")  # fmt: skip


def _most(report: Report, measure: Measure, said: str, speech: Speech) -> str:
    """At most three, and half of them, rounded up, where they are few."""
    told = []
    for row in ordered(report.places, measure)[: min(3, (len(report.places) + 1) // 2)]:
        if ends := span(row, measure, speech):
            one = speech.say("{place} ({n}, between {low} and {high})")
            told.append(one.format(place=place_words(row, report, speech), n=value_words(row, measure, speech), low=ends[0], high=ends[1]))  # fmt: skip
    return said.format(places=speech.listed(told)) if told else ""


def _numbers(one: Estimate, speech: Speech) -> dict[str, str]:
    return {"n": number(one.value, speech.language), "low": number(one.low, speech.language), "high": number(one.high, speech.language)}  # fmt: skip
