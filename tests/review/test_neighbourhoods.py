"""Neighbourhoods that may be chosen: all of the city, also those in which no case lies."""

import re
from dataclasses import replace
from pathlib import Path

import pytest

from review.desk import Desk
from tests.review.desk_sample import a_desk, line, seat, sqlite, take, taken

HUERTAS = "4899902003"
NAMES = {"4899901001": "Casco Viejo", HUERTAS: "Huertas"}


@pytest.fixture
def elsewhere(tmp_path: Path) -> Desk:
    """The one case lies in Casco Viejo; nobody lives in Huertas as far as the list knows."""
    found = a_desk(sqlite(tmp_path), groups={"Sur": (HUERTAS,)})
    first = taken(lines=[line(1, quartier="4899901001")])
    take(found, replace(first, facts={**first.facts, "neighbourhoods": NAMES}))
    return found


def offered(html: str) -> list[str]:
    """Of the choice of a neighbourhood, without the line that chooses none."""
    chosen = re.search(r'<select id="quartier".*?</select>', html, re.DOTALL)
    assert chosen is not None
    return re.findall(r'<option value="\w+"[^>]*>([^<]+)<', chosen[0])


@pytest.mark.parametrize(
    ("role", "path"),
    [("agent", "/alert-entry"), ("expert", "/cases/new"), ("coordinator", "/bereavement/new")],
)
def test_a_neighbourhood_without_a_case_is_offered_with_its_name(
    elsewhere: Desk, role: str, path: str
) -> None:
    assert offered(seat(elsewhere, role).get(path).text) == ["4899901001 Casco Viejo", f"{HUERTAS} Huertas"]


def test_a_household_is_added_where_no_case_lies(elsewhere: Desk) -> None:
    expert = seat(elsewhere, "expert")
    added = expert.post(
        "/cases/new", quartier=HUERTAS, dwelling="", address="", key="", age_band="80_plus", members=1
    )
    assert added.status_code == 303, added.text
    assert f"{HUERTAS} Huertas" in expert.get(added.headers["location"]).text


def test_whoever_sees_a_part_of_the_city_adds_there_only(elsewhere: Desk) -> None:
    assert offered(seat(elsewhere, "south", "expert", groups=["Sur"]).get("/cases/new").text) == [
        f"{HUERTAS} Huertas"
    ]
