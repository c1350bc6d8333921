"""A frozen model is read back as it was, or refused."""

import json
import re
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from data_contracts.errors import ConfigurationError
from features.factor import Scale
from features.prior import Prior
from models.candidate import Candidate, NotFitted, Scorer, score
from models.frozen import thaw
from models.logistic import Logistic
from models.points import Points
from models.sealed import opened, sealed
from tests.models.test_candidates import CANDIDATES, past
from tests.models.town import FACTORS


def frozen(candidate: Candidate, n: int = 600) -> tuple[Scorer, pd.DataFrame]:
    table, outcome = past(n)
    scorer = candidate.fit(table, outcome, np.ones(n))
    assert not isinstance(scorer, NotFitted)
    return scorer, table


@pytest.mark.parametrize("candidate", CANDIDATES, ids=lambda c: f"{type(c).__name__} {c.name}")
def test_what_is_thawed_ranks_and_reads_the_same(candidate: Candidate) -> None:
    scorer, table = frozen(candidate)
    text = scorer.as_text()
    again = thaw(text + "\n", FACTORS[::-1])
    assert again.as_text() == text
    assert score(again, table).tolist() == score(scorer, table).tolist()
    pd.testing.assert_frame_equal(again.contributions(table), scorer.contributions(table))


LOGISTIC, TABLE = frozen(Logistic(factors=FACTORS), 300)
TEXT = LOGISTIC.as_text()


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "no JSON"),
        (TEXT[: len(TEXT) // 2], "no JSON"),
        ("[1, 2]", "no digest"),
        (json.dumps({"candidate": "points"}), "no digest"),
        (TEXT.replace('"labels": 300', '"labels": 301'), "edited"),
        (re.sub(r'"coefficient": (0\.\d)', r'"coefficient": 1\1', TEXT, count=1), "edited"),
        (TEXT.replace('"width": 1.0,', ""), "edited"),
        (sealed({"candidate": "oracle"}), "no candidate is called oracle"),
        (sealed({"candidate": "points", "base": -2.0}), "lacks something"),
        (sealed({"candidate": "points", "base": -2.0, "points": {}}), "does not know lives_alone_known"),
        (sealed({"candidate": "age_uk", "base": "low"}), "lacks something"),
        (sealed({"candidate": "mine", "all_of": [{"any_of": ["oldest_age > 80"]}]}), "lacks something"),
        (sealed({"candidate": "mine", "all_of": [{"any_of": ["shoe_size >= 44"]}]}), "shoe_size"),
        (
            sealed({"candidate": "average", "members": [{"candidate": "points", "points": []}]}),
            "lacks something",
        ),
    ],
)
def test_a_damaged_or_edited_text_is_refused(text: str, says: str) -> None:
    with pytest.raises(ConfigurationError, match=says) as refused:
        thaw(text, FACTORS)
    assert refused.value.hint


def test_a_text_of_another_catalogue_is_refused() -> None:
    first = FACTORS[0]
    with pytest.raises(ConfigurationError, match=f"uses {first.name}, which this run has not"):
        thaw(TEXT, FACTORS[1:])
    with pytest.raises(ConfigurationError, match="does not know shoe_size"):
        thaw(TEXT, (*FACTORS, replace(first, name="shoe_size")))
    other = Prior(log_odds=first.prior.log_odds + 0.1, standard_error=0.5, source="drawn")
    for changed in (replace(first, scale=Scale(zero=0, one=2)), replace(first, prior=other)):
        with pytest.raises(ConfigurationError, match="says something else of a factor"):
            thaw(TEXT, (changed, *FACTORS[1:]))


def test_a_rule_may_name_a_factor_that_the_run_may_not_use() -> None:
    rule = CANDIDATES[2].fit(TABLE, np.zeros(0, dtype=bool), np.zeros(0))
    assert not isinstance(rule, NotFitted)
    closed = [f for f in FACTORS if f.name != "one_adult_known"]
    assert thaw(rule.as_text(), closed).as_text() == rule.as_text()


def test_a_seal_is_broken_by_any_change_and_by_the_order_too() -> None:
    text = sealed({"a": 1.5, "b": ["é", None]})
    assert opened(text) == {"a": 1.5, "b": ["é", None]}
    content = json.loads(text)
    for changed in ({**content, "a": 1.25}, {**content, "c": 0}, {"b": content.pop("b"), **content}):
        with pytest.raises(ConfigurationError, match="edited"):
            opened(json.dumps(changed))


def test_points_of_a_narrower_run_are_of_another_catalogue() -> None:
    few = Points(factors=FACTORS[:5]).fit(TABLE, np.zeros(0, dtype=bool), np.zeros(0))
    assert thaw(few.as_text(), FACTORS[:5]).as_text() == few.as_text()
    with pytest.raises(ConfigurationError, match="does not know"):
        thaw(few.as_text(), FACTORS)
