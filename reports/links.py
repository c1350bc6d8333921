"""Why records are one person, in words: for the auditor's page and for the terminal. Names no key, no date of birth and no address."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import accumulate

from features.clusters import DOUBTFUL
from features.conflicts import GUARDS
from features.factor import Language
from features.laying import AMBIGUOUS, MARGIN
from features.link_explained import NAMED_BY_A_KEY, Explained, Link, Record, Weighed, bits
from features.linkage import DOUBTFUL as DOUBTFUL_FROM
from features.linkage import LIKELY, SURE, model
from reports.contracts import Masthead, common
from reports.html import environment
from reports.waterfall import Bar, Line, Waterfall
from reports.words import WIDE, number, percent, words

COMPARISONS = {
    "names": "Names and birth date",
    "birth_year": "Year of birth",
    "place": "Address and dwelling",
    "sex": "Sex",
}
LEVELS = {
    "no key of one kind": "no name that can be compared",
    "same name and birth date": "same name, first name and birth date",
    "same sound and birth date": "same sound of the name, same initial, same birth date",
    "same name at the address": "same name and first name at the same address",
    "other name or birth date": "another name or another birth date",
    "other name at the address, a woman": "another name at the address, without birth date (a woman may bear two)",
    "other name at the address": "another name at the address, without birth date",
    "a year is missing": "year missing on a record",
    "same year, under 40": "same year of birth (under 40: often that of others at the address)",
    "same year": "same year of birth",
    "a year apart": "a year apart",
    "other year": "another year of birth",
    "a place is missing": "address missing on a record",
    "same dwelling": "same dwelling",
    "same address": "same address",
    "other address": "another address",
    "a sex is missing": "sex missing on a record",
    "same sex": "same sex",
    "other sex": "the other sex",
}
"""Levels of ``features.comparisons`` as people read them."""
STATES = {
    "sure": "Linked · sure",
    "likely": "Linked · nobody else in question",
    "through others": "Linked by other records",
    "left apart": "Left apart",
}
_MADE = {
    "sure": "From {sure} on, two records are linked.",
    "likely": "Between {likely} and {sure}, two records are linked only where nobody else is in question; so it is here.",
    "through others": "This pair alone would not be enough. Other records, linked with both, make them one person.",
}
_GUARDED = "Left apart by a rule: to link them would bring together records that cannot be one person."
_AMBIGUOUS = "Left apart: somebody else, who cannot be the same person, is almost as likely (less than {margin} bits between them)."
_TOO_LITTLE = "Left apart: too little speaks for one person. The doubt is counted."
_SOMEBODY_ELSE = (
    "Left apart: it may be one person, but somebody else is in question too. The doubt is counted."
)


@dataclass(frozen=True, kw_only=True)
class Speech:
    """How links are told: in one language, with the names of the sources in it."""

    language: Language
    sources: Mapping[str, str]

    def say(self, msgid: str) -> str:
        """The translation."""
        return words(self.language)(msgid)

    def record(self, record: Record) -> str:
        """``electoral roll E123``."""
        return f"{self.sources[record.source]} {record.record_id}"

    def pair(self, link: Link) -> str:
        """Both records."""
        return _capital(f"{self.record(link.one)} – {self.record(link.other)}")

    def signed(self, value: float) -> str:
        """Bits, to a tenth."""
        rounded = round(value, 1)
        sign = "+" if rounded > 0 else "−" if rounded < 0 else ""
        return sign + number(abs(rounded), self.language, 1)

    def chance(self, probability: float) -> str:
        """Never as certain as it is not."""
        almost = 0.999
        return (
            f"> {percent(almost, self.language, 1)}"
            if probability > almost
            else percent(probability, self.language, 1)
        )

    def found(self, weighed: Weighed) -> str:
        """The level that held."""
        return self.say(LEVELS[weighed.label])

    def listed(self, what: Sequence[str]) -> str:
        """Apart by semicolons, since some hold commas."""
        return (f"{WIDE}; " if self.language == "fr" else "; ").join(what)

    def start(self) -> str:
        """What the prior is."""
        return self.say("two records at random: 1 chance in {n}").format(
            n=number(model().people, self.language)
        )

    def evidence(self, link: Link) -> str:
        """What speaks for one person, against it, and what says nothing."""
        sides: tuple[tuple[str, Callable[[float], bool]], ...] = (
            ("For one person: {what}.", lambda b: b > 0),
            ("Against: {what}.", lambda b: b < 0),
            ("Says nothing: {what}.", lambda b: b == 0),
        )
        said = [(text, [self.found(w) for w in link.weighed if is_so(w.bits)]) for text, is_so in sides]
        return " ".join(self.say(text).format(what=self.listed(what)) for text, what in said if what)

    def likelihood(self, link: Link) -> str:
        """The probability."""
        return self.say("Probability that this is one person: {p}.").format(p=self.chance(link.probability))

    def verdict(self, link: Link) -> str:
        """What was made of it, and why."""
        sure, likely = (percent(p, self.language) for p in (SURE, LIKELY))
        return self.say(_decision(link)).format(
            sure=sure, likely=likely, margin=number(MARGIN, self.language)
        )

    def beside(self, link: Link) -> str:
        """Of a pair left apart, with whom the other record is one person; else nothing."""
        if not link.beside:
            return ""
        records = self.listed([self.record(record) for record in link.beside])
        return self.say("{record} is one person with: {records}.").format(
            record=_capital(self.record(link.other)), records=records
        )

    def promise(self, link: Link) -> str:
        """Of a guard that kept the two apart, the rule in words; else nothing."""
        promises = {guard.name: guard.promise for guard in GUARDS}
        if link.doubt not in promises:
            return ""
        return self.say("The rule: {promise}.").format(promise=self.say(promises[link.doubt]))


def _capital(text: str) -> str:
    return text[0].upper() + text[1:]


def _decision(link: Link) -> str:
    match link.doubt:
        case "":
            return _MADE[link.state]
        case d if d == AMBIGUOUS:
            return _AMBIGUOUS
        case d if d == DOUBTFUL:
            return _TOO_LITTLE if link.probability < LIKELY else _SOMEBODY_ELSE
    return _GUARDED


def page(explained: Explained, masthead: Masthead, sources: Mapping[str, str], as_of: date) -> bytes:
    """The auditor's page: one chart and one table a link. Same input, same bytes."""
    speech = Speech(language=masthead.language, sources=sources)
    shown = (*explained.links, *explained.apart)
    reach = _reach(shown)
    return (
        environment()
        .get_template("links.html.j2")
        .render(
            **common(masthead),
            explained=explained,
            speech=speech,
            as_of=as_of,
            links=[
                (f"l{n}", link, drawn(link, speech, f"l{n}", reach)) for n, link in enumerate(shown, start=1)
            ],
            bars=lambda link: bars(link, speech),
            states=STATES,
            sure=SURE,
            likely=LIKELY,
            doubtful=DOUBTFUL_FROM,
            is_numbered={r.source for link in shown for r in (link.one, link.other)} & {*NAMED_BY_A_KEY},
        )
        .encode("utf-8")
    )


