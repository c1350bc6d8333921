"""The visiting list of an age as CSV and XLSX (as PDF: ``visiting_pdf``): every door once, week by week, and what fell away with its reason."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields
from datetime import date
from itertools import groupby, islice

import pandas as pd

from features.factor import Language
from reports.attrition import Count, origins, reason_words
from reports.risk_list import BETWEEN, harmless
from reports.words import Words, words

BAND_YEARS, LAST_BAND = 5, 95
OUTCOMES = {
    "VU": "met",
    "ABSENT": "absent",
    "REFUS": "refused",
    "DEMENAGE": "moved",
    "DECEDE": "deceased",
    "ETABLISSEMENT": "in a home",
    "INTROUVABLE": "not found",
}
"""``ISSUE`` of the contract of visits, in its order → the words for it."""


@dataclass(frozen=True, kw_only=True)
class Door:
    """One household to visit. ``age_band``: of its eldest; ``lives_alone`` is None where it cannot be known; ``visited_on`` and ``visit`` (a word of
    ``OUTCOMES``): of the last visit, None and '' where nobody went."""

    household_id: str
    id_logement: str | None
    id_adresse: str
    quartier: str
    members: int
    age_band: str
    lives_alone: bool | None
    strength: str
    not_known: tuple[str, ...]
    visited_on: date | None
    visit: str


@dataclass(frozen=True, kw_only=True)
class ToCheck:
    """One household of which too little shows that it is still there; ``chance``: of it, from a half on. ``known_on`` is None where nothing was told."""

    household_id: str
    id_logement: str | None
    id_adresse: str
    quartier: str
    age_band: str
    chance: float
    reason: str
    known_on: date | None


@dataclass(frozen=True, kw_only=True)
class Gone:
    """One entry of the roll that leads to no door."""

    quartier: str
    id_logement: str | None
    id_adresse: str | None
    outcome: str
    reason: str
    known_on: date | None


@dataclass(frozen=True, kw_only=True)
class Week:
    """What one team can do in a week; ``quartiers`` are several only where each is too small for half a week."""

    number: int
    quartiers: tuple[str, ...]
    doors: tuple[Door, ...]


@dataclass(frozen=True, kw_only=True)
class VisitingList:
    """The list and what its readers must know. ``origins``: registers in words with their newest day; ``counts``: as published."""

    city: str
    as_of: date
    language: Language
    is_fictitious: bool
    minimum_age: int
    visits_per_week: int
    origins: tuple[tuple[str, date], ...]
    names: dict[str, str]
    weeks: tuple[Week, ...]
    to_check: tuple[ToCheck, ...]
    removed: tuple[Gone, ...]
    counts: tuple[Count, ...]

    @property
    def doors(self) -> int:
        """Households on the list."""
        return sum(len(week.doors) for week in self.weeks)


def age_band(age: int) -> str:
    """``80–84``; from 95 on ``95+``, since few are older."""
    if age >= LAST_BAND:
        return f"{LAST_BAND}+"
    first = age - age % BAND_YEARS
    return f"{first}–{first + BAND_YEARS - 1}"


def weeks(doors: Sequence[Door], visits_per_week: int) -> tuple[Week, ...]:
    """Doors, sorted by neighbourhood, in weeks of at most ``visits_per_week``: each neighbourhood in even parts, those too small for half a week together."""
    by_quartier = {q: tuple(mine) for q, mine in groupby(doors, key=lambda door: door.quartier)}
    parts = [part for mine in by_quartier.values() for part in _even_parts(mine, visits_per_week)]
    together: list[tuple[Door, ...]] = []
    for part in parts:
        is_small = 2 * len(part) < visits_per_week
        last = together[-1] if together else ()
        if is_small and 2 * len(last) < visits_per_week and last:
            together[-1] = last + part
        else:
            together.append(part)
    return tuple(
        Week(number=n, quartiers=tuple(dict.fromkeys(d.quartier for d in part)), doors=part)
        for n, part in enumerate(together, start=1)
    )


def _even_parts(doors: tuple[Door, ...], at_most: int) -> Iterator[tuple[Door, ...]]:
    n = -(-len(doors) // at_most)
    rest = iter(doors)
    for i in range(n):
        yield tuple(islice(rest, len(doors) // n + (i < len(doors) % n)))


def alone_words(door: Door, say: Words) -> str:
    """Whether somebody lives alone, and how sure that is."""
    if door.lives_alone is None:
        return say("not known")
    if door.strength == "known":
        return say("yes, says the lease") if door.lives_alone else say("no, says the lease")
    return say("probably") if door.lives_alone else say("probably not")


def chance_words(chance: float, say: Words) -> str:
    """``about 9 in 10``: no more digits than such a chance has."""
    return say("about {n} in 10").format(n=min(round(10 * chance), 9))


def name_of(quartier: str, names: dict[str, str], say: Words) -> str:
    """Code and name of a neighbourhood; one without a code has words instead."""
    return f"{quartier} {names.get(quartier, '')}".strip() or say("neighbourhood unknown")


def frame(visiting: VisitingList) -> pd.DataFrame:
    """The columns of ``visiting-list.csv``; ``outcome`` is left for the visitors."""
    say = words(visiting.language)
    rows = [
        {
            "week": week.number,
            "quartier": door.quartier,
            "household_id": door.household_id,
            "id_logement": door.id_logement,
            "id_adresse": door.id_adresse,
            "members": door.members,
            "age_band": door.age_band,
            "lives_alone": alone_words(door, say),
            "not_known": BETWEEN.join(door.not_known),
            "last_visit_on": door.visited_on,
            "last_visit": say(door.visit) if door.visit else "",
            "outcome": "",
        }
        for week in visiting.weeks
        for door in week.doors
    ]
    return pd.DataFrame(rows, columns=list(COLUMNS))


COLUMNS = (
    "week",
    "quartier",
    "household_id",
    "id_logement",
    "id_adresse",
    "members",
    "age_band",
    "lives_alone",
    "not_known",
    "last_visit_on",
    "last_visit",
    "outcome",
)
TO_CHECK_COLUMNS = (
    "quartier",
    "household_id",
    "id_logement",
    "id_adresse",
    "age_band",
    "still_there",
    "reason",
    "known_on",
    "outcome",
)
REMOVED_COLUMNS = ("quartier", "id_logement", "id_adresse", "removed", "reason", "known_on")


def to_csv(visiting: VisitingList) -> bytes:
    """UTF-8, comma, one header line. A text that a spreadsheet would take for a formula is made harmless."""
    return _csv(frame(visiting))


def to_check_to_csv(visiting: VisitingList) -> bytes:
    """One line a household to check first, likewise; ``outcome`` is left for whoever checks."""
    say = words(visiting.language)
    rows = [
        {f.name: getattr(door, f.name) for f in fields(door) if f.name != "chance"}
        | {
            "still_there": chance_words(door.chance, say),
            "reason": reason_words(door.reason, say),
            "outcome": "",
        }
        for door in visiting.to_check
    ]
    return _csv(pd.DataFrame(rows, columns=list(TO_CHECK_COLUMNS)))


def removed_to_csv(visiting: VisitingList) -> bytes:
    """One line an entry of the roll that leads to no door, likewise."""
    say = words(visiting.language)
    rows = [
        {f.name: getattr(gone, f.name) for f in fields(gone) if f.name != "outcome"}
        | {"removed": say(gone.outcome), "reason": reason_words(gone.reason, say)}
        for gone in visiting.removed
    ]
    return _csv(pd.DataFrame(rows, columns=list(REMOVED_COLUMNS)))


def _csv(table: pd.DataFrame) -> bytes:
    for name in table.select_dtypes(include=["object", "str"]).columns:
        table[name] = table[name].map(lambda v: harmless(v) if isinstance(v, str) else v)
    return table.to_csv(index=False, lineterminator="\n").encode("utf-8")


def plan(visiting: VisitingList) -> list[tuple[str, int, str]]:
    """Neighbourhood, its doors, its weeks (``4–7``)."""
    doors = Counter(door.quartier for week in visiting.weeks for door in week.doors)
    found = []
    for quartier in doors:
        numbers = [week.number for week in visiting.weeks if quartier in week.quartiers]
        span = str(numbers[0]) if len(numbers) == 1 else f"{numbers[0]}–{numbers[-1]}"
        found.append((quartier, doors[quartier], span))
    return found


def about(visiting: VisitingList, say: Words) -> tuple[str, ...]:
    """What every reader must know, most important first."""
    fictitious = (say("Fictitious data: this list describes nobody."),) if visiting.is_fictitious else ()
    return (
        *fictitious,
        say("This list offers a visit to everybody of this age whom the extracts show to be still there. It ranks nobody and decides nothing."),
        say("It serves to offer a visit. It may not be used for fraud control, rent recovery, benefit control, housing allocation, police or elections."),
        say("“To check first” holds the doors where too little shows that somebody is still there. Most of them are: a letter, a call or the caretaker will tell. No recent trace can itself be a sign of isolation."),
        say("Names and addresses are not in it: the review desk finds them for those who visit, from the pseudonym of the door."),
        say("Doors that were visited before stay on it, with the day and the outcome of the last visit."),
        say("“Probably” is worked out from who is known at the door: minors, foreigners and people who are on no register do not show."),
        say("Whether these people see anyone, no extract says. That is what the visit is for."),
        say("Anyone may say no at the door, or object in writing: the dwelling then leaves this list and all later ones."),
    )  # fmt: skip


def origin(visiting: VisitingList, say: Words) -> str:
    """Which registers it was made from, each with its day."""
    return f"{say('Origin of the data')}{say(':')} {origins(visiting.origins, visiting.language)}"
