"""Who is one person: pictures of each rule and guard, and the laws of linkage."""

import random
from datetime import date, timedelta

import duckdb
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from features import comparisons, frame, known, linkage, people
from features.conflicts import GUARDS
from features.laying import AMBIGUOUS
from tests.features.drawn import AS_OF, OPEN, Row, elector, lease, service, warehouse

D = date


def linked(
    connection: duckdb.DuckDBPyConnection, as_of: date = AS_OF
) -> tuple[set[frozenset[str]], people.Linkage]:
    """Persons as sets of record ids, and the counts."""
    known.open_views(connection, as_of, OPEN)
    counted = people.link(connection)
    return persons(connection), counted


def persons(connection: duckdb.DuckDBPyConnection) -> set[frozenset[str]]:
    rows = connection.execute("select list(record_id) from people group by person_id").fetchall()
    return {frozenset(ids) for (ids,) in rows}


def loose(**more: object) -> Row:
    """A user of a service who shares nothing but the place with the elector ``a``, unless ``more`` says so."""
    base: Row = {"cle_nom_adresse": None, "sexe": "F", "annee_naissance": 1950, "id_usager": "u"}
    return service("a", "SPORT", **(base | more))


TOGETHER, APART = {frozenset("au")}, {frozenset("a"), frozenset("u")}


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ({"cle_identite": "key-a", "id_adresse": "far", "id_logement": "far"}, TOGETHER),
        ({"cle_usage": "key-a", "id_adresse": "far", "id_logement": "far"}, TOGETHER),
        ({"cle_phonetique": "sound", "id_adresse": "far", "id_logement": "far"}, TOGETHER),
        ({"cle_nom_adresse": "door-a", "id_logement": None}, TOGETHER),
        ({"cle_nom_adresse": "door-a", "annee_naissance": None, "sexe": None}, TOGETHER),
        ({"cle_nom_adresse": "door-a", "id_adresse": None, "id_logement": None}, TOGETHER),
        ({"cle_nom_adresse": "door-a", "annee_naissance": 1951}, TOGETHER),
        ({"cle_nom_adresse": "door-a", "annee_naissance": 1962}, APART),
        ({"cle_nom_adresse": "misspelt"}, TOGETHER),
        ({"cle_nom_adresse": "misspelt", "annee_naissance": 1951}, APART),
        ({"cle_nom_adresse": "misspelt", "sexe": "M"}, APART),
        ({"cle_nom_adresse": "misspelt", "id_adresse": "far", "id_logement": "far"}, APART),
        ({"cle_nom_adresse": "misspelt", "cle_usage": "wed"}, TOGETHER),
        ({"cle_nom_adresse": "misspelt", "cle_identite": "other"}, APART),
        ({"cle_nom_adresse": "misspelt", "cle_phonetique": "other"}, APART),
        ({"cle_nom_adresse": "door-a", "cle_identite": "other"}, TOGETHER),
        ({"cle_identite": "key-a", "sexe": "M"}, TOGETHER),
        ({"cle_phonetique": "sound", "sexe": "M", "id_adresse": "far", "id_logement": "far"}, APART),
        ({}, TOGETHER),
        ({"annee_naissance": None}, APART),
    ],
    ids=[
        "identity elsewhere", "usage name is the other's birth name", "sound elsewhere", "name at the address", "name at the address alone",
        "the key holds the address", "a year apart", "a generation apart", "misspelt at the same flat", "misspelt and a year apart", "misspelt, other sex",
        "misspelt elsewhere", "married name", "another name and birth date", "another sound and birth date", "misspelt beside the name at the address", "a wrong tick", "a sound of the other sex", "no name at the same flat", "nothing but a flat",
    ],
)  # fmt: skip
def test_an_elector_and_a_user(more: Row, expected: set[frozenset[str]]) -> None:
    roll = [elector("a", cle_phonetique="sound")]
    assert linked(warehouse(liste_electorale=roll, usages_services=[loose(**more)]))[0] == expected


def test_a_misspelt_name_links_only_where_nobody_else_is_in_question() -> None:
    """Two women of one age at the flat: the one whose name was misspelt may be either."""
    roll = [elector("a"), elector("b", id_logement="flat-a")]
    misspelt = loose(cle_nom_adresse="misspelt")
    found, counted = linked(warehouse(liste_electorale=roll, usages_services=[misspelt]))
    assert found == {frozenset("a"), frozenset("b"), frozenset("u")}
    assert counted.doubts["too little speaks for it"] == 2


