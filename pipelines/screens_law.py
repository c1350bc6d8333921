"""What the terminal shows of what the law asks: objections, purges."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from rich.table import Table

from data_contracts.contract_terms import Period
from features.factor import Language
from pipelines.console import out
from pipelines.retention import Certificate, Term
from pipelines.sources import SOURCE_WORDS
from reports.words import day, number, words

if TYPE_CHECKING:
    from review.law.retention import Gone

DESK_WORDS = {
    "alerts": "alerts",
    "bereavement": "register of bereavement",
    "identity_requests": "requests for a name",
    "rounds": "rounds",
    "sign_ins": "sign-ins",
    "visits": "visits",
    "listings": "lines of lists",
    "decisions": "decisions, opinions, steps",
    "cases": "cases with their members",
    "member_keys": "keys of members, emptied",
    "audit_trail": "lines of the audit trail",
}
"""Rule of ``review.law.retention`` → msgid."""


def objection(
    is_new: bool, removed: Mapping[str, int], ended: int | None, register: Path, language: Language
) -> None:
    """What an objection took out of the warehouse. ``ended``: cases of the review desk; None: nothing is to be said of it."""
    say = words(language)
    out.print(say("Objection entered.") if is_new else say("This objection was entered before."))
    for source, rows in removed.items():
        out.print(
            f"  {say(SOURCE_WORDS[source])} : {number(rows, language)} {say('rows removed')}", highlight=False
        )
    if not removed:
        out.print("  " + say("No row of the warehouse was about this person or dwelling."))
    if ended is not None:
        out.print(
            f"  {say('Cases of the review desk that ended')} : {number(ended, language)}", highlight=False
        )
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
    _print("Source", taken.terms, SOURCE_WORDS, language)
    if taken.desk is None:
        out.print(say("There is no review desk."), highlight=False)
    else:
        _print("Review desk", taken.desk, DESK_WORDS, language)
    out.print(f"{say('Lists of old runs')} : {number(len(taken.runs), language)}", highlight=False)
    what = (
        "Delivered files deleted"
        if taken.are_deleted
        else "Delivered files that still lie in the folder of deliveries"
    )
    out.print(f"{say(what)} : {number(len(taken.delivery_files), language)}", highlight=False)
    if path:
        out.print(f"  {path}", highlight=False, soft_wrap=True)


def _print(
    title: str, taken: Sequence[Term] | Sequence[Gone], named: Mapping[str, str], language: Language
) -> None:
    say, table = words(language), Table(box=None, pad_edge=False)
    for name in (title, "Kept for", "Before", "Rows"):
        table.add_column(say(name), justify="right" if name == "Rows" else "left")
    for one in taken:
        period = Period.parsed(one.period)
        kept = period.in_french() if language == "fr" else one.period
        table.add_row(say(named[one.what]), kept, day(one.before, language), number(one.rows, language))
    out.print(table)
