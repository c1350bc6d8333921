"""A town lives: month by month, from its founding through a burn-in to the observed months."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from data_contracts.errors import ConfigurationError
from synthetic_city.facts import Facts, read_facts
from synthetic_city.history import History, Tenure
from synthetic_city.lives_arrivals import arrive, come_back
from synthetic_city.lives_autonomy import first_autonomy, lose_autonomy
from synthetic_city.lives_couples import formalise, meet, part
from synthetic_city.lives_dwellings import build
from synthetic_city.lives_establishments import live_in_establishments
from synthetic_city.lives_founding import found
from synthetic_city.lives_income import scale_to_poverty
from synthetic_city.lives_kin import join_kin
from synthetic_city.lives_moves import leave_parents, leave_town, move_within
from synthetic_city.lives_panel import history, snapshot
from synthetic_city.lives_state import Month, Town, stream
from synthetic_city.lives_targets import Targets, targets
from synthetic_city.lives_vital import bear, die, mend_households
from synthetic_city.lives_work import Occupations, begin_upper_school, first_activity, occupations, work

BURN_IN = 48
"""Months lived before the first observed one, so that spells (unemployment, widowhood, tenancies) have grown by themselves."""

LAST_MONTH = np.datetime64("2026-11-01")
"""The last observed month unless another is asked for; a constant, so that no clock is needed."""

SMALLEST, LARGEST = 2_000, 2_000_000


@dataclass(frozen=True, kw_only=True)
class Rules:
    """All that the months need to know besides the town."""

    persons: int
    seed: int
    facts: Facts
    aims: Targets
    shares: Occupations


def live(persons: int, months: int, seed: int, last_month: np.datetime64 = LAST_MONTH) -> History:
    """The lives of a town of about ``persons`` people over ``months`` months that end with ``last_month``.

    The panel shows the first day of each month; events go up to the first day of the last month and not beyond.
    The same arguments give the same tables, to the byte. See ``History`` for the columns.
    """
    _check(persons, months)
    facts = read_facts()
    aims = targets(facts)
    rules = Rules(persons=persons, seed=seed, facts=facts, aims=aims, shares=occupations(facts, aims))
    end = last_month.astype("datetime64[M]")
    calendar = end - np.arange(months + BURN_IN)[::-1].astype("timedelta64[M]")
    days = calendar.astype("datetime64[D]").astype(int)
    buildings, stock = build(persons, facts, aims, stream(seed, "dwellings"))
    town = _founded(Town(stock), rules, int(days[0]))
    snapshots = _months(town, rules, days)
    return _with_lent_homes(
        history(town, calendar[BURN_IN:], buildings, snapshots), facts, stream(seed, "lent homes")
    )


def _with_lent_homes(lived: History, facts: Facts, rng: np.random.Generator) -> History:
    """Some private homes are lent free of charge: their people are neither owners nor tenants (what the census leaves between the two)."""
    owners, social = facts.value("owner_share"), facts.value("hlm_share")
    lent = (1 - owners - facts.value("tenant_share")) / (1 - owners - social)
    private = lived.dwellings["tenure"].to_numpy() == Tenure.PRIVATE
    return replace(
        lived, dwellings=lived.dwellings.assign(is_lent=private & (rng.random(len(private)) < lent))
    )


def _check(persons: int, months: int) -> None:
    if not SMALLEST <= persons <= LARGEST:
        raise ConfigurationError(
            f"a town of {persons} persons cannot be made",
            where="synthetic_city.lives.live",
            hint=f"ask for {SMALLEST:,} to {LARGEST:,} persons",
        )
    if months < 1:
        raise ConfigurationError(
            "a town needs at least one month", where="synthetic_city.lives.live", hint="months >= 1"
        )


def _founded(town: Town, rules: Rules, day: int) -> Town:
    found(town, rules.persons, rules.facts, rules.aims, day, stream(rules.seed, "founding"))
    first_autonomy(town, rules.facts, rules.aims, stream(rules.seed, "first autonomy"))
    first_activity(town, town.residents(), rules.shares, day, stream(rules.seed, "first activity"))
    town.close_month()
    return town


def _months(town: Town, rules: Rules, days: npt.NDArray[np.int_]) -> list[dict[str, npt.NDArray[np.generic]]]:
    chance = {
        name: stream(rules.seed, name) for name in ("vital", "health", "couples", "moves", "arrivals", "work")
    }
    snapshots = []
    factor = 1.0
    for index, first in enumerate(days):
        living = town.residents()
        month = Month(first=int(first), following=int(days[min(index + 1, len(days) - 1)]))
        town.begin_month(month)
        begin_upper_school(town)
        if index == BURN_IN:
            factor = scale_to_poverty(town, living, rules.facts)
        if index >= BURN_IN:
            snapshots.append(snapshot(town, index - BURN_IN, month.first, factor, rules.facts))
        if index < len(days) - 1:
            _one_month(town, rules, month, chance)
    return snapshots


def _one_month(town: Town, rules: Rules, month: Month, chance: dict[str, np.random.Generator]) -> None:
    """The order matters only for who is still free to move: each household is touched at most once a month."""
    known = town.people.size
    aims = rules.aims
    mend_households(town, month, chance["vital"])
    die(town, month, aims, chance["vital"])
    bear(town, month, aims, chance["vital"])
    lose_autonomy(town, rules.facts, chance["health"])
    live_in_establishments(town, month, aims, chance["health"])
    part(town, month, chance["couples"])
    meet(town, month, aims, chance["couples"])
    join_kin(town, month, chance["moves"])
    leave_parents(town, month, aims, chance["moves"])
    leave_town(town, month, aims, chance["moves"])
    move_within(town, month, chance["moves"])
    back = come_back(town, month, chance["arrivals"])
    arrive(town, rules.persons, month, aims, chance["arrivals"])
    formalise(town, month, chance["couples"])
    seen_first = np.concatenate([back, np.arange(known, town.people.size)])
    first_activity(town, seen_first, rules.shares, month.following, chance["work"])
    work(town, month, rules.shares, chance["work"])
    town.close_month()
