"""What moves a ranking, as pictures of the shap library: beeswarm, dependence and waterfall, for any scorer, as SVG that stands in a page.

Beeswarm and dependence name nobody: dots bear no household's name, a dot of a dependence plot stands for 11 households at least, and a factor that
1 to 10 households have, or are said to lack, is in neither. Same input and seed, same bytes.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from textwrap import wrap
from typing import Any

import numpy as np
import pandas as pd

from features.catalogue import FACTORS
from features.factor import Language
from features.frame import SMALLEST_CELL
from reports.explanation_svg import TICK_DIGITS, decimal, figure_for_shap, plain, signed, svg
from reports.svg import FOR, INK, SOFT
from reports.words import words

LOW, HIGH = "#b8801f", "#2b8791"
"""Ends of the scale of values: both stand out on white and on the dark page, since a dot of a picture cannot follow the page's colours."""
SAMPLE = 1000
MOST_ROWS, STRONGEST, MOST_STEPS = 14, 4, 9
NOTHING = 0.005
"""Log-odds that are shown as 0.00."""
FIGURE_ROOM = 0.3
"""Share of the drawn range that a figure beside an arrow may take at either side."""
SWARM_WIDTH, DOT_WIDTH, FALL_WIDTH, LETTERS = 7.4, 3.6, 4.4, 25
"""Inches; the last falls to the width of a telephone and stays legible. Letters in one line of its labels."""
_BY_NAME = {f.name: f for f in FACTORS}


@dataclass(frozen=True, kw_only=True)
class Weighed:
    """One row a household, the same in both tables, one column a factor of the scorer: ``contributions`` in log-odds, ``values`` as in the matrix
    (NaN: no trace; a column that the matrix lacks is all NaN). Neither holds an id."""

    contributions: pd.DataFrame
    values: pd.DataFrame

    def have(self, name: str) -> int:
        """Households of which the extracts say it; of what is no factor of the catalogue: whom it moves."""
        factor = _BY_NAME.get(name)
        if factor is None:
            return int((self.contributions[name] != 0).sum())
        return int(self.values[name].dropna().map(factor.is_said).sum())

    def is_small(self, name: str) -> bool:
        """Whether 1 to 10 households have it, or are said to lack it."""
        have, told = self.have(name), int(self.values[name].notna().sum())
        return bool({have, told - have} & {*range(1, SMALLEST_CELL)})

    @property
    def shown(self) -> list[str]:
        """Factors that move somebody, that somebody has and that are not small: the strongest first."""
        mean = self.contributions.abs().mean().sort_values(ascending=False, kind="stable")
        return [n for n in mean.index[mean > 0] if self.have(n) and not self.is_small(n)]

    def sampled(self, seed: int, most: int = SAMPLE) -> Weighed:
        """At most ``most`` households, drawn by ``seed``."""
        if len(self.values) <= most:
            return self
        rows = np.sort(np.random.default_rng(seed).choice(len(self.values), most, replace=False))
        return Weighed(contributions=self.contributions.iloc[rows], values=self.values.iloc[rows])


def label(name: str, language: Language) -> str:
    """What a factor is called where no value is at hand: its sentence without the value, else its name."""
    say = words(language)
    if name == "oldest_age":
        return say("age of the oldest member")
    if name == "neighbourhood":
        return say("what visits found in the neighbourhood")
    factor = _BY_NAME.get(name)
    if factor is None:
        return name.replace("_", " ")
    text = factor.sentence_fr if language == "fr" else factor.sentence_en
    text = re.sub(
        r" \([^)]*\)| il y a \{n\} mois| depuis \{n\} mois| \{n\} month\{s\} ago| for \{n\} month\{s\}",
        "",
        text,
    )
    service = say("a home service") if factor.group == "autonomy" else say("a service")
    return text.replace("{n}", say("several")).replace("{detail}", service)


