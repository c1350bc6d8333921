"""Do the reasons hold? The champion's candidate is fitted again on households drawn anew, and each listed household is explained by every such fit.

Bootstrap by household, with replacement (Efron and Tibshirani, An Introduction to the Bootstrap, 1993, chapter 6). It shows what the sample of
visits leaves open; not whether visits, registers or factors are the right ones.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from features.factor import Factor
from models.age_uk import AgeUk
from models.campaigns import Past, fitted
from models.candidate import Candidate, Floats, NotFitted, Scorer, lots, ranking, score
from models.explain import SMALLEST
from models.points import Points
from models.refined import Refined
from models.rules import Rule

DRAWS = 20
STABLE = 0.9
"""Share of draws from which on a reason is shown: 18 of 20. A sign that is a toss-up gets there twice in ten thousand times, one that holds in three
of four draws in one case of eleven (binomial); whoever knocks may then say the reason without having to take it back."""
REDRAWN = 5
"""A resample too poor to be fitted is drawn again this often at most; assumed, so that the work has an end. After that the draw counts as unstable."""
LEARNS_NOTHING = (Rule, Refined, Points, AgeUk)
"""The same scorer for any past."""
INTERVAL = (2.5, 97.5)


@dataclass(frozen=True, kw_only=True)
class Refits:
    """``whole``: fitted on every answer; ``draws``: on resamples of the answered households, None where no resample could be fitted. ``learns``: whether
    the candidate learns at all, and could now; where not, every draw is the whole and nothing can be told from them."""

    whole: Scorer
    draws: tuple[Scorer | None, ...]
    learns: bool = True

    def sign_shares(self, listed: pd.DataFrame, factors: Sequence[Factor] = ()) -> pd.DataFrame:
        """``listed``: the matrix rows of the households to explain. One row a household and factor of the scorer: ``household_id``, ``factor``,
        ``same_sign_share`` (share of all draws in which the contribution has the sign that it has in the whole fit; less than ``SMALLEST`` is no
        sign), ``low`` and ``high`` (2.5 and 97.5 % of the draws that were fitted, log-odds; NaN without any).

        ``factors``: where of two sentences one says it all, its row is about both together, as ``models.explain`` shows them.
        """
        whole = _explained(self.whole, listed, factors)
        found = [_explained(s, listed, factors) for s in self.draws if s is not None]
        drawn = np.array([d.reindex(columns=whole.columns, fill_value=0.0).to_numpy() for d in found])
        drawn = drawn.reshape(-1, *whole.shape)
        same = (_signs(drawn) == _signs(whole.to_numpy())).sum(axis=0) / len(self.draws)
        low, high = (
            np.percentile(drawn, INTERVAL, axis=0) if len(drawn) else np.full((2, *whole.shape), np.nan)
        )
        ids = listed["household_id"].astype(str).to_numpy()
        long = pd.DataFrame(
            {
                "household_id": np.repeat(ids, whole.shape[1]),
                "factor": np.tile(whole.columns.to_numpy(dtype=object), len(listed)),
                "same_sign_share": same.ravel(),
                "low": low.ravel(),
                "high": high.ravel(),
            }
        )
        return long.sort_values(["household_id", "factor"], ignore_index=True)

    def rank_stability(self, frame: pd.DataFrame, *, capacity: int, lot_seed: int) -> pd.DataFrame:
        """How sure a seat is. ``frame``: the matrix rows of all households that compete for the ``capacity`` first ranks; ``lot_seed``: of the list, since
        the lot parts equals. One row a household: ``household_id``, ``times_listed``, ``draws``, ``listed_share``. A draw without a fit lists nobody."""
        times = np.zeros(len(frame), dtype=np.int64)
        lot = lots(frame["household_id"], lot_seed)
        for scorer in self.draws:
            if scorer is not None:
                times[ranking(score(scorer, frame), lot)[:capacity]] += 1
        columns = {"household_id": frame["household_id"].astype(str).to_numpy(), "times_listed": times}
        table = pd.DataFrame(columns).assign(draws=len(self.draws), listed_share=times / len(self.draws))
        return table.sort_values("household_id", ignore_index=True)


def refits(
    candidate: Candidate, past: Past, *, seed: int, draws: int = DRAWS, whole: Scorer | None = None
) -> Refits:
    """The candidate as the champion is fitted, or ``whole``, the frozen one that ranks; and on ``draws`` resamples. A candidate that learns nothing is not drawn again; nor does one
    that was learnt on answers of which too few are left to learn from.

    Raises ValueError when the past itself is too poor and nothing is frozen: such a candidate is no champion.
    """
    everybody = np.ones(len(past.labels), dtype=bool)
    again = fitted(candidate, past, everybody)
    if isinstance(again, NotFitted) and whole is None:
        raise ValueError(f"{again.name} cannot be fitted: {again.reason}")
    if isinstance(again, NotFitted) or isinstance(candidate, LEARNS_NOTHING):
        stays = whole if whole is not None else again
        assert not isinstance(stays, NotFitted)
        return Refits(whole=stays, draws=(stays,) * draws, learns=False)
    drawn = tuple(_refitted(candidate, past, seed, draw) for draw in range(draws))
    return Refits(whole=whole or again, draws=drawn)


def sign_shares(
    candidate: Candidate, past: Past, listed: pd.DataFrame, *, seed: int, draws: int = DRAWS
) -> pd.DataFrame:
    """``Refits.sign_shares`` where nothing else is asked of the refits."""
    return refits(candidate, past, seed=seed, draws=draws).sign_shares(listed)


def _refitted(candidate: Candidate, past: Past, seed: int, draw: int) -> Scorer | None:
    for attempt in range(1 + REDRAWN):
        sample = resampled(past, np.random.default_rng([seed, draw, attempt]))
        scorer = fitted(candidate, sample, np.ones(len(sample.labels), dtype=bool))
        if not isinstance(scorer, NotFitted):
            return scorer
    return None


def resampled(past: Past, rng: np.random.Generator) -> Past:
    """As many answered households as there are, with replacement; each brings all its answered rows, with their weights, as often as it is drawn."""
    rows = np.flatnonzero(past.is_told)
    household, names = pd.factorize(past.labels["household_id"].iloc[rows], sort=True)
    times = np.bincount(rng.integers(max(len(names), 1), size=len(names)), minlength=len(names))
    again = np.repeat(rows, times[household])
    return Past(
        matrix=past.matrix.iloc[again].reset_index(drop=True),
        labels=past.labels.iloc[again].reset_index(drop=True),
    )


def _explained(scorer: Scorer, listed: pd.DataFrame, factors: Sequence[Factor]) -> pd.DataFrame:
    """Contributions; a said factor that refines another that is said carries both."""
    table = scorer.contributions(listed)
    by_name = {f.name: f for f in factors}
    for finer in factors:
        coarse = by_name.get(finer.refines or "")
        if coarse is None or finer.name not in table or coarse.name not in table:
            continue
        both = _is_said(listed, finer) & _is_said(listed, coarse)
        table[finer.name] = table[finer.name] + table[coarse.name].where(both, 0.0)
    return table


def _is_said(listed: pd.DataFrame, factor: Factor) -> pd.Series:
    return listed[factor.name].map(lambda value: pd.notna(value) and factor.is_said(value)).astype(bool)


def _signs(contributions: Floats) -> Floats:
    return np.sign(np.where(np.abs(contributions) < SMALLEST, 0.0, contributions))
