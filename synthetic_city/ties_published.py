"""The published shares on isolation and loneliness that the town is held to, each with its source and how many people it asked."""

from __future__ import annotations

from dataclasses import dataclass

from synthetic_city.ties_france import Rate

CREDOC_2024 = "Fondation de France / CRÉDOC, Solitudes 2024 (enquête de juillet 2024)"
CREDOC_2023 = "Fondation de France / CRÉDOC, Solitudes 2023"
CREDOC_2016 = "Fondation de France / CRÉDOC, Les solitudes en France 2016"
INSEE_2015 = "INSEE Première 1770 (SRCV 2015)"


@dataclass(frozen=True, kw_only=True)
class Published:
    """One published share: of the people ``among`` (a column of ``view``; empty = all), those for whom ``what`` holds.

    ``asked``: how many people of that group the source asked (its own figure, or its total times the group's share).
    ``spread``: half-width in points when the source gives a range instead of one figure.
    """

    name: str
    what: str
    among: str = ""
    share: float
    asked: int
    year: str
    source: str
    spread: float = 0.0
    why_spread: str = ""


PUBLISHED = (
    Published(
        name="Isolés, 15 ans et plus (aucun des cinq réseaux)",
        what="isolated_5",
        share=0.12,
        asked=3000,
        year="2024",
        source=CREDOC_2024,
    ),
    Published(
        name="Au plus un réseau, 15 ans et plus",
        what="at_most_one",
        share=0.33,
        asked=3000,
        year="2023",
        source=f"{CREDOC_2023} : « 1 Français sur 3 »",
    ),
    Published(
        name="Isolés, moins de 25 ans",
        what="isolated_5",
        among="is_15_24",
        share=0.07,
        asked=430,
        year="2024",
        source=CREDOC_2024,
    ),
    Published(
        name="Isolés, 25-39 ans",
        what="isolated_5",
        among="is_25_39",
        share=0.11,
        asked=650,
        year="2016",
        source=CREDOC_2016,
    ),
    Published(
        name="Isolés, 40-59 ans",
        what="isolated_5",
        among="is_40_59",
        share=0.15,
        asked=920,
        year="2024",
        source=CREDOC_2024,
    ),
    Published(
        name="Isolés, bas revenus",
        what="isolated_5",
        among="is_low_income",
        share=0.17,
        asked=600,
        year="2024",
        source=f"{CREDOC_2024} ; bande simulée : sous le seuil de pauvreté, plus étroite",
    ),
    Published(
        name="Isolés, hauts revenus",
        what="isolated_5",
        among="is_high_income",
        share=0.07,
        asked=600,
        year="2024",
        source=CREDOC_2024,
    ),
    Published(
        name="Isolés, chômeurs",
        what="isolated_5",
        among="is_unemployed",
        share=0.20,
        asked=210,
        year="2023",
        source=CREDOC_2023,
    ),
    Published(
        name="Isolés, personnes au foyer et autres inactifs",
        what="isolated_5",
        among="is_inactive",
        share=0.20,
        asked=150,
        year="2024",
        source=f"{CREDOC_2024} : 8 points au-dessus de la moyenne",
    ),
    Published(
        name="Isolés, locataires du parc social",
        what="isolated_5",
        among="is_social_tenant",
        share=0.15,
        asked=450,
        year="2014",
        source="Question au Sénat, enquête de 2014 ; effectif supposé 3 000",
    ),
    Published(
        name="Isolés, parc privé",
        what="isolated_5",
        among="is_private",
        share=0.11,
        asked=2550,
        year="2014",
        source="Question au Sénat, enquête de 2014 ; effectif supposé 3 000",
    ),
    Published(
        name="Un seul réseau : les voisins",
        what="only_neighbours",
        among="has_one",
        share=0.35,
        asked=670,
        year="2016",
        source=CREDOC_2016,
    ),
    Published(
        name="Un seul réseau : les amis",
        what="only_friends",
        among="has_one",
        share=0.26,
        asked=670,
        year="2016",
        source=CREDOC_2016,
    ),
    Published(
        name="Un seul réseau : la famille",
        what="only_family",
        among="has_one",
        share=0.22,
        asked=670,
        year="2016",
        source=CREDOC_2016,
    ),
    Published(
        name="Se sentent seuls, 15 ans et plus (UCLA-3 ≥ 6)",
        what="lonely",
        share=0.24,
        asked=3000,
        year="2024",
        source=CREDOC_2024,
    ),
    Published(
        name="Se sentent seuls, 25-39 ans",
        what="lonely",
        among="is_25_39",
        share=0.35,
        asked=650,
        year="2024",
        source=CREDOC_2024,
    ),
    Published(
        name="Se sentent seuls, 60-69 ans",
        what="lonely",
        among="is_60_69",
        share=0.16,
        asked=430,
        year="2024",
        source=CREDOC_2024,
    ),
    Published(
        name="Se sentent seuls, chômeurs",
        what="lonely",
        among="is_unemployed",
        share=0.44,
        asked=210,
        year="2024",
        source=CREDOC_2024,
    ),
    Published(
        name="Se sentent seuls, en emploi",
        what="lonely",
        among="is_employed",
        share=0.23,
        asked=1500,
        year="2024",
        source=CREDOC_2024,
    ),
    Published(
        name="Au plus un contact par mois avec la famille et avec l'entourage",
        what="no_contact",
        share=0.03,
        asked=21000,
        year="2015",
        source=INSEE_2015,
    ),
    Published(
        name="… avec la famille seulement",
        what="no_family_contact",
        share=0.07,
        asked=21000,
        year="2015",
        source=f"{INSEE_2015}, repris par ASH n° 3125",
    ),
    Published(
        name="… avec l'entourage seulement",
        what="no_friend_contact",
        share=0.13,
        asked=21000,
        year="2015",
        source=f"{INSEE_2015}, repris par ASH n° 3125",
    ),
    Published(
        name="Seuls sans être isolés de leur famille ni de leurs amis",
        what="full_contact",
        among="lonely",
        share=0.62,
        asked=1680,
        year="2015",
        source=f"{INSEE_2015} ; seuls « tout le temps » ou « la plupart du temps » ; 63 % avec UCLA-3 ≥ 6 (enquête européenne 2022, France)",
    ),
    Published(
        name="LSNS-6 inférieur à 12, 60 ans et plus",
        what="lsns_low",
        among="is_60_plus",
        share=0.155,
        asked=2641,
        year="2006",
        source="Lubben et al. 2006, Gerontologist 46(4) ; effectif de Londres",
        spread=0.045,
        why_spread="trois villes : Soleure 11 %, Londres 15 %, Hambourg 20 %",
    ),
)

