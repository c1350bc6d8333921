"""What a city says of the shapes of its neighbourhoods: the part ``[map]`` of ``city.toml``."""

from __future__ import annotations

from pathlib import Path

from pydantic import Field

from pipelines.settings_desk import Strict


class Map(Strict):
    """The shapes of the neighbourhoods on `map.html`; without them each is a tile."""

    geojson: Path | None = Field(
        None,
        description="GeoJSON file of the neighbourhoods, longitude and latitude (WGS 84), Polygon or MultiPolygon; a relative path starts at the folder of `city.toml`. "
        "Every code of the file is a neighbourhood's and every neighbourhood has a shape; several shapes with one code are one.",
        examples=["quartiers.geojson"],
    )
    code_property: str = Field(
        "QUARTIER", description="The property of each shape that holds the neighbourhood's code."
    )
