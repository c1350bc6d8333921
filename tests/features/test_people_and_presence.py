"""The borders of who is one person, who lives with whom and who is still there."""

from datetime import date, timedelta

import pytest

from features import frame, label
from features.frame import SMALLEST_CELL, protected
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

D = date


def test_a_key_of_two_persons_names_neither() -> None:
    rows = [elector("a", cle_phonetique="sound"), elector("b", cle_phonetique="sound")]
    connection = warehouse(liste_electorale=rows)
    build(connection, AS_OF, OPEN)
    assert connection.execute("select * from person_keys where key = 'sound'").fetchall() == []


def test_a_person_keeps_the_name_of_the_first_record_when_others_come() -> None:
    rows = [elector("z", date_liste=D(2026, 5, 1)), elector("z", date_liste=D(2026, 10, 1))]
    connection = warehouse(liste_electorale=rows, parc_social=[lease("a", "z")])
    names = set()
    for day in (D(2026, 6, 1), AS_OF):
        build(connection, day, OPEN)
        names |= set(connection.execute("select person_id from residents").fetchall())
    assert len(names) == 1


def place(**sources: list[Row]) -> tuple[object, ...]:
    connection = warehouse(**sources)
    build(connection, AS_OF, OPEN)
    rows = connection.execute("select id_adresse, id_logement from residents").fetchall()
    assert len(rows) == 1
    return tuple(rows[0])


def test_a_lease_in_force_outweighs_newer_evidence_and_an_ended_one_does_not() -> None:
    newer = service(
        "a", "SPORT", date_dernier_usage=D(2026, 10, 1), id_adresse="club street", id_logement="club flat"
    )
    home = lease("l", "a", id_adresse="home street", id_logement="home flat")
    roll = [elector("a")]
    assert place(liste_electorale=roll, parc_social=[home], usages_services=[newer])[0] == "home street"
    ended = home | {"date_sortie": D(2026, 6, 1)}
    assert place(liste_electorale=roll, parc_social=[ended], usages_services=[newer])[0] == "club street"


def test_of_two_flats_at_one_address_the_newest_completes_the_place() -> None:
    flats = [
        service("a", "SPORT", id_logement="old flat", date_dernier_usage=D(2020, 1, 1)),
        service("a", "TRANSPORT", id_logement="new flat", date_dernier_usage=D(2026, 1, 1)),
        service("a", "AIDE_DOMICILE", id_logement=None, date_dernier_usage=D(2026, 9, 1)),
    ]
    roll = [elector("a", id_logement=None)]
    assert place(liste_electorale=roll, usages_services=flats) == ("street", "new flat")


def statement(**sources: list[Row]) -> list[tuple[object, ...]]:
    connection = warehouse(**sources)
    build(connection, AS_OF, OPEN)
    return connection.execute(
        "select lives_alone, lives_alone_strength, oldest_age, is_data_thin from households"
    ).fetchall()


@pytest.mark.parametrize(
    ("year", "adults"), [(2008, 2), (2009, 1), (None, 2)], ids=["18", "17", "age unknown"]
)
def test_who_is_18_or_of_unknown_age_counts_as_an_adult(year: int | None, adults: int) -> None:
    other = elector("b", id_logement="flat-a", annee_naissance=year)
    connection = warehouse(liste_electorale=[elector("a"), other])
    build(connection, AS_OF, OPEN)
    assert connection.execute("select adults from households").fetchall() == [(adults,)]


def test_minors_alone_are_no_household() -> None:
    assert statement(liste_electorale=[elector("a", annee_naissance=2015)]) == []


def test_of_two_leases_in_force_only_the_one_at_the_persons_own_address_says_who_lives_there() -> None:
    here = lease("l", "a", date_entree=D(2020, 1, 1))
    elsewhere = lease("m", "a", id_adresse="old street", id_logement="old flat", nb_occupants=4)
    found = statement(liste_electorale=[elector("a")], parc_social=[here, elsewhere])
    assert [row[:2] for row in found] == [(True, "known")], (
        "the older of two leases is of a home that was left"
    )


def test_an_old_lease_that_ended_before_the_person_was_seen_again_says_nothing() -> None:
    again = service("a", "SPORT", cle_identite="key-a", date_dernier_usage=D(2026, 10, 1))
    ended = lease("l", "a", date_sortie=D(2026, 6, 1), nb_occupants=4)
    found = statement(liste_electorale=[elector("a")], parc_social=[ended], usages_services=[again])
    assert found[0][:2] == (None, "cannot be known")


