"""What anybody may ask, and whom."""

from __future__ import annotations

from reports.papers import law
from reports.papers.facts import Facts
from reports.papers.parts import Cell


def rights(f: Facts) -> tuple[tuple[str, Cell], ...]:
    """What anybody may ask, and how."""
    return (
        (f.say("You want no visit"), f.say("Say so at the door or to the team. Nothing follows from it.")),
        (f.say("You no longer want to be in the calculation"), f.say("You may object, without a reason. Your household then leaves this list and all later ones.")),
        (f.say("Something is wrong"), f.say("Tell us. The department that holds the file corrects it, and the next calculation reads what is right.")),
        (f.say("You want to see everything"), f.say("You may ask for a copy of all that the city holds about you.")),
        (f.say("You want to know why your household was listed"), f.say("You may ask for a page that says which facts counted, how much, and where they are from ({law}).").format(law=law.of_explanation(f))),
        (f.say("You are not satisfied with our answer"), law.complaint(f)),
    )  # fmt: skip


def contacts(f: Facts) -> tuple[tuple[str, Cell], ...]:
    """Whom to write to."""
    where = f.authority.objections or f.contacts.team
    return (
        (f.say("To object or to ask"), f.stated(where, f.say("address, e-mail or telephone"), "[authority] objections")),
        officer(f),
    )  # fmt: skip


def controller(f: Facts) -> tuple[tuple[str, Cell], ...]:
    """Who answers for the processing."""
    a = f.authority
    return (
        (f.say("Controller"), f.stated(a.name, f.say("name of the public body"), "[authority] name")),
        (f.say("Address"), f.stated(a.address, f.say("postal address"), "[authority] address")),
        (f.say("Represented by"), f.stated(a.represented_by, f.say("name and function"), "[authority] represented_by")),
        officer(f),
    )  # fmt: skip


def officer(f: Facts) -> tuple[str, Cell]:
    """The data protection officer."""
    said = f.contacts.data_protection_officer
    return (
        f.say("The city's data protection officer"),
        f.stated(said, f.say("address or e-mail"), "[contacts] data_protection_officer"),
    )


def host(f: Facts) -> tuple[str, Cell]:
    """Where it runs."""
    what = f.say("place of the server, processor or own service, contract of art. 28")
    return f.say("Where it runs, and who operates it"), f.stated(f.authority.hosting, what, "[authority] hosting")  # fmt: skip


def others(f: Facts) -> tuple[str, Cell]:
    """Recipients outside the review desk."""
    said = f.stated(f.authority.recipients, f.say("other recipients, or none"), "[authority] recipients")
    return f.say("Other recipients"), said
