"""Annex IV, point 1: a general description of the system."""

from __future__ import annotations

from reports.papers.facts import Facts, Installed
from reports.papers.parts import Block, Cell, Missing, Points, Terms, ToFill, says


def purpose(f: Facts, installed: Installed) -> tuple[Block, ...]:
    """Point 1(a)."""
    pairs: tuple[tuple[str, Cell], ...] = (
        (f.say("Intended purpose"), f.say("To find, among the households of the city, those at risk of a lasting lack of social relations, so that somebody can knock on the door.")),
        (f.say("Excluded uses"), f.say("Fraud control, rent recovery, benefit control, housing allocation, police, elections. The software refuses to run for them.")),
        (f.say("Deployer"), f.stated(f.authority.name, f.say("name of the public body"), "[authority] name")),
        (f.say("Provider"), Missing(what=f.say("name and address of the provider (art. 16(b)); the city itself where it put the system into service for its own use"), whom=f.say("the city’s legal department"))),
        (f.say("Version of the software"), f.stamp.code),
        (f.say("Version of the model"), _model(f)),
        (f.say("Earlier versions"), f.say("CHANGELOG.md of the software; models/approvals.jsonl of the city, each line tied to the one before")),
    )  # fmt: skip
    return (Terms(pairs=pairs),)


def _model(f: Facts) -> str:
    digest = f.card.about.model_digest
    return f"{f.speech.name(f.card.champion)}, SHA-256 {digest[:16]}" if digest else f.speech.name(f.card.champion)  # fmt: skip


def interacts(f: Facts, installed: Installed) -> tuple[Block, ...]:
    """Point 1(b)."""
    items: list[Cell] = [
        f.say("it reads files that the departments put into a folder; it asks no other system;"),
        f.say("it uses no other AI system and opens no connection to one;"),
        f.say("its lists leave as CSV, XLSX, HTML and Parquet, and through the review desk."),
    ]
    if installed.has_desk:
        items.append(f.say("The review desk of this installation keeps its own database, apart from the warehouse."))  # fmt: skip
    return (Points(items=tuple(items)),)


def versions(f: Facts, installed: Installed) -> tuple[Block, ...]:
    """Point 1(c): of this run."""
    listed = ", ".join(f"{name} {version}" for name, version in f.versions.items())
    return says(
        f.say("In this run: {versions}.").format(versions=listed),
        f.say("Versions are fixed with their digests in requirements.lock; a frozen model is refused by a release that says something else of a factor."),
    )  # fmt: skip


def forms(f: Facts, installed: Installed) -> tuple[Block, ...]:
    """Point 1(d)."""
    return says(f.say("Source code under the EUPL-1.2, installed on a machine of the city (`make install`), used by the command `lanterne` and by a browser at the review desk. No hosted service, no API."))  # fmt: skip


def hardware(f: Facts, installed: Installed) -> tuple[Block, ...]:
    """Point 1(e): what this run took, where it says so."""
    told = f.say("One ordinary server or workstation, without a graphics card.")
    c = f.counted
    if c.seconds is None or c.peak_memory_mb is None:
        return says(told)
    took = f.say("Over {rows} lines of files this run took {minutes} minutes, with {memory} GB of memory at most.").format(
        rows=f.number(c.rows_read), minutes=f.number(c.seconds / 60, 1), memory=f.number(c.peak_memory_mb / 1024, 1)
    )  # fmt: skip
    machine = Missing(what=f.say("the machine that is used"), whom=f.say("the city’s IT department"))
    return (*says(told, took), ToFill(gap=machine))


def component(f: Facts, installed: Installed) -> tuple[Block, ...]:
    """Point 1(f)."""
    return says(f.say("Not applicable: the system is a component of no product."))


def interface(f: Facts, installed: Installed) -> tuple[Block, ...]:
    """Point 1(g)."""
    roles = ", ".join(one.title for one in installed.recipients)
    return says(
        f.say("A command line in the language of the city, and web pages: the list, the model card, the explanation, estimates, contracts."),
        f.say("The review desk, with these roles: {roles}.").format(roles=roles),
    )  # fmt: skip


def instructions(f: Facts, installed: Installed) -> tuple[Block, ...]:
    """Point 1(h)."""
    items = (
        f.say("README.md: installing and a first list;"),
        f.say("docs/commands.md, docs/configuration.md: every command and every setting;"),
        f.say("docs/desk.md, docs/desk_roles.md, docs/desk_states.md: the review desk, who may do what, and how a case goes;"),
        f.say("docs/data_dictionary.md, docs/factors.md: every column and every factor."),
    )  # fmt: skip
    return (Points(items=items),)
