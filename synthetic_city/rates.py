"""Every rate at which registers lose, distort or delay what happened, and at which campaigns meet people: one table.

A rate is published (its source says where), or assumed: then no figure was found and the value is our own judgement.
Chances lie in [0, 1]; other units are in the name (``_months``, ``_years``, ``_per_thousand``, ``_odds``).
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
        named_after_father=0.01,
    ),
)

IDENTITY = (
    *_rows(
        "assumed, in the order of civil registers' known typing errors (1 to 3 % a field)",
        typo_surname=0.012,
        typo_given=0.012,
        wrong_birth_date=0.010,
    ),
    *_rows(ASSUMED, hyphen_lost=0.40, half_compound=0.10, sex_missing=0.005),
)

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
        "INSEE updates the single roll (REU) within weeks; the tail is assumed",
        death_removed_at_once=0.85,
        death_removed_late=0.12,
    ),
    *_rows(ASSUMED, death_at_once_months=1, death_late_months=5),
    *_rows(
        "assumed; movers stay for years",
        mover_registers_elsewhere=0.55,
        mover_removed_months=16,
        mover_forgotten_years=6,
    ),
    *_rows("assumed; two mailings a year", mail_returned=0.30, mail_returned_wrongly=0.002),
    *_rows(ASSUMED, flat_missing=0.42, flat_written_otherwise=0.02, hamlet=0.015, roll_opposition=0.003),
)

CIVIL = (
    *_rows(
        "assumed; the hospital of Agen serves the whole department",
        hospital_births_ratio=2.0,
        hospital_deaths_ratio=1.2,
    ),
    *_rows(
        ASSUMED,
        marriage_in_town=0.80,
        divorce_seen=0.25,
        spouse_key_on_death=0.15,
        spouse_named_on_death=0.95,
    ),
    *_rows("assumed; contact is offered at the counter", consent_yes=0.25, consent_no=0.15),
    *_rows(ASSUMED, transcription_days_min=8, transcription_days_max=75),
    *_rows(
        "assumed; INSEE publishes its file of deaths each month",
        death_file_at_once=0.88,
        death_file_never=0.006,
        death_file_late_months=3,
    ),
)

HOUSING = (
    *_rows(ASSUMED, occupant_undeclared=0.05, survey_missed=0.15, activity_unknown=0.22),
    *_rows("assumed; building agents visit a month after the entry (Agen's plan)", courtesy_visit=0.70),
    *_rows(ASSUMED, agent_alert_per_thousand_years=12, agent_alert_isolated_odds=1.6),
    *_rows(ASSUMED, lease_usage_name_only=0.20, lease_birth_date=0.97),
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
    *_rows(ASSUMED, service_after_visit=0.30),
    *_rows(
        "assumed; registers of heat waves hold a few per cent of the older people",
        register_75_plus=0.07,
        register_autonomy=0.22,
    ),
    *_rows(ASSUMED, register_end_recorded=0.70, register_birth_date=0.90, register_flat=0.60),
)

ALERTS = (
    *_rows(PLAN, alerts_per_thousand_years=3.5),
    *_rows(
        "assumed; neighbours notice isolated people weakly",
        alert_isolated_odds=2.0,
        alert_75_plus_odds=2.5,
        alert_autonomy_odds=1.8,
    ),
    *_rows(ASSUMED, alert_named=0.60, alert_birth_date=0.15, alert_year=0.35, alert_flat=0.50),
)

VISITS = (
    *_rows(
        "assumed scale of past campaigns, at 33,000 people",
        visits_80_plus_a_month=32,
        visits_explored_a_quarter=35,
    ),
    *_rows(ASSUMED, alert_followed=0.85, visit_flat_not_found=0.06),
    *_rows("assumed; Madrid reached 57 % of a phone campaign, doors open more often", visit_absent=0.15),
    *_rows(PLAN, visit_refused=0.11, refusal_isolated_odds=1.4),
    *_rows(ASSUMED, death_told=0.80, move_told=0.62, establishment_told=0.75),
    *_rows(ASSUMED, item_missing=0.03, scale_refused=0.04, networks_refused=0.04, judged_unknown=0.08),
    *_rows(
        "assumed; the unit sees most of it, not all",
        judged_isolated_when_isolated=0.62,
        judged_isolated_when_not=0.07,
    ),
    *_rows(ASSUMED, visit_opposition=0.012, objections_per_thousand_years=0.5),
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
