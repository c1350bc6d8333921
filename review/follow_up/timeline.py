"""What is known of a household and what was done about it, by day."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from features.factor import Language
from review.alerting.alert_choices import SIGNS
from review.choices import BY_NAME
from review.follow_up.following import KINDS
from review.tables.alerts import Alert
from review.tables.cases import Case, Listing
from review.tables.visits import Visit
from review.visits.outcome_words import OUTCOMES


@dataclass(frozen=True, kw_only=True)
class Happened:
    """``kind``: ``fact`` (a register says so; ``text`` is a sentence and ``source`` who), ``list``, or of ``BEFORES`` (``text`` is a msgid)."""

    on: date
    kind: str
    text: str
    source: str = ""


BEFORES = {"decision": "decided", "visit": "visit", "step": "follow-up", "alert": "alert"}
"""What is written before the text of one of this kind."""
UNSAID = "came in a file, without signs"


def timeline(
    case: Case, language: Language, visits: Iterable[Visit], alerts: Iterable[Alert]
) -> tuple[Happened, ...]:
    """The newest first."""
    found = [*_facts(case.listings[0] if case.listings else None, language)]
    found += [
        Happened(on=listing.as_of, kind="list", text="on the list of this day") for listing in case.listings
    ]
    found += [
        Happened(on=one.decided_at.date(), kind="decision", text=BY_NAME[one.choice].title)
        for one in case.decisions
    ]
    found += [Happened(on=one.visited_on, kind="visit", text=OUTCOMES[one.outcome]) for one in visits]
    found += [Happened(on=one.made_on, kind="step", text=KINDS[one.kind]) for one in case.steps]
    found += [
        Happened(on=one.since, kind="alert", text=SIGNS[one.all_signs[0]] if one.all_signs else UNSAID)
        for one in alerts
    ]
    return tuple(sorted(found, key=lambda one: (one.on, one.kind, one.text), reverse=True))


def _facts(listing: Listing | None, language: Language) -> Iterator[Happened]:
    if listing is None:
        return
    told = listing.told[language]
    assert isinstance(told, Mapping)
    for part in ("reasons", "counter", "beside"):
        for said in told[part]:
            if said["known_on"]:
                yield Happened(
                    on=date.fromisoformat(said["known_on"]),
                    kind="fact",
                    text=said["sentence"],
                    source=said["source"],
                )
