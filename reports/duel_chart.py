"""Every candidate's precision at capacity on one axis: as visited, and weighted for the town."""

from __future__ import annotations

from reports.interval_chart import Chart, Guide, Line, Point, svg
from reports.model_card_facts import Figure, ModelCard, Row
from reports.model_card_said import Speech
from reports.words import percent


def lines(card: ModelCard) -> tuple[Line, ...]:
    """A row a candidate that has the figure, in the order of the duel: from simple to complex."""
    speech = Speech(language=card.about.language)
    return tuple(_line(row, card.champion, speech) for row in card.rows if "precision" in row.figures)


def _line(row: Row, champion: str, speech: Speech) -> Line:
    is_first = row.name == champion
    plain = row.figures["precision"]
    points = [Point(figure=plain, mark="first" if is_first else "other")]
    if "precision" in row.weighted:
        points.append(Point(figure=row.weighted["precision"], mark="first weighted" if is_first else "other weighted"))  # fmt: skip
    return Line(
        label=speech.name(row.name),
        points=tuple(points),
        text=percent(plain.value, speech.language),
        is_strong=is_first,
    )


def drawn(card: ModelCard) -> str:
    """The chart; empty where nothing was judged."""
    rows = lines(card)
    if not rows:
        return ""
    speech = Speech(language=card.about.language)
    chart = Chart(
        key="precision",
        title=speech.say("Precision at capacity of every candidate"),
        description=speech.listed([_told(row, speech) for row in card.rows if "precision" in row.figures]),
        lines=rows,
        guides=guides(card),
    )
    return svg(chart, lambda share: percent(share, speech.language))


def guides(card: ModelCard) -> tuple[Guide, ...]:
    """Where the share isolated among all visited stands, and the same weighted."""
    if card.visited_share is None:
        return ()
    speech = Speech(language=card.about.language)
    said = speech.say("all visited: {share}").format(share=percent(card.visited_share, speech.language))
    weighted = () if card.town_share is None else (Guide(at=card.town_share),)
    return (Guide(at=card.visited_share, text=said), *weighted)


def _told(row: Row, speech: Speech) -> str:
    plain, weighted = row.figures["precision"], row.weighted.get("precision")
    said = f"{speech.name(row.name)}{speech.say(':')} {_with_interval(plain, speech)}"
    if weighted is None:
        return said
    return f"{said}, {speech.say('weighted')} {_with_interval(weighted, speech)}"


def _with_interval(figure: Figure, speech: Speech) -> str:
    between = speech.between("precision", figure)
    value = speech.written("precision", figure.value)
    return f"{value} ({between})" if between else value
