"""Who the members of a household are, and which of their keys are written down to find them again."""

from __future__ import annotations

from datetime import date

import duckdb
import pandas as pd
import pytest

from data_contracts.contract import Gate
from features import listed_members, people
from features.mentions import KEYS
from tests.features.drawn import AS_OF, OPEN, Row, build, elector, lease, service, warehouse

SEPTEMBER, OCTOBER, NOVEMBER = date(2026, 9, 1), date(2026, 10, 1), date(2026, 11, 1)


def collected(connection: duckdb.DuckDBPyConnection, gates: dict[str, Gate] = OPEN) -> pd.DataFrame:
    build(connection, AS_OF, gates)
    return listed_members.collect(connection)


def told(table: pd.DataFrame, *columns: str) -> dict[str, tuple[object, ...]]:
    """``columns`` of every member, by the letter in ``cle_identite``; missing is None."""
    given = table.astype(object).where(table.notna(), None)
    return {
        row["cle_identite"].removeprefix("key-"): tuple(row[c] for c in columns)
        for row in given.to_dict("records")
    }


def test_every_present_member_has_a_row_with_what_finds_them_again() -> None:
    rows = [
        elector("a", cle_usage="use-a", cle_phonetique="sound-a"),
        elector("b", id_logement="flat-a", sexe="M"),
        elector("c", annee_naissance=None),
    ]
    found = collected(warehouse(liste_electorale=rows))
    assert told(found, "sexe", "annee_naissance", *KEYS[1:]) == {
        "a": ("F", 1950, "use-a", "sound-a", "door-a"),
        "b": ("M", 1950, None, None, "door-b"),
        "c": ("F", None, None, None, "door-c"),
    }
    homes = found.groupby("household_id")["cle_identite"].agg(sorted).tolist()
    assert sorted(homes) == [["key-a", "key-b"], ["key-c"]]
    assert found[["household_id", "person_id"]].equals(
        found[["household_id", "person_id"]].sort_values(["household_id", "person_id"])
    )
    assert tuple(found.columns) == listed_members.COLUMNS and str(found["annee_naissance"].dtype) == "Int64"


def test_of_several_values_of_a_key_the_one_said_last_is_kept() -> None:
    """By September, October and November."""
    said = {
        "a": ("one", "two", "two"),  # the name has changed
        "b": ("own", "else", "own"),  # and has changed back
        "c": ("so", "now", None),  # a record that no longer says takes nothing away
        "d": (None, None, None),
    }
    rows = [
        elector(who, date_liste=day, cle_usage=key and f"{key}-{who}")
        for who, keys in said.items()
        for day, key in zip((SEPTEMBER, OCTOBER, NOVEMBER), keys, strict=True)
    ]
    found = told(collected(warehouse(liste_electorale=rows)), "cle_usage")
    assert found == {"a": ("two-a",), "b": ("own-b",), "c": ("now-c",), "d": (None,)}


def test_the_newest_register_is_followed_and_of_one_day_the_first() -> None:
    days = {"a": OCTOBER, "b": NOVEMBER, "c": date(2026, 11, 2)}
    rows = [elector(who, cle_usage=f"roll-{who}") for who in days]
    rented = [lease(f"0{who}", who, date_arrete=day, cle_usage=f"lease-{who}") for who, day in days.items()]
    connection = warehouse(liste_electorale=rows, parc_social=rented)
    build(connection, date(2026, 11, 3))
    found = told(listed_members.collect(connection), "cle_usage")
    assert found == {"a": ("roll-a",), "b": ("roll-b",), "c": ("lease-c",)}


def test_of_one_register_and_day_the_first_record_is_followed() -> None:
    """Not the first key, nor the first line."""
    order = {"a": ((1, "omega"), (2, "alpha")), "b": ((2, "alpha"), (1, "omega"))}
    used = [
        service(who, "SPORT", id_usager=f"{who}{n}", cle_identite=f"key-{who}", cle_usage=f"{key}-{who}")
        for who, cards in order.items()
        for n, key in cards
    ]
    connection = warehouse(liste_electorale=[elector("a"), elector("b")], usages_services=used)
    assert told(collected(connection), "cle_usage") == {"a": ("omega-a",), "b": ("omega-b",)}


def test_a_key_of_two_persons_is_written_for_neither_and_an_older_one_of_their_own_is() -> None:
    rows = [
        elector("a", date_liste=OCTOBER, cle_phonetique="only of a"),
        elector("a", cle_phonetique="shared"),
        elector("b", cle_phonetique="shared"),
    ]
    found = told(collected(warehouse(liste_electorale=rows)), "cle_phonetique")
    assert found == {"a": ("only of a",), "b": (None,)}


