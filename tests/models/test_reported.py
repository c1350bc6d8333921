"""Lonely households among those called first for being isolated: a drawn campaign, counted by hand."""

import numpy as np
import pandas as pd
import pytest

from models.campaigns import Ranked
from models.figures import Placed
from models.reported import on_lonely


def ranked(n: int, k: int) -> Ranked:
    """``n`` households in the order of their scores, the first half isolated, ``k`` called."""
    tested = Placed(
        outcome=np.arange(n) < n // 2,
        score=-np.arange(n, dtype=np.float64),
        place=np.arange(n),
        ahead=np.arange(n),
        equals=np.ones(n, dtype=int),
        k=np.full(n, k),
        fold=np.zeros(n, dtype=int),
    )
    return Ranked(name="logistic", tested=tested, campaigns=())


def test_the_share_of_lonely_among_the_called_who_answered() -> None:
    """Of the first 20 called, 10 answered and 4 of them are lonely; of the 80 others all answered, 16 are."""
    called = [True] * 4 + [False] * 6 + [None] * 10
    others = [True] * 16 + [False] * 64
    told = on_lonely([ranked(100, 20)], pd.Series(called + others, dtype=object), seed=1)
    assert (told.labels, told.positives, told.both) == (90, 20, 20)
    figures = told.candidates["logistic"]
    assert figures["precision"].value == pytest.approx(0.4)
    assert figures["lift"].value == pytest.approx(0.4 / (20 / 90))
    assert figures["precision"].low < 0.4 < figures["precision"].high


def test_nothing_is_said_on_few_answers() -> None:
    few = pd.Series([True] * 14 + [False] * 86, dtype=object)
    told = on_lonely([ranked(100, 20)], few, seed=1)
    assert (told.labels, told.positives, told.candidates) == (100, 14, {})
    nobody = on_lonely([], pd.Series([], dtype=object), seed=1)
    assert (nobody.labels, nobody.candidates) == (0, {})
