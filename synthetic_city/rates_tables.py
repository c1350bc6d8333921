"""Rates that come in tables: who uses a service, who has a need, parts of a whole. As in ``rates``: a source, or assumed.

Eligibility ages are the rules of such services in French towns of this size, where nothing else is said (assumed).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from data_contracts.errors import ConfigurationError
from synthetic_city.rates import ASSUMED, PLAN


@dataclass(frozen=True, kw_only=True)
class Uptake:
    """Who uses a service. ``share``: part of the eligible, by the first line whose words all hold ('' always does, words are those of
    ``registers_uptake``); eligible: ``from_age`` up to before ``to_age``, at home. Mean ``months`` of use, ``rhythm_days`` between two
    uses, ``uses`` a month. ``is_sociable``: people meet others there."""

    name: str
    desk: str
    from_age: int
    to_age: int = 200
    share: tuple[tuple[str, float], ...]
    months: float
    rhythm_days: float
    uses: float
    is_sociable: bool = False
    source: str = ASSUMED


SERVICES = (
    Uptake(name="PORTAGE_REPAS", desk="ccas", from_age=70, share=(("limited alone", 0.17), ("limited", 0.11), ("", 0.01)), months=20, rhythm_days=1.5, uses=20),
    Uptake(name="TELEASSISTANCE", desk="ccas", from_age=70, share=(("limited alone from_80", 0.22), ("limited", 0.16), ("alone from_80", 0.08), ("", 0.02)), months=40, rhythm_days=20, uses=1.2),
    Uptake(name="AIDE_DOMICILE", desk="ccas", from_age=60, share=(("limited", 0.304), ("", 0.004)), months=36, rhythm_days=3, uses=9),
    Uptake(name="AIDE_FACULTATIVE", desk="ccas", from_age=18, to_age=75, share=(("poor jobless", 0.12), ("poor", 0.07), ("", 0.0)), months=8, rhythm_days=60, uses=0.4),
    Uptake(name="BIBLIOTHEQUE", desk="bibliotheque", from_age=4, share=(("under_15", 0.35), ("poor", 0.11), ("", 0.15)), months=60, rhythm_days=30, uses=1.2, is_sociable=True,
           source="assumed, in the order of the ministry of Culture's 11 to 15 % of registered inhabitants"),
    Uptake(name="CENTRE_SOCIAL", desk="quartier", from_age=6, share=(("qpv poor", 0.085), ("qpv", 0.065), ("poor", 0.035), ("", 0.015)), months=30, rhythm_days=14, uses=2.5, is_sociable=True),
    Uptake(name="CLUB_SENIORS", desk="quartier", from_age=62, share=(("limited", 0.03), ("", 0.10)), months=45, rhythm_days=10, uses=4, is_sociable=True),
    Uptake(name="SPORT", desk="sport", from_age=6, to_age=75, share=(("under_18 limited", 0.016), ("under_18", 0.16), ("limited", 0.004), ("", 0.04)), months=24, rhythm_days=8, uses=4, is_sociable=True),
    Uptake(name="TRANSPORT", desk="ccas", from_age=65, share=(("from_75", 0.11), ("", 0.05)), months=30, rhythm_days=15, uses=3),
    Uptake(name="ATELIER_NUMERIQUE", desk="quartier", from_age=55, share=(("", 0.012),), months=5, rhythm_days=10, uses=3, is_sociable=True),
    Uptake(name="PERISCOLAIRE", desk="ecole", from_age=3, to_age=11, share=(("", 0.55),), months=24, rhythm_days=2, uses=14),
)  # fmt: skip
REGISTER = (
    Uptake(
        name="REGISTRE", desk="registre", from_age=60, share=(("limited", 0.22), ("from_75", 0.07), ("", 0.0)), months=48, rhythm_days=0, uses=0,
        source="assumed; registers of heat waves hold a few per cent of the older people; from 60 on (art. L121-6-1 CASF)",
    ),
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Need:
    """Chance of a need, and what loss of autonomy, 80 years and isolation add to it; ``offer``: the service that may answer it."""

    name: str
    base: float
    if_limited: float = 0.0
    if_old: float = 0.0
    if_isolated: float = 0.0
    offer: str = ""
    source: str = PLAN


NEEDS = (
    Need(name="BESOIN_MOBILITE", base=0.10, if_limited=0.25, if_old=0.10, offer="TRANSPORT"),
    Need(name="BESOIN_REPAS", base=0.03, if_limited=0.15, if_old=0.03, offer="PORTAGE_REPAS"),
    Need(name="BESOIN_LOISIRS", base=0.12, if_isolated=0.10, offer="CLUB_SENIORS"),
    Need(name="BESOIN_VISITE", base=0.07, if_old=0.05, if_isolated=0.25),
    Need(name="BESOIN_NUMERIQUE", base=0.08, if_old=0.07, offer="ATELIER_NUMERIQUE"),
    Need(name="BESOIN_MENAGE", base=0.06, if_limited=0.25, if_old=0.06, offer="AIDE_DOMICILE"),
)
"""The six needs of Agen's plan."""


