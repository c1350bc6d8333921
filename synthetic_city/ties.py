"""The ties of every adult, month after month, and what they would answer if asked.

A hidden state per person (log-odds of having no network: declared effects plus a frailty that persists) gives every answer.
Memory stays flat: one month is worked at a time, and only the answers are kept.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from synthetic_city import ties_answers as answer
from synthetic_city.history import History, Ties
from synthetic_city.ties_causes import CAUSES, hold
from synthetic_city.ties_effects import EFFECTS, SHAPE, Effect, Shape
from synthetic_city.ties_signals import Flags, Floats, log_odds, signals
from synthetic_city.ties_state import Walk, walk

ADULT_AGE = 15

WALKS = (
    Walk(name="frailty", columns=1, lasting=SHAPE.lasting_share, memory=SHAPE.memory),
    Walk(name="pull", columns=5, lasting=0.80, memory=0.97),
    Walk(name="kin", columns=1, lasting=0.80, memory=0.97),
    Walk(name="others", columns=1, lasting=0.70, memory=0.95),
    Walk(name="feeling", columns=1, lasting=0.55, memory=0.85),
    Walk(name="answering", columns=9, lasting=0.40, memory=0.30),
)
"""All assumed: people change slowly, feelings faster, answers to the same question fastest."""

CAUSE_WALK = Walk(name="causes", columns=len(CAUSES), lasting=0.90, memory=0.97)

NONE = {"networks": -1, **dict.fromkeys((*answer.LSNS, *answer.UCLA), -1)}
FLAGS = ("isolated", "lonely", "family_contact", "friend_contact")


@dataclass(frozen=True, kw_only=True)
class Month:
    """The adults of one month: their place in the panel, their panel rows, what weighs on them."""

    rows: npt.NDArray[np.int64]
    panel: pd.DataFrame
    signals: dict[str, Floats]


def tie(history: History, seed: int) -> Ties:
    """The answers beside ``history.panel``, row for row; same history and seed, same bytes.

    Children (under 15) hold -1 in items and networks and False in flags.
    """
    answers = _blank(len(history.panel))
    walks = zip(
        *(walk(block, len(history.people), len(history.months), seed) for block in WALKS), strict=True
    )
    for month, lots in zip(adults(history, seed), walks, strict=True):
        people = month.panel["person"].to_numpy()
        found = ask(month, {block.name: lot[people] for block, lot in zip(WALKS, lots, strict=True)})
        for name, column in answers.items():
            column[month.rows] = found[name].to_numpy()
    return Ties(answers=pd.DataFrame(answers))


def adults(history: History, seed: int) -> Iterator[Month]:
    """Every observed month's adults with their signals, hidden causes included; the causes are those ``tie`` uses."""
    edges = np.searchsorted(history.panel["month"].to_numpy(), np.arange(len(history.months) + 1))
    is_male = (history.people["sex"] == "M").to_numpy()
    lots = walk(CAUSE_WALK, len(history.people), len(history.months), seed)
    for start, stop, causes in zip(edges[:-1], edges[1:], lots, strict=True):
        yield _month(history.panel.iloc[start:stop], int(start), is_male, causes)


def _month(panel: pd.DataFrame, start: int, is_male: Flags, lots: Floats) -> Month:
    grown = np.flatnonzero(panel["age"].to_numpy() >= ADULT_AGE)
    here = panel.iloc[grown]
    people = here["person"].to_numpy()
    causes = hold(lots[people], here["age"].to_numpy())
    return Month(rows=grown + start, panel=here, signals=signals(here, is_male[people], causes))


def ask(
    month: Month, lots: dict[str, Floats], effects: tuple[Effect, ...] = EFFECTS, shape: Shape = SHAPE
) -> pd.DataFrame:
    """What the month's adults would answer; ``lots``: by block of ``WALKS``, rows as the adults."""
    drawn = answer.Lots(**{**lots, "frailty": lots["frailty"][:, 0]})
    isolation = log_odds(month.signals, "isolation", effects)
    at = answer.state(isolation, drawn)
    takes_part = month.signals["takes_part_in_nothing"] == 0
    bits = answer.networks(at, month.panel["activity"].to_numpy(), takes_part, drawn, shape)
    kin, friends = answer.family(at, bits, drawn, shape), answer.others(at, bits, drawn, shape)
    felt = answer.feeling(log_odds(month.signals, "loneliness", effects), isolation, drawn, shape)
    items, said = answer.lsns(kin, friends, drawn, shape), answer.ucla(felt, drawn, shape)
    return _frame(month.panel["age"].to_numpy(), bits, items, said).assign(
        family_contact=kin > shape.family_contact_line, friend_contact=friends > shape.friend_contact_line
    )


def _frame(
    age: npt.NDArray[np.int16], bits: answer.Codes, items: answer.Codes, felt: answer.Codes
) -> pd.DataFrame:
    columns = {"networks": bits}
    columns |= {name: items[:, place] for place, name in enumerate(answer.LSNS)}
    columns |= {name: felt[:, place] for place, name in enumerate(answer.UCLA)}
    return pd.concat([pd.DataFrame(columns), answer.labels(age, bits, items, felt)], axis=1)


def _blank(rows: int) -> dict[str, npt.NDArray[np.generic]]:
    blank: dict[str, npt.NDArray[np.generic]] = {
        name: np.full(rows, value, dtype=np.int8) for name, value in NONE.items()
    }
    return blank | {name: np.zeros(rows, dtype=np.bool_) for name in FLAGS}
