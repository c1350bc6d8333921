"""What weighs on ties, as declared rows: the only place where an effect on isolation or loneliness is stated.

Log-odds are adjusted for the other rows. A row is *published* (an odds ratio of the source, or inside its interval), *assumed*
(no figure found; direction from the literature) or *solved* (age levels, loneliness of the unemployed: given all other rows, the value at
which the published share holds at France's make-up; ``python -m benchmarks.solve_ties`` finds it again on three towns of 33,000, and
``calibration_ties`` shows whether it holds). An age level holds in the middle of its band (``ties_signals.AGE_LEVELS``).
Published odds ratios overlap (people of 80 and over are also widowed, dependent, no longer driving), so where the source is not
adjusted for the other rows the row holds the part that they do not carry, and says so.
"""

from __future__ import annotations

from dataclasses import dataclass

WEN = "Wen 2023, pooled odds ratios, older adults"
NHATS = "Qin 2020, NHATS, adjusted odds ratios, 65+"
CREDOC = "Fondation de France / CRÉDOC 2024"
ASSUMED = "assumed"


@dataclass(frozen=True, kw_only=True)
class Effect:
    """One row: the signal it multiplies (a column of ``ties_signals.signals``) and its two log-odds.

    ``isolation``: on having no network alive. ``loneliness``: on the latent feeling behind UCLA-3, before answering noise.
    """

    name: str
    isolation: float
    loneliness: float
    source: str


AGES = (
    Effect(
        name="is_15_24",
        isolation=-4.165,
        loneliness=-1.038,
        source=f"solved: {CREDOC}, isolated 7 %, lonely just over a quarter",
    ),
    Effect(
        name="is_25_39",
        isolation=-3.722,
        loneliness=-0.685,
        source=f"solved: isolated 11 % (CRÉDOC 2016), lonely 35 % ({CREDOC})",
    ),
    Effect(
        name="is_40_59",
        isolation=-3.280,
        loneliness=-1.386,
        source=f"solved: {CREDOC}, isolated 15 %; lonely 24 % is what the total of 24 % leaves",
    ),
    Effect(
        name="is_60_79",
        isolation=-4.078,
        loneliness=-1.827,
        source=f"solved: isolated 12 % at 60+ is what the total leaves; lonely 16 % at 60-69 ({CREDOC})",
    ),
    Effect(
        name="is_80_plus",
        isolation=-3.932,
        loneliness=-2.252,
        source=f"solved: 2.2 times the odds of 60-79, bare, between 2.41 ({WEN}) and 1.5 (Petits Frères des Pauvres 2025: 6 % against 4 %), and 12 % at 60+; adjusted it comes to about 1.2",
    ),
)

SEEN = (
    Effect(
        name="lives_alone",
        isolation=0.69,
        loneliness=0.10,
        source="2, the low end of 2 to 4 (NHATS 3.95 counts living alone inside its index; surveys of contacts alone find about 1)",
    ),
    Effect(
        name="no_partner",
        isolation=0.40,
        loneliness=0.45,
        source=f"with lives_alone 3.0 together; no spouse {WEN}: 2.61, of whom most live alone",
    ),
    Effect(
        name="recently_bereaved",
        isolation=0.0,
        loneliness=1.20,
        source="isolation: about 0 (contacts rally at first); loneliness: strong, size assumed",
    ),
    Effect(
        name="is_male",
        isolation=0.45,
        loneliness=-0.05,
        source=f"1.57, between 1.4 ({WEN}) and 2.54 ({NHATS}); bare about 1.4 below 60, 1.3 from 60 on, where more women live alone",
    ),
    Effect(
        name="is_older_man",
        isolation=0.18,
        loneliness=0.0,
        source=f"with is_male 1.88 together, the geometric middle of 1.4 ({WEN}) and 2.54 ({NHATS}), both of older adults",
    ),
    Effect(
        name="limited_autonomy",
        isolation=0.55,
        loneliness=0.30,
        source=f"2.38 for any ADL limit ({WEN}), less for the lighter level; loneliness assumed",
    ),
    Effect(
        name="severe_autonomy", isolation=0.87, loneliness=0.45, source=f"2.38 ({WEN}); loneliness assumed"
    ),
    Effect(
        name="low_income",
        isolation=0.20,
        loneliness=0.15,
        source=f"{CREDOC}: 17 % against 7 % for high, bare; the part that work and household do not carry",
    ),
    Effect(name="high_income", isolation=-0.50, loneliness=-0.15, source=f"{CREDOC}: 7 %, bare"),
    Effect(
        name="social_tenant",
        isolation=0.15,
        loneliness=0.05,
        source="15 % against 11 % in private housing (survey of 2014), bare; the part that income does not carry",
    ),
    Effect(
        name="unemployed",
        isolation=0.55,
        loneliness=0.905,
        source="isolation: 1.8, bare (CRÉDOC 2023: 20 %); loneliness solved: CRÉDOC 2024, 44 % against 23 % in work",
    ),
    Effect(
        name="inactive",
        isolation=0.50,
        loneliness=1.00,
        source=f"{CREDOC}: people at home 8 points above the mean; loneliness assumed, as for the unemployed",
    ),
    Effect(name="retired", isolation=0.0, loneliness=0.0, source="null or negative (SHARE; Buecker 2021)"),
    Effect(
        name="single_parent", isolation=0.30, loneliness=0.30, source=f"direction: {CREDOC}; size assumed"
    ),
    Effect(
        name="new_in_town",
        isolation=0.20,
        loneliness=0.20,
        source="direction: EU Loneliness Survey 2022, contacts; size assumed",
    ),
)

