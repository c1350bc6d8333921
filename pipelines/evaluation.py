"""The yearly evaluation: gathered from the warehouse, the desk and the runs of the year, published in a folder of its own, whole or not at all."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb
import pandas as pd

from data_contracts.errors import ConfigurationError
from features import known, yearly, yearly_counts, yearly_rows
from features.frame import HIDDEN, SMALLEST_CELL
from features.yearly import Change, Cost, Median, Number
from features.yearly_counts import SPANS, Counts, Span, Spans, Tally
from pipelines import audit, evaluation_runs, kept_lists, manifest, papers, settings, settings_kept
from pipelines.days import day_or_today
from pipelines.desk_database import where_there_is_one
from pipelines.manifest import timed, write_json
from pipelines.publish import check_free, closed
from pipelines.run import begin_line
from pipelines.settings_costs import Costs
from pipelines.sources import SOURCE_WORDS, neighbourhoods
from pipelines.store import read_store
from pipelines.turns import one_at_a_time
from reports import evaluation as pages
from reports.contracts import Masthead
from reports.evaluation_facts import Evaluation

if TYPE_CHECKING:
    from review.yearly import DeskYears

COMMITTEES: Mapping[pages.Committee, str] = {
    "1": "committee_1.pdf",
    "2": "committee_2.pdf",
    "december": "committee_december.pdf",
}
YEARS: tuple[Span, ...] = ("year", "before")


class NothingKnown(ConfigurationError):
    """Of the year there is no visit and no alert: a mistake of whoever asked for it, and none of a city that has just begun."""


@dataclass(frozen=True, kw_only=True)
class Rows:
    """What the warehouse knows, row by row: see ``features.yearly_rows``. ``loneliness`` and ``news`` by span."""

    doors: pd.DataFrame
    visits: pd.DataFrame
    alerts: pd.DataFrame
    services: pd.DataFrame
    loneliness: Mapping[Span, pd.DataFrame]
    news: Mapping[Span, Sequence[str]]
    names: Mapping[str, str]


def report(config: Path, year: int, out: Path | None) -> Path:
    """``runs/report-<year>-<10 hex>``, or ``out``; gives the folder. Raises NothingKnown of a year without a visit or an alert, ConfigurationError where ``out`` is not free."""
    city = settings.load(config)
    if out is not None:
        check_free(out)
    with one_at_a_time(city.paths.runs):
        folder = manifest.partial_folder(city.paths.runs, f"report-{year}")
        try:
            return _published(config, city, year, folder, out)
        finally:
            shutil.rmtree(folder, ignore_errors=True)


def _published(config: Path, city: settings.City, year: int, folder: Path, out: Path | None) -> Path:
    evaluation = evaluated(config, city, year)
    audit.begin(folder, begin_line(config, city, "report", evaluation.until, city.capacity))
    with timed(folder, "write") as rows:
        write(evaluation, folder)
        rows["runs"] = len(evaluation.runs)
    newest = next(iter(kept_lists.published(city.paths.runs)), None)
    if newest is not None:
        with timed(folder, "papers") as rows:
            rows["files"] = len(
                papers.write_all(config, newest.folder, folder / "papers", day_or_today(None, ""))
            )
    return _named(config, city, evaluation, folder, out)


def write(evaluation: Evaluation, folder: Path) -> None:
    """``evaluation.html``, ``.pdf`` and ``.json``, and the packs of the three committees."""
    write_json(folder / "evaluation.json", pages.content(evaluation))
    (folder / "evaluation.html").write_bytes(pages.page(evaluation))
    (folder / "evaluation.pdf").write_bytes(pages.paper(evaluation))
    for which, name in COMMITTEES.items():
        (folder / name).write_bytes(pages.committee(evaluation, which))


def _named(config: Path, city: settings.City, evaluation: Evaluation, folder: Path, out: Path | None) -> Path:
    """Its manifest, and the folder under its name: that of all that went into it."""
    inputs: dict[str, object] = {
        "year": evaluation.year,
        "as_of": evaluation.until.isoformat(),
        "capacity": city.capacity,
        "code": manifest.source_hash(),
        "configuration": manifest.sha256(settings_kept.deciding(city)),
        "contracts": manifest.contract_hashes(),
        "evaluation": audit.digest_of(folder / "evaluation.json"),
        "runs": [one.run_id for one in evaluation.runs],
    }
    name = f"report-{evaluation.year}-{manifest.run_id(evaluation.until, inputs)[-10:]}"
    content = {
        "run_id": name,
        **inputs,
        "commit": manifest.code_version(),
        "fictitious": city.fictitious,
        "versions": manifest.versions(),
    }
    final = city.paths.runs / name if out is None else out
    shutil.rmtree(folder / "working")
    return closed(config, city, folder, content, final, act="report", kind="report")


def evaluated(config: Path, city: settings.City, year: int) -> Evaluation:
    """Everything that the report tells."""
    desk = _desk(config, city)
    with read_store(city.paths) as connection:
        spans = Spans(year=year, until=_until(connection, year))
        rows = _rows(connection, city, spans, desk)
    tally = Tally(spans=spans)
    _count(tally, rows, desk)
    counts = tally.counts()
    published = kept_lists.published(city.paths.runs)
    runs = {
        span: evaluation_runs.of_year(published, spans.ends(span)[0].year, spans.ends(span)[1])
        for span in YEARS
    }
    evaluation = Evaluation(
        masthead=Masthead(city=city.name, language=city.language, is_fictitious=city.fictitious),
        year=year,
        until=spans.until,
        counts=counts,
        identified={span: _told(evaluation_runs.identified(mine)) for span, mine in runs.items()},
        medians={
            (span, name): _median(waits, spans, span)
            for name, waits in _waits(rows, desk).items()
            for span in SPANS
        },
        changes={span: _change(rows.loneliness[span]) for span in YEARS},
        costs=_costs(city.costs, counts, spans),
        professionals=_professionals(desk, spans),
        teams=_teams(desk, spans),
        closed=tuple(
            SOURCE_WORDS[source] for source, gate in settings.gates(city).items() if gate == "closed"
        ),
        runs=tuple(evaluation_runs.ranked(run) for run in runs["year"]),
        town=evaluation_runs.town(runs["year"], rows.names),
    )
    if not evaluation.knows("year"):
        raise _nothing(year)
    return evaluation


def _nothing(year: int) -> NothingKnown:
    return NothingKnown(
        f"nothing is known of {year}: no visit and no alert",
        where=f"--year {year}",
        hint="ingest the deliveries of that year first (`lanterne ingest`), or give another year.",
    )


def _until(connection: duckdb.DuckDBPyConnection, year: int) -> date:
    """The last day of the year, or of what has been delivered: a year that is not over is told as far as it is known."""
    row = connection.execute("select max(delivered_on) from meta.files where is_current").fetchone()
    if row is None or row[0] is None or row[0] < date(year, 1, 1):
        raise _nothing(year)
    last: date = row[0]
    return min(date(year, 12, 31), last)


def _desk(config: Path, city: settings.City) -> DeskYears | None:
    with where_there_is_one(config, city) as kept:
        if kept is None:
            return None
        from review.yearly import desk_years

        with kept.database.reading() as session:
            return desk_years(session)


def _rows(
    connection: duckdb.DuckDBPyConnection, city: settings.City, spans: Spans, desk: DeskYears | None
) -> Rows:
    known.open_views(connection, spans.until + timedelta(days=1), settings.gates(city))
    yearly_rows.open_visits(connection)
    ends = pd.DataFrame(desk.ends if desk else [], columns=["id_visite", "ended_on", "because"])
    ends = ends.astype({"id_visite": "str", "ended_on": "datetime64[us]", "because": "str"})
    return Rows(
        doors=yearly_rows.doors(connection),
        visits=yearly_rows.visits(connection),
        alerts=yearly_rows.alerts(connection),
        services=yearly_rows.services_begun(connection),
        loneliness={span: yearly_rows.loneliness(connection, *spans.ends(span)) for span in YEARS},
        news={
            span: list(yearly_rows.six_months_later(connection, ends, *spans.ends(span))["news"])
            for span in YEARS
        },
        names=neighbourhoods(connection),
    )


def _count(tally: Tally, rows: Rows, desk: DeskYears | None) -> None:
    yearly_counts.count_doors(tally, rows.doors)
    yearly_counts.count_visits(tally, rows.visits)
    yearly_counts.count_alerts(tally, rows.alerts)
    yearly_counts.count_services(tally, rows.services)
    for span, news in rows.news.items():
        yearly_counts.count_news(tally, span, news)
    if desk is not None:
        yearly_counts.count_desk(
            tally,
            entries=desk.entries,
            supported=desk.supported,
            kinds=desk.kinds,
            ended=desk.ended,
            answers={"taking part": desk.taking_part, "satisfied": desk.satisfied},
        )


def _waits(rows: Rows, desk: DeskYears | None) -> dict[str, Sequence[tuple[date, float]]]:
    """Name → (the day on which it ended, days)."""
    listed = rows.doors[rows.doors["is_listed"] & (rows.doors["arm"] != "SIGNALEMENT")]
    answered = rows.alerts[rows.alerts["visited_on"].notna()]
    return {
        "list_to_visit": _between(listed["campaign"], listed["began_on"]),
        "alert_to_visit": _between(answered["alerted_on"], answered["visited_on"]),
        "alert_to_answer": desk.to_answer if desk else (),
        "case_to_decision": desk.to_decision if desk else (),
        "decision_to_visit": desk.to_visit if desk else (),
    }


def _between(first: pd.Series, last: pd.Series) -> Sequence[tuple[date, float]]:
    return [(end.date(), float((end - begin).days)) for begin, end in zip(first, last, strict=True)]


def _median(waits: Iterable[tuple[date, float]], spans: Spans, span: Span) -> Median | None:
    return yearly.median_of([days for ended_on, days in waits if spans.holds(span, ended_on)])


def _change(asked: pd.DataFrame) -> Change:
    return yearly.change(
        list(asked["before"]), [None if pd.isna(one) else float(one) for one in asked["after"]]
    )


def _told(n: int) -> Number:
    return HIDDEN if 0 < n < SMALLEST_CELL else n


def _costs(given: Costs | None, counts: Counts, spans: Spans) -> dict[Span, Cost] | None:
    """None of a span of which a number of visits is hidden."""
    if given is None:
        return None
    costs = {span: _cost(given, counts, spans, span) for span in SPANS}
    return {span: one for span, one in costs.items() if one is not None}


def _cost(given: Costs, counts: Counts, spans: Spans, span: Span) -> Cost | None:
    """The yearly costs count for the days of the span."""
    visits, by_volunteers = counts.of(span, "visits"), counts.of(span, "visits", "VOLONTAIRE")
    if isinstance(visits, str) or isinstance(by_volunteers, str):
        return None
    first, last = spans.ends(span)
    hours = (visits - by_volunteers) * given.hours_a_visit
    euros = visits * given.visit + hours * given.hour + given.year * max(0, (last - first).days + 1) / 365
    return yearly.cost(euros, counts.share(span, "doors", "isolated"))


def _professionals(desk: DeskYears | None, spans: Spans) -> dict[str, int] | None:
    """Colleagues, not households: their numbers are told."""
    if desk is None:
        return None
    people = {(profession, login) for day, profession, login in desk.opinions if spans.holds("year", day)}
    return {one: sum(profession == one for profession, _ in people) for one in sorted({p for p, _ in people})}


def _teams(desk: DeskYears | None, spans: Spans) -> int | None:
    if desk is None:
        return None
    return len(
        {team for week, role, team in desk.rounds if role == "VOLONTAIRE" and spans.holds("year", week)}
    )
