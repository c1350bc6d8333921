"""The sheet on fundamental rights (regulation (EU) 2024/1689, art. 27): its points (a) to (f), as far as the software and the run can say."""

from __future__ import annotations

from reports.papers import persons, saying
from reports.papers.facts import Facts, Installed
from reports.papers.impact import standing
from reports.papers.parts import Block, Missing, Paper, Points, Section, Table, Terms, ToFill, says
from reports.papers.risks import RISKS
from reports.risk_list import Arm

ARMS: dict[Arm, str] = {
    "MODELE": "households that the ranking puts first",
    "EXPLORATION": "households drawn by lot",
    "SIGNALEMENT": "households about whom the city was alerted",
    "DEUIL": "people in mourning who agreed to be contacted",
}


def paper(f: Facts, installed: Installed) -> Paper:
    """One sheet; whoever deploys completes it before the first use and when something changes."""
    return Paper(
        name="fundamental_rights",
        kind=f.say("fundamental-rights sheet"),
        title=f.say("Impact on fundamental rights"),
        lede=f.say("For the city as deployer. Points (a) to (f) of article 27, filled from the run; what only the city knows is marked."),
        law=f.say("Regulation (EU) 2024/1689, art. 27"),
        sections=(
            Section(title=f.say("Processes in which the system is used"), law="art. 27(1)(a)", blocks=_processes(f)),
            Section(title=f.say("Period and frequency of use"), law="art. 27(1)(b)", blocks=_period(f)),
            Section(title=f.say("Categories of persons and groups affected"), law="art. 27(1)(c)", blocks=_persons(f)),
            Section(title=f.say("Specific risks of harm"), law="art. 27(1)(d)", blocks=(risk_table(f), *saying.population(f), *saying.equality(f), *saying.differences(f))),
            Section(title=f.say("Human oversight"), law="art. 27(1)(e), art. 14", blocks=oversight(f)),
            Section(title=f.say("If a risk becomes real"), law="art. 27(1)(f)", blocks=_remedies(f, installed)),
            Section(title=f.say("Notification and update"), law="art. 27(2), (3), (4)", blocks=_notified(f)),
        ),
    )  # fmt: skip


def _processes(f: Facts) -> tuple[Block, ...]:
    return (
        *says(
            f.say("The system orders the households of the city so that the teams that visit go first where isolation is likeliest. It is a help to outreach, and gives or takes away no right, aid or service."),
            f.say("Built as if high-risk: whether it falls under Annex III is for the city to establish."),
        ),
        ToFill(gap=Missing(what=f.say("classification (Annex III, art. 6(3)) and its grounds"), whom=f.say("the city’s legal department"))),
    )  # fmt: skip


def _period(f: Facts) -> tuple[Block, ...]:
    n = f.say("{n} households at most by the ranking, which is what the teams can visit.").format(n=f.number(f.card.about.capacity))  # fmt: skip
    pairs = (
        (f.say("This list"), f.day(f.stamp.as_of)),
        (f.say("Each list"), n),
        (f.say("Past campaigns in which visits answered"), f.number(len(f.card.campaigns))),
    )
    gap = Missing(what=f.say("intended duration of use and rhythm of the lists"), whom=f.say("the controller"))  # fmt: skip
    return (Terms(pairs=pairs), ToFill(gap=gap))


def _persons(f: Facts) -> tuple[Block, ...]:
    groups = f.say("Groups that are compared: sex, age, tenure, priority neighbourhood, neighbourhood.")
    return (
        *says(saying.known(f) + "."),
        Points(items=tuple(f.say(text) for text in ARMS.values())),
        *says(groups),
        saying.unseen(f),
    )


def risk_table(f: Facts) -> Table:
    """What may happen to people, and to which rights."""
    columns = (f.say("Risk"), f.say("Harm to people"), f.say("Rights concerned"))
    rows = tuple((f.say(r.title), f.say(r.harm), f.say(r.rights)) for r in RISKS)
    return Table(caption=f.say("Risks"), columns=columns, rows=rows, widths=(24, 46, 30))


def oversight(f: Facts) -> tuple[Block, ...]:
    """What people see, and what they can do against the order."""
    return (
        *says(saying.unit(f)),
        Points(
            items=(
                f.say("each line shows its reasons, what speaks against, what is not known, and how sure its place is;"),
                f.say("the unit may take off, put off, or add a household of its own;"),
                f.say("no chance is shown unless it holds on visits drawn at random;"),
                f.say("the city may withdraw an approval at any time: the best rule then ranks (`lanterne approve --withdraw`)."),
            )
        ),
        *says(saying.approval(f)),
        ToFill(gap=Missing(what=f.say("who oversees, with which training and authority (art. 26(2))"), whom=f.say("the controller"))),
    )  # fmt: skip


def _remedies(f: Facts, installed: Installed) -> tuple[Block, ...]:
    measures = tuple(
        (f.say(m.text), m.shown_by, standing(f, installed, m))
        for risk in RISKS
        if risk.title in ("A household in need is missed", "An unwanted or useless visit")
        for m in risk.measures
    )
    columns = (f.say("Measure"), f.say("Shown by"), f.say("In this installation"))
    table = Table(caption=f.say("Measures"), columns=columns, rows=measures, widths=(46, 28, 26))
    gap = Missing(what=f.say("internal governance, complaints: who answers, within how long"), whom=f.say("the controller"))  # fmt: skip
    return (table, Terms(pairs=persons.contacts(f)), ToFill(gap=gap))


def _notified(f: Facts) -> tuple[Block, ...]:
    a = f.authority
    pairs = (
        (f.say("Notified to the market surveillance authority"), f.stated(a.fundamental_rights, f.say("reference and date of the notification"), "[authority] fundamental_rights")),
        (f.say("Complements the impact assessment"), f.stated(a.impact_assessment, f.say("reference and date of the assessment"), "[authority] impact_assessment")),
    )  # fmt: skip
    again = f.say("To be gone through again when the sources, the gates, the model or the groups change; each run writes its own sheet.")  # fmt: skip
    return (Terms(pairs=pairs), *says(again))
