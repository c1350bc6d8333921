"""The model card on paper: what ``model/card.html`` says, in the order in which a council reads it."""

from __future__ import annotations

from features.catalogue import GROUPS
from reports import duel_chart, model_card, model_card_said, value_chart
from reports.model_card_facts import Figure
from reports.model_card_words import CARDS, FIGURES
from reports.papers import saying
from reports.papers.facts import Facts
from reports.papers.parts import Block, Cell, Drawing, Paper, Points, Section, Table, Terms, says

AT_CAPACITY = ("precision", "visits_per_found", "lift", "recall", "false_omission")


def paper(f: Facts) -> Paper:
    """Four pages or so."""
    return Paper(
        name="model_card",
        kind=f.say("model card"),
        title=f.say("Who ranks the list, and how well"),
        lede=f.say("List of {day}: who was tested on past visits, what each found, and what none can do.").format(day=f.day(f.stamp.as_of)),
        law=f.say("Regulation (EU) 2024/1689, art. 11, 13 and 15"),
        sections=(
            Section(title=f.say("In short"), blocks=(*_alarm(f), *saying.who_ranks(f), *saying.quality(f), *saying.population(f))),
            Section(title=f.say("Who finds most"), blocks=_charts(f)),
            Section(title=f.say("Every figure"), blocks=_figures(f)),
            Section(title=f.say("The contests"), blocks=_contests(f)),
            Section(title=f.say("Calibration, and what it permits"), blocks=says(*model_card_said.calibration(f.card, f.speech))),
            Section(title=f.say("Factors"), blocks=(*saying.every_weight(f), _factors(f), *_left_out(f))),
            Section(title=f.say("Limits and uses"), blocks=(saying.unseen(f), Terms(pairs=(
                (f.say("What it is for"), f.say("To offer a visit. The unit decides about each household; no decision is made by machine. Some visits are drawn at random, so that the city learns what the ranking misses.") if f.exploration_share else saying.lot(f)),
                (f.say("What it may not be used for"), f.say("Fraud control, rent recovery, benefit control, housing allocation, police, elections. The software refuses to run for them.")))))),
            Section(title=f.say("Approval"), blocks=_approval(f)),
        ),
    )  # fmt: skip


def _alarm(f: Facts) -> tuple[Block, ...]:
    if not f.card.suspicious:
        return ()
    items = tuple(f"{f.speech.name(n)}{f.say(':')} {f.say('AUC')} {f.number(area, 2)}" for n, area in f.card.suspicious.items())  # fmt: skip
    return (
        *says(f.say("Too good to be true: a leak until shown otherwise.")),
        Points(items=items),
    )


def _charts(f: Facts) -> tuple[Block, ...]:
    found, more = duel_chart.drawn(f.card), value_chart.drawn(f.card)
    if not found:
        return says(f.say("Too few visits have come back to compare anything."))
    drawn = [
        (
            found,
            f.say(
                "Of those whom each candidate would have called first in past campaigns: the share found isolated, with its 95% interval."
            ),
        )
    ]
    if more:
        drawn.append(
            (
                more,
                f.say(
                    "Isolated households that a list would find, with its 95% interval: what is right of the dashed line finds more than today’s ranking at capacity."
                ),
            )
        )
    charts = tuple(Drawing(svg=svg, caption=caption, is_half=True) for svg, caption in drawn)
    return (*says(*(value_chart.sentences(f.card) if more else ())), *charts)  # fmt: skip


def _figures(f: Facts) -> tuple[Block, ...]:
    if not f.card.rows:
        return says(f.say("No past campaign could be tested."))
    speech = f.speech
    columns = (f.say("Candidate"), *(f.say(FIGURES[name].title) for name in AT_CAPACITY))
    rows = tuple(
        (speech.name(row.name), *(_cell(f, name, row.figures.get(name)) for name in AT_CAPACITY))
        for row in f.card.rows
    )
    note = f.say("Under each figure its 95% interval: visits drawn again with replacement, 500 times. Where a candidate gives equal scores, its figures are means over every lot.")  # fmt: skip
    table = Table(caption=f.say("Among those called first, at capacity"), columns=columns, rows=rows, widths=(16, 19, 15, 13, 18, 19))  # fmt: skip
    return (table, *says(note))


def _cell(f: Facts, name: str, figure: Figure | None) -> Cell:
    if figure is None:
        return "–"
    between = f.speech.between(name, figure)
    value = f.speech.written(name, figure.value)
    return f"{value}\n{between}" if between else value


def _contests(f: Facts) -> tuple[Block, ...]:
    if not f.card.contests:
        return says(f.say("No contest was held."))
    speech = f.speech
    rows = tuple(
        (
            speech.name(c.challenger),
            speech.name(c.reigning),
            "–" if c.difference is None else speech.points(c.difference),
            model_card_said.verdict(c, speech),
        )
        for c in f.card.contests
    )
    columns = (f.say("Challenger"), f.say("Against whom"), f.say("Found per 100 visits, more or fewer"), f.say("Outcome"))  # fmt: skip
    return (Table(caption=f.say("The contests"), columns=columns, rows=rows, widths=(22, 22, 22, 34)),)


def _factors(f: Facts) -> Table:
    rows = tuple(
        (
            f.say(CARDS[group]),
            f.speech.listed([model_card_said.factor_words(x, f.stamp.language) for x in used])
            or f.say("nothing may weigh"),
        )
        for group, used, _ in model_card.by_card(f.card)
        if group in GROUPS
    )
    columns = (f.say("Risk card"), f.say("What may weigh"))
    return Table(caption=f.say("Factors of this run"), columns=columns, rows=rows, widths=(22, 78))


def _left_out(f: Facts) -> tuple[Block, ...]:
    left = [(factor, why) for _, _, out in model_card.by_card(f.card) for factor, why in out]
    if not left:
        return ()
    items = tuple(
        f"{model_card_said.factor_words(factor, f.stamp.language)}{f.say(':')} {model_card_said.left_out_words(why, f.card, f.speech)}"
        for factor, why in left
    )
    return (*says(f.say("Left out:")), Points(items=items))


def _approval(f: Facts) -> tuple[Block, ...]:
    about = f.card.about
    pairs: list[tuple[str, Cell]] = [
        (f.say("Digest of the frozen model"), f"`{about.model_digest}`" if about.model_digest else "–")
    ]
    said = [saying.approval(f)]
    if about.approval is not None:
        pairs.append((f.say("Digest that was signed"), f"`{about.approval.digest}`"))
        same = about.approval.digest == about.model_digest
        said.append(
            f.say("The model that ranks is the one that was signed.")
            if same
            else f.say(
                "The model that ranks is not the one that was signed: sign it, or rank with the one that was."
            )
        )
    return (*says(*said), Terms(pairs=tuple(pairs)))
