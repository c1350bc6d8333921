"""One picture a factor: rows drawn by hand, the value worked by hand."""

from datetime import date
from functools import cache

import pytest

from data_contracts import contract
from features import rows
from features.catalogue import FACTORS, GROUPS, usable
from features.factor import sentence
from tests.features.drawn import (
    AS_OF,
    OPEN,
    Row,
    all_values,
    apart,
    build,
    elector,
    lease,
    service,
    values,
    warehouse,
)

A = elector("a")
D = date


def registered(**more: object) -> Row:
    base: Row = {"id_inscrit": "r", "cle_identite": "key-a", "sexe": "F", "id_adresse": "street"}
    return base | more


PICTURES: tuple[tuple[str, float | None, dict[str, list[Row]]], ...] = (
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
        0.0,
        {"usages_services": [service("a", "PORTAGE_REPAS", date_fin=D(2026, 10, 1))]},
    ),
    (
        "on_vulnerable_register",
        1.0,
        {"registre_vulnerables": [registered()]},
    ),
    ("unemployed", 1.0, {"parc_social": [lease("b", "a", activite_titulaire="CHOMAGE")]}),
    ("unemployed", 0.0, {"parc_social": [lease("b", "a", activite_titulaire="EMPLOI")]}),
    ("unemployed", None, {"parc_social": [lease("b", "a", activite_titulaire="NR")]}),
    ("unemployed", None, {}),
    ("low_income", 1.0, {"parc_social": [lease("b", "a", tranche_ressources="20_40")]}),
    ("low_income", 0.0, {"parc_social": [lease("b", "a", tranche_ressources="40_60")]}),
    ("low_income", None, {"parc_social": [lease("b", "a")]}),
    ("very_low_income", 1.0, {"parc_social": [lease("b", "a", tranche_ressources="M20")]}),
    ("very_low_income", 0.0, {"parc_social": [lease("b", "a", tranche_ressources="20_40")]}),
    (
        "discretionary_aid",
        1.0,
        {"usages_services": [service("a", "AIDE_FACULTATIVE", date_dernier_usage=D(2024, 11, 2))]},
    ),
    (
        "discretionary_aid",
        0.0,
        {"usages_services": [service("a", "AIDE_FACULTATIVE", date_dernier_usage=D(2024, 11, 1))]},
    ),
    ("social_tenant", 1.0, {"parc_social": [lease("b", "a")]}),
    ("social_tenant", None, {}),
    (
        "middle_aged_alone_low_income",
        0.0,
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
    ("no_trace_of_use", 1.0, {"usages_services": [service("z", "SPORT")]}),
    ("no_trace_of_use", None, {}),
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
        0.0,
        {"usages_services": [service("a", "TRANSPORT", date_debut=D(2020, 1, 5))]},
    ),
    (
        "active_member",
        1.0,
        {"usages_services": [service("a", "BIBLIOTHEQUE", date_dernier_usage=D(2026, 10, 20))]},
    ),
    (
        "active_member",
        0.0,
        {"usages_services": [service("a", "BIBLIOTHEQUE", date_dernier_usage=D(2026, 7, 20))]},
    ),
    ("family_help", 1.0, {"usages_services": [service("a", "TELEASSISTANCE", origine="FAMILLE")]}),
    ("family_help", 0.0, {"usages_services": [service("a", "TELEASSISTANCE")]}),
    ("family_help", None, {"usages_services": [service("a", "PERISCOLAIRE", origine="FAMILLE")]}),
    ("male", 0.0, {}),
    ("several_adults_known", 1.0, {}),
    ("several_adults_known", None, {"parc_social": [lease("b", "a")]}),
    ("couple_on_lease", 1.0, {"parc_social": [lease("b", "a", type_menage="COUPLE_ENF")]}),
    ("couple_on_lease", 0.0, {"parc_social": [lease("b", "a", type_menage="SEUL")]}),
    ("couple_on_lease", None, {"parc_social": [lease("b", "a", type_menage="AUTRE")]}),
    ("children_on_lease", 1.0, {"parc_social": [lease("b", "a", nb_occupants=3, nb_mineurs=1)]}),
    ("children_on_lease", 0.0, {"parc_social": [lease("b", "a", nb_mineurs=0)]}),
    ("inactive_leaseholder", None, {"parc_social": [lease("b", "a", activite_titulaire="AUTRE")]}),  # 76
    ("retired_leaseholder", 1.0, {"parc_social": [lease("b", "a", activite_titulaire="RETRAITE")]}),
    ("upper_floor_without_lift", 1.0, {"parc_social": [lease("b", "a", etage=2, ascenseur=False)]}),
    ("upper_floor_without_lift", 0.0, {"parc_social": [lease("b", "a", etage=2, ascenseur=True)]}),
    ("upper_floor_without_lift", 0.0, {"parc_social": [lease("b", "a", etage=1, ascenseur=False)]}),
    ("upper_floor_without_lift", None, {"parc_social": [lease("b", "a", etage=4)]}),
    (
        "months_since_courtesy_visit",
        2.0,
        {"parc_social": [lease("b", "a", date_visite_courtoisie=D(2026, 9, 2))]},
    ),
    (
        "agent_noticed",
        1.0,
        {"parc_social": [lease("b", "a", alerte_agent=True, date_alerte_agent=D(2026, 9, 2))]},
    ),
    (
        "agent_noticed",
        0.0,
        {"parc_social": [lease("b", "a", alerte_agent=True, date_alerte_agent=D(2025, 9, 2))]},
    ),
    ("agent_noticed", None, {"parc_social": [lease("b", "a", alerte_agent=False)]}),
    (
        "several_autonomy_services",
        2.0,
        {
            "usages_services": [
                service("a", "PORTAGE_REPAS"),
                service("a", "AIDE_DOMICILE"),
                service("a", "SPORT"),
            ]
        },
    ),
    (
        "several_autonomy_services",
        1.0,
        {
            "usages_services": [
                service("a", "PORTAGE_REPAS"),
                service("a", "AIDE_DOMICILE", date_fin=D(2026, 1, 1)),
            ]
        },
    ),
    ("autonomy_service_begun", 0.0, {"usages_services": [service("a", "PORTAGE_REPAS")]}),
    (
        "autonomy_service_begun",
        1.0,
        {
            "usages_services": [
                service("a", "PORTAGE_REPAS", date_debut=D(2026, 5, 5)),
                service("a", "AIDE_DOMICILE"),
            ]
        },
    ),
    (
        "autonomy_service_ended",
        1.0,
        {
            "usages_services": [
                service("a", "PORTAGE_REPAS", date_fin=D(2026, 5, 5)),
                service("a", "AIDE_DOMICILE", date_fin=D(2022, 5, 5)),
            ]
        },
    ),
    (
        "autonomy_service_ended",
        0.0,
        {
            "usages_services": [
                service("a", "PORTAGE_REPAS", date_fin=D(2026, 5, 5)),
                service("a", "AIDE_DOMICILE"),
            ]
        },
    ),
    (
        "regular_member",
        1.0,
        {"usages_services": [service("a", "SPORT", nb_usages_12m=24, date_dernier_usage=D(2026, 5, 5))]},
    ),
    (
        "regular_member",
        0.0,
        {"usages_services": [service("a", "SPORT", nb_usages_12m=23, date_dernier_usage=D(2026, 5, 5))]},
    ),
    (
        "several_activities",
        2.0,
        {
            "usages_services": [
                service("a", "SPORT", date_dernier_usage=D(2026, 5, 5)),
                service("a", "BIBLIOTHEQUE", date_dernier_usage=D(2026, 1, 5)),
                service("a", "CLUB_SENIORS", date_dernier_usage=D(2025, 10, 5)),
                service("a", "TRANSPORT", date_dernier_usage=D(2026, 10, 5)),
            ]
        },
    ),
    (
        "digital_workshop",
        1.0,
        {"usages_services": [service("a", "ATELIER_NUMERIQUE", date_dernier_usage=D(2025, 5, 5))]},
    ),
    (
        "after_school_use",
        1.0,
        {"usages_services": [service("a", "PERISCOLAIRE", date_dernier_usage=D(2026, 5, 5))]},
    ),
    (
        "service_after_alert",
        1.0,
        {"usages_services": [service("a", "AIDE_DOMICILE", origine="SIGNALEMENT")]},
    ),
    ("service_after_alert", None, {"usages_services": [service("a", "AIDE_DOMICILE")]}),
    ("service_just_begun", 1.0, {"usages_services": [service("a", "SPORT", date_debut=D(2026, 9, 5))]}),
    (
        "service_just_begun",
        None,
        {"usages_services": [service("a", "SPORT", date_debut=D(2026, 9, 5), origine="FAMILLE")]},
    ),
    *(
        (name, float(origin in origins), {"registre_vulnerables": [registered(origine=origin)]})
        for name, origins in (
            ("registered_by_third_party", ("TIERS",)),
            ("registered_for_care", ("APA", "PCH")),
            ("registered_by_pension_fund", ("CARSAT",)),
        )
        for origin in ("PERSONNE", "TIERS", "APA", "PCH", "CARSAT")
    ),
    ("registered_for_care", None, {"registre_vulnerables": [registered(origine=None)]}),
    ("remote_place", None, {}),
    ("recent_registration", 0.0, {}),
    ("middle_aged", 0.0, {}),
    ("under_25", 0.0, {}),
)
"""Factor, its value, and what is drawn of the elector ``A`` beside the roll."""


