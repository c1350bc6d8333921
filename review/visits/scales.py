"""What a visitor ticks → totals and cut-offs. Integers only: the wordings of the items are copyrighted, never stored and never shown.

**LSNS-6** (Lubben et al., *Performance of an abbreviated version of the Lubben Social Network Scale among three European community-dwelling older
adult populations*, The Gerontologist 46(4), 2006, 503–513): six items of 0–5, total 0–30, below 12 = at risk of isolation; items 1–3 family, 4–6 friends,
each 0–15, below 6 = marginal ties (less than two people an item).
**UCLA-3** (Hughes et al., *A short scale for measuring loneliness in large surveys*, Research on Aging 26(6), 2004, 655–672): three items of 1–3, total
3–9. They give no cut-off; 6 and more = lonely is the one commonly used since Steptoe et al., PNAS 110(15), 2013, 5797–5801.
**Networks**: five of 0/1, as in the surveys of CRÉDOC for the Fondation de France; none alive = isolated.

Assumed, not published: what a missing item means. No scoring note of the authors says it (the one of Boston College names the article only). The label
prorates the LSNS-6 from five items on and counts it from 60 years on (``features.label``, whose constants are used here, so that desk and label never
differ); a part of three items is not prorated, since one missing item is a third of it; UCLA-3 has no total with a missing item.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from features.label import LSNS_CUT, LSNS_ITEMS, LSNS_MIN_AGE, LSNS_MIN_ITEMS, NETWORKS, UCLA_CUT, UCLA_ITEMS

PART_CUT = 6
"""Of the family items, or the friends items, of the LSNS-6: below it, marginal ties."""
PART_ITEMS = 3
Items = tuple[int | None, ...]


@dataclass(frozen=True, kw_only=True)
class Instrument:
    """``items`` answers, each a whole number from ``low`` to ``high``, or none."""

    name: str
    items: int
    low: int
    high: int

    def check(self, given: Items) -> None:
        """ValueError that names the instrument and the item's number; never the answer nor the person."""
        if len(given) != self.items:
            raise ValueError(f"{self.name} has {self.items} items, not {len(given)}")
        for number, value in enumerate(given, start=1):
            if value is not None and value not in range(self.low, self.high + 1):
                raise ValueError(
                    f"{self.name}, item {number}: not a whole number from {self.low} to {self.high}"
                )


LSNS6 = Instrument(name="LSNS-6", items=len(LSNS_ITEMS), low=0, high=5)
UCLA3 = Instrument(name="UCLA-3", items=len(UCLA_ITEMS), low=1, high=3)
NETWORKS5 = Instrument(name="networks", items=len(NETWORKS), low=0, high=1)


@dataclass(frozen=True, kw_only=True)
class Answers:
    """What one person answered, in the order of the columns of ``visites``; None = not answered. ``age`` as the label counts it, in years: year of the
    visit minus year of birth; None = not known. ValueError when an answer is out of range."""

    lsns6: Items = (None,) * LSNS6.items
    ucla3: Items = (None,) * UCLA3.items
    networks: Items = (None,) * NETWORKS5.items
    age: int | None = None

    def __post_init__(self) -> None:
        LSNS6.check(self.lsns6)
        UCLA3.check(self.ucla3)
        NETWORKS5.check(self.networks)


@dataclass(frozen=True, kw_only=True)
class Scored:
    """``lsns6`` (0–30, prorated), ``family`` and ``friends`` (0–15) and what follows from them are None below 60 years, at an unknown age, or with too few
    answers; ``ucla3`` (3–9) and ``lonely`` with a missing answer; ``has_no_network`` and ``isolated`` where the answers do not decide. ``…_answered`` are
    counts of items. ``isolated`` and ``lonely`` are the label's."""

    lsns6: float | None
    lsns6_answered: int
    is_at_risk: bool | None
    family: int | None
    has_marginal_family: bool | None
    friends: int | None
    has_marginal_friends: bool | None
    ucla3: int | None
    ucla3_answered: int
    lonely: bool | None
    networks_answered: int
    has_no_network: bool | None
    isolated: bool | None


def scored(answers: Answers) -> Scored:
    """The totals of one person's answers and what they say."""
    counts = answers.age is not None and answers.age >= LSNS_MIN_AGE
    lsns6 = _prorated(answers.lsns6) if counts else None
    family = _complete(answers.lsns6[:PART_ITEMS]) if counts else None
    friends = _complete(answers.lsns6[PART_ITEMS:]) if counts else None
    ucla3 = _complete(answers.ucla3)
    is_at_risk = None if lsns6 is None else lsns6 < LSNS_CUT
    has_no_network = _no_network(answers.networks)
    return Scored(
        lsns6=lsns6,
        lsns6_answered=_answered(answers.lsns6),
        is_at_risk=is_at_risk,
        family=family,
        has_marginal_family=None if family is None else family < PART_CUT,
        friends=friends,
        has_marginal_friends=None if friends is None else friends < PART_CUT,
        ucla3=ucla3,
        ucla3_answered=_answered(answers.ucla3),
        lonely=None if ucla3 is None else ucla3 >= UCLA_CUT,
        networks_answered=_answered(answers.networks),
        has_no_network=has_no_network,
        isolated=_either(is_at_risk, has_no_network),
    )


def _answered(items: Items) -> int:
    return sum(item is not None for item in items)


def _sum(items: Items) -> int:
    return sum(item for item in items if item is not None)


def _complete(items: Items) -> int | None:
    return None if None in items else _sum(items)


def _prorated(items: Items) -> float | None:
    answered = _answered(items)
    return _sum(items) * LSNS6.items / answered if answered >= LSNS_MIN_ITEMS else None


def _no_network(networks: Items) -> bool | None:
    if 1 in networks:
        return False
    return None if None in networks else True


def _either(*signs: bool | None) -> bool | None:
    """True when one says so; false when one says no and none yes."""
    told: Sequence[bool] = [sign for sign in signs if sign is not None]
    return any(told) if told else None