def test_one_register_alone_is_thin_and_two_are_not() -> None:
    assert statement(liste_electorale=[elector("a")])[0][3] is True
    used = [service("a", "SPORT")]
    assert statement(liste_electorale=[elector("a")], usages_services=used)[0][3] is False


def test_men_only_needs_every_member_to_be_a_man() -> None:
    rows = [elector("a", sexe="M"), elector("b", id_logement="flat-a")]
    connection = warehouse(liste_electorale=rows)
    build(connection, AS_OF, OPEN)
    assert connection.execute("select is_men_only from households").fetchall() == [(False,)]


def test_a_new_household_in_the_same_flat_has_a_new_name() -> None:
    """The first left before the second came: one dwelling, two chains, two households."""
    rows = [
        elector("a", date_liste=D(2026, 3, 1)),
        elector("b", id_logement="flat-a", date_liste=D(2026, 9, 1)),
    ]
    connection = warehouse(liste_electorale=rows)
    names = []
    for day in (D(2026, 4, 1), AS_OF):
        build(connection, day, OPEN)
        names += connection.execute("select household_id from households").fetchall()
    assert len(names) == len(set(names)) == 2


def test_an_ended_lease_does_not_keep_a_chain_of_stays_unbroken() -> None:
    """The landlord still lists the lease in September, but it ended in April and the next one came in June."""
    ended = lease("l", "a", date_arrete=D(2026, 9, 1), date_sortie=D(2026, 4, 1))
    young = {"id_logement": "flat-a", "annee_naissance": 1990}
    rows = [elector("b", date_liste=D(2026, m, 1), **young) for m in (6, 11)]
    leases = [lease("l", "a", date_arrete=D(2026, 3, 1)), ended]
    connection = warehouse(liste_electorale=rows, parc_social=leases)
    names = []
    for day in (D(2026, 4, 1), AS_OF):
        build(connection, day, OPEN)
        names += connection.execute("select household_id from households").fetchall()
    assert len(names) == len(set(names)) == 2


def visit(issue: str, **more: object) -> Row:
    base: Row = {"id_visite": "v", "cle_identite": "key-a", "date_visite": D(2026, 9, 1), "issue": issue}
    return base | more


DEAD: Row = {"cle_identite": "key-a", "date_deces": D(2026, 1, 1), "date_fichier": D(2026, 2, 1)}
HOME: Row = {"id_adresse": "street", "type": "EHPAD"}
ENDED = lease("l", "a", date_entree=D(2011, 1, 1), date_sortie=D(2026, 8, 1))


@pytest.mark.parametrize(
    ("expected", "sources"),
    [
        ("deceased", {"deces_publics": [DEAD], "etablissements": [HOME], "parc_social": [ENDED]}),
        ("establishment", {"etablissements": [HOME], "parc_social": [ENDED]}),
        ("establishment", {"visites": [visit("ETABLISSEMENT")], "parc_social": [ENDED]}),
        (
            "deceased",
            {"visites": [visit("DECEDE"), visit("DEMENAGE", id_visite="w", date_visite=D(2026, 10, 1))]},
        ),
        ("establishment", {"etablissements": [HOME | {"type": "HOPITAL"}]}),
        ("present", {"etablissements": [HOME | {"type": "FOYER"}]}),
        ("present", {"visites": [visit("INTROUVABLE")]}),
        ("present", {"visites": [visit("REFUS")]}),
    ],
)
def test_the_graver_cause_wins_whatever_its_date(expected: str, sources: dict[str, list[Row]]) -> None:
    assert presence(warehouse(liste_electorale=[elector("a")], **sources))[0] == expected


@pytest.mark.parametrize("issue", ["DECEDE", "ETABLISSEMENT"])
def test_a_newer_place_outweighs_a_move_but_neither_death_nor_an_establishment(issue: str) -> None:
    newer = service("a", "SPORT", cle_identite="key-a", date_dernier_usage=D(2026, 10, 1))
    rows = warehouse(liste_electorale=[elector("a")], usages_services=[newer], visites=[visit(issue)])
    assert presence(rows)[0] == {"DECEDE": "deceased", "ETABLISSEMENT": "establishment"}[issue]


@pytest.mark.parametrize(("days", "expected"), [(0, "moved"), (1, "present")])
def test_a_place_of_the_same_day_does_not_outweigh_a_move(days: int, expected: str) -> None:
    seen = service(
        "a", "SPORT", cle_identite="key-a", date_dernier_usage=D(2026, 9, 1) + timedelta(days=days)
    )
    rows = warehouse(liste_electorale=[elector("a")], usages_services=[seen], visites=[visit("DEMENAGE")])
    assert presence(rows)[0] == expected


