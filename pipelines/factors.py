"""Which factors may weigh in this city."""

from __future__ import annotations

from features.catalogue import usable
from features.factor import Factor
from pipelines import settings


def factors_of(city: settings.City) -> tuple[Factor, ...]:
    """The factors that the law and the city let weigh."""
    return usable(settings.gates(city), city.features.model_dump())
