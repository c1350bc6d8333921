"""The typed reading of the signed contracts (``*.odcs.yaml``, Open Data Contract Standard 3.1). Nothing is declared twice."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Literal, cast

import yaml
from open_data_contract_standard.model import (
    CustomProperty,
    DataQuality,
    OpenDataContractStandard,
    SchemaObject,
    SchemaProperty,
    ServiceLevelAgreementProperty,
)

from data_contracts import forbidden_columns
from data_contracts.contract_terms import Period, Reference, Retention, Shift, Volume
from data_contracts.forbidden_columns import ForbiddenKind
from data_contracts.headers import folded

Kind = Literal["date", "year", "integer", "number", "boolean", "string"]
Delivery = Literal["snapshot", "events", "reference"]
Gate = Literal["open", "frame", "consent", "closed"]
Subject = Literal["person", "place"]

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

EMITTED = ("liste", "decisions")
"""What Lanterne itself hands over; never ingested."""

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
    """One promised column. ``minimum``/``maximum`` are inclusive; ``width`` is what lost leading zeros are padded to.

    ``unit``: of a quantity, None for anything else. ``identifies``: a person or a place, None when it identifies nobody by itself.
    ``words``: (folded header, a city's word under it in upper case, the contract's word); no contract holds any, see ``city_words``.
    """

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
    unit: str | None = None
    identifies: Subject | None = None
    is_unique: bool = False
    words: tuple[tuple[str, str, str], ...] = ()

    @property
    def name(self) -> str:
        """The canonical name: the header in lower case."""
        return self.header.lower()


@dataclass(frozen=True, kw_only=True)
class PairRule:
    """``earlier`` may not come after ``later``, or be more (rows that lack one of them pass)."""

    name: str
    earlier: str
    later: str


@dataclass(frozen=True, kw_only=True)
class Contract:
    """What one source promises. Rules about rows set rows aside; ``freshness_days``, ``volume``, ``shifts`` and ``references`` are about
    whole deliveries: they are reported and stop nothing. None: not promised."""

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
    purpose: str
    limitations: str
    retention: Retention
    frequency: Period
    latency_days: int
    freshness_days: int | None
    volume: Volume | None
    shifts: tuple[Shift, ...]
    references: tuple[Reference, ...]
    shows_rejected_values: bool

    @property
    def key(self) -> tuple[str, ...]:
        """Canonical names of the key columns; empty when the source has no key."""
        return tuple(c.name for c in self.columns if c.is_key)

    def forbidden(self, header: str) -> ForbiddenKind | None:
        """Why a file of this source may not have a column of this name at all; None for its own columns and for what is merely unknown."""
        own = {folded(h) for c in self.columns for h in (c.header, *c.aliases)}
        return None if folded(header) in own else forbidden_columns.kind_of(header)


@cache
def load(source: str) -> Contract:
    """Reads one contract of ``SOURCES`` or ``EMITTED``; KeyError for any other name. The cache holds package data only."""
    if source not in (*SOURCES, *EMITTED):
        raise KeyError(source)
    return parsed(files("data_contracts").joinpath(f"{source}.odcs.yaml").read_text(encoding="utf-8"))


def parsed(text: str) -> Contract:
    """A contract from its YAML. Raises what the YAML and ODCS readers raise, KeyError for a term that is missing, ValueError for one that cannot be read."""
    odcs = OpenDataContractStandard(
        **yaml.load(text, yaml.CSafeLoader)
    )  # what from_string does in six times as long
    schema = (odcs.schema_ or [])[0]
    own = _properties(odcs.customProperties)
    promised = {str(p.property): p for p in odcs.slaProperties or []}
    fresh = promised.get("freshness")
    properties = schema.properties or []
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
        columns=tuple(_column(p) for p in properties),
        pair_rules=tuple(_pair_rule(q) for q in schema.quality or [] if not _is_of_deliveries(q)),
        purpose=str(getattr(odcs.description, "purpose", "")),
        limitations=str(getattr(odcs.description, "limitations", "")),
        retention=_retention(own, promised["retention"]),
        frequency=Period.parsed(str(promised["frequency"].value)),
        latency_days=int(str(promised["latency"].value)),
        freshness_days=int(str(fresh.value)) if fresh else None,
        volume=_volume(schema),
        shifts=tuple(_shift(p, q) for p in properties for q in p.quality or [] if _is_of_deliveries(q)),
        references=tuple(r for p in properties for r in _references(p)),
        shows_rejected_values=bool(own["rejectedValuesMayBeShown"]),
    )


def _retention(own: dict[str, object], promised: ServiceLevelAgreementProperty) -> Retention:
    start = str(own["retentionFrom"])
    return Retention(
        period=Period.parsed(str(promised.value)),
        counted_from={"deliveredOn": "delivered_on", "knownOn": "known_on"}.get(start, start.lower()),
        why=str(promised.description),
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
        unit=cast("str | None", own.get("unit")),
        identifies=cast("Subject | None", own.get("personalData")),
        is_unique=bool(p.unique),
    )


def _allowed(quality: list[DataQuality]) -> tuple[str, ...]:
    return tuple(
        v for q in quality if q.metric == "invalidValues" for v in (q.arguments or {}).get("validValues", [])
    )


def _is_of_deliveries(quality: DataQuality) -> bool:
    return isinstance(quality.implementation, dict) and quality.implementation.get("table") == "deliveries"


def _pair_rule(quality: DataQuality) -> PairRule:
    arguments = _arguments(quality)
    return PairRule(
        name=str(quality.name),
        earlier=str(arguments["column_B"]).lower(),
        later=str(arguments["column_A"]).lower(),
    )


def _volume(schema: SchemaObject) -> Volume | None:
    for quality in schema.quality or []:
        if _is_of_deliveries(quality):
            arguments = _arguments(quality)
            return Volume(
                name=str(quality.name),
                minimum=float(str(arguments["min_value"])),
                maximum=float(str(arguments["max_value"])),
                from_rows=_from_rows(quality),
            )
    return None


def _shift(p: SchemaProperty, quality: DataQuality) -> Shift:
    return Shift(
        name=str(quality.name),
        column=str(p.name).lower(),
        at_most=float(str(_arguments(quality)["max_value"])),
        from_rows=_from_rows(quality),
    )


def _references(p: SchemaProperty) -> tuple[Reference, ...]:
    targets = [str(r.to).partition(".") for r in p.relationships or []]
    return tuple(
        Reference(column=str(p.name).lower(), source=source, target=column.lower())
        for source, _, column in targets
    )


def _arguments(quality: DataQuality) -> dict[str, object]:
    return cast("dict[str, object]", cast("dict[str, object]", quality.implementation)["kwargs"])


def _from_rows(quality: DataQuality) -> int:
    return int(str(cast("dict[str, object]", quality.implementation)["judgedFromRows"]))


def _properties(listed: list[CustomProperty] | None) -> dict[str, object]:
    return {str(p.property): p.value for p in listed or []}


def _names(headers: object) -> tuple[str, ...]:
    return tuple(h.lower() for h in cast("list[str]", headers))
