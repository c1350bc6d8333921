"""What moves this ranking, for analyst and auditor: a table by factor and risk card, beeswarm, dependence plots, and the average listed household.

It names nobody. Of a factor that 1 to 10 households have, or are said to lack, no figure is shown: mean and weight would give the count. Nor is a share
from which 1 to 10 households are missing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt

from features.catalogue import FACTORS, GROUPS
from features.frame import SMALLEST_CELL
from reports.contracts import Masthead, common
from reports.explanation_plots import (
    SAMPLE,
    STRONGEST,
    Step,
    Weighed,
    beeswarm,
    dependence,
    label,
    waterfall,
)  # fmt: skip
from reports.explanation_svg import signed
from reports.html import environment
from reports.risk_list import how_ranked, lead_words
from reports.words import words

LITTLE = 0.02
"""Log-odds under which a factor is said to move nobody; as in ``models.explain``."""
OTHER = "other"
CARDS = {
    "household": "household",
    "loss": "loss",
    "autonomy": "loss of autonomy",
    "work and retirement": "work and retirement",
    "poverty": "poverty",
    "participation": "taking part",
    "moves": "moving",
    "remoteness": "remote place",
    "presence of support": "what somebody told the city",
    "protective": "what protects",
    OTHER: "other",
}
"""Cards of ``features.catalogue.GROUPS`` as people read them; ``other``: what a candidate uses that is no factor."""
DIRECTIONS = {"raises": "↑ earlier", "lowers": "↓ later", "neither": "– hardly"}
AGREES = {True: "as declared", False: "against what is declared"}
_BY_NAME = {f.name: f for f in FACTORS}


@dataclass(frozen=True, kw_only=True)
class Ranking:
    """``weighed``: every household of the frame, or a random sample of it, explained by the champion. ``is_listed``: which of its rows are on the list.
    ``learnt``: a linear scorer's coefficient by factor, in log-odds at full signal; None for trees. ``stable``: by factor, the share of the listed households
    with a reason of it in which the reason holds (see ``models.stability``); a factor without such a household is left out; None: nothing was refitted.
    """

    masthead: Masthead
    as_of: date
    champion: str
    is_by_rules: bool
    is_unapproved: bool
    base: float
    weighed: Weighed
    is_listed: npt.NDArray[np.bool_]
    learnt: Mapping[str, float] | None
    stable: Mapping[str, float] | None
    seed: int


@dataclass(frozen=True, kw_only=True)
class Line:
    """One factor. ``mean``: of the absolute contributions, log-odds; ``share``: of the households of which the extracts say it; None where too few.
    ``direction``: what having it does to the rank; ``agrees``: with the declared direction, None where it does neither or nothing is declared."""

    factor: str
    name: str
    mean: float | None
    share: float | None
    direction: str
    declared: int | None
    is_bound: bool
    agrees: bool | None
    prior: float | None
    learnt: float | None
    stable: float | None


@dataclass(frozen=True, kw_only=True)
class Card:
    """A risk card with the factors that the scorer uses; ``mean``: of the absolute sum of the contributions of those that have figures, None without;
    ``width``: beside the largest, in [0, 1]."""

    name: str
    mean: float | None
    width: float
    lines: tuple[Line, ...]


def cards(ranking: Ranking) -> tuple[Card, ...]:
    """In the order of the catalogue; factors from the strongest down."""
    table = ranking.weighed.contributions
    of = {str(n): _BY_NAME[n].group if n in _BY_NAME else OTHER for n in table.columns}
    lines = {g: _lines(ranking, [n for n in of if of[n] == g]) for g in (*GROUPS, OTHER)}
    shown = {g: [line.factor for line in mine if line.mean is not None] for g, mine in lines.items()}
    sums = {g: float(table[mine].sum(axis=1).abs().mean()) for g, mine in shown.items() if mine}
    largest = max(sums.values(), default=0.0) or 1.0
    return tuple(
        Card(name=CARDS[g], mean=sums.get(g), width=sums.get(g, 0.0) / largest, lines=mine)
        for g, mine in lines.items()
        if mine
    )


def _lines(ranking: Ranking, names: Sequence[str]) -> tuple[Line, ...]:
    mean = ranking.weighed.contributions[list(names)].abs().mean()
    return tuple(
        _line(ranking, name, float(mean[name])) for name in sorted(names, key=lambda n: (-mean[n], n))
    )


def _line(ranking: Ranking, name: str, mean: float) -> Line:
    weighed, factor = ranking.weighed, _BY_NAME.get(name)
    is_small, have = weighed.is_small(name), weighed.have(name)
    missing = len(weighed.values) - have
    moved = effect(weighed, name)
    direction = "neither" if is_small or abs(moved) < LITTLE else "raises" if moved > 0 else "lowers"
    declared = factor.direction if factor else None
    return Line(
        factor=name,
        name=label(name, ranking.masthead.language),
        mean=None if is_small else mean,
        share=None if is_small or missing in range(1, SMALLEST_CELL) else have / max(have + missing, 1),
        direction=direction,
        declared=declared,
        is_bound=bool(factor and factor.monotone),
        agrees=None if declared is None or direction == "neither" else (moved > 0) == (declared > 0),
        prior=factor.prior.log_odds if factor else None,
        learnt=(ranking.learnt or {}).get(name),
        stable=None if is_small else (ranking.stable or {}).get(name),
    )


def effect(weighed: Weighed, name: str) -> float:
    """Mean contribution where the factor's signal is half or more, less that where it is under; 0 where one side is empty. NaN counts as no signal."""
    factor = _BY_NAME.get(name)
    given = weighed.contributions[name].to_numpy(dtype=float)
    raw = weighed.values[name].to_numpy(dtype=float)
    strong = factor.signal(raw) >= 0.5 if factor else given > 0
    if strong.all() or not strong.any():
        return 0.0
    return float(given[strong].mean() - given[~strong].mean())


