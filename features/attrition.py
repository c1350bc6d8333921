"""From the raw roll to real doors: why each entry of the last snapshot does, or does not, lead to a household that can be visited."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from features.cells import Key, Sum, shown
from features.engine import Engine

SECOND, NO_ADDRESS, IN_PEACE, NO_ADULT = "second entry", "no address", "left in peace", "no adult"
GONE = ("deceased", "establishment", "moved", "unknown")
"""What ``residents.presence`` says of whoever is not called present."""
REMOVED = (SECOND, *GONE, NO_ADDRESS, IN_PEACE, NO_ADULT)
"""In the order of precedence: an entry is counted under the first that holds."""
SHARED, DOOR = "same door", "door"
"""Persons still there: one entry leads to each door, the others live behind the same."""
OBJECTION, REFUSAL = "objection at the dwelling", "refusal at the door"
YOUNGER, OLDER = "younger", "older"

VISITED = """
with named as (select record_id as id_visite, m.person_id from people p join members m using (person_id) where p.source = 'visites'),
told as (select v.*, n.person_id from known_visites v left join named n using (id_visite))
select m.household_id, v.date_visite as visited_on, v.known_on, v.issue, v.id_adresse from told v join members m using (person_id)
union select m.household_id, v.date_visite, v.known_on, v.issue, v.id_adresse from told v join members m on m.id_logement = v.id_logement where v.person_id is null
order by all
"""
"""One row a (household, visit). Whoever said no is found by any key, or else by the flat: a refusal may not be lost to a spelling."""

REFUSED = (
    f"select household_id, max(known_on) as refused_on from ({VISITED}) where issue = 'REFUS' group by 1"
)

ROLL_ENTRIES = f"""
create or replace temp table roll_entries as
with entries as (
  select l.id_electeur, p.person_id, l.id_adresse, l.id_logement, coalesce(l.quartier, '') as quartier, l.known_on,
    year(as_of()) - coalesce(k.annee_naissance, l.annee_naissance) as age,
    row_number() over (partition by p.person_id order by l.date_inscription desc nulls last, l.id_electeur) as entry_of_person
  from latest_liste_electorale l
    left join people p on p.source = 'liste_electorale' and p.record_id = l.id_electeur
    left join residents k on k.person_id = p.person_id
),
refused as ({REFUSED}),
judged as (
  select e.*, m.household_id, m.presence_reason, m.presence_known_on, r.refused_on, m.person_id is null as has_no_address,
    m.id_logement in (select id_logement from objected_dwellings) as is_objected, m.presence, h.household_id is not null as is_household
  from entries e left join members m using (person_id) left join refused r on r.household_id = m.household_id
    left join households h on h.household_id = m.household_id
)
select id_electeur, person_id, household_id, id_adresse, id_logement, quartier, age,
  case
    when entry_of_person > 1 then '{SECOND}'
    when has_no_address then '{NO_ADDRESS}'
    when presence <> 'present' then presence
    when is_objected or refused_on is not null then '{IN_PEACE}'
    when not is_household then '{NO_ADULT}'
  end as removed,
  case
    when entry_of_person > 1 or has_no_address then ''
    when presence <> 'present' then presence_reason
    when is_objected then '{OBJECTION}'
    when refused_on is not null then '{REFUSAL}'
    else ''
  end as reason,
  case
    when entry_of_person > 1 or has_no_address then known_on
    when presence <> 'present' then presence_known_on
    when is_objected then null
    else refused_on
  end as removed_known_on
from judged
"""
"""One row an entry of the roll's last snapshot; ``quartier`` as the roll says it. ``removed`` and its ``reason`` are null and '' for
whoever is still there. The reason of a presence is that of ``residents``, whatever it says. Who objected is in no view, and so not here."""

MICROCELLS = f"""
with placed as (
  select *, case when age >= $1 then '{OLDER}' else '{YOUNGER}' end as age_group,
    row_number() over (partition by household_id, removed is null order by (age >= $1) desc nulls last, id_electeur) as entry_of_door
  from roll_entries
)
select quartier, age_group, coalesce(removed, case when entry_of_door = 1 then '{DOOR}' else '{SHARED}' end) as outcome, reason, count(*)
from placed group by all order by all
"""
"""One row a (neighbourhood, age group, outcome, reason) with its entries. Of those behind one door the oldest counts as the door."""

OTHER_DOORS = f"""
select count(*) from households where oldest_age >= $1
  and household_id not in (select household_id from roll_entries where removed is null and age >= $1)
  and household_id not in (select household_id from ({REFUSED}))
