"""The words of a trace: what may differ, why it may, and how a cell is written."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from features.factor import Language
from features.traced import Cell
from reports.trace_facts import Trace
from reports.words import day, number, words

WHAT = {
    "value": "value of a factor",
    "day": "day on which it was known",
    "source": "source of a factor",
    "weight": "contribution of a factor",
    "score": "score",
    "line": "what the line says",
    "statement": "what the registers say of the household",
}
"""``Difference.what`` → msgid."""
LINE = {"members": "members known", "quartier": "neighbourhood", "data_thin": "few data"}
"""Columns of the list."""
WHY = {
    "corrected": "a corrected file has taken the place of one that the run read",
    "purged": "rows of a file that the run read have been deleted at the end of their term",
    "gone": "a file that the run read is not in the warehouse any more",
    "arrived": "files that came after the run tell of days before it",
    "objected": "somebody has objected since the files were read: their rows are gone, also where they lived with others or shared a key",
    "gates": "the legal gate of a source has changed",
    "factors": "other factors may weigh today",
    "contracts": "a contract has changed",
    "configuration": "the city's settings have changed",
    "linkage": "records are linked by another model",
    "code": "another release of Lanterne is installed",
    "model": "the frozen model cannot be read with today's settings, so that no score was made again",
}
"""``Cause.why`` → msgid."""
ON_DISK = {
    "same": "the delivered file lies there unchanged",
    "other": "the file that lies there now has other bytes",
    "gone": "the delivered file lies there no more",
}
RANKS = {
    "champion": "it did best on past visits, or needs no approval",
    "approved": "the city approved it",
    "not approved": "the city has approved no model yet",
    "approved no longer fits": "the approved model was made with other factors",
}
"""``who_ranks.Why`` → msgid."""
STATES = {
    "isolated": "found isolated",
    "not isolated": "found not isolated",
    "undecided": "met; the answers do not decide it",
    "refused": "refused",
    "absent": "nobody there",
    "moved": "no longer there",
}
"""``features.label.STATES`` → msgid."""
BANDS = {
    "under_25": "under 25",
    "25_39": "25 to 39",
    "40_59": "40 to 59",
    "60_74": "60 to 74",
    "75_79": "75 to 79",
    "80_plus": "80 and over",
    "unknown": "age not known",
}
"""``models.draw.BANDS`` → msgid."""
NAMED_FACTORS = ("value", "day", "source", "weight")
"""Differences that name a factor."""


@dataclass(frozen=True, kw_only=True)
class Spoken:
    """Words that other rooms have: of sources, of statements and events of a household, and of the desk by (list, code)."""

    language: Language
    sources: Mapping[str, str]
    kinds: Mapping[str, str]
    events: Mapping[str, str]
    desk: Mapping[tuple[str, str], str]

    def of_desk(self, kind: str, code: str) -> str:
        """Its words; a code that no list has as it stands."""
        return self.desk.get((kind, code), code)

    def joined(self, sources: str | None) -> str:
        """``liste_electorale+parc_social`` in words."""
        return ", ".join(self.sources[source] for source in (sources or "").split("+") if source)

    def cell(self, value: Cell) -> str:
        """As a table shows it."""
        match value:
            case None:
                return "–"
            case bool():
                return words(self.language)("yes" if value else "no")
            case date():
                return day(value, self.language)
            case float():
                return number(value, self.language, 0 if value.is_integer() else 2)
        return str(value)


def verdict(trace: Trace) -> str:
    """Whether the line comes out the same today, in a sentence."""
    say, again = words(trace.masthead.language), trace.again
    if not again.is_found:
        return say(
            "By what is stored today the household is not found on that day: the line is told as it was published, without the rows."
        )
    n = number(again.compared, trace.masthead.language)
    if again.is_same:
        return say("Made again from what is stored today, the line is the same: {n} figures compared.").format(n=n)  # fmt: skip
    return say("Made again from what is stored today, {d} of {n} figures differ; those of the run are told.").format(
        d=number(len(again.differences), trace.masthead.language), n=n
    )  # fmt: skip
