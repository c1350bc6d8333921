"""Who is in couple with whom: ages of partners, and how often men and women are in couple at each age because of them.

The gap is the man's age less the woman's, in whole years. Its shape is a mixture of two normal laws, cut to likely ages, whose five
numbers were solved so that the town's women in couple show what INSEE counted in 2012 (INSEE Première 1613): 2.5 years on average, the man older in 56 to 57 % of couples,
the woman in 13 to 14 %, no more than one year between them in the rest; 4.0 years apart on average, 8 % ten years or more.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.interpolate import PchipInterpolator
from scipy.optimize import least_squares
from scipy.special import expit, logit
from scipy.stats import norm

from synthetic_city.facts import AGES, OLDEST, Floats
from synthetic_city.lives_state import MEN, WOMEN, Bools, Index, Town

CLOSE_SHARE = 0.80
CLOSE_GAP, CLOSE_SPREAD = 1.86, 2.75
FAR_GAP, FAR_SPREAD = 9.09, 20.0
"""The mixture: most couples are of near ages, the rest of any that is likely."""

WIDEST_GAP = 30
"""Years between partners at most; assumed, the mixture's tail beyond is thrown away."""

FIRST_AGE = 17
"""Age from which people live in couple; assumed (the zone has 2.2 % of 15-19)."""

GAP_LOST = 0.5
"""Years of gap that the stock of couples loses, because deaths part those of an older man first and who is free decides too; fitted: new couples
are that much further apart than the published stock."""

OFF_WISH = 2.5
"""Years by which a partner's age may miss the drawn one when couples form month by month; who finds nobody so near waits; assumed."""

SAME_SEX_SHARE, SAME_SEX_MEN = 0.009, 0.56
"""Share of couples of two people of one sex, and of men among those (France 2018, INSEE Première 1774)."""

SAME_SEX_SPREAD = 5.0
"""Standard deviation of the gap in those couples; assumed."""

KNOTS = (17, 19, 22, 25, 32, 40, 47, 60, 72, 79, 86, 100)
USUAL_TILT = (0.6, 0.5, 0.35, 0.2, 0.05, 0.0, -0.05, -0.2, -0.5, -0.7, -0.9, -1.2)
"""Log-odds of a woman of these ages being in couple less those of both sexes; assumed: younger women more often than men of their
age, old ones less. The solution stays as near to it as the people allow."""

OLD_MIDDLE = 84.0
"""Age at which the last step's share stands: most of its people (80 and over) are below 90."""

NEARNESS = 0.1
"""Weight of a tilt off the usual one, against one point of a step's share."""

MOST_IN_COUPLE = 0.9
"""Share in couple at any age and sex at most; assumed."""


def gap_law() -> tuple[npt.NDArray[np.int64], Floats]:
    """Gaps in whole years and the chance of each."""
    gaps = np.arange(-WIDEST_GAP, WIDEST_GAP + 1)
    mixed = CLOSE_SHARE * _whole(gaps, CLOSE_GAP, CLOSE_SPREAD)
    mixed += (1 - CLOSE_SHARE) * _whole(gaps, FAR_GAP, FAR_SPREAD)
    return gaps, mixed / mixed.sum()


def _whole(gaps: npt.NDArray[np.int64], mean: float, spread: float) -> Floats:
    return np.asarray(norm.cdf(gaps + 0.5, mean, spread) - norm.cdf(gaps - 0.5, mean, spread))


def couples_by_sex(share: Floats, pyramid: Floats) -> Floats:
    """Share in couple by sex and age (row 0 men) that gives each step of ``share`` its people, with the law of gaps.

    ``share[age]``: of both sexes together, in steps as the source prints it; ``pyramid[sex, age]``: people. The women's share is
    unknown; the men's follows from it by the gaps. Of the answers with (nearly) the same people, the one nearest to ``USUAL_TILT`` is taken.
    """
    partners, smooth, step = partners_ages(), _smooth(share), np.cumsum(np.diff(share, prepend=share[0]) != 0)
    people = pyramid[:, FIRST_AGE:]
    aim = np.bincount(step[FIRST_AGE:], (share * pyramid.sum(axis=0))[FIRST_AGE:])[1:]
    size = np.bincount(step[FIRST_AGE:], people.sum(axis=0))[1:]

    def both(tilt: Floats) -> Floats:
        women = expit(smooth + np.interp(AGES, KNOTS, tilt)) * (AGES >= FIRST_AGE)
        return np.array([partners @ (women * pyramid[WOMEN]) / np.maximum(pyramid[MEN], 1e-9), women])

    def misses(tilt: Floats) -> Floats:
        have = np.bincount(step[FIRST_AGE:], (both(tilt)[:, FIRST_AGE:] * people).sum(axis=0))[1:]
        return np.concatenate([100 * (have - aim) / size, NEARNESS * (tilt - np.array(USUAL_TILT)) / 0.1])

    return np.clip(both(least_squares(misses, USUAL_TILT).x), 0.0, MOST_IN_COUPLE)