def page(ranking: Ranking) -> bytes:
    """``explanation.html``. Same input, same bytes."""
    language = ranking.masthead.language
    say = words(language)
    shown = ranking.weighed.shown
    drawn = [
        (n, dependence(ranking.weighed, n, name=f"d{i}", language=language))
        for i, n in enumerate(shown[:STRONGEST])
    ]
    return (
        environment()
        .get_template("explanation.html.j2")
        .render(
            **common(ranking.masthead),
            ranking=ranking,
            cards=cards(ranking),
            households=len(ranking.weighed.values),
            listed=int(ranking.is_listed.sum()),
            sample=SAMPLE,
            swarm=beeswarm(ranking.weighed, name="swarm", language=language, seed=ranking.seed),
            dependence=[(label(n, language), chart) for n, chart in drawn if chart],
            average=_average(ranking),
            directions=DIRECTIONS,
            agrees=AGREES,
            lead=lead_words(ranking.champion, say),
            how_ranked=how_ranked(
                ranking.champion, ranking.is_by_rules, say, is_unapproved=ranking.is_unapproved
            ),
            points=lambda value: signed(value, language),
            smallest=SMALLEST_CELL,
        )
        .encode("utf-8")
    )


def _average(ranking: Ranking) -> str:
    """The mean listed household; nothing for a list of fewer than 11. What 1 to 10 of its households have goes together with what is small in town."""
    say = words(ranking.masthead.language)
    if ranking.is_listed.sum() < SMALLEST_CELL:
        return ""
    listed = Weighed(
        contributions=ranking.weighed.contributions[ranking.is_listed],
        values=ranking.weighed.values[ranking.is_listed],
    )
    means = listed.contributions.mean()
    shown = [n for n in ranking.weighed.shown if listed.have(n) not in range(1, SMALLEST_CELL)]
    steps = [Step(label=label(n, ranking.masthead.language), value=float(means[n])) for n in shown]
    rest = Step(label=say("all the others together"), value=float(means.drop(shown).sum()))
    return waterfall(
        [*steps, rest], ranking.base, name="average", language=ranking.masthead.language,
        title=say("The average household of the list"), start=say("start"), end=say("total"),
    )  # fmt: skip