"""
"""Doors of that age that no such entry of the roll leads to: other registers know them."""


ALL = "all"
AGES = (ALL, OLDER, YOUNGER)
OTHERS, LOST = "others", "lost"
COLUMNS = {ALL: (*GONE, OTHERS, DOOR), OLDER: (LOST, DOOR), YOUNGER: (LOST, DOOR)}
"""Of the neighbourhood tables: what is not in a column of its own (other reasons, or behind the same door as somebody) is in ``others``.
Of the older so few fall away in a neighbourhood that all of them stand together: ``lost``."""
LISTED, OTHERWISE = ("listed",), ("otherwise",)


@dataclass(frozen=True, kw_only=True)
class Attrition:
    """``numbers``: exact counts by key, for tests and sums; ``cells``: what may be published of them (a number, or ``hidden``).

    Keys: (age, ``entries``), (age, outcome), (age, ``still there``), (age, outcome, reason), (age, ``in``, neighbourhood, column); ``LISTED``:
    doors of the older, ``OTHERWISE``: those among them that other registers than the roll know. ``age``: all, older, younger than ``minimum_age``.
    """

    minimum_age: int
    numbers: Mapping[Key, int]
    sums: tuple[Sum, ...]
    cells: Mapping[Key, int | str]
    reasons: tuple[tuple[str, str], ...]
    quartiers: tuple[str, ...]


def count(connection: Engine, minimum_age: int) -> Attrition:
    """Makes the temp table ``roll_entries`` from those of ``frame.build`` and counts it."""
    connection.execute(ROLL_ENTRIES)
    micro = connection.execute(MICROCELLS, [minimum_age]).fetchall()
    otherwise = connection.execute(OTHER_DOORS, [minimum_age]).fetchone() or (0,)
    reasons = tuple(sorted({(outcome, reason) for _, _, outcome, reason, _ in micro if reason}))
    quartiers = tuple(sorted({quartier for quartier, *_ in micro}))
    sums = tuple(_sums(reasons, quartiers))
    numbers = _numbers(micro, sums) | {OTHERWISE: int(otherwise[0])}
    numbers[LISTED] = numbers[OLDER, DOOR] + numbers[OTHERWISE]
    never = {key for key in numbers if key[0] == YOUNGER}
    return Attrition(
        minimum_age=minimum_age,
        numbers=numbers,
        sums=sums,
        cells=shown(numbers, sums, never),
        reasons=reasons,
        quartiers=quartiers,
    )


def _numbers(micro: Iterable[tuple[str, str, str, str, int]], sums: Iterable[Sum]) -> dict[Key, int]:
    """Every key of the sums with its count; each entry counts under several."""
    numbers = dict.fromkeys((key for s in sums for key in s.keys), 0)
    known = frozenset(numbers)
    for quartier, group, outcome, reason, entries in micro:
        for age in (ALL, group):
            keys: list[Key] = [(age, "entries"), (age, outcome), (age, "in", quartier, "entries")]
            keys += [(age, "in", quartier, column) for column in _columns(outcome)]
            keys += [(age, outcome, reason)] if reason else []
            keys += [(age, "still there")] if outcome in (SHARED, DOOR) else []
            for key in known.intersection(keys):
                numbers[key] += entries
    return numbers


def _columns(outcome: str) -> tuple[str, ...]:
    if outcome == DOOR:
        return (DOOR,)
    return (LOST, outcome if outcome in GONE else OTHERS)


def _sums(reasons: Sequence[tuple[str, str]], quartiers: Sequence[str]) -> Iterator[Sum]:
    """How the numbers hang together; this is what readers can compute with."""
    for age in AGES:
        yield Sum(total=(age, "entries"), parts=((age, "still there"), *((age, r) for r in REMOVED)))
        yield Sum(total=(age, "still there"), parts=((age, SHARED), (age, DOOR)))
        for outcome in sorted({o for o, _ in reasons}):
            mine = tuple((age, o, reason) for o, reason in reasons if o == outcome)
            yield Sum(total=(age, outcome), parts=mine)
        for quartier in quartiers:
            cells = tuple((age, "in", quartier, column) for column in COLUMNS[age])
            yield Sum(total=(age, "in", quartier, "entries"), parts=cells)
        for column in ("entries", *(c for c in COLUMNS[age] if c not in (OTHERS, LOST))):
            yield Sum(total=(age, column), parts=tuple((age, "in", q, column) for q in quartiers))
    for quartier in quartiers:
        lost = tuple((ALL, "in", quartier, column) for column in (*GONE, OTHERS))
        yield Sum(total=(ALL, "in", quartier, LOST), parts=lost)
    yield Sum(total=LISTED, parts=((OLDER, DOOR), OTHERWISE))
    for key in _of_all(reasons, quartiers):
        yield Sum(total=(ALL, *key), parts=((OLDER, *key), (YOUNGER, *key)))


def _of_all(reasons: Sequence[tuple[str, str]], quartiers: Sequence[str]) -> Iterator[Key]:
    """What is counted for each age group alike."""
    yield from ((what,) for what in ("entries", "still there", SHARED, DOOR, *REMOVED))
    yield from reasons
    yield from (("in", q, column) for q in quartiers for column in ("entries", *COLUMNS[OLDER]))