def test_in_a_large_building_the_age_and_sex_alone_link_nobody() -> None:
    crowd = [elector(f"c{i}", id_logement=None, annee_naissance=1900 + i) for i in range(60)]
    roll = [elector("a", id_logement=None), *crowd]
    users = [loose(cle_nom_adresse="misspelt", id_logement=None)]
    assert frozenset("u") in linked(warehouse(liste_electorale=roll, usages_services=users))[0]


def test_one_person_never_holds_two_entries_of_the_roll() -> None:
    """Twins: one sound, one birth date, one door, two entries."""
    twins = [elector("a", cle_phonetique="sound"), elector("b", cle_phonetique="sound", id_logement="flat-a")]
    found, counted = linked(warehouse(liste_electorale=twins))
    assert found == {frozenset("a"), frozenset("b")}
    assert counted.doubts["two entries of the roll"] == 1


def test_an_entry_that_replaced_another_is_the_same_person() -> None:
    rows = [elector("a", date_liste=D(2026, 3, 1)), elector("b", cle_identite="key-a")]
    assert linked(warehouse(liste_electorale=rows))[0] == {frozenset("ab")}
    lists = [
        elector("a", type_liste="PRINCIPALE"),
        elector("b", cle_identite="key-a", type_liste="MUNICIPALE"),
    ]
    assert linked(warehouse(liste_electorale=lists))[0] == {frozenset("ab")}, "two lists are two rolls"


def test_of_somebody_entered_twice_the_newer_entry_is_taken() -> None:
    old = elector("a", date_liste=D(2026, 3, 1), id_adresse="old", id_logement="old")
    rows = [old, old | {"date_liste": D(2026, 11, 1)}, elector("b", cle_identite="key-a")]
    dead = {"cle_identite": "key-a", "annee_naissance": 1950, "date_deces": D(2026, 9, 1)}
    found, counted = linked(warehouse(liste_electorale=rows, deces_publics=[dead]))
    assert found == {frozenset("a"), frozenset({"b", "key-a"})}
    assert counted.doubts["two entries of the roll"] == 2


def test_nobody_holds_two_leases_in_force_at_two_addresses() -> None:
    far = lease("m", "a", id_adresse="far", id_logement="far")
    assert linked(warehouse(parc_social=[lease("l", "a"), far]))[0] == {frozenset("l"), frozenset("m")}
    ended = far | {"date_sortie": D(2026, 10, 1)}
    assert linked(warehouse(parc_social=[lease("l", "a"), ended]))[0] == {frozenset("lm")}
    garage = far | {"id_adresse": "street"}
    assert linked(warehouse(parc_social=[lease("l", "a"), garage]))[0] == {frozenset("lm")}


def act(**more: object) -> Row:
    base: Row = {
        "id_evenement": "e",
        "type_evenement": "MARIAGE",
        "sexe": "F",
        "annee_naissance": 1950,
        "id_adresse": "street",
    }
    return (
        base
        | {
            "id_logement": "flat-a",
            "cle_nom_adresse": "door",
            "cle_nom_adresse_liee": "door",
            "sexe_liee": "F",
        }
        | more
    )


def test_both_sides_of_a_marriage_are_two_people() -> None:
    """Both took one name and share a first name: by the key of name and address they would be one."""
    connection = warehouse(etat_civil=[act()])
    linked(connection)
    (wife,) = connection.execute("select person_id from people").fetchall()
    assert connection.execute("select person_id from related").fetchall() != [wife]


def test_a_father_and_his_namesake_son_stay_apart_and_a_user_who_may_be_either_is_neither() -> None:
    father = elector("f", sexe="M", annee_naissance=1950, cle_nom_adresse="door", id_logement="flat")
    son = elector("s", sexe="M", annee_naissance=1980, cle_nom_adresse="door", id_logement="flat")
    either = loose(cle_nom_adresse="door", sexe="M", annee_naissance=None, id_logement="flat")
    found, counted = linked(warehouse(liste_electorale=[father, son], usages_services=[either]))
    assert found == {frozenset("f"), frozenset("s"), frozenset("u")}
    assert counted.doubts[AMBIGUOUS] == 2
    told = either | {"annee_naissance": 1980}
    assert linked(warehouse(liste_electorale=[father, son], usages_services=[told]))[0] == {
        frozenset("f"),
        frozenset("su"),
    }


