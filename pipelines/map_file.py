"""The city's own GeoJSON (RFC 7946): read, checked, and held against the codes of its neighbourhoods."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, Field, ValidationError

from data_contracts.errors import ConfigurationError
from pipelines.settings_map import Map
from reports.map_shapes import Ring, Shape

CODE_WIDTH = 2
"""As the contract pads the codes of neighbourhoods."""
Longitude = Annotated[float, Field(ge=-180, le=180)]
Latitude = Annotated[float, Field(ge=-90, le=90)]
Position = tuple[Longitude, Latitude] | tuple[Longitude, Latitude, float]
"""With its height, which no map shows, or without."""
Points = Annotated[list[Position], Field(min_length=4)]


class _Polygon(BaseModel):
    type: Literal["Polygon"]
    coordinates: Annotated[list[Points], Field(min_length=1)]

    def rings(self) -> list[Points]:
        return self.coordinates


class _MultiPolygon(BaseModel):
    type: Literal["MultiPolygon"]
    coordinates: Annotated[list[Annotated[list[Points], Field(min_length=1)]], Field(min_length=1)]

    def rings(self) -> list[Points]:
        return [ring for polygon in self.coordinates for ring in polygon]


class _Feature(BaseModel):
    properties: dict[str, object] | None
    geometry: Annotated[_Polygon | _MultiPolygon, Field(discriminator="type")]


class _Collection(BaseModel):
    type: Literal["FeatureCollection"]
    features: Annotated[list[_Feature], Field(min_length=1)]


def of_city(config: Path, told: Map, codes: frozenset[str]) -> tuple[Shape, ...]:
    """The shapes of the file that ``[map]`` names, none where it names none. Raises ConfigurationError where there is no such file; and see ``shapes``."""
    if told.geojson is None:
        return ()
    path = config.resolve().parent / told.geojson
    if not path.is_file():
        raise ConfigurationError(
            "there is no such file of shapes",
            where=f"{path}, named by city.toml, [map], geojson",
            hint="put the file there, or take the line out: the neighbourhoods are then drawn as tiles.",
        )
    return shapes(path.read_bytes(), told.code_property, codes, str(path))


def shapes(content: bytes, code_property: str, codes: frozenset[str], where: str) -> tuple[Shape, ...]:
    """One shape a code, in the order of the codes. Raises ConfigurationError where the file is no GeoJSON of areas in longitude and latitude, a shape has no code
    or one that no neighbourhood has, or a neighbourhood has no shape."""
    try:
        found = _Collection.model_validate_json(content)
    except ValidationError as error:
        raise _unreadable(error, where) from error
    rings: dict[str, list[Ring]] = {}
    for number, feature in enumerate(found.features, start=1):
        code = _code(feature, number, code_property, codes, where)
        rings.setdefault(code, []).extend(
            tuple((p[0], p[1]) for p in ring) for ring in feature.geometry.rings()
        )
    _check(codes, frozenset(rings), code_property, where)
    return tuple(Shape(code=code, rings=tuple(rings[code])) for code in sorted(rings))


def _unreadable(error: ValidationError, where: str) -> ConfigurationError:
    detail = error.errors(include_input=False, include_url=False)[0]
    at = ".".join(str(part) for part in detail["loc"])
    hint = "a FeatureCollection of Polygon or MultiPolygon is needed (RFC 7946)."
    if detail["type"] in ("less_than_equal", "greater_than_equal"):
        hint = "coordinates are longitude, then latitude: export the file as WGS 84 (EPSG:4326), not as Lambert 93."
    return ConfigurationError(
        f"not a GeoJSON file of areas: {detail['msg']}", where=f"{where}, {at}".rstrip(", "), hint=hint
    )


def _code(feature: _Feature, number: int, code_property: str, codes: frozenset[str], where: str) -> str:
    properties = feature.properties or {}
    value = properties.get(code_property)
    if not isinstance(value, str | int) or not str(value).strip():
        raise ConfigurationError(
            f"shape number {number} has no code in its property `{code_property}`",
            where=where,
            hint=f"its properties are: {', '.join(sorted(properties)) or 'none'}; name the right one as code_property in city.toml, [map].",
        )
    code = str(value).strip()
    return code.zfill(CODE_WIDTH) if code not in codes else code


def _check(codes: frozenset[str], drawn: frozenset[str], code_property: str, where: str) -> None:
    for some, what in (
        (drawn - codes, "no neighbourhood has these codes"),
        (codes - drawn, "these neighbourhoods have no shape"),
    ):
        if some:
            raise ConfigurationError(
                f"{what}: {', '.join(sorted(some))}",
                where=f"{where}, property `{code_property}`",
                hint=f"the neighbourhoods of the file `quartiers` are {', '.join(sorted(codes))}: correct the one or the other.",
            )
