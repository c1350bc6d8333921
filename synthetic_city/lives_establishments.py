"""Who enters an establishment, who leaves one, and into which: the share at each age and sex is DREES' (2023)."""

from __future__ import annotations

import numpy as np

from synthetic_city.history import Autonomy
from synthetic_city.lives_autonomy import CELLS, balanced, cells
from synthetic_city.lives_dwellings import FOYER, RESIDENCE_AUTONOMIE, settle
from synthetic_city.lives_families import birthdays, spawn, whole_numbers
from synthetic_city.lives_state import (
    MOVE_IN,
    MOVE_OUT,
    MOVED_AWAY,
    Floats,
    Index,
    Ints,
    Month,
    Town,
)
from synthetic_city.lives_targets import Targets

FROM_OUTSIDE = 0.30
"""Share of entries by people who lived in another commune; as many residents enter an establishment elsewhere. Assumed."""

NEED = np.array([0.2, 12.0, 40.0])
"""Relative chance of entering by autonomy; assumed. Living without partner doubles it."""

TRANSFERS = 0.5
"""Monthly chance of moving on from a sheltered residence, which has no nurses, for who has become severely dependent; assumed."""

MEN_IN_FOYERS = 0.6
"""Share of men among those who enter a foyer; assumed."""

FOYER_EXIT = 0.06
"""Monthly chance of leaving a foyer (a stay of a year and a half); assumed. A third stays in town."""


def free_places(town: Town, count: int, is_foyer: bool, rng: np.random.Generator) -> Ints:
    """Up to ``count`` free places (as dwelling numbers, a place may be repeated), at random over establishments."""
    stock = town.stock
    able = np.flatnonzero(stock.is_establishment & ((stock.establishment_kind == FOYER) == is_foyer))
    taken = np.bincount(town.people.dwelling[town.residents()], minlength=len(stock.building))[able]
    places = np.repeat(able, np.maximum(stock.places[able] - taken, 0))
    return rng.permutation(places)[:count].astype(np.int32)


def live_in_establishments(town: Town, month: Month, aims: Targets, rng: np.random.Generator) -> None:
    """One month of entries and exits."""
    _leave_foyers(town, month, rng)
    _enter_foyers(town, month, aims, rng)
    _enter_old_age_homes(town, month, aims, rng)
    _move_on(town, month, rng)


def _inside(town: Town, living: Index) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    return town.stock.is_establishment[town.people.dwelling[living]]


def _leave_foyers(town: Town, month: Month, rng: np.random.Generator) -> None:
    living = town.residents()
    lodged = living[town.stock.establishment_kind[town.people.dwelling[living]] == FOYER]
    going = lodged[rng.random(len(lodged)) < FOYER_EXIT + 0.3 * (town.people.age[lodged] > 27)]
    stays = rng.random(len(going)) < 1 / 3
    away, within = going[~stays], going[stays]
    town.leave(away, month.days(rng, len(away)), MOVE_OUT)
    town.move(within, settle(town, within, np.arange(len(within)), rng), month.days(rng, len(within)))


def _enter_foyers(town: Town, month: Month, aims: Targets, rng: np.random.Generator) -> None:
    """Young people from other communes take the foyer places that the target leaves open."""
    living = town.residents()
    lodged = int((town.stock.establishment_kind[town.people.dwelling[living]] == FOYER).sum())
    missing = float((aims.pyramid * aims.foyer).sum()) * len(living) / aims.population - lodged
    dwelling = free_places(town, int(whole_numbers(np.array(missing), rng)), True, rng)
    ages = rng.integers(18, 23, len(dwelling), dtype=np.int32)
    new = spawn(
        town, rng.random(len(dwelling)) > MEN_IN_FOYERS, birthdays(ages, month.first, rng), month.first, rng
    )
    town.enter(new, dwelling, month.days(rng, len(new)), MOVE_IN)


