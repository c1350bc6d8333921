"""The auditor's page of one line: a numbered path from the delivered files to what came of it, each step with what proves it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import accumulate

from data_contracts import contract
from features.factor import Language
from features.traced import Cited
from reports.attrition import reason_words
from reports.contracts import common
from reports.crpa import COLON, SEMICOLON, in_words
from reports.explanation_plots import NOTHING, label
from reports.explanation_svg import signed
from reports.html import environment, equal_with
from reports.links import STATES as LINKED
from reports.links import Speech, bars
from reports.risk_list import BETWEEN, arm_words, how_ranked, lead_words
from reports.trace_facts import Difference, Trace, Weighed
from reports.trace_words import BANDS, LINE, NAMED_FACTORS, ON_DISK, RANKS, STATES, WHAT, WHY, Spoken, verdict
from reports.visiting_list import chance_words
from reports.words import WIDE, Words, number, percent, words

SHORT = 12
"""Signs of a digest that a table shows; the whole stands in its title."""


@dataclass(frozen=True, kw_only=True)
class Counted:
    """A factor that moved the score: what it says, and where the sum stands after it."""

    one: Weighed
    text: str
    total: float


@dataclass(frozen=True, kw_only=True)
class Table:
    """Rows of one source, with the columns that are shown of them. ``compared``: of an earlier snapshot."""

    source: str
    columns: tuple[str, ...]
    rows: tuple[Cited, ...]
    is_compared: bool


def page(trace: Trace, spoken: Spoken) -> bytes:
    """``trace-HOUSEHOLD.html``. Same trace, same bytes."""
    shown = environment().get_template("trace.html.j2")
    content = {**common(trace.masthead), **_told(trace, spoken), **_figures(trace), **_words()}
    return shown.render(trace=trace, spoken=spoken, **content).encode("utf-8")


def _told(trace: Trace, spoken: Spoken) -> Mapping[str, object]:
    """What is said of this line."""
    language = trace.masthead.language
    say, model = words(language), trace.model
    counted, beside, silent = _split(trace)
    return {
        "names": {person.person_id: person.name for person in trace.persons},
        "verdict": verdict(trace),
        "counted": counted,
        "beside": beside,
        "silent": silent,
        "rows": _count(trace),
        "arm": arm_words(trace.line.arm, say),
        "reasons": [text for text in trace.line.reasons.split(BETWEEN) if text],
        "drawn": _drawn(trace),
        "how_ranked": how_ranked(model.name, model.is_rule, say, is_unapproved=model.is_unapproved),
        "lead": lead_words(model.name, say),
        "speech": Speech(language=language, sources=spoken.sources),
    }


def _figures(trace: Trace) -> Mapping[str, object]:
    """How the template writes what it meets."""
    language = trace.masthead.language
    say = words(language)
    files = {file.file_id: file.name for file in trace.files}
    return {
        "tables": lambda one: [*tables(one)],
        "header": lambda source, name: _header(source, name, language),
        "place": lambda row: files[row.file_id],
        "points": lambda value: signed(value, language),
        "chance": lambda share: percent(share, language, 2),
        "there": lambda share: chance_words(share, say),
        "presence": lambda reason: reason_words(reason, say),
        "difference": lambda one: _difference(one, language),
        "short": lambda digest: digest[:SHORT],
        "colon": COLON[language],
        "semicolon": SEMICOLON[language],
        "bars": bars,
    }


def _words() -> Mapping[str, object]:
    return {"linked": LINKED, "on_disk": ON_DISK, "ranks": RANKS, "states": STATES, "why": WHY}


def _split(trace: Trace) -> tuple[list[Counted], list[Counted], list[str]]:
    """Factors that moved the score, what else is known, and the names of what the files do not say."""
    language = trace.masthead.language
    moved = [w for w in trace.weighed if abs(w.contribution) >= NOTHING]
    totals = accumulate((w.contribution for w in moved), initial=trace.model.base)
    next(totals)
    counted = [
        Counted(one=w, text=in_words(w.factor, w.value, w.detail, language), total=total)
        for w, total in zip(moved, totals, strict=True)
    ]
    rest = [w for w in trace.weighed if abs(w.contribution) < NOTHING]
    beside = [
        Counted(one=w, text=in_words(w.factor, w.value, w.detail, language), total=trace.model.total)
        for w in rest
        if w.value is not None
    ]
    return counted, beside, [label(w.factor, language) for w in rest if w.value is None]


def _count(trace: Trace) -> int:
    """Delivered lines that any factor with a value read."""
    read = (w.read for w in trace.weighed if w.value is not None)
    return len({(row.file_id, row.line) for one in read if one for row in one.rows})


def tables(one: Weighed) -> Iterator[Table]:
    """By source, rows that were read before those that they were compared with."""
    if one.read is None:
        return
    kinds = dict.fromkeys((row.source, row.part == "compared", (*row.cells, *row.derived)) for row in one.read.rows)  # fmt: skip
    for source, is_compared, columns in kinds:
        rows = tuple(
            row
            for row in one.read.rows
            if (row.source, row.part == "compared", (*row.cells, *row.derived))
            == (source, is_compared, columns)
        )
        yield Table(source=source, columns=columns, rows=rows, is_compared=is_compared)


def _header(source: str, name: str, language: Language) -> str:
    """As the department's file calls the column; what was made of rows in words."""
    headers = {column.name: column.header for column in contract.load(source).columns}
    derived = {
        "shrank_on": "fewer occupants since",
        "uses_a_year_before": "uses a year before",
        "is_related": "second person of the act",
        "is_flat_given": "flat given",
    }
    return headers[name] if name in headers else words(language)(derived[name])