@pytest.mark.parametrize("number", range(len(PICTURES)), ids=lambda n: f"{PICTURES[n][0]}-{PICTURES[n][1]}")
def test_factor(number: int) -> None:
    factor, expected, sources = PICTURES[number]
    assert side_by_side(frozenset(sources))[number].get(factor) == expected


@cache
def side_by_side(sources: frozenset[str]) -> dict[int, dict[str, float]]:
    """Every picture that draws these sources, as households of one town that share nothing: picture → factor → value."""
    drawn = {n: picture for n, (_, _, picture) in enumerate(PICTURES) if frozenset(picture) == sources}
    town = {
        name: [apart(row, n) for n, picture in drawn.items() for row in picture[name]] for name in sources
    }
    connection = warehouse(liste_electorale=[apart(A, n) for n in drawn], **town)
    found = all_values(connection)
    assert len(found) == len(drawn)
    return {n: found[f"key-a of {n}"] for n in drawn}


@pytest.mark.parametrize(
    ("born", "middle", "young"),
    [(1966, 0, 0), (1967, 1, 0), (1986, 1, 0), (1987, 0, 0), (2001, 0, 0), (2002, 0, 1)],
)
def test_age_groups_are_those_of_the_published_figures(born: int, middle: int, young: int) -> None:
    found = values(warehouse(liste_electorale=[elector("a", annee_naissance=born)]))
    assert (found["middle_aged"], found["under_25"]) == (middle, young)


