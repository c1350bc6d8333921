"""Each kind of evidence at its edges, on drawn tables: what holds the day before and not the day after, and when it became known."""

from collections.abc import Sequence
from datetime import date, timedelta
from functools import cache

import pytest

from features import frame, presence
from features.presence_evidence import EVIDENCE
from tests.features.drawn import AS_OF, OPEN, Row, apart, build, elector, insert, lease, service, warehouse

D = date
SOLD = D(2026, 3, 1)
"""The day of a move in these pictures."""


def held(**sources: list[Row]) -> set[str]:
    """Names of the evidence that holds of the elector ``a`` as of ``AS_OF``."""
    return side_by_side([sources])[0]


def side_by_side(pictures: Sequence[dict[str, list[Row]]]) -> list[set[str]]:
    """The same of each picture, all of them in one town, in which they share nothing."""
    town: dict[str, list[Row]] = {}
    for n, picture in enumerate(pictures):
        for source, rows in picture.items():
            town.setdefault(source, []).extend(apart(row, n) for row in rows)
    connection = warehouse(**town)
    build(connection)
    found = connection.execute(
        "select k.key, h.* from evidence_held h join person_keys k using (person_id) where k.key like 'key-a of %' and occasion = 'now'"
    ).df()
    by_key = {row["key"]: {e.name for e in EVIDENCE if row[e.name]} for _, row in found.iterrows()}
    assert len(found) == len(by_key) == len(pictures)
    return [by_key[f"key-a of {n}"] for n in range(len(pictures))]


def used(name: str, on: date, **more: object) -> Row:
    return service("a", name, cle_identite="key-a", date_dernier_usage=on, **more)


def visit(issue: str, **more: object) -> Row:
    base: Row = {
        "id_visite": "v",
        "cle_identite": "key-a",
        "id_adresse": "street",
        "date_visite": SOLD,
        "issue": issue,
    }
    return base | more


GONE: list[tuple[str, str, list[Row]]] = [
    ("returned_mail", "liste_electorale", [elector("a", date_retour_npai=SOLD)]),
    ("lease_ended", "parc_social", [lease("l", "a", date_sortie=SOLD)]),
    ("told_moved", "visites", [visit("DEMENAGE")]),
]


@pytest.mark.parametrize(("name", "source", "rows"), GONE, ids=[g[0] for g in GONE])
def test_a_newer_sign_at_the_door_outweighs_a_move_and_one_of_the_same_day_does_not(
    name: str, source: str, rows: list[Row]
) -> None:
    meals = [used("PORTAGE_REPAS", SOLD + timedelta(days=days)) for days in (-1, 0, 1)]
    found = side_by_side(
        [{"liste_electorale": [elector("a")], "usages_services": [one]} | {source: rows} for one in meals]
    )
    assert [name in one for one in found] == [True, True, False]
    assert not any("seen_since_the_move" in one for one in found)


@pytest.mark.parametrize(("name", "source", "rows"), GONE, ids=[g[0] for g in GONE])
def test_use_of_a_service_elsewhere_in_town_softens_a_move_and_does_not_outweigh_it(
    name: str, source: str, rows: list[Row]
) -> None:
    sport = [used("SPORT", SOLD + timedelta(days=days)) for days in (-1, 0, 1)]
    found = side_by_side(
        [{"liste_electorale": [elector("a")], "usages_services": [one]} | {source: rows} for one in sport]
    )
    assert [name in one for one in found] == [True, True, False]
    assert ["seen_since_the_move" in one for one in found] == [False, False, True]


@pytest.mark.parametrize("issue", ["VU", "REFUS"])
def test_whoever_opened_the_door_later_is_there(issue: str) -> None:
    returned = [elector("a", date_retour_npai=SOLD)]
    later = visit(issue, date_visite=SOLD + timedelta(days=1))
    assert "returned_mail" not in held(liste_electorale=returned, visites=[later])
    assert "returned_mail" in held(liste_electorale=returned, visites=[later | {"issue": "ABSENT"}])
    assert "returned_mail" in held(liste_electorale=returned, visites=[later | {"id_adresse": "elsewhere"}])


