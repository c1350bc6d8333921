"""From the raw roll to the doors: drawn rolls with answers worked by hand, and the law that the counts add up."""

from datetime import date as D

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from features import attrition, visiting
from features.attrition import ALL, DOOR, LISTED, LOST, OLDER, OTHERS, OTHERWISE, REMOVED, SHARED
from tests.features.drawn import AS_OF, OPEN, Row, build, elector, lease, service, warehouse

DEAD: Row = {"cle_identite": "key-a", "date_deces": D(2026, 1, 1), "date_fichier": D(2026, 2, 1)}
HOME: Row = {"id_adresse": "street", "type": "EHPAD"}


def visit(issue: str, **more: object) -> Row:
    base: Row = {
        "id_visite": f"v-{issue}",
        "cle_identite": "key-a",
        "date_visite": D(2026, 9, 1),
        "issue": issue,
    }
    return base | more


def built(day: D = AS_OF, **sources: list[Row]) -> duckdb.DuckDBPyConnection:
    connection = warehouse(**sources)
    build(connection, day, OPEN)
    connection.execute(attrition.ROLL_ENTRIES)
    return connection


def outcomes(**sources: list[Row]) -> list[tuple[object, ...]]:
    asked = "select removed, reason, removed_known_on from roll_entries order by id_electeur"
    return built(**sources).execute(asked).fetchall()


def counted(age: int = 80, day: D = AS_OF, **sources: list[Row]) -> attrition.Attrition:
    connection = warehouse(**sources)
    build(connection, day, OPEN)
    return attrition.count(connection, age)


def test_the_origins_are_all_that_says_who_is_there_with_the_newest_day_of_each() -> None:
    seen = [visit("VU"), visit("ABSENT", date_visite=D(2026, 9, 3))]
    connection = built(liste_electorale=[elector("a")], deces_publics=[DEAD], visites=seen)
    found = dict(connection.execute(visiting.ORIGINS).fetchall())
    assert found.keys() == {"liste_electorale", "deces_publics", "visites"}
    assert (found["deces_publics"], found["visites"]) == (D(2026, 2, 1), D(2026, 9, 3))


@pytest.mark.parametrize(
    ("removed", "known_on", "sources"),
    [
        (None, None, {}),
        ("deceased", D(2026, 2, 1), {"deces_publics": [DEAD]}),
        ("establishment", D(2026, 9, 1), {"visites": [visit("ETABLISSEMENT")]}),
        ("moved", D(2026, 9, 1), {"visites": [visit("DEMENAGE")]}),
        ("left in peace", D(2026, 9, 1), {"visites": [visit("REFUS")]}),
        (None, None, {"visites": [visit("VU")]}),
        (None, None, {"visites": [visit("ABSENT")]}),
        (
            "deceased",
            D(2026, 2, 1),
            {"deces_publics": [DEAD], "visites": [visit("REFUS"), visit("DEMENAGE")]},
        ),
        ("moved", D(2026, 9, 1), {"visites": [visit("REFUS"), visit("DEMENAGE")]}),
    ],
)
def test_an_entry_falls_away_for_the_first_reason_that_holds(
    removed: str | None, known_on: D | None, sources: dict[str, list[Row]]
) -> None:
    found = outcomes(liste_electorale=[elector("a")], **sources)
    assert [(row[0], row[2]) for row in found] == [(removed, known_on)]


def test_the_reason_of_a_presence_is_the_frames_own_whatever_it_says() -> None:
    connection = warehouse(liste_electorale=[elector("a")])
    build(connection, AS_OF, OPEN)
    connection.execute(
        "update members set presence = 'unknown', presence_reason = 'silence de 5 ans', presence_known_on = date '2026-03-01'"
    )
    connection.execute("delete from households")
    found = attrition.count(connection, 60)
    assert found.numbers[ALL, "unknown", "silence de 5 ans"] == found.numbers[ALL, "unknown"] == 1


