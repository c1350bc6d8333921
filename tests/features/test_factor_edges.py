"""Every window at its edges and every condition at its border: one household a case, all cases in one town."""

from collections.abc import Callable
from datetime import date, timedelta

import numpy as np
import pytest

from data_contracts import contract
from data_contracts.contract import Gate
from features import matrix
from features.catalogue import FACTORS, usable
from tests.features.drawn import AS_OF, OPEN, Row, build, elector, lease, service, warehouse

EDGES = (0, 1, 2, 89, 90, 91, 92, 93, 182, 183, 184, 364, 365, 366, 729, 730, 731, 1095, 1096, 1097)
TODAY, YESTERDAY = AS_OF, AS_OF - timedelta(days=1)
LONG_AGO = date(2026, 1, 1)
Case = tuple[str, bool, str, Row]
"""(factor, whether it holds, source, what the row says beside the defaults)."""


def used(who: str, **more: object) -> Row:
    return service(who, "SPORT") | more


def let(who: str, **more: object) -> Row:
    return lease(f"lease-{who}", who) | more


def death(who: str, **more: object) -> Row:
    base: Row = {
        "id_evenement": f"death-{who}",
        "type_evenement": "DECES",
        "date_evenement": LONG_AGO,
        "date_acte": LONG_AGO,
        "lien": "CONJOINT",
        "cle_nom_adresse_liee": f"door-{who}",
        "accord_contact": "O",
    }
    return base | more


def registered(who: str, **more: object) -> Row:
    base: Row = {"id_inscrit": f"r-{who}", "cle_identite": f"key-{who}", "sexe": "F", "id_adresse": "street"}
    return base | more


ROW: dict[str, Callable[..., Row]] = {
    "usages_services": used,
    "parc_social": let,
    "etat_civil": death,
    "registre_vulnerables": registered,
}


def found(
    factor: str, drawn: dict[str, tuple[str, Row]], gates: dict[str, Gate] = OPEN
) -> dict[str, float | None]:
    """Value of one factor for each elector of ``drawn``: name → (source, what their row says)."""
    rows: dict[str, list[Row]] = {"liste_electorale": []}
    for who, (source, more) in drawn.items():
        born = more.get("annee_naissance", 1950)
        # seen on the roll after every lease of these cases had ended: the person is there, the lease is not
        rows["liste_electorale"].append(
            elector(who, annee_naissance=born, date_inscription=date(2026, 10, 15))
        )
        rows.setdefault(source, []).append(ROW[source](who, **more))
    connection = warehouse(**rows)
    build(connection, AS_OF, gates)
    wide, _ = matrix.matrix(connection, AS_OF, usable(gates, {"sex_as_feature": True}), gates)
    flats = dict(connection.execute("select household_id, id_logement from households").fetchall())
    who = [flats[h].removeprefix("flat-") for h in wide["household_id"]]
    return {w: None if np.isnan(v) else float(v) for w, v in zip(who, wide[factor], strict=True)}