def beeswarm(weighed: Weighed, *, name: str, language: Language, seed: int) -> str:
    """One dot a household (at most 1,000) and factor; nothing where no factor can be shown."""
    import shap

    drawn = weighed.sampled(seed)
    rows = drawn.shown[:MOST_ROWS]
    if not rows:
        return ""
    say = words(language)
    values = drawn.values[rows]
    scaled = (values - values.min()) / (values.max() - values.min()).replace(0, np.nan)
    scaled = scaled.mask((values.notna() & scaled.isna()) | values.isna().all(), 1.0)
    explanation = shap.Explanation(
        values=drawn.contributions[rows].to_numpy(dtype=float),
        data=scaled.to_numpy(dtype=float),
        feature_names=["\n".join(wrap(label(n, language), 34)) for n in rows],
    )
    height = len(rows) * 0.42 + 0.7
    with figure_for_shap(SWARM_WIDTH, height, name, seed, (0.37, 0.5 / height, 0.615, 1 - 0.55 / height)) as (
        figure,
        axes,
    ):
        # every row is ours: shap would call the rest "other features"
        shap.plots.beeswarm(
            explanation,
            max_display=None,
            color=_scale(),
            color_bar=False,
            plot_size=None,
            ax=axes,
            show=False,
        )
        for dots in axes.collections:
            if dots.get_array() is not None:
                dots.set_clim(0, 1)
        plain(axes, language, say("contribution to the score, in log-odds"))
        axes.tick_params(axis="y", labelcolor=INK, labelsize=8.5)
        title = say("What moves the ranking, factor by factor")
        told = say("Strongest first: {factors}.").format(factors=", ".join(label(n, language) for n in rows))
        return svg(figure, name, title, told)


def grouped(values: pd.Series, contributions: pd.Series) -> pd.DataFrame:
    """``value``, ``contribution`` (means) and ``households`` of groups of 11 at least, from the lowest value up, then those without a trace (NaN).

    Whole numbers stand for themselves while they are enough; else neighbours go together. A yes or no that too few have is left out."""
    known = values.dropna().round()
    levels = known.map(known.value_counts())
    if known.isin([0, 1]).all():
        known = known[levels >= SMALLEST_CELL]
    of = _bins(np.sort(known.unique()), known.value_counts())
    keys = known.map(of).reindex(values.index)
    if values.isna().sum() >= SMALLEST_CELL:
        keys = keys.mask(values.isna(), np.inf)
    table = pd.DataFrame({"value": values, "contribution": contributions, "households": 1}).groupby(keys)
    return table.agg({"value": "mean", "contribution": "mean", "households": "sum"}).reset_index(drop=True)


def _bins(levels: np.ndarray, counts: pd.Series) -> dict[float, float]:
    """Level → its bin; a last bin that is too small joins the one before; of too few altogether there is none."""
    bins: list[list[float]] = [[]]
    sizes = [0]
    for level in levels:
        if sizes[-1] >= SMALLEST_CELL:
            bins.append([])
            sizes.append(0)
        bins[-1].append(level)
        sizes[-1] += int(counts[level])
    if sizes[-1] < SMALLEST_CELL:
        last = bins.pop()
        if not bins:
            return {}
        bins[-1] += last
    return {level: float(place) for place, mine in enumerate(bins) for level in mine}


def dependence(weighed: Weighed, factor: str, *, name: str, language: Language) -> str:
    """One dot a group of households with about the same value (see ``grouped``); a tick at the left edge: no trace. Nothing without such a group."""
    import shap

    say = words(language)
    groups = grouped(weighed.values[factor], weighed.contributions[factor])
    explanation = shap.Explanation(
        values=groups["contribution"].to_numpy(dtype=float),
        data=groups["value"].to_numpy(dtype=float),
        feature_names=label(factor, language),
    )
    if groups["value"].isna().all():
        return ""
    is_yes_or_no = bool(groups["value"].dropna().isin([0, 1]).all())
    ends = {"xmin": -0.5, "xmax": 1.5} if is_yes_or_no else {}
    bottom = 0.12 if is_yes_or_no else 0.2
    with figure_for_shap(DOT_WIDTH, 2.2, name, 0, (0.17, bottom, 0.8, 0.96 - bottom)) as (figure, axes):
        shap.plots.scatter(
            explanation, color=FOR, hist=False, dot_size=30, x_jitter=0, ax=axes, show=False, **ends
        )
        plain(axes, language, "" if is_yes_or_no else say("value"))
        axes.yaxis.set_major_formatter(lambda value, _: decimal(value, language, TICK_DIGITS))
        axes.set_ylabel(say("contribution"), color=SOFT, fontsize=8.5)
        axes.axhline(0, color=SOFT, linewidth=0.8, linestyle=(0, (4, 3)), zorder=0)
        axes.locator_params(axis="x", integer=True)
        if is_yes_or_no:
            axes.set_xticks([0, 1], [say("no"), say("yes")])
        return svg(figure, name, label(factor, language), _told(groups, language))


def _told(groups: pd.DataFrame, language: Language) -> str:
    say = words(language)
    pairs = zip(*groups[["value", "contribution"]].to_numpy(dtype=float).T, strict=True)
    parts = [
        f"{say('no trace') if np.isnan(value) else decimal(value, language)}: {signed(mean, language)}"
        for value, mean in pairs
    ]
    return say("Mean contribution by value: {groups}.").format(groups="; ".join(parts))