def test_an_entry_without_any_address_and_one_of_a_minor_alone() -> None:
    rows = [elector("a", id_adresse=None, id_logement=None), elector("b", annee_naissance=2009)]
    connection = built(liste_electorale=rows)
    connection.execute("update members set presence = 'present', presence_reason = ''")
    connection.execute(attrition.ROLL_ENTRIES)
    found = connection.execute("select removed from roll_entries order by id_electeur").fetchall()
    assert found == [("no address",), ("no adult",)]


def test_the_older_of_two_entries_of_one_person_is_the_second() -> None:
    connection = warehouse(liste_electorale=[elector("a"), elector("b", date_inscription=D(2015, 1, 1))])
    build(connection, AS_OF, OPEN)
    connection.execute("update people set person_id = (select min(person_id) from people)")
    connection.execute("delete from residents where person_id <> (select min(person_id) from people)")
    connection.execute(attrition.ROLL_ENTRIES)
    asked = "select id_electeur, removed from roll_entries order by 1"
    assert connection.execute(asked).fetchall() == [("a", "second entry"), ("b", None)]


def test_somebody_who_objected_is_in_no_count_and_whoever_lives_with_them_is_left_in_peace() -> None:
    rows = [elector("a"), elector("b", id_logement="flat-a", opposition=True)]
    connection = built(liste_electorale=rows)
    asked = "select id_electeur, removed, reason, removed_known_on from roll_entries"
    assert connection.execute(asked).fetchall() == [("a", "left in peace", attrition.OBJECTION, None)]
    assert connection.execute(visiting.REMOVED, [0]).fetchall() == []
    assert connection.execute(visiting.DOORS, [0]).fetchall() == []


def test_nobody_at_a_dwelling_with_an_objection_is_listed_among_the_removed_not_even_the_dead() -> None:
    rows = [elector("a"), elector("b", id_logement="flat-a", opposition=True)]
    connection = built(liste_electorale=rows, deces_publics=[DEAD])
    assert connection.execute("select removed from roll_entries").fetchall() == [("deceased",)]
    assert connection.execute(visiting.REMOVED, [0]).fetchall() == []


def test_a_refusal_without_a_name_leaves_the_flat_in_peace() -> None:
    unnamed = visit("REFUS", cle_identite=None, id_logement="flat-a")
    connection = built(liste_electorale=[elector("a"), elector("b")], visites=[unnamed])
    assert (
        connection.execute("select household_id from roll_entries where removed = 'left in peace'").fetchall()
        != []
    )
    assert [row[1] for row in connection.execute(visiting.DOORS, [0]).fetchall()] == ["flat-b"]
    assert [row[3:] for row in connection.execute(visiting.REMOVED, [0]).fetchall()] == [
        ("left in peace", attrition.REFUSAL, D(2026, 9, 1))
    ]


@pytest.mark.parametrize(
    ("chance", "age", "more", "is_asked"),
    [
        (0.5, 80, {}, True),
        (0.96, 96, {}, True),
        (0.49, 80, {}, False),
        (0.9, 79, {}, False),
        (0.9, 80, {"visites": [visit("REFUS")]}, False),
    ],
)
def test_who_is_likely_but_not_surely_there_is_to_be_checked_and_not_listed(
    chance: float, age: int, more: dict[str, list[Row]], is_asked: bool
) -> None:
    connection = built(liste_electorale=[elector("a", annee_naissance=2026 - age)], **more)
    unsure = f"presence = 'unknown', presence_reason = 'silence', presence_known_on = date '2026-03-01', there_probability = {chance}"
    connection.execute(f"update members set {unsure}")
    connection.execute("delete from households")
    found = connection.execute(visiting.TO_CHECK, [80]).fetchall()
    assert [row[4:] for row in found] == ([(age, chance, "silence", D(2026, 3, 1))] if is_asked else [])
    assert connection.execute(visiting.DOORS, [80]).fetchall() == []


