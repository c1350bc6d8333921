"""Who lives in which establishment: the able in sheltered residences, the dependent where there are nurses."""

from __future__ import annotations

import pytest

from synthetic_city.history import Autonomy, History
from synthetic_city.lives import live

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def town() -> History:
    return live(33_012, 12, seed=6)


def test_sheltered_residences_house_the_able_and_nursing_homes_the_dependent(town: History) -> None:
    """DREES counts about 9 % of the residents of nursing homes in no need of help."""
    old = town.panel[town.panel["in_establishment"] & (town.panel["age"] >= 60)]
    building = town.dwellings["building"].to_numpy()[old["dwelling"]]
    kind = town.buildings["establishment"].to_numpy()[building]
    able, severe = (
        (old["autonomy"] == level).groupby(kind).mean() for level in (Autonomy.FULL, Autonomy.SEVERE)
    )
    assert able["EHPAD"] < 0.13 < 0.4 < able["RESIDENCE_AUTONOMIE"]
    assert severe["RESIDENCE_AUTONOMIE"] < 0.15 < 0.6 < severe["EHPAD"]


def test_no_establishment_holds_more_people_than_it_has_places(town: History) -> None:
    inside = town.panel[town.panel["in_establishment"]]
    building = town.dwellings["building"].to_numpy()[inside["dwelling"]]
    people = inside.groupby(["month", building]).size()
    places = town.buildings["places"].to_numpy()[people.index.get_level_values(1)]
    assert (people.to_numpy() <= places).all()
    kinds = set(town.buildings["establishment"].to_numpy()[building])
    assert kinds >= {"EHPAD", "RESIDENCE_AUTONOMIE", "HOPITAL"}
