"""What several papers say alike, each sentence from a figure of the run: who ranks, how well, whom it misses, how groups compare."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import zip_longest

from features.intervals import Interval
from reports import model_card_said
from reports.estimates_shown import Figure, Measure
from reports.explanation_plots import label
from reports.model_card_words import FIGURES, WHO
from reports.papers.facts import Difference, Facts
from reports.papers.parts import Points, Says, Table, says

LEAST = 0.05
"""Log-odds under which a weight is told to move nobody."""
PEOPLE = {
    "prevalence": (
        "Of 100 households that a list could name, about {n} are isolated (between {low} and {high}, 95% interval).",
        "How many of the households that a list could name are isolated is not settled: between {low} and {high} of 100.",
    ),
    "found_share": (
        "Of 100 isolated households the lists find about {n} (between {low} and {high}); the others are missed.",
        "What share of the isolated households the lists find is not settled: between {low} and {high} of 100.",
    ),
    "false_omission": (
        "Of 100 households that the ranking left out, about {n} are isolated all the same (between {low} and {high}).",
        "How many of the households that the ranking left out are isolated is not settled: between {low} and {high} of 100.",
    ),
}
"""Measure → the sentence where it is measured, and where it is not."""


def who_ranks(f: Facts) -> tuple[Says, ...]:
    """Who ranks and how, and whether somebody signed for it."""
    how = f.say(WHO[f.card.champion]) if f.card.champion in WHO else ""
    return (
        Says(text=model_card_said.headline(f.card), tone="lead"),
        *says(*(text for text in (how, approval(f)) if text)),
    )


def approval(f: Facts) -> str:
    """Who signed the model that ranks; that it needs nobody; or that nobody did."""
    given = f.card.about.approval
    if given is not None:
        said = f.say("Approved by {who}, {role}, on {day}.")
        return said.format(who=given.who, role=given.role, day=f.day(given.on))
    if not f.needs_approval:
        return f.say("It is a rule: it ranks without an approval.")
    return f.say("Nobody has signed this model yet: what it ranks is a draft.")


def weights(f: Facts, most: int) -> tuple[Table | Says, ...]:
    """The weights in words, the ``most`` strongest of each direction, those that raise beside those that lower."""
    earlier, later = (_strongest(f, sign)[:most] for sign in (1, -1))
    if not earlier and not later:
        return ()
    columns = (f.say("What makes a household come earlier"), f.say("Points"), f.say("What makes it come later"), f.say("Points"))  # fmt: skip
    rows = tuple((*up, *down) for up, down in zip_longest(earlier, later, fillvalue=("", "")))
    table = Table(caption=f.say("Weights"), columns=columns, rows=rows, widths=(40, 10, 40, 10), is_paired=True)  # fmt: skip
    return (table, *_cut(f, most), *_trees(f))


def _cut(f: Facts, most: int) -> tuple[Says, ...]:
    """That there are more weights than those shown, where there are."""
    if all(len(_strongest(f, sign)) <= most for sign in (1, -1)):
        return ()
    return says(f.say("Of each column only the {n} strongest are shown.").format(n=most))


def every_weight(f: Facts) -> tuple[Table | Says, ...]:
    """All weights, a table for each direction, its two halves side by side."""
    columns = (f.say("Factor"), f.say("Points")) * 2
    titles = {1: f.say("What makes a household come earlier"), -1: f.say("What makes it come later")}
    tables = []
    for sign, title in titles.items():
        if found := _strongest(f, sign):
            half = (len(found) + 1) // 2
            rows = tuple(
                (*one, *two) for one, two in zip_longest(found[:half], found[half:], fillvalue=("", ""))
            )
            tables.append(Table(caption=title, columns=columns, rows=rows, widths=(40, 10, 40, 10), is_paired=True))  # fmt: skip
    return (*tables, *_trees(f)) if tables else ()


def _trees(f: Facts) -> tuple[Says, ...]:
    trees = f.say("Small decision trees move the order besides; model/explanation.html of the run shows by how much.")  # fmt: skip
    return says(trees) if f.weights.has_trees else ()


def _strongest(f: Facts, sign: int) -> list[tuple[str, str]]:
    found = [(v, name) for name, v in f.weights.by_factor.items() if v * sign >= LEAST]
    found.sort(key=lambda one: -abs(one[0]))
    return [(_factor(f, name), f.speech.signed(value)) for value, name in found]


def _factor(f: Facts, name: str) -> str:
    text = label(name, f.stamp.language)
    return text[0].upper() + text[1:]


def quality(f: Facts) -> tuple[Says | Table, ...]:
    """What past visits say of who ranks: sentences, and the figures with their intervals; or that too few visits have come back."""
    told = says(" ".join(model_card_said.details(f.card)))
    row = f.card.row(f.card.champion)
    names = ("precision", "visits_per_found", "recall", "false_omission")
    found = [name for name in names if row is not None and name in row.figures]
    if row is None or not found:
        return told
    speech = f.speech
    rows = tuple(
        (
            f"{speech.say(FIGURES[name].title)}{f.say(':')} {speech.say(FIGURES[name].what)}",
            speech.written(name, row.figures[name].value),
            speech.between(name, row.figures[name]) or "–",
        )
        for name in found
    )
    columns = (f.say("Measure"), f.say("On past visits"), f.say("95% interval"))
    counted = f.say("Tested on {n} visits with an answer, in {campaigns} past campaigns.").format(
        n=speech.count(f.card.labels), campaigns=len(f.card.campaigns)
    )
    table = Table(caption=f.say("Measured quality"), columns=columns, rows=rows, widths=(58, 18, 24))
    return (*told, table, Says(text=counted, tone="note"))


def population(f: Facts) -> tuple[Says, ...]:
    """What the visits drawn at random say of the whole town; nothing is said as known that no such visit has shown."""
    if f.measured is None or not f.measured.lists:
        return (Says(text=f.say("No visit drawn at random has been counted yet: how many isolated households the lists miss is not known.")),)  # fmt: skip
    return says(*_people(f, f.measured.figures))


def _people(f: Facts, figures: Mapping[Measure, Figure]) -> Iterator[str]:
    for measure, figure in figures.items():
        settled, open_ = PEOPLE[measure]
        ends = figure.interval
        low, high = f.number(100 * ends.low), f.number(100 * ends.high)
        if figure.verdict == "measured" and figure.value is not None:
            yield f.say(settled).format(n=f.number(100 * figure.value), low=low, high=high)
        elif ends != Interval(low=0.0, high=1.0):
            yield f.say(open_).format(low=low, high=high)
        elif measure == "found_share":
            yield f.say("What share of the isolated households the lists find has not been measured.")


def known(f: Facts) -> str:
    """How many people the files know, who of them is no longer there, and in how many households somebody still is."""
    said = f.say(
        "{persons} persons known to the files, those who moved away or died among them; {households} households where somebody still lives"
    )
    return said.format(
        persons=f.speech.count(f.counted.persons), households=f.speech.count(f.counted.households)
    )


def lot(f: Facts) -> str:
    """What is drawn at random, and what follows where nothing is."""
    if not f.exploration_share:
        return f.say("No household is drawn at random in this city: what the ranking misses cannot be measured.")  # fmt: skip
    said = f.say("Besides the ranked households, some are drawn at random ({share} of the capacity), so that the city learns what the ranking misses.")  # fmt: skip
    return said.format(share=f.percent(f.exploration_share))


def unit(f: Facts) -> str:
    """Who decides, and how many cases two people read."""
    said = f.say("The expert unit, household by household: it may keep, put off or take off the list.")
    if not f.second_look_share:
        return said
    twice = f.say("Of the cases, {share} are decided by two people, blind to each other.")
    return f"{said} {twice.format(share=f.percent(f.second_look_share))}"


def equality(f: Facts) -> tuple[Says | Table, ...]:
    """How the groups compare, as the run found it; or that this run did not measure it."""
    if f.equality is None:
        return says(f.say("Whether groups are treated alike was not measured in this run."))
    return (*says(*f.equality.summary), *_told(f, f.equality.findings, f.say("What was found"), f.say("What to do")))  # fmt: skip


def differences(f: Facts) -> tuple[Table, ...]:
    """Whom the registers leave in doubt more or less often, and what that does to the list."""
    caption = f.say("Whom the files show less well, or otherwise, than others")
    return _told(f, f.differences, caption, f.say("What it does to the list"))


def _told(f: Facts, found: Sequence[Difference], caption: str, last: str) -> tuple[Table, ...]:
    columns = (f.say("What differs"), f.say("For whom"), last)
    rows = tuple((d.lead.rstrip(" \u00a0:"), f.speech.listed(list(d.groups)), d.effect or "–") for d in found)  # fmt: skip
    return (Table(caption=caption, columns=columns, rows=rows, widths=(24, 44, 32)),) if found else ()


def unseen(f: Facts) -> Points:
    """What no ranking of these files can see, and which files this run could not use."""
    items = [
        f.say("No extract shows mental health, illness, violence, social media use, addiction or social skills. Somebody who is not on this list may well be isolated."),
        f.say("Isolation also hides in couples and families. Living alone or being old is no proof of it."),
        f.say("Whoever is in no extract cannot be ranked: new arrivals, people on no register, people without a known address."),
        f.say("A ranking is an order of chances, not a knowledge of people: many visits meet somebody who is not isolated."),
    ]  # fmt: skip
    if f.unused:
        said = f.say("Files that this list did not use: {sources}.")
        items.append(said.format(sources=", ".join(source.title for source in f.unused)))
    return Points(items=tuple(items))
