"""The route sheet: what a team takes along on paper. One page a household, big type, boxes to tick; no reason, no score, nobody else's door.

Names and addresses are on it only when they come out of the vault (``review.names.granting``); without them there are lines to write on.
No item of the two scales is worded: the team has them on a card of their own.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from features.factor import Language
from review.choices import VISITORS
from review.names.vault import Door, Doors
from review.rendering import rendered
from review.routes import walking
from review.routes.rounds import sunday
from review.services import DeskCity
from review.tables.cases import Case
from review.tables.rounds import Team
from review.visits.outcome_words import NEEDS, NETWORKS, NONE_BECAUSE, OUTCOMES
from review.visits.scales import LSNS6, UCLA3

SHORT = 9
"""Characters of a household's pseudonym on paper: as the queue shows it and finds it again."""
MOST_LINES = 6


@dataclass(frozen=True, kw_only=True, repr=False)
class Page:
    """One household. ``people``: number of the member → name, empty where it is not known; ``door`` None: lines to write on."""

    number: int
    code: str
    quartier: str
    people: tuple[tuple[int, str], ...]
    door: Door | None

    @property
    def lines(self) -> int:
        """To write on: what room the people leave, who from four on stand side by side, where a name may take two lines."""
        count = len(self.people)
        told = len(self.door.told) if self.door else 0
        return max(1, MOST_LINES - told - (count if count < 4 else -(-count // 2)))


def laid_out(cases: Sequence[Case], doors: Doors) -> tuple[Page, ...]:
    """In the order in which they are walked to; without doors in the order that was planned."""
    return tuple(
        _page(number, case, doors.get(case.id)) for number, case in enumerate(_walked(cases, doors), 1)
    )


def _walked(cases: Sequence[Case], doors: Doors) -> list[Case]:
    """Of equal rank for the walk, such as those without an address, in the order that was planned."""
    if not doors:
        return list(cases)
    by_place = {f"{place:02}": case for place, case in enumerate(cases)}
    stops = [_stop(place, doors.get(case.id, Door())) for place, case in by_place.items()]
    return [by_place[stop.id] for stop in walking.order(stops)]


def _stop(place: str, door: Door) -> walking.Stop:
    told = door.told[0][1] if door.told else ""
    return walking.Stop(
        id=place,
        address=door.address or told,
        complement=door.complement,
        longitude=door.longitude,
        latitude=door.latitude,
    )


def _page(number: int, case: Case, door: Door | None) -> Page:
    names = dict(door.names) if door else {}
    numbers = range(1, max(case.member_count, len(case.members)) + 1)
    return Page(
        number=number,
        code=case.household_id[:SHORT],
        quartier=f"{case.quartier} {case.quartier_name}".strip(),
        people=tuple((n, names.get(n, "")) for n in numbers),
        door=door,
    )


def html(
    pages: Sequence[Page],
    team: Team,
    week: date,
    city: DeskCity,
    language: Language,
    faces: Mapping[str, str],
) -> str:
    """The document. ``week``: its Monday; ``faces``: weight → address of a font."""
    return rendered(
        "route_sheet.html.j2",
        language,
        pages=pages,
        team=team,
        role=VISITORS[team.role],
        week=week,
        last=sunday(week),
        city=city,
        faces=faces,
        has_names=any(page.door for page in pages),
        outcomes=OUTCOMES,
        networks=NETWORKS,
        needs=NEEDS,
        none_because=NONE_BECAUSE,
        lsns6=LSNS6,
        ucla3=UCLA3,
    )


def to_pdf(pages: Sequence[Page], team: Team, week: date, city: DeskCity, language: Language) -> bytes:
    """A4, portrait. Same pages, same bytes."""
    from reports import paper  # loads Pango, which nothing else needs

    return paper.pdf(html(pages, team, week, city, language, paper.font_faces()))