@pytest.mark.parametrize(
    ("year", "expected"), [(1961, {frozenset("au")}), (1962, {frozenset("a"), frozenset("u")})]
)
def test_a_generation_begins_at_twelve_years(year: int, expected: set[frozenset[str]]) -> None:
    """The key says that it is one person; the years decide how far a typing error may go."""
    users = [loose(cle_identite="key-a", annee_naissance=year)]
    assert linked(warehouse(liste_electorale=[elector("a")], usages_services=users))[0] == expected


def test_the_spouse_named_in_a_death_act_is_found_by_name_and_address() -> None:
    death = act(
        type_evenement="DECES",
        annee_naissance=1948,
        sexe="M",
        cle_nom_adresse="door-m",
        cle_nom_adresse_liee="door-a",
    )
    connection = warehouse(liste_electorale=[elector("a")], etat_civil=[death])
    linked(connection)
    (widow,) = connection.execute("select person_id from people where record_id = 'a'").fetchall()
    assert connection.execute("select person_id from related").fetchall() == [widow]


def test_every_guard_is_a_promise_and_keeps_nothing_apart_in_an_empty_town() -> None:
    assert len({guard.name for guard in GUARDS}) == len(GUARDS) and all(guard.promise for guard in GUARDS)
    assert linked(warehouse())[0] == set()


def test_the_trained_parameters_are_those_of_the_declared_comparisons() -> None:
    """Whoever changes a level trains again."""
    trained, declared = linkage.model().settings, comparisons.settings()
    assert trained["blocking_rules_to_generate_predictions"] == [
        {"blocking_rule": rule, "sql_dialect": "duckdb"} for rule in comparisons.BLOCKING
    ]
    for found, wanted in zip(trained["comparisons"], declared["comparisons"], strict=True):
        pairs = zip(found["comparison_levels"], wanted["comparison_levels"], strict=True)
        assert all(a["sql_condition"] == b["sql_condition"] for a, b in pairs)
        for level in found["comparison_levels"]:
            if not level.get("is_null_level"):
                assert 0 < level["m_probability"] < 1 and 0 < level["u_probability"] < 1, level[
                    "label_for_charts"
                ]


@st.composite
def town(draw: st.DrawFn, most: int = 4) -> dict[str, list[Row]]:
    """A few people whose records come over three snapshots, with keys that are missing, misspelt or shared."""
    roll, users, leases = [], [], []
    for n in range(draw(st.integers(1, most))):
        flat = draw(st.sampled_from(("flat-0", "flat-1", None)))
        who: Row = {
            "annee_naissance": draw(st.sampled_from((1950, 1951, 1990))),
            "sexe": draw(st.sampled_from("FM")),
            "id_logement": flat,
        }
        for day in draw(st.lists(st.sampled_from((5, 8, 11)), unique=True)):
            roll.append(elector(str(n), date_liste=D(2026, day, 1), known_on=D(2026, day, 1), **who))
        day = D(2026, draw(st.sampled_from((5, 8, 11))), 1)
        keys: Row = {
            "cle_identite": draw(st.sampled_from((f"key-{n}", None))),
            "cle_nom_adresse": draw(st.sampled_from((f"door-{n}", "door-0", "misspelt"))),
        }
        users.append(
            service(str(n), "SPORT", id_usager=f"u{n}", date_arrete=day, known_on=day, **(who | keys))
        )
        if draw(st.booleans()):
            leases.append(lease(f"l{n}", str(n), date_arrete=day, known_on=day, **who))
    return {"liste_electorale": roll, "usages_services": users, "parc_social": leases}


def links_as_from_nothing(sources: dict[str, list[Row]], seed: int) -> None:
    connection = warehouse(**sources)
    linked(connection, D(2026, 6, 1))
    for day in (D(2026, 9, 1), AS_OF):
        known.open_views(connection, day, OPEN)
        people.name_further(connection)
    further = (persons(connection), _ids(connection), _doubts(connection))
    linked(connection)
    assert further == (persons(connection), _ids(connection), _doubts(connection))


