"""Pictures of who lives with whom and who is still there."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from features import frame
from features.cells import Sum
from tests.features.attacker import told_apart
from tests.features.drawn import (
    AS_OF,
    OPEN,
    Row,
    build,
    elector,
    households,
    lease,
    presence,
    service,
    warehouse,
)


def test_two_at_one_flat_are_one_household() -> None:
    assert households(warehouse(liste_electorale=[elector("a"), elector("b", id_logement="flat-a")])) == [
        {"a", "b"}
    ]


def test_strangers_of_one_building_are_never_merged() -> None:
    unknown = {"id_logement": None}
    assert households(warehouse(liste_electorale=[elector("a", **unknown), elector("b", **unknown)])) == [
        {"a"},
        {"b"},
    ]


def test_a_flat_that_another_register_knows_completes_the_roll() -> None:
    rows = [elector("a", id_logement=None), elector("b", id_logement="flat-a")]
    assert households(warehouse(liste_electorale=rows, parc_social=[lease("l", "a", nb_occupants=2)])) == [
        {"a", "b"}
    ]


def test_a_lease_in_force_outweighs_an_old_roll_address() -> None:
    connection = warehouse(
        liste_electorale=[elector("a")],
        parc_social=[lease("l", "a", id_adresse="new street", id_logement="new flat")],
    )
    build(connection, AS_OF, OPEN)
    assert connection.execute("select id_logement from residents").fetchall() == [("new flat",)]


@pytest.mark.parametrize(
    ("rows", "alone", "strength"),
    [
        ({"liste_electorale": [elector("a")], "parc_social": [lease("l", "a")]}, True, "known"),
        (
            {"liste_electorale": [elector("a")], "parc_social": [lease("l", "a", nb_occupants=3)]},
            False,
            "known",
        ),
        ({"liste_electorale": [elector("a", annee_naissance=1940)]}, True, "likely"),
        ({"liste_electorale": [elector("a"), elector("b", id_logement="flat-a")]}, False, "likely"),
        ({"liste_electorale": [elector("a", id_logement=None)]}, None, "cannot be known"),
    ],
)
def test_living_alone_carries_its_strength(
    rows: dict[str, list[Row]], alone: bool | None, strength: str
) -> None:
    connection = warehouse(**rows)
    build(connection, AS_OF, OPEN)
    assert connection.execute("select lives_alone, lives_alone_strength from households").fetchall() == [
        (alone, strength)
    ]


@pytest.mark.parametrize(
    ("expected", "sources"),
    [
        (("present", ""), {}),
        (
            ("deceased", "public death file"),
            {"deces_publics": [{"cle_identite": "key-a", "date_deces": date(2026, 9, 1)}]},
        ),
        (
            ("establishment", "address of an establishment"),
            {"etablissements": [{"id_adresse": "street", "type": "EHPAD"}]},
        ),
        (("present", ""), {"etablissements": [{"id_adresse": "street", "type": "RESIDENCE_AUTONOMIE"}]}),
        (
            ("deceased", "visit: deceased"),
            {
                "visites": [
                    {
                        "id_visite": "v",
                        "cle_identite": "key-a",
                        "date_visite": date(2026, 9, 1),
                        "issue": "DECEDE",
                    }
                ]
            },
        ),
        (
            ("moved", "visit: has moved"),
            {
                "visites": [
                    {
                        "id_visite": "v",
                        "cle_identite": "key-a",
                        "date_visite": date(2026, 9, 1),
                        "issue": "DEMENAGE",
                    }
                ]
            },
        ),
        (
            ("present", ""),
            {
                "visites": [
                    {
                        "id_visite": "v",
                        "cle_identite": "key-a",
                        "date_visite": date(2026, 9, 1),
                        "issue": "ABSENT",
                    }
                ]
            },
        ),
        (
            ("moved", "end of lease"),
            {"parc_social": [lease("l", "a", date_entree=date(2011, 1, 1), date_sortie=date(2026, 8, 1))]},
        ),
    ],
)
def test_presence(expected: tuple[str, str], sources: dict[str, list[Row]]) -> None:
    assert presence(warehouse(liste_electorale=[elector("a")], **sources)) == expected


def test_returned_mail_means_moved_until_a_newer_place_says_otherwise() -> None:
    returned = elector("a", date_retour_npai=date(2026, 3, 1))
    assert presence(warehouse(liste_electorale=[returned])) == ("moved", "mail returned")
    newer = service("a", "SPORT", cle_identite="key-a", date_dernier_usage=date(2026, 9, 1))
    assert presence(warehouse(liste_electorale=[returned], usages_services=[newer])) == ("present", "")


def test_a_usage_name_links_where_it_equals_the_other_registers_identity() -> None:
    married = lease("l", "x", cle_identite="key-usage", id_logement="flat-a")
    assert households(
        warehouse(liste_electorale=[elector("a", cle_usage="key-usage")], parc_social=[married])
    ) == [{"a", "usage"}]


def test_an_objection_by_one_key_removes_every_record_of_the_person() -> None:
    connection = warehouse(
        liste_electorale=[elector("a", cle_usage="used"), elector("b")],
        usages_services=[service("a", "SPORT")],
        oppositions=[{"cle_identite": "key-a"}],
    )
    assert households(connection) == [{"b"}]
    assert connection.execute("select count(*) from people").fetchall() == [(1,)]


def test_an_objection_reaches_records_two_keys_away() -> None:
    """The service knows the old door only; the old and the new entry of the roll join it to the objected key."""
    rows = [
        elector("a", cle_nom_adresse="old door"),
        elector("b", cle_identite="key-a", cle_nom_adresse="new door"),
    ]
    used = service("z", "SPORT", cle_nom_adresse="old door", id_adresse="old street", id_logement="old flat")
    connection = warehouse(
        liste_electorale=rows, usages_services=[used], oppositions=[{"cle_nom_adresse": "new door"}]
    )
    build(connection, AS_OF, OPEN)
    assert connection.execute("select count(*) from people").fetchall() == [(0,)]


def test_an_objection_by_the_dwelling_reaches_records_that_do_not_name_it() -> None:
    connection = warehouse(
        liste_electorale=[elector("a", id_logement=None), elector("b")],
        parc_social=[lease("l", "a")],
        oppositions=[{"id_logement": "flat-a"}],
    )
    assert households(connection) == [{"b"}]


def test_whoever_lives_with_an_objector_is_left_in_peace_too() -> None:
    """Alone on paper, since the partner's rows are gone: the reason would be false and the visit would reach the objector."""
    pair = [elector("a"), elector("b", id_logement="flat-a"), elector("c")]
    connection = warehouse(liste_electorale=pair, oppositions=[{"cle_identite": "key-a"}])
    built = build(connection, AS_OF, OPEN)
    assert (built.households, built.households_left_in_peace) == (1, 1)


