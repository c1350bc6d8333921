"""From a month of the panel and the hidden causes to signals in [0, 1], one for each row of ``ties_effects``."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from synthetic_city.history import Activity, Autonomy, Income, Tenure
from synthetic_city.ties_causes import CAUSES
from synthetic_city.ties_effects import EFFECTS, Effect

Floats = npt.NDArray[np.float32]
Flags = npt.NDArray[np.bool_]

AGE_LINES = (15, 25, 40, 60, 80, 200)
BEREAVED_MONTHS = 36
"""Loneliness after a loss fades over three years (assumed)."""
RALLY_MONTHS, SETTLED_MONTHS = 6, 60
"""Living without a partner weighs on contacts only as the rally of the first months fades, fully after five years (assumed)."""


def signals(panel: pd.DataFrame, is_male: Flags, causes: Flags) -> dict[str, Floats]:
    """One array per effect, named as the effect; rows as ``panel`` (adults of one month).

    ``causes``: one column per cause of ``CAUSES``.
    """
    flags = _ages(panel) | _household(panel) | _means(panel) | {"is_male": is_male}
    flags |= {cause.name: causes[:, column] for column, cause in enumerate(CAUSES)}
    return {name: np.asarray(flag, dtype=np.float32) for name, flag in flags.items()}


def log_odds(found: dict[str, Floats], of: str, effects: tuple[Effect, ...] = EFFECTS) -> Floats:
    """The weighted sum of the signals; ``of`` is ``isolation`` or ``loneliness``."""
    total = np.zeros(len(next(iter(found.values()))), dtype=np.float32)
    for effect in effects:
        total += np.float32(getattr(effect, of)) * found[effect.name]
    return total


def _ages(panel: pd.DataFrame) -> dict[str, npt.NDArray[np.generic]]:
    band = np.searchsorted(AGE_LINES, panel["age"].to_numpy(), side="right") - 1
    names = ("is_15_24", "is_25_39", "is_40_59", "is_60_79", "is_80_plus")
    return {name: band == place for place, name in enumerate(names)}


def _household(panel: pd.DataFrame) -> dict[str, npt.NDArray[np.generic]]:
    settled = _settled(panel["months_bereaved"].to_numpy())
    single = ~panel["in_couple"].to_numpy() & (panel["age"].to_numpy() >= 25)
    return {
        "lives_alone": panel["lives_alone"].to_numpy() * settled,
        "no_partner": single * settled,
        "recently_bereaved": _grief(panel["months_bereaved"].to_numpy()),
        "single_parent": panel["is_single_parent"].to_numpy(),
        "new_in_town": panel["months_in_town"].to_numpy() < 12,
    }


def _means(panel: pd.DataFrame) -> dict[str, npt.NDArray[np.generic]]:
    activity, income = panel["activity"].to_numpy(), panel["income"].to_numpy()
    autonomy = panel["autonomy"].to_numpy()
    return {
        "limited_autonomy": autonomy == Autonomy.LIMITED,
        "severe_autonomy": autonomy == Autonomy.SEVERE,
        "low_income": income == Income.LOW,
        "high_income": income == Income.HIGH,
        "social_tenant": panel["tenure"].to_numpy() == Tenure.HLM,
        "unemployed": activity == Activity.UNEMPLOYED,
        "inactive": activity == Activity.OTHER,
        "retired": activity == Activity.RETIRED,
    }


def _settled(months_bereaved: npt.NDArray[np.int16]) -> Floats:
    ramp = (months_bereaved.astype(np.float32) - RALLY_MONTHS) / (SETTLED_MONTHS - RALLY_MONTHS)
    return np.where(months_bereaved < 0, np.float32(1), np.clip(ramp, 0, 1))


def _grief(months_bereaved: npt.NDArray[np.int16]) -> Floats:
    fading = 1 - months_bereaved.astype(np.float32) / BEREAVED_MONTHS
    return np.where(months_bereaved < 0, np.float32(0), np.clip(fading, 0, 1))
