"""The law that matters most: no fact known on or after ``as_of`` moves any factor, whatever it says."""

from datetime import date, timedelta
from functools import cache

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from features import label, matrix
from features.catalogue import usable
from tests.features.drawn import AS_OF, OPEN, Row, build, elector, insert, lease, service, warehouse

EDGES = (0, 1, 2, 30, 89, 90, 91, 364, 365, 366, 729, 730, 731)
FACTORS = usable(OPEN, {"sex_as_feature": True})
days_before = st.sampled_from(EDGES).map(lambda n: AS_OF - timedelta(days=n))
not_yet_known = st.sampled_from(EDGES).map(lambda n: AS_OF + timedelta(days=n))


VISIT: Row = {
    "id_visite": "x",
    "cle_identite": "key-b",
    "id_adresse": "street",
    "date_visite": date(2026, 9, 1),
    "issue": "VU",
}


def past() -> list[tuple[str, Row]]:
    """A little town of which everything was known in time, and where two were visited."""
    return [
        *(("liste_electorale", elector(r)) for r in "abc"),
        ("parc_social", lease("l", "a", tranche_ressources="M20", nb_occupants=1)),
        ("usages_services", service("b", "CLUB_SENIORS", date_dernier_usage=date(2026, 10, 20))),
        ("usages_services", service("c", "PORTAGE_REPAS", origine="FAMILLE")),
        ("liste_electorale", elector("b", date_liste=date(2026, 6, 1))),
        ("visites", VISIT),
        ("visites", VISIT | {"id_visite": "y", "cle_identite": "key-d", "issue": "DEMENAGE"}),
        (
            "registre_vulnerables",
            {
                "id_inscrit": "r",
                "cle_identite": "key-c",
                "sexe": "F",
                "id_adresse": "street",
                "id_logement": "flat-c",
            },
        ),
    ]


@st.composite
def future_fact(draw: st.DrawFn) -> tuple[str, Row]:
    """Something about somebody, dated anywhere, but known on ``as_of`` or later."""
    known = draw(not_yet_known)
    when = draw(days_before)
    who = draw(st.sampled_from("abcd"))
    facts: list[tuple[str, Row]] = [
        (
            "liste_electorale",
            elector(who, date_liste=known, id_logement="flat-a", annee_naissance=1930, date_retour_npai=when),
        ),
        (
            "parc_social",
            lease(
                "n",
                who,
                date_arrete=known,
                date_entree=when,
                activite_titulaire="CHOMAGE",
                tranche_ressources="M20",
            ),
        ),
        ("parc_social", lease("l", "a", date_arrete=known, nb_occupants=4, type_menage="MONOPARENTAL")),
        ("usages_services", service(who, "AIDE_FACULTATIVE", date_arrete=known, date_dernier_usage=when)),
        ("usages_services", service(who, "CLUB_SENIORS", date_arrete=known, date_fin=when)),
        ("usages_services", service(who, "TRANSPORT", date_arrete=known, date_debut=when)),
        (
            "registre_vulnerables",
            {
                "id_inscrit": "q",
                "cle_identite": f"key-{who}",
                "sexe": "F",
                "id_adresse": "street",
                "date_arrete": known,
            },
        ),
        ("deces_publics", {"cle_identite": f"key-{who}", "date_deces": when, "date_fichier": known}),
        (
            "visites",
            {"id_visite": "v", "cle_identite": f"key-{who}", "date_visite": known, "issue": "DEMENAGE"},
        ),
        ("etablissements", {"id_adresse": "street", "type": "EHPAD", "known_on": known}),
        (
            "etat_civil",
            {
                "id_evenement": "e",
                "type_evenement": "DECES",
                "date_evenement": when,
                "date_acte": when,
                "date_transcription": known,
                "known_on": known,
                "lien": "CONJOINT",
                "cle_identite_liee": f"key-{who}",
                "accord_contact": "O",
            },
        ),
        (
            "etat_civil",
            {
                "id_evenement": "f",
                "type_evenement": "DECES",
                "date_evenement": when,
                "date_acte": when,
                "date_transcription": known,
                "known_on": known,
                "cle_identite": f"key-{who}",
                "accord_contact": "O",
            },
        ),
        ("visites", {"id_visite": "w", "cle_identite": f"key-{who}", "date_visite": known, "issue": "VU"}),
    ]
    return draw(st.sampled_from(facts))


def computed(rows: list[tuple[str, Row]]) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Matrix, residents and households of the town that these rows describe."""
    connection = warehouse(**{source: [] for source in OPEN})
    for line, (source, row) in enumerate(rows, start=2):
        insert(connection, source, line, row)
    build(connection, AS_OF, OPEN)
    wide, _ = matrix.matrix(connection, AS_OF, FACTORS, OPEN)
    residents = connection.execute("from residents order by person_id").df()
    found = connection.execute("from households order by household_id").df()
    connection.close()
    return wide, residents, found


@cache
def expected() -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    return computed(past())


def unmoved(rows: list[tuple[str, Row]]) -> None:
    for before, found in zip(expected(), computed(rows), strict=True):
        pd.testing.assert_frame_equal(before, found)


def law(examples: int) -> settings:
    """A town costs most of a second to compute, be it of ten facts or of thirty: few towns with many facts every day, many small ones when there is time."""
    return settings(max_examples=examples, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@law(4)
@given(st.lists(future_fact(), min_size=10, max_size=30))
def test_no_fact_known_on_or_after_as_of_moves_anything(facts: list[tuple[str, Row]]) -> None:
    unmoved(past() + facts)


@pytest.mark.slow
@law(30)
@given(st.lists(future_fact(), min_size=1, max_size=30))
def test_nor_do_few_facts_or_many(facts: list[tuple[str, Row]]) -> None:
    unmoved(past() + facts)


@pytest.mark.slow
@law(5)
@given(st.permutations(past()))
def test_the_order_of_rows_changes_nothing(rows: list[tuple[str, Row]]) -> None:
    unmoved(rows)


@pytest.mark.slow
@law(15)
@given(st.permutations(past()))
def test_nor_do_many_orders(rows: list[tuple[str, Row]]) -> None:
    unmoved(rows)


def test_a_fact_known_the_day_before_does_count() -> None:
    """The guard is not a wall: without this the law above could hold for a matrix that sees nothing."""
    yesterday = AS_OF - timedelta(days=1)
    rows = [
        *past(),
        ("deces_publics", {"cle_identite": "key-a", "date_deces": yesterday, "date_fichier": yesterday}),
    ]
    assert len(computed(rows)[0]) == len(expected()[0]) - 1


def test_a_label_finds_its_household_through_the_keys_known_then() -> None:
    connection = warehouse(liste_electorale=[elector("a")])
    build(connection, AS_OF, OPEN)
    visited: Row = {
        "date_visite": date(2026, 11, 20),
        "isolated": True,
        "lonely": False,
        "is_followed": True,
        "state": "isolated",
        "bras": "EXPLORATION",
        "proba_tirage": 0.1,
    }
    met = pd.DataFrame(
        [
            visited | {"id_visite": "v", "person_key": "key-a"},
            visited | {"id_visite": "w", "person_key": "key-unknown-then"},
        ]
    )
    labels = label.of_households(connection, met, AS_OF)
    assert labels["id_visite"].tolist() == ["v"]
    assert (
        labels["household_id"].tolist()
        == connection.execute("select household_id from households").df()["household_id"].tolist()
    )
