"""Pictures of what a reviewer reads: drawn contributions and facts, the sentences worked by hand."""

import pandas as pd

from features.catalogue import FACTORS
from models.explain import MOST_REASONS, Explained, explained


def said(*facts: tuple[str, float, float | None]) -> Explained:
    """``facts``: (factor, value, contribution; None when the scorer does not use the factor) of one household."""
    evidence = pd.DataFrame(
        [
            {
                "household_id": "H",
                "factor": factor,
                "value": value,
                "detail": "BIBLIOTHEQUE",
                "known_on": pd.Timestamp(2026, 11, 1),
                "source": "parc_social+usages_services",
            }
            for factor, value, _ in facts
        ]
    )
    long = pd.DataFrame(
        [
            {"household_id": "H", "factor": f, "contribution": c, "value": v}
            for f, v, c in facts
            if c is not None
        ]
        + [{"household_id": "H", "factor": "single_parent", "contribution": -0.4, "value": float("nan")}]
    )
    return explained(long, evidence, FACTORS, "fr")["H"]


def names(reasons: tuple[object, ...]) -> list[str]:
    return [r.factor for r in reasons]  # type: ignore[attr-defined]


def test_the_strongest_reason_comes_first_and_carries_day_and_sources() -> None:
    one = said(("low_income", 1, 0.5), ("lives_alone_known", 1, 0.8))
    assert names(one.reasons) == ["lives_alone_known", "low_income"]
    assert one.reasons[0].sentence == "seul titulaire du bail, 1 occupant déclaré"
    assert (one.reasons[0].known_on, one.reasons[0].source) == ("2026-11-01", "parc_social+usages_services")


def test_at_most_four_reasons_and_the_rest_is_still_shown() -> None:
    strong = [("low_income", 0.9), ("unemployed", 0.8), ("social_tenant", 0.7), ("single_parent", 0.6)]
    one = said(*((f, 1.0, c) for f, c in strong), ("lives_alone_known", 1.0, 0.1))
    assert len(one.reasons) == MOST_REASONS
    assert names(one.beside) == ["lives_alone_known"]


def test_the_absence_of_a_fact_and_a_plain_no_are_never_said() -> None:
    one = said(("lives_alone_known", 0, -0.5), ("low_income", 1, 0.5))
    assert names((*one.reasons, *one.counter, *one.beside)) == ["low_income"]


def test_what_lowers_the_score_speaks_against_the_strongest_first() -> None:
    one = said(("family_help", 1, -0.3), ("active_member", 1, -0.5), ("oldest_age", 90, 0.6))
    assert names(one.counter) == ["active_member", "family_help"]


def test_a_protective_fact_speaks_against_even_where_a_rule_gives_it_no_weight() -> None:
    one = said(("oldest_age", 80, 0.5), ("active_member", 1, None), ("low_income", 1, None))
    assert names(one.counter) == ["active_member"]
    assert names(one.beside) == ["low_income"]


def test_what_may_not_be_shown_is_not_said_although_it_weighs() -> None:
    one = said(("service_after_alert", 1, 0.9), ("agent_noticed", 1, 0.8), ("low_income", 1, 0.5))
    assert names((*one.reasons, *one.counter, *one.beside)) == ["low_income"]


def test_of_two_sentences_of_which_one_says_it_all_that_one_is_said_with_the_weight_of_both() -> None:
    one = said(("low_income", 1, 0.3), ("very_low_income", 1, 0.4), ("unemployed", 1, 0.5))
    assert names(one.reasons) == ["very_low_income", "unemployed"]
    assert round(one.reasons[0].contribution, 9) == 0.7
    alone = said(("low_income", 1, 0.3), ("very_low_income", 0, 0.0))
    assert names(alone.reasons) == ["low_income"]