ISOLATED_RATES = (
    Rate(column="age", group=0, share=0.07), Rate(column="age", group=1, share=0.11), Rate(column="age", group=2, share=0.15),
    Rate(column="age", group=3, share=0.12), Rate(column="age", group=4, share=0.12),
    Rate(column="income", group=0, share=0.17), Rate(column="income", group=2, share=0.07),
    Rate(column="unemployed", group=1, share=0.20), Rate(column="tenure", group=1, share=0.15),
)  # fmt: skip
"""Published rates of isolation; 12 % at 60 and over is what the total leaves. Solved together, see ``ties_france.expected``."""

LONELY_RATES = (
    Rate(column="age", group=0, share=0.26), Rate(column="age", group=1, share=0.35), Rate(column="age", group=2, share=0.24),
    Rate(column="age", group=3, share=0.16), Rate(column="age", group=4, share=0.16), Rate(column="unemployed", group=1, share=0.44),
    Rate(column="alone", group=1, share=0.266),
)  # fmt: skip
"""Published rates of loneliness; 24 % at 40-59 is what the total leaves, 16 % at 70 and over is of 2023. People living alone: the EU
Loneliness Survey 2022 (France, n = 310: 32.2 % against 29.1 % in all), brought to CRÉDOC's total of 24 %."""
