"""Measures that hold in an installation: each as it was looked at on the day of the papers, never asserted."""

from __future__ import annotations

from reports.papers.facts import Facts, Installed, Look
from reports.papers.parts import Cell, Missing, Says, Table

MEASURES: tuple[tuple[str, str, str], ...] = (
    ("encryption", "The warehouse cannot be read without its key (AES-256-GCM); known texts are looked for in its bytes", "lanterne check"),
    ("key", "The key of the warehouse lies apart, readable by its owner alone", "lanterne check"),
    ("counts", "Every line that was read is in a table, in quarantine or purged", "lanterne check"),
    ("retention", "Nothing is kept past its term", "lanterne purge"),
    ("desk", "The review desk’s signed trail of who saw and did what holds, line by line", "lanterne check"),
    ("model", "The approved model is the one that was signed", "lanterne approve"),
    ("gates", "Gates with a legal basis: what is closed is not stored at all", "lanterne check"),
)  # fmt: skip
"""What ``lanterne check`` calls it, the measure, and the command that shows it."""


def security(f: Facts, installed: Installed) -> tuple[Table | Says, ...]:
    """The table, and what only the city can say of its machine and its people."""
    columns = (f.say("Measure"), f.say("State on this day"), f.say("Shown by"))
    rows: list[tuple[Cell, ...]] = [
        (f.say(measure), state(f, installed.looks.get(what)), command) for what, measure, command in MEASURES
    ]
    rows.append((f.say("Audit chain of this run"), _chain(f), "audit.jsonl"))
    rows.append((f.say("Joined tables of this run"), _tables(f), "runs/…/working/"))
    whom = f.say("the city’s IT department")
    for what in (
        f.say("access to the server, accounts, updates"),
        f.say("backups: place, rhythm, restoration tried on"),
        f.say("training of users, signed undertakings"),
    ):
        rows.append((what, Missing(what=f.say("state and date"), whom=whom), "–"))
    return (Table(caption=f.say("Measures"), columns=columns, rows=tuple(rows), widths=(52, 26, 22)),)


def state(f: Facts, look: Look | None) -> str:
    """As it was found; None: there is nothing of the kind here."""
    if look is None:
        return f.say("nothing to look at here")
    return f.say("holds") if look.is_sound else f.say("DOES NOT HOLD")


def _chain(f: Facts) -> str:
    if f.stamp.head is None:
        return f.say("none in this run")
    return f.say("head {head}").format(head=f.stamp.head[:16])


def _tables(f: Facts) -> str:
    return f.say("still kept") if f.are_tables_kept else f.say("deleted")
