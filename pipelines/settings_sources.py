"""The legal gates of the sources and how long their rows stay: the parts ``[sources.NAME]`` and ``[retention]`` of ``city.toml``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from difflib import get_close_matches
from pathlib import Path
from typing import Literal

from pydantic import Field

from data_contracts import contract
from data_contracts.contract_terms import Period
from data_contracts.errors import ConfigurationError, GateClosed
from features.gates import supports
from pipelines.settings_desk import Strict

Gate = Literal["open", "frame", "consent", "closed"]


class SourceGate(Strict):
    """The legal gate of one source."""

    gate: Gate = Field(
        description="open: all of it; frame: identity, age, address and presence only; consent: consenting rows only; closed: nothing."
    )
    basis: str = Field("", description="Legal basis. Required for a gate wider than the source's default.")
    signed_by: str = Field("", description="Who signed for it.")
    signed_on: date | None = Field(None, description="When it was signed.")


def check_sources(sources: Mapping[str, SourceGate], path: Path) -> None:
    """Raises ConfigurationError for a source or gate that does not exist, GateClosed for a wide gate without its basis."""
    for source, chosen in sources.items():
        where = f"{path}, [sources.{source}]"
        _known_source(source, where)
        _check_support(source, chosen, where)
        _check_basis(source, chosen, where)


def check_retention(retention: Mapping[str, str], path: Path) -> None:
    """Raises ConfigurationError for a period that is none, GateClosed for one longer than the contract's."""
    for source, text in retention.items():
        where = f"{path}, [retention], {source}"
        _known_source(source, where, (*contract.SOURCES, *contract.EMITTED))
        try:
            chosen = Period.parsed(text)
        except ValueError as error:
            raise ConfigurationError(
                str(error), where=where, hint="write it as P2Y, P18M or P90D."
            ) from error
        promised = contract.load(source).retention.period
        if chosen.rough_days > promised.rough_days:
            raise GateClosed(
                f"{source} may be kept for {promised.as_iso()} at most, not {text}",
                where=where,
                hint="its contract says why; a longer period needs a new contract, signed by its owner.",
            )


def _known_source(source: str, where: str, known: Sequence[str] = contract.SOURCES) -> None:
    if source not in known:
        close = get_close_matches(source, known, n=1)
        hint = f"did you mean `{close[0]}`?" if close else f"sources are: {', '.join(known)}."
        raise ConfigurationError(f"unknown source `{source}`", where=where, hint=hint)


def _check_support(source: str, chosen: SourceGate, where: str) -> None:
    if not supports(contract.load(source), chosen.gate):
        missing = "asks nobody for consent" if chosen.gate == "consent" else "names no frame columns"
        raise ConfigurationError(
            f"{source} cannot be `{chosen.gate}`: its contract {missing}",
            where=where,
            hint="choose open or closed.",
        )


_WIDTH: dict[Gate, int] = {"closed": 0, "consent": 1, "frame": 1, "open": 2}


def _check_basis(source: str, chosen: SourceGate, where: str) -> None:
    wider = _WIDTH[chosen.gate] > _WIDTH[contract.load(source).gate]
    if wider and not (chosen.basis and chosen.signed_by and chosen.signed_on):
        raise GateClosed(
            f"{source} is {contract.load(source).gate} by default and cannot be `{chosen.gate}`: no legal basis is recorded",
            where=where,
            hint="after the convention is signed, fill basis, signed_by and signed_on; until then leave the gate out.",
        )
