"""The factors, as rows. To add one, write a row in ``catalogue_circumstances`` or ``catalogue_ties``: matrix, checks, explanations and docs follow from it.

Priors are log-odds ratios for isolation. No prior is certain: published odds ratios disagree because definitions do, so each carries
the standard error that this disagreement deserves (living alone: wide, since surveys that count contacts find no effect).
"""

from __future__ import annotations

from collections.abc import Mapping

from data_contracts.contract import Gate
from features.catalogue_circumstances import CIRCUMSTANCES
from features.catalogue_ties import TIES
from features.factor import Factor

FACTORS: tuple[Factor, ...] = (*CIRCUMSTANCES, *TIES)

OF_THE_ROLL = ("one_adult_known",)
"""Frame factors that rest on the electoral roll alone; they are left out while its gate is ``frame`` (not scored)."""


def usable(gates: Mapping[str, Gate], settings: Mapping[str, bool]) -> tuple[Factor, ...]:
    """The factors that the law and the city's settings let weigh in this run; the others are left out and named in the manifest."""
    return tuple(
        f
        for f in FACTORS
        if _may(f, gates) and (f.needs_setting is None or settings.get(f.needs_setting, False))
    )


def _may(factor: Factor, gates: Mapping[str, Gate]) -> bool:
    if factor.name in OF_THE_ROLL:
        return gates["liste_electorale"] == "open"
    return factor.source == "frame" or gates[factor.source] in ("open", "consent")