@dataclass(frozen=True, kw_only=True)
class Step:
    """One thing that adds to a score or takes from it, in log-odds."""

    label: str
    value: float


def waterfall(
    steps: Sequence[Step], base: float, *, name: str, language: Language, title: str, start: str, end: str
) -> str:
    """From ``base`` over every step to their sum; small ones together in the last row. Nothing where no step can be seen."""
    import shap

    shown = _worth_a_row(steps, language)
    if not shown:
        return ""
    total = base + sum(step.value for step in steps)
    explanation = shap.Explanation(
        values=np.array([s.value for s in shown]), base_values=base, feature_names=[s.label for s in shown]
    )
    texts = {s.label: wrap(s.label, LETTERS) for s in shown}
    rows, most = len(shown), max(len(lines) for lines in texts.values())
    row = max(0.5, 0.17 * most + 0.08)
    height = rows * row + 1.0
    rect = (0.47, 0.62 / height, 0.48, rows * row / height)
    with figure_for_shap(FALL_WIDTH, height, name, seed=0, rect=rect) as (figure, axes):
        shap.plots.waterfall(explanation, max_display=rows, show=False)
        plain(axes, language, "")
        # from the bottom up, the weakest first, as shap draws them
        upwards = [shown[i] for i in np.argsort(-np.abs(explanation.values))[::-1]]
        axes.set_yticks(range(rows), ["\n".join(texts[s.label]) for s in upwards])
        axes.tick_params(axis="y", labelcolor=INK, labelsize=10)
        _arrows(axes, upwards, base, language)
        first, last = f"{start} {signed(base, language)}", f"{end} {signed(total, language)}"
        _mark(figure, axes, (first, base), (last, total))
        told = (f"{s.label} {signed(s.value, language)}" for s in shown)
        return svg(figure, name, title, "; ".join((first, *told, last)))


def _arrows(axes: Any, upwards: Sequence[Step], base: float, language: Language) -> None:
    """Figures beside the arrows, where they are read on any ground. shap draws an arrow that is shorter than its head backwards: it becomes a head."""
    from matplotlib.patches import FancyArrow

    ends = base + np.cumsum([s.value for s in upwards])
    low, high = axes.get_xlim()
    room = FIGURE_ROOM * (high - low)
    axes.set_xlim(min(low, base - room, *(ends - room)), max(high, base + room, *(ends + room)))
    for arrow in (patch for patch in axes.patches if isinstance(patch, FancyArrow)):
        row = round(float(arrow.get_xy()[:, 1].mean()))
        begin = ends[row] - upwards[row].value
        xs = arrow.get_xy()[:, 0]
        if xs.min() < min(begin, ends[row]) - 1e-9 or xs.max() > max(begin, ends[row]) + 1e-9:
            arrow.set_xy([(begin, row - 0.4), (ends[row], row), (begin, row + 0.4)])
    for text in axes.texts:
        row = round(text.get_position()[1])
        step, pad = upwards[row], 0.015 * (high - low)
        text.set(text=signed(step.value, language), color=INK, fontsize=10.5)
        text.set(x=ends[row] + (pad if step.value > 0 else -pad), ha="left" if step.value > 0 else "right")


def _worth_a_row(steps: Sequence[Step], language: Language) -> list[Step]:
    """The strongest, then what is left of the others where it can be seen."""
    say = words(language)
    others = say("all the others together")
    ordered = sorted((s for s in steps if s.label != others), key=lambda s: -abs(s.value))
    shown = [s for s in ordered[:MOST_STEPS] if abs(s.value) >= NOTHING]
    rest = sum(s.value for s in steps) - sum(s.value for s in shown)
    return [*shown, Step(label=others, value=rest)] if abs(rest) >= NOTHING else shown


def _mark(figure: Any, axes: Any, start: tuple[str, float], end: tuple[str, float]) -> None:
    """Where it starts, below, and where it ends, above, in place of shap's E[f(X)] and f(x)."""
    for twin in figure.axes[1:]:
        twin.set_xticks([])
    middle = sum(axes.get_xlim()) / 2
    for (text, at), place, offset, va in ((start, 0, -18, "top"), (end, 1, 4, "bottom")):
        axes.annotate(
            text, (at, place), (0, offset), xycoords=("data", "axes fraction"), textcoords="offset points",
            ha="right" if at > middle else "left", va=va, color=INK, fontsize=10, fontweight="bold",
        )  # fmt: skip


def _scale() -> Any:
    from matplotlib.colors import LinearSegmentedColormap

    return LinearSegmentedColormap.from_list("values", [LOW, HIGH])
