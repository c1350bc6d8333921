"""The lives of the synthetic city: laws that every town keeps, and small pictures of the parts they rest on."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
import pytest

from data_contracts.errors import ConfigurationError
from synthetic_city.history import Activity, History, Income, Tenure
from synthetic_city.lives import live

PERSONS, MONTHS = 4_000, 18
LAST = np.datetime64("2026-11-01")
FAR = pd.Timestamp("2200-01-01")


@pytest.fixture(scope="module")
def town() -> History:
    return live(PERSONS, MONTHS, seed=7)


def days_of(frame: pd.DataFrame, column: str) -> list[date | None]:
    return [None if pd.isna(value) else value.date() for value in frame[column]]


# Laws of the whole town


def test_a_person_is_in_at_most_one_stay_at_a_time(town: History) -> None:
    """Checked person by person, day against day."""
    stays = town.stays
    rows = zip(stays["person"], days_of(stays, "from_on"), days_of(stays, "to_on"), strict=True)
    last_seen: dict[int, date] = {}
    for person, start, end in sorted(rows, key=lambda row: (row[0], row[1])):
        assert person not in last_seen or last_seen[person] <= start
        assert end is None or start < end
        last_seen[person] = end or date(2200, 1, 1)


def test_the_panel_is_who_lives_where_on_the_first_day_of_each_month(town: History) -> None:
    rows = list(
        zip(
            town.stays["person"],
            town.stays["dwelling"],
            days_of(town.stays, "from_on"),
            days_of(town.stays, "to_on"),
            strict=True,
        )
    )
    for index, first in enumerate(town.months):
        day = first.astype(date)
        expected = sorted(
            (person, home) for person, home, start, end in rows if start <= day and (end is None or end > day)
        )
        month = town.panel[town.panel["month"] == index]
        assert list(zip(month["person"], month["dwelling"], strict=True)) == expected


def test_the_months_add_up(town: History) -> None:
    """Residents at first + births + arrivals - deaths - departures = residents at last."""
    first, last = (np.datetime64(day, "s") for day in (town.months[0], town.months[-1]))
    came = town.stays[(town.stays["from_on"] > first) & (town.stays["from_on"] <= last)][
        "arrival"
    ].value_counts()
    went = town.stays[(town.stays["to_on"] > first) & (town.stays["to_on"] <= last)][
        "departure"
    ].value_counts()
    size = town.panel.groupby("month").size()
    gained = came.get("BIRTH", 0) + came.get("MOVE_IN", 0) + came.get("RETURN", 0)
    assert size.iloc[-1] == size.iloc[0] + gained - went.get("DEATH", 0) - went.get("MOVE_OUT", 0)
    assert came.get("WITHIN", 0) == went.get("WITHIN", 0) > 0
    assert came.get("INTO_ESTABLISHMENT", 0) == went.get("INTO_ESTABLISHMENT", 0)


def test_nobody_lives_in_town_after_death_or_before_birth(town: History) -> None:
    people = town.people.iloc[town.stays["person"].to_numpy()]
    dead = people["died_on"].notna().to_numpy()
    assert dead.sum() > 0
    assert (town.stays["to_on"].to_numpy()[dead] <= people["died_on"].to_numpy()[dead]).all()
    assert (town.stays["from_on"].to_numpy() >= people["born_on"].to_numpy()).all()


def test_a_death_ends_the_stay_and_the_union_on_its_day(town: History) -> None:
    dead = town.people[town.people["died_on"].notna()]
    last = town.stays[town.stays["departure"] == "DEATH"].set_index("person")["to_on"]
    assert (last.reindex(dead.index) == dead["died_on"]).all()
    unions = town.unions[town.unions["end"] == "DECES"]
    died = np.minimum(*(town.people["died_on"].fillna(FAR).to_numpy()[unions[side]] for side in ("a", "b")))
    assert len(unions) > 0
    assert (unions["to_on"].to_numpy() == died).all()


def test_unions_of_a_person_do_not_overlap(town: History) -> None:
    unions = town.unions
    starts, ends = days_of(unions, "from_on"), days_of(unions, "to_on")
    rows = [
        (person, start, end)
        for side in ("a", "b")
        for person, start, end in zip(unions[side], starts, ends, strict=True)
    ]
    last_end: dict[int, date] = {}
    for person, start, end in sorted(rows, key=lambda row: (row[0], row[1], row[2] or date(2200, 1, 1))):
        assert end is None or end >= start
        assert last_end.get(person, date(1800, 1, 1)) <= start
        last_end[person] = end or date(2200, 1, 1)


def test_a_union_that_becomes_another_ends_the_day_the_next_begins(town: History) -> None:
    changed = town.unions[(town.unions["end"] == "") & town.unions["to_on"].notna()]
    starts = set(zip(town.unions["a"], town.unions["b"], town.unions["from_on"], strict=True))
    assert len(changed) > 0
    assert all(key in starts for key in zip(changed["a"], changed["b"], changed["to_on"], strict=True))


def test_every_household_has_one_dwelling_and_every_home_one_household(town: History) -> None:
    homes = town.panel[~town.panel["in_establishment"]]
    assert homes["size"].between(1, 14).all()
    assert (homes.groupby(["month", "household"])["dwelling"].nunique() == 1).all()
    assert (homes.groupby(["month", "dwelling"])["household"].nunique() == 1).all()
    assert (homes["size"] == homes.groupby(["month", "household"])["person"].transform("size")).all()
    assert (
        homes["minors"] == (homes["age"] < 18).groupby([homes["month"], homes["household"]]).transform("sum")
    ).all()


def test_a_household_keeps_its_number_while_a_member_stays(town: History) -> None:
    panel = town.panel[~town.panel["in_establishment"]].sort_values(["person", "month"])
    before = panel.groupby("person")[["month", "dwelling", "household"]].shift()
    stayed = (before["month"] == panel["month"] - 1) & (before["dwelling"] == panel["dwelling"])
    assert stayed.sum() > PERSONS
    assert (panel["household"][stayed] == before["household"][stayed]).all()


def test_panel_flags_say_what_the_tables_say(town: History) -> None:
    panel = town.panel
    assert (panel["lives_alone"] == ((panel["size"] == 1) & ~panel["in_establishment"])).all()
    tenure = town.dwellings["tenure"].to_numpy()[panel["dwelling"]]
    assert (panel["tenure"].to_numpy() == tenure).all()
    assert ((tenure == Tenure.ESTABLISHMENT) == panel["in_establishment"].to_numpy()).all()
    assert ((panel["activity"] == Activity.CHILD) == (panel["age"] < 15)).all()
    assert ((panel["months_unemployed"] >= 0) == (panel["activity"] == Activity.UNEMPLOYED)).all()
    assert (panel["months_here"] <= panel["months_in_town"]).all()
    assert panel.groupby(["month", "household"])["income"].nunique().max() == 1
    assert set(panel["income"].unique()) == set(Income)


def test_who_is_in_couple_has_a_partner_in_the_same_dwelling(town: History) -> None:
    last = town.panel[town.panel["month"] == MONTHS - 1].set_index("person")
    current = town.unions[town.unions["to_on"].isna()]
    together = {
        person
        for a, b in zip(current["a"], current["b"], strict=True)
        if a in last.index and b in last.index and last.at[a, "dwelling"] == last.at[b, "dwelling"]
        for person in (a, b)
    }
    assert set(last.index[last["in_couple"]]) == together


def test_ages_are_whole_years_on_the_first_day(town: History) -> None:
    panel = town.panel.sample(400, random_state=1)
    for row in panel.itertuples():
        born, day = town.people["born_on"].iloc[row.person].date(), town.months[row.month].astype(date)
        assert row.age == day.year - born.year - ((day.month, day.day) < (born.month, born.day))


def test_people_move_home_less_often_the_older_they_are(town: History) -> None:
    """Moves within town and to another commune, establishments apart; INSEE: 25-30 % a year at 20-29, 3 % at 65 and over."""
    tenure = town.dwellings["tenure"].to_numpy()
    stays = town.stays[tenure[town.stays["dwelling"]] != Tenure.ESTABLISHMENT]
    left = stays[
        stays["departure"].isin(["WITHIN", "MOVE_OUT"]) & (stays["to_on"] > pd.Timestamp(town.months[0]))
    ]
    born = town.people["born_on"].iloc[left["person"]].to_numpy()
    age = (left["to_on"].to_numpy() - born).astype("timedelta64[D]").astype(int) / 365.25
    homes = town.panel[~town.panel["in_establishment"]]
    share = {}
    for first, last in ((20, 30), (40, 65), (65, 120)):
        people = homes["age"].between(first, last - 1).sum() / 12
        share[first] = ((age >= first) & (age < last)).sum() / people
    assert 0.22 < share[20] < 0.36
    assert 0.03 < share[40] < 0.10
    assert share[65] < 0.055


def test_births_and_deaths_are_as_regular_as_their_rates(town: History) -> None:
    """Month by month the counts vary far less than those of people drawn one by one, whose variance is the mean."""
    for column in ("born_on", "died_on"):
        months = (
            town.people[column]
            .dt.to_period("M")
            .value_counts()
            .reindex(pd.period_range(town.months[0], periods=MONTHS - 1, freq="M"), fill_value=0)
        )
        assert months.mean() > 3
        assert months.var() < 0.4 * months.mean(), column


def test_parents_were_of_an_age_to_be(town: History) -> None:
    for parent in ("mother", "father"):
        known = town.people[town.people[parent] >= 0]
        gap = (
            (known["born_on"].to_numpy() - town.people["born_on"].to_numpy()[known[parent]])
            .astype("timedelta64[D]")
            .astype(int)
        )
        assert (gap > 13 * 365).all(), parent
    mothers = town.people.loc[town.people["mother"] >= 0, "mother"]
    assert (town.people["sex"].iloc[mothers] == "F").all()


def test_no_establishment_is_over_full(town: History) -> None:
    inside = town.panel[town.panel["in_establishment"]]
    places = town.buildings["places"].to_numpy()[town.dwellings["building"]]
    most = inside.groupby(["month", "dwelling"]).size().groupby("dwelling").max()
    assert (most.to_numpy() <= places[most.index]).all()


def test_buildings_hold_their_dwellings(town: History) -> None:
    count = town.dwellings.groupby("building").size()
    assert (count.to_numpy() == town.buildings["n_dwellings"].to_numpy()).all()
    assert town.buildings["quartier"].nunique() == 23
    assert 2 <= town.buildings.loc[town.buildings["is_qpv"], "quartier"].nunique() <= 3


def test_poverty_and_social_housing_gather_in_the_qpv(town: History) -> None:
    building = town.dwellings["building"].to_numpy()[town.panel["dwelling"]]
    is_qpv = town.buildings["is_qpv"].to_numpy()[building]
    for share in (town.panel["income"] == Income.LOW, town.panel["tenure"] == Tenure.HLM):
        assert share[is_qpv].mean() > 1.4 * share[~is_qpv].mean()


def test_same_seed_same_bytes_and_another_seed_another_town() -> None:
    once, again, other = (live(2_000, 2, seed) for seed in (3, 3, 4))
    for name in ("buildings", "dwellings", "people", "stays", "unions", "panel"):
        pd.testing.assert_frame_equal(getattr(once, name), getattr(again, name))
    assert not once.people.equals(other.people)


def test_the_calendar_ends_with_the_month_asked_for() -> None:
    history = live(2_000, 3, seed=1, last_month=np.datetime64("2024-03-01"))
    assert [str(day) for day in history.months] == ["2024-01-01", "2024-02-01", "2024-03-01"]
    assert history.stays["from_on"].max() <= pd.Timestamp("2024-03-01")
    assert history.people["died_on"].max() <= pd.Timestamp("2024-03-01")


@pytest.mark.parametrize(("persons", "months"), [(1_999, 3), (2_000_001, 3), (2_000, 0)])
def test_a_town_that_cannot_be_is_refused(persons: int, months: int) -> None:
    with pytest.raises(ConfigurationError, match="Hint"):
        live(persons, months, seed=1)