def order_says_nothing(sources: dict[str, list[Row]], seed: int) -> None:
    connection = warehouse(**sources)
    linked(connection)
    shuffled = {source: random.Random(seed).sample(rows, len(rows)) for source, rows in sources.items()}
    other = warehouse(**shuffled)
    linked(other)
    assert (_ids(connection), _doubts(connection)) == (_ids(other), _doubts(other))


def unknown_links_nobody(sources: dict[str, list[Row]], seed: int) -> None:
    day = D(2026, 9, 1)
    past = {source: [row for row in rows if row["known_on"] < day] for source, rows in sources.items()}  # type: ignore[operator]
    known_then, all_of_it = warehouse(**past), warehouse(**sources)
    linked(known_then, day), linked(all_of_it, day)
    assert _ids(known_then) == _ids(all_of_it)


def persons_add_up(sources: dict[str, list[Row]], seed: int) -> None:
    connection = warehouse(**sources)
    built = frame.build(connection, AS_OF, OPEN)
    records = {
        row[key]
        for source, key in (
            ("liste_electorale", "id_electeur"),
            ("usages_services", "id_usager"),
            ("parc_social", "id_bail"),
        )
        for row in sources[source]
    }
    ids = [record for _, record, _ in _ids(connection)]
    assert sorted(ids) == sorted(records, key=str)
    assert (
        built.linkage.records == len(records) == sum(n * k for n, k in built.linkage.clusters_by_size.items())
    )
    assert (
        sum(built.by_presence.values())
        == built.persons_with_place
        <= built.persons
        == sum(built.linkage.clusters_by_size.values())
    )


def law(examples: int) -> settings:
    return settings(max_examples=examples, deadline=None, suppress_health_check=[HealthCheck.too_slow])


LAWS = {
    "a new delivery links as if everything were linked from nothing": links_as_from_nothing,
    "the order of rows says nothing": order_says_nothing,
    "what is not yet known links nobody": unknown_links_nobody,
    "every record is one person, and persons add up": persons_add_up,
}


@pytest.mark.parametrize(
    "holds",
    [
        pytest.param(
            name, marks=pytest.mark.slow if LAWS[name] in (links_as_from_nothing, order_says_nothing) else ()
        )
        for name in LAWS
    ],
)
@law(6)
@given(sources=town(most=8), seed=st.integers(0, 99))
def test_a_law_of_linkage(holds: str, sources: dict[str, list[Row]], seed: int) -> None:
    """Splink takes as long to start as it takes for thirty people: few towns, but of some size."""
    LAWS[holds](sources, seed)


@pytest.mark.slow
@pytest.mark.parametrize("holds", LAWS)
@law(15)
@given(sources=town(), seed=st.integers(0, 99))
def test_a_law_of_linkage_in_many_small_towns(holds: str, sources: dict[str, list[Row]], seed: int) -> None:
    LAWS[holds](sources, seed)


def _ids(connection: duckdb.DuckDBPyConnection) -> list[tuple[str, str, str]]:
    return connection.execute("from people order by all").fetchall()


def _doubts(connection: duckdb.DuckDBPyConnection) -> list[tuple[object, ...]]:
    return connection.execute(
        "select * exclude (weight), round(weight, 6) from link_doubts order by all"
    ).fetchall()


def test_a_merge_since_the_earlier_day_is_reported_and_the_older_name_stays() -> None:
    """The user was known by a door only; the lease that came later names both."""
    rows = {
        "liste_electorale": [
            elector("a", cle_nom_adresse="old", id_adresse="old", id_logement="old", date_liste=D(2026, 5, 1))
        ]
    }
    user = service(
        "a", "SPORT", id_usager="u", id_logement="flat-a", date_arrete=D(2026, 5, 2), known_on=D(2026, 5, 2)
    )
    bridge = lease("l", "a", cle_nom_adresse="door-a", date_arrete=D(2026, 10, 1), known_on=D(2026, 10, 1))
    connection = warehouse(**rows, usages_services=[user], parc_social=[bridge])
    before, _ = linked(connection, AS_OF - timedelta(days=60))
    assert before == {frozenset("a"), frozenset("u")}
    (name,) = connection.execute("select person_id from people where record_id = 'a'").fetchall()
    known.open_views(connection, AS_OF, OPEN)
    people.name_further(connection)
    counted = people.counted(connection, is_further=True)
    assert persons(connection) == {frozenset("aul")} and (counted.merged, counted.split) == (1, 0)
    assert connection.execute("select distinct person_id from people").fetchall() == [name]
