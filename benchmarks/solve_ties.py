"""Where the *solved* numbers of ``synthetic_city.ties_effects`` come from: ``python -m benchmarks.solve_ties`` finds them again.

Three towns of 33,000 people at their founding, each asked under four lots of its people, are seen at France's make-up. A number is
moved by what separates the published share from the simulated one, ``step * (logit(published) - logit(simulated))``, all numbers
together, until none moves. Nothing else is looked at: no model, no list, no extract. The script starts from what is declared and
prints declared beside solved; exit 0 when they agree to within 0.05.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.special import logit

from synthetic_city.calibration_ties import view
from synthetic_city.lives import live
from synthetic_city.ties import WALKS, Month, adults, ask
from synthetic_city.ties_effects import EFFECTS, SHAPE, Effect, Shape
from synthetic_city.ties_france import FRANCE, make_up, rake
from synthetic_city.ties_signals import Floats
from synthetic_city.ties_state import walk

PERSONS, SEEDS, DRAWS = 33_000, (1, 2, 3), 4
ROUNDS, STILL, AGREES = 40, 0.002, 0.05
OLDER_SHARE = 0.12
"""Isolated at 60 and over: what CRÉDOC's total of 12 % leaves."""
OLDEST_ODDS = 2.2
"""Bare odds ratio of 80 and over against 60-79, between 1.5 (Petits Frères des Pauvres 2025) and 2.41 (Wen 2023). Where in between is
assumed: at their geometric middle, 1.9, what comes with age (dependence, no longer driving, hearing) already carries it all."""

Numbers = dict[str, float]
"""Every solved number by the name of its row and column, as ``is_15_24.isolation`` or ``lsns_lines``."""


@dataclass(frozen=True, kw_only=True)
class Target:
    """A number, the share it answers for (columns of ``calibration_ties.view``), and how far it moves per unit of logit."""

    number: str
    what: str
    among: str = ""
    share: float
    step: float = 1.0


@dataclass(frozen=True, kw_only=True)
class Asked:
    """The adults of all towns in ordinary households, their lots, and their weights at France's make-up."""

    month: Month
    lots: dict[str, Floats]
    weights: npt.NDArray[np.float64]


def older_shares() -> tuple[float, float]:
    """Of 60-79 and of 80 and over: ``OLDER_SHARE`` together at France's ages, ``OLDEST_ODDS`` apart."""
    young, old = FRANCE[0].shares[3:]
    grid = np.linspace(0.001, OLDER_SHARE, 100_000)
    odds = OLDEST_ODDS * grid / (1 - grid)
    gap = young * grid + old * odds / (1 + odds) - OLDER_SHARE * (young + old)
    low = float(grid[np.abs(gap).argmin()])
    return low, OLDEST_ODDS * low / (1 + (OLDEST_ODDS - 1) * low)


AGES = ("is_15_24", "is_25_39", "is_40_59", "is_60_79", "is_80_plus")
LONELY = (0.26, 0.35, 0.24, 0.16, 0.16)
TARGETS = (
    *(
        Target(number=f"{age}.isolation", what="isolated_5", among=age, share=share)
        for age, share in zip(AGES, (0.07, 0.11, 0.15, *older_shares()), strict=True)
    ),
    *(
        Target(number=f"{age}.loneliness", what="lonely", among=age, share=share)
        for age, share in zip(AGES, LONELY, strict=True)
    ),
    Target(number="unemployed.loneliness", what="lonely", among="is_unemployed", share=0.44),
    Target(number="at_most", what="at_most_one", share=0.33),
    Target(number="solo_family", what="only_family", among="has_one", share=0.22, step=0.5),
    Target(number="solo_friends", what="only_friends", among="has_one", share=0.26, step=0.5),
    Target(number="solo_neighbours", what="only_neighbours", among="has_one", share=0.35, step=0.5),
    Target(number="family_contact_line", what="no_family", share=0.10, step=0.5),
    Target(number="friend_contact_line", what="no_friend", share=0.16, step=0.5),
    Target(number="lsns_lines", what="lsns_low", among="is_60_plus", share=0.155, step=0.4),
)


def gather(seeds: Sequence[int] = SEEDS, persons: int = PERSONS, draws: int = DRAWS) -> Asked:
    """Founds the towns and draws the lots of their people; the same arguments give the same bytes."""
    parts = [_town(persons, seed, draw) for seed in seeds for draw in range(draws)]
    months = [part.month for part in parts]
    return Asked(
        month=Month(
            rows=np.concatenate([month.rows for month in months]),
            panel=pd.concat([month.panel for month in months], ignore_index=True),
            signals={
                name: np.concatenate([month.signals[name] for month in months]) for name in months[0].signals
            },
        ),
        lots={block.name: np.concatenate([part.lots[block.name] for part in parts]) for block in WALKS},
        weights=np.concatenate([part.weights for part in parts]),
    )