@dataclass(frozen=True, kw_only=True)
class Shares:
    """Parts of a whole, by kind."""

    name: str
    of: Mapping[str, float]
    source: str = ASSUMED


WHOLES = (
    Shares(name="alert_channel", of={"TELEPHONE": 0.34, "APPLICATION": 0.06, "VOISIN": 0.24, "AGENT_IMMEUBLE": 0.10, "ASSOCIATION": 0.08, "PROFESSIONNEL": 0.18}),
    Shares(name="alert_channel_young", of={"TELEPHONE": 0.20, "APPLICATION": 0.14, "VOISIN": 0.10, "AGENT_IMMEUBLE": 0.08, "ASSOCIATION": 0.08, "PROFESSIONNEL": 0.10, "MISSION_LOCALE": 0.30}),
    Shares(name="alert_urgency", of={"0": 0.62, "1": 0.30, "2": 0.08}),
    Shares(name="register_origin", of={"PERSONNE": 0.34, "TIERS": 0.26, "APA": 0.26, "PCH": 0.04, "CARSAT": 0.10}),
    Shares(name="outsider_home", source="assumed; mostly the department's other communes",
           of={"47091": 0.16, "47201": 0.15, "47203": 0.08, "47238": 0.08, "47323": 0.13, "47157": 0.06, "47031": 0.07, "47300": 0.09,
               "32107": 0.07, "82112": 0.06, "82033": 0.03, "09122": 0.01, "01004": 0.01}),
    Shares(name="band_LOW", of={"M20": 0.40, "20_40": 0.36, "40_60": 0.18, "60_100": 0.05, "P100": 0.01}),
    Shares(name="band_LOWER_MIDDLE", of={"M20": 0.02, "20_40": 0.08, "40_60": 0.38, "60_100": 0.47, "P100": 0.05}),
    Shares(name="band_UPPER_MIDDLE", of={"M20": 0.01, "20_40": 0.02, "40_60": 0.10, "60_100": 0.57, "P100": 0.30}),
    Shares(name="band_HIGH", of={"M20": 0.0, "20_40": 0.01, "40_60": 0.02, "60_100": 0.27, "P100": 0.70}),
    Shares(name="no_need_reason", source=PLAN, of={"FAMILLE": 0.62, "DEPART_RESIDENCE": 0.07, "ETABLISSEMENT_PROCHE": 0.03, "AUTRE": 0.28}),
    Shares(name="no_need_reason_under_60", source="assumed; homes take people from 60 on", of={"FAMILLE": 0.65, "AUTRE": 0.35}),
    Shares(name="follow_up", of={"CCAS": 0.25, "VISITE_BENEVOLE": 0.25, "RAPPEL_6M": 0.25, "CLASSE": 0.25}),
    Shares(name="visitor_TEMOIN_80PLUS", of={"VOLONTAIRE": 0.55, "AGENT": 0.40, "PROFESSIONNEL": 0.05}),
    Shares(name="visitor_EXPLORATION", of={"VOLONTAIRE": 0.65, "AGENT": 0.30, "PROFESSIONNEL": 0.05}),
    Shares(name="visitor_SIGNALEMENT", of={"VOLONTAIRE": 0.05, "AGENT": 0.45, "PROFESSIONNEL": 0.50}),
)  # fmt: skip
_BY_NAME = {whole.name: whole.of for whole in WHOLES}


def drawn(name: str, count: int, chance: np.random.Generator) -> npt.NDArray[np.object_]:
    """``count`` kinds of a declared whole, each with its share."""
    if name not in _BY_NAME:
        raise ConfigurationError(
            f"no table of shares is called {name!r}",
            where="synthetic_city/rates_tables.py",
            hint="declare it with its source.",
        )
    of = _BY_NAME[name]
    return np.asarray(chance.choice(np.array(list(of), dtype=object), count, p=list(of.values())))
