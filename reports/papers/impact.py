"""Inputs to the impact assessment (GDPR, art. 35), in the order of the CNIL's method (PIA, February 2018): context, principles, risks, validation."""

from __future__ import annotations

from data_contracts.contract import Contract
from features.catalogue import FACTORS
from reports.papers import files, flow, law, looks, persons, register, saying
from reports.papers.facts import Facts, Installed, Source
from reports.papers.parts import (
    Cell,
    Drawing,
    Missing,
    Paper,
    Points,
    Says,
    Section,
    Table,
    Terms,
    ToFill,
    says,
)
from reports.papers.risks import RISKS, Measure, Risk


def paper(f: Facts, installed: Installed) -> Paper:
    """What the software and the run can say; the judgement is the city's."""
    return Paper(
        name="impact_assessment",
        kind=f.say("inputs to the impact assessment"),
        title=f.say("Impact assessment: what the software and this run can say"),
        lede=f.say("The data flow, the proportions, the risks and the measures, drawn from contracts, gates and code. Gravity, likelihood and acceptance are left to the city."),
        law=f.say("GDPR, art. 35 – CNIL, PIA, the method"),
        sections=(
            Section(title=f.say("1.1 Context: overview"), law="art. 35(7)(a)", blocks=_overview(f)),
            Section(title=f.say("1.2 Context: data, processes and supports"), law="art. 35(7)(a)", blocks=(
                Drawing(svg=flow.drawn(f), caption=f.say("Drawn from the contracts and the gates of this run. A dashed frame: nothing of it was read.")),
                *register.sensitive(f))),
            Section(title=f.say("2.1 Necessity and proportionality"), law="art. 35(7)(b), art. 5", blocks=(_necessity(f), *_minimised(f), files.terms(f))),
            Section(title=f.say("2.2 Rights of the persons concerned"), law="art. 35(7)(d), art. 12–22", blocks=(Terms(pairs=_rights(f)),)),
            Section(title=f.say("3.1 Existing measures"), law="art. 35(7)(d), art. 32", blocks=looks.security(f, installed)),
            Section(title=f.say("3.2 Risks"), law="art. 35(7)(c)", blocks=tuple(block for risk in RISKS for block in _risk(f, installed, risk))),
            Section(title=f.say("3.3 What this run shows of the risks to people"), law="art. 35(7)(c)", blocks=(*saying.population(f), *saying.equality(f), *saying.differences(f))),
            Section(title=f.say("4 Validation"), law="art. 35(2), (9), art. 36", blocks=_validation(f)),
        ),
    )  # fmt: skip


def _overview(f: Facts) -> tuple[Terms]:
    pairs: tuple[tuple[str, Cell], ...] = (
        (f.say("Processing"), f.say("Proposing visits to households at risk of social isolation")),
        persons.controller(f)[0],
        persons.host(f),
        (f.say("Persons concerned"), saying.known(f)),
        (f.say("Why an assessment is compulsory"), f.say("evaluation of people, files joined with one another, vulnerable people, large scale: at least four of the nine criteria of the European board")),
        (f.say("Applicable references"), law.references(f)),
        (f.say("Reference of the assessment"), f.stated(f.authority.impact_assessment, f.say("reference and date of the assessment"), "[authority] impact_assessment")),
    )  # fmt: skip
    return (Terms(pairs=pairs),)


def _necessity(f: Facts) -> Table:
    columns = (
        f.say("Source"),
        f.say("Why it is needed"),
        f.say("What limits it"),
        f.say("Factors that read it"),
    )
    rows = tuple((s.title, s.contract.purpose, _limits(f, s), _factors(f, s)) for s in f.used)
    return Table(caption=f.say("Source by source"), columns=columns, rows=rows, widths=(18, 34, 30, 18))