ROLL = [elector("a")]
DEAD: Row = {"cle_identite": "key-a", "date_deces": D(2026, 1, 1), "date_fichier": D(2026, 2, 1)}
ACT: Row = {
    "id_evenement": "e", "type_evenement": "DECES", "cle_identite": "key-a", "date_evenement": D(2026, 1, 1), "date_acte": D(2026, 1, 2),
    "accord_contact": "O", "date_accord": D(2026, 1, 2),
}  # fmt: skip
HOME: Row = {"id_adresse": "street", "type": "EHPAD"}
B = elector("b", id_logement="flat-a")


PICTURES: tuple[tuple[str, bool, dict[str, list[Row]]], ...] = (
    ("death_file", True, {"deces_publics": [DEAD]}),
    ("death_file", False, {"deces_publics": [DEAD | {"cle_identite": "key-b"}]}),
    ("death_act", True, {"etat_civil": [ACT]}),
    ("death_act", False, {"etat_civil": [ACT | {"type_evenement": "MARIAGE"}]}),
    ("death_act", False, {"etat_civil": [ACT | {"cle_identite": "key-b", "cle_identite_liee": "key-a"}]}),
    ("told_dead", True, {"visites": [visit("DECEDE")]}),
    ("told_dead", False, {"visites": [visit("DECEDE"), visit("VU", id_visite="w", date_visite=D(2026, 3, 2))]}),
    ("told_home", True, {"visites": [visit("ETABLISSEMENT")], "usages_services": [used("SPORT", D(2026, 9, 1))]}),
    ("told_home", False, {"visites": [visit("ETABLISSEMENT")], "usages_services": [used("AIDE_DOMICILE", D(2026, 9, 1))]}),
    ("not_found", True, {"visites": [visit("INTROUVABLE")]}),
    ("establishment_here", True, {"etablissements": [HOME]}),
    ("establishment_here", True, {"etablissements": [HOME | {"type": "HOPITAL"}]}),
    ("establishment_here", False, {"etablissements": [HOME | {"type": "RESIDENCE_AUTONOMIE"}]}),
    ("establishment_here", False, {"etablissements": [HOME | {"type": "FOYER"}]}),
    ("in_force", True, {"parc_social": [lease("l", "a")]}),
    ("in_force", False, {"parc_social": [lease("l", "a", date_sortie=SOLD)]}),
    ("mail_arrives", True, {}),
    ("settled", True, {"liste_electorale": [elector("a", date_inscription=AS_OF - timedelta(days=5475))]}),
    ("settled", False, {"liste_electorale": [elector("a", date_inscription=AS_OF - timedelta(days=5474))]}),
    ("in_use", True, {"usages_services": [used("SPORT", AS_OF - timedelta(days=90))]}),
    ("use_silent", False, {"usages_services": [used("SPORT", AS_OF - timedelta(days=90))]}),
    ("in_use", False, {"usages_services": [used("SPORT", AS_OF - timedelta(days=91))]}),
    ("use_silent", True, {"usages_services": [used("SPORT", AS_OF - timedelta(days=91))]}),
    ("use_stopped", True, {"usages_services": [used("SPORT", SOLD, date_fin=SOLD)]}),
    ("only_written", False, {"usages_services": [used("SPORT", SOLD)]}),
    ("only_written", True, {"usages_services": [used("SPORT", SOLD)], "liste_electorale": []}),
    ("only_written", False, {"usages_services": [used("AIDE_DOMICILE", SOLD)], "liste_electorale": []}),
    ("beside_returned", True, {"liste_electorale": [*ROLL, B | {"date_retour_npai": SOLD}]}),
    ("beside_returned", False, {"liste_electorale": [*ROLL, elector("b", date_retour_npai=SOLD)]}),
    ("beside_mail", True, {"liste_electorale": [*ROLL, B]}),
    ("beside_mails", False, {"liste_electorale": [*ROLL, B]}),
    ("beside_mails", True, {"liste_electorale": [*ROLL, B, elector("c", id_logement="flat-a")]}),
    ("newcomer", True, {"liste_electorale": [*ROLL, B | {"date_inscription": AS_OF - timedelta(days=365)}]}),
    ("newcomer", False, {"liste_electorale": [*ROLL, B | {"date_inscription": AS_OF - timedelta(days=366)}]}),
    ("beside_tenant", True, {"parc_social": [lease("l", "b", annee_naissance=1980, id_logement="flat-a", date_entree=D(2010, 1, 1))]}),
    ("beside_tenant", False, {"parc_social": [lease("l", "b", annee_naissance=1980, id_logement="flat-a", date_entree=D(2010, 1, 2))]}),
    ("new_tenant", True, {"parc_social": [lease("l", "b", annee_naissance=1980, id_logement="flat-a", date_entree=AS_OF - timedelta(days=730))]}),
    ("new_tenant", False, {"parc_social": [lease("l", "b", annee_naissance=1980, id_logement="flat-a", date_entree=AS_OF - timedelta(days=731))]}),
    ("tenant_since", True, {"parc_social": [lease("l", "b", annee_naissance=1980, id_logement="flat-a", date_entree=AS_OF - timedelta(days=731))]}),
    ("new_tenant", False, {"parc_social": [lease("l", "b", annee_naissance=1980, id_logement="flat-a", date_entree=AS_OF, date_sortie=AS_OF)]}),
    ("beside_seen", True, {"usages_services": [service("b", "SPORT", id_logement="flat-a", date_dernier_usage=AS_OF - timedelta(days=90))]}),
    ("beside_seen", False, {"usages_services": [service("b", "SPORT", id_logement="flat-a", date_dernier_usage=AS_OF - timedelta(days=91))]}),
)  # fmt: skip
"""Evidence, whether it holds, and what is drawn beside the elector ``a`` on the roll."""