WINDOWS: tuple[tuple[str, int, int, str, str, Row], ...] = (
    ("months_since_bereavement", 1, 1096, "etat_civil", "date_evenement", {}),
    ("discretionary_aid", 1, 730, "usages_services", "date_dernier_usage", {"service": "AIDE_FACULTATIVE"}),
    ("discretionary_aid", 1, 730, "usages_services", "date_debut", {"service": "AIDE_FACULTATIVE"}),
    ("months_since_service_stopped", 92, 730, "usages_services", "date_fin", {}),
    ("months_since_service_stopped", 92, 730, "usages_services", "date_dernier_usage", {}),
    ("months_since_move_in", 1, 365, "parc_social", "date_entree", {}),
    ("transport_pass_started", 1, 730, "usages_services", "date_debut", {"service": "TRANSPORT"}),
    ("active_member", 1, 91, "usages_services", "date_dernier_usage", {}),
    ("autonomy_service_begun", 1, 365, "usages_services", "date_debut", {"service": "AIDE_DOMICILE"}),
    ("autonomy_service_ended", 1, 365, "usages_services", "date_fin", {"service": "AIDE_DOMICILE"}),
    ("digital_workshop", 1, 730, "usages_services", "date_dernier_usage", {"service": "ATELIER_NUMERIQUE"}),
    ("after_school_use", 1, 365, "usages_services", "date_dernier_usage", {"service": "PERISCOLAIRE"}),
    ("several_activities", 1, 365, "usages_services", "date_dernier_usage", {}),
    ("regular_member", 1, 365, "usages_services", "date_dernier_usage", {"nb_usages_12m": 30}),
    ("service_just_begun", 1, 183, "usages_services", "date_debut", {}),
    ("months_since_courtesy_visit", 1, 365, "parc_social", "date_visite_courtoisie", {}),
    ("agent_noticed", 1, 365, "parc_social", "date_alerte_agent", {"alerte_agent": True}),
)


@pytest.mark.slow
@pytest.mark.parametrize(("factor", "first", "last", "source", "column", "more"), WINDOWS)
def test_a_window_holds_its_first_and_its_last_day_and_not_the_next(
    factor: str, first: int, last: int, source: str, column: str, more: Row
) -> None:
    drawn = {f"d{n}": (source, more | {column: AS_OF - timedelta(days=n)}) for n in EDGES}
    held = {who for who, value in found(factor, drawn).items() if value}
    assert held == {f"d{n}" for n in EDGES if first <= n <= last}


def test_a_trace_counts_for_730_days() -> None:
    drawn = {
        f"d{n}": ("usages_services", {"date_dernier_usage": AS_OF - timedelta(days=n)}) for n in EDGES if n
    }
    assert found("no_trace_of_use", drawn) == {f"d{n}": float(n > 730) for n in EDGES if n}


def test_a_trace_that_a_visit_left_is_no_trace() -> None:
    drawn: dict[str, tuple[str, Row]] = {
        "self": ("usages_services", {"date_dernier_usage": YESTERDAY}),
        "visit": ("usages_services", {"date_dernier_usage": YESTERDAY, "origine": "VISITE"}),
    }
    assert found("no_trace_of_use", drawn) == {"self": 0.0, "visit": 1.0}


def test_where_service_use_is_not_open_nothing_is_said_about_traces() -> None:
    gates: dict[str, Gate] = OPEN | {"usages_services": "frame"}
    assert "no_trace_of_use" not in {f.name for f in usable(gates, {})}


SOCIAL = ("BIBLIOTHEQUE", "CENTRE_SOCIAL", "CLUB_SENIORS", "SPORT", "ATELIER_NUMERIQUE")
AT_HOME = ("PORTAGE_REPAS", "TELEASSISTANCE", "AIDE_DOMICILE")
OTHER = ("AIDE_FACULTATIVE", "TRANSPORT", "PERISCOLAIRE")
LEFT: Row = {"date_sortie": date(2026, 10, 1)}
POOR: Row = {"tranche_ressources": "M20", "nb_occupants": 1}
BAND: Row = POOR | {"annee_naissance": 1976}
ROOM: Row = {"service": "TRANSPORT", "date_debut": LONG_AGO}
AID: Row = {"service": "AIDE_FACULTATIVE", "date_dernier_usage": LONG_AGO}
STOPPED: Row = {"date_fin": LONG_AGO}

