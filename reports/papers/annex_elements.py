"""Annex IV, point 2: the elements of the system and how it was developed."""

from __future__ import annotations

from features.catalogue import FACTORS
from reports import model_card_said
from reports.model_card_words import LEDGER, NAMES, WHO
from reports.papers import flow, fundamental_rights, looks, saying
from reports.papers.facts import Facts, Installed
from reports.papers.information import origins
from reports.papers.parts import Block, Drawing, Missing, Points, Table, ToFill, says


def steps(f: Facts, installed: Installed) -> tuple[Block, ...]:
    """Point 2(a)."""
    items = (
        f.say("files are held to signed contracts, then stored (data_contracts/, Great Expectations);"),
        f.say("records of one person are brought together by a linkage model that was trained once and is cited in each run (features/, Splink);"),
        f.say("factors are computed as of a day, from what was known before it (features/);"),
        f.say("candidates are tested on past campaigns, in time’s order, against simple rules; one takes over from a simpler one only where it is surely better (models/);"),
        f.say("the model is frozen as text, put to a person for approval, and ranks (pipelines/)."),
    )  # fmt: skip
    none = f.say("No pre-trained system of a third party takes part in the ranking; the priors of the factors are taken from published studies, each with its source (features/priors.json).")  # fmt: skip
    return (Points(items=items), *says(none))


def design(f: Facts, installed: Installed) -> tuple[Block, ...]:
    """Point 2(b): who ranks, its weights, who took part."""
    rows = tuple((f.speech.name(name), f.say(WHO[name])) for name in NAMES)
    took_part = Table(caption=f.say("Candidates of the duel"), columns=(f.say("Candidate"), f.say("How it ranks")), rows=rows, widths=(30, 70))  # fmt: skip
    choices = (
        f.say("what is optimised: isolated households found among those that the teams can visit; not an accuracy over the whole town;"),
        f.say("a model ranks only where past visits show that it is surely better than the rule to beat; else the rule stays;"),
        f.say("isolation is not living alone: couples and families are ranked like everybody;"),
        f.say("the absence of a trace is a weak sign and is capped;"),
        f.say("the harm to avoid first is to miss somebody: recall and false omission come before precision."),
    )  # fmt: skip
    return (*saying.who_ranks(f), Points(items=choices), *saying.every_weight(f), took_part)


def architecture(f: Facts, installed: Installed) -> tuple[Block, ...]:
    """Point 2(c)."""
    told = f.say("Seven rooms that import one way: data_contracts, features, models, reports, review, pipelines, synthetic_city (docs/architecture.md). Everything between the files and the list is a pure function of what was known before the day, the catalogue and a seed.")  # fmt: skip
    return (
        *says(told),
        Drawing(svg=flow.drawn(f), caption=f.say("Drawn from the contracts and the gates of this run. A dashed frame: nothing of it was read.")),
    )  # fmt: skip


def data(f: Facts, installed: Installed) -> tuple[Block, ...]:
    """Point 2(d): the sources, what teaches, what was set aside."""
    counted = f.say("Lines read: {read}; set aside with the reason: {aside} (contracts/quarantaine.html).").format(
        read=f.number(f.counted.rows_read), aside=f.speech.count(f.counted.rows_quarantined)
    )  # fmt: skip
    label = f.say("The label: a household is isolated when a visit met an adult who scores below 12 on the LSNS-6 (from 60 on) or has none of five networks alive. Refusals and absences are no label; each visit stands for the households that it resembles.")  # fmt: skip
    return (origins(f), *says(counted, label), *_learnt(f))


def _learnt(f: Facts) -> tuple[Block, ...]:
    learnt = f.card.learnt
    if learnt is None:
        return says(f.say("This run did not write down what it learnt from."))
    rows = tuple(
        (f.say(words), f.speech.count(learnt.ledger[state]), f.say("yes") if teaches else f.say("no"))
        for state, (words, teaches) in LEDGER.items()
        if state in learnt.ledger
    )
    columns = (f.say("Households, each once for every past list"), f.say("Count"), f.say("Teaches"))
    return (Table(caption=f.say("What was learnt from"), columns=columns, rows=rows, widths=(60, 22, 18)),)


def oversight(f: Facts, installed: Installed) -> tuple[Block, ...]:
    """Point 2(e)."""
    how = f.say("To interpret: contributions of each factor in log-odds that add up to the score (model/explanation.html), reasons that hold when the model is learnt again on other visits, and what is not known of each household.")  # fmt: skip
    return (*fundamental_rights.oversight(f), *says(how))


def changes(f: Facts, installed: Installed) -> tuple[Block, ...]:
    """Point 2(f)."""
    return says(
        f.say("None: the model is frozen and does not learn by itself. A new one is made by `lanterne train`, compared with the one in force, and outside fictitious towns it ranks only once a person has signed it."),
        saying.approval(f),
    )  # fmt: skip


def testing(f: Facts, installed: Installed) -> tuple[Block, ...]:
    """Point 2(g)."""
    permits = model_card_said.calibration(f.card, f.speech)
    signed = Missing(what=f.say("test report dated and signed by whoever is responsible"), whom=f.say("the controller"))  # fmt: skip
    return (
        *saying.quality(f),
        *saying.population(f),
        *says(" ".join(permits)),
        *saying.equality(f),
        *saying.differences(f),
        ToFill(gap=signed),
    )


def cybersecurity(f: Facts, installed: Installed) -> tuple[Block, ...]:
    """Point 2(h)."""
    return looks.security(f, installed)


def left_out(f: Facts) -> str:
    """How many factors of the catalogue may weigh."""
    said = f.say("Of {all} factors of the catalogue {used} may weigh in this run.")
    return said.format(all=len(FACTORS), used=len(f.card.about.used))
