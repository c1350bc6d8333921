"""What the terminal shows of ``lanterne frame``: the way from the roll to the doors, the visiting list, where to look."""

from __future__ import annotations

from rich.table import Table

from features.attrition import ALL, DOOR, LISTED, OLDER, OTHERWISE, SHARED
from features.factor import Language
from pipelines.console import out
from pipelines.framing import FRAME_FILES, LIST_FILES, Framed
from pipelines.framing import as_json as frame_json
from pipelines.screens import near
from reports.attrition import TITLES, age_words, count_words, reason_words, removed
from reports.visiting_list import VisitingList
from reports.words import Words, number, words


def as_json(done: Framed) -> dict[str, object]:
    """The result as one object."""
    visits = done.visits
    listed = None
    if visits is not None:
        listed = {
            "minimum_age": visits.minimum_age,
            "doors": done.attrition.cells[LISTED],
            "visits_per_week": visits.visits_per_week,
            "weeks": len(visits.weeks),
            "to_check": len(visits.to_check),
        }
    return {"out": str(done.folder), **frame_json(done.frame, done.attrition), "visiting_list": listed}


def show(done: Framed, language: Language) -> None:
    """The counts by reason, and the path of every file."""
    say = words(language)
    out.print(f"\n[bold]{say('From the roll to the doors')}[/bold]")
    out.print(_table(done, say, language))
    out.print(
        f"  • {say('hidden: below 11, or so that a number below 11 cannot be worked out')}", highlight=False
    )
    if done.visits is not None:
        title = say("Visiting list, {age} and over").format(age=done.visits.minimum_age)
        out.print(f"\n[bold]{title}[/bold] · {_effort(done.visits, done, language)}", highlight=False)
        if done.visits.to_check:
            more = say("To check first, not enough shows that they are still there: {doors} doors")
            out.print(f"  {more.format(doors=number(len(done.visits.to_check), language))}", highlight=False)
    out.print(f"\n[bold]{say('Where to look')}[/bold]")
    for name in (*FRAME_FILES, *(LIST_FILES if done.visits is not None else ())):
        out.print(f"  {near(done.folder / name)}", highlight=False, soft_wrap=True)


def _effort(visits: VisitingList, done: Framed, language: Language) -> str:
    """The work that the list is. How many doors it has is told as on the page: beside the doors from the roll it may tell how few other registers add.
    The list itself names them."""
    say, doors = words(language), done.attrition.cells[LISTED]
    told = (
        say("{doors} doors in {weeks} weeks of one team, at {n} visits a week at most")
        if isinstance(doors, int)
        else say("{weeks} weeks of one team, at {n} visits a week at most")
    )
    weeks = number(len(visits.weeks), language)
    return told.format(doors=count_words(doors, language), weeks=weeks, n=visits.visits_per_week)


def _table(done: Framed, say: Words, language: Language) -> Table:
    cells, counted = done.attrition.cells, done.attrition
    table = Table(box=None, pad_edge=False)
    table.add_column("")
    for age in (OLDER, ALL):
        table.add_column(age_words(counted, age, say), justify="right")

    def total(what: str) -> None:
        figures = (f"[bold]{count_words(cells[age, what], language)}[/bold]" for age in (OLDER, ALL))
        table.add_row(f"[bold]{say(TITLES[what])}[/bold]", *figures)

    total("entries")
    for older, every in zip(removed(counted, OLDER), removed(counted, ALL), strict=True):
        name = f"    {reason_words(every.reason, say)}" if every.reason else f"– {say(every.outcome)}"
        style = "dim" if every.reason else ""
        table.add_row(
            name, count_words(older.entries, language), count_words(every.entries, language), style=style
        )
    total("still there")
    table.add_row(
        f"– {say('behind the same door')}",
        *(count_words(cells[age, SHARED], language) for age in (OLDER, ALL)),
    )
    total(DOOR)
    table.add_row(f"+ {say('known to other registers only')}", count_words(cells[OTHERWISE], language), "")
    table.add_row(
        f"[bold]{say('doors on the visiting list')}[/bold]",
        f"[bold]{count_words(cells[LISTED], language)}[/bold]",
        "",
    )
    return table
