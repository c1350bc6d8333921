"""What may be seen: the latest delivery, the gate, and nobody who objected, by whichever key."""

from datetime import date

import duckdb
import pytest

from data_contracts import contract
from data_contracts.contract import Gate
from features import known
from tests.features.drawn import AS_OF, OPEN, Row, build, elector, households, lease, service, warehouse

KEYS = ("cle_identite", "cle_usage", "cle_phonetique", "cle_nom_adresse")


def opened(gates: dict[str, Gate] = OPEN, **sources: list[Row]) -> duckdb.DuckDBPyConnection:
    connection = warehouse(**sources)
    known.open_views(connection, AS_OF, gates)
    return connection


def count(connection: duckdb.DuckDBPyConnection, view: str) -> int:
    return int((connection.execute(f"select count(*) from {view}").fetchone() or (0,))[0])


def test_a_superseded_file_is_not_seen() -> None:
    connection = warehouse(liste_electorale=[elector("a")])
    connection.execute("update meta.files set is_current = false")
    known.open_views(connection, AS_OF, OPEN)
    assert count(connection, "known_liste_electorale") == 0


def test_of_an_event_that_was_delivered_twice_the_latest_delivery_counts_once() -> None:
    visit: Row = {"id_visite": "v", "date_visite": date(2026, 9, 1), "cle_identite": "key-a"}
    connection = warehouse(visites=[visit | {"issue": "ABSENT"}, visit | {"issue": "VU"}])
    connection.execute("update raw.visites set delivered_on = date '2026-10-01' where issue = 'ABSENT'")
    known.open_views(connection, AS_OF, OPEN)
    assert connection.execute("select issue from known_visites").fetchall() == [("VU",)]


def test_the_last_snapshot_counts_and_an_older_one_is_only_known() -> None:
    rows = [elector("a", date_liste=date(2026, 9, 1)), elector("b", date_liste=date(2026, 10, 1))]
    connection = opened(liste_electorale=rows)
    assert count(connection, "known_liste_electorale") == 2
    assert connection.execute("select id_electeur from latest_liste_electorale").fetchall() == [("b",)]


def test_the_last_delivery_of_a_reference_counts() -> None:
    rows: list[Row] = [{"id_adresse": "old", "type": "EHPAD"}, {"id_adresse": "new", "type": "EHPAD"}]
    connection = warehouse(etablissements=rows)
    connection.execute(
        "update raw.etablissements set delivered_on = date '2026-10-01' where id_adresse = 'old'"
    )
    known.open_views(connection, AS_OF, OPEN)
    assert connection.execute("select id_adresse from latest_etablissements").fetchall() == [("new",)]


@pytest.mark.parametrize("accord", ["N", None])
def test_who_did_not_consent_is_not_seen(accord: str | None) -> None:
    row: Row = {"id_evenement": "e", "accord_contact": accord, "date_acte": date(2026, 9, 1)}
    assert count(opened(OPEN | {"etat_civil": "consent"}, etat_civil=[row]), "known_etat_civil") == 0


def test_a_closed_source_shows_no_row_and_a_framed_one_only_what_a_frame_needs() -> None:
    gates: dict[str, Gate] = OPEN | {"parc_social": "closed", "liste_electorale": "frame"}
    person = elector("a", no_bureau_vote="12")
    connection = opened(gates, parc_social=[lease("l", "a")], liste_electorale=[person])
    assert count(connection, "known_parc_social") == 0
    seen = connection.execute("from known_liste_electorale").df().iloc[0]
    assert (seen["no_bureau_vote"], seen["cle_identite"]) == (None, "key-a")


@pytest.mark.parametrize("source", contract.SOURCES)
def test_what_factors_bind_to_holds_no_protected_column(source: str) -> None:
    connection = opened(**{source: []})
    held = {row[0] for row in connection.execute(f"describe latest_{source}").fetchall()}
    assert held & {c.name for c in contract.load(source).columns if c.is_protected} == set()


@pytest.mark.parametrize("key", [*KEYS, "id_logement"])
def test_an_objection_by_any_key_removes_the_person(key: str) -> None:
    every = {k: f"{k}-a" for k in KEYS} | {"id_logement": "flat-a"}
    connection = warehouse(
        liste_electorale=[elector("a", **every), elector("b")],
        # an objection holds whatever the day of the list: it is not a fact that may be known too late
        oppositions=[{key: every[key], "date_opposition": AS_OF}],
    )
    build(connection, AS_OF, OPEN)
    assert connection.execute("select id_logement from residents").fetchall() == [("flat-b",)]


@pytest.mark.parametrize("key", KEYS)
def test_an_objection_at_the_door_removes_the_person(key: str) -> None:
    visit: Row = {"id_visite": "v", "date_visite": date(2026, 9, 1), "opposition": True, key: f"{key}-a"}
    rows = [elector("a", **{k: f"{k}-a" for k in KEYS}), elector("b")]
    connection = opened(liste_electorale=rows, visites=[visit])
    assert connection.execute("select id_electeur from known_liste_electorale").fetchall() == [("b",)]
    assert count(connection, "known_visites") == 0


def test_who_objected_on_the_roll_is_gone_from_every_register() -> None:
    rows = [elector("a", opposition=True), elector("b", opposition=False)]
    connection = warehouse(
        liste_electorale=rows,
        parc_social=[lease("l", "a")],
        usages_services=[service("a", "SPORT"), service("b", "SPORT")],
    )
    assert households(connection) == [{"b"}]
    assert connection.execute("select count(*) from people").fetchall() == [(2,)]


def test_an_objection_without_any_key_removes_at_least_its_own_row() -> None:
    rows = [elector("a", opposition=True, **dict.fromkeys(KEYS)), elector("b")]
    connection = opened(liste_electorale=rows)
    assert connection.execute("select id_electeur from known_liste_electorale").fetchall() == [("b",)]


@pytest.mark.parametrize(
    "source", ["liste_electorale", "parc_social", "usages_services", "registre_vulnerables"]
)
def test_keys_that_stand_beside_an_objected_key_are_objected_too(source: str) -> None:
    """The register of objections names a person; any register may be the one that ties that name to a door."""
    record = {
        "liste_electorale": "id_electeur",
        "parc_social": "id_bail",
        "usages_services": "id_usager",
        "registre_vulnerables": "id_inscrit",
    }
    tie: Row = {record[source]: "tie", "cle_identite": "key-a", "cle_nom_adresse": "door-a"}
    visit: Row = {"id_visite": "v", "cle_nom_adresse": "door-a", "date_visite": date(2026, 9, 1)}
    connection = opened(oppositions=[{"cle_identite": "key-a"}], visites=[visit], **{source: [tie]})
    assert count(connection, "known_visites") == 0
