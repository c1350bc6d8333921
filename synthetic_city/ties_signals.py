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

AGE_LEVELS = {
    "is_15_24": (15, 22), "is_25_39": (28, 36), "is_40_59": (44, 55), "is_60_79": (60, 70), "is_80_plus": (85, 120),
}  # fmt: skip
"""From and to which age a level holds in full; between two levels one fades into the next in a straight line, so that no birthday
changes a life at once. Assumed; the level of 60-79 holds from 60 on, so that from there age only adds."""
NO_PARTNER_AGES = (22, 28)
"""Living without a partner weighs on nobody at 22 or below, on everybody at 28 (assumed)."""
OLDER_MAN_AGES = (55, 65)
"""What being a man weighs more in later life comes between these ages (assumed; its sources asked people of 65 and over)."""
BEREAVED_MONTHS = 36
"""Loneliness after a loss fades over three years (assumed)."""
RALLY_MONTHS, SETTLED_MONTHS = 6, 60
"""Living without a partner weighs on contacts only as the rally of the first months fades, fully after five years (assumed)."""


def signals(panel: pd.DataFrame, is_male: Flags, causes: Flags) -> dict[str, Floats]:
    """One array per effect, named as the effect; rows as ``panel`` (adults of one month).

    ``causes``: one column per cause of ``CAUSES``.
    """
    flags = _ages(panel) | _sex(panel, is_male) | _household(panel) | _means(panel)
    flags |= {cause.name: causes[:, column] for column, cause in enumerate(CAUSES)}
    return {name: np.asarray(flag, dtype=np.float32) for name, flag in flags.items()}


def log_odds(found: dict[str, Floats], of: str, effects: tuple[Effect, ...] = EFFECTS) -> Floats:
    """The weighted sum of the signals; ``of`` is ``isolation`` or ``loneliness``."""
    total = np.zeros(len(next(iter(found.values()))), dtype=np.float32)
    for effect in effects:
        total += np.float32(getattr(effect, of)) * found[effect.name]
    return total


def _ages(panel: pd.DataFrame) -> dict[str, npt.NDArray[np.generic]]:
    age, knots = panel["age"].to_numpy(), [knot for level in AGE_LEVELS.values() for knot in level]
    return {
        name: np.interp(age, knots, np.repeat(np.eye(len(AGE_LEVELS))[place], 2))
        for place, name in enumerate(AGE_LEVELS)
    }


def _sex(panel: pd.DataFrame, is_male: Flags) -> dict[str, npt.NDArray[np.generic]]:
    return {"is_male": is_male, "is_older_man": is_male * _between(OLDER_MAN_AGES, panel["age"].to_numpy())}


def _household(panel: pd.DataFrame) -> dict[str, npt.NDArray[np.generic]]:
    settled = _settled(panel["months_bereaved"].to_numpy())
    single = ~panel["in_couple"].to_numpy() * _between(NO_PARTNER_AGES, panel["age"].to_numpy())
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


def _between(ages: tuple[int, int], age: npt.NDArray[np.int16]) -> Floats:
    """0 up to the first age, 1 from the second on."""
    return np.interp(age, ages, (0, 1)).astype(np.float32)


def _settled(months_bereaved: npt.NDArray[np.int16]) -> Floats:
    ramp = (months_bereaved.astype(np.float32) - RALLY_MONTHS) / (SETTLED_MONTHS - RALLY_MONTHS)
    return np.where(months_bereaved < 0, np.float32(1), np.clip(ramp, 0, 1))


def _grief(months_bereaved: npt.NDArray[np.int16]) -> Floats:
    fading = 1 - months_bereaved.astype(np.float32) / BEREAVED_MONTHS
    return np.where(months_bereaved < 0, np.float32(0), np.clip(fading, 0, 1))