CASES: tuple[Case, ...] = (
    ("months_since_bereavement", True, "etat_civil", {"lien": "PARTENAIRE_PACS"}),
    ("months_since_bereavement", False, "etat_civil", {"lien": "ENFANT"}),
    ("months_since_bereavement", False, "etat_civil", {"type_evenement": "MARIAGE"}),
    ("months_since_bereavement", False, "etat_civil", {"accord_contact": None}),
    *(("autonomy_service", True, "usages_services", {"service": s}) for s in AT_HOME),
    *(("autonomy_service", False, "usages_services", {"service": s}) for s in (*SOCIAL, *OTHER)),
    ("autonomy_service", True, "usages_services", {"service": "AIDE_DOMICILE", "date_fin": TODAY}),
    ("autonomy_service", False, "usages_services", {"service": "AIDE_DOMICILE", "date_fin": YESTERDAY}),
    ("autonomy_service", True, "usages_services", {"service": "AIDE_DOMICILE", "origine": None}),
    ("on_vulnerable_register", True, "registre_vulnerables", {"date_fin": TODAY}),
    ("on_vulnerable_register", False, "registre_vulnerables", {"date_fin": YESTERDAY}),
    ("unemployed", False, "parc_social", LEFT | {"activite_titulaire": "CHOMAGE"}),
    ("low_income", True, "parc_social", {"tranche_ressources": "M20"}),
    ("low_income", False, "parc_social", LEFT | {"tranche_ressources": "M20"}),
    *(("discretionary_aid", False, "usages_services", AID | {"service": s}) for s in (*AT_HOME, *SOCIAL)),
    ("discretionary_aid", False, "usages_services", AID | {"origine": "VISITE"}),
    ("social_tenant", False, "parc_social", LEFT),
    ("single_parent", False, "parc_social", LEFT | {"type_menage": "MONOPARENTAL"}),
    ("months_since_move_in", False, "parc_social", LEFT | {"date_entree": LONG_AGO}),
    *(
        ("middle_aged_alone_low_income", 1967 <= y <= 1986, "parc_social", BAND | {"annee_naissance": y})
        for y in (1966, 1967, 1986, 1987)
    ),
    ("middle_aged_alone_low_income", True, "parc_social", BAND | {"tranche_ressources": "20_40"}),
    ("middle_aged_alone_low_income", False, "parc_social", BAND | {"tranche_ressources": "40_60"}),
    ("middle_aged_alone_low_income", False, "parc_social", BAND | {"nb_occupants": 2}),
    ("middle_aged_alone_low_income", False, "parc_social", BAND | LEFT),
    ("transport_pass_started", False, "usages_services", ROOM | {"date_fin": YESTERDAY}),
    ("transport_pass_started", False, "usages_services", ROOM | {"origine": "VISITE"}),
    *(("active_member", True, "usages_services", {"service": s}) for s in SOCIAL),
    *(("active_member", False, "usages_services", {"service": s}) for s in (*AT_HOME, *OTHER)),
    ("active_member", False, "usages_services", {"origine": "VISITE"}),
    *(("months_since_service_stopped", True, "usages_services", STOPPED | {"service": s}) for s in SOCIAL),
    *(("months_since_service_stopped", False, "usages_services", STOPPED | {"service": s}) for s in AT_HOME),
    ("family_help", True, "usages_services", {"origine": "FAMILLE", "date_fin": TODAY}),
    ("family_help", False, "usages_services", {"origine": "FAMILLE", "date_fin": YESTERDAY}),
)
RECENT: dict[str, Row] = {"active_member": {"date_dernier_usage": YESTERDAY}}
"""What a case needs beside what it is about."""


@pytest.mark.parametrize("factor", sorted({case[0] for case in CASES}))
def test_each_condition_at_its_border(factor: str) -> None:
    mine = [case for case in CASES if case[0] == factor]
    drawn = {f"c{i}": (source, RECENT.get(factor, {}) | more) for i, (_, _, source, more) in enumerate(mine)}
    values = found(factor, drawn, OPEN | {"etat_civil": "consent"})
    holds = {who for who, value in values.items() if value}
    assert holds == {f"c{i}" for i, case in enumerate(mine) if case[1]}


def test_the_survivor_is_found_by_identity_when_the_address_is_missing() -> None:
    rows = {"a": ("etat_civil", {"cle_nom_adresse_liee": None, "cle_identite_liee": "key-a"})}
    assert found("months_since_bereavement", rows)["a"] == pytest.approx((AS_OF - LONG_AGO).days / 30.4375)


