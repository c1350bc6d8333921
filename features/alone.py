"""How likely somebody lives alone of whom registers show nobody else at the dwelling."""

from __future__ import annotations

from dataclasses import dataclass

LIKELY = 0.8
"""From this probability on living alone is called likely; below it cannot be known."""


@dataclass(frozen=True, kw_only=True)
class Band:
    """``alone``: share of people of an age who live alone. ``unseen``: chance that registers show none of the others at the dwelling when somebody of that age
    does not live alone."""

    from_age: int
    alone: float
    unseen: float


BANDS = (
    Band(from_age=0, alone=0.06, unseen=0.60),
    Band(from_age=20, alone=0.19, unseen=0.60),
    Band(from_age=40, alone=0.151, unseen=0.35),
    Band(from_age=55, alone=0.206, unseen=0.25),
    Band(from_age=65, alone=0.257, unseen=0.12),
    Band(from_age=80, alone=0.454, unseen=0.12),
)
"""``alone``: INSEE, census 2013, employment zone of Agen, household population by age. ``unseen``: assumed. About one adult in ten is on no register of
the town (INSEE: 5 % of adults are on no roll; others are on that of another commune), more among the young; minors and foreigners never are."""
FLAT_GIVEN = 0.58
"""Share of entries of the roll that name the flat where a building has several (assumed; the city's own share stands in the frame's report)."""


def probability(age: str, unplaced: str) -> str:
    """SQL: by Bayes, for one known adult at a known dwelling. ``unplaced``: how many people of the address have no known flat: any of them may be the other."""
    bands = sorted(BANDS, key=lambda band: -band.from_age)
    alone, unseen = (
        "case " + " ".join(f"when {age} >= {b.from_age} then {getattr(b, name)}" for b in bands) + " end"
        for name in ("alone", "unseen")
    )
    missed = (
        f"(({unseen}) + case when {unplaced} > 0 then (1 - ({unseen})) * {1 - FLAT_GIVEN:.2f} else 0 end)"
    )
    return f"({alone}) / (({alone}) + (1 - ({alone})) * {missed})"
