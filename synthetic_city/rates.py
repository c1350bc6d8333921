"""Every rate at which registers lose, distort or delay what happened, and at which campaigns meet people: one table.

A rate is published (its source says where), or assumed: then no figure was found and the value is our own judgement.
Chances lie in [0, 1]; other units are in the name (``_days``, ``_months``, ``_years``, ``_per_thousand``, ``_odds``). ``_min`` and ``_max`` are the
two ends of one span, the second left out. Rates that come by service, need, channel or income are in ``rates_tables``.
"""

from __future__ import annotations

from dataclasses import dataclass

from data_contracts.errors import ConfigurationError

ASSUMED = "assumed"
PLAN = "assumed; the order of size of URBACT Breaking Isolation, Agen's plan (Dec. 2025), where it gives one"


@dataclass(frozen=True, kw_only=True)
class Rate:
    """One declared number."""

    name: str
    value: float
    source: str = ASSUMED


def _rows(source: str, **values: float) -> tuple[Rate, ...]:
    return tuple(Rate(name=name, value=value, source=source) for name, value in values.items())


NAMES = (
    *_rows(
        "assumed, from the habit of each generation",
        usage_name_before_1960=0.92,
        usage_name_before_1985=0.75,
        usage_name_later=0.55,
    ),
    *_rows(
        ASSUMED,
        ever_married_65_plus=0.88,
        ever_married_45_64=0.35,
        mother_surname=0.12,
        named_after_father=0.03,
        named_after_mother=0.01,
    ),
    *_rows(
        "assumed; the law lets each spouse join both names (art. 225-1 code civil), how many do is not published",
        usage_name_double=0.15,
    ),
)

IDENTITY = (
    *_rows(
        "assumed, in the order of civil registers' known typing errors (1 to 3 % a field)",
        typo_surname=0.012,
        typo_given=0.012,
        wrong_birth_date=0.006,
        day_month_swapped=0.012,
    ),
    *_rows(
        "assumed; a hyphen lost is no error here, since keys fold hyphens",
        half_compound=0.10,
        half_double=0.25,
        surnames_swapped=0.005,
        sex_missing=0.005,
    ),
)
MOST_ERRORS = 1 / max(declared.value for declared in IDENTITY)
"""The largest factor on ``IDENTITY``: above it a share would exceed 1."""

ROLL = (
    *_rows(
        "assumed, near INSEE's finding that about 95 % of French adults are registered somewhere",
        never_registered=0.06,
    ),
    *_rows(
        ASSUMED,
        registers_initial=0.93,
        registers_move_in=0.72,
        registers_within=0.62,
        registers_establishment=0.25,
    ),
    *_rows(
        "assumed; movers of whom the old entry is not recognised",
        registers_twice=0.03,
        registers_twice_months=9,
    ),
    *_rows("assumed; most residents of homes lived in the town before", home_resident_from_town=0.65),
    *_rows(ASSUMED, home_resident_years_min=3, home_resident_years_max=30),
    *_rows(
        ASSUMED,
        registers_initial_months=8,
        registers_move_in_months=14,
        registers_within_months=12,
        registers_establishment_months=12,
    ),
    *_rows(
        "INSEE registers at 18 by law (art. L11 code electoral); the share reached is assumed",
        automatic_at_18=0.95,
    ),
    *_rows(
        ASSUMED,
        automatic_days_min=0,
        automatic_days_max=60,
        first_demand_days_min=0,
        first_demand_days_max=900,
    ),
    *_rows(
        "INSEE updates the single roll (REU) within weeks; the tail is assumed",
        death_removed_at_once=0.85,
        death_removed_late=0.12,
    ),
    *_rows(ASSUMED, death_at_once_months=1, death_late_months=5, death_forgotten_months=120),
    *_rows(
        "assumed; movers stay for years",
        mover_registers_elsewhere=0.55,
        mover_removed_months=16,
        mover_forgotten_years=6,
        ghosts_look_back_months=120,
        ghost_registered_days_min=200,
        ghost_registered_days_max=2000,
    ),
    *_rows(
        "assumed; two mailings a year",
        mailing_every_months=6,
        mail_returned=0.30,
        mail_returned_wrongly=0.002,
        mail_back_days=3,
    ),
    *_rows(ASSUMED, flat_missing=0.42, flat_written_otherwise=0.02, hamlet=0.015, roll_opposition=0.003),
)

