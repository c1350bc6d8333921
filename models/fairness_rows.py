"""The cases that each measure of the fairness report is counted on: one function a source of evidence, one table a measure."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from models.estimates import MODEL, RANDOM
from models.weights import LABELLED

MET = (*LABELLED, "undecided")
Table = tuple[str, pd.DataFrame]
"""A measure and its cases: ``y``, ``weight``, ``stratum``, the audit groups; of a rate also ``expected``."""


def of_the_ranking(tested: pd.DataFrame) -> Iterator[Table]:
    """Who ranks, at the capacity, on the campaigns that it had not seen: recall, precision, calibration (where its scores may be told as probabilities).

    ``tested``: ``isolated``, ``weight``, ``origin``, ``bras``, ``probability``, the audit groups and ``called``, the chance of being called first."""
    isolated, chosen = tested["isolated"].astype(float), tested["called"].astype(float)
    base = tested.assign(stratum=_stratum(tested["origin"], tested["bras"]), y=isolated)
    yield "recall", base[isolated == 1].assign(y=chosen[isolated == 1])
    yield "precision", base.assign(weight=base["weight"] * chosen)[chosen > 0]
    yield "calibration", base.assign(expected=base["probability"])[base["probability"].notna()]


def of_the_doors(visited: pd.DataFrame) -> Iterator[Table]:
    """What visits of every arm came to: reached (of those who live there), refused (of those who opened), found (isolated, of those whose answers decide), helped (of
    the found: something was agreed that goes on). ``visited``: ``as_of``, ``bras``, ``state``, ``is_followed``, the audit groups; without those who had moved."""
    state = visited["state"]
    base = visited.assign(stratum=_stratum(visited["as_of"], visited["bras"]), weight=1.0)
    yield "reached", base.assign(y=state.isin(MET).astype(float))
    opened = state.isin([*MET, "refused"])
    yield "refused", base.assign(y=(state == "refused").astype(float))[opened]
    yield "found", base.assign(y=(state == "isolated").astype(float))[state.isin(LABELLED)]
    yield "helped", base.assign(y=base["is_followed"].fillna(False).astype(float))[state == "isolated"]


def of_the_draw(counted: pd.DataFrame) -> pd.DataFrame:
    """False omission: those drawn by lot from whom a list left out, and met; each stands for 1 / p. ``counted``: as of ``measuring.counted``."""
    met = counted[(counted["arm"] == RANDOM) & counted["isolated"].notna()]
    return met.assign(
        y=met["isolated"].astype(float), weight=1 / met["p"], stratum=_stratum(met["campaign"], met["arm"])
    )


def of_the_need(counted: pd.DataFrame) -> pd.DataFrame:
    """Isolated among all who could be listed: those of the ranking stand for themselves, those drawn for 1 / p, and within each arm the met for the unmet."""
    is_model = counted["arm"] == MODEL
    met = counted["isolated"].notna()
    share_met = met.groupby(is_model).transform("mean")
    weight = np.where(is_model, 1.0, 1 / counted["p"]) / share_met.where(met, 1.0)
    told = counted.assign(weight=weight, stratum=_stratum(counted["campaign"], counted["arm"]))[met]
    return told.assign(y=told["isolated"].astype(float))


def _stratum(day: pd.Series, arm: pd.Series) -> pd.Series:
    return day.astype(str) + " " + arm.fillna("").astype(str)
