"""``model_card.html``: who ranks the list and how well, for whoever decides in two minutes and for whoever audits it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from features.catalogue import FACTORS, GROUPS
from features.factor import Factor
from features.intervals import wilson
from reports import duel_chart, model_card_said, value_chart
from reports.contracts import Masthead, common
from reports.html import environment
from reports.model_card_facts import RANDOM, About, Campaign, LeftOut, ModelCard, Row, counts, pooled, pools
from reports.model_card_json import from_json
from reports.model_card_said import Speech
from reports.model_card_words import CARDS, FIGURES, K_RULE, LEDGER, WHO
from reports.risk_list import RULE_WORDS
from reports.words import percent

__all__ = ["About", "ModelCard", "from_json", "page"]

AT_CAPACITY = ("precision", "visits_per_found", "lift", "recall", "false_omission")
ALL_THE_WAY = ("average_precision", "auc")


@dataclass(frozen=True, kw_only=True)
class Shown:
    """One campaign of the table; ``pool`` is, of each of ``judges``, the share found isolated and its interval over ``span`` campaigns, said at the first of
    them; () elsewhere."""

    campaign: Campaign
    span: int
    pool: tuple[tuple[str, str], ...]


def page(card: ModelCard) -> bytes:
    """The page. Same card, same bytes."""
    about = card.about
    speech = Speech(language=about.language)
    masthead = Masthead(city=about.city, language=about.language, is_fictitious=about.is_fictitious)
    shown = environment().get_template("model_card.html.j2")
    return shown.render(
        **common(masthead),
        card=card,
        about=about,
        speech=speech,
        cells=counts(card),
        headline=model_card_said.headline(card),
        details=model_card_said.details(card),
        precision_chart=duel_chart.drawn(card),
        value_chart=value_chart.drawn(card),
        value_sentences=value_chart.sentences(card),
        figures=FIGURES,
        at_capacity=AT_CAPACITY,
        all_the_way=ALL_THE_WAY,
        titles_of=lambda names: [(speech.say(FIGURES[name].title), "n") for name in names],
        who=WHO,
        k_rule=speech.say(K_RULE) if card.k_rule == K_RULE else card.k_rule,
        verdict=lambda contest: model_card_said.verdict(contest, speech),
        unjudged=lambda reason: model_card_said.unjudged(reason, speech),
        calibration=model_card_said.calibration(card, speech),
        at_random=tuple(model_card_said.at_random(card, speech)),
        lonely=model_card_said.lonely(card),
        judges=judges(card),
        campaigns=campaigns(card),
        ledger=LEDGER,
        cards=by_card(card),
        card_words=CARDS,
        is_rule=card.champion in RULE_WORDS,
        factor_words=lambda factor: model_card_said.factor_words(factor, about.language),
        left_out_words=lambda left: model_card_said.left_out_words(left, card, speech),
    ).encode("utf-8")


def judges(card: ModelCard) -> tuple[Row, ...]:
    """Whose precision is told campaign by campaign: who ranks, and the rule to beat, or the lot where that rule ranks."""
    other = card.best_rule if card.best_rule != card.champion else RANDOM
    rows = (card.row(card.champion), card.row(other))
    return tuple(row for row in rows if row is not None)


def campaigns(card: ModelCard) -> tuple[Shown, ...]:
    """In time's order. Shares are told for campaigns together, as few as hold nobody recognisable; where not even all do, nowhere."""
    rows = judges(card)
    starts = {of.start: of for of in pools(rows)}
    speech = Speech(language=card.about.language)
    return tuple(
        Shown(
            campaign=campaign,
            span=len(starts[place]) if place in starts else 0,
            pool=tuple(_share(row, starts[place], speech) for row in rows) if place in starts else (),
        )
        for place, campaign in enumerate(card.campaigns)
    )


def _share(row: Row, of: range, speech: Speech) -> tuple[str, str]:
    """The share found isolated, and its interval."""
    found, called = pooled(row, of)
    interval = wilson(found, called)
    return percent(found / called, speech.language), speech.span((interval.low, interval.high))


def by_card(card: ModelCard) -> Sequence[tuple[str, Sequence[Factor], Sequence[tuple[Factor, LeftOut]]]]:
    """The plan's risk cards: factors that may weigh, and those left out."""
    used, left = set(card.about.used), {one.name: one for one in card.about.left_out}
    return [
        (
            group,
            [f for f in FACTORS if f.group == group and f.name in used],
            [(f, left[f.name]) for f in FACTORS if f.group == group and f.name in left],
        )
        for group in GROUPS
    ]