@pytest.mark.parametrize(
    ("day", "why", "expected"),
    [
        (D(2025, 11, 2), "Demande de l’électeur", 1.0),
        (D(2025, 11, 1), "Demande de l’électeur", 0.0),
        (D(2026, 3, 1), "Inscription d'office à 18 ans", 0.0),
        (D(2026, 3, 1), None, 1.0),
    ],
)
def test_who_came_onto_the_roll_within_a_year_has_arrived_unless_grown_up(
    day: date, why: str | None, expected: float
) -> None:
    roll = [elector("a", date_inscription=day, motif_inscription=why, qualite_adresse="LIEU_DIT")]
    found = values(warehouse(liste_electorale=roll))
    assert (found["recent_registration"], found["remote_place"]) == (expected, 1.0)


def test_of_working_age_and_neither_working_nor_looking_is_inactive() -> None:
    born = {"annee_naissance": 1980}
    for activity, expected in (("AUTRE", 1.0), ("CHOMAGE", 0.0), ("NR", None)):
        rent = lease("b", "a", activite_titulaire=activity, **born)
        found = values(warehouse(liste_electorale=[elector("a", **born)], parc_social=[rent]))
        assert found.get("inactive_leaseholder") == expected


def test_a_lease_shrank_on_the_last_day_on_which_it_declared_fewer_than_before() -> None:
    """Four, then three in March, three again, two in June, three in August: the last fall is June's."""
    months = ((1, 4), (3, 3), (4, 3), (6, 2), (8, 3), (11, 3))
    leases = [lease("b", "a", date_arrete=D(2026, month, 1), nb_occupants=n) for month, n in months]
    found = values(warehouse(liste_electorale=[A], parc_social=leases))
    assert found["months_since_household_shrank"] == 5.06  # 154 days
    steady = [lease("b", "a", date_arrete=D(2026, month, 1)) for month, _ in months]
    assert "months_since_household_shrank" not in values(warehouse(liste_electorale=[A], parc_social=steady))


@pytest.mark.parametrize(
    ("now", "before", "expected"), [(3, 6, 1.0), (4, 6, 0.0), (0, 5, None), (3, None, None)]
)
def test_use_fell_when_it_is_half_of_what_it_was_a_year_before(
    now: int, before: int | None, expected: float | None
) -> None:
    uses = [service("a", "SPORT", nb_usages_12m=now)]
    if before is not None:
        uses.append(service("a", "SPORT", date_arrete=D(2025, 11, 1), nb_usages_12m=before))
    assert values(warehouse(liste_electorale=[A], usages_services=uses)).get("use_fell") == expected


