"""A factor is a declared row. How its value becomes a signal and a sentence is written here, once."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from features.prior import Prior

Combine = Literal["max", "min"]
Language = Literal["fr", "en"]
KnownBy = Literal["members", "lease", "services"]
Values = npt.NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class Scale:
    """How a value becomes a signal in [0, 1]: 0 at ``zero``, 1 at ``one``, linear between, flat outside.

    ``zero=79, one=80`` is a step at 80; ``zero > one`` falls instead of rising.
    """

    zero: float = 0.0
    one: float = 1.0


@dataclass(frozen=True, kw_only=True)
class Factor:
    """One thing that may weigh on a household, as a row of the catalogue.

    ``value``: one DuckDB aggregate over the rows of ``rows_<source>`` of one person that satisfy ``where`` (of the frame: an expression over the row of
    ``framed``). A number; null = no trace: no row that says yes or no. 0 of a yes/no factor = a row says no. Of a source that is closed, or had delivered
    nothing by the day, there is no value at all (``features/rows.py`` says which). ``dated`` and ``window_days`` keep rows whose day lies in
    [as_of - window, as_of). ``detail``: a text aggregate shown beside the value (a service's name).
    ``known_by``: of a factor of the frame, whose records say it. ``combine``: which member's value is the household's.
    ``cap`` marks an absence of trace: whatever a candidate learns, it moves a household by this much log-odds at most, and the sentence says that it is a
    weak sign. ``needs``: sources whose gate must be open besides. ``is_shown``: whether reviewers may read the sentence; what is not shown still
    weighs, and the explanation says that something does. ``refines``: a factor whose sentence this one's makes superfluous.
    """

    name: str
    group: str
    source: str
    value: str
    where: str = "true"
    dated: str | None = None
    window_days: int | None = None
    detail: str | None = None
    unit: str
    combine: Combine = "max"
    scale: Scale = Scale()
    direction: Literal[-1, 1]
    prior: Prior
    monotone: bool = True
    cap: float | None = None
    if_none: str
    sentence_fr: str
    sentence_en: str
    known_by: KnownBy = "members"
    needs: tuple[str, ...] = ()
    needs_setting: str | None = None
    is_shown: bool = True
    refines: str | None = None

    @property
    def gates(self) -> tuple[str, ...]:
        """The sources whose gate decides whether this may weigh."""
        return self.needs if self.source == "frame" else (self.source, *self.needs)

    def signal(self, values: Values) -> Values:
        """Values → [0, 1]; no trace (NaN) → 0."""
        return signals_of(values[:, None], (self,))[:, 0]

    def is_said(self, value: float) -> bool:
        """Whether a value makes a sentence: a no, or a count that is nothing special, does not."""
        return self.unit in ("years", "months") or value > self.scale.zero


def signals_of(values: Values, factors: Sequence[Factor]) -> Values:
    """As ``Factor.signal``, of a table with one column a factor."""
    zero = np.array([f.scale.zero for f in factors], dtype=np.float64)
    one = np.array([f.scale.one for f in factors], dtype=np.float64)
    told: Values = np.subtract(values, zero, order="C")
    told /= one - zero
    np.clip(told, 0.0, 1.0, out=told)
    told[np.isnan(told)] = 0.0
    return told


SERVICES_FR = {
    "PORTAGE_REPAS": "le portage de repas",
    "TELEASSISTANCE": "la téléassistance",
    "AIDE_DOMICILE": "l’aide à domicile",
    "AIDE_FACULTATIVE": "l’aide facultative",
    "BIBLIOTHEQUE": "la bibliothèque",
    "CENTRE_SOCIAL": "le centre social",
    "CLUB_SENIORS": "le club seniors",
    "SPORT": "les activités sportives",
    "TRANSPORT": "le transport accompagné",
    "ATELIER_NUMERIQUE": "l’atelier numérique",
    "PERISCOLAIRE": "le périscolaire",
}
SERVICES_EN = {
    "PORTAGE_REPAS": "meal delivery",
    "TELEASSISTANCE": "the alarm service",
    "AIDE_DOMICILE": "home help",
    "AIDE_FACULTATIVE": "discretionary aid",
    "BIBLIOTHEQUE": "the library",
    "CENTRE_SOCIAL": "the social centre",
    "CLUB_SENIORS": "the seniors’ club",
    "SPORT": "sports",
    "TRANSPORT": "the transport service",
    "ATELIER_NUMERIQUE": "the digital workshop",
    "PERISCOLAIRE": "after-school care",
}


def sentence(factor: Factor, value: float, detail: str | None, language: Language) -> str:
    """The factor's sentence with its value, as a reviewer reads it. ``{n}`` is the rounded value, ``{detail}`` the service's name."""
    template = factor.sentence_fr if language == "fr" else factor.sentence_en
    names = SERVICES_FR if language == "fr" else SERVICES_EN
    n = 0 if math.isnan(value) else round(value)
    return template.format(
        n=n, s="s" if n > 1 and language == "en" else "", detail=names.get(detail or "", detail or "")
    )