def _limits(f: Facts, source: Source) -> str:
    kept = len(register.let_through(source))
    said = f.say("gate {gate}: {kept} of {all} columns").format(
        gate=f.say(files.GATES[source.gate]), kept=kept, all=len(source.contract.columns)
    )
    protected = _protected(source.contract)
    audited = f.say("audited, never ranked on: {columns}").format(columns=", ".join(protected))
    return f"{said} ; {audited}" if protected else said


def _protected(promise: Contract) -> tuple[str, ...]:
    return tuple(c.header for c in promise.columns if c.is_protected)


def _factors(f: Facts, source: Source) -> str:
    used = set(f.card.about.used)
    found = sum(1 for factor in FACTORS if factor.name in used and source.name in (factor.source, *factor.needs))  # fmt: skip
    return f.number(found) if found else f.say("none")


def _minimised(f: Facts) -> tuple[Says | Points, ...]:
    items = (
        f.say("year of birth, never the full date; match keys instead of names; neighbourhood codes;"),
        f.say("a closed source is not stored: its lines are only counted;"),
        f.say("of {all} factors of the catalogue {used} may weigh in this run; sex does not, unless the city says so;").format(all=len(FACTORS), used=len(f.card.about.used)),
        f.say("a fact counts from the day on which the city knew it, and only then."),
    )  # fmt: skip
    return (*says(f.say("Minimisation (art. 5(1)(c)):")), Points(items=items))


def _rights(f: Facts) -> tuple[tuple[str, Cell], ...]:
    return (
        (f.say("Information (art. 13, 14)"), f.say("information_notice and letter_mention of these papers; public_notice for the site")),
        (f.say("Access and portability (art. 15, 20)"), "lanterne export-person"),
        (f.say("Rectification (art. 16)"), f.say("by the department that holds the file; the next delivery corrects, both are kept")),
        (f.say("Erasure and limits (art. 17, 18)"), "lanterne purge, lanterne oppose"),
        (f.say("Objection (art. 21)"), f.say("`lanterne oppose`, at the desk, at the door: before any calculation, and in later deliveries")),
        (f.say("No automated decision (art. 22)"), saying.unit(f)),
        (f.say("Explanation ({law})").format(law="CRPA, art. R311-3-1-2" if f.stamp.is_in_france else "art. 15(1)(h)"), "lanterne explain-person"),
        *persons.contacts(f),
    )  # fmt: skip


def _risk(f: Facts, installed: Installed, risk: Risk) -> tuple[Table, Terms]:
    columns = (f.say("Measure"), f.say("Shown by"), f.say("In this installation"))
    rows = tuple((f.say(m.text), m.shown_by, standing(f, installed, m)) for m in risk.measures)
    table = Table(caption=f.say(risk.title), columns=columns, rows=rows, widths=(50, 28, 22))
    judged = Missing(
        what=f.say("gravity and likelihood, before and after the measures; residual risk accepted by"),
        whom=f.say("the controller, after the data protection officer’s opinion"),
    )
    return (
        table,
        Terms(pairs=((f.say("Harm to people"), f.say(risk.harm)), (f.say("Judgement"), judged))),
    )


def standing(f: Facts, installed: Installed, measure: Measure) -> str:
    """Whether this run, or this installation, has the measure; what nobody looked at is in the software, which is not the same."""
    if not measure.holds(f):
        return f.say("not in this run")
    if measure.look:
        return looks.state(f, installed.looks.get(measure.look))
    return f.say("in the software")


def _validation(f: Facts) -> tuple[ToFill, ...]:
    officer, controller = f.say("the city's data protection officer"), f.say("the controller")
    return tuple(
        ToFill(gap=Missing(what=what, whom=whom))
        for what, whom in (
            (f.say("opinion on the measures and on the residual risks (art. 35(2))"), officer),
            (f.say("views of the persons concerned or their representatives (art. 35(9))"), controller),
            (f.say("decision: accepted, to be improved, or prior consultation of the data protection authority (art. 36)"), controller),
            (f.say("plan of action: who, what, until when"), controller),
        )
    )  # fmt: skip