def test_a_year_before_is_eleven_to_fourteen_months_ago() -> None:
    """as_of is 2 November 2026: 335 days before is 2 December 2025, 425 days before 3 September 2025."""
    for day, expected in (
        (D(2025, 12, 2), None),
        (D(2025, 12, 1), 1.0),
        (D(2025, 9, 3), 1.0),
        (D(2025, 9, 2), None),
    ):
        uses = [
            service("a", "SPORT", nb_usages_12m=1),
            service("a", "SPORT", date_arrete=day, nb_usages_12m=9),
        ]
        assert values(warehouse(liste_electorale=[A], usages_services=uses)).get("use_fell") == expected, day


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


@pytest.mark.slow
@pytest.mark.parametrize(
    ("factor", "kind", "link", "of_subject"),
    [
        ("months_since_other_bereavement", "DECES", "PARENT", False),
        ("months_since_other_bereavement", "DECES", "ENFANT", False),
        ("months_since_birth", "NAISSANCE", "PARENT", False),
        ("months_since_divorce", "DIVORCE", "CONJOINT", True),
        ("months_since_divorce", "DISSOLUTION_PACS", "PARTENAIRE_PACS", True),
        ("months_since_union", "MARIAGE", "CONJOINT", True),
        ("months_since_union", "PACS", "PARTENAIRE_PACS", True),
    ],
)
def test_an_act_speaks_of_its_subject_or_of_the_other_person_and_needs_consent(
    factor: str, kind: str, link: str, of_subject: bool
) -> None:
    """The other spouse of a divorce did not give the consent that the act holds."""
    for is_subject in (False,) if kind == "DECES" else (True, False):
        keys: Row = (
            {"cle_identite": "key-a", "cle_nom_adresse_liee": None}
            if is_subject
            else {"cle_identite": "key-z"}
        )
        act = death(type_evenement=kind, lien=link, sexe="F", annee_naissance=1950) | keys
        for consent in ("O", "N"):
            rows = [act | {"accord_contact": consent}]
            found = values(warehouse(liste_electorale=[A], etat_civil=rows), OPEN | {"etat_civil": "consent"})
            expected = 6.05 if is_subject is of_subject and consent == "O" else None
            assert found.get(factor) == expected, (is_subject, consent)


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
    assert factor.prior.source and factor.if_none and factor.group in GROUPS  # type: ignore[attr-defined]


def test_there_are_factors_of_every_source_and_card() -> None:
    assert len(FACTORS) >= 35 and len({f.name for f in FACTORS}) == len(FACTORS)
    assert {f.group for f in FACTORS} == set(GROUPS)
    assert {f.source for f in FACTORS} == {"frame", *rows.SOURCES}


def test_what_somebody_told_the_city_weighs_and_is_not_shown() -> None:
    hidden = {f.name for f in FACTORS if not f.is_shown}
    assert hidden == {"male", "agent_noticed", "service_after_alert", "registered_by_third_party"}


def test_absences_of_trace_are_capped_and_called_weak() -> None:
    capped = {f.name: f.cap for f in FACTORS if f.cap is not None}
    assert capped == {"one_adult_known": 0.5, "no_trace_of_use": 0.3}
    assert all(
        "indice faible" in f.sentence_fr and "weak sign" in f.sentence_en
        for f in FACTORS
        if f.cap is not None
    )


def test_a_no_and_a_count_of_nothing_special_make_no_sentence() -> None:
    by_name = {f.name: f for f in FACTORS}
    assert not by_name["unemployed"].is_said(0) and by_name["unemployed"].is_said(1)
    assert not by_name["several_activities"].is_said(1) and by_name["several_activities"].is_said(2)
    assert by_name["oldest_age"].is_said(30) and by_name["months_since_divorce"].is_said(0.2)


def test_no_factor_reads_a_protected_column_or_a_visit() -> None:
    connection = warehouse(
        liste_electorale=[A],
        parc_social=[lease("b", "a")],
        usages_services=[service("a", "SPORT", origine="VISITE")],
    )
    build(connection, AS_OF, OPEN)
    rows.gather(connection, OPEN)
    for source in rows.SOURCES:
        columns = {c[0] for c in connection.execute(f"from rows_{source} limit 0").description or []}
        protected = {c.name for c in contract.load(source).columns if c.is_protected}
        assert protected and not columns & {
            *protected,
            "cle_identite",
            "cle_usage",
            "cle_phonetique",
            "cle_nom_adresse",
        }
    assert connection.execute("select count(*) from rows_usages_services").fetchone() == (0,)


def test_the_sentence_carries_value_and_service() -> None:
    stopped = next(f for f in FACTORS if f.name == "months_since_service_stopped")
    assert (
        sentence(stopped, 5.03, "CLUB_SENIORS", "fr") == "a cessé de fréquenter le club seniors il y a 5 mois"
    )
