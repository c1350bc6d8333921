"""Groups and measures on drawn towns, worked by hand; small cells that cannot be solved back; verdicts."""

from collections.abc import Mapping
from datetime import date
from math import log2
from operator import attrgetter

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st

from features import frame, parity
from features.link_chances import chances
from features.parity import Group, Measured, judged, rounded
from features.parity_counts import Cell
from tests.features.drawn import AS_OF, OPEN, Row, build, elector, lease, warehouse

WOMEN, MEN = (
    {"sexe": "F", "annee_naissance": 1940, "quartier": "01"},
    {"sexe": "M", "annee_naissance": 1990, "quartier": "02"},
)
NO_FLAT: Row = {"id_logement": None}
GONE: Row = {"date_retour_npai": date(2026, 10, 1)}


def people(prefix: str, number: int, like: Row, **more: object) -> list[Row]:
    return [elector(f"{prefix}{n}", **(like | more)) for n in range(number)]


def town(**more: list[Row]) -> duckdb.DuckDBPyConnection:
    """60 women of 86 in a priority neighbourhood, 20 of them without a flat and 20 gone; 60 men of 36 elsewhere, 15 without a flat."""
    roll = [
        *people("a", 20, WOMEN, id_adresse="avenue"),
        *people("b", 20, WOMEN, **NO_FLAT),
        *people("c", 20, WOMEN, **GONE),
        *people("d", 45, MEN),
        *people("e", 15, MEN, **NO_FLAT),
    ]
    quartiers: list[Row] = [{"quartier": "01", "qpv": True}, {"quartier": "02", "qpv": False}]
    return warehouse(liste_electorale=roll + more.pop("liste_electorale", []), quartiers=quartiers, **more)


def measured(connection: duckdb.DuckDBPyConnection) -> dict[str, Measured]:
    build(connection)
    return {one.measure: one for one in parity.measured(connection)}


def shares(one: Measured, dimension: str) -> dict[str, tuple[int, int] | None]:
    return {
        g.group: (g.share.count, g.share.of) if g.share else None
        for g in one.groups
        if g.dimension == dimension
    }


def test_everybody_is_counted_in_their_groups() -> None:
    found = measured(town())
    assert shares(found["removed"], "sex") == {"F": (20, 60), "M": (0, 60)}
    assert shares(found["removed"], "age") == {"18-39": (0, 60), "80+": (20, 60)}
    assert shares(found["household_unknown"], "quartier") == {"01": (20, 40), "02": (15, 60)}
    assert shares(found["household_unknown"], "qpv") == {"no": (15, 60), "yes": (20, 40)}
    assert shares(found["alone_unknown"], "sex")["F"] == (20, 40)
    assert shares(found["linkage_doubt"], "sex") == {"F": (0, 60), "M": (0, 60)}
    city = found["household_unknown"].city
    assert city is not None and (city.count, city.of) == (35, 100)


def test_whoever_is_not_surely_enough_there_is_unknown_and_in_no_household() -> None:
    """At the city's threshold nothing recent says that anybody of this town is there."""
    frame.build(connection := town(), AS_OF, OPEN)
    found = {one.measure: one for one in parity.measured(connection)}
    assert shares(found["presence_unknown"], "sex") == {"F": (40, 60), "M": (60, 60)}
    assert (found["household_unknown"].city, found["household_unknown"].groups) == (None, ())


def test_minors_are_left_out_and_the_unknown_are_not_compared() -> None:
    child = people("f", 15, WOMEN, annee_naissance=2015)
    nobody_knows = people("g", 15, WOMEN, sexe=None, annee_naissance=None)
    found = measured(town(liste_electorale=child + nobody_knows))
    by_sex = {g.group: g for g in found["removed"].groups if g.dimension == "sex"}
    assert [by_sex[group].share and by_sex[group].share.of for group in ("F", "M", "unknown")] == [60, 60, 15]
    assert (by_sex["unknown"].against, by_sex["unknown"].verdict) == (None, None)


def test_a_tenant_is_whoever_lives_with_the_holder_of_a_lease_in_force() -> None:
    partners = [
        elector(f"p{n}", **MEN, id_logement=f"flat-a{n}", id_adresse="avenue", cle_nom_adresse=f"other-{n}")
        for n in range(20)
    ]
    leases = [lease(f"l{n}", f"a{n}", **WOMEN, nb_occupants=2, id_adresse="avenue") for n in range(20)]
    ended = [lease(f"m{n}", f"d{n}", **MEN, date_sortie=date(2026, 9, 1)) for n in range(20)]
    found = measured(town(liste_electorale=partners, parc_social=leases + ended))
    assert shares(found["linkage_doubt"], "tenure") == {"other": (0, 100), "social": (0, 40)}
    assert shares(found["alone_unknown"], "tenure")["social"] == (0, 20)


