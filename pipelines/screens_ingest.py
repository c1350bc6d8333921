"""What the terminal shows of an ingest: every file with its counts, then whatever a careful analyst would want to be told."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from rich.table import Table

from data_contracts import contract
from features.factor import Language
from pipelines.console import out
from pipelines.filing import IngestReport
from reports.contracts import with_headers
from reports.words import Words, number, words

STATUS = {
    "new": "new",
    "correction": "correction",
    "unchanged": "unchanged",
    "read again": "read again under another gate",
    "closed": "closed: no legal basis",
}


def ingest(report: IngestReport, language: Language) -> None:
    """Rows read, accepted, quarantined per file; refusals by rule, conversions that are not exact, remarks."""
    say = words(language)
    table = Table(box=None, pad_edge=False)
    for title in ("File", "status", "read", "accepted", "quarantined"):
        table.add_column(say(title), justify="left" if title in ("File", "status") else "right")
    for file in report.files:
        counts = (file.rows_read, file.rows_accepted, file.rows_quarantined)
        late = f", {say('late')}" if file.is_late and file.status != "unchanged" else ""
        table.add_row(file.name, say(STATUS[file.status]) + late, *(number(n, language) for n in counts))
    out.print(table)
    _section(say("Set aside, by rule"), _refused(report, language))
    _section(say("Read otherwise than written"), _inexact(report, language))
    _section(say("What corrections changed"), _changes(report, language))
    _section(say("Unusual in a delivery (nothing was stopped)"), _remarks(report, say, language))


def _section(title: str, lines: Iterator[str]) -> None:
    found = list(lines)
    if found:
        out.print(f"\n[bold]{title}[/bold]")
    for line in found:
        out.print(f"  {line}", highlight=False, markup=False)


def _refused(report: IngestReport, language: Language) -> Iterator[str]:
    for (source, rule), lines in _counted(report, "rejects").items():
        yield f"{source} · {_named(source, rule)} : {number(lines, language)}"


def _inexact(report: IngestReport, language: Language) -> Iterator[str]:
    for (source, what), cells in _counted(report, "inexact").items():
        yield f"{source} · {_named(source, what)} : {number(cells, language)}"


def _counted(report: IngestReport, kind: str) -> Counter[tuple[str, str]]:
    """Over all files that are new to this ingest, the order of the sources kept."""
    total = Counter[tuple[str, str]]()
    for file in (f for f in report.files if f.status != "unchanged"):
        total.update({(file.source, name): n for name, n in getattr(file, kind).items()})
    return total


def _named(source: str, rule: str) -> str:
    return with_headers(rule, contract.load(source))


def _changes(report: IngestReport, language: Language) -> Iterator[str]:
    for file in (f for f in report.files if f.changes):
        yield f"{file.name} : +{number(file.changes['added'], language)} −{number(file.changes['removed'], language)}"


def _remarks(report: IngestReport, say: Words, language: Language) -> Iterator[str]:
    for file in (f for f in report.files if f.status != "unchanged"):
        for remark in file.remarks:
            yield f"{file.name} · {_named(file.source, remark.rule)} · {say('measured')} {_measured(remark.measured, language)}"


def _measured(value: float, language: Language) -> str:
    return number(value, language, 0 if value == int(value) else 2)
