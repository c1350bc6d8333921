"""Who begins and stops using what: one declared row for each service and for the register of vulnerable people.

Each row's share is the part of the eligible who use it at a time. People begin and stop by chance, month after month, so that the
share holds: with a mean use of ``months``, stopping has the chance 1 / months and beginning share / (1 - share) times that.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from synthetic_city.history import Activity, Autonomy, History, Income, Ties
from synthetic_city.rates import ASSUMED, rate
from synthetic_city.registers_ledger import FOREVER, NEVER, Days, Flags, Floats, Index, after, days, seconds
from synthetic_city.registers_months import Residents, Whereabouts, months

KEPT_MONTHS = rate("stopped_kept_months")
Share = Callable[[Residents], Floats]


@dataclass(frozen=True, kw_only=True)
class Uptake:
    """``share`` of each resident (0 = not eligible), mean ``months`` of use, ``rhythm_days`` between two uses, ``uses`` a month."""

    name: str
    desk: str
    share: Share
    months: float
    rhythm_days: float
    uses: float
    is_sociable: bool = False
    source: str = ASSUMED


def _ages(at: Residents, low: int, high: int = 200) -> Flags:
    age = at.panel["age"].to_numpy()
    return np.asarray((age >= low) & (age < high) & ~at.panel["in_establishment"].to_numpy())


def _autonomy(at: Residents) -> Flags:
    return np.asarray(at.panel["autonomy"].to_numpy() >= Autonomy.LIMITED)


def _poor(at: Residents) -> Flags:
    return np.asarray(at.panel["income"].to_numpy() == Income.LOW)


def _alone(at: Residents) -> Flags:
    return np.asarray(at.panel["lives_alone"].to_numpy())


def _meals(at: Residents) -> Floats:
    return np.asarray(
        _ages(at, 70) * (0.01 + 0.10 * _autonomy(at) + 0.06 * (_autonomy(at) & _alone(at))), dtype=np.float64
    )


def _alarm(at: Residents) -> Floats:
    return np.asarray(
        _ages(at, 70) * (0.02 + 0.14 * _autonomy(at) + 0.06 * (_ages(at, 80) & _alone(at))), dtype=np.float64
    )


def _home_help(at: Residents) -> Floats:
    return np.asarray(_ages(at, 60) * (0.004 + 0.30 * _autonomy(at)), dtype=np.float64)


def _aid(at: Residents) -> Floats:
    jobless = at.panel["activity"].to_numpy() == Activity.UNEMPLOYED
    return np.asarray(_ages(at, 18, 75) * _poor(at) * (0.07 + 0.05 * jobless), dtype=np.float64)


def _library(at: Residents) -> Floats:
    return np.asarray(
        _ages(at, 4) * np.where(_ages(at, 4, 15), 0.35, np.where(_poor(at), 0.11, 0.15)), dtype=np.float64
    )


def _centre(at: Residents) -> Floats:
    return np.asarray(_ages(at, 6) * (0.015 + 0.05 * at.is_qpv + 0.02 * _poor(at)), dtype=np.float64)


def _club(at: Residents) -> Floats:
    return np.asarray(_ages(at, 62) * np.where(_autonomy(at), 0.03, 0.10), dtype=np.float64)


def _sport(at: Residents) -> Floats:
    return np.asarray(
        _ages(at, 6, 75) * np.where(_ages(at, 6, 18), 0.16, 0.04) * np.where(_autonomy(at), 0.1, 1.0),
        dtype=np.float64,
    )


def _transport(at: Residents) -> Floats:
    return np.asarray(_ages(at, 65) * (0.05 + 0.06 * _ages(at, 75)), dtype=np.float64)


def _digital(at: Residents) -> Floats:
    return np.asarray(_ages(at, 55) * 0.012, dtype=np.float64)


def _after_school(at: Residents) -> Floats:
    return np.asarray(_ages(at, 3, 11) * 0.55, dtype=np.float64)


def _vulnerable(at: Residents) -> Floats:
    return np.asarray(
        _ages(at, 60)
        * np.maximum(rate("register_75_plus") * _ages(at, 75), rate("register_autonomy") * _autonomy(at)),
        dtype=np.float64,
    )


SERVICES = (
    Uptake(name="PORTAGE_REPAS", desk="ccas", share=_meals, months=20, rhythm_days=1.5, uses=20),
    Uptake(name="TELEASSISTANCE", desk="ccas", share=_alarm, months=40, rhythm_days=20, uses=1.2),
    Uptake(name="AIDE_DOMICILE", desk="ccas", share=_home_help, months=36, rhythm_days=3, uses=9),
    Uptake(name="AIDE_FACULTATIVE", desk="ccas", share=_aid, months=8, rhythm_days=60, uses=0.4),
    Uptake(name="BIBLIOTHEQUE", desk="bibliotheque", share=_library, months=60, rhythm_days=30, uses=1.2, is_sociable=True,
           source="assumed, in the order of the ministry of Culture's 11 to 15 % of registered inhabitants"),
    Uptake(name="CENTRE_SOCIAL", desk="quartier", share=_centre, months=30, rhythm_days=14, uses=2.5, is_sociable=True),
    Uptake(name="CLUB_SENIORS", desk="quartier", share=_club, months=45, rhythm_days=10, uses=4, is_sociable=True),
    Uptake(name="SPORT", desk="sport", share=_sport, months=24, rhythm_days=8, uses=4, is_sociable=True),
    Uptake(name="TRANSPORT", desk="ccas", share=_transport, months=30, rhythm_days=15, uses=3),
    Uptake(name="ATELIER_NUMERIQUE", desk="quartier", share=_digital, months=5, rhythm_days=10, uses=3, is_sociable=True),
    Uptake(name="PERISCOLAIRE", desk="ecole", share=_after_school, months=24, rhythm_days=2, uses=14),
)  # fmt: skip
REGISTER = (Uptake(name="REGISTRE", desk="registre", share=_vulnerable, months=48, rhythm_days=0, uses=0),)


@dataclass(kw_only=True)
class _Book:
    """What has begun and stopped so far; ``is_open[offer, person]``: the row of the spell that runs, or -1."""

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
    book = _Book(
        is_open=np.full((len(offers), len(history.people)), -1, dtype=np.int64), begun=[], stopped=[]
    )
    for at in months(history, ties):
        for number, offer in enumerate(offers):
            _month(at, number, offer, book, chance)
    return _ended(book.spells(), where)


def _month(at: Residents, number: int, offer: Uptake, book: _Book, chance: np.random.Generator) -> None:
    who = at.panel["person"].to_numpy(np.int64)
    share = np.minimum(_drawn_to(offer, at), 0.9)
    using = book.is_open[number, who] >= 0
    stops = using & (chance.random(len(who)) < np.where(share > 0, _stopping(offer, at), 1.0))
    begins = ~using & (
        chance.random(len(who)) < (share if at.month == 0 else share / (1 - share) / offer.months)
    )
    book.stop(number, who[stops], at.days(chance, int(stops.sum())))
    started = at.days(chance, int(begins.sum()))
    if at.month == 0:
        started = after(
            np.full(len(started), at.first), -30.4 * offer.months * chance.exponential(1.0, len(started))
        )
    home = at.panel["dwelling"].to_numpy(np.int64)
    book.begin(number, who[begins], home[begins], started)
    if at.month == 0:
        past = (
            ~using & ~begins & (chance.random(len(who)) < np.minimum(share * KEPT_MONTHS / offer.months, 0.5))
        )
        _past(at, number, offer, who[past], home[past], book, chance)


def _past(
    at: Residents,
    number: int,
    offer: Uptake,
    who: Index,
    home: Index,
    book: _Book,
    chance: np.random.Generator,
) -> None:
    """Who had stopped before the first month and is still in the files."""
    stopped = after(np.full(len(who), at.first), -chance.integers(1, round(30.4 * KEPT_MONTHS), len(who)))
    book.begin(
        number, who, home, after(stopped, -1 - 30.4 * offer.months * chance.exponential(1.0, len(who)))
    )
    book.stop(number, who, stopped)


def _drawn_to(offer: Uptake, at: Residents) -> Floats:
    if not offer.is_sociable:
        return offer.share(at)
    with_it, without = rate("club_with_association"), rate("club_without_association")
    return offer.share(at) * np.where(at.in_association, with_it, without)


def _stopping(offer: Uptake, at: Residents) -> Floats:
    drifting = np.where(at.isolated & offer.is_sociable, rate("stops_when_isolated"), 1.0)
    return drifting / offer.months


def _ended(spells: pd.DataFrame, where: Whereabouts) -> pd.DataFrame:
    last = where.left_town(spells["person"].to_numpy())
    ended = np.fmin(days(spells["to_on"]), last)
    ended = np.where(ended >= FOREVER, NEVER, np.fmax(ended, days(spells["from_on"])))
    return spells.assign(to_on=seconds(ended))
