"""The pages: one environment, one style, no network, readable without JavaScript and on paper."""

from __future__ import annotations

from importlib.resources import files

from jinja2 import DictLoader, Environment, StrictUndefined
from markupsafe import Markup

from features.factor import Language
from reports.risk_list import RiskList, about, arm_words, how_ranked
from reports.words import Words, day, number, percent, words

SURE, EVEN = 0.9, 0.5
"""Shares of draws from which a place is called sure, and fairly sure."""


def list_page(risk_list: RiskList) -> bytes:
    """``list.html``: why each household is on the list, what speaks against it and what is not known."""
    say = words(risk_list.language)
    page = environment().get_template("list.html.j2")
    return page.render(
        list=risk_list,
        language=risk_list.language,
        say=say,
        about=about(risk_list, say),
        how_ranked=how_ranked(
            risk_list.champion, risk_list.is_by_rules, say, is_unapproved=risk_list.is_unapproved
        ),
        in_ten=lambda p: in_ten(p, risk_list.language, say),
        equal_with=lambda n: equal_with(n, risk_list.language, say),
        how_sure=lambda n, draws: how_sure(n, draws, say),
        arm=lambda a: arm_words(a, say),
        day=lambda d: day(d, risk_list.language),
        number=lambda v, digits=0: number(v, risk_list.language, digits),
        percent=lambda v, digits=0: percent(v, risk_list.language, digits),
        quartiers=sorted({(line.quartier, line.quartier_name) for line in risk_list.lines}),
    ).encode("utf-8")


def equal_with(others: int, language: Language, say: Words) -> str:
    """Why the order among equals means nothing."""
    if others == 1:
        return say("Equal with one other household; the order between them is drawn by lot.")
    sentence = say("Equal with {n} other households; the order among them is drawn by lot.")
    return sentence.format(n=number(others, language))


def how_sure(times_listed: int, draws: int, say: Words) -> str:
    """Whether the place on the list holds when the visits that taught the ranking are drawn again."""
    share = times_listed / draws
    said = (
        say(
            "A sure place: learnt again on {draws} draws of the same visits, the ranking lists this household {n} times."
        )
        if share >= SURE
        else say(
            "A fairly sure place: learnt again on {draws} draws of the same visits, the ranking lists this household {n} times."
        )
        if share >= EVEN
        else say(
            "An unsure place: learnt again on {draws} draws of the same visits, the ranking lists this household {n} times."
        )
    )
    return said.format(n=times_listed, draws=draws)


def in_ten(probability: float, language: Language, say: Words) -> str:
    """A checked probability as people count; it is said only where it was checked on visits drawn at random."""
    found = round(10 * probability)
    if found < 1:
        return say("Of ten households ranked like this one, fewer than one was found isolated.")
    sentence = say("Of ten households ranked like this one, about {n} were found isolated.")
    return sentence.format(n=number(found, language))


def environment() -> Environment:
    """Every template and style of the pages; autoescaped, and a name that is missing is an error."""
    folder = files("reports").joinpath("templates")
    texts = {entry.name: entry.read_text(encoding="utf-8") for entry in folder.iterdir()}
    made = Environment(
        loader=DictLoader(texts),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.globals["region"] = region
    return made


def region(label: str) -> Markup:
    """Attributes of what may be wider than the screen: whoever has no mouse scrolls it with the arrows, once the tabulator has led there, and hears what it is."""
    return Markup('tabindex="0" role="region" aria-label="{}"').format(label)
