"""The yearly evaluation: a page, a document to hand to a council, the packs of the three steering committees, and the figures as data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Literal

from features.yearly_counts import ALL, SPANS, Span
from reports import evaluation_measured
from reports.contracts import common
from reports.estimates_shown import rounded
from reports.evaluation_facts import ALL_INDICATORS, BY_NAME, Evaluation, Indicator
from reports.evaluation_parts import Parts
from reports.evaluation_rules import RULES, Finding, Kind, findings
from reports.evaluation_said import Said
from reports.evaluation_types import Part
from reports.html import environment
from reports.words import day, number, percent

Committee = Literal["1", "2", "december"]
SPANS_OF: Mapping[Committee, tuple[Span, Span]] = {
    "1": ("first", "before"),
    "2": ("second", "first"),
    "december": ("year", "before"),
}
"""What each committee looks at, and beside what."""
KINDS: Mapping[Kind, str] = {"strength": "Strengths", "gap": "Gaps", "blind spot": "Blind spots"}
KEY_FIGURES = ("doors", "reached", "isolated", "supported", "out", "received")


@dataclass(frozen=True, kw_only=True)
class Shown:
    """One span as it is shown: ``parts`` in their order, ``summary`` in sentences, ``held``: the findings."""

    span: Span
    other: Span
    named: str
    summary: tuple[str, ...]
    figures: tuple[tuple[str, str, str], ...]
    parts: tuple[Part, ...]
    held: tuple[Finding, ...]

    def of(self, kind: Kind) -> tuple[Finding, ...]:
        """The findings of one kind."""
        return tuple(one for one in self.held if one.rule.kind == kind)


def shown(evaluation: Evaluation, span: Span, other: Span) -> Shown:
    """What is told of one span, beside another."""
    said = Said(language=evaluation.masthead.language)
    make = Parts(evaluation=evaluation, span=span, other=other, said=said)
    parts = [make.done(), make.found(), make.followed(), make.alerts(), make.means()]
    if span == "year":
        parts += [evaluation_measured.rules(evaluation, said), evaluation_measured.town(evaluation, said)]
    return Shown(
        span=span,
        other=other,
        named=make.named(span),
        summary=_summary(evaluation, span, make.named(span), said),
        figures=_figures(evaluation, span, said),
        parts=tuple(parts),
        held=findings(evaluation, span, said),
    )


def _figures(evaluation: Evaluation, span: Span, said: Said) -> tuple[tuple[str, str, str], ...]:
    """(title, figure, what is behind it) of the key figures."""
    told = [BY_NAME[name] for name in KEY_FIGURES if span == "year" or BY_NAME[name].by_half]
    rows = []
    for one in told:
        found = one.share(evaluation.counts, span)
        if one.rest and found.value is not None:
            big, small = percent(found.value, said.language), said.counted(one, evaluation, span)
        else:
            big, small = said.counted(one, evaluation, span), ""
        rows.append((said.say(one.title), big, small))
    return tuple(rows)


def _summary(evaluation: Evaluation, span: Span, named: str, said: Said) -> tuple[str, ...]:
    """One page in plain words: what was done, found and followed, and what nobody knows."""
    counts = evaluation.counts
    if not evaluation.knows(span):
        return (
            said.say("Nothing is known of {span}: no visit and no alert has arrived.").format(span=named),
        )
    told = [
        said.say(
            "{span}: somebody rang at {doors} households; of those who still lived there, {reached} answered."
        ).format(
            span=named,
            doors=said.count(counts.of(span, "doors")),
            reached=said.counted(BY_NAME["reached"], evaluation, span),
        ),
        _isolated(evaluation, span, said),
        said.say("Alerts received: {n}.").format(n=said.count(counts.of(span, "received"))),
    ]
    if evaluation.has_desk:
        told.append(said.say("Households supported: {n}.").format(n=said.count(counts.of(span, "supported"))))
    if span == "year":
        told += [_after_six_months(evaluation, said), *evaluation_measured.headline(evaluation, said)]
    return tuple(told)


def _isolated(evaluation: Evaluation, span: Span, said: Said) -> str:
    found = BY_NAME["isolated"].share(evaluation.counts, span)
    if found.value is None:
        return said.say("How many of them are isolated may not be shown: too few households.")
    sentence = said.say("{n} of them are truly isolated, {share}: about one in {each}.")
    each = number(1 / found.value, said.language) if found.value else "–"
    return sentence.format(n=said.count(found.part), share=said.share(found), each=each)


def _after_six_months(evaluation: Evaluation, said: Said) -> str:
    found, none = (said.count(evaluation.counts.of("year", "six months", one)) for one in (ALL, "none"))
    sentence = said.say(
        "Six months after: of {found} households found isolated, {none} are without news; out of isolation among the others: {out}."
    )
    return sentence.format(found=found, none=none, out=said.counted(BY_NAME["out"], evaluation, "year"))


def page(evaluation: Evaluation) -> bytes:
    """``evaluation.html``. Same evaluation, same bytes."""
    told = shown(evaluation, "year", "before")
    return _rendered("evaluation.html.j2", evaluation, told).encode("utf-8")


def paper(evaluation: Evaluation) -> bytes:
    """``evaluation.pdf``: A4, tagged, with a title page, a page of summary and a table of contents."""
    return _printed("evaluation_paper.html.j2", evaluation, shown(evaluation, "year", "before"))


def committee(evaluation: Evaluation, which: Committee) -> bytes:
    """The pack of one steering committee: A4 landscape, one subject a page."""
    return _printed("committee.html.j2", evaluation, shown(evaluation, *SPANS_OF[which]))


def _printed(template: str, evaluation: Evaluation, told: Shown) -> bytes:
    from reports import paper as paper_  # loads Pango, which nothing else needs

    return paper_.pdf(on_paper(_rendered(template, evaluation, told, faces=paper_.font_faces())))


def on_paper(html: str) -> str:
    """The charts in ink and in the document's own letters, since a document has no style's variables."""
    for drawn, printed in (("currentColor", "#111111"), ("var(--card)", "#ffffff"), ("var(--soft)", "#777777"), ("system-ui, 'DejaVu Sans', sans-serif", "Lanterne")):  # fmt: skip
        html = html.replace(drawn, printed)
    return html


def _rendered(template: str, evaluation: Evaluation, told: Shown, **more: object) -> str:
    said = Said(language=evaluation.masthead.language)
    return (
        environment()
        .get_template(template)
        .render(
            **common(evaluation.masthead),
            evaluation=evaluation,
            told=told,
            said=said,
            kinds=KINDS,
            rule_count=len(RULES),
            until=day(evaluation.until, said.language),
            origin=f"{evaluation.masthead.city} · {said.say('Yearly evaluation')} {evaluation.year}",
            **more,
        )
    )


def content(evaluation: Evaluation) -> dict[str, object]:
    """``evaluation.json``; no count below 11, and none that could be worked out."""
    said = Said(language="en")
    return {
        "city": evaluation.masthead.city,
        "year": evaluation.year,
        "until": evaluation.until.isoformat(),
        "identified": dict(evaluation.identified),
        "indicators": {one.name: _of_spans(one, evaluation) for one in ALL_INDICATORS},
        "counts": {"/".join(key): n for key, n in evaluation.counts.numbers.items()},
        "medians_days": {
            f"{span}/{name}": rounded(asdict(m)) if m else None
            for (span, name), m in evaluation.medians.items()
        },
        "loneliness": {span: rounded(asdict(one)) for span, one in evaluation.changes.items()},
        "costs": None
        if evaluation.costs is None
        else {span: rounded(asdict(one)) for span, one in evaluation.costs.items()},
        "professionals": evaluation.professionals,
        "volunteer_teams": evaluation.teams,
        "runs": [rounded(asdict(one)) for one in evaluation.runs],
        "town": None if evaluation.town is None else [rounded(asdict(one)) for one in evaluation.town.groups],
        "findings": [
            {
                "rule": one.rule.name,
                "kind": one.rule.kind,
                "says": one.rule.says,
                "figure": one.figure,
                "proposes": one.rule.proposes or None,
            }
            for one in findings(evaluation, "year", said)
        ],
    }


def _of_spans(one: Indicator, evaluation: Evaluation) -> dict[str, object]:
    spans = SPANS if one.by_half else ("year", "before")
    return {span: rounded(asdict(one.share(evaluation.counts, span))) for span in spans}
