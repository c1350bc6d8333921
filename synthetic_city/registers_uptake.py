"""Who begins and stops using what, by the declared row of each service and of the register of vulnerable people.

Each row's share is the part of the eligible who use it at a time. People begin and stop by chance, month after month, so that the
share holds: with a mean use of ``months``, stopping has the chance 1 / months and beginning share / (1 - share) times that.
What began before the first month began when the person was old enough and in town.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from synthetic_city.history import Activity, Autonomy, History, Income, Ties
from synthetic_city.rates import rate
from synthetic_city.rates_tables import Uptake
from synthetic_city.registers_ledger import (
    FOREVER,
    NEVER,
    Days,
    Flags,
    Floats,
    Index,
    after,
    birthday,
    days,
    seconds,
)
from synthetic_city.registers_months import Residents, Whereabouts, months

MOST = 0.9
"""No service has a larger share, whatever the odds; a past use is at most half as frequent as chance allows."""
MONTH_DAYS = 30.4


def _age(at: Residents, low: int, high: int = 200) -> Flags:
    age = at.panel["age"].to_numpy()
    return np.asarray((age >= low) & (age < high))


WORDS: dict[str, Callable[[Residents], Flags]] = {
    "limited": lambda at: np.asarray(at.panel["autonomy"].to_numpy() >= Autonomy.LIMITED),
    "poor": lambda at: np.asarray(at.panel["income"].to_numpy() == Income.LOW),
    "jobless": lambda at: np.asarray(at.panel["activity"].to_numpy() == Activity.UNEMPLOYED),
    "alone": lambda at: np.asarray(at.panel["lives_alone"].to_numpy()),
    "qpv": lambda at: at.is_qpv,
    "under_15": lambda at: _age(at, 0, 15),
    "under_18": lambda at: _age(at, 0, 18),
    "from_75": lambda at: _age(at, 75),
    "from_80": lambda at: _age(at, 80),
}
"""What the words of a declared share mean."""


def share_of(offer: Uptake, at: Residents) -> Floats:
    """The declared share of each resident; 0 for who is not eligible."""
    eligible = _age(at, offer.from_age, offer.to_age) & ~at.panel["in_establishment"].to_numpy()
    holds = [_all(words, at) for words, _ in offer.share]
    return np.where(eligible, np.select(holds, [share for _, share in offer.share], 0.0), 0.0)


def _all(words: str, at: Residents) -> Flags:
    found: Flags = np.logical_and.reduce(
        [np.ones(len(at.panel), dtype=bool), *(WORDS[word](at) for word in words.split())]
    )
    return found


@dataclass(kw_only=True)
class _Book:
    """What has begun and stopped so far; ``is_open[offer, person]``: the row of the spell that runs, or -1. ``born`` of each person."""

    born: Days
    is_open: Index
    begun: list[pd.DataFrame]
    stopped: list[tuple[Index, Days]]
    count: int = 0

    def stop(self, offer: int, who: Index, when: Days) -> None:
        self.stopped.append((self.is_open[offer, who], when))
        self.is_open[offer, who] = -1

    def begin(self, offer: int, who: Index, dwelling: Index, when: Days) -> None:
        self.is_open[offer, who] = self.count + np.arange(len(who))
        self.begun.append(
            pd.DataFrame({"person": who, "offer": offer, "from_on": seconds(when), "dwelling": dwelling})
        )
        self.count += len(who)

    def spells(self) -> pd.DataFrame:
        ended = np.full(self.count, NEVER)
        for rows, when in self.stopped:
            ended[rows] = when
        return pd.concat(self.begun, ignore_index=True).assign(to_on=seconds(ended))


def uses(
    history: History, ties: Ties, offers: tuple[Uptake, ...], where: Whereabouts, chance: np.random.Generator
) -> pd.DataFrame:
    """Every spell of use: ``person``, ``offer`` (index), ``from_on``, ``to_on`` (NaT: still), ``dwelling`` at the beginning.

    Who leaves town or dies stops on that day.
    """
    is_open = np.full((len(offers), len(history.people)), -1, dtype=np.int64)
    book = _Book(born=days(history.people["born_on"]), is_open=is_open, begun=[], stopped=[])
    for at in months(history, ties):
        for number, offer in enumerate(offers):
            _month(at, number, offer, book, chance)
    return _ended(book.spells(), where)


def _month(at: Residents, number: int, offer: Uptake, book: _Book, chance: np.random.Generator) -> None:
    who = at.panel["person"].to_numpy(np.int64)
    share = np.minimum(_drawn_to(offer, at), MOST)
    if at.month == 0:
        return _before(at, number, offer, share, book, chance)
    using = book.is_open[number, who] >= 0
    stops = using & (chance.random(len(who)) < np.where(share > 0, _stopping(offer, at), 1.0))
    begins = ~using & (chance.random(len(who)) < share / (1 - share) / offer.months)
    book.stop(number, who[stops], at.days(chance, int(stops.sum())))
    home = at.panel["dwelling"].to_numpy(np.int64)
    book.begin(number, who[begins], home[begins], at.days(chance, int(begins.sum())))
    return None


def _before(
    at: Residents, number: int, offer: Uptake, share: Floats, book: _Book, chance: np.random.Generator
) -> None:
    """Who used the service on the first day, since when; and who had stopped before it and is still in the files."""
    who, home = (at.panel[name].to_numpy(np.int64) for name in ("person", "dwelling"))
    lived = np.minimum(
        _lived(birthday(book.born[who], offer.from_age), at),
        at.panel["months_in_town"].to_numpy() * MONTH_DAYS,
    )
    uses = chance.random(len(who)) < share
    ago = _ago(offer, lived[uses], chance)
    book.begin(number, who[uses], home[uses], after(np.full(len(ago), at.first), -ago))
    kept = MONTH_DAYS * rate("stopped_kept_months")
    stopped_ago = np.floor(1 + chance.random(len(who)) * kept)
    was_using = chance.random(len(who)) < np.minimum(share * rate("stopped_kept_months") / offer.months, 0.5)
    past = ~uses & was_using & (stopped_ago < lived)
    stopped = after(np.full(len(who), at.first), -stopped_ago)[past]
    ago = _ago(offer, (lived - stopped_ago)[past], chance)
    book.begin(number, who[past], home[past], after(stopped, -ago))
    book.stop(number, who[past], stopped)


def _lived(since: Days, at: Residents) -> Floats:
    return np.maximum((at.first - since).astype(np.int64), 0).astype(np.float64)


def _ago(offer: Uptake, longest: Floats, chance: np.random.Generator) -> Floats:
    """Days of use so far, exponential with the service's mean but never longer than ``longest``."""
    mean = MONTH_DAYS * offer.months
    return -mean * np.log1p(chance.random(len(longest)) * np.expm1(-longest / mean))


def _drawn_to(offer: Uptake, at: Residents) -> Floats:
    if not offer.is_sociable:
        return share_of(offer, at)
    with_it, without = rate("club_with_association"), rate("club_without_association")
    return share_of(offer, at) * np.where(at.in_association, with_it, without)


def _stopping(offer: Uptake, at: Residents) -> Floats:
    drifting = np.where(at.isolated & offer.is_sociable, rate("stops_when_isolated"), 1.0)
    return drifting / offer.months


def _ended(spells: pd.DataFrame, where: Whereabouts) -> pd.DataFrame:
    last = where.left_town(spells["person"].to_numpy())
    ended = np.fmin(days(spells["to_on"]), last)
    ended = np.where(ended >= FOREVER, NEVER, np.fmax(ended, days(spells["from_on"])))
    return spells.assign(to_on=seconds(ended))
