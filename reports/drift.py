"""``drift.html`` and ``drift.json``: what has moved away from what the ranking was learnt on, in one sentence, then figure by figure with its bounds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date

from features.catalogue import FACTORS
from features.factor import Language
from reports.contracts import Masthead, common
from reports.drift_words import BOUNDS, HIDDEN, KINDS, LEVELS, NAMES, PARTS, SENTENCES, WHY
from reports.explanation_plots import label
from reports.html import environment
from reports.words import WIDE, day, number, percent, words

FIRST_SENTENCES = {
    "steady": "Nothing has moved, beyond chance and custom, away from what the ranking was learnt on.",
    "watch": "Something has begun to move away from what the ranking was learnt on: to watch, no alarm.",
}
NO_REFERENCE = "This is the first run: later ones are held against it."
LANGUAGES: tuple[Language, ...] = ("fr", "en")
_SHOWN = {f.name for f in FACTORS if f.is_shown}
_OF_ALL = {f.name for f in FACTORS}


@dataclass(frozen=True, kw_only=True)
class Bar:
    """Of one bin, or one leading reason: its share then and now. ``label``: the least value of the bin, or the reason."""

    label: str
    before: float
    now: float


@dataclass(frozen=True, kw_only=True)
class Figure:
    """One thing watched, see ``models.drift.Figure``; a figure without ``size`` would name fewer than 11 households."""

    part: str
    kind: str
    what: str
    size: float | None
    before: float | None
    now: float | None
    low: float | None
    high: float | None
    p_held: float | None
    level: str
    watch_from: float
    alarm_from: float
    bars: tuple[Bar, ...]


@dataclass(frozen=True, kw_only=True)
class Held:
    """What a run is held against."""

    why: str
    name: str
    as_of: date


@dataclass(frozen=True, kw_only=True)
class Compared:
    """``is_same_text``: whether scores and reasons could be compared; ``gone``: factors that may weigh no more."""

    is_same_text: bool
    gone: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Report:
    """One run. ``reference``: None for the first; ``sources``: source → msgid of its name; ``figures``: the gravest first."""

    masthead: Masthead
    as_of: date
    level: str
    reference: Held | None
    compared: Compared
    sources: Mapping[str, str]
    figures: tuple[Figure, ...]

    def of(self, part: str) -> tuple[Figure, ...]:
        """Of one part, the gravest first."""
        return tuple(f for f in self.figures if f.part == part)


def content(report: Report) -> dict[str, object]:
    """``drift.json``. ``said``: the first sentence in both languages; ``part``: of the gravest figure, empty where nothing moved."""
    gravest = report.figures[0] if report.level != "steady" else None
    return {
        "city": report.masthead.city,
        "as_of": report.as_of.isoformat(),
        "level": report.level,
        "part": gravest.part if gravest else "",
        "said": {language: first_sentence(report, language) for language in LANGUAGES},
        "reference": asdict(report.reference) if report.reference else None,
        "scores_compared": report.compared.is_same_text,
        "factors_gone": list(report.compared.gone),
        "figures": [asdict(one) for one in report.figures],
    }


def first_sentence(report: Report, language: Language) -> str:
    """What has moved most, and how many other things did."""
    say = words(language)
    alarms = [f for f in report.figures if f.level == "alarm"]
    if not alarms:
        return say(
            FIRST_SENTENCES[report.level] if report.reference or report.level == "watch" else NO_REFERENCE
        )
    first = sentence(report, alarms[0], language)
    if len(alarms) == 1:
        return first
    others = say("One other figure alarms.") if len(alarms) == 2 else say("{n} other figures alarm.")
    return f"{first} {others.format(n=number(len(alarms) - 1, language))}"


def sentence(report: Report, figure: Figure, language: Language) -> str:
    """One figure that has moved."""
    say = words(language)
    what = name(report, figure, language)
    if figure.size is None and figure.kind in ("missing", "known"):
        return say(HIDDEN).format(what=what)
    told = {
        side: written(figure.kind, value, language)
        for side, value in (("before", figure.before), ("now", figure.now))
    }
    text = say(SENTENCES[figure.kind]).format(what=what, size=size(figure, language), **told)
    return text[0].upper() + text[1:]


def name(report: Report, figure: Figure, language: Language) -> str:
    """Of a source, a factor or a measure; what somebody told the city is named nowhere."""
    say = words(language)
    if figure.part == "sources":
        return say(report.sources[figure.what])
    return say(NAMES[figure.what]) if figure.what in NAMES else factor_name(figure.what, language)


def factor_name(factor: str, language: Language) -> str:
    """See ``name``."""
    is_hidden = factor in _OF_ALL and factor not in _SHOWN
    return words(language)("a sign that somebody told the city") if is_hidden else label(factor, language)


def written(kind: str, value: float | None, language: Language) -> str:
    """A value then or now, as its kind is told."""
    if value is None:
        return words(language)("too few to show") if kind in ("missing", "known", "share") else "–"
    match kind:
        case "late":
            return words(language)("{n} days").format(n=number(value, language))
        case "rows":
            return number(value, language)
        case "kappa":
            return number(value, language, 2)
    return percent(value, language, 1)


def size(figure: Figure, language: Language) -> str:
    """How far it has moved, in the unit of its bounds."""
    if figure.size is None:
        return "–"
    sign = "+" if figure.size > 0 else "−" if figure.size < 0 else ""
    moved = abs(figure.size)
    match figure.kind:
        case "late":
            return f"×{WIDE}{number(moved, language, 1)}"
        case "rows":
            return f"−{percent(moved, language)}"
        case "known" if sign == "+":
            return (
                words(language)("from nobody") if moved == 1 else f"+{percent(moved / (1 - moved), language)}"
            )
        case "known":
            return f"−{percent(moved, language)}"
        case "missing" | "share":
            return words(language)("{n} points").format(n=f"{sign}{number(100 * moved, language, 1)}")
        case "reasons":
            return percent(moved, language)
    return f"{sign if figure.kind == 'kappa' else ''}{number(moved, language, 2)}"


def page(report: Report) -> bytes:
    """The page: one sentence, what to do, then part by part."""
    language = report.masthead.language
    words(language)
    found = environment().get_template("drift.html.j2").render(
        **common(report.masthead),
        report=report,
        first=first_sentence(report, language),
        against=_against(report),
        to_do=[PARTS[part].to_do for part in PARTS if any(f.level == "alarm" for f in report.of(part))],
        parts={part: said for part, said in PARTS.items() if report.of(part)},
        sentence=lambda one: sentence(report, one, language),
        named=lambda one: name(report, one, language),
        bar_named=lambda one, bar: _bar_name(one, bar, language),
        factor_name=lambda factor: factor_name(factor, language),
        written=lambda one, value: written(one.kind, value, language),
        size=lambda one: size(one, language),
        reach=reach,
        kinds=KINDS,
        levels=LEVELS,
        bounds=BOUNDS,
        top=top,
    )  # fmt: skip
    return found.encode("utf-8")


def _against(report: Report) -> str:
    language, held = report.masthead.language, report.reference
    say = words(language)
    if held is None:
        return say(NO_REFERENCE)
    return say(WHY[held.why]).format(name=held.name, day=day(held.as_of, language))


def reach(figure: Figure) -> float:
    """How far towards the alarm a figure has come; 1 is the alarm."""
    return 0.0 if figure.size is None else min(1.25, abs(figure.size) / figure.alarm_from)


def top(bars: Sequence[Bar]) -> float:
    """The longest bar of a drawing."""
    return max(max(bar.before, bar.now) for bar in bars)


def _bar_name(figure: Figure, bar: Bar, language: Language) -> str:
    if figure.kind != "reasons":
        return bar.label and number(
            float(bar.label), language, 0 if float(bar.label) == int(float(bar.label)) else 1
        )
    special = {"other": "other reasons", "none": "no reason in the files"}
    return words(language)(special[bar.label]) if bar.label in special else factor_name(bar.label, language)
