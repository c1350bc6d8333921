"""The information that people are owed whose data came from elsewhere (GDPR, art. 14): the notice in full, and the mention for letters and doors."""

from __future__ import annotations

from reports.papers import files, law, persons, register
from reports.papers.facts import Facts
from reports.papers.parts import Cell, Paper, Points, Says, Section, Table, Terms, says

ROLL = "liste_electorale"


def notice(f: Facts) -> Paper:
    """Every point of art. 14(1) and (2), each source with its origin."""
    return Paper(
        name="information_notice",
        kind=f.say("information of the persons concerned"),
        title=f.say("What the city does with your data to fight isolation"),
        lede=f.say("You did not give us these data yourself for this use: the law gives you the right to know where they come from and what becomes of them."),
        law=law.gdpr(f, "14"),
        sections=(
            Section(title=f.say("Who answers for it"), law="art. 14(1)(a), (b)", blocks=(Terms(pairs=persons.controller(f)),)),
            Section(title=f.say("What for, and on which ground"), law="art. 14(1)(c)", blocks=says(
                f.say("To find, among the households of the city, those at risk of a lasting lack of social relations, so that somebody can knock on the door."),
                f.say("Task in the public interest of the city (GDPR, art. 6(1)(e)); the ground of each file is in the table below."),
                f.say("The list serves only to offer a visit. It may not be used for checks, fines, rent, benefits, housing, police or elections."),
            )),
            Section(title=f.say("Which data, and where they come from"), law="art. 14(1)(d), 14(2)(f)", blocks=(origins(f), *_roll(f), _public(f), register.data(f))),
            Section(title=f.say("Who receives them"), law="art. 14(1)(e), (f)", blocks=_receivers(f)),
            Section(title=f.say("How long they are kept"), law="art. 14(2)(a)", blocks=(_terms(f),)),
            Section(title=f.say("Is there an automated decision?"), law="art. 14(2)(g), art. 22", blocks=says(
                f.say("No. A calculation proposes an order; people decide about each household. Your rights, your benefits, your rent and your home do not depend on it."),
            )),
            Section(title=f.say("Your rights"), law="art. 14(2)(c), (e), art. 15–21", blocks=(Terms(pairs=(*persons.rights(f), *persons.contacts(f))),)),
        ),
    )  # fmt: skip


def origins(f: Facts) -> Table:
    """Each source of the run: from which department, what for, on which ground."""
    columns = (f.say("File"), f.say("It comes from"), f.say("What it serves"), f.say("Legal basis"))
    rows = tuple((s.title, s.contract.owner, s.contract.purpose, files.basis(f, s)) for s in f.used)
    return Table(caption=f.say("Origin of the data"), columns=columns, rows=rows, widths=(18, 20, 34, 28))


def _roll(f: Facts) -> tuple[Says, ...]:
    if not f.source(ROLL).is_used:
        return ()
    return says(f.say("The electoral roll is used by the municipality{law}, sorted by age or address, never by the sound of names, and never for an election.").format(law=law.of_roll(f)))  # fmt: skip


def _public(f: Facts) -> Says:
    """Whether a source is publicly accessible, as art. 14(2)(f) asks."""
    if f.source("deces_publics").is_used:
        return Says(text=f.say("Of these files only the public death file is accessible to everybody."), tone="note")  # fmt: skip
    return Says(text=f.say("None of these files is accessible to everybody."), tone="note")


def _receivers(f: Facts) -> tuple[Says | Points | Terms, ...]:
    items: tuple[Cell, ...] = (
        f.say("the expert unit and the coordination of the city: the listed households, without names;"),
        f.say(
            "whoever visits: the name and address of the households of their round, after two people agreed to it;"
        ),
        f.say("the auditor and the data protection officer: to check."),
    )
    no = f.say("No transfer outside the European Union by the software: it sends nothing over the Internet. It talks to the city’s own database and directory, where these are set.")  # fmt: skip
    return (Points(items=items), Terms(pairs=(persons.others(f),)), *says(no))


def _terms(f: Facts) -> Table:
    columns = (f.say("File"), f.say("Kept for"), f.say("Why this long"))
    rows = tuple((s.title, files.period(f, s.period), s.contract.retention.why) for s in f.used)
    return Table(caption=f.say("The files used"), columns=columns, rows=rows, widths=(28, 16, 56))


def letter(f: Facts) -> Paper:
    """Ready to copy: into a letter, onto the card that is left at a door, and to be read on the telephone."""
    return Paper(
        name="letter_mention",
        kind=f.say("mentions for letters and visits"),
        title=f.say("What to write and say of the origin of the data"),
        lede=f.say("Three texts to copy. They name the files that this list used, and no other."),
        law=" – ".join((law.gdpr(f, "14(3)"), *((law.ROLL,) if f.stamp.is_in_france else ()))),
        sections=(
            Section(title=f.say("At the foot of a letter"), law=law.gdpr(f, "14(3)(b)"), blocks=says(_mention(f), *_origin_of_roll(f), _ways(f))),
            Section(title=f.say("On the card left at the door"), law=law.gdpr(f, "14(3)(b), art. 21(4)"), blocks=says(
                f.say("We came to propose a visit. It is free and you may say no: nothing follows from it."), _ways(f))),
            Section(title=f.say("On the telephone, and when asked “how do you know me?”"), law=law.gdpr(f, "14(3)(b)"), blocks=says(
                f.say("“The city proposes a visit to people who may be alone. What it knows comes from these files: {sources}. If you would rather not, say so: nobody will call again, and nothing follows from it.”").format(sources=_names(f)))),
            Section(title=f.say("Contacts in these texts"), blocks=(Terms(pairs=persons.contacts(f)),)),
        ),
    )  # fmt: skip


def _mention(f: Facts) -> str:
    """A household that was drawn by lot is not told that a calculation chose it."""
    said = (
        f.say("The city proposes a visit to you as part of its action against isolation. Your household is on a list that was drawn up from these files: {sources}. A calculation proposes most of its households, a draw by lot some; people then decided to write to you.")
        if f.exploration_share
        else f.say("The city proposes a visit to you as part of its action against isolation. Your household is on a list that a calculation drew up from these files: {sources}. People then decided to write to you.")
    )  # fmt: skip
    return said.format(sources=_names(f))


def _names(f: Facts) -> str:
    return ", ".join(source.title for source in f.used if source.is_about_people)


def _origin_of_roll(f: Facts) -> tuple[str, ...]:
    if not f.source(ROLL).is_used:
        return ()
    return (f.say("Origin of the address: electoral roll of the commune{law}.").format(law=law.of_roll(f)),)


def _ways(f: Facts) -> str:
    where = f.authority.objections or f.contacts.team or f.say("[to be completed by the city]")
    officer = f.contacts.data_protection_officer or f.say("[to be completed by the city]")
    said = f.say("To object, to see your data or to have them corrected: {where}. Data protection officer: {officer}. Complaint: {authority}.")  # fmt: skip
    return said.format(where=where, officer=officer, authority=law.authority(f))
