"""An objection by telephone: by code, by key, by name; nothing of any case is told, nothing that was typed is kept."""

from dataclasses import replace
from pathlib import Path

import pytest

from review.desk import Desk
from tests.review.desk_sample import Register, case_of, seat

KEY = "0123456789abcdef" * 2


def test_by_the_code_of_the_letter(desk: Desk, register: Register) -> None:
    agent, case = seat(desk, "agent"), case_of(desk, 7)
    answer = agent.post("/objection", code=case.household_id[:9])
    assert answer.headers["location"] == "/objection?said=objected"
    assert register.entries == [
        *({"CLE_IDENTITE": one.cle_identite} for one in case.members),
        {"ID_LOGEMENT": case.id_logement},
    ]
    assert case_of(desk, 7).state == "objected"
    assert case_of(desk, 1).state == "to_review"


def test_by_a_match_key(desk: Desk, register: Register) -> None:
    key = case_of(desk, 1).members[0].cle_identite
    assert seat(desk, "dpo").post("/objection", key=key).status_code == 303
    assert register.entries == [{"CLE_IDENTITE": key}]
    assert case_of(desk, 1).state == "objected"


def test_by_name_through_the_key_that_the_city_lent(desk: Desk, register: Register, tmp_path: Path) -> None:
    member = case_of(desk, 2).members[0]
    lent = replace(
        desk.services,
        pseudonyms=lambda told: {
            "CLE_IDENTITE": member.cle_identite or "",
            "CLE_USAGE": "",
            "CLE_NOM_ADRESSE": KEY,
        },
    )
    named = replace(desk, services=lent)
    form = {
        "surname": "Planté-Durand",
        "given_names": "Jeanne",
        "born_on": "31/12/1940",
        "address": "12 rue Voltaire",
    }
    assert seat(named, "agent").post("/objection", **form).status_code == 303
    assert register.entries == [{"CLE_IDENTITE": member.cle_identite}, {"CLE_NOM_ADRESSE": KEY}]
    assert case_of(desk, 2).state == "objected"
    kept = b"".join(path.read_bytes() for path in tmp_path.glob("desk.sqlite*"))
    assert "Planté".encode() not in kept
    assert b"Voltaire" not in kept


@pytest.mark.parametrize(
    "form",
    [
        {},
        {"code": "H"},
        {"code": "H99999999"},
        {"code": "%%%%%%%%%"},
        {"key": "0123"},
        {"surname": "Durand", "address": "12 rue Voltaire"},
    ],
)
def test_what_names_nobody_enters_nothing(desk: Desk, register: Register, form: dict[str, str]) -> None:
    assert seat(desk, "agent").post("/objection", **form).status_code == 422
    assert register.entries == []


def test_the_caller_learns_nothing_of_a_case(desk: Desk) -> None:
    agent = seat(desk, "agent")
    there = agent.post("/objection", key=case_of(desk, 1).members[0].cle_identite)
    nowhere = agent.post("/objection", key=KEY)
    assert (there.status_code, there.headers["location"]) == (
        nowhere.status_code,
        nowhere.headers["location"],
    )
