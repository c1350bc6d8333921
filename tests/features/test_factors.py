"""One picture a factor: rows drawn by hand, the value worked by hand."""

from datetime import date

import pytest

from features.catalogue import FACTORS, usable
from features.factor import sentence
from tests.features.drawn import OPEN, Row, elector, lease, service, values, warehouse

A = elector("a")
D = date


@pytest.mark.parametrize(
    ("factor", "expected", "sources"),
    [
        ("lives_alone_known", 1.0, {"parc_social": [lease("b", "a")]}),
        ("lives_alone_known", 0.0, {"parc_social": [lease("b", "a", nb_occupants=2)]}),
        ("lives_alone_known", None, {}),
        ("one_adult_known", 1.0, {}),
        ("one_adult_known", None, {"parc_social": [lease("b", "a")]}),
        ("oldest_age", 76.0, {}),
        ("autonomy_service", 1.0, {"usages_services": [service("a", "PORTAGE_REPAS")]}),
        ("autonomy_service", None, {"usages_services": [service("a", "PORTAGE_REPAS", origine="VISITE")]}),
        (
            "autonomy_service",
            None,
            {"usages_services": [service("a", "PORTAGE_REPAS", date_fin=D(2026, 10, 1))]},
        ),
        (
            "on_vulnerable_register",
            1.0,
            {
                "registre_vulnerables": [
                    {"id_inscrit": "r", "cle_identite": "key-a", "sexe": "F", "id_adresse": "street"}
                ]
            },
        ),
        ("unemployed", 1.0, {"parc_social": [lease("b", "a", activite_titulaire="CHOMAGE")]}),
        ("unemployed", None, {"parc_social": [lease("b", "a", activite_titulaire="EMPLOI")]}),
        ("low_income", 1.0, {"parc_social": [lease("b", "a", tranche_ressources="20_40")]}),
        ("low_income", None, {"parc_social": [lease("b", "a", tranche_ressources="40_60")]}),
        (
            "discretionary_aid",
            1.0,
            {"usages_services": [service("a", "AIDE_FACULTATIVE", date_dernier_usage=D(2024, 11, 2))]},
        ),
        (
            "discretionary_aid",
            None,
            {"usages_services": [service("a", "AIDE_FACULTATIVE", date_dernier_usage=D(2024, 11, 1))]},
        ),
        ("social_tenant", 1.0, {"parc_social": [lease("b", "a")]}),
        ("social_tenant", None, {}),
        (
            "middle_aged_alone_low_income",
            None,
            {"parc_social": [lease("b", "a", tranche_ressources="M20")]},
        ),
        (
            "months_since_service_stopped",
            5.03,
            {"usages_services": [service("a", "CLUB_SENIORS", date_fin=D(2026, 6, 2))]},
        ),
        (
            "months_since_service_stopped",
            None,
            {"usages_services": [service("a", "CLUB_SENIORS", date_fin=D(2026, 9, 1))]},
        ),
        (
            "months_since_service_stopped",
            None,
            {"usages_services": [service("a", "CLUB_SENIORS", date_fin=D(2026, 6, 2), origine="VISITE")]},
        ),
        ("no_trace_of_use", 1.0, {}),
        (
            "no_trace_of_use",
            0.0,
            {"usages_services": [service("a", "SPORT", date_dernier_usage=D(2026, 10, 1))]},
        ),
        (
            "single_parent",
            1.0,
            {"parc_social": [lease("b", "a", type_menage="MONOPARENTAL", nb_occupants=3)]},
        ),
        ("months_since_move_in", 2.0, {"parc_social": [lease("b", "a", date_entree=D(2026, 9, 2))]}),
        ("months_since_move_in", None, {"parc_social": [lease("b", "a", date_entree=D(2025, 11, 1))]}),
        (
            "transport_pass_started",
            1.0,
            {"usages_services": [service("a", "TRANSPORT", date_debut=D(2026, 1, 5))]},
        ),
        (
            "transport_pass_started",
            None,
            {"usages_services": [service("a", "TRANSPORT", date_debut=D(2020, 1, 5))]},
        ),
        (
            "active_member",
            1.0,
            {"usages_services": [service("a", "BIBLIOTHEQUE", date_dernier_usage=D(2026, 10, 20))]},
        ),
        (
            "active_member",
            None,
            {"usages_services": [service("a", "BIBLIOTHEQUE", date_dernier_usage=D(2026, 7, 20))]},
        ),
        ("family_help", 1.0, {"usages_services": [service("a", "TELEASSISTANCE", origine="FAMILLE")]}),
        ("male", 0.0, {}),
    ],
)
def test_factor(factor: str, expected: float | None, sources: dict[str, list[Row]]) -> None:
    assert values(warehouse(liste_electorale=[A], **sources)).get(factor) == expected


