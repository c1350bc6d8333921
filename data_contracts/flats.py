"""What tells a dwelling from its neighbours in one building, in one spelling and one order: building, stairs, floor, door."""

from __future__ import annotations

import re

from data_contracts.letters import plain

DOORS = frozenset(
    (
        "APPARTEMENT",
        "APPART",
        "APPT",
        "APT",
        "APP",
        "APPTS",
        "LOGEMENT",
        "LOGT",
        "LGT",
        "PORTE",
        "PTE",
        "STUDIO",
    )
)
BUILDINGS = {
    **dict.fromkeys(("BATIMENT", "BAT", "BATS", "BT", "IMMEUBLE", "IMM", "BLOC", "PAVILLON"), "BAT"),
    **{"TOUR": "TOUR", "VILLA": "VILLA"},
}
STAIRS = {
    **dict.fromkeys(("ESCALIER", "ESC", "CAGE", "ENTREE", "ENT", "HALL", "MONTEE"), "ESC"),
    "BAL": "BAL",
}
FLOORS = frozenset(("ETAGE", "ETG", "ET", "ETAG"))
SIDES = {
    **dict.fromkeys(("GAUCHE", "GCHE", "GAU", "G"), "G"),
    **dict.fromkeys(("DROITE", "DROIT", "DRTE", "DTE", "DT", "D"), "D"),
    **dict.fromkeys(("FACE", "FCE", "F"), "F"),
    **dict.fromkeys(("MILIEU", "CENTRE"), "M"),
    "FOND": "Z",
}
ORDINALS = frozenset(("E", "ER", "ERE", "EME", "IEME", "ND", "NDE"))
RESIDENCES = frozenset(("RESIDENCE", "RES", "CITE", "LOTISSEMENT"))
PEOPLE = frozenset(("CHEZ", "MONSIEUR", "MADAME", "MADEMOISELLE", "MR", "MME", "MLLE", "FAMILLE"))
FLAT_WORDS = (
    DOORS
    | BUILDINGS.keys() - {"TOUR", "VILLA", "PAVILLON"}
    | STAIRS.keys() - {"MONTEE"}
    | FLOORS - {"ET"}
    | {"RDC"}
)
"""Words that begin what an address says of a flat."""

GROUND = re.compile(r"\bREZ DE CHAUSSEE\b|\bRDC\b|\bRCH\b|\bRC\b")
LETTERBOX = re.compile(r"\bB(?:OI)?TE?(?: AUX LETTRES)?(?= (?:NO? )?\d)|\bBOITE AUX LETTRES\b")
CARE_OF = re.compile(r"\bC\s*/\s*O\b")
NUMBER_SIGN = re.compile(r"\bN(?:O|°|\s*°)?(?=\s*\d)|°")
TOKEN = re.compile(r"[A-Z]+|\d+")
SLOTS = ("building", "stairs", "floor", "door")


def normalised_flat(text: str) -> str:
    """``Bât. A, appt n° 012`` → BATA12; ``3e ét. gauche, Bât B`` = ``Bât B 3e étage gche`` → BATB3ETGG; empty when no dwelling is told apart.

    A building, stairs, a floor or a residence alone tell no dwelling apart. Words that are none of these (a person's name, ``chez M. X``)
    are never part of it.
    """
    slots: dict[str, list[str]] = {slot: [] for slot in SLOTS}
    slot, told = "", _tokens(text)
    for at, word in enumerate(told):
        slot = _place(word, told[at + 1 :], slot, slots)
    if not slots["door"]:
        return ""
    return "".join(_joined([part for name in SLOTS for part in slots[name]]))


def _tokens(text: str) -> list[str]:
    told = re.sub(r"[.,;:()'_/\-]", " ", CARE_OF.sub(" CHEZ ", plain(text)))
    told = re.sub(r"\s+", " ", NUMBER_SIGN.sub(" ", told)).strip()
    return TOKEN.findall(LETTERBOX.sub("BAL", GROUND.sub("0 ETG", told)))


def _place(word: str, following: list[str], slot: str, slots: dict[str, list[str]]) -> str:
    """Puts one word where it belongs; gives the slot that is open for the next."""
    if word in DOORS:
        return "door"
    if word in RESIDENCES or word in PEOPLE or (word == "M" and slot != "door"):
        return "nobody"
    if word in BUILDINGS or word in STAIRS:
        opened = "building" if word in BUILDINGS else "stairs"
        marker = BUILDINGS.get(word) or STAIRS[word]
        slots[opened] += [marker] if slots[opened][-1:] != [marker] else []
        if word == "BAL":
            slots["door"].append("")
        return opened
    if word in FLOORS:
        return _floor(slots)
    return _value(word, following, slot, slots)


def _floor(slots: dict[str, list[str]]) -> str:
    """The number before it is the floor's: it was put at a door, for nothing said otherwise yet. ``ETAGE 3``: it follows."""
    number = slots["door"].pop() if slots["door"] and slots["door"][-1].isdigit() else ""
    slots["floor"] += [number + "ETG"] if number else []
    return "door" if number else "floor"


def _value(word: str, following: list[str], slot: str, slots: dict[str, list[str]]) -> str:
    if word in ORDINALS and _is_floor_next(following) and slots["door"]:
        if following[0] not in FLOORS:
            _floor(slots)
        return "door"
    if slot == "nobody" and not word.isdigit():
        return slot
    if word.isdigit():
        return _number(word, following, slot, slots)
    if slot in ("building", "stairs"):
        slots[slot].append(
            "" if word in ("LE", "LA", "LES", "DE", "DU", "DES", "L", "D") and following else word
        )
        return slot if len(word) > 1 else ""
    if word in SIDES or len(word) <= 1:
        slots["door"].append(SIDES.get(word, word))
        return "door"
    return slot if slot == "door" else ""


def _number(word: str, following: list[str], slot: str, slots: dict[str, list[str]]) -> str:
    number = word.lstrip("0") or "0"
    is_floor = bool(following) and (
        following[0] in FLOORS or (following[0] in ORDINALS and _is_floor_next(following[1:]))
    )
    if slot == "floor":
        slots["floor"].append(number + "ETG")
        return "door"
    if slot in ("building", "stairs") and not is_floor:
        slots[slot].append(number)
        return ""
    slots["door"].append(number)
    return "door"


def _is_floor_next(following: list[str]) -> bool:
    """``3E ETAGE`` or ``3E GAUCHE``."""
    return bool(following) and (following[0] in FLOORS or following[0] in SIDES)


def _joined(parts: list[str]) -> list[str]:
    """Two numbers side by side stay two: 3 and 12 are not 312."""
    joined: list[str] = []
    for part in (part for part in parts if part):
        is_run = bool(joined) and joined[-1][-1].isdigit() and part[0].isdigit()
        joined.append(f"-{part}" if is_run else part)
    return joined