def _smooth(share: Floats) -> Floats:
    """Log-odds of a stepped share, without the steps: each at the middle of its ages, a curve between them."""
    grown = np.flatnonzero(share > 0)
    step = np.cumsum(np.diff(share, prepend=share[0]) != 0)
    middle = [float(grown[step[grown] == one].mean()) for one in np.unique(step[grown])]
    middle[-1] = OLD_MIDDLE
    odds = logit([share[round(age)] for age in middle])
    return np.asarray(np.clip(PchipInterpolator(middle, odds, extrapolate=True)(AGES), -8.0, 4.0))


def partners_ages() -> Floats:
    """``[man, woman]``: the chance that the partner of a woman of that age is a man of that age; columns add up to one."""
    gaps, chance = gap_law()
    table = np.zeros((len(AGES), len(AGES)))
    for gap, part in zip(gaps, chance, strict=True):
        woman = AGES[is_likely(AGES + gap, AGES) & (AGES + gap <= OLDEST)]
        table[woman + gap, woman] = part
    return np.asarray(table / np.maximum(table.sum(axis=0), 1e-12))


def is_likely(one: npt.NDArray[np.number], other: npt.NDArray[np.number]) -> Bools:
    """Whether people of these ages may be partners: grown, and the younger of at least half the older's age and five years (assumed)."""
    younger, older = np.minimum(one, other), np.maximum(one, other)
    return np.asarray((younger >= FIRST_AGE) & (younger >= older / 2 + 5))


def pair(town: Town, men: Index, women: Index, rng: np.random.Generator) -> tuple[Index, Index]:
    """As many couples as the smaller side allows, by rank of the wished age; who is left over stays single."""
    count = min(len(men), len(women))
    men, women = rng.permutation(men)[:count], rng.permutation(women)[:count]
    by_age = men[np.argsort(town.people.age[men] + rng.random(count), kind="stable")]
    return by_age, women[np.argsort(_wished(town, women, rng), kind="stable")]


def match(town: Town, men: Index, women: Index, rng: np.random.Generator) -> tuple[Index, Index]:
    """Couples of men and women whose ages are what they wish, to ``OFF_WISH`` years; the others stay single for now."""
    men, women = rng.permutation(men), rng.permutation(women)
    wished, age = _wished(town, women, rng), town.people.age[men] + rng.random(len(men))
    man, woman = nearest(age, wished, OFF_WISH)
    return men[man], women[woman]


def nearest(have: Floats, wished: Floats, within: float) -> tuple[Index, Index]:
    """Positions in ``have`` and in ``wished`` of pairs no further than ``within`` apart, each used once; in rank order, none crosses another."""
    have_order, wish_order = np.argsort(have, kind="stable"), np.argsort(wished, kind="stable")
    pairs, one, other = [], 0, 0
    while one < len(have) and other < len(wished):
        off = have[have_order[one]] - wished[wish_order[other]]
        if abs(off) <= within:
            pairs.append((have_order[one], wish_order[other]))
        one, other = one + int(off <= within), other + int(off >= -within)
    found = np.array(pairs, dtype=np.int64).reshape(-1, 2)
    return found[:, 0], found[:, 1]


def _wished(town: Town, women: Index, rng: np.random.Generator) -> Floats:
    """The age that the partner of each woman is to have, drawn from ``partners_ages``."""
    below = np.cumsum(partners_ages(), axis=0)[:, town.people.age[women]] < rng.random(len(women))
    return np.asarray(below.sum(axis=0) + rng.random(len(women)) + GAP_LOST)


def alike(
    town: Town, ready: Index, free: Index, couples: float, rng: np.random.Generator
) -> tuple[Index, Index]:
    """Couples of two men or two women when ``couples`` form in all: some of ``ready``, each with one of ``free`` of near age."""
    firsts, seconds = [], []
    for side, part in ((MEN, SAME_SEX_MEN), (WOMEN, 1 - SAME_SEX_MEN)):
        first = rng.permutation(ready[town.people.sex[ready] == side])
        first = first[: rng.poisson(couples * SAME_SEX_SHARE * part)]
        second = np.setdiff1d(free[town.people.sex[free] == side], first)
        wished = town.people.age[first] + SAME_SEX_SPREAD * rng.standard_normal(len(first))
        one, other = nearest(town.people.age[second].astype(float), wished, OFF_WISH)
        firsts.append(first[other])
        seconds.append(second[one])
    return np.concatenate(firsts), np.concatenate(seconds)


def is_mixed(town: Town, persons: Index) -> Bools:
    """Whether each has a partner of the other sex."""
    partner = town.people.partner[persons]
    return np.asarray((partner >= 0) & (town.people.sex[partner] != town.people.sex[persons]))