def test_a_double_is_known_to_other_registers_alone() -> None:
    """Twenty women hold a lease under keys that join with nothing: each of them and of those on the roll has a double. Twenty flatmates of the same age and sex are on the same
    roll, and have none."""
    broken = [
        lease(f"l{n}", f"z{n}", **WOMEN, id_adresse="avenue", id_logement=f"flat-a{n}") for n in range(20)
    ]
    flatmates = [elector(f"y{n}", **MEN, id_logement=f"flat-d{n}") for n in range(20)]
    found = measured(town(liste_electorale=flatmates, parc_social=broken))["double"]
    assert shares(found, "sex") == {"F": (40, 60), "M": (0, 65)}


def test_without_the_landlord_nothing_is_said_of_tenure() -> None:
    found = measured(town())
    assert {g.dimension for one in found.values() for g in one.groups} == {"sex", "age", "qpv", "quartier"}


def test_without_a_list_of_them_nothing_is_said_of_priority_neighbourhoods() -> None:
    build(connection := warehouse(liste_electorale=[*people("a", 20, WOMEN), *people("d", 20, MEN)]))
    found = parity.measured(connection)
    assert {g.dimension for one in found for g in one.groups} == {"sex", "age", "quartier"}


def test_a_neighbourhood_that_the_reference_does_not_know_is_what_most_of_its_leases_say() -> None:
    roll = people("x", 20, WOMEN, quartier="03") + people("y", 20, MEN, quartier="04")
    leases = [lease(f"x{n}", f"x{n}", quartier="03", qpv=n != 0) for n in range(20)]
    found = measured(town(liste_electorale=roll, parc_social=leases))
    assert {g: c and c[1] for g, c in shares(found["linkage_doubt"], "qpv").items()} == {
        "no": 60,
        "yes": 80,
        "unknown": 20,
    }


def linked(
    pairs: list[tuple[int, int, float]], doubts: list[tuple[int, int, float, str]], of: Mapping[int, str]
) -> duckdb.DuckDBPyConnection:
    """Record n is ``rn`` of the roll, with one mention n."""
    connection = duckdb.connect()
    records = [(n, f"r{n}", who) for n, who in of.items()]
    connection.execute(
        "create temp table linked (record bigint, record_id varchar, person_id varchar, source varchar default 'liste_electorale')"
    )
    connection.executemany("insert into linked (record, record_id, person_id) values (?, ?, ?)", records)
    connection.execute("create temp table people as select source, record_id, person_id from linked")
    connection.execute(
        "create temp table mentions as select record as mention_id, source, record_id from linked"
    )
    connection.execute("create temp table pairs (mention_l bigint, mention_r bigint, probability double)")
    connection.execute("create temp table link_doubts (l bigint, r bigint, weight double, doubt varchar)")
    for table, rows in (("pairs", pairs), ("link_doubts", doubts)):
        for row in rows:
            connection.execute(f"insert into {table} values ({', '.join('?' * len(row))})", list(row))
    connection.execute(
        "create or replace temp table link_doubts as select 'liste_electorale' as source_l, 'r' || l as record_id_l,"
        " 'liste_electorale' as source_r, 'r' || r as record_id_r, weight, doubt from link_doubts"
    )
    return connection


def test_records_are_one_person_only_if_every_needed_link_is_right() -> None:
    """The links 0–1 (0.9) and 1–2 (0.8) hold the three together; 0–2 (0.5) is not needed: 1 − 0.9 × 0.8 = 0.28."""
    chained = linked([(0, 1, 0.9), (1, 2, 0.8), (0, 2, 0.5)], [], {0: "A", 1: "A", 2: "A", 3: "B"})
    found = chances(chained).set_index("person_id")
    assert found["wrongly_together"].to_dict() == pytest.approx({"A": 0.28, "B": 0.0})
    assert not found["has_doubt"].any()