UNSEEN = (
    Effect(name="no_kin_nearby", isolation=0.60, loneliness=0.20, source=f"size {ASSUMED}"),
    Effect(
        name="does_not_drive", isolation=0.74, loneliness=0.15, source=f"2.1 ({NHATS}); loneliness assumed"
    ),
    Effect(
        name="no_internet",
        isolation=0.20,
        loneliness=0.22,
        source="1.2 to 1.3 on loneliness; isolation assumed alike",
    ),
    Effect(
        name="poor_hearing",
        isolation=0.25,
        loneliness=0.15,
        source="1.28 (Huang 2024, NHATS); loneliness assumed",
    ),
    Effect(
        name="low_mood", isolation=0.43, loneliness=1.40, source=f"1.54 ({NHATS}); loneliness assumed strong"
    ),
    Effect(
        name="takes_part_in_nothing",
        isolation=1.16,
        loneliness=0.25,
        source=f"3.18 ({WEN}); loneliness assumed",
    ),
)

EFFECTS: tuple[Effect, ...] = (*AGES, *SEEN, *UNSEEN)


@dataclass(frozen=True, kw_only=True)
class Shape:
    """How the latent state becomes answers. All assumed in form; levels marked *solved* make a published share hold.

    ``at_most``: how far below the line of "no network" the lines of at most 1, 2, 3, 4 networks lie (log-odds).
    ``solo``: what draws a person to family, friends, neighbours, colleagues, associations when choosing which live.
    """

    # solved: at most one network for a third of people (CRÉDOC 2023-2024); the others assumed
    at_most: tuple[float, float, float, float] = (1.507, 2.807, 4.307, 6.157)
    # solved: whose only network is neighbours 35 %, friends 26 %, family 22 % (CRÉDOC 2016)
    solo: tuple[float, float, float, float, float] = (0.196, 0.303, 0.537, 0.100, -0.550)
    # share of frailty that never moves, and month-to-month memory of the rest: assumed
    lasting_share: float = 0.75
    memory: float = 0.97
    # load: how much of the general state families, other contacts and the feeling share; bond: how much of the closeness of family (of
    # friends, neighbours, colleagues) is that network being alive or not. Assumed, then held to INSEE's overlaps; a bond weighs far more
    # than a load, so that who sees no family names few relatives
    family_load: float = 0.20
    friend_load: float = 0.20
    family_bond: float = 0.78
    friend_bond: float = 0.78
    loneliness_load: float = 0.49
    # solved: isolated from family 10 %, from others 16 % (INSEE SRCV 2015)
    family_contact_line: float = -1.410
    friend_contact_line: float = -0.588
    # solved: LSNS-6 below 12 for 15 % at 60+ (Lubben 2006: 11, 15 and 20 % in three towns)
    lsns_lines: tuple[float, float, float, float, float] = (-1.855, -1.055, -0.305, 0.845, 2.145)
    # solved: UCLA-3 of 6 and more for 24 % (CRÉDOC 2024); spread of the items as in the EU Loneliness Survey 2022
    ucla_lines: tuple[float, float] = (0.0, 2.4)


SHAPE = Shape()