def test_nobody_is_to_be_checked_where_somebody_objected() -> None:
    roll = [elector("a", annee_naissance=1940), elector("b", id_logement="flat-a", opposition=True)]
    connection = built(liste_electorale=roll)
    connection.execute("update members set presence = 'unknown', there_probability = 0.9")
    assert connection.execute("select count(*) from members").fetchone() == (1,)
    assert connection.execute(visiting.TO_CHECK, [80]).fetchall() == []


def test_a_door_on_the_list_is_not_also_to_be_checked() -> None:
    connection = built(liste_electorale=[elector("a", annee_naissance=1940), elector("b", annee_naissance=1944, id_logement="flat-a")])  # fmt: skip
    assert len(connection.execute(visiting.DOORS, [80]).fetchall()) == 1
    connection.execute(
        "update members set presence = 'unknown', there_probability = 0.9 where annee_naissance = 1944"
    )
    assert connection.execute(visiting.TO_CHECK, [80]).fetchall() == []


@pytest.mark.parametrize(
    ("visits", "told"),
    [
        ([], (None, None)),
        ([visit("VU", date_visite=D(2026, 3, 1)), visit("ABSENT")], (D(2026, 9, 1), "ABSENT")),
        ([visit("VU"), visit("ABSENT", date_visite=D(2026, 3, 1))], (D(2026, 9, 1), "VU")),
        ([visit("VU"), visit("ABSENT", date_visite=D(2026, 11, 2))], (D(2026, 9, 1), "VU")),
        ([visit("VU", cle_identite="of-another")], (None, None)),
        ([visit("VU", id_adresse="street"), visit("ABSENT", id_adresse="earlier", date_visite=D(2026, 10, 1))], (D(2026, 9, 1), "VU")),
    ],
    ids=["nobody went", "met, then absent", "absent, then met", "not yet known", "another door", "an earlier address"],
)  # fmt: skip
def test_a_door_tells_its_last_visit(visits: list[Row], told: tuple[object, object]) -> None:
    found = built(liste_electorale=[elector("a")], visites=visits).execute(visiting.DOORS, [0]).fetchall()
    assert [row[-2:] for row in found] == [told]


def test_a_refusal_not_yet_known_changes_nothing() -> None:
    later = visit("REFUS", date_visite=D(2026, 11, 2))
    assert [row[0] for row in outcomes(liste_electorale=[elector("a")], visites=[later])] == [None]


@pytest.mark.parametrize(("day", "older"), [(D(2026, 12, 31), 0), (D(2027, 1, 1), 1), (D(2027, 12, 31), 1)])
def test_eighty_is_reached_on_the_first_of_january(day: D, older: int) -> None:
    found = counted(day=day, liste_electorale=[elector("a", annee_naissance=1947)])
    assert found.numbers[OLDER, "entries"] == found.numbers[OLDER, DOOR] == found.numbers[LISTED] == older
    assert found.numbers[ALL, "entries"] == 1


def test_a_couple_is_one_door_and_the_older_of_it_is_the_door_of_both_counts() -> None:
    rows = [elector("a", annee_naissance=1980), elector("b", id_logement="flat-a", annee_naissance=1940)]
    found = counted(liste_electorale=rows).numbers
    assert (found[ALL, "still there"], found[ALL, SHARED], found[ALL, DOOR]) == (2, 1, 1)
    assert (found[OLDER, "still there"], found[OLDER, SHARED], found[OLDER, DOOR]) == (1, 0, 1)


def test_a_door_that_only_another_register_knows_is_listed_and_told_apart() -> None:
    foreigner = lease("l", "z", sexe="M", annee_naissance=1931, id_adresse="far", id_logement="flat-z")
    found = counted(liste_electorale=[elector("a", annee_naissance=1940)], parc_social=[foreigner]).numbers
    assert (found[OLDER, DOOR], found[OTHERWISE], found[LISTED]) == (1, 1, 2)