def test_a_person_is_in_doubt_with_each_other_person_once_and_a_guard_is_no_doubt() -> None:
    """A may be B (1/4, the likelier of two pairs) or C (1/2): 1 − 3/4 × 1/2 = 5/8. D was refused by a guard."""
    too_little = "too little speaks for it"
    doubts = [
        (0, 1, log2(1 / 3), too_little),
        (4, 1, log2(1 / 4), too_little),
        (2, 0, 0.0, "as likely one as the other"),
        (0, 3, 9.0, "two entries of the roll"),
    ]
    found = chances(linked([(0, 4, 1.0)], doubts, {0: "A", 4: "A", 1: "B", 2: "C", 3: "D"})).set_index(
        "person_id"
    )
    assert found["wrongly_apart"].to_dict() == pytest.approx({"A": 0.625, "B": 0.25, "C": 0.5, "D": 0.0})
    assert found["has_doubt"].to_dict() == {"A": True, "B": True, "C": True, "D": False}


@pytest.mark.parametrize(
    ("one", "rest", "expected"),
    [
        ((200, 1000), (100, 1000), "differs"),
        ((50, 1000), (100, 1000), "differs"),
        ((1000, 5000), (1050, 5000), "alike"),
        ((20, 1000), (15, 1000), "insufficient evidence"),
        ((0, 1000), (0, 1000), "insufficient evidence"),
        ((5, 1000), (100, 1000), "hidden"),
    ],
)
def test_verdicts(one: tuple[int, int], rest: tuple[int, int], expected: str) -> None:
    found = _judged({"a": Cell(count=one[0], of=one[1]), "b": Cell(count=rest[0], of=rest[1])})
    assert found["a"].verdict == expected


def test_a_small_cell_takes_the_next_larger_with_it_in_its_nest() -> None:
    cells = {name: Cell(count=n, of=500) for name, n in zip("abcdef", (4, 30, 40, 35, 45, 60), strict=True)}
    nests = {"a": "yes", "b": "yes", "c": "yes", "d": "no", "e": "no", "f": "no"}
    found = {g.group: g for g in judged("quartier", cells, nests)}
    assert [name for name, g in found.items() if g.share is None] == ["a", "b"]
    assert {found["a"].verdict, found["b"].verdict} == {"hidden"}


def test_a_small_cell_of_the_others_is_hidden_too() -> None:
    found = _judged(
        {"a": Cell(count=495, of=500), "b": Cell(count=300, of=500), "c": Cell(count=310, of=500)}
    )
    assert [name for name, g in found.items() if g.share is None] == ["a", "c"]


def test_where_the_total_is_small_no_group_is_shown() -> None:
    gone = people("h", 5, MEN, **GONE)
    roll = [*people("a", 60, WOMEN), *people("d", 60, MEN), *gone]
    build(connection := warehouse(liste_electorale=roll))
    removed = next(one for one in parity.measured(connection) if one.measure == "removed")
    assert removed.city is None and all(g.share is None for g in removed.groups)


def test_unknown_groups_hide_nobody_else() -> None:
    found = _judged(
        {"F": Cell(count=300, of=900), "M": Cell(count=200, of=900), "unknown": Cell(count=3, of=60)}
    )
    assert [name for name, g in found.items() if g.share is None] == ["unknown"]


@pytest.mark.parametrize(
    ("count", "expected"), [(0, 0), (1, 5), (7, 5), (8, 10), (12, 10), (13, 15), (102, 100)]
)
def test_counts_are_rounded_and_nobody_stays_nobody(count: int, expected: int) -> None:
    assert rounded(count) == expected


@given(st.lists(st.tuples(st.integers(0, 60), st.integers(0, 60)), min_size=1, max_size=6))
def test_no_count_below_eleven_is_shown_nor_can_be_had_from_the_total(drawn: list[tuple[int, int]]) -> None:
    cells = {
        str(n): Cell(count=count, of=count + others)
        for n, (count, others) in enumerate(drawn)
        if count + others
    }
    found = _judged(cells)
    for group in found.values():
        if group.share:
            assert all(
                n == 0 or n >= 11
                for n in (group.share.count, group.share.of, group.share.of - group.share.count)
            )
    hidden = [cells[name] for name, group in found.items() if group.share is None]
    for part in (attrgetter("count"), attrgetter("others"), attrgetter("of")):
        of_hidden, of_all = sum(map(part, hidden)), sum(map(part, cells.values()))
        assert of_hidden == 0 or of_hidden >= 11 or of_all < 11, "then the total is not shown either"


def _judged(cells: Mapping[str, Cell]) -> dict[str, Group]:
    return {g.group: g for g in judged("sex", cells, {})}
