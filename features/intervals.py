"""How sure a share, and a ratio of two shares, can be."""

from __future__ import annotations

import math
from dataclasses import dataclass

from scipy.optimize import brentq

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

    def beyond(log_ratio: float) -> float:
        return _score(count, of, rest_count, rest_of, math.exp(log_ratio))

    far = math.log(WIDEST)
    low = 0.0 if beyond(-far) < Z else math.exp(brentq(lambda x: beyond(x) - Z, -far, far))
    high = math.inf if beyond(far) > -Z else math.exp(brentq(lambda x: beyond(x) + Z, -far, far))
    return Interval(low=low, high=high)


def _score(count: float, of: float, rest_count: float, rest_of: float, of_rest: float) -> float:
    """How many standard errors the first share lies above ``of_rest`` times the second, were that ratio the true one."""
    every = of + rest_of
    a = every * of_rest
    b = of * of_rest + count + rest_of + rest_count * of_rest
    c = count + rest_count
    # both roots are real; written so that nothing cancels
    rest_share = min(1.0, 2 * c / (b + math.sqrt(max(0.0, b * b - 4 * a * c))))
    share = min(1.0, of_rest * rest_share)
    spread = share * (1 - share) / of + of_rest**2 * rest_share * (1 - rest_share) / rest_of
    above = count / of - of_rest * rest_count / rest_of
    if spread <= 0:
        return math.copysign(math.inf, above) if above else 0.0
    return above / math.sqrt(spread * every / (every - 1))