def test_of_records_that_differ_in_age_and_sex_the_frame_decides() -> None:
    """What was said first: the lease came later, but no age of the household was computed from it."""
    rows = [elector("a", date_liste=day, sexe=None) for day in (OCTOBER, NOVEMBER)]
    rented = lease("l", "a", annee_naissance=1952, sexe="M")
    connection = warehouse(liste_electorale=rows, parc_social=[rented])
    assert told(collected(connection), "annee_naissance", "sexe") == {"a": (1950, "M")}
    assert connection.execute("select oldest_age from households").fetchall() == [(76,)]


@pytest.mark.parametrize(("gate", "kept"), [("open", ("M", "use-a")), ("closed", (None, None))])
def test_what_a_closed_gate_keeps_out_is_not_written(gate: Gate, kept: tuple[object, ...]) -> None:
    rented = lease("l", "a", sexe="M", cle_usage="use-a")
    connection = warehouse(liste_electorale=[elector("a", sexe=None)], parc_social=[rented])
    assert told(collected(connection, OPEN | {"parc_social": gate}), "sexe", "cle_usage") == {"a": kept}


def test_an_act_gives_its_keys_with_consent_only() -> None:
    acts: list[Row] = [
        {
            "id_evenement": f"m{who}", "type_evenement": "MARIAGE", "cle_identite": f"key-{who}", "cle_usage": f"use-{who}",
            "accord_contact": answer,
        }
        for who, answer in (("a", "O"), ("b", "N"), ("c", "NR"))
    ]  # fmt: skip
    connection = warehouse(liste_electorale=[elector(who) for who in "abc"], etat_civil=acts)
    gates: dict[str, Gate] = OPEN | {"etat_civil": "consent"}
    assert told(collected(connection, gates), "cle_usage") == {"a": ("use-a",), "b": (None,), "c": (None,)}


def test_the_roll_gives_its_keys_to_the_frame() -> None:
    connection = warehouse(liste_electorale=[elector("a", cle_usage="use-a")])
    gates: dict[str, Gate] = OPEN | {"liste_electorale": "frame"}
    assert told(collected(connection, gates), "cle_usage", "cle_nom_adresse") == {"a": ("use-a", "door-a")}


def test_nobody_who_has_left_or_stands_at_a_door_that_is_left_in_peace_is_written_down() -> None:
    rows = [
        elector("a"),
        elector("b", id_logement="flat-a"),
        elector("c"),
        elector("d", id_logement="flat-c", opposition=True),
        elector("e", annee_naissance=2015),
    ]
    left: Row = {
        "id_visite": "v", "cle_identite": "key-b", "id_adresse": "street", "id_logement": "flat-a", "date_visite": OCTOBER, "issue": "DEMENAGE",
    }  # fmt: skip
    found = collected(warehouse(liste_electorale=rows, visites=[left]))
    assert set(told(found)) == {"a"}


def test_a_key_of_name_and_address_is_written_for_its_own_address_only() -> None:
    """Both have moved; the lease of one does not say the key."""
    homes = [
        lease(f"l{who}", who, date_arrete=OCTOBER, cle_nom_adresse=door)
        for who, door in (("a", "door-a"), ("b", None))
    ]
    former = [
        elector(who, id_adresse="old street", id_logement=f"old-{who}", cle_nom_adresse=f"old door-{who}")
        for who in "ab"
    ]
    found = collected(warehouse(liste_electorale=former, parc_social=homes))
    assert told(found, "cle_nom_adresse") == {"a": ("door-a",), "b": (None,)}


def test_each_key_that_is_written_leads_back_to_the_person_it_stands_with() -> None:
    """By the way by which a visit of later days finds them."""
    rows = [
        elector("a", cle_usage="use-a", cle_phonetique="shared"),
        elector("b", id_logement="flat-a", sexe="M", cle_phonetique="shared"),
        elector("c", cle_phonetique="sound-c"),
    ]
    connection = warehouse(
        liste_electorale=rows, parc_social=[lease("l", "a", date_arrete=OCTOBER, cle_usage="maiden-a")]
    )
    table = collected(connection)
    written = table.melt(id_vars="person_id", value_vars=list(KEYS), value_name="keys").dropna(subset="keys")
    connection.register("written", written.assign(place=range(len(written))))
    found = dict(connection.execute(people.persons_of("written", "place")).fetchall())
    assert [found[place] for place in range(len(written))] == written["person_id"].tolist()
    assert sorted(written["keys"]) == sorted(
        ["key-a", "key-b", "key-c", "door-a", "door-b", "door-c", "sound-c", "use-a"]
    )
