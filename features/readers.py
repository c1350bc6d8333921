"""Who reads a column of a source: factors by their SQL, the frame by its modules' text. Found in the code, so that nothing is declared twice."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from data_contracts.contract import EMITTED, load
from features.catalogue import FACTORS
from features.factor import Factor, KnownBy

THROUGH_FRAME: Mapping[KnownBy, str] = {
    "lease": "parc_social",
    "services": "usages_services",
    "members": "liste_electorale",
}
"""Whose rows say what a factor of the frame says."""
OF_ANY_FACTOR = ("score", "probability", "reasons", "counter_evidence")
"""Columns of the list that every factor moves."""


@dataclass(frozen=True, kw_only=True)
class Readers:
    """Factors by name, modules of ``features`` that build the frame and the label, and columns that Lanterne emits (``liste.quartier``)."""

    factors: tuple[str, ...]
    modules: tuple[str, ...]
    emitted: tuple[str, ...]


def readers(source: str, column: str | None) -> Readers:
    """Of one column by its canonical name, or of the whole source (None). A module that names both the source and the column counts: rather one too many."""
    factors = tuple(f.name for f in FACTORS if _reads(f, source, column))
    modules = tuple(m for m, text in _modules().items() if _names(text, source) and _names(text, column))
    return Readers(factors=factors, modules=modules, emitted=_emitted(source, column, factors))


def _reads(factor: Factor, source: str, column: str | None) -> bool:
    if factor.source == "frame":
        return column is None and THROUGH_FRAME[factor.known_by] == source
    said = " ".join((factor.value, factor.where, factor.dated or "", factor.detail or ""))
    return factor.source == source and _names(said, column)


def _names(text: str, word: str | None) -> bool:
    """As a whole word, or completed in a loop (``lsns6_{i}`` for ``lsns6_1``)."""
    if word is None or re.search(rf"(?<![a-z0-9]){word}(?![a-z0-9_])", text):
        return True
    stem = word.rpartition("_")[0]
    return bool(stem) and f"{stem}_{{" in text


def _emitted(source: str, column: str | None, factors: tuple[str, ...]) -> tuple[str, ...]:
    found = []
    for emitted in EMITTED:
        contract = load(emitted)
        referring = {
            r.column for r in contract.references if r.source == source and column in (None, r.target)
        }
        same = {c.name for c in contract.columns if c.name == column and c.identifies == "place"}
        moved = {*OF_ANY_FACTOR} if factors and emitted == "liste" else set()
        wanted = referring | same | moved
        found += [f"{emitted}.{c.name}" for c in contract.columns if c.name in wanted]
    return tuple(found)


@cache
def _modules() -> Mapping[str, str]:
    """Package data only. The catalogue is left out (its rows are factors), and so are this page and ``traced``, which shows what others read."""
    return {
        f"features/{f.name}": f.read_text(encoding="utf-8")
        for f in sorted(files("features").iterdir(), key=lambda f: f.name)
        if f.name.endswith(".py")
        and not f.name.startswith(("catalogue", "readers", "factor", "traced", "__"))
    }
