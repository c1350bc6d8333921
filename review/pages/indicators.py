"""The plan's indicators, live, and as a table for a spreadsheet."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from datetime import timedelta
from io import StringIO
from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse, Response

from features.frame import HIDDEN
from reports.risk_list import harmless
from review import trail
from review.access.guard import guarded
from review.cases.queue import ENTRIES
from review.choices import PROFESSIONS
from review.desk import Desk, desk_of
from review.follow_up import following
from review.indicators import TOTAL, WAYS, Indicators, indicators
from review.me import Me
from review.rendering import say
from review.typed import typed_day
from review.visits.outcome_words import NEEDS, OUTCOMES

router = APIRouter()
Watcher = Annotated[Me, guarded("see indicators")]
Day = Annotated[str, Query(max_length=10)]
A_YEAR = timedelta(days=365)


@router.get("/indicators")
def page(request: Request, me: Watcher, since: Day = "", until: Day = "") -> HTMLResponse:
    """Of a period; of the last year where none is given."""
    desk = desk_of(request)
    found = _found(desk, since, until)
    return desk.page(
        request, me, "indicators.html.j2", found=found, needs=NEEDS, total=TOTAL, ways=WAYS, hidden=HIDDEN,
        entries=ENTRIES, outcomes=OUTCOMES, kinds=following.KINDS, partners=following.PARTNERS, professions=PROFESSIONS,
    )  # fmt: skip


def _found(desk: Desk, since: str, until: str) -> Indicators:
    last = typed_day(until) or desk.today()
    first = typed_day(since) or last - A_YEAR
    with desk.database.reading() as session:
        return indicators(session, min(first, last), last)


@router.get("/indicators.csv")
def export(request: Request, me: Watcher, since: Day = "", until: Day = "") -> Response:
    """One row an indicator: part, name, value; the export is a line of the trail."""
    desk = desk_of(request)
    found = _found(desk, since, until)
    with desk.database.writing() as session:
        facts = {"since": found.since.isoformat(), "until": found.until.isoformat()}
        trail.add(session, desk.services.seal, desk.now(), me.did("export indicators", "indicators", **facts))
    text = StringIO()
    writer = csv.writer(text, delimiter=";", lineterminator="\r\n")
    for row in _rows(found, me):
        writer.writerow([harmless(str(cell)) for cell in row])
    name = f"indicateurs-{found.since.isoformat()}-{found.until.isoformat()}.csv"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response("\ufeff" + text.getvalue(), media_type="text/csv; charset=utf-8", headers=headers)


def _rows(found: Indicators, me: Me) -> Iterator[tuple[object, ...]]:
    def told(msgid: str) -> str:
        return say(me.language, msgid)

    def value(count: object) -> object:
        return told("not shown") if count == HIDDEN else "" if count is None else count

    yield told("Part"), told("Indicator"), told("Value")
    for title, counts, names in (
        (told("Identified"), found.identified, ENTRIES),
        (told("Outcome of visits"), found.outcomes, OUTCOMES),
        (told("Kind of support"), found.support, following.KINDS),
        (told("Partners"), found.partners, following.PARTNERS),
    ):
        for code, count in counts.items():
            yield title, told(names[code]) if code in names else told("all"), value(count)
    for name, count in _found_out(found).items():
        yield told("What visits found"), told(name), value(count)
    for place, counts in found.needs.items():
        for need, count in counts.items():
            where = told("the whole city") if place == TOTAL else f"{place} {found.quartiers[place]}"
            yield told("Needs"), f"{told(NEEDS[need])}, {where}", value(count)
    for one in found.yields:
        yield (
            told("Isolated among those met"),
            told(WAYS[one.way]),
            f"{value(one.isolated)} / {value(one.met)}",
        )


def _found_out(found: Indicators) -> dict[str, int | str]:
    return {
        "households met": found.met,
        "truly isolated": found.truly_isolated,
        "lonely": found.lonely,
        "judged isolated by the unit": found.judged_isolated,
        "severe cases": found.severe,
        "out of isolation": found.out_of_isolation,
    }
