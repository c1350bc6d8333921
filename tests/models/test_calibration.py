"""Probabilities: true ones hold, wrong ones do not, and nothing is said where nothing can be checked."""

import json

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import expit

from models import calibration
from models.calibration import FAILS, FEW, HOLDS, RULE, Calibration
from models.campaigns import _placed
from models.candidate import Bools, Floats
from models.figures import Placed


def visited(n: int, seed: int, *, spread: float = 1.0) -> tuple[Placed, Bools, Floats]:
    """Scores of four campaigns whose outcomes have the log-odds -1.5 + spread × score; every third visit was drawn at random."""
    rng = np.random.default_rng(seed)
    score = rng.normal(0, 1, n)
    outcome = rng.random(n) < expit(-1.5 + spread * score)
    placed = _placed(outcome, score, rng.random(n), 10, 0)
    fold = np.repeat(np.arange(4), n // 4)
    tested = Placed(
        outcome=outcome,
        score=score,
        place=placed.place,
        ahead=placed.ahead,
        equals=placed.equals,
        k=placed.k,
        fold=fold,
    )
    return tested, np.arange(n) % 3 == 0, np.ones(n)


def learnt(n: int = 800, seed: int = 0, **more: float) -> Calibration:
    return calibration.calibrated(*visited(n, seed, **more))


def test_the_map_finds_the_shares_that_made_the_outcomes() -> None:
    found = learnt(8000)
    assert found.kind == "isotonic" and found.why == HOLDS
    at = np.array([-1.0, 0.0, 1.0])
    np.testing.assert_allclose(found.probability(at), expit(-1.5 + at), atol=0.06)


def test_a_few_hundred_answers_get_a_line_and_hold() -> None:
    verdicts = [learnt(800, seed).why for seed in range(20)]
    assert verdicts.count(HOLDS) >= 17, "an interval of 95 % on each of two figures"
    found = learnt(800)
    assert found.kind == "logistic"
    np.testing.assert_allclose(found.probability(np.array([0.0])), expit(-1.5), atol=0.05)


def test_where_those_chosen_differ_from_those_drawn_nothing_is_shown() -> None:
    """Whoever was chosen was isolated twice as often as a drawn household of the same score."""
    tested, is_random, weight = visited(1600, 3)
    more = np.random.default_rng(4).random(1600) < 0.35
    outcome = tested.outcome | (~is_random & more)
    shifted = Placed(**{**tested.__dict__, "outcome": outcome})
    found = calibration.calibrated(shifted, is_random, weight)
    assert (found.holds, found.why) == (False, FAILS)
    assert np.isnan(found.probability(np.array([0.0, 1.0]))).all()


def test_a_score_that_says_nothing_does_not_hold() -> None:
    assert learnt(1600, 2, spread=0.0).why == FAILS


def test_too_few_drawn_answers_permit_no_probability() -> None:
    tested, is_random, weight = visited(800, 0)
    few = is_random & (np.cumsum(is_random) < calibration.MIN_RANDOM)
    assert calibration.calibrated(tested, few, weight).why == FEW
    enough = is_random & (np.cumsum(is_random) <= calibration.MIN_RANDOM)
    assert calibration.calibrated(tested, enough, weight).why != FEW
    assert calibration.none_learnt().why == FEW


def test_a_campaign_without_anybody_isolated_permits_no_probability_and_stops_nothing() -> None:
    """Beside the other campaign it teaches one outcome alone, which no line can be drawn through."""
    tested, is_random, weight = visited(800, 0)
    two = tested.fold % 2
    nobody = Placed(**{**tested.__dict__, "fold": two, "outcome": tested.outcome & (two == 0)})
    found = calibration.calibrated(nobody, is_random, weight)
    assert (found.why, found.holds) == (FEW, False)
    everybody = Placed(**{**tested.__dict__, "fold": two})
    assert calibration.calibrated(everybody, is_random, weight).why != FEW


def test_a_rule_has_no_probability() -> None:
    tested, is_random, weight = visited(800, 0)
    rule = Placed(**{**tested.__dict__, "score": (tested.score > 0).astype(float)})
    assert calibration.calibrated(rule, is_random, weight).why == RULE


@settings(deadline=None, max_examples=40)
@given(st.integers(0, 30), st.lists(st.floats(-5, 5), min_size=2, max_size=20))
def test_a_higher_score_is_never_less_probable_and_the_text_says_the_same(
    seed: int, scores: list[float]
) -> None:
    found = learnt(400, seed)
    again = calibration.read(json.dumps(found.as_json()))
    shown = Calibration(**{**again.__dict__, "holds": True})
    share = shown.probability(np.sort(np.array(scores)))
    assert (np.diff(share) >= -1e-9).all() and share.min() >= 0.01 and share.max() <= 0.99
    assert again.as_json() == found.as_json()