def test_the_end_of_a_service_counts_rather_than_the_last_use_and_the_latest_end_is_named() -> None:
    ended = {"date_fin": date(2026, 6, 2), "date_dernier_usage": date(2024, 1, 1)}
    rows = [
        service("a", "SPORT", **ended),
        service("a", "BIBLIOTHEQUE", date_fin=date(2025, 6, 2)),
    ]
    connection = warehouse(liste_electorale=[elector("a")], usages_services=rows)
    build(connection, AS_OF, OPEN)
    _, long = matrix.matrix(connection, AS_OF, usable(OPEN, {}), OPEN)
    said = long.to_pandas().set_index("factor").loc["months_since_service_stopped"]
    assert (round(said["value"], 2), said["detail"]) == (5.03, "SPORT")


def test_of_two_members_the_most_recent_loss_and_the_oldest_speak() -> None:
    rows = [elector("a", annee_naissance=1940), elector("b", id_logement="flat-a", annee_naissance=1960)]
    deaths = [death("a"), death("b", date_evenement=date(2026, 6, 2))]
    connection = warehouse(liste_electorale=rows, etat_civil=deaths)
    build(connection, AS_OF, OPEN)
    wide, _ = matrix.matrix(connection, AS_OF, usable(OPEN, {}), OPEN)
    assert wide["oldest_age"].tolist() == [86.0]
    assert wide["months_since_bereavement"].round(2).tolist() == [5.03]


def test_who_has_left_says_nothing_for_those_who_stayed() -> None:
    rows = [elector("a"), elector("b", id_logement="flat-a", date_retour_npai=date(2026, 3, 1))]
    use = [service("b", "AIDE_DOMICILE", id_logement=None, id_adresse=None)]
    connection = warehouse(liste_electorale=rows, usages_services=use)
    build(connection, AS_OF, OPEN)
    wide, _ = matrix.matrix(connection, AS_OF, usable(OPEN, {}), OPEN)
    assert wide["autonomy_service"].isna().all()


def test_a_household_of_which_nothing_is_known_keeps_its_row() -> None:
    gates: dict[str, Gate] = dict.fromkeys(contract.SOURCES, "frame")
    unknown = elector("a", annee_naissance=None, sexe=None, id_logement=None)
    connection = warehouse(liste_electorale=[unknown])
    build(connection, AS_OF, gates)
    wide, _ = matrix.matrix(connection, AS_OF, usable(gates, {}), gates)
    assert len(wide) == 1


def test_a_gate_of_frame_lets_no_factor_of_the_source_weigh() -> None:
    for source in ("parc_social", "usages_services", "etat_civil", "registre_vulnerables"):
        weighing = usable(OPEN | {source: "frame"}, {"sex_as_feature": True})
        assert source not in {f.source for f in weighing}
    assert "one_adult_known" not in {f.name for f in usable(OPEN | {"liste_electorale": "consent"}, {})}


@pytest.mark.parametrize(
    ("factor", "values", "signals"),
    [
        ("oldest_age", (79, 79.9, 80, 95), (0, 0.9, 1, 1)),
        ("months_since_bereavement", (0, 35, 35.5, 36), (1, 1, 0.5, 0)),
        ("months_since_service_stopped", (0, 23, 23.5, 24), (1, 1, 0.5, 0)),
        ("months_since_move_in", (0, 11, 11.5, 12), (1, 1, 0.5, 0)),
    ],
)
def test_a_scale_is_a_step_where_the_catalogue_says(
    factor: str, values: tuple[float, ...], signals: tuple[float, ...]
) -> None:
    row = next(f for f in FACTORS if f.name == factor)
    np.testing.assert_allclose(row.signal(np.array(values, dtype=float)), signals, atol=1e-9)
    assert row.signal(np.array([np.nan])).tolist() == [0.0]