@cache
def drawn_like(sources: frozenset[str]) -> dict[int, set[str]]:
    """Of every picture that draws these sources: one source may not speak in the town of a picture that lacks it."""
    alike = [n for n, (_, _, picture) in enumerate(PICTURES) if frozenset(picture) == sources]
    found = side_by_side([{"liste_electorale": ROLL} | PICTURES[n][2] for n in alike])
    return dict(zip(alike, found, strict=True))


@pytest.mark.parametrize("number", range(len(PICTURES)), ids=lambda n: f"{PICTURES[n][0]}-{PICTURES[n][1]}")
def test_evidence(number: int) -> None:
    name, holds, sources = PICTURES[number]
    assert (name in drawn_like(frozenset(sources))[number]) is holds


@pytest.mark.parametrize(("on", "holds"), [(D(2019, 12, 31), False), (D(2020, 1, 2), True)])
def test_the_newer_of_two_addresses_is_the_place(on: date, holds: bool) -> None:
    """The library card was written in 2020; the entry of the roll at another address is newer or not."""
    card = used("BIBLIOTHEQUE", D(2026, 10, 1), id_adresse="old street", id_logement="old flat")
    found = held(liste_electorale=[elector("a", date_inscription=on)], usages_services=[card])
    assert "newer_elsewhere" not in found, "the place is then the newer one"
    assert ("only_written" in found) is not holds


@pytest.mark.parametrize(("on", "holds"), [(D(2019, 12, 31), False), (D(2020, 1, 2), True)])
def test_a_newer_record_in_an_establishment_is_the_place(on: date, holds: bool) -> None:
    card = used("BIBLIOTHEQUE", D(2026, 10, 1), id_adresse="old street", id_logement="old flat")
    found = held(
        liste_electorale=[elector("a", date_inscription=on)], usages_services=[card], etablissements=[HOME]
    )
    assert ("establishment_here" in found) is holds
    assert "newer_elsewhere" not in found


@pytest.mark.parametrize(
    ("on", "holds"), [(D(2026, 10, 31), True), (D(2026, 11, 1), True), (D(2026, 11, 2), False)]
)
def test_who_is_no_longer_on_the_roll_was_removed_unless_seen_at_the_door_since(
    on: date, holds: bool
) -> None:
    rows = [elector("a", date_liste=D(2026, 10, 1)), elector("c")]
    meals = used("PORTAGE_REPAS", on)
    assert ("removed_from_roll" in held(liste_electorale=rows, usages_services=[meals])) is holds
    assert "removed_from_roll" not in held(liste_electorale=[*rows, elector("a")], usages_services=[meals])


@pytest.mark.parametrize(("days", "holds"), [(365, True), (366, False)])
def test_somebody_of_the_dwelling_who_left_within_a_year_may_have_taken_the_others_along(
    days: int, holds: bool
) -> None:
    left = lease(
        "l", "b", id_adresse="new street", id_logement="new flat", date_entree=AS_OF - timedelta(days=days)
    )
    assert ("beside_gone" in held(liste_electorale=[*ROLL, B], parc_social=[left])) is holds


