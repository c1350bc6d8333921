"""What the town is held to: the published figures, made to agree with one another where they do not.

Three figures cannot all hold. The commune has 17,553 households for 33,012 people (1.88 people each at most); the
urban unit, which is more suburban, has 43.1 % one-person households and a mix of household types that needs 2.01 people
each; the employment zone's ages at which people live alone or in couple, laid on Agen's ages, give only about 31 % of
one-person households. The town keeps the commune's number of households (3.8 % fewer, inside its 5 %) and the urban
unit's one-person share, and derives the rest:

- couples ``C`` and single parents ``P`` from two identities: households = alone + C + P + others, and
  people in households = alone + 2 C + P + people in other households + children at home;
- the zone's two profiles by age keep their shape and are shifted in log-odds by one constant each, so that they add up.

The constants marked "fitted" were chosen by running the town and looking at its figures, until all held together;
no source gives them. The derived figures (couples, household types) rest on some of them, so that a derived figure that
holds says that the town does what its targets say, not that Agen is like that. Nothing was fitted to any outcome of a model.

Deaths are another conflict: France's rates of 2024 on Agen's ages give about 294 deaths a year, the commune had 392.
The commune's number is kept, all rates are multiplied by ``mortality_factor`` (about 1.33).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.interpolate import PchipInterpolator
from scipy.optimize import brentq

from synthetic_city.facts import AGES, OLDEST, Facts, Floats
from synthetic_city.lives_partners import couples_by_sex

HOUSEHOLDS_KEPT = 0.962
"""Households aimed at, relative to the published 17,553: within its 5 %, fitted. With all of them, single parents would have to be
a fifth of the households (19 %); the urban unit has 10.6 %."""

HOME_AGES = (14, 15, 17, 18, 19, 20, 21, 22, 23, 24, 25, 27, 30, 40, 60, 70)
HOME_SHARES = (1.0, 0.97, 0.95, 0.7, 0.57, 0.48, 0.415, 0.37, 0.32, 0.26, 0.1, 0.06, 0.03, 0.012, 0.004, 0.0)
"""Share of people of an age who live with a parent, linear between; assumed, low because students come from elsewhere, fitted
to the shares of 15-24 living alone."""

SONS_STAY = 0.13
"""Sons live with a parent that much more often than the mean of their age from 18 on, daughters less; assumed, small: daughters
leave earlier, but more of them for a couple, and living alone at 20-24 is about as frequent for both."""

OTHERS_AIM = 0.023
"""Share of households of several people without a family aimed at: the published 1.4 % plus 0.9 points, within its 1.5
points; otherwise the town's many 18-24 would live alone far more often than published."""

OTHER_SIZE = 2.3
"""People in a household of several without a family; assumed."""

FOYER_SHARE = 0.09
"""Share of 18-24 in a foyer (young workers, students, boarders); assumed, fitted to the shares of 15-24 living alone."""

CHILDREN_PER_SINGLE_PARENT = 1.5
CHILDREN_PER_COUPLE_WITH = 1.75
"""Children at home, any age, of the families that have some; assumed, near the national means."""

PARENT_AGES = (25, 65)
"""Ages at which the town is steered to its single parents; younger ones are too few, older ones live with grown children (assumed)."""

UNDER_5 = 1950.0
"""Children under five: four and a half years of 437 births; assumed, since only 0-14 is published."""


@dataclass(frozen=True, kw_only=True)
class Targets:
    """Counts are for 33,012 people. ``[sex, age]`` or ``[age]`` arrays; sex 0 men, 1 women.

    ``pyramid``: residents. ``couple``: share of residents in couple, ``couple_by_sex[sex, age]`` the same for men and women. ``alone``: share
    of the household population living alone. ``parent``: share of residents who are the one parent of a household: what the others leave at each age. ``home[sex, age]``: share living with a parent as a child. ``establishment``: share in an establishment for older people,
    ``foyer[age]`` in one for the young.
    ``mortality``: deaths for one person and year, France's 2024
    rates times ``mortality_factor`` so that the published deaths of the commune hold. ``fertility``: births a year for one woman, scaled likewise.
    """

    population: float
    pyramid: Floats
    couple: Floats
    couple_by_sex: Floats
    alone: Floats
    parent: Floats
    home: Floats
    establishment: Floats
    foyer: Floats
    mortality: Floats
    mortality_factor: float
    fertility: Floats
    households: float
    one_person: float
    couples: float
    single_parents: float
    others: float
    couples_with_child: float
    raw_one_person_share: float