def test_a_neighbourhood_is_that_of_the_roll_though_the_person_lives_in_another() -> None:
    newer = service("a", "SPORT", cle_identite="key-a", quartier="02", id_adresse="other", id_logement="other", date_dernier_usage=D(2026, 10, 1))  # fmt: skip
    found = counted(age=60, liste_electorale=[elector("a")], usages_services=[newer])
    assert found.quartiers == ("01",) and found.numbers[ALL, "in", "01", DOOR] == 1


SOMEBODY = st.fixed_dictionaries(
    {
        "born": st.sampled_from([None, 1930, 1946, 1947, 1990, 2010]),
        "flat": st.sampled_from([None, "1", "2", "3"]),
        "quartier": st.sampled_from([None, "01", "02"]),
        "has_address": st.booleans(),
        "objects": st.sampled_from([False, False, False, True]),
        "fate": st.sampled_from(["", "", "", "npai", "dead", "REFUS", "DEMENAGE", "ETABLISSEMENT", "VU"]),
    }
)


@pytest.mark.slow
@settings(max_examples=12, deadline=None)
@given(st.lists(SOMEBODY, max_size=24))
def test_the_counts_add_up_from_the_roll_to_the_doors(people: list[dict[str, object]]) -> None:
    add_up(people)


@pytest.mark.slow
@settings(max_examples=40, deadline=None)
@given(st.lists(SOMEBODY, max_size=14))
def test_they_add_up_in_many_small_towns(people: list[dict[str, object]]) -> None:
    add_up(people)


def add_up(people: list[dict[str, object]]) -> None:
    connection = warehouse(**_town(people))
    build(connection, AS_OF, OPEN)
    found = attrition.count(connection, 80)
    numbers = found.numbers
    for one in found.sums:
        assert numbers[one.total] == sum(numbers[key] for key in one.parts), one.total
    rows = connection.execute("select removed, age, household_id from roll_entries").fetchall()
    objected = connection.execute("select count(*) from latest_liste_electorale").fetchone()
    assert numbers[ALL, "entries"] == len(rows) == (objected or (0,))[0]
    for age, least in ((ALL, -1), (OLDER, 80)):
        there = [r for r in rows if r[0] is None and (age == ALL or (r[1] or 0) >= least)]
        assert numbers[age, DOOR] == len({r[2] for r in there})
        assert numbers[age, "still there"] == len(there)
        assert numbers[age, "entries"] - sum(numbers[age, r] for r in REMOVED) == len(there)
        lost = (LOST,) if age == OLDER else ("deceased", "establishment", "moved", "unknown", OTHERS)
        by_quartier = sum(numbers[age, "in", q, c] for q in found.quartiers for c in (*lost, DOOR))
        assert by_quartier == numbers[age, "entries"]
    assert numbers[LISTED] == len(connection.execute(visiting.DOORS, [80]).fetchall())
    assert not any(isinstance(n, int) and 0 < n < 11 for n in found.cells.values())


def _town(people: list[dict[str, object]]) -> dict[str, list[Row]]:
    roll: list[Row] = []
    visits: list[Row] = []
    dead: list[Row] = []
    for i, one in enumerate(people):
        place = {"id_adresse": "street", "id_logement": one["flat"]} if one["has_address"] else {"id_adresse": None, "id_logement": None}  # fmt: skip
        npai = D(2026, 5, 1) if one["fate"] == "npai" else None
        roll.append(elector(f"{i:02d}", annee_naissance=one["born"], quartier=one["quartier"], opposition=one["objects"], date_retour_npai=npai, **place))  # fmt: skip
        if one["fate"] == "dead":
            dead.append(DEAD | {"cle_identite": f"key-{i:02d}"})
        elif one["fate"] not in ("", "npai"):
            visits.append(visit(str(one["fate"]), id_visite=f"v{i}", cle_identite=f"key-{i:02d}"))
    return {"liste_electorale": roll, "visites": visits, "deces_publics": dead}