def test_middle_aged_alone_with_low_income_is_seen_in_one_lease() -> None:
    born = {"annee_naissance": 1976}
    found = values(
        warehouse(
            liste_electorale=[elector("a", **born)],
            parc_social=[lease("b", "a", tranche_ressources="M20", **born)],
        )
    )
    assert found["middle_aged_alone_low_income"] == 1.0


def death(**more: object) -> Row:
    base: Row = {
        "id_evenement": "e",
        "type_evenement": "DECES",
        "date_evenement": D(2026, 5, 2),
        "date_acte": D(2026, 5, 3),
        "lien": "CONJOINT",
        "cle_nom_adresse_liee": "door-a",
        "accord_contact": "O",
    }
    return base | more


def test_bereavement_belongs_to_the_survivor_and_needs_consent() -> None:
    consented = warehouse(liste_electorale=[A], etat_civil=[death()])
    refused = warehouse(liste_electorale=[A], etat_civil=[death(accord_contact="N")])
    assert values(consented, OPEN | {"etat_civil": "consent"})["months_since_bereavement"] == 6.05
    assert "months_since_bereavement" not in values(refused, OPEN | {"etat_civil": "consent"})


def test_a_spouse_is_found_by_the_second_key_when_nobody_has_the_first() -> None:
    act = death(cle_identite_liee="misspelt", cle_nom_adresse_liee="door-a")
    assert values(warehouse(liste_electorale=[A], etat_civil=[act]))["months_since_bereavement"] == 6.05


def test_a_trace_left_by_somebody_who_is_gone_is_no_trace_of_those_who_stayed() -> None:
    gone = elector("b", id_logement="flat-a", date_retour_npai=D(2026, 10, 1))
    used = service("b", "SPORT", id_logement="flat-a", date_debut=D(2026, 1, 5))
    assert values(warehouse(liste_electorale=[A, gone], usages_services=[used]))["no_trace_of_use"] == 1.0


def test_man_alone_is_only_a_factor_when_the_city_says_so() -> None:
    assert values(warehouse(liste_electorale=[elector("a", sexe="M")]))["male"] == 1.0
    assert "male" not in {f.name for f in usable(OPEN, {"sex_as_feature": False})}


def test_a_closed_source_leaves_no_factor_and_a_framed_roll_is_not_scored() -> None:
    closed = {f.name for f in usable(OPEN | {"parc_social": "closed", "liste_electorale": "frame"}, {})}
    assert "low_income" not in closed
    assert "one_adult_known" not in closed
    assert "oldest_age" in closed


def test_a_member_says_it_for_the_household() -> None:
    pair = [A, elector("b", id_logement="flat-a", annee_naissance=1940)]
    found = values(
        warehouse(
            liste_electorale=pair, usages_services=[service("b", "AIDE_DOMICILE", id_logement="flat-a")]
        )
    )
    assert (found["oldest_age"], found["autonomy_service"], found["one_adult_known"]) == (86.0, 1.0, 0.0)


@pytest.mark.parametrize("factor", FACTORS, ids=lambda f: f.name)
def test_every_factor_has_a_whole_sentence_in_both_languages(factor: object) -> None:
    assert hasattr(factor, "name")
    for language in ("fr", "en"):
        said = sentence(factor, 5.0, "CLUB_SENIORS", language)  # type: ignore[arg-type]
        assert said and "{" not in said
    assert factor.prior.source and factor.if_none  # type: ignore[attr-defined]


def test_the_sentence_carries_value_and_service() -> None:
    stopped = next(f for f in FACTORS if f.name == "months_since_service_stopped")
    assert (
        sentence(stopped, 5.03, "CLUB_SENIORS", "fr") == "a cessé de fréquenter le club seniors il y a 5 mois"
    )
