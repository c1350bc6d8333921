"""From the keys and pseudonyms of one household to the few lines by which a door is found, in the key holder's table."""

from __future__ import annotations

from collections.abc import Sequence

from features.objections import KEYS
from review.names.correspondence import Correspondence, Person
from review.names.vault import Door
from review.tables.cases import Case, Member


def door_of(table: Correspondence, case: Case) -> Door | None:
    """Names of those members whom the table knows by one of their keys, and the way to the household's own door; None where it knows neither.

    A name may be known from another address, which somebody left or has not reached yet: the name is told, that address is not. Whoever else some register
    puts at the dwelling is not named. Of an address of which the flat is not known the way to a door is told only of a member.
    """
    named = [(member.number, found) for member in case.members if (found := _best(table, case, member))]
    own = [person for _, person in named if _closeness(case, person) < 2]
    if not own and case.id_logement:
        own = list(table.at_dwelling(case.id_logement))
    if not named and not own:
        return None
    at = min(own, key=lambda person: _closeness(case, person), default=None)
    names = tuple((number, person.name) for number, person in named)
    return _door(names, at) if at else _of_building(table, case, names)


def _best(table: Correspondence, case: Case, member: Member) -> Person | None:
    """Of all that the table has of this person, the row at the household's own place; of two such the one by the surest key."""
    keys = [key for name in KEYS if (key := getattr(member, name))]
    found = table.of_person(keys)
    return min(
        found,
        key=lambda person: (_closeness(case, person), keys.index(person.key), person.name),
        default=None,
    )


def _closeness(case: Case, person: Person) -> int:
    """0: at the household's dwelling; 1: at its address, where one of the two flats is not known; 2: elsewhere."""
    if case.id_logement and person.dwelling == case.id_logement:
        return 0
    is_here = bool(case.id_adresse) and person.address_id == case.id_adresse
    return 1 if is_here and not (case.id_logement and person.dwelling) else 2


def _door(names: Sequence[tuple[int, str]], at: Person) -> Door:
    return Door(
        names=tuple(names),
        address=at.address,
        complement=at.complement,
        postcode_town=at.postcode_town,
        longitude=at.longitude,
        latitude=at.latitude,
    )


def _of_building(table: Correspondence, case: Case, names: Sequence[tuple[int, str]]) -> Door:
    """Of a member whom the table knows from elsewhere: their building, without anybody's way to a flat."""
    at = next(iter(table.at_address(case.id_adresse)), None)
    if at is None:
        return Door(names=tuple(names))
    return Door(
        names=tuple(names),
        address=at.address,
        postcode_town=at.postcode_town,
        longitude=at.longitude,
        latitude=at.latitude,
    )
