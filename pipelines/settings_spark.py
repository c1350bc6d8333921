"""``[spark]`` of ``city.toml``: where Spark runs, where ``engine`` asks for it."""

from __future__ import annotations

from pydantic import Field

from pipelines.settings_desk import Strict


class Spark(Strict):
    """Nothing of it counts while ``engine`` is `duckdb`."""

    master: str = Field(
        "local[2]",
        description="Where Spark runs: `local[N]` with N cores of this machine, or a cluster's address.",
    )
    memory: str = Field("8g", description="Memory of the process that drives it, such as `8g`.")
    options: dict[str, str] = Field(
        default_factory=dict,
        description="Spark's own settings; they come after Lanterne's.",
        examples=[{"spark.sql.shuffle.partitions": "200"}],
    )
