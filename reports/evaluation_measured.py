"""What the runs of the year measured, as parts of its evaluation: against the rules, and of the whole town."""

from __future__ import annotations

from collections.abc import Iterator

from reports.estimates_page import cell
from reports.estimates_shown import Measure
from reports.estimates_words import DIMENSIONS, group_words
from reports.evaluation_facts import Evaluation, Ranked, Town, TownGroup
from reports.evaluation_said import UNKNOWN, Said
from reports.evaluation_types import Cell, Part, Table
from reports.model_card_facts import Figure as Precision
from reports.words import day, number

MEASURES: tuple[Measure, ...] = ("prevalence", "found_share", "false_omission")


def rules(evaluation: Evaluation, said: Said) -> Part:
    """What the rules would have found."""
    title, runs = said.say("Against the rules"), evaluation.runs
    if not runs:
        return Part(
            key="rules",
            title=title,
            sentences=(said.say("No run of this year is kept: nothing can be compared."),),
        )
    head = ("List", "Who ranked", "Rule to beat", "Difference for 100 visits")
    table = Table(
        caption=said.say("Isolated households found among those called first, on past visits"),
        head=tuple(said.say(one) for one in head),
        rows=tuple(_run(one, said) for one in runs),
    )
    note = "Measured on visits made before each list, of which the answers are known, in order of time. A list of a rule costs nothing to make; a model has to do surely better."
    return Part(
        key="rules",
        title=title,
        sentences=tuple(_reigning(runs[-1], said)),
        tables=(table,),
        notes=(said.say(note),),
    )


def headline(evaluation: Evaluation, said: Said) -> Iterator[str]:
    """For the summary: whether the ranking does better than the rule, and what is known of the town."""
    last = evaluation.runs[-1] if evaluation.runs else None
    if last is not None and last.gap is not None:
        sentence = said.say("On past visits “{who}” found {gap} against the rule to beat, “{rule}”.")
        unsure = "" if last.gap.is_sure else " " + said.say("This may be chance.")
        yield (
            sentence.format(who=said.name(last.who), gap=said.gap(last.gap), rule=said.name(last.rule))
            + unsure
        )
    figure = evaluation.town.all.figures["prevalence"] if evaluation.town else None
    if figure is None or figure.verdict != "measured" or figure.value is None:
        yield said.say("How many of the town’s households are isolated is not known.")
        return
    value, ends, _ = cell(figure, said)
    yield said.say(
        "At about {share} of the doors that a list could name somebody is isolated ({between})."
    ).format(share=value, between=ends)


def _run(one: Ranked, said: Said) -> tuple[Cell, ...]:
    gap = said.points(one.gap) if one.gap else said.say(UNKNOWN)
    return (
        Cell(text=day(one.as_of, said.language)),
        Cell(text=said.name(one.who), more=_precise(one.precision, said)),
        Cell(text=said.name(one.rule), more=_precise(one.rule_precision, said)),
        Cell(text=gap),
    )


def _precise(figure: Precision | None, said: Said) -> str:
    if figure is None:
        return said.say(UNKNOWN)
    return f"{said.written('precision', figure.value)} ({said.between('precision', figure)})"


def _reigning(last: Ranked, said: Said) -> Iterator[str]:
    """What the rule to beat would have found on a list as long as the last."""
    if last.precision is None or last.rule_precision is None:
        yield said.say("Too few visits have come back to compare anything.")
        return
    one, other = (
        _of_list(figure.times(last.capacity), said) for figure in (last.precision, last.rule_precision)
    )
    told = said.say(
        "Of {n} households called first, “{who}” would find {one} isolated, the rule to beat, “{rule}”, {other}."
    )
    yield told.format(
        n=number(last.capacity, said.language),
        who=said.name(last.who),
        rule=said.name(last.rule),
        one=one,
        other=other,
    )


def _of_list(found: Precision, said: Said) -> str:
    if found.low is None or found.high is None:
        return number(found.value, said.language)
    ends = (number(end, said.language) for end in (found.low, found.high))
    return f"{number(found.value, said.language)} ({said.say('{low} to {high}').format(**dict(zip(('low', 'high'), ends, strict=True)))})"


def town(evaluation: Evaluation, said: Said) -> Part:
    """What is known of everybody."""
    title, known = said.say("The whole town, as visits drawn at random tell it"), evaluation.town
    if known is None:
        nothing = said.say("No run of this year is kept: nothing is known of those whom no list named.")
        return Part(key="town", title=title, sentences=(nothing,))
    measured = [one for one in known.groups if any(f.verdict == "measured" for f in one.figures.values())]
    when = said.say(
        "All lists with a draw until {day} ({n} lists), not those of this year alone: the draws of one year are too few."
    )
    left = said.say(
        "Groups of which nobody knows how many are isolated: {n} of {of}. It does not mean that nobody there is isolated."
    )
    unknown, every = known.not_measured
    return Part(
        key="town",
        title=title,
        sentences=(when.format(day=day(known.as_of, said.language), n=len(known.lists)),),
        tables=_estimates(known, measured, said),
        notes=(left.format(n=unknown, of=every),),
    )


def _estimates(known: Town, measured: list[TownGroup], said: Said) -> tuple[Table, ...]:
    if not measured:
        return ()
    head = ("Group", "Isolated", "Of them, on a list", "Isolated among those left out")
    rows = tuple(
        (Cell(text=_group(one, known, said)), *(_estimate(one, name, said) for name in MEASURES))
        for one in measured
    )
    caption = said.say("Groups of which enough is known, with what they are short of elsewhere")
    return (Table(caption=caption, head=tuple(said.say(one) for one in head), rows=rows),)


def _estimate(one: TownGroup, name: Measure, said: Said) -> Cell:
    value, ends, more = cell(one.figures[name], said)
    return Cell(text=value, more=" · ".join(text for text in (ends, more) if text))


def _group(one: TownGroup, known: Town, said: Said) -> str:
    if not one.dimension:
        return said.say("everybody" if one.outcome == "isolated" else "everybody: lonely")
    named = group_words(one.dimension, one.group, known.names, said)
    return f"{said.say(DIMENSIONS[one.dimension])}{said.say(':')} {named}"
