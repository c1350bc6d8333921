"""The attrition page: from the raw roll to real doors, by reason and neighbourhood, with a chart that people can read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from features.attrition import (
    ALL,
    COLUMNS,
    DOOR,
    IN_PEACE,
    LISTED,
    LOST,
    NO_ADDRESS,
    NO_ADULT,
    OBJECTION,
    OLDER,
    OTHERS,
    OTHERWISE,
    REFUSAL,
    REMOVED,
    SECOND,
    SHARED,
    Attrition,
)
from features.cells import Key
from features.factor import Language
from features.frame import HIDDEN
from features.presence import REASONS
from reports import flow_chart
from reports.flow_chart import Step
from reports.html import environment
from reports.words import Words, day, number, percent, words

EXPLAINED = {
    SECOND: "The roll holds one person twice; the newest entry counts.",
    "deceased": "A file names the person as deceased, or somebody at the door said so.",
    "establishment": "The newest address is that of a nursing home or a hospital, or somebody at the door said so.",
    "moved": "Mail came back, another register knows that they left or a newer address, or somebody else opened the door.",
    "unknown": "Signs of a departure, or nothing recent: too unsure for a list. Most may well be there: the visiting list sets these doors apart, to check first.",
    NO_ADDRESS: "No register gives an address that can be read.",
    IN_PEACE: "Somebody at this dwelling objected, or said no at the door: nobody rings there again.",
    NO_ADULT: "Only minors are known at this dwelling.",
    SHARED: "Somebody else of the roll lives behind the same door: one visit is enough.",
    DOOR: "Homes where somebody of the roll is still there, each counted once.",
}
"""Where the evidence for each outcome comes from, in plain words that hold whichever files a city delivers; the reasons name those that it was."""
TITLES = {
    "entries": "Entries on the roll",
    "still there": "Persons still there",
    SHARED: "Behind the same door as somebody else",
    DOOR: "Doors",
    LOST: "Removed, or the same door",
    OTHERS: "Other reasons, or the same door",
}


@dataclass(frozen=True, kw_only=True)
class Count:
    """Entries with one outcome, or one reason of it; ``hidden`` where few people would be recognisable."""

    outcome: str
    reason: str
    entries: int | str


@dataclass(frozen=True, kw_only=True)
class Place:
    """What a page must know beside the counts. ``origins``: registers in words with their newest day; ``roll_on``: day of the roll."""

    city: str
    as_of: date
    roll_on: date
    language: Language
    is_fictitious: bool
    origins: tuple[tuple[str, date], ...]
    names: Mapping[str, str]


def removed(attrition: Attrition, age: str) -> tuple[Count, ...]:
    """The outcomes that remove somebody, each followed by its reasons; those that never happened are left out."""
    found = []
    for outcome in REMOVED:
        if attrition.cells[ALL, outcome] == 0:
            continue
        found.append(Count(outcome=outcome, reason="", entries=attrition.cells[age, outcome]))
        found += [
            Count(outcome=o, reason=reason, entries=attrition.cells[age, o, reason])
            for o, reason in attrition.reasons
            if o == outcome
        ]
    return tuple(found)


def as_json(attrition: Attrition) -> dict[str, object]:
    """What may be published, for ``frame.json``."""
    minimum = f"{attrition.minimum_age}+"
    by_age = {name: _age_json(attrition, age) for name, age in (("all", ALL), (minimum, OLDER))}
    cells = attrition.cells
    return {"by_age": by_age, f"doors_{minimum}": {"listed": cells[LISTED], "not_on_roll": cells[OTHERWISE]}}


def _age_json(attrition: Attrition, age: str) -> dict[str, object]:
    cells = attrition.cells
    return {
        "entries": cells[age, "entries"],
        "removed": [
            {"outcome": c.outcome, "reason": c.reason, "entries": c.entries} for c in removed(attrition, age)
        ],
        "persons_still_there": cells[age, "still there"],
        "behind_the_same_door": cells[age, SHARED],
        "doors": cells[age, DOOR],
        "by_neighbourhood": [
            {"quartier": q, **{column: cells[age, "in", q, column] for column in ("entries", *COLUMNS[age])}}
            for q in attrition.quartiers
        ],
    }


def reason_words(reason: str, say: Words) -> str:
    """A reason for which an entry leads to no door, in the reader's language; whatever else is given stays as it is."""
    return say(reason) if reason in (OBJECTION, REFUSAL, *REASONS) else reason


