"""Campaigns: outcomes never contradict the truth, only drawn visits carry a probability, answers are those of the ties."""

from __future__ import annotations

from functools import cache

import numpy as np
import pandas as pd
import pytest

from synthetic_city.campaigns import ADULT, OLD
from synthetic_city.campaigns_outcomes import CLOSED, LSNS, LSNS_AGE, NETWORKS, UCLA, panel_rows
from synthetic_city.city import build
from synthetic_city.rates import rate
from synthetic_city.rates_tables import NEEDS
from synthetic_city.registers_ledger import days
from synthetic_city.registers_months import Whereabouts, whereabouts
from tests.city.registers_town import town

ITEMS = [
    *(name.upper() for name in (*LSNS, *UCLA)),
    *NETWORKS,
    "JUGEMENT_UNITE",
    *(need.name for need in NEEDS),
]


@cache
def where() -> Whereabouts:
    return whereabouts(town().history, town().registers.everyone.people)


def visits() -> pd.DataFrame:
    """With the true person, the dwelling of the list, and where the person is on the day (-1: not in town)."""
    ledger = town().registers.ledgers["visites"]
    on = days(ledger.rows["DATE_VISITE"])
    return ledger.rows.assign(
        person=ledger.person,
        listed=ledger.dwelling,
        at=where().at(ledger.person, on),
        is_dead=where().is_dead(ledger.person, on),
    )


def age_of(rows: pd.DataFrame) -> pd.Series:
    """By the true birth date."""
    born = town().registers.everyone.people["born_on"].to_numpy()[rows["person"]]
    return (rows["DATE_VISITE"] - born).dt.days / 365.2425


@pytest.mark.slow
def test_whoever_is_met_is_alive_and_at_home() -> None:
    met = visits()[lambda rows: rows["ISSUE"].isin(["VU", "REFUS", "ABSENT"])]
    assert len(met) > 50
    assert (met["at"] == met["listed"]).all() and not met["is_dead"].any()


@pytest.mark.slow
def test_what_is_said_about_the_absent_is_true() -> None:
    rows, places = visits(), town().registers.places
    inside = np.isin(places.establishment[places.building[rows["at"]]], CLOSED)
    said = rows["ISSUE"].to_numpy()
    assert rows["is_dead"].to_numpy()[said == "DECEDE"].all()
    old = age_of(rows) >= OLD
    assert (inside | (old & (rows["at"] < 0)))[said == "ETABLISSEMENT"].all(), (
        "in a home here, or perhaps elsewhere"
    )
    moved = rows[said == "DEMENAGE"]
    assert len(moved) > 0 and (moved["at"] != moved["listed"]).all() and not moved["is_dead"].any()


def test_the_dead_and_the_moved_are_never_met() -> None:
    rows = visits()
    away = rows[rows["is_dead"] | (rows["at"] != rows["listed"])]
    assert len(away) > 10
    assert set(away["ISSUE"]) <= {"DECEDE", "DEMENAGE", "ETABLISSEMENT", "INTROUVABLE"}


def test_answers_exist_only_for_people_who_were_met() -> None:
    rows = visits()
    others = rows[rows["ISSUE"] != "VU"]
    assert others[ITEMS].isna().all(axis=None)
    assert (others[["AUCUN_BESOIN_MOTIF", "SUITE"]] == "").all(axis=None)


def test_answers_are_those_of_the_ties_of_that_month() -> None:
    rows = visits()[lambda table: table["ISSUE"] == "VU"]
    row = panel_rows(town().history, rows["person"].to_numpy(np.int64), days(rows["DATE_VISITE"]))
    assert (row >= 0).all()
    answers = town().ties.answers.iloc[row]
    for name in (*LSNS, *UCLA):
        given = rows[name.upper()].notna().to_numpy()
        assert (rows[name.upper()].to_numpy()[given] == answers[name].to_numpy()[given]).all(), name
    for name, bit in NETWORKS.items():
        given = rows[name].notna().to_numpy()
        assert (rows[name].to_numpy()[given] == ((answers["networks"].to_numpy()[given] & bit) > 0)).all(), (
            name
        )