def solve(asked: Asked, start: Numbers, rounds: int = ROUNDS) -> Numbers:
    """Moves all numbers together until none moves by more than ``STILL``."""
    numbers = dict(start)
    for _ in range(rounds):
        found = shares(asked, numbers)
        moves = {
            target.number: target.step * float(logit(target.share) - logit(share))
            for target, share in zip(TARGETS, found, strict=True)
        }
        numbers = {name: value + moves[name] for name, value in numbers.items()}
        if max(map(abs, moves.values())) < STILL:
            break
    return numbers


def shares(asked: Asked, numbers: Numbers) -> list[float]:
    """The simulated share of each target, at France's make-up."""
    effects, shape = stated(numbers)
    seen = view(asked.month.panel, ask(asked.month, asked.lots, effects, shape))
    age = asked.month.panel["age"].to_numpy()
    seen = seen.assign(
        is_60_79=(age >= 60) & (age < 80), is_80_plus=age >= 80,
        no_family=seen["no_contact"] | seen["no_family_contact"], no_friend=seen["no_contact"] | seen["no_friend_contact"],
    )  # fmt: skip
    return [_share(seen, asked.weights, target) for target in TARGETS]


def declared() -> Numbers:
    """The solved numbers as ``ties_effects`` declares them; of a row of lines, the first."""
    rows = {
        f"{effect.name}.{of}": getattr(effect, of) for effect in EFFECTS for of in ("isolation", "loneliness")
    }
    solo = dict(zip(("solo_family", "solo_friends", "solo_neighbours"), SHAPE.solo, strict=False))
    lines = {"at_most": SHAPE.at_most[0], "lsns_lines": SHAPE.lsns_lines[0]}
    lines |= {name: getattr(SHAPE, name) for name in ("family_contact_line", "friend_contact_line")}
    return {target.number: (rows | solo | lines)[target.number] for target in TARGETS}


def stated(numbers: Numbers) -> tuple[tuple[Effect, ...], Shape]:
    """Effects and shape with these numbers in place of the declared ones; lines of one row keep their distances."""
    effects = tuple(
        replace(effect, **{of: numbers.get(f"{effect.name}.{of}", getattr(effect, of)) for of in ("isolation", "loneliness")})
        for effect in EFFECTS
    )  # fmt: skip
    shape = replace(
        SHAPE,
        at_most=_moved(SHAPE.at_most, numbers["at_most"]),
        lsns_lines=_moved(SHAPE.lsns_lines, numbers["lsns_lines"]),
        solo=(numbers["solo_family"], numbers["solo_friends"], numbers["solo_neighbours"], *SHAPE.solo[3:]),
        family_contact_line=numbers["family_contact_line"],
        friend_contact_line=numbers["friend_contact_line"],
    )
    return effects, shape


def main() -> int:
    """Prints one line a number; 0 when what is declared is what the procedure finds."""
    start = declared()
    found = solve(gather(), start)
    for name, value in found.items():
        print(f"{name:24} declared {start[name]:7.3f}   solved {value:7.3f}")
    return 0 if all(abs(found[name] - start[name]) <= AGREES for name in start) else 1


def _town(persons: int, seed: int, draw: int) -> Asked:
    history = live(persons=persons, months=1, seed=seed)
    chance = 1000 * draw + seed
    (month,) = adults(history, chance)
    people = month.panel["person"].to_numpy()
    home = np.flatnonzero(~month.panel["in_establishment"].to_numpy())
    lots = {block.name: next(walk(block, len(history.people), 1, chance))[people[home]] for block in WALKS}
    here = month.panel.iloc[home]
    is_male = (history.people["sex"] == "M").to_numpy()[people[home]]
    signals = {name: signal[home] for name, signal in month.signals.items()}
    return Asked(
        month=Month(rows=month.rows[home], panel=here, signals=signals),
        lots=lots,
        weights=rake(make_up(here, is_male)),
    )


def _share(seen: pd.DataFrame, weights: npt.NDArray[np.float64], target: Target) -> float:
    among = weights * seen[target.among].to_numpy() if target.among else weights
    return float(among @ seen[target.what].to_numpy() / among.sum())


def _moved(lines: tuple[float, ...], first: float) -> tuple[float, ...]:
    return tuple(round(line - lines[0] + first, 6) for line in lines)


if __name__ == "__main__":
    sys.exit(main())