def age_words(attrition: Attrition, age: str, say: Words) -> str:
    """Whom a column counts."""
    return say("Whole roll") if age == ALL else say("{age} and over").format(age=attrition.minimum_age)


def page(attrition: Attrition, place: Place) -> bytes:
    """``attrition.html``."""
    say, language = words(place.language), place.language
    shown = environment().get_template("attrition.html.j2")
    return shown.render(
        attrition=attrition,
        cells=attrition.cells,
        place=place,
        language=language,
        say=say,
        rows=list(zip(removed(attrition, ALL), removed(attrition, OLDER), strict=True)),
        charts=[_chart(attrition, age, say, language) for age in (OLDER, ALL)],
        ages={age: age_words(attrition, age, say) for age in (ALL, OLDER)},
        columns={age: _columns(attrition, age) for age in (ALL, OLDER)},
        title=lambda what: say(str(TITLES.get(what, what))),
        explained=lambda outcome: say(EXPLAINED[outcome]),
        reason=lambda text: reason_words(text, say),
        count=lambda value: count_words(value, language),
        share=lambda part, whole: _share(attrition.cells, part, whole, language),
        lost=lambda age: _lost(attrition.cells, age),
        origins=origins(place.origins, language),
        day=lambda d: day(d, language),
        hidden=HIDDEN,
    ).encode("utf-8")


def _columns(attrition: Attrition, age: str) -> tuple[str, ...]:
    """Those in which somebody is counted at all."""
    found = (c for c in COLUMNS[age] if c in (OTHERS, LOST) or attrition.cells[age, c] != 0)
    return ("entries", *found)


def origins(registers: Sequence[tuple[str, date]], language: Language) -> str:
    """Registers with their newest day, those of one day together."""
    say = words(language)
    days = sorted({on for _, on in registers}, reverse=True)
    named = ((", ".join(name for name, mine in registers if mine == on), on) for on in days)
    return " ; ".join(f"{names} ({say('data of')} {day(on, language)})" for names, on in named)


def count_words(value: int | str, language: Language) -> str:
    """A number, or the mark that the pages explain below each table."""
    return number(value, language) if isinstance(value, int) else MARK


MARK = "•"


def _share(cells: Mapping[Key, int | str], part: Key, whole: Key, language: Language) -> str:
    some, every = cells[part], cells[whole]
    return (
        percent(some / every, language)
        if isinstance(some, int) and isinstance(every, int) and every
        else MARK
    )


def _lost(cells: Mapping[Key, int | str], age: str) -> int | str:
    entries, doors = cells[age, "entries"], cells[age, "still there"]
    return entries - doors if isinstance(entries, int) and isinstance(doors, int) else HIDDEN


def _chart(attrition: Attrition, age: str, say: Words, language: Language) -> str:
    title = f"{say('From the roll to the doors')}{say(':')} {age_words(attrition, age, say).lower()}"
    shapes = ((f"flow-{age}", flow_chart.WIDE), (f"flow-{age}-narrow", flow_chart.NARROW))
    drawn = steps(attrition, age, say)
    return "".join(
        flow_chart.svg(drawn, title=title, language=language, name=name, shape=shape)
        for name, shape in shapes
    )


def steps(attrition: Attrition, age: str, say: Words) -> tuple[Step, ...]:
    """What the chart draws: published numbers only; what is hidden is one step, whose length follows from the rest."""
    cells = attrition.cells
    entries, still, doors = (cells[age, what] for what in ("entries", "still there", DOOR))
    if not (isinstance(entries, int) and isinstance(still, int) and isinstance(doors, int)) or not entries:
        return ()
    lost = [(say(outcome), cells[age, outcome]) for outcome in REMOVED]
    told = [Step(label=label, entries=-n) for label, n in lost if isinstance(n, int) and n]
    rest = entries - still + sum(step.entries for step in told)
    together = [Step(label=say("reasons too rare to be told apart"), entries=-rest)] if rest else []
    shared = [Step(label=say("behind the same door"), entries=doors - still)] if still > doors else []
    return (
        Step(label=say(TITLES["entries"]), entries=entries, is_total=True),
        *told,
        *together,
        Step(label=say(TITLES["still there"]), entries=still, is_total=True),
        *shared,
        Step(label=say(TITLES[DOOR]), entries=doors, is_total=True),
    )