def _drawn(trace: Trace) -> list[str]:
    """Why the household is listed, in sentences."""
    say = words(trace.masthead.language)
    match trace.line.arm:
        case "MODELE":
            return _ranked(trace)
        case "EXPLORATION":
            return _explored(trace)
        case "SIGNALEMENT":
            return [say("An alert of the last weeks about this household: its score played no part.")]
    return [
        say(
            "An act of death of the last months names somebody of this household as the spouse, who agreed to be contacted: its score played no part."
        )
    ]


def _ranked(trace: Trace) -> list[str]:
    drawn, language = trace.drawn, trace.masthead.language
    say = words(language)
    place = say("Line {place} of the {n} that the ranking puts first; {capacity} seats.")
    told = [place.format(place=drawn.place, n=drawn.of_arm, capacity=trace.run.capacity)]
    if drawn.equals == 1:
        return [*told, say("No lot decided on its seat: its score was enough.")]
    lot = say("Its chance of a seat by lot: {chance}; its lot: {lot}, the lowest first.")
    chance = percent(drawn.p_model, language, 1)
    return [
        *told,
        equal_with(drawn.equals - 1, language, say),
        lot.format(chance=chance, lot=number(drawn.lot, language, 6)),
    ]


def _explored(trace: Trace) -> list[str]:
    stratum, language = trace.drawn.stratum, trace.masthead.language
    say = words(language)
    drawn = say(
        "Drawn by lot among all that no other reason had put on the list, each with the same chance: {chance}."
    )
    told = [drawn.format(chance=percent(trace.line.drawing_probability or 0.0, language, 2))]
    if stratum is None:
        return told
    kind = say("social tenant") if stratum.is_social_tenant else say("not a social tenant")
    parts = (say(BANDS[stratum.age_band]), kind, f"{say('neighbourhood')} {stratum.quartier}")
    return [*told, say("Its place in the order of the draw: {stratum}.").format(stratum=", ".join(parts))]


def _difference(one: Difference, language: Language) -> str:
    say = words(language)
    name = label(one.name, language) if one.what in NAMED_FACTORS else _named(one.name, say)
    return say(WHAT[one.what]) + (f"{WIDE}– {name}" if name else "")


def _named(name: str, say: Words) -> str:
    return say(LINE[name]) if name in LINE else name
