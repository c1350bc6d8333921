"""The priors: how sources are combined, and that the declared file is what its evidence makes."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Sequence
from math import exp, log, sqrt

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks import combine_priors as script
from data_contracts.errors import ConfigurationError
from features.catalogue import FACTORS
from features.prior import BESIDE, TAU_FLOOR, Evidence, combined, of, spread

EVIDENCE = script.EVIDENCE.read_text("utf-8")
PRIORS = script.PRIORS.read_text("utf-8")
TABLES = tomllib.loads(EVIDENCE)["factors"]
ENTRIES = json.loads(PRIORS)["factors"]
SURVEY = "eu_ls_2022_france"
ROWS = [(name, row) for name, table in TABLES.items() for row in table.get("evidence", ())]

TOWARDS = """one_adult_known lives_alone_known months_since_bereavement oldest_age autonomy_service on_vulnerable_register unemployed low_income
 discretionary_aid social_tenant middle_aged_alone_low_income months_since_service_stopped no_trace_of_use single_parent months_since_move_in
 transport_pass_started male very_low_income inactive_leaseholder retired_leaseholder upper_floor_without_lift months_since_household_shrank
 agent_noticed several_autonomy_services autonomy_service_begun autonomy_service_ended use_fell digital_workshop service_after_alert
 registered_by_third_party registered_for_care registered_by_pension_fund months_since_divorce months_since_other_bereavement middle_aged
 recent_registration remote_place"""
AWAY = """active_member family_help couple_on_lease children_on_lease months_since_courtesy_visit regular_member several_activities
 after_school_use service_just_begun months_since_union months_since_birth several_adults_known under_25"""


def said(log_odds: float, error: float, *, judgement: bool = False) -> Evidence:
    return Evidence(
        source="s",
        figure="",
        published=log_odds,
        log_odds=log_odds,
        standard_error=error,
        is_judgement=judgement,
    )


def test_two_sources_that_disagree() -> None:
    """Weights 25 and 25, mean 0.5, Q = 25 · 0.25 · 2 = 12.5, scale 50 - 1250 / 50 = 25: tau² = (12.5 - 1) / 25 = 0.46.
    Then weights 1 / (0.04 + 0.46) = 2 and 2: 1 / 4 + 0.46 = 0.71."""
    found = combined([said(0.0, 0.2), said(1.0, 0.2)])
    assert found.log_odds == pytest.approx(0.5)
    assert found.tau**2 == pytest.approx(0.46)
    assert found.standard_error**2 == pytest.approx(0.71)


def test_three_sources_of_unequal_weight() -> None:
    """Weights 100, 25, 4: mean 42 / 129 = 0.3256, Q = 1.577 + 5.627 + 0.122 = 7.326, scale 129 - 10641 / 129 = 46.51: tau² = 5.326 / 46.51."""
    assert spread([said(0.2, 0.1), said(0.8, 0.2), said(0.5, 0.5)]) == pytest.approx(0.1145, abs=1e-4)


def test_sources_that_agree_keep_the_floor() -> None:
    """Two of 0.4 ± 0.3: weights 1 / (0.09 + 0.04), so 0.13 / 2 + 0.04 = 0.105."""
    found = combined([said(0.4, 0.3), said(0.4, 0.3)])
    assert (found.log_odds, found.tau) == (pytest.approx(0.4), TAU_FLOOR)
    assert found.standard_error**2 == pytest.approx(0.105)


def test_a_judgement_counts_but_says_nothing_of_the_spread() -> None:
    """0.2 ± 0.35, ours, and 1.75 ± 0.6: weights 1 / 0.1625 and 1 / 0.40, (1.2308 + 4.375) / 8.6538 = 0.6478."""
    found = combined([said(0.2, 0.35, judgement=True), said(1.75, 0.6)])
    assert (found.log_odds, found.tau) == (pytest.approx(0.6478, abs=1e-4), TAU_FLOOR)


def test_a_poor_sign() -> None:
    """Half seen: half of 0.6, variance 0.25 · (0.16 + 0.04 + 0.04) + 0.25 · 0.35²."""
    found = combined([said(0.6, 0.4)], seen=0.5)
    assert found.log_odds == pytest.approx(0.3)
    assert found.standard_error**2 == pytest.approx(0.06 + 0.25 * BESIDE**2)


sources = st.lists(
    st.builds(said, st.floats(-3, 3), st.floats(0.05, 1.5), judgement=st.booleans()), min_size=1, max_size=6
)


def slow_spread(evidence: Sequence[Evidence]) -> float:
    """The same moments over pairs of sources: Q = Σ w w' (y - y')² / Σ w, its mean k - 1 + tau² · 2 Σ w w' / Σ w (sums over pairs)."""
    told = [e for e in evidence if not e.is_judgement]
    pairs = [(a, b) for i, a in enumerate(told) for b in told[i + 1 :]]
    both = [(a.standard_error * b.standard_error) ** -2 for a, b in pairs]
    if not pairs:
        return 0.0
    apart = sum(w * (a.log_odds - b.log_odds) ** 2 for w, (a, b) in zip(both, pairs, strict=True))
    return max(0.0, (apart - (len(told) - 1) * sum(e.standard_error**-2 for e in told)) / (2 * sum(both)))


