"""Annex IV, points 3 to 9: functioning, metrics, risks, changes, standards, declaration, monitoring."""

from __future__ import annotations

from reports.model_card_words import FIGURES
from reports.papers import saying
from reports.papers.annex_elements import left_out
from reports.papers.facts import Facts, Installed
from reports.papers.fundamental_rights import risk_table
from reports.papers.parts import Block, Missing, Points, Table, Terms, ToFill, says


def functioning(f: Facts, installed: Installed) -> tuple[Block, ...]:
    """Point 3."""
    inputs = f.say("Input data: files that keep their contract; what breaks it is set aside and counted. A file whose rejects pass the threshold is stopped whole.")  # fmt: skip
    return (
        *says(
            f.say("Accuracy, for all and by group: the figures are under 2(g). Foreseeable unintended outcomes: under 5."),
            left_out(f),
            inputs,
        ),
        saying.unseen(f),
    )  # fmt: skip


def metrics(f: Facts, installed: Installed) -> tuple[Block, ...]:
    """Point 4."""
    rows = tuple((f.say(said.title), f.say(said.what)) for said in FIGURES.values())
    table = Table(caption=f.say("Figures"), columns=(f.say("Measure"), f.say("What it means")), rows=rows, widths=(36, 64))  # fmt: skip
    return (
        *says(
            f.say("The teams can visit only so many households: figures are told at that capacity, with 95% intervals from visits drawn again. An area under the curve tells nothing of who is visited, and stands beside."),
            f.say("Answers exist only for those who were visited: figures for the town are weighted, or come from visits drawn by lot, and bounds show what refusals and absences may hide."),
        ),
        table,
    )  # fmt: skip


def risks(f: Facts, installed: Installed) -> tuple[Block, ...]:
    """Point 5."""
    told = f.say("The risks, their measures and what shows each are in the inputs to the impact assessment (impact_assessment); they are gone through again at each run, with what this run measured.")  # fmt: skip
    gap = Missing(what=f.say("acceptance of the residual risks, and who reviews them when"), whom=f.say("the controller"))  # fmt: skip
    return (*says(told), risk_table(f), ToFill(gap=gap))


def lifecycle(f: Facts, installed: Installed) -> tuple[Block, ...]:
    """Point 6."""
    pairs = (
        (f.say("Software"), f.say("CHANGELOG.md and docs/decisions/, for each release")),
        (
            f.say("Model"),
            f.say("models/approvals.jsonl: who approved or withdrew what, when, on which figures"),
        ),
        (f.say("Settings and contracts"), f.say("their digests are in manifest.json of each run")),
        (f.say("This run"), f"{f.stamp.run_id}, {f.stamp.code}"),
    )
    return (Terms(pairs=pairs),)


def standards(f: Facts, installed: Installed) -> tuple[Block, ...]:
    """Point 7."""
    items = (
        f.say("Open Data Contract Standard 3.1, for what a file promises"),
        f.say("Great Expectations, for holding files to it"),
    )
    told = f.say("No harmonised standard under the regulation is applied by the software. Instead:")
    gap = Missing(what=f.say("harmonised standards or common specifications that the city applies (art. 40, 41)"), whom=f.say("the city’s legal department"))  # fmt: skip
    return (*says(told), Points(items=items), ToFill(gap=gap))


def declaration(f: Facts, installed: Installed) -> tuple[Block, ...]:
    """Point 8."""
    gap = Missing(what=f.say("copy of the EU declaration of conformity, where the system is classified as high-risk"), whom=f.say("the provider"))  # fmt: skip
    return (ToFill(gap=gap),)


def monitoring(f: Facts, installed: Installed) -> tuple[Block, ...]:
    """Point 9."""
    gap = Missing(what=f.say("post-market monitoring plan (art. 72(3)) and reporting of serious incidents (art. 73)"), whom=f.say("the provider and the controller"))  # fmt: skip
    return (
        *says(
            saying.lot(f),
            f.say("Each run tests the ranking again on all campaigns so far, beside the simple rules; an approval may be withdrawn at any time, and the best rule then ranks."),
        ),
        Points(
            items=(
                f.say("estimates.html: what visits drawn by lot say of the town;"),
                f.say("frame_parity.html: whom the registers leave in doubt;"),
                f.say("the review desk’s indicators: visited, found, refused, helped;"),
                f.say("the yearly evaluation (`lanterne report --year`)."),
            )
        ),
        ToFill(gap=gap),
    )  # fmt: skip
