"""The page that a person may ask for: what the processing did for their household, as article R311-3-1-2 of the CRPA lists it, in plain words.

The article (code des relations entre le public et l'administration) asks for four things, on request, intelligibly, applied to the person's
situation: degree and mode of contribution; data and sources; parameters and, where relevant, their weights; operations. It does so "subject to
secrets protected by law", and two kinds of facts are told less exactly for that reason:

- What somebody told the city (``is_told``: a building agent, a third party, an alert that led to a service). The person learns that such a sign
  exists and about how much it weighs; not what it is, who spoke, or when. Whoever warns must not be found out, or nobody will. The weights of the
  factors are public, so that an exact total would give away which sign it is: the total is rounded up to half points, to
  half a point at least, and so is the score. The page says so. Factors of this kind are named nowhere on the page, whether they hold or not: what is missing from a list tells as much.
- What is known of another adult of the household: they may ask for their own page. It is rounded to half points too, and the page then
  lists no factor of which nothing is known, since the gaps in that list would tell.

Being on the register of vulnerable people is said, as it is a fact about the person; who put them there is not.

A sex that the city's settings let weigh is the person's own and is shown to them. No name is on the page: only the household's pseudonym.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from features.catalogue import FACTORS
from features.factor import Factor, Language, sentence
from reports.contracts import Masthead, common
from reports.explanation_plots import NOTHING, Step, label, waterfall
from reports.explanation_svg import signed
from reports.html import environment, equal_with
from reports.risk_list import REFINED, Arm, how_ranked, lead_words
from reports.words import percent, words

ROUGH = 0.5
"""Points; assumed wide enough: by their declared priors (0.50, 0.35, 0.10) each of the three signs alone comes to half a point, all of them to one."""
COLON = {"fr": "\u00a0: ", "en": ": "}
SEMICOLON = {"fr": "\u00a0; ", "en": "; "}
_BY_NAME = {f.name: f for f in FACTORS}
Of = Literal["household", "another"]


def is_told(factor: Factor) -> bool:
    """Whether it rests on what somebody told the city; the other hidden factor, sex, is hidden from reviewers only."""
    return not factor.is_shown and factor.needs_setting is None


@dataclass(frozen=True, kw_only=True)
class Fact:
    """One factor of the household. ``value`` is None without a trace; ``contribution`` is None where the ranking does not use it; ``source`` may join
    several by ``+``; ``same_sign_share``: see ``models.stability``, None where nothing was refitted. ``of``: ``another`` when it is about an adult who
    is not the one that asks."""

    factor: str
    value: float | None
    detail: str | None
    known_on: date | None
    source: str
    contribution: float | None
    same_sign_share: float | None
    of: Of = "household"


@dataclass(frozen=True, kw_only=True)
class Contacts:
    """Where to write, as the city says it; empty: the page shows that the city has to fill it in."""

    team: str = ""
    data_protection_officer: str = ""


@dataclass(frozen=True, kw_only=True)
class Precision:
    """Of those ranked first on past visits: the share found isolated with its interval, and that of all who were visited."""

    value: float
    low: float
    high: float
    of_all_visited: float


@dataclass(frozen=True, kw_only=True)
class Individual:
    """One listed household, for one adult who asks.

    ``facts``: one for every factor that the run could use, whether it has a value or not, in any order. ``score`` = ``base`` + contributions (log-odds,
    called points). ``drawing_probability``: of the random arm. ``equals``: households with the same score, this one among them. ``records``: source → number of
    the household's records; alerts are left out. ``times_listed`` of ``draws``: in how many resamples it is among the first; None where nothing was
    refitted. ``stable_from``: share of equal signs from which a reason is told. ``sources``: words for sources in the page's language.
    ``is_unapproved``: a rule ranks because nobody has approved the model that won.
    """

    masthead: Masthead
    household_id: str
    as_of: date
    written_on: date
    arm: Arm
    drawing_probability: float | None
    equals: int
    champion: str
    is_by_rules: bool
    model: str
    base: float
    score: float
    facts: tuple[Fact, ...]
    capacity: int
    households: int
    members: int
    records: Mapping[str, int]
    sources: Mapping[str, str]
    not_known: tuple[str, ...]
    stable_from: float
    draws: int | None
    times_listed: int | None
    precision: Precision | None
    is_unapproved: bool = False
    contacts: Contacts = field(default_factory=Contacts)

    @property
    def told(self) -> tuple[Fact, ...]:
        """Signs that somebody told, where there are any."""
        return tuple(f for f in self.facts if _is_told(f) and f.value)

    @property
    def of_others(self) -> tuple[Fact, ...]:
        """What is known of another adult."""
        return tuple(f for f in self.facts if not _is_told(f) and f.of == "another" and f.value is not None)

    @property
    def open(self) -> tuple[Fact, ...]:
        """Everything that the page may name, in the order of the catalogue."""
        hidden = self.of_others
        order = {f.name: place for place, f in enumerate(FACTORS)}
        named = (f for f in self.facts if not _is_told(f) and f not in hidden)
        return tuple(sorted(named, key=lambda f: order.get(f.factor, len(order))))


@dataclass(frozen=True, kw_only=True)
class Row:
    """One line of the account, in points with two decimals; ``cap``: the most that a weak sign may weigh; ``is_rounded``: to half points."""

    text: str
    points: float
    cap: float | None = None
    is_unstable: bool = False
    is_rounded: bool = False


@dataclass(frozen=True, kw_only=True)
class Account:
    """``start`` + rows = ``total``, to the hundredth."""

    start: float
    rows: tuple[Row, ...]
    total: float


def rough(points: float) -> float:
    """Away from zero to the next half point; nothing stays nothing."""
    halves = math.ceil(abs(points) / ROUGH - 1e-9) if abs(points) >= NOTHING else 0
    return math.copysign(halves * ROUGH, points) if halves else 0.0


def account(one: Individual) -> Account:
    """What counted, the strongest first; what is left, with what rounding takes or gives, in the last row."""
    say = words(one.masthead.language)
    told, others = (
        sum(f.contribution for f in facts if f.contribution is not None)
        for facts in (one.told, one.of_others)
    )
    weighs = any(f.contribution is not None for f in one.told)
    hidden = [
        (say("a sign that somebody told the city"), told, max(ROUGH, rough(told)) if weighs else 0.0),
        (say("what is known of another adult of your household"), others, rough(others)),
    ]
    rows = [_row(f, one) for f in one.open if _counts(f)]
    rows += [Row(text=_capital(text), points=about, is_rounded=True) for text, _, about in hidden if about]
    rows.sort(key=lambda row: -abs(row.points))
    total = round(one.score + sum(about - exact for _, exact, about in hidden), 2)
    start = round(one.base, 2)
    rest = round(total - start - sum(row.points for row in rows), 2)
    if rest:
        rows.append(Row(text=_capital(say("all the others together, and rounding")), points=rest))
    return Account(start=start, rows=tuple(rows), total=total)


def _row(fact: Fact, one: Individual) -> Row:
    return Row(
        text=stated(fact, one),
        points=round(fact.contribution or 0.0, 2),
        cap=_cap(fact),
        is_unstable=is_unstable(fact, one),
    )


def is_unstable(fact: Fact, one: Individual) -> bool:
    """Whether its sign holds in too few resamples for a reason."""
    return fact.same_sign_share is not None and fact.same_sign_share < one.stable_from


def stated(fact: Fact, one: Individual) -> str:
    """What the files say, as a line of its own."""
    return in_words(fact.factor, fact.value, fact.detail, one.masthead.language)


def in_words(name: str, value: float | None, detail: str | None, language: Language) -> str:
    """The sentence of a factor where the files say yes to it; else what it is called, with no, or nothing."""
    say, factor = words(language), _BY_NAME.get(name)
    if factor is not None and value is not None and factor.is_said(value):
        text = sentence(factor, value, detail, language)
    else:
        answer = "" if factor is None else say("nothing in the files") if value is None else say("no")
        text = label(name, language) + (COLON[language] + answer if answer else "")
    return _capital(text)


def _capital(text: str) -> str:
    return text[0].upper() + text[1:]


def is_said(fact: Fact) -> bool:
    """Whether the files say yes to it: a no, or a count that is nothing special, is none."""
    factor = _BY_NAME.get(fact.factor)
    return factor is not None and fact.value is not None and factor.is_said(fact.value)


def denied(one: Individual) -> dict[tuple[str, date | None], tuple[str, ...]]:
    """(source, day) → what its records say no to."""
    noes = [f for f in one.open if f.value is not None and not is_said(f)]
    said_by = sorted({(f.source, f.known_on) for f in noes}, key=lambda key: (key[0], str(key[1])))
    return {key: _names([f for f in noes if (f.source, f.known_on) == key], one) for key in said_by}


def page(one: Individual) -> bytes:
    """``crpa.html`` of one household. Same input, same bytes."""
    language = one.masthead.language
    say = words(language)
    told = account(one)
    chart = waterfall(
        [Step(label=re.sub(r" \([^)]*\)", "", row.text), value=row.points) for row in told.rows],
        told.start, name="account", language=language,
        title=say("How the points of your household add up"), start=say("start"), end=say("total"),
    )  # fmt: skip
    return (
        environment()
        .get_template("crpa.html.j2")
        .render(
            **common(one.masthead),
            one=one,
            account=told,
            chart=chart,
            known=[f for f in one.open if is_said(f)],
            denied=denied(one),
            silent=_names([f for f in one.open if is_said(f) and not _counts(f)], one),
            unseen=_names(
                [f for f in one.open if f.value is None and not _counts(f) and not one.of_others], one
            ),
            unstable=_names([f for f in one.open if _counts(f) and is_unstable(f, one)], one),
            capped=_names([f for f in one.open if _counts(f) and _cap(f) is not None], one),
            how_ranked=how_ranked(one.champion, one.is_by_rules, say, is_unapproved=one.is_unapproved),
            tie=equal_with(one.equals - 1, language, say) if one.equals > 1 else "",
            stated=lambda fact: stated(fact, one),
            said_by=lambda source: ", ".join(one.sources[s] for s in source.split("+") if s),
            points=lambda value: signed(value, language),
            chance=lambda share: percent(share, language, 2),
            contact=str.strip,
            colon=COLON[language],
            semicolon=SEMICOLON[language],
            lead=lead_words(one.champion, say),
            is_rule=one.champion.startswith("rule_") and one.champion != REFINED,
        )
        .encode("utf-8")
    )


def _names(facts: Sequence[Fact], one: Individual) -> tuple[str, ...]:
    return tuple(label(f.factor, one.masthead.language) for f in facts)


def _is_told(fact: Fact) -> bool:
    factor = _BY_NAME.get(fact.factor)
    return factor is not None and is_told(factor)


def _cap(fact: Fact) -> float | None:
    factor = _BY_NAME.get(fact.factor)
    return factor.cap if factor is not None else None


def _counts(fact: Fact) -> bool:
    return abs(fact.contribution or 0.0) >= NOTHING