@given(sources)
def test_law_spread_over_pairs(evidence: list[Evidence]) -> None:
    assert spread(evidence) == pytest.approx(slow_spread(evidence), abs=1e-6)


@given(sources)
def test_law_no_combination_lies_outside_its_sources(evidence: list[Evidence]) -> None:
    values = [e.log_odds for e in evidence]
    found = combined(evidence)
    assert min(values) - 1e-9 <= found.log_odds <= max(values) + 1e-9
    assert found.tau >= TAU_FLOOR
    assert found.standard_error > found.tau


@given(st.floats(-2, 2), st.floats(0.05, 1), st.integers(1, 6))
def test_law_one_more_identical_source_is_surer(log_odds: float, error: float, n: int) -> None:
    few, more = combined([said(log_odds, error)] * n), combined([said(log_odds, error)] * (n + 1))
    assert more.standard_error < few.standard_error
    assert more.log_odds == pytest.approx(few.log_odds)


@given(sources, st.floats(0, 1))
def test_law_turned_and_unseen(evidence: list[Evidence], seen: float) -> None:
    """Turning every sign turns the result; what is not seen at all weighs nothing and is as unsure as a judgement."""
    turned = [said(-e.log_odds, e.standard_error, judgement=e.is_judgement) for e in evidence]
    found, other = combined(evidence, seen=seen), combined(turned, seen=seen)
    assert (found.log_odds, found.standard_error) == pytest.approx((-other.log_odds, other.standard_error))
    unseen = combined(evidence, seen=0.0)
    assert (unseen.log_odds, unseen.standard_error) == (0.0, BESIDE)


def test_refusals() -> None:
    with pytest.raises(ConfigurationError, match="no evidence"):
        combined([])
    with pytest.raises(ConfigurationError, match="no prior is declared for age_of_the_cat"):
        of("age_of_the_cat")
    with pytest.raises(ConfigurationError, match="no survey called a_dream"):
        of("male", without="a_dream")
    with pytest.raises(ConfigurationError, match="male cites a_dream"):
        script.declared(
            EVIDENCE.replace('source = "rohr_2021", figure = "13.8 %', 'source = "a_dream", figure = "13.8 %')
        )


def test_sources_against_the_direction_are_held_at_zero() -> None:
    factor = script.Declared(
        name="f", direction=-1, seen=1.0, seen_because="", survey_factor="f", sign=1, rows=(said(0.4, 0.3),)
    )
    found, why = script.held(factor, factor.rows)
    assert found.log_odds == 0.0
    assert "other way (+0.40)" in why


def test_a_table_of_two_by_two() -> None:
    """40 of 200 with the signal are isolated, 60 of 800 without: odds ratio 3.083, standard error √(1/40 + 1/160 + 1/60 + 1/740) = 0.222.
    The ridge of 2.5 takes less than a hundredth. Twice the weights are the same survey."""
    x = np.repeat([1.0, 1.0, 0.0, 0.0], [40, 160, 60, 740])[:, None]
    y = np.repeat([1.0, 0.0, 1.0, 0.0], [40, 160, 60, 740])
    for weight in (np.ones(1000), np.full(1000, 2.0)):
        (at,), (error,) = script.weighted_logistic(x, y, weight)
        assert at == pytest.approx(log(40 * 740 / (160 * 60)), rel=0.01)
        assert error == pytest.approx(sqrt(1 / 40 + 1 / 160 + 1 / 60 + 1 / 740), rel=0.01)


def test_a_survey_says_nothing_of_seven_people() -> None:
    """``rare``: 7 isolated with it; ``common``: 20. Both adjust, one has a figure."""
    outcome = np.repeat([1.0, 0.0], [30, 270])
    signals = pd.DataFrame(
        {"common": np.arange(300) % 3 < 2, "rare": np.isin(np.arange(300), [*range(7), *range(100, 150)])}
    )
    found = script.of_respondents(signals.astype(float), outcome, np.ones(300))
    assert list(found.figures) == ["common"]
    assert (found.figures["common"].isolated, found.figures["common"].others) == (20, 180)
    assert found.left_out["rare"].startswith("7 isolated and 50 others")