CIVIL = (
    *_rows(
        "assumed; the hospital of Agen serves the whole department",
        hospital_births_ratio=2.0,
        hospital_deaths_ratio=1.2,
    ),
    *_rows("INSEE, about 105 boys for 100 girls at birth", boys_at_birth=0.512),
    *_rows(
        ASSUMED,
        outside_mother_years_min=19,
        outside_mother_years_max=41,
        outside_death_days_min=0,
        outside_death_days_max=700,
    ),
    *_rows("assumed; four weddings in five, as town halls say", wedding_on_saturday=0.80),
    *_rows("assumed; one of the two who declare", act_names_father=0.50),
    *_rows(
        ASSUMED,
        marriage_in_town=0.80,
        divorce_seen=0.25,
        spouse_key_on_death=0.15,
        spouse_named_on_death=0.95,
    ),
    *_rows("assumed; contact is offered at the counter", consent_yes=0.25, consent_no=0.15),
    *_rows(
        "births and deaths are declared within days (art. 55 and 78 code civil)",
        act_drawn_days_min=0,
        act_drawn_days_max=4,
    ),
    *_rows(
        ASSUMED,
        divorce_days_min=30,
        divorce_days_max=360,
        transcription_days_min=8,
        transcription_days_max=75,
    ),
    *_rows(
        "assumed; INSEE publishes its file of deaths each month",
        death_file_at_once=0.88,
        death_file_never=0.006,
        death_file_late_months=3,
        death_file_days=9,
    ),
)

HOUSING = (
    *_rows(ASSUMED, occupant_undeclared=0.05, survey_missed=0.15, activity_unknown=0.22),
    *_rows(
        "assumed; building agents visit a month after the entry (Agen's plan)",
        courtesy_visit=0.70,
        courtesy_visit_days=30,
    ),
    *_rows(ASSUMED, agent_alert_per_thousand_years=12, agent_alert_isolated_odds=1.6),
    *_rows(ASSUMED, lease_usage_name_only=0.20, lease_birth_date=0.97, lease_kept_days=365),
)

SERVICES = (
    *_rows(
        "assumed; forms that ask one surname and an age",
        service_usage_name_only=0.45,
        service_birth_date=0.65,
        service_year=0.85,
        service_flat=0.40,
    ),
    *_rows(
        "assumed; the only place where services see ties",
        club_with_association=1.6,
        club_without_association=0.8,
    ),
    *_rows(ASSUMED, stop_is_recorded=0.40, stopped_kept_months=24, origin_family=0.28, origin_alert=0.02),
    *_rows("assumed; isolated people drift away a little sooner", stops_when_isolated=1.3),
    *_rows(
        ASSUMED, service_after_visit=0.30, service_after_visit_days_min=10, service_after_visit_days_max=60
    ),
    *_rows(
        ASSUMED,
        register_end_recorded=0.70,
        register_kept_days=365,
        register_kept_unrecorded_days=720,
        register_birth_date=0.90,
        register_flat=0.60,
    ),
)

ALERTS = (
    *_rows(PLAN, alerts_per_thousand_years=3.5),
    *_rows(
        "assumed; neighbours notice isolated people weakly",
        alert_isolated_odds=2.0,
        alert_75_plus_odds=2.5,
        alert_autonomy_odds=1.8,
    ),
    *_rows(
        ASSUMED,
        alert_named=0.60,
        alert_usage_name_only=0.90,
        alert_birth_date=0.15,
        alert_year=0.35,
        alert_flat=0.50,
    ),
)

VISITS = (
    *_rows(
        "assumed scale of past campaigns, at 33,000 people",
        visits_80_plus_a_month=32,
        visits_explored_a_quarter=35,
        campaigns_months=30,
        explored_every_months=3,
    ),
    *_rows(
        "assumed; from the list to the visit",
        walked_days_min=4,
        walked_days_max=60,
        explored_days_min=7,
        explored_days_max=75,
        alerted_days_min=1,
        alerted_days_max=22,
    ),
    *_rows(ASSUMED, alert_followed=0.85, visit_flat_not_found=0.06),
    *_rows("assumed; Madrid reached 57 % of a phone campaign, doors open more often", visit_absent=0.15),
    *_rows(PLAN, visit_refused=0.11, refusal_isolated_odds=1.4),
    *_rows(ASSUMED, death_told=0.80, move_told=0.62),
    *_rows(
        "assumed; neighbours know of a home more often than of a move; who leaves town late in life often enters one there (Agen's plan)",
        establishment_told=0.85,
        leaver_80_plus_in_home=0.50,
    ),
    *_rows(ASSUMED, item_missing=0.03, scale_refused=0.04, networks_refused=0.04, judged_unknown=0.08),
    *_rows(
        "assumed; the unit sees most of it, not all",
        judged_isolated_when_isolated=0.62,
        judged_isolated_when_not=0.07,
        judged_more_when_isolated=0.35,
        judged_more_when_not=0.18,
    ),
    *_rows(ASSUMED, visit_opposition=0.012, objections_per_thousand_years=0.5, objection_by_dwelling=0.20),
)

RATES = (*NAMES, *IDENTITY, *ROLL, *CIVIL, *HOUSING, *SERVICES, *ALERTS, *VISITS)
_BY_NAME = {rate.name: rate.value for rate in RATES}


def rate(name: str) -> float:
    """The declared value; an unknown name is a mistake in the caller."""
    if name not in _BY_NAME:
        raise ConfigurationError(
            f"no rate is called {name!r}", where="synthetic_city/rates.py", hint="declare it with its source."
        )
    return _BY_NAME[name]


def span(name: str) -> tuple[int, int]:
    """The two ends of a declared span: from the first, up to before the second."""
    return round(rate(f"{name}_min")), round(rate(f"{name}_max"))