def known(**sources: list[Row]) -> tuple[str, str, date | None]:
    connection = warehouse(**sources)
    build(connection)
    rows = connection.execute("select presence, presence_reason, presence_known_on from residents").fetchall()
    assert len(rows) == 1
    return rows[0]


def test_a_departure_is_known_from_the_first_snapshot_that_says_it() -> None:
    early = [elector("a", date_liste=D(2026, 8, 1))]
    rows = [
        elector("a", date_liste=day, date_retour_npai=SOLD)
        for day in (D(2026, 9, 1), D(2026, 10, 1), D(2026, 11, 1))
    ]
    assert known(liste_electorale=early + rows) == ("moved", "mail returned", D(2026, 9, 1))
    ended = [lease("l", "a", date_arrete=day, date_sortie=SOLD) for day in (D(2026, 10, 1), D(2026, 11, 1))]
    assert known(liste_electorale=ROLL, parc_social=ended) == ("moved", "end of lease", D(2026, 10, 1))


def test_other_reasons_are_known_from_their_own_day() -> None:
    assert known(liste_electorale=ROLL, deces_publics=[DEAD]) == (
        "deceased",
        "public death file",
        D(2026, 2, 1),
    )
    assert known(liste_electorale=ROLL, visites=[visit("ETABLISSEMENT")]) == (
        "establishment",
        "visit: in an establishment",
        SOLD,
    )
    assert known(liste_electorale=ROLL) == ("present", "", None)
    late = [elector("a"), elector("a", date_liste=D(2026, 9, 1))]
    opened = HOME | {"known_on": D(2026, 10, 5)}
    assert known(liste_electorale=late, etablissements=[opened])[2] == D(2026, 10, 5)


def test_a_doubt_is_told_by_what_weighs_most_or_by_silence() -> None:
    def doubt(**sources: list[Row]) -> tuple[str, str]:
        connection = warehouse(**sources)
        frame.build(connection, AS_OF, OPEN)
        return connection.execute("select presence, presence_reason from residents").fetchall()[0]  # type: ignore[no-any-return]

    assert doubt(liste_electorale=ROLL) == ("unknown", "no recent sign at this address")
    assert doubt(liste_electorale=ROLL, visites=[visit("INTROUVABLE")]) == ("unknown", "visit: not found")
    assert doubt(liste_electorale=ROLL, parc_social=[lease("l", "a")]) == ("present", "")


def questions(*visits: Row, **sources: list[Row]) -> dict[str, set[str]]:
    """What each past visit could know, by its number."""
    connection = warehouse(liste_electorale=[], visites=list(visits))
    for source, rows in sources.items():
        for line, row in enumerate(rows, start=2):
            insert(connection, source, line, row)
    build(connection)
    _, past = presence.evidence(connection)
    return {str(v["occasion"]): {e.name for e in EVIDENCE if v[e.name]} for v in past.to_dict("records")}


@pytest.mark.parametrize(("days", "seen"), [(-1, True), (0, False)])
def test_a_past_visit_sees_what_was_known_before_its_day(days: int, seen: bool) -> None:
    when = SOLD + timedelta(days=days)
    rows = [
        elector("a", date_liste=D(2026, 1, 1)),
        elector("a", date_liste=when, date_retour_npai=D(2026, 1, 15)),
        elector("a"),
    ]
    assert ("returned_mail" in questions(visit("VU"), liste_electorale=rows)["v"]) is seen


def test_a_visit_is_no_evidence_of_itself_but_of_the_next() -> None:
    rows = [elector("a", date_liste=D(2026, 1, 1)), elector("a")]
    later = visit("VU", id_visite="w", date_visite=D(2026, 6, 1))
    found = questions(visit("DEMENAGE"), later, liste_electorale=rows)
    assert "told_moved" not in found["v"]
    assert "told_moved" in found["w"]


def test_nobody_home_says_nothing() -> None:
    rows = [elector("a", date_liste=D(2026, 1, 1)), elector("a")]
    assert questions(visit("ABSENT"), liste_electorale=rows) == {}


def test_who_else_is_at_the_dwelling_is_known_to_a_past_visit_too() -> None:
    rows = [row | {"date_liste": D(2026, 1, 1)} for row in (*ROLL, B)] + [*ROLL, B]
    assert "beside_mail" in questions(visit("VU", id_logement="flat-a"), liste_electorale=rows)["v"]
