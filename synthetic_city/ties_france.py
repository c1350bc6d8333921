"""Seeing the town at France's make-up, and published French rates at the town's.

Published shares hold for France; Agen is poorer, younger and more often alone. So the town's adults are weighted until their make-up
is France's (raking), and published rates are laid on the town's own make-up to say what Agen should then show.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.special import expit

from data_contracts.errors import ConfigurationError
from synthetic_city.history import Activity, Income, Tenure

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

RAKING_ROUNDS = 50
NEWTON_ROUNDS = 40
CLOSE_ENOUGH = 1e-9
NO_MEMBER_SHIFT = 1e-6
"""Added to the diagonal so that a group without members (a tiny town) leaves its shift at zero."""


@dataclass(frozen=True, kw_only=True)
class Margin:
    """How France's people of 15 and over in ordinary households fall into the groups of one column of ``make_up``."""

    column: str
    shares: tuple[float, ...]
    source: str


FRANCE = (
    Margin(
        column="age",
        shares=(0.1437, 0.2150, 0.3076, 0.2604, 0.0733),
        source="INSEE, population on 1 January 2024: 15-24, 25-39, 40-59, 60-79, 80+",
    ),
    Margin(column="sex", shares=(0.5204, 0.4796), source="INSEE, population on 1 January 2024: women, men"),
    Margin(
        column="income",
        shares=(0.154, 0.546, 0.300),
        source="INSEE 2023: poverty rate 15.4 %; high = top 30 % by definition of the band",
    ),
    Margin(
        column="unemployed",
        shares=(0.93, 0.07),
        source="INSEE RP2018: about 13 % of the active, 55 % of people of 15 and over are active; rounded",
    ),
    Margin(
        column="tenure",
        shares=(0.85, 0.15),
        source="INSEE RP2018: about 15 % of main residences are HLM; rounded",
    ),
    Margin(
        column="alone",
        shares=(0.81, 0.19),
        source="INSEE RP2016: ten million people live alone, of about 53 million of 15 and over",
    ),
)


@dataclass(frozen=True, kw_only=True)
class Rate:
    """A published share of one group: ``column`` and ``group`` of ``make_up``."""

    column: str
    group: int
    share: float


def make_up(panel: pd.DataFrame, is_male: npt.NDArray[np.bool_]) -> pd.DataFrame:
    """Group numbers of adults, rows as ``panel``: ``age`` 0-4, ``sex`` (1 man), ``income`` 0 low, 1 middle, 2 high, and yes/no columns."""
    income = panel["income"].to_numpy()
    return pd.DataFrame(
        {
            "age": np.searchsorted((25, 40, 60, 80), panel["age"].to_numpy(), side="right"),
            "sex": is_male.astype(np.int64),
            "income": np.select([income == Income.LOW, income == Income.HIGH], [0, 2], 1),
            "unemployed": (panel["activity"].to_numpy() == Activity.UNEMPLOYED).astype(np.int64),
            "tenure": (panel["tenure"].to_numpy() == Tenure.HLM).astype(np.int64),
            "alone": panel["lives_alone"].to_numpy().astype(np.int64),
        }
    )


def rake(groups: pd.DataFrame, margins: Sequence[Margin] = FRANCE) -> Floats:
    """Weights with mean 1 under which every margin holds (iterative proportional fitting; Deming and Stephan 1940)."""
    cells, place = _cells(groups[[margin.column for margin in margins]])
    people = np.bincount(place, minlength=len(cells)).astype(np.float64)
    weights = np.ones(len(cells))
    for _ in range(RAKING_ROUNDS):
        before = weights.copy()
        for margin in margins:
            weights *= _ratio(cells[margin.column].to_numpy(), weights * people, margin)
        if np.abs(weights - before).max() < CLOSE_ENOUGH:
            break
    return weights[place]


def expected(groups: pd.DataFrame, weights: Floats, rates: Sequence[Rate]) -> float:
    """The share that published group rates imply for the unweighted rows (post-stratification).

    A logit with one shift a group is solved so that, at the weighted make-up, every published rate holds (all of them at
    once, through how groups overlap); its mean over the unweighted rows is the answer. No simulated answer enters it.
    """
    groups, place = _cells(groups[sorted({rate.column for rate in rates})])
    france = np.bincount(place, weights, minlength=len(groups)).astype(np.float64)
    town = np.bincount(place, minlength=len(groups)).astype(np.float64)
    cells = _members(groups, rates)
    at_rates = expit(cells @ _shifts(cells, france, np.array([rate.share for rate in rates])))
    return float(at_rates @ town / town.sum())


def _cells(groups: pd.DataFrame) -> tuple[pd.DataFrame, Ints]:
    """The distinct rows, and for each row the number of its own among them: a few hundred cells stand for millions of rows."""
    sizes = tuple(int(groups[column].max()) + 1 for column in groups)
    codes = np.ravel_multi_index(tuple(groups[column].to_numpy() for column in groups), sizes)
    _, first, place = np.unique(codes, return_index=True, return_inverse=True)
    return groups.iloc[first].reset_index(drop=True), place.ravel().astype(np.int64)


def _ratio(group: Ints, people: Floats, margin: Margin) -> Floats:
    wanted = np.array(margin.shares) * people.sum()
    found = np.bincount(group, people, minlength=len(wanted))
    if np.any((found == 0) & (wanted > 0)):
        raise ConfigurationError(
            f"the town has nobody in a group of {margin.column!r}, so it cannot be seen at France's make-up",
            where="synthetic_city/ties_france.py",
            hint="calibrate a town of at least a few thousand people",
        )
    ratio: Floats = (wanted / found)[group]
    return ratio


def _members(groups: pd.DataFrame, rates: Sequence[Rate]) -> Floats:
    return np.stack([groups[rate.column].to_numpy() == rate.group for rate in rates], axis=1).astype(
        np.float64
    )


def _shifts(cells: Floats, weights: Floats, shares: Floats) -> Floats:
    """Newton's method on the moment equations of a concave likelihood."""
    theta = np.zeros(cells.shape[1])
    wanted = shares * (cells * weights[:, None]).sum(axis=0)
    for _ in range(NEWTON_ROUNDS):
        found = expit(cells @ theta)
        gap = wanted - cells.T @ (weights * found)
        slope = cells.T @ (cells * (weights * found * (1 - found))[:, None])
        theta += np.linalg.solve(slope + NO_MEMBER_SHIFT * weights.sum() * np.eye(len(theta)), gap)
        if np.abs(gap).max() < CLOSE_ENOUGH * weights.sum():
            break
    return theta
