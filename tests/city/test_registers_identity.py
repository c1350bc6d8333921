"""How registers write people: each declared error of names, dates and sex, measured against the truth of a town, as declared and twice."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

import numpy as np
import pandas as pd
import pytest

from data_contracts.pseudonyms import person_keys
from synthetic_city.registers_ledger import days
from tests.city.registers_declared import Case, Flags, declared, off, once
from tests.city.registers_town import town


@cache
def forms(errors: float) -> pd.DataFrame:
    """Forms with a full date and a birth name, of four registers: what they say (``CLE_IDENTITE``, ``CLE_USAGE``) and who it is."""
    parts = [
        once(source, errors)
        for source in ("liste_electorale", "parc_social", "usages_services", "registre_vulnerables")
    ]
    found = pd.concat(parts, ignore_index=True)
    return found[found["CLE_IDENTITE"] != ""].reset_index(drop=True)


@cache
def names_of_forms(errors: float) -> pd.DataFrame:
    """The truth about the person of each form: surnames, first name, birth date."""
    names, persons = town().registers.everyone.names, forms(errors)["person"].to_numpy()
    born = days(town().registers.everyone.people["born_on"])[persons].astype(str).astype(object)
    married = np.where(names.married[persons] >= 0, names.surnames[names.married[persons]], "")
    table = {
        "own": names.surnames[names.birth[persons]],
        "married": married,
        "given": names.given_names[names.given[persons]],
        "born": born,
    }
    return pd.DataFrame(table, dtype=object)


def keys(birth: pd.Series, usage: pd.Series, given: pd.Series, born: pd.Series) -> pd.DataFrame:
    raw = pd.DataFrame(
        {
            "NOM_NAISSANCE": birth,
            "NOM_USAGE": usage,
            "PRENOMS": given,
            "DATE_NAISSANCE": born,
            "ID_ADRESSE": "",
        }
    )
    return person_keys(raw, town().registers.places.secret)


@cache
def is_true(errors: float) -> Flags:
    who = names_of_forms(errors)
    return np.asarray(
        forms(errors)["CLE_IDENTITE"]
        == keys(who["own"], who["married"], who["given"], who["born"])["CLE_IDENTITE"]
    )


def half_given(errors: float) -> Case:
    who = names_of_forms(errors)
    half = who["given"].str.split("-").str[0]
    compound = (half != who["given"]).to_numpy()
    said = (
        keys(who["own"], who["married"], half, who["born"])["CLE_IDENTITE"] == forms(errors)["CLE_IDENTITE"]
    )
    return (
        "half_compound",
        errors * declared("half_compound"),
        said.to_numpy()[compound & (said.to_numpy() | is_true(errors))],
    )


def swapped_dates(errors: float) -> Case:
    who = names_of_forms(errors)
    day, month = who["born"].str[8:].astype(int), who["born"].str[5:7].astype(int)
    can = ((day <= 12) & (day != month)).to_numpy()
    other = who["born"].str[:5] + who["born"].str[8:] + "-" + who["born"].str[5:7]
    said = (
        keys(who["own"], who["married"], who["given"], other.where(can, ""))["CLE_IDENTITE"]
        == forms(errors)["CLE_IDENTITE"]
    ).to_numpy()
    return "day_month_swapped", errors * declared("day_month_swapped"), said[can & (said | is_true(errors))]


def wrong_dates(errors: float) -> Case:
    who, said = names_of_forms(errors), np.zeros(len(forms(errors)), dtype=bool)
    born = pd.to_datetime(who["born"])
    for days_off in range(1, 10):
        date = (born + pd.Timedelta(days=days_off)).dt.strftime("%Y-%m-%d")
        said |= (
            keys(who["own"], who["married"], who["given"], date)["CLE_IDENTITE"]
            == forms(errors)["CLE_IDENTITE"]
        ).to_numpy()
    return "wrong_birth_date", errors * declared("wrong_birth_date"), said[said | is_true(errors)]


def typing_errors(errors: float) -> Case:
    """Whatever else makes a key another: all that is declared, together (about a third of birth dates still are dates with day and month exchanged)."""
    swaps = 0.36 * errors * declared("day_month_swapped")
    has_usage = (forms(errors)["CLE_USAGE"] != "").mean()
    right = (
        (1 - errors * declared("typo_surname"))
        * (1 - errors * declared("typo_given"))
        * (1 - errors * declared("wrong_birth_date"))
        * (1 - swaps)
        * (1 - has_usage * errors * declared("surnames_swapped"))
    )
    return (
        "typo_surname and typo_given",
        1 - right,
        ~is_true(errors)[~names_of_forms(errors)["given"].str.contains("-").to_numpy()],
    )


def double_names(errors: float) -> Iterator[Case]:
    """Of women whose second surname is joined to their own: which forms hold one half. Only those who are written rightly otherwise."""
    who, names = names_of_forms(errors), town().registers.everyone.names
    married = (
        (forms(errors)["CLE_USAGE"] != "").to_numpy() & (who["married"] != "").to_numpy() & is_true(errors)
    )
    whole, own, other = (
        (
            keys(who["own"], usage, who["given"], who["born"])["CLE_USAGE"] == forms(errors)["CLE_USAGE"]
        ).to_numpy()
        for usage in (who["own"] + "-" + who["married"], who["own"], who["married"])
    )
    double = names.is_double[forms(errors)["person"].to_numpy()] & married
    yield "half_double", errors * declared("half_double"), (own | other)[double & (own | other | whole)]
    women = np.flatnonzero(names.married >= 0)
    yield "usage_name_double", declared("usage_name_double"), names.is_double[women]


def swapped_surnames(errors: float) -> Case:
    who = names_of_forms(errors)
    said = (
        keys(who["married"], who["own"], who["given"], who["born"])["CLE_IDENTITE"]
        == forms(errors)["CLE_IDENTITE"]
    ).to_numpy()
    plain = ~town().registers.everyone.names.is_double[forms(errors)["person"].to_numpy()]
    differ = (who["married"] != "") & (who["married"] != who["own"])
    can = plain & (forms(errors)["CLE_USAGE"] != "").to_numpy() & differ.to_numpy()
    return "surnames_swapped", errors * declared("surnames_swapped"), said[can & (said | is_true(errors))]


def namesakes() -> Iterator[Case]:
    """Children also bear a parent's first name by chance, seldom: that is added."""
    people, names = town().registers.everyone.people, town().registers.everyone.names
    for parent, sex in (("father", "M"), ("mother", "F")):
        of = people[parent].to_numpy()
        child = np.flatnonzero((of >= 0) & (people["sex"] == sex).to_numpy())
        common = np.bincount(names.given[child], minlength=len(names.given_names)) / len(child)
        by_chance = float(common[names.given[of[child]]].mean())
        share = declared(f"named_after_{parent}")
        yield (
            f"named_after_{parent}",
            share + (1 - share) * by_chance,
            names.given[child] == names.given[of[child]],
        )


def identity(errors: float) -> Iterator[Case]:
    yield half_given(errors)
    yield swapped_dates(errors)
    yield wrong_dates(errors)
    yield typing_errors(errors)
    yield from double_names(errors)
    yield swapped_surnames(errors)
    yield from namesakes()
    yield (
        "sex_missing",
        errors * declared("sex_missing"),
        (
            pd.concat([once(s, errors) for s in ("liste_electorale", "parc_social", "etat_civil")])["SEXE"]
            == ""
        ).to_numpy(),
    )


@pytest.mark.slow
@pytest.mark.parametrize("errors", [1.0, 2.0])
def test_forms_show_the_declared_errors_times_the_factor(errors: float) -> None:
    assert not off(identity(errors))