def test_the_older_scale_is_asked_from_sixty_on() -> None:
    rows = visits()[lambda table: table["ISSUE"] == "VU"]
    born = town().history.people["born_on"].iloc[rows["person"].to_numpy(np.int64)].reset_index(drop=True)
    sixtieth = born + pd.DateOffset(years=LSNS_AGE)
    young = (pd.to_datetime(rows["DATE_VISITE"]).reset_index(drop=True) < sixtieth).to_numpy()
    items = rows[[name.upper() for name in LSNS]]
    assert young.any() and items[young].isna().all(axis=None)
    assert items[~young].notna().any(axis=1).mean() > 0.9


def test_some_items_stay_without_answer_at_about_the_declared_rate() -> None:
    rows = visits()[lambda table: table["ISSUE"] == "VU"]
    missing = rows[list(NETWORKS)].isna().to_numpy().mean()
    expected = rate("networks_refused") + rate("item_missing")
    assert 0 < missing < 3 * expected


def test_only_the_drawn_arm_has_a_probability_and_it_is_n_over_N() -> None:
    rows = visits()
    drawn = rows["BRAS"] == "EXPLORATION"
    assert drawn.any() and (rows["PROBA_TIRAGE"].notna() == drawn).all()
    for _, list_ in rows[drawn].groupby("DATE_LISTE"):
        assert list_["PROBA_TIRAGE"].nunique() == 1
        drawn_from = round(rate("visits_explored_a_quarter") * 8000 / 33_000) / list_["PROBA_TIRAGE"].iloc[0]
        assert abs(drawn_from - round(drawn_from)) < 1e-6
        assert 2000 < drawn_from < len(town().registers.ledgers["liste_electorale"].rows)


def test_lists_come_before_visits_and_visits_before_the_last_delivery() -> None:
    rows = visits()
    assert (days(rows["DATE_LISTE"]) <= days(rows["DATE_VISITE"])).all()
    assert (days(rows["DATE_VISITE"]) < town().history.months[-1]).all()


def test_each_arm_visits_whom_it_is_for() -> None:
    rows = visits()
    by_roll = rows[rows["BRAS"] != "SIGNALEMENT"]
    age = days(by_roll["DATE_LISTE"]).astype("datetime64[Y]").astype(int) + 1970 - by_roll["ANNEE_NAISSANCE"]
    assert (age[by_roll["BRAS"] == "TEMOIN_80PLUS"] >= OLD).all()
    assert (age >= ADULT).all()
    roll = town().registers.ledgers["liste_electorale"]
    electors = pd.Series(roll.rows["ID_ELECTEUR"].to_numpy()).groupby(roll.person).nunique()
    times = by_roll.groupby("person").size()
    assert (times <= electors.reindex(times.index)).all(), "an elector once"


def test_the_number_of_visits_follows_the_size_of_the_town() -> None:
    """About 1,500 in 30 months at 33,000 people, so about 360 at 8,000."""
    assert 250 < len(visits()) < 480


@pytest.mark.slow
def test_alerts_come_a_little_more_from_the_isolated() -> None:
    """The declared odds are 2; drawn here over three towns so that chance does not decide."""
    isolated, of_town = [], []
    for seed in (1, 2, 3):
        city = build(4000, 24, seed)
        alerts = city.registers.ledgers["signalements"]
        row = panel_rows(city.history, alerts.person, alerts.shown_from)
        isolated.append(city.ties.answers["isolated"].to_numpy()[row[row >= 0]])
        adult = (city.history.panel["age"] >= ADULT).to_numpy()
        of_town.append(city.ties.answers["isolated"].to_numpy()[adult].mean())
    share, base = np.concatenate(isolated).mean(), float(np.mean(of_town))
    assert base < share < 4 * base


def test_the_unit_sees_most_of_the_isolated_but_not_all() -> None:
    rows = visits()[lambda table: (table["ISSUE"] == "VU") & table["JUGEMENT_UNITE"].notna()]
    row = panel_rows(town().history, rows["person"].to_numpy(np.int64), days(rows["DATE_VISITE"]))
    truly = town().ties.answers["isolated"].to_numpy()[row]
    judged = (rows["JUGEMENT_UNITE"] >= 2).to_numpy()
    assert judged[truly].mean() > 2 * judged[~truly].mean()
    assert judged[~truly].mean() > 0 and judged[truly].mean() < 1
