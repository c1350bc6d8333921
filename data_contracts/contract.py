"""The typed reading of the signed contracts (``*.odcs.yaml``, Open Data Contract Standard 3.1). Nothing is declared twice."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Literal, cast

from open_data_contract_standard.model import (
    CustomProperty,
    DataQuality,
    OpenDataContractStandard,
    SchemaProperty,
)

Kind = Literal["date", "year", "integer", "number", "boolean", "string"]
Delivery = Literal["snapshot", "events", "reference"]
Gate = Literal["open", "frame", "consent", "closed"]

SOURCES = (
    "liste_electorale",
    "etat_civil",
    "parc_social",
    "usages_services",
    "registre_vulnerables",
    "signalements",
    "visites",
    "etablissements",
    "deces_publics",
    "oppositions",
    "quartiers",
)

SQL_TYPES: Mapping[Kind, str] = {
    "date": "date",
    "year": "integer",
    "integer": "integer",
    "number": "double",
    "boolean": "boolean",
    "string": "varchar",
}


@dataclass(frozen=True, kw_only=True)
class Column:
    """One promised column. ``minimum``/``maximum`` are inclusive; ``width`` is what lost leading zeros are padded to."""

    header: str
    kind: Kind
    description: str
    is_required: bool
    is_key: bool
    is_protected: bool
    may_be_absent: bool
    allowed: tuple[str, ...]
    minimum: float | None
    maximum: float | None
    pattern: str | None
    width: int | None
    aliases: tuple[str, ...]

    @property
    def name(self) -> str:
        """The canonical name: the header in lower case."""
        return self.header.lower()


@dataclass(frozen=True, kw_only=True)
class PairRule:
    """``earlier`` may not come after ``later`` (rows that lack one of them pass)."""

    name: str
    earlier: str
    later: str


@dataclass(frozen=True, kw_only=True)
class Contract:
    """What one source promises."""

    source: str
    title: str
    version: str
    grain: str
    owner: str
    delivery: Delivery
    gate: Gate
    legal_basis: str
    rejection_threshold: float
    known_on: tuple[str, ...]
    frame_columns: tuple[str, ...]
    columns: tuple[Column, ...]
    pair_rules: tuple[PairRule, ...]

    @property
    def key(self) -> tuple[str, ...]:
        """Canonical names of the key columns; empty when the source has no key."""
        return tuple(c.name for c in self.columns if c.is_key)


@cache
def load(source: str) -> Contract:
    """Reads one contract of ``SOURCES``; KeyError for any other name. The cache holds package data only."""
    if source not in SOURCES:
        raise KeyError(source)
    text = files("data_contracts").joinpath(f"{source}.odcs.yaml").read_text(encoding="utf-8")
    return _typed(OpenDataContractStandard.from_string(text))


def _typed(odcs: OpenDataContractStandard) -> Contract:
    schema = (odcs.schema_ or [])[0]
    own = _properties(odcs.customProperties)
    return Contract(
        source=str(odcs.id),
        title=str(odcs.name),
        version=str(odcs.version),
        grain=str(schema.dataGranularityDescription),
        owner=str(getattr(odcs.team, "name", "")),
        delivery=cast(Delivery, own["delivery"]),
        gate=cast(Gate, own["gate"]),
        legal_basis=str(own["legalBasis"]),
        rejection_threshold=float(str(own["rejectionThreshold"])),
        known_on=_names(own["knownOn"]),
        frame_columns=_names(own.get("frameColumns", [])),
        columns=tuple(_column(p) for p in schema.properties or []),
        pair_rules=tuple(_pair_rule(q) for q in schema.quality or []),
    )


def _column(p: SchemaProperty) -> Column:
    options = p.logicalTypeOptions or {}
    own = _properties(p.customProperties)
    return Column(
        header=str(p.name),
        kind=cast(Kind, own.get("holds", p.logicalType)),
        description=str(p.description),
        is_required=bool(p.required),
        is_key=bool(p.primaryKey),
        is_protected=p.classification == "protected",
        may_be_absent=bool(own.get("mayBeAbsent", False)),
        allowed=_allowed(p.quality or []),
        minimum=options.get("minimum"),
        maximum=options.get("maximum"),
        pattern=options.get("pattern"),
        width=cast("int | None", own.get("zeroPaddedTo")),
        aliases=tuple(cast("list[str]", own.get("aliases", []))),
    )


def _allowed(quality: list[DataQuality]) -> tuple[str, ...]:
    return tuple(
        v for q in quality if q.metric == "invalidValues" for v in (q.arguments or {}).get("validValues", [])
    )


def _pair_rule(quality: DataQuality) -> PairRule:
    implementation = cast("dict[str, dict[str, str]]", quality.implementation)
    arguments = implementation["kwargs"]
    return PairRule(
        name=str(quality.name), earlier=arguments["column_B"].lower(), later=arguments["column_A"].lower()
    )


def _properties(listed: list[CustomProperty] | None) -> dict[str, object]:
    return {str(p.property): p.value for p in listed or []}


def _names(headers: object) -> tuple[str, ...]:
    return tuple(h.lower() for h in cast("list[str]", headers))
