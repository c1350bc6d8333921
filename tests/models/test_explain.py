"""Pictures of what a reviewer reads: drawn contributions and facts, the sentences worked by hand."""

import numpy as np
import pandas as pd
import pytest

from features.catalogue import FACTORS
from models.explain import MOST_REASONS, Explained, contributions, explained
from models.points import Points


def said(*facts: tuple[str, float, float | None]) -> Explained:
    """``facts``: (factor, value, contribution; None when the scorer does not use the factor) of one household."""
    evidence = pd.DataFrame(
        [
            {
                "household_id": "H",
                "factor": factor,
                "person_id": None,
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


def drawn_evidence() -> tuple[pd.DataFrame, pd.DataFrame]:
    """(matrix, evidence) of a couple: one of 90, the other on the register; and of somebody of whom nothing is known."""
    matrix = pd.DataFrame({"household_id": ["C", "N"], **{f.name: [np.nan, np.nan] for f in FACTORS}})
    matrix.loc[0, ["oldest_age", "on_vulnerable_register", "low_income"]] = (90.0, 1.0, 1.0)
    told = [("oldest_age", "p1", 90.0), ("on_vulnerable_register", "p2", 1.0), ("low_income", None, 1.0)]
    rows = [
        {"household_id": "C", "factor": f, "person_id": who, "value": v, "detail": None, "known_on": None, "source": "s"}
        for f, who, v in told
    ]  # fmt: skip
    return matrix, pd.DataFrame(rows)


def test_contributions_and_base_make_the_score_by_factor_and_by_member() -> None:
    matrix, evidence = drawn_evidence()
    used = tuple(f for f in FACTORS if f.name != "low_income")
    scorer = Points(factors=used).fit(matrix, np.array([], dtype=bool), np.array([]))
    long = contributions(scorer, matrix, evidence, FACTORS)
    marks = scorer.base + scorer.contributions(matrix).sum(axis=1)
    of_household = long.groupby("household_id")["contribution"].sum() + scorer.base
    np.testing.assert_allclose(of_household[["C", "N"]], marks)
    of_member = long[long["household_id"] == "C"].groupby("person_id", dropna=False)["contribution"].sum()
    assert of_member.sum() + scorer.base == pytest.approx(marks[0])
    assert of_member["p1"] == pytest.approx(next(f for f in FACTORS if f.name == "oldest_age").prior.log_odds)
    assert of_member["p2"] > 0


def test_a_factor_that_does_not_weigh_is_told_with_nothing() -> None:
    matrix, evidence = drawn_evidence()
    used = tuple(f for f in FACTORS if f.name != "low_income")
    scorer = Points(factors=used).fit(matrix, np.array([], dtype=bool), np.array([]))
    long = contributions(scorer, matrix, evidence, FACTORS)
    assert len(long) == 2 * len(FACTORS)
    beside = long[~long["is_weighed"]]
    assert set(beside["factor"]) == {"low_income"} and (beside["contribution"] == 0).all()
    assert beside["value"].tolist()[0] == 1.0


def flipping(share: float) -> Explained:
    facts = pd.DataFrame(
        [
            {"household_id": "H", "factor": f, "person_id": None, "value": 1.0, "detail": None, "known_on": None, "source": "parc_social"}
            for f in ("low_income", "unemployed", "active_member")
        ]
    )  # fmt: skip
    long = facts.assign(contribution=[0.5, 0.3, -0.4], same_sign_share=[share, 1.0, share])
    return explained(long, facts, FACTORS, "fr", stable_from=0.9)["H"]


def test_a_reason_that_flips_is_told_beside_and_not_as_a_reason() -> None:
    assert names(flipping(0.95).reasons) == ["low_income", "unemployed"]
    one = flipping(0.85)
    assert names(one.reasons) == ["unemployed"] and names(one.beside) == ["low_income"]
    # what protects speaks against whether or not its weight is sure
    assert names(one.counter) == ["active_member"]
