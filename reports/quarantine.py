"""What became of every line of every file: counts by rule, line numbers, and what the department can do. No value of any line."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from features import gates, objections
from features.factor import Language
from reports.words import Words

FIRST_LINES = 20


@dataclass(frozen=True, kw_only=True)
class RefusedLine:
    """A line set aside: its number in the file (the header is line 1) and how many characters it has."""

    line: int
    raw_length: int
    shown: str | None = None
    """Its cells, where the contract allows it."""


@dataclass(frozen=True, kw_only=True)
class BrokenRule:
    """One rule of one file: ``lines`` break it, of which at most ``FIRST_LINES`` are named. A line may break several rules."""

    rule: str
    reason: str
    lines: int
    first: tuple[RefusedLine, ...]


@dataclass(frozen=True, kw_only=True)
class Inexact:
    """How many cells were read with less, or with more, than what was written (``column : what was done``)."""

    what: str
    cells: int


@dataclass(frozen=True, kw_only=True)
class FileKept:
    """One file that was taken in: ``rows_read = rows_accepted + rows_quarantined``.

    ``is_current``: false once a correction took its place. ``added``/``removed``: of a correction, accepted rows that the
    file it replaced did not hold, and those that only that one held; None when it corrects nothing.
    """

    file_id: str
    name: str
    source: str
    delivered_on: date
    is_current: bool
    rows_read: int
    rows_accepted: int
    rows_quarantined: int
    rules: tuple[BrokenRule, ...] = ()
    inexact: tuple[Inexact, ...] = ()
    added: int | None = None
    removed: int | None = None

    @property
    def to_correct(self) -> tuple[BrokenRule, ...]:
        """The rules that the department can do something about."""
        return tuple(r for r in self.rules if r.reason not in LEGAL)


@dataclass(frozen=True, kw_only=True)
class ByLaw:
    """Lines of one source that the law keeps out, in all its files: no fault of theirs, and nothing to correct."""

    source: str
    reason: str
    lines: int
    files: int


LEGAL = (objections.REASON, gates.CLOSED_REASON)


def by_law(files: Sequence[FileKept]) -> tuple[ByLaw, ...]:
    """One per source and legal reason, sources in the order in which they first appear."""
    found: dict[tuple[str, str], ByLaw] = {}
    for file, rule in ((f, r) for f in files for r in f.rules if r.reason in LEGAL):
        before = found.get((file.source, rule.reason))
        found[file.source, rule.reason] = ByLaw(
            source=file.source,
            reason=rule.reason,
            lines=rule.lines + (before.lines if before else 0),
            files=1 + (before.files if before else 0),
        )
    return tuple(found.values())


def stays_out(files: Sequence[FileKept]) -> str:
    """Until when nobody is known through the lines set aside; a msgid."""
    if not by_law(files):
        return "nobody on these lines is known through them until they are corrected"
    if any(file.to_correct for file in files):
        return "nobody on these lines is known through them: until they are corrected, or as long as the law keeps them out"
    return (
        "nobody on these lines is known through them: the law keeps them out, and nothing is to be corrected"
    )


_WHAT_TO_DO = {
    "clé en double": "Two lines bear the same identifier and say different things: keep the right one, or number them apart.",
    "valeur en double": "A value that only one line may bear is on several: keep the right one.",
    "valeurs incompatibles": "Two values of the line cannot both be true: correct the wrong one.",
    "valeur absente": "Fill in the column in the department’s own software, then export again.",
    "valeur hors liste": "Use a value of the contract’s list; if a new one is needed, tell the analyst, so that the contract is changed first.",
    "forme inattendue": "Export the column as it is, without spaces, cut or completed codes.",
    "hors bornes": "Correct the value in the department’s own software: it is impossible or out of date.",
    "ordre des dates": "Two dates of the line contradict each other: correct the wrong one.",
    "illisible": "Export the column as a date, a number or yes/no, without a comment beside it.",
    objections.REASON: "Nothing: the person or the dwelling objected. Which lines they are is told to nobody.",
    gates.CLOSED_REASON: "Nothing: no legal basis is recorded for this source, so that no cell of it was looked at.",
    "ligne mal formée": "The line has too many or too few fields: a separator or a line break is probably inside a text.",
}
_REASONS_EN = {
    "clé en double": "identifier used twice",
    "valeur en double": "value used twice",
    "valeurs incompatibles": "values that exclude each other",
    "valeur absente": "value missing",
    "valeur hors liste": "value not on the list",
    "forme inattendue": "unexpected form",
    "hors bornes": "out of bounds",
    "ordre des dates": "order of dates",
    "illisible": "unreadable",
    "ligne mal formée": "misshapen line",
    objections.REASON: "objection of the person or the dwelling (GDPR, art. 21)",
    gates.CLOSED_REASON: "no legal basis is recorded in city.toml",
}
"""Reasons are recorded in the contract's language, French."""

_ELSE = "Look the rule up in the contract, correct the lines and deliver the file again."


def what_to_do(reason: str, say: Words) -> str:
    """The department's next step for lines set aside for this reason."""
    return say(_WHAT_TO_DO.get(reason, _ELSE))


def reason_words(reason: str, language: Language) -> str:
    """The reason as recorded, or in English; one that is not known stays as it is."""
    return _REASONS_EN.get(reason, reason) if language == "en" else reason
