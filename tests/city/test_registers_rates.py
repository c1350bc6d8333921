"""Each declared rate that deliveries can show, measured in a town against its truth: within four standard errors of what is declared."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
import pandas as pd
import pytest

from synthetic_city.campaigns_outcomes import CLOSED, OLD, panel_rows
from synthetic_city.rates import rate
from synthetic_city.rates_tables import WHOLES
from synthetic_city.registers_ledger import days, years_between
from tests.city.registers_declared import DECLARED, Case, declared, ledger, off, once, where
from tests.city.registers_town import town


def on_the_roll() -> Iterator[Case]:
    rows, places, people = once("liste_electorale"), town().registers.places, town().registers.everyone.people
    several = places.has_several[rows["dwelling"].to_numpy()]
    lacks = (rows["QUALITE_ADRESSE"] == "SANS_COMPLEMENT").to_numpy()
    yield "flat_missing", declared("flat_missing"), lacks[several]
    other = (rows["ID_LOGEMENT"] != places.id_logement[rows["dwelling"].to_numpy()]).to_numpy()
    yield "flat_written_otherwise", declared("flat_written_otherwise"), other[several & ~lacks]
    yield "hamlet", declared("hamlet"), (rows["QUALITE_ADRESSE"] == "LIEU_DIT").to_numpy()[~several]
    yield (
        "roll_opposition",
        declared("roll_opposition"),
        rows.drop_duplicates("person")["OPPOSITION"].to_numpy(bool),
    )
    found = ledger("liste_electorale")
    moved = (found.rows["MOTIF_INSCRIPTION"] == "Changement d'adresse dans la commune").to_numpy()
    repeated = found.rows["ID_ELECTEUR"].duplicated(keep=False).to_numpy()
    twice = (
        pd.Series(found.rows["ID_ELECTEUR"].to_numpy()).groupby(found.person).transform("nunique").to_numpy()
        > 1
    )
    yield "registers_twice", declared("registers_twice"), (twice & ~repeated)[moved]
    dead = np.flatnonzero(days(people["died_on"]) < town().history.months[-8])
    last = pd.Series(found.shown_until).groupby(found.person).max().reindex(dead).dropna()
    still = (last.to_numpy().astype("datetime64[D]") - days(people["died_on"])[last.index]).astype(
        int
    ) > 20 * 30
    yield (
        "death never removed",
        1 - declared("death_removed_at_once") - declared("death_removed_late") * 0.98,
        still,
    )


def in_civil_status() -> Iterator[Case]:
    rows, history = once("etat_civil"), town().history
    yield "consent_yes", declared("consent_yes"), (rows["ACCORD_CONTACT"] == "O").to_numpy()
    yield "consent_no", declared("consent_no"), (rows["ACCORD_CONTACT"] == "N").to_numpy()
    outside = (rows["COMMUNE_DOMICILE"] != "47001").to_numpy()
    for kind, name in (("NAISSANCE", "hospital_births_ratio"), ("DECES", "hospital_deaths_ratio")):
        yield (
            name,
            declared(name) / (1 + declared(name)),
            outside[(rows["TYPE_EVENEMENT"] == kind).to_numpy()],
        )
    born = rows[(rows["TYPE_EVENEMENT"] == "NAISSANCE") & ~outside]
    father = town().registers.everyone.people["father"].to_numpy()[born["person"]] >= 0
    yield (
        "act_names_father",
        declared("act_names_father"),
        (born["SEXE_LIEE"] == "M").to_numpy()[father & (born["SEXE_LIEE"] != "").to_numpy()],
    )
    unions = history.unions[
        (history.unions["kind"] == "MARIAGE") & (days(history.unions["from_on"]) >= history.months[0])
    ]
    weddings = rows[rows["TYPE_EVENEMENT"] == "MARIAGE"]
    yield "marriage_in_town", declared("marriage_in_town"), unions["a"].isin(weddings["person"]).to_numpy()
    yield (
        "wedding_on_saturday",
        declared("wedding_on_saturday") + (1 - declared("wedding_on_saturday")) / 7,
        (weddings["DATE_EVENEMENT"].dt.day_of_week == 5).to_numpy()[::2],
    )
    named = rows[(rows["TYPE_EVENEMENT"] == "DECES") & (rows["LIEN"] != "")]
    yield (
        "spouse_key_on_death",
        declared("spouse_key_on_death"),
        (named["CLE_IDENTITE_LIEE"] != "").to_numpy(),
    )
    file = ledger("deces_publics")
    wait = file.shown_from.astype("datetime64[M]") - days(file.rows["DATE_DECES"]).astype("datetime64[M]")
    yield "death_file_at_once", declared("death_file_at_once"), wait.astype(int) == 1


def in_housing() -> Iterator[Case]:
    leases = once("parc_social")
    yield "activity_unknown", declared("activity_unknown"), (leases["ACTIVITE_TITULAIRE"] == "NR").to_numpy()
    yield (
        "lease_birth_date",
        declared("lease_birth_date"),
        ((leases["CLE_IDENTITE"] != "") | (leases["CLE_USAGE"] != "")).to_numpy(),
    )
    yield (
        "lease_usage_name_only",
        declared("lease_usage_name_only"),
        (leases["CLE_IDENTITE"] == "").to_numpy()[
            (leases["CLE_USAGE"] != "").to_numpy() | (leases["CLE_IDENTITE"] != "").to_numpy()
        ],
    )
    stayed = (
        leases["DATE_SORTIE"].isna()
        | (days(leases["DATE_SORTIE"]) > days(leases["DATE_ENTREE"]) + np.timedelta64(40, "D"))
    ).to_numpy()
    yield (
        "courtesy_visit",
        declared("courtesy_visit"),
        leases["DATE_VISITE_COURTOISIE"].notna().to_numpy()[stayed],
    )


def in_services() -> Iterator[Case]:
    rows = once("usages_services")
    dated = ((rows["CLE_IDENTITE"] != "") | (rows["CLE_USAGE"] != "")).to_numpy()
    yield "service_birth_date", declared("service_birth_date"), dated
    yield (
        "service_usage_name_only",
        declared("service_usage_name_only"),
        (rows["CLE_IDENTITE"] == "").to_numpy()[dated],
    )
    yield "service_year", declared("service_year"), rows["ANNEE_NAISSANCE"].notna().to_numpy()[~dated]
    several = town().registers.places.has_several[rows["dwelling"].to_numpy()]
    yield "service_flat", declared("service_flat"), (rows["ID_LOGEMENT"] != "").to_numpy()[several]
    found = ledger("usages_services")
    ended = (found.rows["_stopped_on"] < pd.Timestamp("2900-01-01")).to_numpy()
    yield "stop_is_recorded", declared("stop_is_recorded"), found.rows["DATE_FIN"].notna().to_numpy()[ended]
    asked = found.rows[found.rows["ORIGINE"] != "VISITE"]
    yield "origin_family", declared("origin_family"), (asked["ORIGINE"] == "FAMILLE").to_numpy()
    alerts = once("signalements")
    yield "alert_named", declared("alert_named"), (alerts["CLE_NOM_ADRESSE"] != "").to_numpy()
    where_several = town().registers.places.has_several[alerts["dwelling"].to_numpy()]
    yield "alert_flat", declared("alert_flat"), (alerts["ID_LOGEMENT"] != "").to_numpy()[where_several]
    yield (
        "alert_followed",
        declared("alert_followed"),
        np.isin(
            alerts["person"],
            ledger("visites").person[(ledger("visites").rows["BRAS"] == "SIGNALEMENT").to_numpy()],
        )[: len(alerts) * 9 // 10],
    )


def at_the_door() -> Iterator[Case]:
    rows = once("visites")
    on, persons = days(rows["DATE_VISITE"]), rows["person"].to_numpy()
    at, dead, said = (
        where().at(persons, on),
        where().is_dead(persons, on),
        rows["ISSUE"].to_numpy(dtype=object),
    )
    closed = np.isin(town().registers.places.establishment[town().registers.places.building[at]], CLOSED)
    row = panel_rows(town().history, persons, on)
    home = (at == rows["dwelling"].to_numpy()) & ~closed & (row >= 0) & (said != "INTROUVABLE")
    isolated = town().ties.answers["isolated"].to_numpy()[row] & (row >= 0)
    refusal = declared("visit_refused") * np.where(isolated, declared("refusal_isolated_odds"), 1.0)
    yield "visit_refused", float(refusal[home].mean()), (said == "REFUS")[home]
    yield "visit_absent", declared("visit_absent"), (said == "ABSENT")[home]
    no_flat = (
        town().registers.places.has_several[rows["dwelling"].to_numpy()]
        & (rows["ID_LOGEMENT"] == "").to_numpy()
    )
    yield (
        "visit_flat_not_found",
        declared("visit_flat_not_found"),
        (said == "INTROUVABLE")[(at == rows["dwelling"].to_numpy()) & ~closed & no_flat & ~dead],
    )
    yield "death_told", declared("death_told"), (said == "DECEDE")[dead]
    yield "establishment_told", declared("establishment_told"), (said == "ETABLISSEMENT")[closed & ~dead]
    age = years_between(days(town().registers.everyone.people["born_on"])[persons], on)
    moved = ~dead & ~closed & (at != rows["dwelling"].to_numpy())
    yield "move_told", declared("move_told"), (said == "DEMENAGE")[moved & ((row >= 0) | (age < OLD))]
    left = moved & (row < 0) & (age >= OLD)
    yield (
        "leaver_80_plus_in_home",
        declared("leaver_80_plus_in_home") * declared("establishment_told"),
        (said == "ETABLISSEMENT")[left],
    )
    met = rows[said == "VU"]
    yield "judged_unknown", declared("judged_unknown"), met["JUGEMENT_UNITE"].isna().to_numpy()
    sees = (met["JUGEMENT_UNITE"] >= 2).to_numpy()
    known = met["JUGEMENT_UNITE"].notna().to_numpy()
    truly = isolated[said == "VU"]
    yield "judged_isolated_when_isolated", declared("judged_isolated_when_isolated"), sees[known & truly]
    yield "judged_isolated_when_not", declared("judged_isolated_when_not"), sees[known & ~truly]
    yield (
        "networks_refused",
        declared("networks_refused"),
        met[[name for name in met.columns if name.startswith("RESEAU_")]].isna().all(axis=1).to_numpy(),
    )


MEASURED = (on_the_roll, in_civil_status, in_housing, in_services, at_the_door)


@pytest.mark.slow
@pytest.mark.parametrize("cases", MEASURED, ids=lambda each: each.__name__)
def test_deliveries_show_the_declared_rates(cases: Callable[[], Iterator[Case]]) -> None:
    assert not off(cases())


def test_the_tables_say_what_is_measured() -> None:
    assert {name: rate(name) for name in DECLARED} == DECLARED


def test_parts_of_a_whole_add_up_and_have_a_source() -> None:
    for whole in WHOLES:
        assert sum(whole.of.values()) == pytest.approx(1) and min(whole.of.values()) >= 0 and whole.source, (
            whole.name
        )
