"""What the terminal shows of what the law asks: objections, purges."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from rich.table import Table

from data_contracts.contract_terms import Period
from features.factor import Language
from pipelines.console import out
from pipelines.retention import Certificate, Term
from pipelines.sources import SOURCE_WORDS
from reports.words import day, number, words


def objection(is_new: bool, removed: Mapping[str, int], register: Path, language: Language) -> None:
    """What an objection took out of the warehouse."""
    say = words(language)
    out.print(say("Objection entered.") if is_new else say("This objection was entered before."))
    for source, rows in removed.items():
        out.print(
            f"  {say(SOURCE_WORDS[source])} : {number(rows, language)} {say('rows removed')}", highlight=False
        )
    if not removed:
        out.print("  " + say("No row of the warehouse was about this person or dwelling."))
    out.print(f"  {register}", highlight=False, soft_wrap=True)


def withdrawal(is_still_out: bool, files: int, register: Path, language: Language) -> None:
    """What follows from an objection that was taken back."""
    say = words(language)
    out.print(say("Objection withdrawn."))
    if is_still_out:
        out.print(
            "  " + say("Another objection, or a delivered file, still keeps this person or dwelling out.")
        )
    read_again = say("Files that the next ingest reads again, if they are still delivered")
    out.print(f"  {read_again} : {number(files, language)}", highlight=False)
    out.print(f"  {register}", highlight=False, soft_wrap=True)


def certificate(taken: Certificate, path: Path | None, language: Language) -> None:
    """What left, source by source, and where the certificate is; without a path it was only looked at."""
    say = words(language)
    title = say("Purged on {day}") if path else say("Past its term on {day}; nothing was deleted")
    out.print(f"[bold]{title.format(day=day(taken.purged_on, language))}[/bold]", highlight=False)
    table = Table(box=None, pad_edge=False)
    for name in ("Source", "Kept for", "Before", "Rows"):
        table.add_column(say(name), justify="right" if name == "Rows" else "left")
    for term in taken.terms:
        table.add_row(*_term(term, language))
    out.print(table)
    out.print(f"{say('Lists of old runs')} : {number(len(taken.runs), language)}", highlight=False)
    what = (
        "Delivered files deleted"
        if taken.are_deleted
        else "Delivered files that still lie in the folder of deliveries"
    )
    out.print(f"{say(what)} : {number(len(taken.delivery_files), language)}", highlight=False)
    if path:
        out.print(f"  {path}", highlight=False, soft_wrap=True)


def _term(term: Term, language: Language) -> tuple[str, str, str, str]:
    period = Period.parsed(term.period)
    kept = period.in_french() if language == "fr" else term.period
    return (
        words(language)(SOURCE_WORDS[term.source]),
        kept,
        day(term.before, language),
        number(term.rows, language),
    )
