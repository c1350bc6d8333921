"""From the hidden state to what a person would answer in a month: networks, LSNS-6, UCLA-3, contacts.

All answers of a person come from the same state, so that they cohere: the number of networks alive is an ordered logit on the
state, which networks they are follows what draws the person, family and other contacts share the state and lean on their own
network being alive, and the feeling of loneliness shares part of it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.special import log_ndtr

from synthetic_city.history import Activity, Network
from synthetic_city.ties_effects import SHAPE, Shape
from synthetic_city.ties_signals import Floats

Codes = npt.NDArray[np.int8]
Flags = npt.NDArray[np.bool_]

LSNS = tuple(f"lsns6_{item}" for item in range(1, 7))
UCLA = tuple(f"ucla3_{item}" for item in range(1, 4))
LSNS_LINE, LSNS_AGE, UCLA_LINE = 12, 60, 6

STATE_MEAN, STATE_SPREAD = np.float32(-2.3), np.float32(2.1)
"""Of the log-odds state over adults; only to put contacts on a scale near that of a standard normal."""
LOGISTIC_SPREAD = np.float32(np.pi / 3**0.5)
LSNS_SHIFTS = (0.0, 0.0, 0.15, 0.0, 0.0, 0.15)
"""Fewer relatives and friends to call on for help or to confide in than to hear from (assumed)."""
UCLA_SHIFTS = (0.35, -0.40, 0.20)
"""Companionship is missed more often than one feels left out (EU Loneliness Survey 2022, France)."""


@dataclass(frozen=True, kw_only=True)
class Lots:
    """The month's standard normal lots of the adults, rows as they come: see ``ties.WALKS``."""

    frailty: Floats
    pull: Floats
    kin: Floats
    others: Floats
    feeling: Floats
    answering: Floats


def logistic(normal: Floats) -> Floats:
    """A standard normal lot as a standard logistic one, so that declared log-odds hold exactly."""
    value: Floats = (log_ndtr(normal) - log_ndtr(-normal)).astype(np.float32)
    return value


def state(isolation: Floats, lots: Lots) -> Floats:
    """Log-odds of isolation plus frailty: above 0, no network is alive."""
    return isolation + logistic(lots.frailty)


def networks(at: Floats, activity: Codes, takes_part: Flags, lots: Lots, shape: Shape = SHAPE) -> Codes:
    """Bits of ``Network``: how many live follows the state, which ones the pulls; only people in work have colleagues."""
    number = (at <= 0).astype(np.int8)
    for below in shape.at_most:
        number += at <= -np.float32(below)
    pull = lots.pull + np.array(shape.solo, dtype=np.float32)
    pull[:, 3] -= np.where(activity == Activity.EMPLOYED, np.float32(0), np.float32(np.inf))
    pull[:, 4] += np.where(takes_part, np.float32(0.5), np.float32(-0.5))
    number = np.minimum(number, np.isfinite(pull).sum(axis=1, dtype=np.int8))
    alive = (-pull).argsort(axis=1).argsort(axis=1) < number[:, None]
    bits: Codes = alive @ np.array([int(bit) for bit in Network], dtype=np.int8)
    return bits


def family(at: Floats, bits: Codes, lots: Lots, shape: Shape = SHAPE) -> Floats:
    """How close the family outside the household is; near a standard normal."""
    seen = (bits & Network.FAMILY) > 0
    return _closeness(at, seen, lots.kin[:, 0], shape.family_load, shape.family_bond)


def others(at: Floats, bits: Codes, lots: Lots, shape: Shape = SHAPE) -> Floats:
    """How close friends, neighbours and colleagues are; near a standard normal."""
    seen = (bits & (Network.FRIENDS | Network.NEIGHBOURS | Network.COLLEAGUES)) > 0
    return _closeness(at, seen, lots.others[:, 0], shape.friend_load, shape.friend_bond)


def feeling(loneliness: Floats, isolation: Floats, lots: Lots, shape: Shape = SHAPE) -> Floats:
    """Log-odds of feeling lonely: effects, a share of the same frailty, and a feeling of one's own."""
    own = np.float32((1 - shape.loneliness_load**2) ** 0.5)
    mixed = np.float32(shape.loneliness_load) * lots.frailty + own * lots.feeling[:, 0]
    return loneliness + logistic(mixed)


def lsns(kin: Floats, friends: Floats, lots: Lots, shape: Shape = SHAPE) -> Codes:
    """Six items 0-5: three on family, three on friends; 0 none, 1, 2, 3-4, 5-8, 9 and more people."""
    base = np.stack([kin, kin, kin, friends, friends, friends], axis=1)
    heard = base + np.float32(0.5) * lots.answering[:, :6] - np.array(LSNS_SHIFTS, dtype=np.float32)
    return np.searchsorted(np.array(shape.lsns_lines, dtype=np.float32), heard, side="right").astype(np.int8)


def ucla(felt: Floats, lots: Lots, shape: Shape = SHAPE) -> Codes:
    """Three items 1-3: hardly ever, sometimes, often."""
    heard = felt[:, None] + np.float32(0.9) * lots.answering[:, 6:9] + np.array(UCLA_SHIFTS, dtype=np.float32)
    lines = np.array(shape.ucla_lines, dtype=np.float32)
    return (1 + np.searchsorted(lines, heard, side="right")).astype(np.int8)


def labels(age: npt.NDArray[np.int16], bits: Codes, items: Codes, felt: Codes) -> pd.DataFrame:
    """The label rule of the extracts: ``isolated`` and ``lonely``, rows as they come."""
    thin = (items.sum(axis=1) < LSNS_LINE) & (age >= LSNS_AGE)
    return pd.DataFrame({"isolated": thin | (bits == 0), "lonely": felt.sum(axis=1) >= UCLA_LINE})


def _closeness(at: Floats, seen: Flags, own: Floats, load: float, bond: float) -> Floats:
    """Mostly whether the network is alive (``bond``), a little the general state (``load``), the rest one's own."""
    away = (at - STATE_MEAN) / STATE_SPREAD
    rest = np.float32((1 - load**2 - bond**2) ** 0.5)
    tied = np.where(seen, np.float32(bond), -np.float32(bond))
    closeness: Floats = tied - np.float32(load) * away + rest * own
    return closeness
