"""What is believed of a factor before any visit, how published figures make it, and where it is declared: ``priors.json``."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from math import sqrt

from data_contracts.errors import ConfigurationError

TAU_FLOOR = 0.2
"""The least standard deviation between sources, in log-odds: two of three places then have an odds ratio within a factor of 1.2 of the mean.
Assumed: two to five sources cannot estimate it, and an estimate of zero would say that a new town is like the sources, which nobody knows."""

BESIDE = 0.35
"""Standard deviation, in log-odds, of what a sign shows beside the thing it stands for; assumed, the least width that a judgement may have."""

PLACE = "features/priors.json"


@dataclass(frozen=True, kw_only=True)
class Prior:
    """What is believed before any visit: a log-odds ratio with the standard error it deserves, and where it is from."""

    log_odds: float
    standard_error: float
    source: str


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """One source's word on a factor: ``published`` log-odds ratio and ``log_odds``, what of it enters the combination (bare ones are shrunk).

    ``is_judgement``: our own, for want of a published figure. It counts like a source, but it tells nothing about how sources differ.
    """

    source: str
    figure: str
    published: float
    log_odds: float
    standard_error: float
    is_judgement: bool = False


@dataclass(frozen=True, kw_only=True)
class Combined:
    """Several sources as one: the log-odds ratio to expect in a new town, its standard error there, and ``tau``, the spread between sources."""

    log_odds: float
    standard_error: float
    tau: float


def spread(evidence: Sequence[Evidence]) -> float:
    """Variance between sources by moments: max(0, (Q - (k - 1)) / (S1 - S2 / S1)), weights 1 / se² (DerSimonian and Laird 1986,
    Meta-analysis in clinical trials, Controlled Clinical Trials 7). 0 with fewer than two sources; judgements are left out."""
    told = [e for e in evidence if not e.is_judgement]
    if len(told) < 2:
        return 0.0
    weights = [1 / e.standard_error**2 for e in told]
    mean = _mean(told, weights)
    q = sum(w * (e.log_odds - mean) ** 2 for w, e in zip(weights, told, strict=True))
    total = sum(weights)
    scale = total - sum(w**2 for w in weights) / total
    return max(0.0, (q - (len(told) - 1)) / scale)


def combined(evidence: Sequence[Evidence], *, seen: float = 1.0, tau_floor: float = TAU_FLOOR) -> Combined:
    """Random effects: weights 1 / (se² + tau²), ``tau`` never below ``tau_floor``.

    The standard error is that of a town which is not among the sources, sqrt(1 / sum of weights + tau²) (Higgins, Thompson and
    Spiegelhalter 2009, A re-evaluation of random-effects meta-analysis, J. R. Stat. Soc. A 172). ``seen`` in [0, 1] says how well the
    extract shows the thing: a sign is ``seen`` of it and 1 - ``seen`` of something else, of which only Normal(0, ``BESIDE``²) is known.
    Raises ConfigurationError without evidence.
    """
    if not evidence:
        raise ConfigurationError(
            "a factor has no evidence", where=PLACE, hint="add a published figure or a judgement."
        )
    tau2 = max(spread(evidence), tau_floor**2)
    weights = [1 / (e.standard_error**2 + tau2) for e in evidence]
    variance = 1 / sum(weights) + tau2
    return Combined(
        log_odds=seen * _mean(evidence, weights),
        standard_error=sqrt(seen**2 * variance + (1 - seen) ** 2 * BESIDE**2),
        tau=sqrt(tau2),
    )


def _mean(evidence: Sequence[Evidence], weights: Sequence[float]) -> float:
    return sum(w * e.log_odds for w, e in zip(weights, evidence, strict=True)) / sum(weights)


def of(factor: str, *, without: str | None = None) -> Prior:
    """The declared prior of a factor; ``without`` a survey, so that a validation on that survey is not circular.

    Raises ConfigurationError for a factor or a survey that is not declared.
    """
    declared = _declared()
    if factor not in declared:
        raise ConfigurationError(
            f"no prior is declared for {factor}",
            where=PLACE,
            hint="declare its evidence in features/prior_evidence.toml, then run python -m benchmarks.combine_priors.",
        )
    if without not in declared[factor]:
        known = ", ".join(name for name in declared[factor] if name)
        raise ConfigurationError(
            f"the priors rest on no survey called {without}", where=PLACE, hint=f"known surveys: {known}."
        )
    return declared[factor][without]


@cache
def _declared() -> Mapping[str, Mapping[str | None, Prior]]:
    """Factor → survey left out (None: nothing) → prior. Package data, which does not change while the program runs."""
    content = json.loads(files("features").joinpath("priors.json").read_text("utf-8"))
    return {
        name: {
            survey: Prior(
                log_odds=figures["log_odds"],
                standard_error=figures["standard_error"],
                source=row["source"] + (f"; without {survey}" if survey else ""),
            )
            for survey, figures in {None: row, **row["without"]}.items()
        }
        for name, row in content["factors"].items()
    }
