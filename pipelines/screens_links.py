"""What the terminal shows of the links of one person."""

from __future__ import annotations

from collections.abc import Mapping

from rich.markup import escape
from rich.table import Table

from features.factor import Language
from features.link_explained import Explained, Link
from pipelines.console import out
from reports.links import STATES, Speech, bars
from reports.words import NARROW, WIDE, day


def links(explained: Explained, language: Language, sources: Mapping[str, str]) -> None:
    """The person's records, then what was compared, link by link."""
    speech = Speech(language=language, sources=sources)
    say = speech.say
    out.print(
        f"[bold]{say('Records of this person')}[/bold] · {say('Linkage model')} {explained.model}",
        highlight=False,
    )
    for record in explained.records:
        known = f"{say('known since')} {day(record.first_known, language)}"
        out.print(f"  {speech.record(record)} · {known}", highlight=False, markup=False, soft_wrap=True)
    for link in (*explained.links, *explained.apart):
        _link(link, speech)
    if not explained.links:
        out.print("\n" + say("No other record is this person."))


def _link(link: Link, speech: Speech) -> None:
    say = speech.say
    out.print(
        f"\n[bold]{escape(speech.pair(link))}[/bold] · {say(STATES[link.state])}",
        highlight=False,
        soft_wrap=True,
    )
    said = " ".join(
        filter(
            None, (speech.likelihood(link), speech.verdict(link), speech.promise(link), speech.beside(link))
        )
    )
    out.print(f"  {said}", highlight=False, markup=False, soft_wrap=True)
    table = Table(box=None, pad_edge=False, padding=(0, 1, 0, 0), show_header=False)
    table.add_column("", style="dim")
    table.add_column("")
    table.add_column("", justify="right")
    for bar in bars(link, speech):
        table.add_row(f"  {bar.title}", bar.detail.replace(NARROW, WIDE), bar.text)
    out.print(table, highlight=False)
