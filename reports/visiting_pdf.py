"""The visiting list on paper: an opening page, then one page (or more) a week and neighbourhood to take along and tick, then what is to be checked first, and what fell away."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import groupby

from reports.attrition import MARK, count_words, reason_words
from reports.html import environment
from reports.visiting_list import (
    OUTCOMES,
    VisitingList,
    Week,
    about,
    alone_words,
    chance_words,
    name_of,
    origin,
    plan,
)
from reports.words import WIDE, day, number, words

SHORT = 9
"""Characters of a household's pseudonym on paper, as the terminal shows them; more where two would look alike."""


def to_pdf(visiting: VisitingList) -> bytes:
    """A4, landscape. Same list, same bytes."""
    from reports import paper  # loads Pango, which nothing else needs

    return paper.pdf(pages(visiting, paper.font_faces()))


def pages(visiting: VisitingList, faces: Mapping[str, str]) -> str:
    """The document as HTML. ``faces``: weight → address of a font."""
    say, language = words(visiting.language), visiting.language
    return (
        environment()
        .get_template("visiting_list.html.j2")
        .render(
            list=visiting,
            language=language,
            say=say,
            faces=faces,
            about=about(visiting, say)[(1 if visiting.is_fictitious else 0) :],
            origin=origin(visiting, say),
            plan=plan(visiting),
            parts=[(week, _by_quartier(week)) for week in visiting.weeks],
            short=_short(visiting),
            ticks=WIDE.join(f"☐{WIDE}{say(o)} " for o in OUTCOMES.values()),
            name=lambda q: name_of(q, visiting.names, say),
            alone=lambda door: alone_words(door, say),
            chance=lambda value: chance_words(value, say),
            reason=lambda text: reason_words(text, say),
            day=lambda d: day(d, language),
            number=lambda v: number(v, language),
            count=lambda v: count_words(v, language),
            mark=MARK,
        )
    )


def _by_quartier(week: Week) -> list[tuple[str, list[object]]]:
    return [(q, list(doors)) for q, doors in groupby(week.doors, key=lambda door: door.quartier)]


def _short(visiting: VisitingList) -> dict[str, str]:
    """The beginning of each household's pseudonym, long enough to tell all of this list apart."""
    names = [door.household_id for week in visiting.weeks for door in week.doors]
    names += [door.household_id for door in visiting.to_check]
    length = SHORT
    while len({name[:length] for name in names}) < len(set(names)):
        length += 1
    return {name: name[:length] for name in names}