def targets(facts: Facts) -> Targets:
    """The town's targets; deterministic, no chance in it."""
    pyramid = _pyramid(facts)
    home = np.interp(AGES, HOME_AGES, HOME_SHARES) * np.where(
        AGES >= 18, [[1 + SONS_STAY], [1 - SONS_STAY]], 1.0
    )
    foyer = np.where((AGES >= 18) & (AGES <= 24), FOYER_SHARE, 0.0)
    in_households = pyramid * (1 - facts.nursing_home - foyer)
    kinds = _kinds(facts, float(in_households.sum()), float((in_households * home).sum()))
    by_age, raw_alone = in_households.sum(axis=0), float((in_households * facts.zone_alone).sum())
    rate = -np.log1p(-facts.mortality)
    factor = facts.value("deaths_a_year") / float((pyramid * rate).sum())
    births = float((pyramid[1] * facts.fertility).sum())
    couple = shifted(facts.zone_couple, pyramid.sum(axis=0), 2 * kinds["couples"])
    alone = shifted(facts.zone_alone, by_age, kinds["one_person"])
    return Targets(
        population=facts.value("population"),
        pyramid=pyramid,
        couple=couple,
        couple_by_sex=couples_by_sex(couple, pyramid),
        alone=alone,
        parent=_parents(couple, alone, pyramid, in_households, home),
        home=home,
        establishment=facts.nursing_home,
        foyer=foyer,
        mortality=np.where(AGES == OLDEST, 1e3, rate * factor),
        mortality_factor=factor,
        fertility=facts.fertility * facts.value("births_a_year") / births,
        raw_one_person_share=raw_alone / facts.value("households"),
        **kinds,
    )


def _kinds(facts: Facts, people: float, children: float) -> dict[str, float]:
    """Households in all and by kind, from the two identities at the head of this file; ``people`` and ``children`` in ordinary households."""
    households = HOUSEHOLDS_KEPT * facts.value("households")
    one_person = facts.value("one_person_share") * households
    others = OTHERS_AIM * households
    families = households - one_person - others
    couples = people - children - one_person - OTHER_SIZE * others - families
    single_parents = families - couples
    with_child = (children - CHILDREN_PER_SINGLE_PARENT * single_parents) / CHILDREN_PER_COUPLE_WITH
    return {
        "households": households,
        "one_person": one_person,
        "others": others,
        "couples": couples,
        "single_parents": single_parents,
        "couples_with_child": with_child,
    }


def _parents(couple: Floats, alone: Floats, pyramid: Floats, in_households: Floats, home: Floats) -> Floats:
    """Share of residents who bring up children alone: by age what couples, people alone and grown children leave."""
    residents, ordinary = pyramid.sum(axis=0), in_households.sum(axis=0)
    left = ordinary - residents * couple - ordinary * alone - (in_households * home).sum(axis=0)
    return np.where(np.isin(AGES, range(*PARENT_AGES)), np.maximum(left / residents, 0.0), 0.0)


def shifted(share: Floats, weight: Floats, total: float) -> Floats:
    """``share`` moved by one constant in log-odds so that ``sum(weight * share)`` is ``total``; zeros stay zero."""
    inside = np.clip(share, 1e-9, 1 - 1e-9)
    odds = np.log(inside / (1 - inside))

    def moved(step: float) -> Floats:
        return np.where(share > 0, 1 / (1 + np.exp(-(odds + step))), 0.0)

    step = brentq(lambda value: float((weight * moved(value)).sum()) - total, -8.0, 8.0)
    return moved(step)


def band_counts(facts: Facts) -> dict[tuple[int, int], float]:
    """People by age band (first, last age): census 2018, with 2019's 30-44, 45-59 and 60-74 scaled to what 2018 leaves."""
    young, mid, old = (
        facts.value(name) for name in ("population_0_14", "population_15_29", "population_75_plus")
    )
    later = [facts.value(f"population_{band}_2019") for band in ("30_44", "45_59", "60_74")]
    scale = (facts.value("population") - young - mid - old) / sum(later)
    counts = [young, mid, *(count * scale for count in later), old]
    return dict(zip(((0, 14), (15, 29), (30, 44), (45, 59), (60, 74), (75, OLDEST)), counts, strict=True))


def _pyramid(facts: Facts) -> Floats:
    """Residents by sex and age: band totals as published, smooth inside the bands, France's shape from 75 on.

    15-17 counts as many a year of age as 0-14 (assumed). The sex ratio is France's at each age, shifted to Agen's women.
    """
    bands = band_counts(facts)
    teens = bands[0, 14] / 5
    students = facts.value("population_18_24")
    sizes = [UNDER_5, bands[0, 14] - UNDER_5, teens, students, bands[15, 29] - teens - students]
    sizes += [bands[30, 44], bands[45, 59], bands[60, 74]]
    edges = [0, 5, 15, 18, 25, 30, 45, 60, 75]
    people = np.zeros(OLDEST + 1)
    people[:75] = np.diff(PchipInterpolator(edges, np.concatenate([[0.0], np.cumsum(sizes)]))(np.arange(76)))
    france = facts.france.sum(axis=0)
    people[75:] = bands[75, OLDEST] * france[75:] / france[75:].sum()
    women = shifted(facts.france[1] / np.maximum(france, 1e-9), people, facts.value("women"))
    return np.array([people * (1 - women), people * women])