def test_the_latest_of_two_signs_of_a_move_is_weighed_against_the_place() -> None:
    """A place of June outweighs mail of March, but not a visit of September."""
    seen = service("a", "SPORT", cle_identite="key-a", date_dernier_usage=D(2026, 6, 1))
    roll = [elector("a", date_retour_npai=D(2026, 3, 1))]
    rows = warehouse(liste_electorale=roll, usages_services=[seen], visites=[visit("DEMENAGE")])
    assert presence(rows) == ("moved", "visit: has moved")


def test_a_lease_that_ended_elsewhere_says_nothing_about_here() -> None:
    elsewhere = lease("l", "a", id_adresse="old street", id_logement="old", date_sortie=D(2026, 8, 1))
    here = elector("a", date_inscription=D(2026, 5, 1))
    assert presence(warehouse(liste_electorale=[here], parc_social=[elsewhere])) == ("present", "")


@pytest.mark.parametrize("key", ["cle_usage", "cle_nom_adresse"])
def test_the_door_finds_its_person_by_any_key(key: str) -> None:
    roll = [elector("a", cle_usage="used", cle_nom_adresse="door")]
    named: Row = {"cle_identite": None, key: {"cle_usage": "used", "cle_nom_adresse": "door"}[key]}
    assert presence(warehouse(liste_electorale=roll, visites=[visit("DEMENAGE", **named)]))[0] == "moved"


def test_a_couple_in_one_flat_is_one_household_and_neighbours_are_two() -> None:
    rows = [elector("a"), elector("b", id_logement="flat-a"), elector("c")]
    assert households(warehouse(liste_electorale=rows)) == [{"a", "b"}, {"c"}]


def test_a_label_needs_somebody_who_is_present_and_takes_any_key() -> None:
    gone = elector("b", id_logement="flat-a", date_retour_npai=D(2026, 3, 1))
    connection = warehouse(
        liste_electorale=[elector("a", cle_usage="used"), gone],
        visites=[
            visit("VU", cle_identite=None, cle_usage="used"),
            visit("VU", id_visite="w", cle_identite="key-b"),
        ],
    )
    build(connection, AS_OF, OPEN)
    met = label.outcomes(connection, label.visits(connection))
    assert label.of_households(connection, met, AS_OF)["id_visite"].tolist() == ["v"]


@pytest.mark.parametrize(("count", "shown"), [(0, 0), (1, "<11"), (10, "<11"), (11, 11), (12, 12)])
def test_ten_people_are_hidden_and_eleven_are_shown(count: int, shown: int | str) -> None:
    assert protected(count) == shown
    assert SMALLEST_CELL == 11


def test_every_count_of_people_in_the_frame_is_protected() -> None:
    """Ten who have left, ten without an address: what is published says neither ten nor less, and of 32 it would be both tens if the twelve were told."""
    rows = [elector(f"p{i}") for i in range(12)]
    rows += [elector(f"q{i}", date_retour_npai=D(2026, 3, 1)) for i in range(10)]
    rows += [elector(f"r{i}", id_adresse=None, id_logement=None) for i in range(10)]
    connection = warehouse(liste_electorale=rows, usages_services=[service("p0", "SPORT")])
    told = build(connection, AS_OF, OPEN).as_json()
    shown = {row["presence"]: row["persons"] for row in told["presence"]}  # type: ignore[attr-defined]
    assert shown == {"present": "hidden", "moved": "hidden", "unknown": "hidden"}
    assert told["linkage"]["clusters_by_size"] == {"1+": 32}  # type: ignore[index]


@pytest.mark.parametrize(
    ("sizes", "told"),
    [
        ({1: 1873, 2: 1041, 3: 166, 4: 6}, {"1": 1873, "2": 1041, "3+": 172}),
        ({1: 1873, 2: 1041, 3: 166, 4: 11}, {"1": 1873, "2": 1041, "3": 166, "4": 11}),
        ({1: 500, 2: 4, 3: 90, 4: 3}, {"1": 500, "2+": 97}),
        ({1: 12, 2: 3, 3: 2}, {"1+": 17}),
        ({1: 4}, {"1+": 4}),
        ({}, {}),
    ],
)
def test_of_the_largest_clusters_no_size_can_be_worked_out(
    sizes: dict[int, int], told: dict[str, int]
) -> None:
    """Persons and records would be two equations for two hidden sizes; records are told in hundreds, and small sizes together with their neighbours."""
    assert frame.pooled(sizes) == told


def test_the_label_asks_every_network_of_the_contract() -> None:
    from data_contracts import contract

    promised = {c.name for c in contract.load("visites").columns if c.name.startswith("reseau_")}
    assert set(label.NETWORKS) == promised and len(promised) == 5