def drawn(link: Link, speech: Speech, name: str, reach: tuple[float, float]) -> str:
    """The waterfall of one link, as SVG."""
    start, *steps, end = bars(link, speech)
    likely, sure = (
        Line(at=bits(p), text=speech.say(text).format(p=percent(p, speech.language)))
        for p, text in ((LIKELY, "if nobody else {p}"), (SURE, "sure {p}"))
    )
    return Waterfall(
        name=name,
        title=f"{speech.say('How the weight of this link adds up')} – {speech.pair(link)}",
        description=speech.listed([f"{bar.title} ({bar.detail}) {bar.text}" for bar in (start, *steps, end)]),
        start=start,
        steps=tuple(steps),
        end=end,
        likely=likely,
        sure=sure,
        reach=reach,
        axis=speech.say("weight in bits: each bit to the right makes one person twice as likely"),
    ).svg()


def bars(link: Link, speech: Speech) -> list[Bar]:
    """The prior, each comparison, and the weight: rows of the chart, of the table beside it and of the terminal's."""
    say = speech.say
    chance = say("probability {p}").format(p=speech.chance(link.probability))
    rows = [
        (say("At the start"), speech.start(), link.prior),
        *((say(COMPARISONS[w.comparison]), speech.found(w), w.bits) for w in link.weighed),
        (say("Total"), chance, link.weight),
    ]
    return [
        Bar(title=title, detail=detail, value=value, text=speech.signed(value))
        for title, detail, value in rows
    ]


def _reach(links: Sequence[Link]) -> tuple[float, float]:
    """From the lowest to the highest that any bar goes."""
    levels = [accumulate((w.bits for w in link.weighed), initial=link.prior) for link in links]
    reached = [0.0, bits(SURE), *(level for each in levels for level in each)]
    return min(reached), max(reached)