def _enter_old_age_homes(town: Town, month: Month, aims: Targets, rng: np.random.Generator) -> None:
    living = town.residents()
    living = living[town.people.age[living] >= 50]
    cell = cells(town.people.sex[living], town.people.age[living])
    missing = _missing(town, living, cell, aims)
    _residents_enter(town, living, cell, missing, month, rng)
    _outsiders_enter(town, missing * FROM_OUTSIDE, month, rng)


def _missing(town: Town, living: Index, cell: Index, aims: Targets) -> Floats:
    """People that each cell of age and sex lacks in establishments."""
    share = aims.establishment[town.people.sex[living], town.people.age[living]]
    lack = np.bincount(cell, share - _inside(town, living), minlength=CELLS)
    return balanced(np.asarray(lack, dtype=float))


def _residents_enter(
    town: Town, living: Index, cell: Index, missing: Floats, month: Month, rng: np.random.Generator
) -> None:
    """Entries in town, and as many into establishments elsewhere as outsiders take here."""
    people = town.people
    weight = NEED[people.autonomy[living]] * np.where(people.partner[living] < 0, 2.0, 1.0)
    weight = weight * ~_inside(town, living) * ~town.stock.is_busy[people.dwelling[living]]
    chance = missing[cell] * weight / np.maximum(np.bincount(cell, weight, minlength=CELLS), 1e-9)[cell]
    going = living[rng.random(len(living)) < np.minimum(chance, 1.0)]
    away = rng.random(len(going)) < FROM_OUTSIDE
    _go_elsewhere(town, going[away], month, rng)
    dwelling = free_places(town, int((~away).sum()), False, rng)
    inside = going[~away][: len(dwelling)]
    town.move(inside, suited(town, inside, dwelling, rng), month.days(rng, len(inside)))


def _go_elsewhere(town: Town, going: Index, month: Month, rng: np.random.Generator) -> None:
    """Leaving town for an establishment ends the observed union; a partner who stays is not bereaved."""
    days = month.days(rng, len(going))
    coupled = town.people.partner[going] >= 0
    town.part(going[coupled], days[coupled], MOVED_AWAY)
    town.leave(going, days, MOVE_OUT)


def _outsiders_enter(town: Town, expected: Floats, month: Month, rng: np.random.Generator) -> None:
    cell = rng.permutation(np.repeat(np.arange(CELLS), whole_numbers(expected, rng)))
    dwelling = free_places(town, len(cell), False, rng)
    sex, band = np.divmod(cell[: len(dwelling)], 20)
    ages = (5 * band + rng.integers(0, 5, len(band))).astype(np.int32)
    new = spawn(town, sex, birthdays(ages, month.first, rng), month.first, rng)
    town.people.autonomy[new] = rng.choice(
        [Autonomy.FULL, Autonomy.LIMITED, Autonomy.SEVERE], len(new), p=[0.03, 0.27, 0.7]
    )
    town.enter(new, suited(town, new, dwelling, rng), month.days(rng, len(new)), MOVE_IN)


def suited(town: Town, persons: Index, places: Ints, rng: np.random.Generator) -> Ints:
    """The same places, one a person: those of sheltered residences go to who depends least on others."""
    is_sheltered = town.stock.establishment_kind[places] == RESIDENCE_AUTONOMIE
    given = np.empty_like(places)
    most_able_first = np.lexsort((rng.random(len(persons)), town.people.autonomy[persons]))
    given[most_able_first] = places[np.lexsort((rng.random(len(places)), ~is_sheltered))]
    return given


def _move_on(town: Town, month: Month, rng: np.random.Generator) -> None:
    """From a sheltered residence to a nursing home or a hospital, as far as those have places."""
    living = town.residents()
    here = town.stock.establishment_kind[town.people.dwelling[living]] == RESIDENCE_AUTONOMIE
    settled = town.people.here_since[living] < month.first
    ready = living[here & settled & (town.people.autonomy[living] == Autonomy.SEVERE)]
    going = ready[rng.random(len(ready)) < TRANSFERS]
    places = free_places(town, int(town.stock.places.sum()), False, rng)
    places = places[town.stock.establishment_kind[places] != RESIDENCE_AUTONOMIE][: len(going)]
    town.move(going[: len(places)], places, month.days(rng, len(places)))