def test_the_file_is_what_its_evidence_makes() -> None:
    assert script.document(EVIDENCE, script.recorded(PRIORS)) == PRIORS


@pytest.mark.parametrize("name", ENTRIES)
def test_every_prior_is_the_combination_of_its_own_figures(name: str) -> None:
    entry = ENTRIES[name]
    direction = entry["direction"]
    rows = [
        (s["id"], said(s["used"], s["standard_error"], judgement=s["id"] == "judgement"))
        for s in entry["sources"]
    ]
    for figures, told in (
        (entry, [e for _, e in rows]),
        (entry["without"][SURVEY], [e for source, e in rows if source != SURVEY]),
    ):
        found = combined(told, seen=entry["seen"])
        expected = found.log_odds if found.log_odds * direction >= 0 else 0.0
        assert figures["log_odds"] == pytest.approx(expected, abs=1e-3)
        assert figures["standard_error"] == pytest.approx(found.standard_error, abs=1e-3)


def test_every_factor_has_its_direction_and_size() -> None:
    """As drawn above and in the catalogue. No prior reaches an odds ratio of 2.3: what sets people apart is the sum of many."""
    drawn = dict.fromkeys(TOWARDS.split(), 1) | dict.fromkeys(AWAY.split(), -1)
    assert {name: entry["direction"] for name, entry in ENTRIES.items()} == drawn
    assert {f.name: f.direction for f in FACTORS} == {f.name: drawn[f.name] for f in FACTORS}
    for name, direction in drawn.items():
        assert 0 <= of(name).log_odds * direction <= 0.8, name
        assert of(name).standard_error >= 0.19, name


def test_living_alone_is_wide_and_leaving_the_survey_out_moves_it() -> None:
    whole, without = of("lives_alone_known"), of("lives_alone_known", without=SURVEY)
    assert whole.standard_error > 0.4
    assert without.log_odds > whole.log_odds
    assert of("family_help").log_odds == of("family_help", without=SURVEY).log_odds


@pytest.mark.parametrize(("name", "row"), ROWS)
def test_every_row_says_where_it_is_from(name: str, row: dict[str, str | float | bool]) -> None:
    """A judgement stands only where no figure was found, is wide and says that it is assumed; a bare zero says that it was taken as one."""
    judgements = [r.get("kind") == "judgement" for n, r in ROWS if n == name]
    if row.get("kind") == "judgement":
        assert all(judgements)
        assert float(row["standard_error"]) >= 0.35
        assert str(row["figure"]).startswith("assumed")
    if row["log_odds"] == 0:
        assert str(row["figure"]).startswith(("taken as 0", "assumed 0"))
    assert ("shrink" in row) == ("why" in row)


NUMBER = r"(\d+(?:\.\d+)?)"


@pytest.mark.parametrize(("name", "row"), ROWS)
def test_every_log_odds_is_that_of_the_published_figure(
    name: str, row: dict[str, str | float | bool]
) -> None:
    """ "OR 2.41 (95 % CI 1.20-4.85)" → ln 2.41 and a quarter of the interval's width in logs; "17 % against 10.2 %" → the log of their odds ratio."""
    figure, size, error = str(row["figure"]), abs(float(row["log_odds"])), float(row["standard_error"])
    if ratio := re.match(rf"(?:OR|ratio of \w+) {NUMBER}", figure):
        assert size == pytest.approx(abs(log(float(ratio[1]))), abs=6e-3)
    if pair := re.match(rf"{NUMBER} % against {NUMBER} %", figure):
        a, b = (float(p) / 100 for p in pair.groups())
        assert size == pytest.approx(abs(log(a / (1 - a)) - log(b / (1 - b))), abs=6e-3)
    if ratio and (interval := re.search(rf"CI {NUMBER}-{NUMBER}\)", figure)):
        low, high = (log(float(end)) for end in interval.groups())
        assert error == pytest.approx((high - low) / 3.92, abs=2e-3)
    if "p < .001" in figure:
        assert error == pytest.approx(size / 3.29, abs=2e-3)


def test_every_mapped_factor_was_measured_or_left_out_with_a_reason() -> None:
    mapping = tomllib.loads(script.MAPPING.read_text("utf-8"))
    survey = script.recorded(PRIORS)[mapping["survey"]["in_priors"]]
    assert set(survey.figures) | set(survey.left_out) == set(mapping["factors"])


def test_the_floor_is_what_its_words_say() -> None:
    """Two of three places within a factor of 1.2 of the mean."""
    assert exp(TAU_FLOOR) == pytest.approx(1.2, abs=0.03)
