"""One household and one ranking, drawn by hand: every arm, a sign that somebody told, a weak sign, a reason that does not hold."""

from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from features.factor import Language
from reports.contracts import Masthead
from reports.crpa import Contacts, Fact, Individual, Precision
from reports.explanation_page import Ranking
from reports.explanation_plots import Weighed
from reports.risk_list import Arm

SOURCES = {
    "fr": {"parc_social": "parc social", "liste_electorale": "liste électorale", "usages_services": "services", "registre_vulnerables": "registre"},
    "en": {"parc_social": "social housing", "liste_electorale": "electoral roll", "usages_services": "services", "registre_vulnerables": "register"},
}  # fmt: skip


def fact(factor: str, value: float | None, contribution: float | None, **more: Any) -> Fact:
    """Known on 1 June from the landlord, unless said otherwise."""
    drawn: dict[str, Any] = {
        "factor": factor, "value": value, "contribution": contribution, "detail": None, "same_sign_share": 1.0,
        "known_on": None if value is None else date(2026, 6, 1), "source": "" if value is None else "parc_social",
    }  # fmt: skip
    return Fact(**(drawn | more))


FACTS = (
    fact("lives_alone_known", 1.0, 0.41),
    fact("oldest_age", 86.0, 0.52, source="liste_electorale+parc_social"),
    fact("unemployed", 0.0, 0.0, known_on=date(2026, 9, 11)),
    fact("no_trace_of_use", 1.0, 0.06, source="usages_services"),
    fact("retired_leaseholder", 1.0, 0.09, same_sign_share=0.6, known_on=date(2026, 9, 11)),
    fact("months_since_service_stopped", 7.4, 0.38, detail="CLUB_SENIORS", source="usages_services"),
    fact("family_help", 1.0, -0.31, source="usages_services", known_on=None),
    fact("discretionary_aid", None, 0.0),
    fact("remote_place", None, -0.013),
)
TOLD = fact("agent_noticed", 1.0, 0.43)
UNTOLD = fact("service_after_alert", None, 0.0)
ANOTHER = fact("months_since_bereavement", 5.0, 0.19, source="etat_civil", of="another")


def individual(
    arm: Arm = "MODELE", language: Language = "fr", facts: tuple[Fact, ...] = (*FACTS, UNTOLD), **more: Any
) -> Individual:
    """The score is the sum of base and contributions, unless it is given."""
    base = float(more.pop("base", -2.0))
    one = Individual(
        masthead=Masthead(city="Ville & <b>port</b>", language=language, is_fictitious=True),
        household_id="H000000000000002a",
        as_of=date(2026, 11, 2),
        written_on=date(2026, 11, 20),
        arm=arm,
        drawing_probability=0.0013 if arm == "EXPLORATION" else None,
        equals=1,
        champion="logistic",
        is_by_rules=False,
        model="logistic, 2 novembre 2026",
        base=base,
        score=base + sum(f.contribution or 0.0 for f in facts),
        facts=facts,
        capacity=60,
        households=8650,
        members=1,
        records={"liste_electorale": 1, "parc_social": 2},
        sources=SOURCES[language],
        not_known=(
            "ressources et emploi inconnus",
            "si ces personnes voient quelqu’un : aucun fichier ne le dit",
        ),
        stable_from=0.9,
        draws=20,
        times_listed=13,
        precision=Precision(value=0.326, low=0.246, high=0.408, of_all_visited=0.237),
        contacts=Contacts(team="Maison des aînés\n1, place <Rouge>", data_protection_officer=""),
    )
    return replace(one, **more)


def weighed(n: int = 1200, seed: int = 0) -> Weighed:
    """Ages with a step at 80 and a wave, a yes or no, one that nobody has, one that seven have, one that moves nobody."""
    rng = np.random.default_rng(seed)
    age = rng.integers(20, 95, n).astype(float)
    alone = np.where(rng.random(n) < 0.4, np.nan, (rng.random(n) < 0.3).astype(float))
    few = np.where(np.arange(n) < 7, 1.0, 0.0)
    values = {
        "oldest_age": age, "lives_alone_known": alone, "agent_noticed": few, "single_parent": np.full(n, np.nan),
        "several_adults_known": np.where(np.arange(n) % 3 == 0, 2.0, 1.0), "low_income": (np.arange(n) % 4 == 0).astype(float),
    }  # fmt: skip
    moved = {
        "oldest_age": 0.5 * (age >= 80) + 0.1 * np.sin(age / 5), "lives_alone_known": 0.4 * np.nan_to_num(alone),
        "agent_noticed": 0.6 * few, "single_parent": np.zeros(n), "several_adults_known": 0.2 * (np.arange(n) % 3 == 0), "low_income": np.zeros(n),
    }  # fmt: skip
    return Weighed(contributions=pd.DataFrame(moved), values=pd.DataFrame(values))


def ranking(language: Language = "fr", n: int = 1200, **more: Any) -> Ranking:
    """The 60 highest are listed."""
    table = weighed(n)
    score = table.contributions.sum(axis=1).to_numpy()
    one = Ranking(
        masthead=Masthead(city="Ville & <b>port</b>", language=language, is_fictitious=True),
        as_of=date(2026, 11, 2),
        champion="logistic",
        is_by_rules=False,
        is_unapproved=False,
        base=-2.0,
        weighed=table,
        is_listed=np.isin(np.arange(n), np.argsort(-score, kind="stable")[:60]),
        learnt={
            "oldest_age": 0.52,
            "lives_alone_known": 0.4,
            "agent_noticed": 0.6,
            "several_adults_known": 0.2,
        },
        stable={"oldest_age": 1.0, "lives_alone_known": 0.93},
        seed=7,
    )
    return replace(one, **more)
