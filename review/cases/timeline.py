"""What is known of a household and what was done about it, by day."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from features.factor import Language
from review.choices import BY_NAME
from review.tables.cases import Case, Listing


@dataclass(frozen=True, kw_only=True)
class Happened:
    """``kind``: ``fact`` (a register says so; ``text`` is a sentence and ``source`` who), ``list``, ``decision`` (``text`` is a msgid)."""

    on: date
    kind: str
    text: str
    source: str = ""


def timeline(case: Case, language: Language) -> tuple[Happened, ...]:
    """The newest first."""
    found = [*_facts(case.listings[0] if case.listings else None, language)]
    found += [
        Happened(on=listing.as_of, kind="list", text="on the list of this day") for listing in case.listings
    ]
    found += [
        Happened(on=one.decided_at.date(), kind="decision", text=BY_NAME[one.choice].title)
        for one in case.decisions
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
