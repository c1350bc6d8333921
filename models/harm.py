"""Does an order among equals do harm that a lot among them would not?

The rule by lot could have called any of its equals. Were the order no better and no worse, its calls would look like one of these lots; so it is held against a thousand of them on
the same visits: a randomisation test. The smallest studentised deviation over all questions sets the border, so that they hold together (P. H. Westfall and S. S. Young,
*Resampling-Based Multiple Testing*, Wiley 1993): one lot in twenty is beyond it in some question. Asked one at a time, one in eight would be.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from models.candidate import Floats
from models.figures import Placed

BAND, MIN_GROUP = 0.8, 11
"""A group is worse off when, of its isolated, surely less than this share is called of those whom the reigning one calls; smaller groups tell nothing."""
LOTS, CHANCE = 1000, 0.05


def does_harm(
    order: Placed, rule: Placed, weights: tuple[Floats, ...], groups: pd.DataFrame, seed: int
) -> bool:
    """Whether ``order`` surely finds fewer than the lots of ``rule``, by one of ``weights`` (one a household: as visited, for the town), or fewer than ``BAND`` of
    what they find of an audit group (a column of ``groups`` each dimension), with all these questions asked at once."""
    mean, outcome = rule.chosen(), rule.outcome
    found = [w * (outcome - (w @ (outcome * mean)) / (w @ mean)) for w in weights]
    of_groups = [
        (outcome & (groups[dimension] == group)).to_numpy(dtype=float)
        for dimension in groups
        for group in groups[dimension].dropna().unique()
    ]
    questions = np.column_stack([*found, *(g for g in of_groups if g.sum() >= MIN_GROUP)])
    expected, drawn = mean @ questions, lots(rule, seed) @ questions
    error = drawn.std(axis=0)
    asked = error > 0
    if not asked.any():
        return False
    border = np.quantile(((drawn - expected)[:, asked] / error[asked]).min(axis=1), CHANCE)
    now = order.chosen() @ questions
    as_many = 1e-9  # as the lot at the border: not beyond it
    is_beyond = (now - expected)[asked] / error[asked] < border - as_many
    return bool((is_beyond & (now < BAND * expected)[asked]).any())


def lots(rule: Placed, seed: int) -> Floats:
    """Row for row who is called: ``LOTS`` times the last seats of each campaign go by lot to those who tie for them."""
    chance, rng = rule.chosen(), np.random.default_rng(seed)
    called = np.repeat(chance[None, :], LOTS, axis=0)
    tied = (chance > 0) & (chance < 1)
    for campaign in np.unique(rule.fold[tied]):
        rows = np.flatnonzero(tied & (rule.fold == campaign))
        seats = round(float(chance[rows].sum()))
        called[:, rows] = rng.random((LOTS, len(rows))).argsort(axis=1).argsort(axis=1) < seats
    return called
