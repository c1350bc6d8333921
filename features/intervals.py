"""How sure a share, and a ratio of two shares, can be."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.optimize import brentq

Floats = npt.NDArray[np.float64]
Z = 1.959963984540054
"""Both bounds together: 95 %."""
WIDEST = 1e6
"""A ratio beyond this, or below its inverse, is no longer told from infinity or from none."""


@dataclass(frozen=True, kw_only=True)
class Interval:
    """``high`` may be infinite."""

    low: float
    high: float


def wilson(count: float, of: float) -> Interval:
    """The 95 % interval of a share: E. B. Wilson, *Probable inference, the law of succession, and statistical inference*,
    J. Am. Stat. Assoc. 22 (1927), 209–212. It stays within [0, 1] and is honest at 0 and at 1."""
    share, weight = count / of, Z * Z / of
    middle = (share + weight / 2) / (1 + weight)
    reach = Z / (1 + weight) * math.sqrt(share * (1 - share) / of + weight / (4 * of))
    return Interval(low=max(0.0, middle - reach), high=min(1.0, middle + reach))


def ratio(count: float, of: float, rest_count: float, rest_of: float) -> Interval:
    """The 95 % score interval of the ratio of two shares: O. Miettinen and M. Nurminen, *Comparative analysis of two rates*,
    Statistics in Medicine 4 (1985), 213–226. Unlike that of Katz it needs no correction where nobody, or everybody, is counted."""
    if count == 0 and rest_count == 0:
        return Interval(low=0.0, high=math.inf)

    c, n, rest_c, rest_n = (np.array(float(x)) for x in (count, of, rest_count, rest_of))

    def beyond(log_ratio: float) -> float:
        return float(score(c, n, rest_c, rest_n, np.array(math.exp(log_ratio))))

    far = math.log(WIDEST)
    low = 0.0 if beyond(-far) < Z else math.exp(brentq(lambda x: beyond(x) - Z, -far, far))
    high = math.inf if beyond(far) > -Z else math.exp(brentq(lambda x: beyond(x) + Z, -far, far))
    return Interval(low=low, high=high)


def score(count: Floats, of: Floats, rest_count: Floats, rest_of: Floats, of_rest: Floats) -> Floats:
    """Element by element: how many standard errors a share lies above ``of_rest`` times that of the rest, were that ratio the true one (Miettinen and
    Nurminen). It falls as ``of_rest`` grows, and grows with the root of the evidence; infinite where chance is excluded."""
    every, a = of + rest_of, (of + rest_of) * of_rest
    b, c = of * of_rest + count + rest_of + rest_count * of_rest, count + rest_count
    rest_share = np.minimum(1.0, 2 * c / (b + np.sqrt(np.maximum(0.0, b * b - 4 * a * c))))
    share = np.minimum(1.0, of_rest * rest_share)
    spread = share * (1 - share) / of + of_rest**2 * rest_share * (1 - rest_share) / rest_of
    above = count / of - of_rest * rest_count / rest_of
    with np.errstate(divide="ignore", invalid="ignore"):
        z = above / np.sqrt(spread * every / (every - 1))
    return np.where(spread > 0, z, np.where(above == 0, 0.0, np.copysign(np.inf, above)))
