"""The words of other rooms that a trace is told with: sources, statements about a household, and the desk's codes, which its own catalogue translates."""

from __future__ import annotations

from collections.abc import Mapping

from features.factor import Language
from features.mentions import RELATED
from pipelines.screens_household import EVENT_WORDS, KIND_WORDS
from pipelines.sources import SOURCE_WORDS
from reports.trace_words import Spoken
from reports.words import words


def spoken(language: Language) -> Spoken:
    """In one language."""
    say = words(language)
    sources = {source: say(text) for source, text in SOURCE_WORDS.items()}
    return Spoken(
        language=language,
        sources=sources
        | {
            RELATED: say("civil status, the other person named"),
            "registers": say("registers of residents"),
        },
        kinds={kind: say(text) for kind, text in KIND_WORDS.items()},
        events={event: say(text) for event, text in EVENT_WORDS.items()},
        desk=_desk(language),
    )


def _desk(language: Language) -> Mapping[tuple[str, str], str]:
    """(of which list, code) → words."""
    from review import choices, labels, roles, states, trail_words
    from review.follow_up import following
    from review.visits import outcome_words
    from review.words import catalogue

    lists: Mapping[str, Mapping[str, str]] = {
        "state": {name: state.title for name, state in states.CASE.states.items()},
        "choice": {choice.name: choice.title for choice in choices.CHOICES},
        "reason": choices.REASONS,
        "profession": choices.PROFESSIONS,
        "visitor": choices.VISITORS,
        "settled": labels.SETTLED,
        "outcome": outcome_words.OUTCOMES,
        "follow-up": outcome_words.FOLLOW_UPS,
        "step": following.KINDS,
        "partner": following.PARTNERS,
        "leads to": following.LEADS_TO,
        "role": roles.ROLES,
        "action": trail_words.ACTIONS,
    }
    say = catalogue(language).gettext
    return {(kind, code): say(text) for kind, codes in lists.items() for code, text in codes.items()}
