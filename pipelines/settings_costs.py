"""What a city's work costs: the part ``[costs]`` of ``city.toml``."""

from __future__ import annotations

from pydantic import Field

from pipelines.settings_desk import Strict


class Costs(Strict):
    """What the city's work costs, in euros: what is not given counts nothing."""

    visit: float = Field(0.0, ge=0.0, description="One visit, without the hours: travel, material.")
    hour: float = Field(
        0.0, ge=0.0, description="One hour of an agent or a professional; volunteers are not counted."
    )
    hours_a_visit: float = Field(
        0.0,
        ge=0.0,
        description="Hours that one of their visits takes, with the way and what is written down.",
    )
    year: float = Field(
        0.0, ge=0.0, description="A year, however many visits: coordination, training, software."
    )
