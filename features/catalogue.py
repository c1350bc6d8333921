"""The factors, as rows. To add one, write a row in a ``catalogue_*`` file and its prior in ``prior_evidence.toml``: matrix, checks, explanations and docs
follow from it.

Visits and alerts are no factors: a visit is the label, and an alert is answered by a visit of its own. Of an earlier visit nothing enters, not even a service
that began because of one.
"""

from __future__ import annotations

from collections.abc import Mapping

from data_contracts.contract import Gate
from features.catalogue_household import HOUSEHOLD
from features.catalogue_means import MEANS
from features.catalogue_protective import PROTECTIVE
from features.catalogue_ties import RISKS
from features.factor import Factor

FACTORS: tuple[Factor, ...] = (*HOUSEHOLD, *MEANS, *RISKS, *PROTECTIVE)
GROUPS = (
    "household",
    "loss",
    "autonomy",
    "work and retirement",
    "poverty",
    "participation",
    "moves",
    "remoteness",
    "presence of support",
    "protective",
)
"""The plan's risk cards that extracts can show, and what protects. Mental health, illness, violence, social media, addiction, social skills: no extract shows them."""


def usable(gates: Mapping[str, Gate], settings: Mapping[str, bool]) -> tuple[Factor, ...]:
    """The factors that the law and the city's settings let weigh in this run; the others are left out and named in the manifest."""
    return tuple(
        f
        for f in FACTORS
        if _may(f, gates) and (f.needs_setting is None or settings.get(f.needs_setting, False))
    )


def _may(factor: Factor, gates: Mapping[str, Gate]) -> bool:
    """Consent opens single rows of a source; what rests on a whole register needs the whole of it."""
    if any(gates[source] != "open" for source in factor.needs):
        return False
    return factor.source == "frame" or gates[factor.source] in ("open", "consent")
