"""The form of a visit as a browser sends it: texts, whatever was typed; kept for showing again when something is wrong."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict

from review.refusals import Incomplete
from review.tables.cases import Case
from review.tables.visits import Visit
from review.typed import typed_day
from review.visits.outcome_values import GROUPS, Found, digit, impossible
from review.visits.scales import Items

SOMEBODY_ELSE = "0"
YES_NO = {0: False, 1: True}


class SentVisit(BaseModel):
    """``person``: number of a member, ``0`` for somebody else; items: one digit each, empty = not answered."""

    model_config = ConfigDict(extra="ignore", str_max_length=40, str_strip_whitespace=True)
    case: str = ""
    version: int = 0
    because: str = ""
    person: str = ""
    visited_on: str = ""
    time_of_day: str = ""
    visitor_role: str = ""
    outcome: str = ""
    lsns6_1: str = ""
    lsns6_2: str = ""
    lsns6_3: str = ""
    lsns6_4: str = ""
    lsns6_5: str = ""
    lsns6_6: str = ""
    ucla3_1: str = ""
    ucla3_2: str = ""
    ucla3_3: str = ""
    reseau_famille: str = ""
    reseau_amis: str = ""
    reseau_voisins: str = ""
    reseau_collegues: str = ""
    reseau_associations: str = ""
    besoin_mobilite: str = ""
    besoin_repas: str = ""
    besoin_loisirs: str = ""
    besoin_visite: str = ""
    besoin_numerique: str = ""
    besoin_menage: str = ""
    none_because: str = ""
    follow_up: str = ""
    objected: str = ""

    def found(self) -> Found:
        """What it says. Raises Incomplete for what cannot be read; what cannot be is ``outcome_values.checked``'s."""
        visited_on = typed_day(self.visited_on)
        if visited_on is None:
            raise Incomplete("When was it?", "A visit needs its day.", "Give the day of the visit.")
        return Found(
            visited_on=visited_on,
            visitor_role=self.visitor_role,
            outcome=self.outcome,
            person=read_person(self.person),
            time_of_day=self.time_of_day or None,
            lsns6=self._items("lsns6"),
            ucla3=self._items("ucla3"),
            networks=self._items("networks"),
            needs=tuple(_yes_no(one) for one in self._items("needs")),
            none_because=self.none_because or None,
            follow_up=self.follow_up or None,
            objected=bool(self.objected),
        )

    def _items(self, group: str) -> Items:
        return tuple(digit(getattr(self, name), group) for name in GROUPS[group])


def _yes_no(value: int | None) -> bool | None:
    if value is None:
        return None
    if value not in YES_NO:
        raise impossible("needs")
    return YES_NO[value]


def read_person(text: str) -> int | None:
    """Raises Incomplete where nobody was chosen."""
    if not (text.isascii() and text.isdigit()):
        raise Incomplete(
            "Who was it?",
            "Nobody was chosen who was met or looked for.",
            "Choose a person, or somebody else.",
        )
    return int(text) or None


def empty(case: Case) -> SentVisit:
    """Where one person lives alone it is they who were looked for; where nobody is known, somebody else."""
    only = {0: SOMEBODY_ELSE, 1: "1"}.get(len(case.members), "")
    return SentVisit(case=case.id, version=case.version, person=only)


def filled(visit: Visit) -> SentVisit:
    """With what stands there, to be corrected."""
    items = {name: _shown(getattr(visit, name)) for group in GROUPS.values() for name in group}
    return SentVisit(
        case=visit.case_id,
        version=visit.version,
        person=str(visit.member.number) if visit.member else SOMEBODY_ELSE,
        visited_on=visit.visited_on.isoformat(),
        time_of_day=visit.time_of_day or "",
        visitor_role=visit.visitor_role,
        outcome=visit.outcome,
        none_because=visit.none_because or "",
        follow_up=visit.follow_up or "",
        objected="1" if visit.objected else "",
        **items,
    )


def _shown(value: int | bool | None) -> str:
    return "" if value is None else str(int(value))
