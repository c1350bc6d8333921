"""The public notice of the algorithm: what the code of relations between the public and the administration asks to be published online (CRPA, art. L312-1-3),
in the order of Etalab's guide on public algorithms: what for, who decides, which data, which operations, with what quality, which rights."""

from __future__ import annotations

from reports.papers import files, law, persons, saying
from reports.papers.facts import Facts
from reports.papers.parts import Block, Cell, Paper, Points, Says, Section, Terms, says

STRONGEST = 5
"""Weights told of each direction; the model card tells all."""


def paper(f: Facts) -> Paper:
    """Two pages, ready for the city's site."""
    return Paper(
        name="public_notice",
        kind=f.say("public notice of the algorithm"),
        title=f.say("How the city finds isolated households to visit"),
        lede=f.say("A calculation proposes households; people decide. This page says how it works, how well, and what you may ask."),
        is_short=True,
        law=law.of_notice(f),
        sections=(_short(f), _purpose(f), _decides(f), _data(f), _ranking(f), _blind(f), _quality(f), _alike(f), _rights(f), _version(f)),
    )  # fmt: skip


def _short(f: Facts) -> Section:
    """The answer before the details."""
    items = (
        f.say("The city proposes a visit. It is an offer: anybody may say no, and nothing follows from it."),
        f.say(
            "The calculation puts households in an order. A team of the city looks at each of them and decides."
        ),
        f.say("The calculation sees no name, no first name and no full date of birth."),
        f.say("Anyone may object; the household then leaves this list and all later ones."),
    )
    return Section(title=f.say("In short"), blocks=(Points(items=items),))


def _purpose(f: Facts) -> Section:
    return Section(
        title=f.say("What the calculation is for"),
        blocks=says(
            f.say("To find, among the households of the city, those at risk of a lasting lack of social relations, so that somebody can knock on the door."),
            f.say("The list serves only to offer a visit. It may not be used for checks, fines, rent, benefits, housing, police or elections."),
        ),
    )  # fmt: skip


def _decides(f: Facts) -> Section:
    pairs: tuple[tuple[str, Cell], ...] = (
        (f.say("Answerable"), f.stated(f.authority.name, f.say("name of the public body"), "[authority] name")),
        (f.say("Degree of automation"), f.say("A help to decide: no decision is made by machine alone (GDPR, art. 22).")),
        (f.say("Who decides"), saying.unit(f)),
        (f.say("Each list"), f.say("{n} households at most by the ranking, which is what the teams can visit.").format(n=f.number(f.card.about.capacity))),
        (f.say("Drawn by lot"), saying.lot(f)),
    )  # fmt: skip
    return Section(title=f.say("Who decides"), blocks=(Terms(pairs=pairs),))


def _data(f: Facts) -> Section:
    note = f.say("Names are turned into codes in each department before the files are handed over. Whoever objected is taken out first. The tables that join the files serve one calculation; they are deleted at its end, unless the city keeps those of one calculation for an audit.")  # fmt: skip
    table = files.used_table(f, [s for s in f.used if s.is_about_people])
    return Section(title=f.say("Which data"), blocks=(table, *_besides(f), Says(text=note, tone="note")))


def _besides(f: Facts) -> tuple[Says, ...]:
    """Files that say nothing of whoever is visited, and files that were not used."""
    besides = [s.title for s in f.used if not s.is_about_people]
    said = []
    if besides:
        said.append(f.say("To clean and to name only: {sources}.").format(sources=", ".join(besides)))
    if f.unused:
        said.append(f.say("Not used: {sources}.").format(sources=", ".join(s.title for s in f.unused)))
    return says(*said)


def _ranking(f: Facts) -> Section:
    blocks: tuple[Block, ...] = saying.who_ranks(f)
    told = saying.weights(f, STRONGEST)
    if told:
        points = f.say("Each piece of information adds points or takes points away: the more points, the earlier the household comes. Only what was known before the day of the list counts.")  # fmt: skip
        blocks = (*blocks, *says(points), *told)
    return Section(title=f.say("How the households are put in order"), blocks=blocks)


def _blind(f: Facts) -> Section:
    return Section(title=f.say("What it does not see"), blocks=(saying.unseen(f),))


def _quality(f: Facts) -> Section:
    return Section(
        title=f.say("How well it works, and how often it is wrong"),
        blocks=(*saying.quality(f), *saying.population(f)),
    )


def _alike(f: Facts) -> Section:
    """The result in sentences; the figures by group are a page of their own, on request."""
    said = f.equality
    if said is None:
        return Section(title=f.say("Is everybody treated alike?"), blocks=saying.equality(f))
    asked = f.say(
        "The figures by group, with what chance may do to them, are on a page that the City gives on request (fairness.html)."
    )
    return Section(title=f.say("Is everybody treated alike?"), blocks=says(*said.summary, asked))


def _rights(f: Facts) -> Section:
    return Section(
        title=f.say("Your rights"), blocks=(Terms(pairs=(*persons.rights(f), *persons.contacts(f))),)
    )


def _version(f: Facts) -> Section:
    digest = f.card.about.model_digest
    pairs: tuple[tuple[str, Cell], ...] = (
        (f.say("List of"), f.day(f.stamp.as_of)),
        (f.say("Legal ground"), f.say("Task in the public interest of the city (GDPR, art. 6(1)(e)); the ground of each file is in the register of processing activities.")),
        (f.say("Decision of the council"), f.stated(f.authority.deliberation, f.say("reference and date of the deliberation"), "[authority] deliberation")),
        (f.say("Rules in full"), f.say("docs/factors.md of the software (every factor), model/ of the run (the text that ranks).")),
        (f.say("Digest of the frozen model"), digest[:16] if digest else "–"),
    )  # fmt: skip
    return Section(title=f.say("Version"), blocks=(Terms(pairs=pairs),))