@pytest.mark.parametrize(
    ("cells", "shown"),
    [
        ({"a": 15, "b": 4, "c": 30}, {"a": "hidden", "b": "hidden", "c": 30}),
        ({"a": 5, "b": 4, "c": 30, "d": 20}, {"a": "hidden", "b": "hidden", "c": 30, "d": "hidden"}),
        ({"a": 10, "b": 10, "c": 30}, {"a": "hidden", "b": "hidden", "c": "hidden"}),
        ({"a": 1, "b": 10, "c": 2, "d": 30}, {"a": "hidden", "b": "hidden", "c": "hidden", "d": "hidden"}),
        ({"a": 1, "b": 11, "c": 30}, {"a": "hidden", "b": "hidden", "c": 30}),
        ({"a": 15, "b": 0, "c": 30}, {"a": 15, "b": 0, "c": 30}),
        ({"a": 3}, {"a": "hidden"}),
    ],
)
def test_a_small_cell_cannot_be_solved_back_from_the_total(
    cells: dict[str, int], shown: dict[str, object]
) -> None:
    assert frame.published(cells) == shown


@given(st.lists(st.integers(0, 40), min_size=2, max_size=6))
def test_beside_their_sum_each_small_cell_might_be_ten_more(drawn: list[int]) -> None:
    """Unless there is nothing left to hide."""
    numbers = {(str(place),): n for place, n in enumerate(drawn)} | {("all",): sum(drawn)}
    told = {
        **frame.published({key: n for key, n in numbers.items() if key != ("all",)}),
        ("all",): sum(drawn),
    }
    apart = told_apart(numbers, told, [Sum(total=("all",), parts=tuple(k for k in told if k != ("all",)))])
    assert not apart or all(n in (0, "hidden") for key, n in told.items() if key != ("all",))


@pytest.mark.slow
def test_household_id_stays_while_a_member_and_the_dwelling_stay() -> None:
    days = [date(2026, month, 1) for month in range(5, 12)]
    rows = [elector("a", date_liste=d) for d in days[:4]] + [
        elector("b", id_logement="flat-a", date_liste=d) for d in days[2:]
    ]
    connection = warehouse(liste_electorale=rows)
    ids = set()
    for day in days:
        build(connection, day + timedelta(days=1), OPEN)
        ids |= {row[0] for row in connection.execute("select household_id from households").fetchall()}
    assert len(ids) == 1


def test_nobody_is_in_two_households_and_persons_add_up() -> None:
    rows = [elector(str(i), id_logement=f"flat-{i // 2}") for i in range(10)]
    connection = warehouse(liste_electorale=rows, parc_social=[lease("l", "3", id_logement="flat-1")])
    built = build(connection, AS_OF, OPEN)
    once = connection.execute(
        "select count(*), count(distinct person_id), count(distinct household_id) from members"
    ).fetchone()
    assert once == (10, 10, 5)
    assert sum(built.by_presence.values()) == built.persons == 10


def test_a_statement_names_the_registers_of_the_last_snapshots_and_their_newest_day() -> None:
    left = elector("a", date_liste=date(2026, 9, 1), known_on=date(2026, 9, 1))
    stays = elector("b", date_liste=date(2026, 10, 1), known_on=date(2026, 10, 1), id_logement="flat-a")
    seen: Row = {"date_arrete": date(2026, 10, 20), "date_dernier_usage": date(2026, 10, 19)}
    used = service("a", "AIDE_DOMICILE", cle_identite="key-a", **seen)
    connection = warehouse(liste_electorale=[left, stays], usages_services=[used])
    build(connection, AS_OF, OPEN)
    said = connection.execute("select members_source, members_known_on, lease_source from households")
    assert said.fetchall() == [("liste_electorale+usages_services", date(2026, 10, 20), None)]
    alone = warehouse(usages_services=[used], liste_electorale=[left, stays | {"id_logement": "flat-b"}])
    build(alone, AS_OF, OPEN)
    found = alone.execute("select members_source from households order by 1").fetchall()
    assert found == [("liste_electorale",), ("usages_services",)]


def test_a_town_of_which_nothing_is_known_yet_has_no_household() -> None:
    built = build(warehouse(liste_electorale=[elector("a")]), date(2020, 1, 1), OPEN)
    assert (built.persons, built.households) == (0, 0)


def test_mail_returned_from_an_old_address_says_nothing_about_the_new_one() -> None:
    returned = elector("a", date_retour_npai=date(2026, 3, 1))
    elsewhere = lease("l", "a", id_adresse="new street", id_logement="new flat", date_entree=date(2025, 1, 1))
    assert presence(warehouse(liste_electorale=[returned], parc_social=[elsewhere])) == ("present", "")
