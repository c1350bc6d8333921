"""What the terminal shows of ``lanterne explain-household``."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from itertools import groupby

from features.factor import Language
from features.household_explained import Event, HouseholdExplained, Member, Statement
from pipelines.console import out
from pipelines.sources import SOURCE_WORDS
from reports.attrition import reason_words
from reports.visiting_list import chance_words
from reports.words import day, number, words

SHORT = 9
KIND_WORDS = {
    "members": "known members",
    "occupants": "occupants",
    "lives_alone": "lives alone",
    "couple": "couple",
    "single_parent": "single parent",
    "minors": "minors",
}
COUNTS = ("members", "occupants", "minors")
"""Statements whose value is a number; the others are yes or no."""
EVENT_WORDS = {
    "formed": "the household is first seen",
    "joined": "joins",
    "left": "leaves",
    "dissolved": "nobody of it is left",
}


def household(found: HouseholdExplained, language: Language, as_of: date) -> None:
    """Members, statements, history, in lines that need no wide screen."""
    say = words(language)
    known = say("as known before {day}").format(day=day(as_of, language))
    out.print(f"[bold]{say('Household')} {found.household_id}[/bold] · {known}", highlight=False)
    if found.members:
        _section(say("Who is in it"), [line for m in found.members for line in _member(m, language)])
    if found.statements:
        kinds = groupby(found.statements, key=lambda said: said.statement)
        _section(
            say("What is said of it, and what counts"),
            [line for _, of in kinds for line in _kind([*of], language)],
        )
    if found.history:
        _section(say("What happened to it"), [_event(event, language) for event in found.history])


def _section(title: str, lines: Sequence[str]) -> None:
    out.print(f"\n[bold]{title}[/bold]")
    for line in lines:
        out.print(f"  {line}", highlight=False, markup=False, soft_wrap=True)


def _member(member: Member, language: Language) -> Iterator[str]:
    say = words(language)
    yield f"{member.person_id[:SHORT]} · {say(member.presence)} · {say('still there')}{say(':')} {chance_words(member.there_probability, say)}"
    if member.reason:
        yield f"  {reason_words(member.reason, say)}{_known(member.known_on, language)}"
    for source, known_on in member.sources:
        yield f"  {say(SOURCE_WORDS[source])}{_known(known_on, language)}"


def _kind(said: Sequence[Statement], language: Language) -> Iterator[str]:
    """The word that counts, then each source's own."""
    say = words(language)
    yield f"{say(KIND_WORDS[said[0].statement])}{say(':')} {_value(said[0], language)} · {say(said[0].strength)}"
    for one in said:
        source = say("registers of residents") if one.source == "registers" else say(SOURCE_WORDS[one.source])
        evidence = say(one.evidence).format(n="" if one.told is None else number(one.told, language))
        mark = "✓" if one.is_retained else f"– {_value(one, language)} ·"
        against = f" · {say('contradicted')}" if one.is_contradicted else ""
        yield f"  {mark} {evidence} · {source}{_known(one.known_on, language)}{against}"


def _event(event: Event, language: Language) -> str:
    who = f" {event.person_id[:SHORT]}" if event.person_id else ""
    return f"{day(event.known_on, language)} ·{who} {words(language)(EVENT_WORDS[event.event])}"


def _value(said: Statement, language: Language) -> str:
    if said.value is None:
        return words(language)("not known")
    return (
        number(said.value, language)
        if said.statement in COUNTS
        else words(language)("yes" if said.value else "no")
    )


def _known(known_on: date | None, language: Language) -> str:
    return f" ({day(known_on, language)})" if known_on else ""
