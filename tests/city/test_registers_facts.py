"""No delivery tells what cannot be, and neither names nor order of records tell what should not be known."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from math import erfc, sqrt

import numpy as np
import numpy.typing as npt
import pandas as pd
import pytest

from synthetic_city.rates_tables import REGISTER, SERVICES
from synthetic_city.registers_ledger import days
from tests.city.registers_town import ages, born_on, delivered, person_of, town

Flags = npt.NDArray[np.bool_]
Promise = Callable[[pd.DataFrame, np.datetime64], Flags]

BIRTHDAY = 0.003
"""A day, in years: ages here are worked with a mean year."""
SUNDAY, SATURDAY = 6, 5
FROM_AGE = {offer.name: offer.from_age for offer in SERVICES}
HOMES = ("DEPART_RESIDENCE", "ETABLISSEMENT_PROCHE")
ALPHA = 1e-4
"""Level of each test of association: of some thirty, one in three hundred towns would fail one by chance."""


def weekday(column: pd.Series) -> npt.NDArray[np.int64]:
    """Monday 0 to Sunday 6; -1 where nothing is given."""
    return np.where(column.isna(), -1, column.dt.day_of_week.fillna(-1)).astype(np.int64)


def before(frame: pd.DataFrame, later: str, earlier: str) -> Flags:
    return np.asarray(days(frame[later]) < days(frame[earlier]))


def younger(source: str, column: str, age: float) -> Promise:
    return lambda frame, day: ages(source, frame, column) < age - BIRTHDAY


def on_sunday(*columns: str) -> Promise:
    return lambda frame, day: np.logical_or.reduce([weekday(frame[name]) == SUNDAY for name in columns])


def service_too_young(frame: pd.DataFrame, day: np.datetime64) -> Flags:
    return ages("usages_services", frame, "DATE_DEBUT") < frame["SERVICE"].map(FROM_AGE) - BIRTHDAY


def negative(frame: pd.DataFrame, day: np.datetime64) -> Flags:
    return np.asarray((frame.select_dtypes("number") < 0).any(axis=1))


def dead_but_met(frame: pd.DataFrame, day: np.datetime64) -> Flags:
    died = days(town().registers.everyone.people["died_on"])[
        person_of("visites").reindex(frame["ID_VISITE"]).to_numpy()
    ]
    return np.asarray((died <= days(frame["DATE_VISITE"])) & frame["ISSUE"].isin(["VU", "REFUS", "ABSENT"]))


def young_for_a_home(frame: pd.DataFrame, day: np.datetime64) -> Flags:
    return np.asarray((ages("visites", frame, "DATE_VISITE") < 60) & frame["AUCUN_BESOIN_MOTIF"].isin(HOMES))


def of_kind(kinds: tuple[str, ...], promise: Promise) -> Promise:
    return lambda frame, day: np.asarray(promise(frame, day) & frame["TYPE_EVENEMENT"].isin(kinds))


UNIONS = ("MARIAGE", "PACS", "DISSOLUTION_PACS", "DIVORCE")
IMPOSSIBLE: tuple[tuple[str, str, Promise], ...] = (
    ("usages_services", "used before the age that the service asks", service_too_young),
    ("usages_services", "ends before it begins", lambda f, day: before(f, "DATE_FIN", "DATE_DEBUT")),
    ("usages_services", "last used before it begins", lambda f, day: before(f, "DATE_DERNIER_USAGE", "DATE_DEBUT")),
    ("usages_services", "last used after the end", lambda f, day: before(f, "DATE_FIN", "DATE_DERNIER_USAGE")),
    ("registre_vulnerables", "registered too young", younger("registre_vulnerables", "DATE_INSCRIPTION", REGISTER[0].from_age)),
    ("registre_vulnerables", "ends before it begins", lambda f, day: before(f, "DATE_FIN", "DATE_INSCRIPTION")),
    ("liste_electorale", "on the roll before 18", younger("liste_electorale", "DATE_INSCRIPTION", 18)),
    ("liste_electorale", "mail back before the entry", lambda f, day: before(f, "DATE_RETOUR_NPAI", "DATE_INSCRIPTION")),
    ("parc_social", "tenant under 18", younger("parc_social", "DATE_ENTREE", 18)),
    ("parc_social", "left before the entry", lambda f, day: before(f, "DATE_SORTIE", "DATE_ENTREE")),
    ("parc_social", "courtesy visit after the end", lambda f, day: before(f, "DATE_SORTIE", "DATE_VISITE_COURTOISIE")),
    ("parc_social", "courtesy visit or alert on a Sunday", on_sunday("DATE_VISITE_COURTOISIE", "DATE_ALERTE_AGENT")),
    ("parc_social", "more minors than occupants", lambda f, day: np.asarray(f["NB_MINEURS"] >= f["NB_OCCUPANTS"])),
    ("visites", "visited on a Sunday", on_sunday("DATE_VISITE")),
    ("visites", "visited before the list", lambda f, day: before(f, "DATE_VISITE", "DATE_LISTE")),
    ("visites", "dead and met at the door", dead_but_met),
    ("visites", "visited under 18", younger("visites", "DATE_VISITE", 18)),
    ("visites", "soon in a home, under 60", young_for_a_home),
    ("etat_civil", "drawn up on a Sunday", on_sunday("DATE_ACTE", "DATE_TRANSCRIPTION")),
    ("etat_civil", "wedding, PACS or divorce on a Sunday", of_kind(UNIONS, on_sunday("DATE_EVENEMENT"))),
    ("etat_civil", "wedding or PACS under 18", of_kind(("MARIAGE", "PACS"), younger("etat_civil", "DATE_EVENEMENT", 18))),
    ("etat_civil", "drawn up before it happened", lambda f, day: before(f, "DATE_ACTE", "DATE_EVENEMENT")),
    ("signalements", "alert about a minor", younger("signalements", "DATE_SIGNALEMENT", 18)),
)  # fmt: skip
"""Source, what would be impossible, the rows that say so."""


@pytest.mark.parametrize(
    ("source", "what", "broken"), IMPOSSIBLE, ids=[f"{s}: {w}" for s, w, _ in IMPOSSIBLE]
)
def test_no_delivery_tells_what_cannot_be(source: str, what: str, broken: Promise) -> None:
    wrong = [broken(frame, day) for day, frame in delivered()[source]]
    assert sum(map(len, wrong)) > 50 and sum(int(each.sum()) for each in wrong) == 0


def test_no_delivery_is_dated_before_a_birth_or_after_itself_or_counts_below_nothing() -> None:
    for source, extracts in delivered().items():
        has_person = source in town().registers.ledgers and source not in ("oppositions", "deces_publics")
        for day, frame in extracts:
            for column in [name for name in frame.columns if frame[name].dtype.kind == "M"]:
                assert not (days(frame[column]) > day).any(), (source, column)
                if has_person and source != "etat_civil":
                    assert not (days(frame[column]) < born_on(source, frame)).any(), (source, column)
            assert not negative(frame, day).any(), source


def test_brothers_and_sisters_are_born_the_same_day_or_most_of_a_year_apart() -> None:
    acts = pd.concat([frame for _, frame in delivered()["etat_civil"]])
    mothers = acts[
        (acts["TYPE_EVENEMENT"] == "NAISSANCE")
        & (acts["SEXE_LIEE"] == "F")
        & (acts["CLE_IDENTITE_LIEE"] != "")
    ]
    ordered = mothers.sort_values(["CLE_IDENTITE_LIEE", "DATE_EVENEMENT"])
    apart = ordered.groupby("CLE_IDENTITE_LIEE")["DATE_EVENEMENT"].diff().dt.days.dropna()
    assert ((apart == 0) | (apart >= 300)).all()


def test_most_weddings_are_on_a_saturday() -> None:
    acts = pd.concat([frame for _, frame in delivered()["etat_civil"]])
    weddings = acts[acts["TYPE_EVENEMENT"] == "MARIAGE"]
    assert len(weddings) > 50 and (weekday(weddings["DATE_EVENEMENT"]) == SATURDAY).mean() > 0.6


def p_value(one: npt.NDArray[np.float64], other: npt.NDArray[np.float64]) -> float:
    """Two-sided, of no rank correlation between the two, by the normal approximation (thousands of rows)."""
    ranks = [pd.Series(each).rank().to_numpy() for each in (one, other)]
    if min(each.std() for each in ranks) == 0:
        return 1.0
    return erfc(abs(float(np.corrcoef(*ranks)[0, 1])) * sqrt(len(one) - 1) / sqrt(2))


def each_ledger() -> Iterator[tuple[str, pd.DataFrame]]:
    """One row a record in the order of the file: ``number`` in its name, ``person``, its ``isolated`` and ``household`` (first month known)."""
    panel = town().history.panel.assign(isolated=town().ties.answers["isolated"].to_numpy())
    known = panel.drop_duplicates("person").set_index("person")[["isolated", "household"]]
    for source, ledger in town().registers.ledgers.items():
        if source in ("oppositions", "deces_publics"):
            continue
        names = ledger.rows[ledger.record]
        table = pd.DataFrame({"name": names, "person": ledger.person, "number": names.str[1:].astype(float)})
        table = table.drop_duplicates("name").join(known, on="person").dropna().reset_index(drop=True)
        yield source, table.assign(place=np.arange(len(table), dtype=float))


def test_names_and_order_of_records_say_nothing_about_person_household_or_isolation() -> None:
    tested = 0
    for source, table in each_ledger():
        for seen in ("number", "place"):
            for hidden in ("person", "household", "isolated"):
                found = p_value(table[seen].to_numpy(float), table[hidden].to_numpy(float))
                assert found > ALPHA, (source, seen, hidden)
                tested += len(table) >= 200
    assert tested >= 24


def test_members_of_a_household_do_not_stand_together() -> None:
    """As many neighbours in the file as a shuffle would have: k members make k (k - 1) / n pairs, spread as Poisson."""
    for source, table in each_ledger():
        people = table.drop_duplicates("person")
        sizes = people["household"].value_counts()
        expected = float((sizes * (sizes - 1)).sum() / len(people))
        together = int((people["household"].to_numpy()[1:] == people["household"].to_numpy()[:-1]).sum())
        assert together <= expected + 4 * sqrt(expected) + 3, source
