"""What the log says and how: the part ``[log]`` of ``city.toml``."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from pipelines.settings_desk import Strict


class Log(Strict):
    """A log on standard error, for whatever gathers logs. It names nobody."""

    format: Literal["json", "text"] = Field(
        "json",
        description="`json`: one object a line, and nothing else on standard error; `text`: a line that people read.",
    )
    level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field(
        "INFO", description="The least that is said; of Prefect's own lines too."
    )
