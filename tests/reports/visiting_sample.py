"""A visiting list and its attrition drawn by hand, with a hostile text in each."""

from datetime import date

from features.attrition import DOOR, LISTED, OLDER, OTHERWISE, YOUNGER, Attrition, _numbers, _sums
from features.cells import shown
from reports.attrition import Count, Place
from reports.visiting_list import Door, Gone, ToCheck, VisitingList, weeks
from tests.reports.sample import HOSTILE

MICRO = [
    ("01", OLDER, DOOR, "", 60),
    ("01", OLDER, "moved", "mail returned", 20),
    ("01", OLDER, "deceased", "public death file", 4),
    ("01", YOUNGER, DOOR, "", 300),
    ("01", YOUNGER, "moved", HOSTILE, 50),
    ("02", OLDER, DOOR, "", 40),
    ("02", OLDER, "moved", "end of lease", 15),
    ("02", YOUNGER, "same door", "", 90),
    ("02", YOUNGER, DOOR, "", 200),
    ("", YOUNGER, "left in peace", "refusal at the door", 12),
]


def attrition(micro: list[tuple[str, str, str, str, int]] = MICRO, otherwise: int = 30) -> Attrition:
    reasons = tuple(sorted({(outcome, reason) for _, _, outcome, reason, _ in micro if reason}))
    quartiers = tuple(sorted({q for q, *_ in micro}))
    sums = tuple(_sums(reasons, quartiers))
    numbers = _numbers(micro, sums) | {OTHERWISE: otherwise}
    numbers[LISTED] = numbers[OLDER, DOOR] + otherwise
    never = {key for key in numbers if key[0] == YOUNGER}
    cells = shown(numbers, sums, never)
    return Attrition(minimum_age=80, numbers=numbers, sums=sums, cells=cells, reasons=reasons, quartiers=quartiers)  # fmt: skip


def place(language: str = "fr") -> Place:
    return Place(
        city="Ville",
        as_of=date(2026, 11, 2),
        roll_on=date(2026, 11, 1),
        language=language,  # type: ignore[arg-type]
        is_fictitious=True,
        origins=(("liste électorale", date(2026, 11, 1)), ("parc social", date(2026, 10, 1))),
        names={"01": "Centre", "02": HOSTILE},
    )


def door(n: int, quartier: str = "01", **more: object) -> Door:
    base: dict[str, object] = {
        "household_id": f"H{n:016x}",
        "id_logement": f"{n:032x}",
        "id_adresse": "a" * 32,
        "quartier": quartier,
        "members": 1,
        "age_band": "80–84",
        "lives_alone": True,
        "strength": "likely",
        "not_known": (),
        "visited_on": None,
        "visit": "",
    }
    return Door(**(base | more))  # type: ignore[arg-type]


def visiting(doors: list[Door] | None = None, per_week: int = 4, language: str = "fr") -> VisitingList:
    drawn = doors or [
        door(1),
        door(2, lives_alone=None, strength="cannot be known", id_logement=None, not_known=(HOSTILE,)),
        door(3, lives_alone=False, strength="known", members=3, visited_on=date(2026, 9, 7), visit="absent"),
        door(4, quartier="02", lives_alone=True, strength="known", age_band="95+"),
    ]
    gone = Gone(quartier="01", id_logement=HOSTILE, id_adresse="b" * 32, outcome="moved", reason=HOSTILE, known_on=date(2026, 5, 1))  # fmt: skip
    at = place(language)
    return VisitingList(
        city=at.city,
        as_of=at.as_of,
        language=at.language,
        is_fictitious=True,
        minimum_age=80,
        visits_per_week=per_week,
        origins=at.origins,
        names=dict(at.names),
        weeks=weeks(drawn, per_week),
        to_check=(
            ToCheck(
                household_id=f"H{9:016x}",
                id_logement=HOSTILE,
                id_adresse="c" * 32,
                quartier="02",
                age_band="85–89",
                chance=0.97,
                reason=HOSTILE,
                known_on=None,
            ),
            ToCheck(
                household_id=f"H{8:016x}",
                id_logement=None,
                id_adresse="d" * 32,
                quartier="",
                age_band="80–84",
                chance=0.5,
                reason="no recent sign at this address",
                known_on=date(2026, 3, 1),
            ),
        ),
        removed=(gone,),
        counts=(
            Count(outcome="moved", reason="", entries=35),
            Count(outcome="moved", reason="visite", entries="hidden"),
        ),
    )
